//! A dump that was taken in another time zone, or with bytea as escapes, is no other dump.

use std::path::PathBuf;
use std::process::Command;

use vhost::report::verdict::Verdict;

use super::{given, wrong};
use crate::support::server;
use crate::support::{Database, Desk, Plan, agree};

/// Moments in summer and winter, now and long ago, in rows and in definitions.
const SQL: &str = "
    CREATE TABLE shop.moment (id int, at timestamptz, many timestamptz[], span tstzrange);
    INSERT INTO shop.moment SELECT n, t, ARRAY[t, t + '1 day'], tstzrange(t, t + '1 hour')
        FROM generate_series(1, 300) n, LATERAL (SELECT '1950-03-01 00:00+00'::timestamptz + n * '97 days'::interval AS t) t;
    CREATE TABLE shop.period (at timestamptz NOT NULL DEFAULT '2024-07-01 00:00+00') PARTITION BY RANGE (at);
    CREATE TABLE shop.period_1 PARTITION OF shop.period FOR VALUES FROM ('2024-01-01 00:00+00') TO ('2024-07-01 00:00+00');
    INSERT INTO shop.period VALUES ('2024-03-03 00:00+00');
    CREATE TABLE shop.bytes (id int, data bytea);
    INSERT INTO shop.bytes VALUES (1, '\\x00ff5c27'), (2, 'plain');";

fn dump(desk: &Desk, database: &Database, zone: &str, options: &str) -> PathBuf {
    let path = desk.path("zoned.sql");
    let status = Command::new(server::program("pg_dump"))
        .env_clear()
        .env("PGTZ", zone)
        .env("PGOPTIONS", options)
        .arg("--dbname")
        .arg(database.conninfo())
        .arg("--file")
        .arg(&path)
        .status();
    assert!(status.unwrap().success());
    path
}

#[test]
fn the_zone_is_found() {
    let database = Database::changed(SQL);
    let desk = Desk::with(&Plan::default());
    for zone in [
        "UTC",
        "Europe/Vienna",
        "America/New_York",
        "Asia/Kathmandu",
        "<+03>-3",
    ] {
        let outcome = given(&desk, &dump(&desk, &database, zone, ""));
        assert_eq!(
            outcome.gate("fidelity"),
            "PASS",
            "{zone}: {}",
            outcome.gate_says("fidelity")
        );
        agree(&outcome, Verdict::Pass);
        let found = &outcome.run().report_json["evidence"]["fidelity"]["time_zone"];
        assert_eq!(found == "UTC", zone == "UTC", "{zone}: {found}");
    }
}

#[test]
fn bytes_as_escapes_are_read() {
    let database = Database::changed(SQL);
    let desk = Desk::with(&Plan::default());
    let options = "-c bytea_output=escape";
    let outcome = given(&desk, &dump(&desk, &database, "Europe/Vienna", options));
    assert_eq!(
        outcome.gate("fidelity"),
        "PASS",
        "{}",
        outcome.gate_says("fidelity")
    );
}

/// No zone makes other moments the same.
#[test]
fn moments_that_moved_are_found() {
    let moved = "UPDATE shop.moment SET at = at + '1 hour'";
    let database = Database::changed(&format!(
        "{SQL}
         CREATE MATERIALIZED VIEW shop.last AS SELECT 1 AS one;
         CREATE FUNCTION shop.shift() RETURNS event_trigger LANGUAGE plpgsql AS $shift$ BEGIN
             IF current_setting('max_locks_per_transaction') = '2048' THEN {moved}; END IF;
         END $shift$;
         CREATE EVENT TRIGGER shift ON ddl_command_end WHEN TAG IN ('REFRESH MATERIALIZED VIEW') EXECUTE FUNCTION shop.shift();"
    ));
    let desk = Desk::with(&Plan::default());
    let outcome = given(&desk, &dump(&desk, &database, "Europe/Vienna", ""));
    agree(&outcome, Verdict::Fail);
    let expected = (
        "content-differs".to_owned(),
        "TABLE DATA shop.moment".to_owned(),
    );
    assert_eq!(wrong(&outcome), [expected]);
}
