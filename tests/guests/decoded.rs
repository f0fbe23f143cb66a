//! Rows in the structs of a check: what Postgres sends is what a check reads, and what a check binds is what it has.

use vhost::check::CheckOutcome;
use vhost::finding::{Shown, Status};

use crate::ground::Ask;
use crate::restored::within_restored;

const DUMP: &str = r#"--
-- PostgreSQL database dump
--

-- Dumped from database version 15.18
-- Dumped by pg_dump version 15.18

CREATE SCHEMA app;
CREATE TYPE app.state AS ENUM ('draft', 'live');
CREATE DOMAIN app.price AS numeric(6, 2) CHECK (VALUE >= 0);
CREATE TABLE app.every (
    truth bool, small int2, number oid, large int8, "real" float4, double float8, amount numeric, whole numeric,
    price app.price, name varchar(20), padded char(3), state app.state, network inet, list int[], bytes bytea,
    body jsonb, document json, id uuid, day date, before date, local timestamp, moment timestamptz, never timestamptz,
    span interval, absent date);
INSERT INTO app.every VALUES (
    true, -3, 70000, 9223372036854775807, 0.5, 'Infinity', 12345678901234567890.50, 9223372036854775808,
    9.9, 'naïve', 'ab', 'live', '10.0.0.0/8', '{1,NULL}', '\x00ff',
    '{"a": [1, 2]}', '{"a": []}', '7c963f27-5b0e-4d6a-9c41-e2a8f3b1d704', '2026-05-17', '0044-03-15 BC',
    '1999-12-31 23:59:59.5', '2026-05-17 12:30:00.25+00', 'infinity', '-1 mons +2 days 1.5 seconds', NULL);

--
-- PostgreSQL database dump complete
--
"#;

fn read(outcome: &CheckOutcome) -> Option<f64> {
    let mut metrics = outcome.metrics.iter();
    metrics.find(|(name, _)| name == "read").map(|(_, n)| *n)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_type_is_read_and_bound_and_a_limit_keeps_what_was_seen() {
    within_restored(DUMP, async |bench| {
        let mut ask = Ask::new("decoder", "", r#"{"relation": "app.every", "rows": 2000}"#);
        (ask.read, ask.report) = (&["app.every"], "values");
        let outcome = bench.ask(ask).await;
        assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
        let rules = |rule| outcome.findings.iter().filter(move |one| one.rule == rule);
        assert_eq!(rules("bound").count(), 16);
        assert_eq!(rules("misfit-named").count(), 5);
        assert_eq!(read(&outcome), Some(2_000.0));

        let settings = r#"{"relation": "app.every", "rows": 2000}"#;
        let mut ask = Ask::new("decoder", "rows = 1000", settings);
        (ask.read, ask.report) = (&["app.every"], "values");
        let outcome = bench.ask(ask).await;
        assert_eq!(outcome.status, Status::CouldNotLook, "{outcome:#?}");
        let unseen: Vec<_> = outcome
            .findings
            .iter()
            .filter(|finding| finding.status == Status::CouldNotLook)
            .map(|finding| (finding.rule.as_str(), &finding.expected))
            .collect();
        assert_eq!(unseen, [("within-limits", &Shown::Count(1_000))]);
        assert!(outcome.findings.len() > 20, "{outcome:#?}");
    })
    .await;
}
