//! What could not be looked at: nothing wrong was seen, and nothing is proved.

use vhost::report::verdict::Verdict;

use crate::support::{Database, Desk, GRANTS, Grant, Outcome, agree};

#[test]
fn a_check_that_the_plan_configures_and_nobody_selected() {
    let desk = Desk::with(&Database::new().plan());
    desk.grants(&GRANTS);
    let outcome = desk.check(&["row-matrix"]);
    agree(&outcome, Verdict::Inconclusive);
    assert_eq!(outcome.check("row-matrix")["status"], "PASS");
}

/// A drill with one check of the tests' own, under these limits and settings.
fn stopped(check: &str, limits: &str, settings: &str) -> Outcome {
    let mut plan = Database::new().plan();
    plan.rest = format!("[checks.{check}]\n{settings}");
    let desk = Desk::with(&plan);
    desk.grants(&[Grant {
        limits,
        ..Grant::counts(check, &["shop.unit"])
    }]);
    let outcome = desk.check(&[check]);
    agree(&outcome, Verdict::Inconclusive);
    assert_eq!(outcome.stop(), None);
    assert_eq!(outcome.check(check)["status"], "COULD-NOT-LOOK");
    // Everything around the check was done and stands.
    for gate in ["restore-log", "fidelity", "source-unmoved", "teardown"] {
        assert_eq!(outcome.gate(gate), "PASS", "{gate}");
    }
    outcome
}

fn ended(outcome: &Outcome, check: &str) -> String {
    outcome.check(check)["ended"].to_string()
}

#[test]
fn a_check_with_settings_that_it_does_not_know() {
    let outcome = stopped("babbler", "", "lines = 0\nfindings = 1\noops = 1");
    assert!(ended(&outcome, "babbler").contains("oops"), "{outcome:#?}");
}

#[test]
fn a_check_without_a_finding() {
    stopped("babbler", "", "lines = 0\nfindings = 0");
}

#[test]
fn a_check_that_traps() {
    let outcome = stopped(
        "teller",
        "",
        "sql = \"SELECT status FROM shop.unit WHERE unit_key = 'A'\"\ntell = \"panic\"",
    );
    assert!(
        ended(&outcome, "teller").contains("it panicked or aborted"),
        "{outcome:#?}"
    );
}

#[test]
fn a_check_out_of_time() {
    let outcome = stopped("endless-loop", "time = \"500ms\"", "");
    let ended = ended(&outcome, "endless-loop");
    assert!(ended.contains("wall time of 500ms"), "{ended}");
}

#[test]
fn a_check_out_of_memory() {
    let outcome = stopped("memory-hog", "memory = \"16MiB\"", "");
    let ended = ended(&outcome, "memory-hog");
    assert!(ended.contains("memory of 16777216 bytes"), "{ended}");
}

#[test]
fn a_check_granted_less_than_it_reads() {
    let mut plan = Database::new().plan();
    plan.rest = "[checks.row-unchanged]\nrelation = \"shop.unit\"\nkey = { unit_key = \"A\" }\ncolumns = { status = \"sold\" }".to_owned();
    let desk = Desk::with(&plan);
    desk.grants(&[Grant::counts("row-unchanged", &["shop.unit(unit_key)"])]);
    let outcome = desk.check(&["row-unchanged"]);
    agree(&outcome, Verdict::Inconclusive);
    let ended = ended(&outcome, "row-unchanged");
    assert!(
        ended.contains("permission denied for table unit"),
        "{ended}"
    );
}

/// A drill that ends before its restore, in this stage and for a reason that names this.
fn ends_in(desk: &Desk, args: &[&str], stage: &str, names: &str) {
    let outcome = desk.drill(&[&["--no-checks"], args].concat());
    agree(&outcome, Verdict::Inconclusive);
    let (at, cause) = outcome.stop().unwrap();
    assert_eq!(at, stage, "{cause}");
    assert!(cause.contains(names), "{cause}");
}

#[test]
fn no_postgres_where_the_plan_says() {
    let mut plan = Database::new().plan();
    plan.sandbox = "bin_dir = \"/nonexistent/bin\"".to_owned();
    ends_in(&Desk::with(&plan), &[], "sandbox", "/nonexistent/bin");
}

#[test]
fn no_docker_engine_where_the_plan_says() {
    let desk = Desk::with(&Database::new().plan());
    let socket = format!("unix://{}", desk.path("no.sock").display());
    let args = ["--engine", "docker", "--docker-host", &socket];
    ends_in(&desk, &args, "sandbox", "no.sock");
}

#[test]
fn no_pg_dump_where_the_plan_says() {
    let mut plan = Database::new().plan();
    plan.dump = "pg_dump = \"/nonexistent/pg_dump\"".to_owned();
    ends_in(&Desk::with(&plan), &[], "dump", "/nonexistent/pg_dump");
}

#[test]
fn no_source_where_the_plan_says() {
    let mut plan = Database::new().plan();
    plan.source = Some(
        "conninfo = \"host=127.0.0.1 port=1 user=reader dbname=shop\"\npassword_file = \"password\""
            .to_owned(),
    );
    ends_in(&Desk::with(&plan), &[], "observe", "127.0.0.1");
}

#[test]
fn a_password_that_the_source_refuses() {
    let desk = Desk::with(&Database::new().plan());
    desk.write_private("password", "wrong\n");
    ends_in(&desk, &[], "observe", "password");
}
