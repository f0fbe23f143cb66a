//! A dump without rows is no healthy backup unless the plan says that there are none.

use vhost::report::verdict::Verdict;

use super::wrong;
use crate::support::{Database, Desk, Plan, agree};

fn emptied(dump: &str) -> crate::support::Outcome {
    let database = Database::changed(
        "DROP SCHEMA shop CASCADE; CREATE SCHEMA shop; CREATE TABLE shop.unit (a int PRIMARY KEY)",
    );
    let desk = Desk::with(&Plan {
        source: database.plan().source,
        dump: dump.to_owned(),
        ..Plan::default()
    });
    desk.drill(&["--no-checks"])
}

#[test]
fn not_declared_it_fails() {
    let outcome = emptied("");
    agree(&outcome, Verdict::Fail);
    assert_eq!(wrong(&outcome), [("empty-dump".to_owned(), String::new())]);
    let says = outcome.gate_says("fidelity");
    assert!(says.contains("empty = true"), "{says}");
}

#[test]
fn declared_it_passes() {
    agree(&emptied("empty = true"), Verdict::Pass);
}
