//! How old the newest rows are: the plan's `[freshness]`.

use vhost::report::verdict::Verdict;

use super::{drifted, drill};
use crate::support::{Database, Desk, Plan, agree};

const TIMES: &str = "
    CREATE TABLE shop.hours (at timestamptz, local timestamp, day date, note text, void timestamptz);
    INSERT INTO shop.hours VALUES
        (now() - interval '2 hours', (now() AT TIME ZONE 'UTC') - interval '3 hours', (now() AT TIME ZONE 'UTC')::date - 9, 'x', NULL),
        (now() - interval '9 days', NULL, '-infinity', NULL, NULL),
        ('-infinity', 'infinity', 'infinity', NULL, 'infinity');
    CREATE TABLE shop.\"Odd\" (\"At\" timestamptz);
    INSERT INTO shop.\"Odd\" VALUES (now());
    CREATE TABLE shop.none (at timestamptz);
    CREATE VIEW shop.seen AS SELECT now() AS at";

fn plan(rest: &str) -> Plan {
    Plan {
        rest: format!("[freshness]\n{rest}"),
        ..Plan::default()
    }
}

#[test]
fn rows_that_are_fresh_pass() {
    let desk = Desk::with(&plan(
        "\"shop.hours.at\" = \"3h\"\n\"shop.hours.local\" = \"4h\"\n\"shop.hours.day\" = \"11d\"\n'shop.\"Odd\".\"At\"' = \"1h\"\n",
    ));
    let outcome = drill(&desk, &Database::changed(TIMES), &[]);
    assert_eq!(drifted(&outcome), [""; 0]);
    agree(&outcome, Verdict::Pass);
    assert!(outcome.gate_says("drift").contains("4 columns fresh"));
    assert!(
        outcome
            .gate_says("drift")
            .contains("no run of this plan was accepted")
    );
    let text = outcome.run().report_json.to_string();
    assert!(
        text.contains("because nobody knows when a given dump was taken"),
        "{text}"
    );
}

#[test]
fn rows_that_are_old_and_columns_without_a_time_fail() {
    for (column, age, actual) in [
        ("shop.hours.at", "1h", "older"),
        ("shop.hours.local", "2h", "older"),
        ("shop.hours.day", "7d", "older"),
        ("shop.hours.void", "7d", "no row has a value up to then"),
        ("shop.none.at", "7d", "no row has a value up to then"),
        ("shop.hours.note", "7d", "a column of another type"),
        ("shop.hours.gone", "7d", "no such column of a table"),
        ("shop.gone.at", "7d", "no such column of a table"),
        ("shop.seen.at", "7d", "no such column of a table"),
    ] {
        let desk = Desk::with(&plan(&format!("\"{column}\" = \"{age}\"\n")));
        let outcome = drill(&desk, &Database::changed(TIMES), &[]);
        agree(&outcome, Verdict::Fail);
        assert_eq!(drifted(&outcome), [format!("fresh {column}")]);
        let findings = &outcome.run().report_json["evidence"]["drift"]["findings"];
        let said = findings[0]["actual"]["value"].as_str().unwrap();
        assert!(said.starts_with(actual), "{column}: {said}");
    }
}

/// A fresh dump is as old as its snapshot.
#[test]
fn a_fresh_dump_has_a_time_of_its_own() {
    let database = Database::changed(TIMES);
    let mut plan = database.plan();
    plan.rest = "[freshness]\n\"shop.hours.at\" = \"3h\"\n".to_owned();
    let outcome = Desk::with(&plan).drill(&["--no-checks"]);
    agree(&outcome, Verdict::Pass);
    let text = outcome.run().report_json.to_string();
    assert!(
        text.contains("at most 3h old when the dump was taken"),
        "{text}"
    );
}
