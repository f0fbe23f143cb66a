//! What was looked at and is wrong.

use vhost::report::verdict::Verdict;

use crate::support::{Database, Desk, GRANTS, Outcome, SHIPPED, agree};

/// A shop that changed since its checks were written.
fn changed(sql: &str) -> Outcome {
    let desk = Desk::with(&Database::changed(sql).plan());
    desk.grants(&GRANTS);
    let outcome = desk.check(&SHIPPED);
    agree(&outcome, Verdict::Fail);
    assert_eq!(outcome.stop(), None);
    outcome
}

/// These rules of this check failed, and no other check did.
fn only(outcome: &Outcome, check: &str, rules: &[&str]) {
    assert_eq!(outcome.failed(check), rules);
    for other in SHIPPED.iter().filter(|other| **other != check) {
        assert!(outcome.failed(other).is_empty(), "{other}");
    }
}

#[test]
fn a_changed_row() {
    let outcome = changed("UPDATE shop.ledger SET amount = 3.51 WHERE id = 7");
    only(&outcome, "row-exact", &["cells-equal", "cell-equal"]);
}

#[test]
fn a_missing_row() {
    let outcome = changed("DELETE FROM shop.ledger WHERE id = 100");
    only(&outcome, "row-matrix", &["row-count", "row-count-total"]);
}

#[test]
fn a_swapped_lane() {
    let outcome = changed(
        "UPDATE shop.lane SET first_id = second_id, second_id = first_id WHERE id = 'DOT-992'",
    );
    only(
        &outcome,
        "exclusive-reference",
        &["second-lane-not-swapped"],
    );
}

#[test]
fn a_row_where_there_must_be_none() {
    let outcome = changed("INSERT INTO shop.alias VALUES ('one')");
    assert_eq!(outcome.failed("relation-empty"), ["relation-empty"]);
}

#[test]
fn a_mutated_unit() {
    let outcome = changed("UPDATE shop.unit SET status = 'sold' WHERE unit_key = 'TARGET'");
    only(&outcome, "row-unchanged", &["column-unchanged"]);
}

#[test]
fn a_dropped_table() {
    let outcome = changed("DROP TABLE shop.alias");
    assert_eq!(outcome.failed("row-matrix"), ["relation-exists"]);
}

/// Refused before anything is dumped.
#[test]
fn a_role_that_could_write_where_the_plan_refuses_it() {
    let mut plan = Database::changed("GRANT INSERT ON shop.ledger TO reader").plan();
    let source = plan.source.take().unwrap();
    plan.source = Some(format!("{source}\nwritable_role = \"refuse\""));
    let desk = Desk::with(&plan);
    let outcome = desk.drill(&["--no-checks"]);
    agree(&outcome, Verdict::Fail);
    assert_eq!(outcome.gate("fresh-dump"), "FAIL");
    let (stage, cause) = outcome.stop().unwrap();
    assert_eq!(stage, "observe");
    assert!(
        cause.contains("INSERT on 1 relations (first: shop.ledger)"),
        "{cause}"
    );
    assert!(!outcome.run().directory.join("dump.sql").exists());
}

/// The incident's benign note was about grants and owners. A policy is no such thing: without it the restored table
/// shows its rows to other people.
#[test]
fn a_policy_lost_with_its_role() {
    let mut plan =
        Database::changed("CREATE POLICY own ON shop.ledger TO clerk USING (id < 100)").plan();
    plan.restore = "roles = \"skip\"".to_owned();
    let desk = Desk::with(&plan);
    let outcome = desk.drill(&["--no-checks"]);
    agree(&outcome, Verdict::Fail);
    assert_eq!(outcome.gate("restore-log"), "FAIL");
}

/// pg_dump restores with an empty search_path, where this function finds no table: the rows do not come back.
#[test]
fn rows_that_their_own_constraint_refuses() {
    let outcome = changed(
        "CREATE FUNCTION shop.open(int) RETURNS bool LANGUAGE plpgsql AS
             $$ BEGIN RETURN EXISTS (SELECT FROM unit); END $$;
         SET search_path = shop;
         ALTER TABLE shop.ledger ADD CHECK (shop.open(id))",
    );
    assert_eq!(outcome.gate("restore-log"), "FAIL");
    assert_eq!(outcome.gate("fidelity"), "FAIL");
    assert!(
        outcome.gate_says("fidelity").contains("shop.ledger"),
        "{}",
        outcome.gate_says("fidelity")
    );
    assert_eq!(
        outcome.failed("row-matrix"),
        ["row-count", "row-count-total"]
    );
}
