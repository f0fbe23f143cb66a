//! A cell as a plan writes it.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};

use crate::bindings::vhost::check::types::Value;
use crate::sql::Ident;

/// What a cell is expected to hold.
///
/// In a plan: a string, an integer, `true`, `false`, or `{ null = true }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Compared with the column's text form (`::text`, with TimeZone UTC and DateStyle ISO), so any type can be
    /// written down exactly.
    Text(String),
    /// Compared as a number.
    Int(i64),
    /// Compared as a boolean.
    Bool(bool),
    /// No value.
    Null,
}

impl Cell {
    /// A condition that is true where `column` holds this cell; null and unlike are both not true.
    ///
    /// The value is pushed to `params`; the condition refers to it by position.
    pub fn condition(&self, column: &Ident, params: &mut Vec<Value>) -> String {
        match self {
            Cell::Null => format!("{column} IS NULL"),
            Cell::Text(text) => {
                params.push(Value::Text(text.clone()));
                format!("{column}::text = ${}::text", params.len())
            }
            Cell::Int(int) => {
                params.push(Value::Int(*int));
                format!("{column} = ${}::int8", params.len())
            }
            Cell::Bool(boolean) => {
                params.push(Value::Boolean(*boolean));
                format!("{column} = ${}::bool", params.len())
            }
        }
    }

    /// One text for each cell, unlike for unlike cells; what a key's digest is taken of.
    pub(crate) fn canonical(&self) -> String {
        match self {
            Cell::Null => "null".to_owned(),
            Cell::Text(text) => format!("text:{text}"),
            Cell::Int(int) => format!("int:{int}"),
            Cell::Bool(boolean) => format!("bool:{boolean}"),
        }
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CellVisitor)
    }
}

struct CellVisitor;

impl<'de> Visitor<'de> for CellVisitor {
    type Value = Cell;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a string, an integer, a boolean or { null = true } (write any other value as a string, \
             as Postgres shows it)",
        )
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Cell, E> {
        Ok(Cell::Text(text.to_owned()))
    }

    fn visit_bool<E: de::Error>(self, boolean: bool) -> Result<Cell, E> {
        Ok(Cell::Bool(boolean))
    }

    fn visit_i64<E: de::Error>(self, int: i64) -> Result<Cell, E> {
        Ok(Cell::Int(int))
    }

    fn visit_u64<E: de::Error>(self, int: u64) -> Result<Cell, E> {
        i64::try_from(int)
            .map(Cell::Int)
            .map_err(|_| E::invalid_value(de::Unexpected::Unsigned(int), &self))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Cell, A::Error> {
        match map.next_entry::<String, bool>()? {
            Some((key, true)) if key == "null" && map.next_key::<String>()?.is_none() => {
                Ok(Cell::Null)
            }
            _ => Err(de::Error::invalid_type(de::Unexpected::Map, &self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Cell, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn a_plan_writes_four_kinds_of_cells() {
        assert_eq!(read(r#""a""#).unwrap(), Cell::Text("a".to_owned()));
        assert_eq!(read("-3").unwrap(), Cell::Int(-3));
        assert_eq!(read("true").unwrap(), Cell::Bool(true));
        assert_eq!(read(r#"{"null": true}"#).unwrap(), Cell::Null);
    }

    #[test]
    fn anything_else_says_what_to_write() {
        for json in [
            "1.5",
            "[1]",
            "null",
            "{}",
            r#"{"null": false}"#,
            r#"{"null": true, "x": true}"#,
            "18446744073709551615",
        ] {
            let error = read(json).unwrap_err().to_string();
            assert!(error.contains("{ null = true }"), "{json}: {error}");
        }
    }

    #[test]
    fn values_become_parameters_and_never_sql() {
        let column: Ident = "state".parse().unwrap();
        let mut params = vec![Value::Int(1)];
        let text = Cell::Text("x' OR true --".to_owned()).condition(&column, &mut params);
        assert_eq!(text, r#""state"::text = $2::text"#);
        assert_eq!(params.len(), 2);
        assert_eq!(
            Cell::Null.condition(&column, &mut params),
            r#""state" IS NULL"#
        );
        assert_eq!(params.len(), 2);
    }
}
