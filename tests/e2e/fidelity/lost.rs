//! What a restore loses or changes without an error is found, and named.

use vhost::report::verdict::Verdict;

use super::{given, wrong};
use crate::support::dump::take;
use crate::support::{Database, Desk, Outcome, Plan, agree};

/// A database whose restore, and nothing else, runs this: by an event trigger that its dump puts before the last
/// statement, the refresh of a materialized view. The sandbox is known by a setting of its own.
fn restored_with(loss: &str) -> Outcome {
    let database = Database::changed(&format!(
        "CREATE TYPE shop.state AS ENUM ('new', 'paid', 'sent');
         CREATE TABLE shop.orders (id int PRIMARY KEY, state shop.state DEFAULT 'new', owner text, total int CHECK (total > 0),
             unit text REFERENCES shop.unit (unit_key));
         INSERT INTO shop.orders SELECT n, 'paid', 'o' || n, n, 'A' FROM generate_series(1, 400) n;
         CREATE UNIQUE INDEX orders_owner ON shop.orders (owner);
         ALTER TABLE shop.orders ENABLE ROW LEVEL SECURITY;
         CREATE POLICY own ON shop.orders USING (owner = current_user);
         CREATE FUNCTION shop.tax(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 / 5';
         CREATE FUNCTION shop.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
         CREATE TRIGGER touch BEFORE UPDATE ON shop.unit FOR EACH ROW EXECUTE FUNCTION shop.touch();
         CREATE SEQUENCE shop.number START 100;
         SELECT nextval('shop.number');
         COMMENT ON TABLE shop.orders IS 'what was ordered';
         GRANT SELECT ON shop.orders TO clerk;
         SELECT lo_from_bytea(4711, 'contents');
         GRANT SELECT ON LARGE OBJECT 4711 TO reader;
         CREATE MATERIALIZED VIEW shop.totals AS SELECT sum(total) FROM shop.orders;
         CREATE FUNCTION shop.lose() RETURNS event_trigger LANGUAGE plpgsql AS $lose$ BEGIN
             IF current_setting('max_locks_per_transaction') = '2048' THEN {loss}; END IF;
         END $lose$;
         CREATE EVENT TRIGGER lose ON ddl_command_end WHEN TAG IN ('REFRESH MATERIALIZED VIEW') EXECUTE FUNCTION shop.lose();"
    ));
    let desk = Desk::with(&Plan::default());
    let dump = take(&desk, &database, "plain", &[]);
    given(&desk, &dump)
}

#[test]
fn what_loses_nothing_passes() {
    let outcome = restored_with("NULL");
    agree(&outcome, Verdict::Pass);
    let says = outcome.gate_says("fidelity");
    assert!(says.starts_with("round trip equal: "), "{says}");
    assert!(
        says.contains(" 605 rows, 1 sequence, 1 large object"),
        "{says}"
    );
    assert!(says.contains("; amcheck: "), "{says}");
}

/// The restore of each loses one thing, and the gate names it and nothing else.
#[test]
fn each_loss_is_named() {
    let losses = [
        (
            "DROP INDEX shop.orders_owner",
            "object-missing",
            "INDEX shop.orders_owner",
        ),
        (
            "DROP INDEX shop.orders_owner; CREATE INDEX orders_owner ON shop.orders (owner)",
            "definition-differs",
            "INDEX shop.orders_owner",
        ),
        (
            "DROP POLICY own ON shop.orders",
            "object-missing",
            "POLICY shop.orders own",
        ),
        (
            "ALTER POLICY own ON shop.orders USING (true)",
            "definition-differs",
            "POLICY shop.orders own",
        ),
        (
            "ALTER TABLE shop.orders DISABLE ROW LEVEL SECURITY",
            "object-missing",
            "ROW SECURITY shop.orders",
        ),
        (
            "ALTER TABLE shop.orders ALTER state DROP DEFAULT",
            "definition-differs",
            "TABLE shop.orders",
        ),
        (
            "ALTER TABLE shop.orders DROP CONSTRAINT orders_total_check",
            "definition-differs",
            "TABLE shop.orders",
        ),
        (
            "ALTER TABLE shop.orders DROP CONSTRAINT orders_unit_fkey",
            "object-missing",
            "FK CONSTRAINT shop.orders orders_unit_fkey",
        ),
        (
            "ALTER TYPE shop.state ADD VALUE 'lost'",
            "definition-differs",
            "TYPE shop.state",
        ),
        (
            "CREATE OR REPLACE FUNCTION shop.tax(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 / 4'",
            "definition-differs",
            "FUNCTION shop.tax(integer)",
        ),
        (
            "ALTER TABLE shop.unit DISABLE TRIGGER touch",
            "definition-differs",
            "TRIGGER shop.unit touch",
        ),
        (
            "COMMENT ON TABLE shop.orders IS NULL",
            "object-missing",
            "COMMENT shop.TABLE orders",
        ),
        (
            "REVOKE SELECT ON shop.orders FROM clerk",
            "object-missing",
            "ACL shop.TABLE orders",
        ),
        (
            "ALTER TABLE shop.orders OWNER TO clerk",
            "owner-differs",
            "TABLE shop.orders",
        ),
        (
            "CREATE TABLE shop.more (a int)",
            "object-unexpected",
            "TABLE shop.more",
        ),
        (
            "DELETE FROM shop.orders WHERE id > 396",
            "rows-differ",
            "TABLE DATA shop.orders",
        ),
        (
            "UPDATE shop.orders SET owner = 'another' WHERE id = 7",
            "content-differs",
            "TABLE DATA shop.orders",
        ),
        (
            "PERFORM setval('shop.number', 99, false)",
            "value-differs",
            "SEQUENCE SET shop.number",
        ),
        ("PERFORM lo_unlink(4711)", "object-missing", "BLOB 4711"),
        (
            "PERFORM lo_put(4711, 0, 'C')",
            "content-differs",
            "BLOB 4711",
        ),
        (
            "UPDATE pg_class SET relispopulated = false WHERE oid = 'shop.totals'::regclass",
            "object-missing",
            "MATERIALIZED VIEW DATA shop.totals",
        ),
    ];
    for (loss, rule, subject) in losses {
        let outcome = restored_with(loss);
        assert_eq!(outcome.gate("fidelity"), "FAIL", "{loss}");
        agree(&outcome, Verdict::Fail);
        let wrong = wrong(&outcome);
        let named = (rule.to_owned(), subject.to_owned());
        assert!(wrong.contains(&named), "{loss}: {wrong:?}");
        assert!(
            !outcome.run().report_json.to_string().contains("another'"),
            "{loss}"
        );
    }
}
