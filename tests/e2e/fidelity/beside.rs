//! What no dump shows: looked at beside the round trip.

use vhost::report::verdict::Verdict;

use super::{drill, wrong};
use crate::support::{Database, agree};

#[test]
fn an_index_that_is_invalid_at_the_source_is_named() {
    let database = Database::changed(
        "CREATE INDEX half ON shop.ledger (note);
         UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'shop.half'::regclass",
    );
    let outcome = drill(&database, "");
    agree(&outcome, Verdict::Fail);
    let expected = ("invalid-index-at-source".to_owned(), "shop.half".to_owned());
    assert_eq!(wrong(&outcome), [expected]);
    let says = outcome.gate_says("fidelity");
    assert!(says.contains("REINDEX INDEX CONCURRENTLY"), "{says}");
}

#[test]
fn a_foreign_key_that_is_off_at_the_source_is_named() {
    let database = Database::changed(
        "CREATE TABLE shop.of_ledger (ledger int CONSTRAINT held REFERENCES shop.ledger);
         ALTER TABLE shop.of_ledger DISABLE TRIGGER ALL",
    );
    let outcome = drill(&database, "");
    agree(&outcome, Verdict::Fail);
    let rule = "constraint-trigger-at-source".to_owned();
    assert_eq!(wrong(&outcome), [(rule, "shop.of_ledger held".to_owned())]);
}

#[test]
fn what_the_source_has_where_no_dump_looks_is_named() {
    let database = Database::changed(
        "CREATE FUNCTION pg_catalog.unlisted() RETURNS int LANGUAGE sql AS 'SELECT 1';
         CREATE VIEW information_schema.unlisted AS SELECT 1 AS one;
         CREATE SUBSCRIPTION from_elsewhere CONNECTION '' PUBLICATION p
             WITH (connect = false, slot_name = NONE);",
    );
    let outcome = drill(&database, "");
    agree(&outcome, Verdict::Fail);
    let expected = [
        ("system-schema", "function pg_catalog.unlisted"),
        ("system-schema", "relation information_schema.unlisted"),
        ("subscription", "from_elsewhere"),
    ];
    let expected = expected.map(|(rule, subject)| (rule.to_owned(), subject.to_owned()));
    assert_eq!(wrong(&outcome), expected);
}

#[test]
fn options_that_the_role_may_not_see_are_not_known_to_be_dumped() {
    let database = Database::changed(
        "CREATE EXTENSION postgres_fdw;
         CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw;
         CREATE USER MAPPING FOR clerk SERVER elsewhere OPTIONS (password 'canary')",
    );
    let outcome = drill(&database, "");
    agree(&outcome, Verdict::Inconclusive);
    let says = outcome.gate_says("fidelity");
    assert!(says.contains("user-mapping elsewhere clerk"), "{says}");
}

#[test]
fn rows_that_belong_to_an_extension_are_named() {
    let database = Database::changed(
        "CREATE EXTENSION hstore; CREATE TABLE shop.of_hstore (a int); INSERT INTO shop.of_hstore VALUES (1), (2);
         ALTER EXTENSION hstore ADD TABLE shop.of_hstore",
    );
    let outcome = drill(&database, "");
    agree(&outcome, Verdict::Fail);
    let expected = ("extension-rows".to_owned(), "shop.of_hstore".to_owned());
    assert_eq!(wrong(&outcome), [expected]);
}

#[test]
fn constraints_that_nobody_validated_are_remarked() {
    let database = Database::changed(
        "ALTER TABLE shop.ledger ADD CONSTRAINT later CHECK (amount > 1) NOT VALID",
    );
    let outcome = drill(&database, "");
    agree(&outcome, Verdict::Pass);
    let report = &outcome.run().report_md;
    assert!(
        report.contains("Remark: unvalidated-constraint shop.ledger later: 1 NOT VALID"),
        "{report}"
    );
}

#[test]
fn the_comparison_beside_the_checks_comes_to_the_same() {
    let database = Database::new();
    let alone = drill(&database, "");
    let beside = drill(&database, "overlap = true");
    agree(&beside, Verdict::Pass);
    assert_eq!(beside.gate_says("fidelity"), alone.gate_says("fidelity"));
    let off = drill(&database, "amcheck = \"off\"");
    assert!(
        off.gate_says("fidelity")
            .ends_with("amcheck: off by the plan"),
        "{}",
        off.gate_says("fidelity")
    );
}
