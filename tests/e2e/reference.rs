//! Drills against an accepted manifest: what drifted is found by name, what may change passes, and nothing else.

mod accepted;
mod aged;
mod drifted;
mod later;
mod refused;
mod seen;

use std::path::Path;

use vhost::report::verdict::Verdict;

use crate::support::{Database, Desk, Outcome, Plan, agree, dump};

/// What drifts here, beside the shop's own tables.
const ORDERS: &str = "
    CREATE TABLE shop.orders (id int PRIMARY KEY, code text NOT NULL, state text DEFAULT 'open', owner text,
                              created_at timestamptz NOT NULL DEFAULT now());
    CREATE UNIQUE INDEX orders_code ON shop.orders (code);
    ALTER TABLE shop.orders ENABLE ROW LEVEL SECURITY;
    CREATE POLICY mine ON shop.orders USING (owner = current_user);
    INSERT INTO shop.orders SELECT n, 'code ' || n, 'open', 'shop_owner' FROM generate_series(1, 40000) n;
    CREATE TYPE shop.mood AS ENUM ('sad', 'ok', 'happy');
    CREATE FUNCTION shop.tax(amount numeric) RETURNS numeric LANGUAGE sql AS 'SELECT amount * 0.19';
    CREATE SEQUENCE shop.up;
    SELECT setval('shop.up', 100);
    CREATE SEQUENCE shop.down INCREMENT BY -1;
    SELECT setval('shop.down', -100);
    CREATE SEQUENCE shop.round MAXVALUE 10 CYCLE;
    SELECT setval('shop.round', 9);
    SELECT lo_from_bytea(4711, 'one'), lo_from_bytea(4712, 'two');
    COMMENT ON TABLE shop.orders IS 'as it was'";

/// The orders, changed.
fn orders(change: &str) -> Database {
    Database::changed(&format!("{ORDERS};{change}"))
}

/// A desk with these lines in its plan, whose drill of the unchanged orders was accepted.
fn accepting(rest: &str) -> Desk {
    let desk = Desk::with(&Plan {
        rest: rest.to_owned(),
        ..Plan::default()
    });
    let outcome = drill(&desk, &orders(""), &[]);
    agree(&outcome, Verdict::Pass);
    accepts(&desk, &outcome.run().directory);
    desk
}

/// A drill of a dump that is taken now.
fn drill(desk: &Desk, database: &Database, args: &[&str]) -> Outcome {
    let dump = dump::take(desk, database, "plain", &[]);
    let given = ["--no-checks", "--dump", dump.to_str().unwrap()];
    desk.drill(&[&given, args].concat())
}

/// `vhost accept`.
fn accept(desk: &Desk, run: &Path, by: &str, why: &str) -> Outcome {
    let run = run.to_str().unwrap();
    desk.wait_for(desk.vhost(&["accept", run, "--by", by, "--why", why]))
}

fn accepts(desk: &Desk, run: &Path) {
    let outcome = accept(desk, run, "alice", "as it should be");
    assert_eq!(outcome.code, Some(0), "{outcome:#?}");
}

/// Rule and subject of what the gate `drift` found wrong.
fn drifted(outcome: &Outcome) -> Vec<String> {
    let findings = &outcome.run().report_json["evidence"]["drift"]["findings"];
    let wrong = findings.as_array().unwrap().iter();
    wrong
        .filter(|finding| finding["status"] != "PASS")
        .map(|finding| {
            let text = |key: &str| finding[key].as_str().unwrap().to_owned();
            format!("{} {}", text("rule"), text("subject"))
        })
        .collect()
}
