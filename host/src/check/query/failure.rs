//! What a guest is told when its statement fails.

use std::time::Duration;

use super::reply::ServerError;
use crate::check::bindings::vhost::check::types::{Error, Limit, LimitHit, SqlError};

/// Why the clock would stop a call: the narrower of two budgets.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    pub left: Duration,
    pub what: Limit,
    pub allowed: Duration,
}

impl Patience {
    pub fn hit(self) -> Error {
        limit(self.what, self.allowed.as_millis() as u64)
    }
}

pub fn limit(what: Limit, allowed: u64) -> Error {
    Error::Limit(LimitHit { what, allowed })
}

/// Sorts a server's error by its SQLSTATE (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
///
/// `prefix` is the number of characters that the host put before the guest's text: positions are counted from the
/// guest's first character. `sql` is the guest's text.
pub fn from_server(error: ServerError, prefix: usize, sql: &str, patience: Patience) -> Error {
    let position = error
        .position
        .and_then(|position| position.checked_sub(u32::try_from(prefix).ok()?))
        .filter(|position| *position > 0);
    match error.sqlstate.as_str() {
        "42501" => Error::Denied(format!(
            "{}; ask for a grant in this check's `read` list",
            error.message
        )),
        "25006" => Error::Denied(format!("{}; no grant lets a check write", error.message)),
        // A guest's text stands where only a query is allowed, so another kind of statement fails at its first word.
        // The server's message quotes that word, and a guest can put a row's text there: it goes no further.
        "42601" if position.is_some() && position == first_word(sql) => Error::Denied(
            "a check may run one SELECT, VALUES, TABLE or WITH query and nothing else".to_owned(),
        ),
        "57014" => patience.hit(),
        "57P01" | "57P02" | "57P03" | "57P05" => Error::Unavailable(error.message),
        class if class.starts_with("08") => Error::Unavailable(error.message),
        _ => Error::Sql(SqlError {
            sqlstate: error.sqlstate,
            severity: error.severity,
            message: error.message,
            detail: error.detail,
            hint: error.hint,
            position,
            constraint: error.constraint,
            table: error.table,
        }),
    }
}

/// An error that the host finds by itself, in the server's shape.
pub fn sql(sqlstate: &str, message: impl Into<String>) -> Error {
    Error::Sql(SqlError {
        sqlstate: sqlstate.to_owned(),
        severity: "ERROR".to_owned(),
        message: message.into(),
        detail: None,
        hint: None,
        position: None,
        constraint: None,
        table: None,
    })
}

fn first_word(sql: &str) -> Option<u32> {
    let at = sql.chars().position(|c| !c.is_whitespace())?;
    u32::try_from(at + 1).ok()
}
