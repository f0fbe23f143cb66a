//! Questions to the restored database.

use std::fmt;
use std::vec;

use crate::bindings::vhost::check::query as wit;
use crate::bindings::vhost::check::types::{Column, Error, Value};

/// Large enough that asking the server and crossing the boundary cost little. Of wide rows the host hands over fewer: a
/// page is at most about 4 MiB.
const PAGE_ROWS: u32 = 4_096;

/// Why a question has no answer.
#[derive(Debug)]
pub enum QueryError {
    /// The host or the database said no.
    Asked(Error),
    /// The answer is of another type than the check expects.
    Unexpected { wanted: &'static str, got: String },
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

    fn sqlstate(&self) -> Option<&str> {
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
                write!(
                    f,
                    "the grant's limit {:?} of {} is used up",
                    hit.what, hit.allowed
                )
            }
            QueryError::Asked(Error::BadParameter(text)) => write!(f, "parameter: {text}"),
            QueryError::Asked(Error::Unavailable(text)) => write!(f, "database gone: {text}"),
            QueryError::Unexpected { wanted, got } => {
                write!(f, "the database answered with {got} instead of {wanted}")
            }
        }
    }
}

impl std::error::Error for QueryError {}

/// A Rust type that a cell can be read into.
pub trait FromValue: Sized {
    fn from_value(value: Value) -> Result<Self, QueryError>;
}

/// Says what a value is without saying what it holds.
fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Boolean(_) => "a boolean".to_owned(),
        Value::Int(_) => "an integer".to_owned(),
        Value::Float(_) => "a float".to_owned(),
        Value::Numeric(_) => "a numeric".to_owned(),
        Value::Text(_) => "text".to_owned(),
        Value::Bytes(_) => "bytes".to_owned(),
        Value::Json(_) => "json".to_owned(),
        Value::Uuid(_) => "a uuid".to_owned(),
        Value::Date(_) => "a date".to_owned(),
        Value::Timestamp(_) | Value::Timestamptz(_) => "a timestamp".to_owned(),
        Value::Interval(_) => "an interval".to_owned(),
        Value::Other(other) => format!("a value of type {}", other.type_name),
    }
}

fn unexpected<T>(wanted: &'static str, value: &Value) -> Result<T, QueryError> {
    Err(QueryError::Unexpected {
        wanted,
        got: kind(value),
    })
}

impl FromValue for i64 {
    fn from_value(value: Value) -> Result<Self, QueryError> {
        match value {
            Value::Int(int) => Ok(int),
            other => unexpected("an integer", &other),
        }
    }
}

impl FromValue for bool {
    fn from_value(value: Value) -> Result<Self, QueryError> {
        match value {
            Value::Boolean(boolean) => Ok(boolean),
            other => unexpected("a boolean", &other),
        }
    }
}

impl FromValue for f64 {
    fn from_value(value: Value) -> Result<Self, QueryError> {
        match value {
            Value::Float(float) => Ok(float),
            other => unexpected("a float", &other),
        }
    }
}

impl FromValue for String {
    fn from_value(value: Value) -> Result<Self, QueryError> {
        match value {
            Value::Text(text) | Value::Uuid(text) | Value::Json(text) | Value::Numeric(text) => {
                Ok(text)
            }
            other => unexpected("text", &other),
        }
    }
}

impl FromValue for Value {
    fn from_value(value: Value) -> Result<Self, QueryError> {
        Ok(value)
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Result<Self, QueryError> {
        match value {
            Value::Null => Ok(None),
            value => T::from_value(value).map(Some),
        }
    }
}

/// The first column of the first row.
pub fn scalar<T: FromValue>(sql: &str, params: &[Value]) -> Result<T, QueryError> {
    T::from_value(wit::scalar(sql, params).map_err(QueryError::Asked)?)
}

/// All rows, fetched page by page as they are asked for. Names go into `sql` through
/// [`Ident`](crate::Ident) and [`Relation`](crate::Relation), values through `params` alone.
pub fn query(sql: &str, params: &[Value]) -> Result<Rows, QueryError> {
    Ok(Rows {
        cursor: wit::open(sql, params).map_err(QueryError::Asked)?,
        page: Vec::new().into_iter(),
        ended: false,
    })
}

/// The rows of one question. It ends after the first error.
pub struct Rows {
    cursor: wit::Cursor,
    page: vec::IntoIter<Vec<Value>>,
    ended: bool,
}

impl Rows {
    /// Known before the first row, also where there is none.
    pub fn columns(&self) -> Vec<Column> {
        self.cursor.columns()
    }
}

impl Iterator for Rows {
    type Item = Result<Vec<Value>, QueryError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(row) = self.page.next() {
            return Some(Ok(row));
        }
        if self.ended {
            return None;
        }
        match self.cursor.fetch(PAGE_ROWS) {
            Ok(page) => {
                self.ended = page.is_empty();
                self.page = page.into_iter();
                self.page.next().map(Ok)
            }
            Err(error) => {
                self.ended = true;
                Some(Err(QueryError::Asked(error)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bindings::vhost::check::types::SqlError;

    fn sql(sqlstate: &str) -> QueryError {
        QueryError::Asked(Error::Sql(SqlError {
            sqlstate: sqlstate.to_owned(),
            severity: "ERROR".to_owned(),
            message: "no".to_owned(),
            detail: None,
            hint: None,
            position: None,
            constraint: None,
            table: None,
        }))
    }

    #[test]
    fn missing_and_forbidden_are_two_things() {
        assert!(sql("42P01").is_missing_relation());
        assert!(sql("42703").is_missing_column());
        assert!(!sql("42501").is_missing_relation());
    }

    #[test]
    fn a_wrong_type_is_named_and_its_value_is_not() {
        let error = i64::from_value(Value::Text("secret".to_owned())).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the database answered with text instead of an integer"
        );
        assert_eq!(Option::<i64>::from_value(Value::Null).unwrap(), None);
    }
}
