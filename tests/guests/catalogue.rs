//! The catalogue of checks on a real Postgres: data that is right, data that is wrong, and what must not fool them.

mod allowed_values;
mod balanced_sums;
mod database_setup;
mod documented;
mod foreign_keys;
mod fresh_rows;
mod json_shape;
mod no_plaintext;
mod row_drift;
#[path = "../schema.rs"]
mod schema;
mod sequence_headroom;
mod unique_key;

use vhost::check::CheckOutcome;
use vhost::finding::{Shown, Status};

use crate::ground::Ask;
use crate::restored::Bench;

/// A plain dump of these statements.
fn dump(sql: &str) -> String {
    format!(
        "--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 15.18\n-- Dumped by pg_dump version 15.18\n\n\
         CREATE SCHEMA app;\nCREATE SCHEMA closed;\n{sql}\n\n--\n-- PostgreSQL database dump complete\n--\n"
    )
}

/// Settings as a plan writes them, as the check gets them.
fn settings(toml: &str) -> String {
    let table: toml::Table = toml::from_str(toml).unwrap();
    serde_json::to_string(&table).unwrap()
}

/// A line for each finding: status, rule, subject, what was expected and what is.
fn told(outcome: &CheckOutcome) -> Vec<String> {
    let lines = outcome.findings.iter().map(|finding| {
        let status = match finding.status {
            Status::Pass => "pass",
            Status::Fail => "FAIL",
            Status::CouldNotLook => "BLIND",
        };
        let (expected, actual) = (shown(&finding.expected), shown(&finding.actual));
        let (rule, subject) = (&finding.rule, &finding.subject);
        format!("{status} {rule} [{subject}] {expected} {actual}")
    });
    lines.collect()
}

fn shown(value: &Shown) -> String {
    match value {
        Shown::Count(count) => count.to_string(),
        Shown::Boolean(boolean) => boolean.to_string(),
        other => format!("{other:?}"),
    }
}

impl Bench<'_, '_> {
    /// What a check tells that may read the schema `app`.
    async fn tell(&mut self, check: &str, toml: &str) -> Vec<String> {
        let outcome = self.hold(check, toml).await;
        assert_ne!(outcome.status, Status::CouldNotLook, "{outcome:#?}");
        told(&outcome)
    }

    async fn hold(&mut self, check: &str, toml: &str) -> CheckOutcome {
        let settings = settings(toml);
        let mut ask = Ask::new(check, "", &settings);
        // So that findings and reasons are told in words; what `counts` withholds is tested elsewhere.
        (ask.read, ask.report) = (&["app.*"], "values");
        self.ask(ask).await
    }

    /// Holds that a check cannot look, and gives everything that the report would say of why.
    async fn blind(&mut self, check: &str, toml: &str) -> String {
        let outcome = self.hold(check, toml).await;
        assert_eq!(outcome.status, Status::CouldNotLook, "{outcome:#?}");
        format!("{:?}", outcome.ended)
    }
}
