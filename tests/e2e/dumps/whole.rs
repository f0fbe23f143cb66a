//! Whole dumps pass, in every format.

use serde_json::json;
use vhost::report::verdict::Verdict;
use vhost_dump::digest::Sha256;

use super::{drill, plan};
use crate::support::dump::{self, take};
use crate::support::{Desk, GRANTS, Outcome, SHIPPED, agree};

/// Drills a dump with every shipped check, and finds the rows that were dumped.
fn passes(format: &str, more: &[&str]) -> Outcome {
    let desk = Desk::with(&plan());
    desk.grants(&GRANTS);
    let path = take(&desk, dump::dumped(), format, more);
    let mut command = desk.vhost(&["run", "--dump"]);
    command.arg(&path).arg("--checks");
    command.args(SHIPPED.map(crate::support::component));
    let outcome = desk.wait_for(command);
    agree(&outcome, Verdict::Pass);
    for gate in ["fresh-dump", "source-unmoved"] {
        assert_eq!(outcome.gate(gate), "NOT-APPLICABLE", "{gate}");
    }
    let fidelity = &outcome.run().report_json["evidence"]["fidelity"];
    assert_eq!(fidelity["relations"], 5);
    assert_eq!(fidelity["rows"], 2205);
    assert_eq!(fidelity["differences"], json!([]));
    // The plan says nothing of a given dump's end: it is not this drill's to remove.
    assert!(path.exists());
    outcome
}

#[test]
fn plain() {
    passes("plain", &[]);
}

#[test]
fn plain_in_gzip() {
    passes("gz", &[]);
}

#[test]
fn plain_in_zstd() {
    let outcome = passes("zst", &[]);
    let dump = &outcome.run().report_json["evidence"]["dump"];
    assert_eq!(dump["format"], "plain-zstd");
}

#[test]
fn custom() {
    passes("custom", &[]);
}

#[test]
fn directory() {
    passes("directory", &[]);
}

#[test]
fn tar() {
    passes("tar", &[]);
}

#[test]
fn a_dump_that_creates_its_database() {
    passes("plain", &["--create"]);
}

/// Many production databases have the name that initdb gives to one of its own.
#[test]
fn a_database_called_postgres() {
    let desk = Desk::with(&plan());
    let database = dump::dumped();
    let path = take(&desk, database, "plain", &["--create"]);
    let text = std::fs::read_to_string(&path).unwrap();
    let renamed = text.replace(&database.name, "postgres");
    assert!(renamed.contains("\\connect postgres"), "{path:?}");
    let path = desk.write("postgres.sql", renamed);
    let outcome = drill(&desk, &path);
    agree(&outcome, Verdict::Pass);
    assert_eq!(
        outcome.run().report_json["evidence"]["restore"]["database"],
        "postgres"
    );
}

#[test]
fn a_custom_dump_that_could_create_its_database() {
    passes("custom", &["--create"]);
}

#[test]
fn rows_as_inserts() {
    let desk = Desk::with(&plan());
    let path = take(&desk, dump::dumped(), "plain", &["--inserts"]);
    let outcome = drill(&desk, &path);
    agree(&outcome, Verdict::Pass);
}

#[test]
fn the_digest_that_somebody_recorded() {
    let desk = Desk::with(&plan());
    let path = take(&desk, dump::dumped(), "custom", &[]);
    let digest = Sha256::of(&std::fs::read(&path).unwrap()).to_string();
    let path = path.to_str().unwrap();
    let right = ["--no-checks", "--dump", path, "--dump-sha256", &digest];
    agree(&desk.drill(&right), Verdict::Pass);

    let other = Sha256::of(b"another dump").to_string();
    let wrong = ["--no-checks", "--dump", path, "--dump-sha256", &other];
    let outcome = desk.drill(&wrong);
    agree(&outcome, Verdict::Fail);
    assert_eq!(outcome.gate("digest"), "FAIL");
    let says = outcome.gate_says("digest");
    assert!(says.contains(&digest) && says.contains(&other), "{says}");
}

#[test]
fn the_size_that_somebody_recorded() {
    let desk = Desk::with(&plan());
    let path = take(&desk, dump::dumped(), "plain", &[]);
    let size = std::fs::metadata(&path).unwrap().len();
    let path = path.to_str().unwrap();
    let of = |size: u64| {
        desk.drill(&[
            "--no-checks",
            "--dump",
            path,
            "--dump-size",
            &size.to_string(),
        ])
    };
    agree(&of(size), Verdict::Pass);
    let outcome = of(size + 1);
    agree(&outcome, Verdict::Fail);
    assert_eq!(outcome.stop().unwrap().0, "dump");
    let says = outcome.gate_says("digest");
    let told = format!(
        "\"given.plain\" has {size} bytes, not the stated {}",
        size + 1
    );
    assert!(says.contains(&told), "{says}");
}

/// The incident's note N-1: what a bare cluster lacks is counted by role, and nothing else is lost.
#[test]
fn roles_that_are_skipped() {
    for format in ["plain", "custom"] {
        let desk = Desk::with(&plan());
        desk.grants(&GRANTS);
        let path = take(&desk, dump::dumped(), format, &[]);
        let path = path.to_str().unwrap();
        let skipped = desk.drill(&["--no-checks", "--dump", path, "--roles", "skip"]);
        agree(&skipped, Verdict::Pass);
        let missing = missing_roles(&skipped);
        // The owner of the schema and of four tables; the clerk's two grants.
        let expected = [("clerk".to_owned(), 2), ("shop_owner".to_owned(), 5)];
        assert_eq!(missing, expected);

        let created = desk.drill(&["--no-checks", "--dump", path, "--roles", "create"]);
        agree(&created, Verdict::Pass);
        assert!(missing_roles(&created).is_empty());
    }
}

/// The benign errors, by role; there are no other errors.
fn missing_roles(outcome: &Outcome) -> Vec<(String, u64)> {
    let notices = &outcome.run().report_json["evidence"]["restore"]["notices"];
    let mut roles: Vec<(String, u64)> = Vec::new();
    for notice in notices.as_array().unwrap() {
        assert_eq!(notice["class"], "missing-role", "{notice}");
        assert_eq!(notice["gravity"], "benign", "{notice}");
        let role = notice["subject"].as_str().unwrap();
        let count = notice["count"].as_u64().unwrap();
        match roles.iter_mut().find(|(known, _)| known == role) {
            Some((_, total)) => *total += count,
            None => roles.push((role.to_owned(), count)),
        }
    }
    roles.sort();
    roles
}
