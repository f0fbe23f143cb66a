//! Why a question has no answer.

use std::fmt;

use crate::bindings::vhost::check::types::{Error, Limit, LimitHit};
use crate::decode::Misfit;

/// Why a question has no answer.
#[derive(Debug)]
#[non_exhaustive]
pub enum QueryError {
    /// The host or the database said no.
    Asked(Error),
    /// The answer is of another type than the check expects.
    Unexpected {
        /// What the check expects, for example `an integer`.
        wanted: &'static str,
        /// What the database answered with, for example `text`; never the value.
        got: String,
    },
    /// A row does not fit into the type that it is read into.
    Misfit(Misfit),
    /// Another number of rows than the one that [`query_one`](crate::query_one) reads.
    NotOneRow {
        /// Rows answered with; counting stops at 2.
        found: u8,
    },
}

impl QueryError {
    /// The relation is not in the restored database (SQLSTATE 42P01, undefined_table).
    ///
    /// A relation that is there and not granted is 42501 (insufficient_privilege), which is not this.
    pub fn is_missing_relation(&self) -> bool {
        self.sqlstate() == Some("42P01")
    }

    /// A column is not in the restored database (SQLSTATE 42703, undefined_column).
    pub fn is_missing_column(&self) -> bool {
        self.sqlstate() == Some("42703")
    }

    /// Which limit of the grant is used up, where that is why. See [`Findings::within_limits`] for what to do then.
    ///
    /// [`Findings::within_limits`]: crate::Findings::within_limits
    pub fn limit(&self) -> Option<LimitHit> {
        match self {
            QueryError::Asked(Error::Limit(hit)) => Some(*hit),
            _ => None,
        }
    }

    /// The five characters of the server's error, where it is one (Postgres' appendix "Error Codes").
    pub fn sqlstate(&self) -> Option<&str> {
        match self {
            QueryError::Asked(Error::Sql(error)) => Some(&error.sqlstate),
            _ => None,
        }
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            QueryError::Asked(Error::Sql(error)) => {
                write!(f, "SQLSTATE {}: {}", error.sqlstate, error.message)
            }
            QueryError::Asked(Error::Denied(text)) => write!(f, "not granted: {text}"),
            QueryError::Asked(Error::Limit(hit)) => {
                let (what, allowed) = (limit_words(hit.what), hit.allowed);
                write!(f, "the grant's limit of {allowed} {what} is used up")
            }
            QueryError::Asked(Error::BadParameter(text)) => write!(f, "parameter: {text}"),
            QueryError::Asked(Error::Unavailable(text)) => write!(f, "database gone: {text}"),
            QueryError::Unexpected { wanted, got } => {
                write!(f, "the database answered with {got} instead of {wanted}")
            }
            QueryError::Misfit(misfit) => misfit.fmt(f),
            QueryError::NotOneRow { found: 0 } => {
                f.write_str("the database answered with no row instead of one")
            }
            QueryError::NotOneRow { .. } => {
                f.write_str("the database answered with more rows than one")
            }
        }
    }
}

/// What is counted, worded to stand behind the number.
fn limit_words(limit: Limit) -> &'static str {
    match limit {
        Limit::Rows => "rows",
        Limit::Bytes => "bytes",
        Limit::CellBytes => "bytes in one value",
        Limit::Statements => "statements",
        Limit::StatementTime => "milliseconds for one statement",
        Limit::CheckTime => "milliseconds for the check",
        Limit::OpenCursors => "open cursors",
        Limit::SqlLength => "bytes in one statement",
        Limit::Parameters => "parameters",
    }
}

impl std::error::Error for QueryError {}

impl From<Error> for QueryError {
    fn from(error: Error) -> Self {
        QueryError::Asked(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::sql_error;

    #[test]
    fn missing_and_forbidden_are_two_things() {
        let sql = |sqlstate| QueryError::from(sql_error(sqlstate, "no"));
        assert!(sql("42P01").is_missing_relation());
        assert!(sql("42703").is_missing_column());
        assert!(!sql("42501").is_missing_relation());
    }

    #[test]
    fn a_limit_is_told_in_words() {
        let (what, allowed) = (Limit::CellBytes, 1_024);
        let error = QueryError::from(Error::Limit(LimitHit { what, allowed }));
        let expected = "the grant's limit of 1024 bytes in one value is used up";
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.limit().map(|hit| hit.allowed), Some(1_024));
    }
}
