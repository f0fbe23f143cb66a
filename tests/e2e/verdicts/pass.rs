//! What passes, and what a pass takes.

use vhost::report::verdict::Verdict;

use crate::support::{Database, Desk, GRANTS, SHIPPED, agree};

#[test]
fn a_whole_backup_passes_with_every_shipped_check() {
    let desk = Desk::with(&Database::new().plan());
    desk.grants(&GRANTS);
    let outcome = desk.check(&SHIPPED);
    agree(&outcome, Verdict::Pass);
    for check in SHIPPED {
        assert_eq!(outcome.check(check)["status"], "PASS");
        assert!(outcome.failed(check).is_empty());
    }
    for gate in [
        "fresh-dump",
        "digest",
        "isolation",
        "restore-log",
        "fidelity",
        "source-unmoved",
        "protected-untouched",
        "no-secrets",
        "teardown",
    ] {
        assert_eq!(outcome.gate(gate), "PASS", "{gate}");
    }
}

#[test]
fn no_checks_pass_only_on_purpose() {
    let desk = Desk::with(&Database::new().plan());
    agree(&desk.drill(&["--no-checks"]), Verdict::Pass);
    agree(&desk.drill(&[]), Verdict::Inconclusive);
}

#[test]
fn a_custom_dump_passes_too() {
    let mut plan = Database::new().plan();
    plan.dump = "format = \"custom\"\nkeep = false".to_owned();
    let desk = Desk::with(&plan);
    desk.grants(&GRANTS);
    agree(&desk.check(&SHIPPED), Verdict::Pass);
}

/// Quiet says the verdict and nothing else.
#[test]
fn quiet_is_one_line() {
    let desk = Desk::with(&Database::new().plan());
    let outcome = desk.drill(&["--no-checks", "--quiet"]);
    agree(&outcome, Verdict::Pass);
    assert_eq!(outcome.stdout, "verdict: PASS\n");
    assert_eq!(outcome.stderr, "");
}

/// A role that could write is told, and passes unless the plan refuses it.
#[test]
fn a_role_that_could_write_is_reported() {
    let database = Database::changed("GRANT INSERT ON shop.ledger TO reader");
    let desk = Desk::with(&database.plan());
    let outcome = desk.drill(&["--no-checks"]);
    agree(&outcome, Verdict::Pass);
    assert!(
        outcome
            .run()
            .report_md
            .contains("INSERT on 1 relations (first: shop.ledger)"),
        "{}",
        outcome.run().report_md
    );
}
