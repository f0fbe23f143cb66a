//! Attacks on the database, one statement each.

use vhost_check::bindings::exports::vhost::check::checker::{Finding, Report, Status};
use vhost_check::bindings::vhost::check::query;
use vhost_check::bindings::vhost::check::types::{Error, Value};

use crate::{finding, report, told};

/// A finding for each statement, by its name.
pub fn all(statements: &[(String, String)]) -> Report {
    report(
        statements
            .iter()
            .map(|(name, sql)| one(name, sql))
            .collect(),
    )
}

fn one(name: &str, sql: &str) -> Finding {
    let (status, words) = match answer(sql) {
        Ok(Some(value)) => (Status::Pass, format!("answered with {value:?}")),
        Ok(None) => (Status::CouldNotLook, "no row".to_owned()),
        Err(error) => (Status::CouldNotLook, told(&error)),
    };
    // A statement that is refused and takes the session with it has done harm all the same.
    match query::scalar("SELECT 1", &[]) {
        Ok(Value::Int(1)) => finding(name, status, words),
        other => finding(
            name,
            Status::Pass,
            format!("{words}; and then the session says {other:?}"),
        ),
    }
}

/// The first cell; none where there is no row.
fn answer(sql: &str) -> Result<Option<Value>, Error> {
    let cursor = query::open(sql, &[])?;
    let rows = cursor.fetch(8)?;
    Ok(rows
        .into_iter()
        .next()
        .and_then(|row| row.into_iter().next()))
}
