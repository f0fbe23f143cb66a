//! Each fault is found, by the object that it is about, and what the plan lets change passes.

use vhost::report::verdict::Verdict;

use super::{accepting, drifted, drill, orders};
use crate::support::{Desk, agree};

/// The one difference, and nothing of a row in any artefact.
fn finds(desk: &Desk, change: &str, found: &str) {
    let outcome = drill(desk, &orders(change), &[]);
    assert_eq!(drifted(&outcome), [found], "{change}");
    agree(&outcome, Verdict::Fail);
    assert_eq!(outcome.gate("drift"), "FAIL");
    assert_eq!(outcome.gate("fidelity"), "PASS");
    let (rule, subject) = found.split_once(' ').unwrap();
    let report = &outcome.run().report_md;
    assert!(
        report.contains("## Differences from the reference"),
        "{report}"
    );
    assert!(
        report.contains(&format!("| {rule} | {subject} |").replace('_', "\\_"))
            || report.contains(subject),
        "{report}"
    );
}

#[test]
fn definitions_of_the_same_name() {
    let desk = accepting("");
    for (change, found) in [
        (
            "DROP POLICY mine ON shop.orders; CREATE POLICY mine ON shop.orders USING (true)",
            "definition-equal POLICY shop.orders mine",
        ),
        (
            "DROP INDEX shop.orders_code; CREATE INDEX orders_code ON shop.orders (code)",
            "definition-equal INDEX shop.orders_code",
        ),
        (
            "ALTER TABLE shop.orders ALTER state DROP DEFAULT",
            "definition-equal TABLE shop.orders",
        ),
        (
            "DROP TYPE shop.mood; CREATE TYPE shop.mood AS ENUM ('sad', 'happy')",
            "definition-equal TYPE shop.mood",
        ),
        (
            "CREATE OR REPLACE FUNCTION shop.tax(amount numeric) RETURNS numeric LANGUAGE sql AS 'SELECT amount * 0.16'",
            "definition-equal FUNCTION shop.tax(numeric)",
        ),
        (
            "ALTER TABLE shop.orders DISABLE ROW LEVEL SECURITY",
            "definition-equal ROW SECURITY shop.orders",
        ),
        (
            "ALTER TABLE shop.ledger OWNER TO postgres",
            "definition-equal TABLE shop.ledger",
        ),
        (
            "DROP INDEX shop.orders_code",
            "definition-equal INDEX shop.orders_code",
        ),
        (
            "COMMENT ON TABLE shop.orders IS 'another'",
            "definition-equal COMMENT shop.TABLE orders",
        ),
    ] {
        finds(&desk, change, found);
    }
}

#[test]
fn rows_that_are_not_there() {
    let desk = accepting("[reference.rows]\n\"shop.unit\" = \"exact\"\n");
    for (change, found) in [
        (
            "DELETE FROM shop.orders WHERE id % 10000 = 7",
            "rows-tolerated TABLE DATA shop.orders",
        ),
        (
            "UPDATE shop.unit SET status = 'drafu' WHERE unit_key = 'TARGET'",
            "rows-equal TABLE DATA shop.unit",
        ),
        (
            "INSERT INTO shop.unit VALUES ('C', 'live', 'new')",
            "rows-tolerated TABLE DATA shop.unit",
        ),
        (
            "SELECT lo_unlink(4711)",
            "large-objects-tolerated large objects",
        ),
        (
            "SELECT setval('shop.up', 99)",
            "sequence-not-back SEQUENCE SET shop.up",
        ),
        (
            "SELECT setval('shop.up', 100, false)",
            "sequence-not-back SEQUENCE SET shop.up",
        ),
        (
            "SELECT setval('shop.down', -99)",
            "sequence-not-back SEQUENCE SET shop.down",
        ),
    ] {
        finds(&desk, change, found);
    }
}

/// Healthy changes of a month: nothing of it is an alarm.
#[test]
fn what_may_change_passes() {
    let desk = accepting(
        "[reference]\nallow = [\"COMMENT\"]\n[reference.rows]\n\"shop.ledger\" = { shrink = \"10%\", grow = 5 }\n\
         \"shop.lane\" = \"any\"\n\"shop.unit\" = \"exact\"\n",
    );
    let month =
        "INSERT INTO shop.orders SELECT n, 'code ' || n FROM generate_series(40001, 40100) n;
        UPDATE shop.orders SET state = 'sold' WHERE id < 100;
        DELETE FROM shop.ledger WHERE id <= 20;
        DELETE FROM shop.lane;
        SELECT lo_from_bytea(4713, 'three');
        COMMENT ON LARGE OBJECT 4712 IS 'the second';
        SELECT setval('shop.up', 101);
        SELECT setval('shop.down', -101);
        SELECT setval('shop.round', 2);
        COMMENT ON TABLE shop.orders IS 'as it is';
        COMMENT ON TABLE shop.ledger IS 'new'";
    let outcome = drill(&desk, &orders(month), &[]);
    assert_eq!(drifted(&outcome), [""; 0]);
    agree(&outcome, Verdict::Pass);
    let report = &outcome.run().report_md;
    assert!(
        report.contains("accepted by alice") || report.contains("by alice: as it should be"),
        "{report}"
    );
    let allowed = &outcome.run().report_json["evidence"]["drift"]["allowed"];
    // Both comments on tables, and that on a large object which was there before.
    assert_eq!(allowed.as_array().unwrap().len(), 3, "{allowed}");

    let more = drill(
        &desk,
        &orders("DELETE FROM shop.ledger WHERE id <= 21"),
        &[],
    );
    assert_eq!(drifted(&more), ["rows-tolerated TABLE DATA shop.ledger"]);
    let more = drill(
        &desk,
        &orders("INSERT INTO shop.ledger SELECT n, 1 FROM generate_series(201, 206) n"),
        &[],
    );
    assert_eq!(drifted(&more), ["rows-tolerated TABLE DATA shop.ledger"]);
}

/// A tolerance that names nothing guards nothing.
#[test]
fn a_tolerance_of_an_unknown_relation_is_no_pass() {
    let desk = accepting("");
    desk.write(
        "vhost.toml",
        "name = \"e2e\"\n[sandbox]\nbase = \"sandboxes\"\n[reference.rows]\n\"shop.order\" = \"exact\"\n",
    );
    let outcome = drill(&desk, &orders(""), &[]);
    agree(&outcome, Verdict::Inconclusive);
    assert_eq!(drifted(&outcome), ["tolerance-of-a-relation shop.order"]);
}
