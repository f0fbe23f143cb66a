//! Rust values as parameters and as what a finding compares, and cells as Rust values.

use crate::bindings::vhost::check::types::Value;
use crate::query::QueryError;

/// The parameters of a statement, `$1` first: each is converted by [`Value::from`].
///
/// ```
/// use vhost_check::{Value, params};
///
/// let lanes = params![7, "executor", None::<bool>];
/// assert_eq!(lanes, [Value::Int(7), Value::Text("executor".to_owned()), Value::Null]);
/// ```
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => {{
        let params: [$crate::Value; _] = [$($crate::Value::from($value)),*];
        params
    }};
}

macro_rules! from_integers {
    ($($integer:ty)*) => {$(
        impl From<$integer> for Value {
            fn from(integer: $integer) -> Self {
                Value::Int(integer.into())
            }
        }
    )*};
}

from_integers!(i8 i16 i32 i64 u8 u16 u32);

/// A number beyond the range of `bigint` is a numeric.
impl From<u64> for Value {
    fn from(integer: u64) -> Self {
        match i64::try_from(integer) {
            Ok(integer) => Value::Int(integer),
            Err(_) => Value::Numeric(integer.to_string()),
        }
    }
}

impl From<usize> for Value {
    fn from(integer: usize) -> Self {
        (integer as u64).into()
    }
}

impl From<i128> for Value {
    fn from(integer: i128) -> Self {
        Value::Numeric(integer.to_string())
    }
}

impl From<f32> for Value {
    fn from(float: f32) -> Self {
        Value::Float(float.into())
    }
}

impl From<f64> for Value {
    fn from(float: f64) -> Self {
        Value::Float(float)
    }
}

impl From<bool> for Value {
    fn from(boolean: bool) -> Self {
        Value::Boolean(boolean)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Value::Bytes(bytes.to_vec())
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Value::Bytes(bytes)
    }
}

impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Self {
        Value::Json(json.to_string())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

impl<T: Clone + Into<Value>> From<&T> for Value {
    fn from(value: &T) -> Self {
        value.clone().into()
    }
}

/// A Rust type that a cell can be read into, for [`scalar`](crate::scalar) and the cells of [`query`](crate::query).
pub trait FromValue: Sized {
    /// Fails with [`QueryError::Unexpected`] for a cell of another type.
    fn from_value(value: Value) -> Result<Self, QueryError>;
}

/// Says what a value is without saying what it holds.
fn kind(value: &Value) -> String {
    let name = match value {
        Value::Null => "null",
        Value::Boolean(_) => "a boolean",
        Value::Int(_) => "an integer",
        Value::Float(_) => "a float",
        Value::Numeric(_) => "a numeric",
        Value::Text(_) => "text",
        Value::Bytes(_) => "bytes",
        Value::Json(_) => "json",
        Value::Uuid(_) => "a uuid",
        Value::Date(_) => "a date",
        Value::Timestamp(_) => "a timestamp without time zone",
        Value::Timestamptz(_) => "a timestamp with time zone",
        Value::Interval(_) => "an interval",
        Value::Other(other) => return format!("a value of type {}", other.type_name),
    };
    name.to_owned()
}

pub(crate) fn unexpected(wanted: &'static str, value: &Value) -> QueryError {
    QueryError::Unexpected {
        wanted,
        got: kind(value),
    }
}

/// The only one for integers, so that `scalar(...)` held against a literal is read as `bigint` without being told.
impl FromValue for i64 {
    fn from_value(value: Value) -> Result<Self, QueryError> {
        match value {
            Value::Int(int) => Ok(int),
            other => Err(unexpected("an integer", &other)),
        }
    }
}

impl FromValue for bool {
    fn from_value(value: Value) -> Result<Self, QueryError> {
        match value {
            Value::Boolean(boolean) => Ok(boolean),
            other => Err(unexpected("a boolean", &other)),
        }
    }
}

/// From a numeric too: the nearest float.
impl FromValue for f64 {
    fn from_value(value: Value) -> Result<Self, QueryError> {
        match value {
            Value::Float(float) => Ok(float),
            Value::Numeric(text) => Ok(text.parse().unwrap_or(f64::NAN)),
            other => Err(unexpected("a float", &other)),
        }
    }
}

/// From every type whose text is what it holds: also uuid, json, numeric, and the types without a case of their own.
impl FromValue for String {
    fn from_value(value: Value) -> Result<Self, QueryError> {
        match value {
            Value::Text(text) | Value::Uuid(text) | Value::Json(text) | Value::Numeric(text) => {
                Ok(text)
            }
            Value::Other(other) => Ok(other.text),
            other => Err(unexpected("text", &other)),
        }
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: Value) -> Result<Self, QueryError> {
        match value {
            Value::Bytes(bytes) => Ok(bytes),
            other => Err(unexpected("bytes", &other)),
        }
    }
}

impl FromValue for serde_json::Value {
    fn from_value(value: Value) -> Result<Self, QueryError> {
        match &value {
            Value::Json(text) => serde_json::from_str(text).ok(),
            _ => None,
        }
        .ok_or_else(|| unexpected("json", &value))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_type_is_named_and_its_value_is_not() {
        let error = i64::from_value(Value::Text("secret".to_owned())).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the database answered with text instead of an integer"
        );
        assert_eq!(Option::<i64>::from_value(Value::Null).unwrap(), None);
    }

    #[test]
    fn rust_values_become_parameters_of_their_type() {
        let name = "executor".to_owned();
        let none: [Value; 0] = params![];
        assert!(none.is_empty());
        assert_eq!(
            params![&name, Some(3_u32), None::<i16>, u64::MAX, vec![1_u8], &true],
            [
                Value::Text(name.clone()),
                Value::Int(3),
                Value::Null,
                Value::Numeric("18446744073709551615".to_owned()),
                Value::Bytes(vec![1]),
                Value::Boolean(true),
            ]
        );
    }
}
