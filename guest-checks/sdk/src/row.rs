//! One row by its key, and what its cells are expected to hold.

use std::collections::BTreeMap;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::bindings::vhost::check::types::Value;
use crate::cell::Cell;
use crate::query::{QueryError, query};
use crate::sql::{Ident, Relation};
use crate::value::FromValue;

/// Column names and the values that pick a row.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "BTreeMap<Ident, Cell>")]
pub struct Key(BTreeMap<Ident, Cell>);

impl Key {
    /// A `WHERE` condition over the key's columns; its values are pushed to `params`.
    pub fn condition(&self, params: &mut Vec<Value>) -> String {
        self.0
            .iter()
            .map(|(column, cell)| cell.condition(column, params))
            .collect::<Vec<_>>()
            .join(" AND ")
    }

    /// Sixteen hexadecimal digits that tell keys apart without showing them.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for (column, cell) in &self.0 {
            for part in [column.as_str(), &cell.canonical()] {
                // The length in front keeps two parts from being read as one.
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part);
            }
        }
        hex::encode(&hash.finalize()[..8])
    }
}

impl TryFrom<BTreeMap<Ident, Cell>> for Key {
    type Error = &'static str;

    fn try_from(columns: BTreeMap<Ident, Cell>) -> Result<Self, &'static str> {
        if columns.is_empty() {
            return Err("a key needs at least one column");
        }
        Ok(Self(columns))
    }
}

/// A row that a plan describes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Row {
    /// Where it is.
    pub relation: Relation,
    /// What picks it.
    pub key: Key,
    /// What it holds, by column.
    pub cells: BTreeMap<Ident, Cell>,
}

/// What was found under a row's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Rows with the key; counting stops at 2.
    pub rows: i64,
    /// By column: the cell is as expected. All false where there is not exactly one row.
    pub cells: BTreeMap<Ident, bool>,
}

impl Row {
    /// Looks the row up. The database compares, so no cell leaves it.
    pub fn look(&self) -> Result<Seen, QueryError> {
        let (sql, params) = self.question();
        let mut rows = 0;
        let mut cells: BTreeMap<_, _> = self.cells.keys().map(|c| (c.clone(), false)).collect();
        for row in query(&sql, &params)? {
            rows += 1;
            // The first answer is the constant; it is there for a row without expected cells.
            for (held, value) in cells.values_mut().zip(row?.into_iter().skip(1)) {
                *held = bool::from_value(value)? && rows == 1;
            }
        }
        if rows != 1 {
            cells.values_mut().for_each(|held| *held = false);
        }
        Ok(Seen { rows, cells })
    }

    fn question(&self) -> (String, Vec<Value>) {
        let mut params = Vec::new();
        let mut answers = vec!["true".to_owned()];
        for (column, cell) in &self.cells {
            answers.push(format!("({}) IS TRUE", cell.condition(column, &mut params)));
        }
        let sql = format!(
            "SELECT {} FROM {} WHERE {} LIMIT 2",
            answers.join(", "),
            self.relation,
            self.key.condition(&mut params),
        );
        (sql, params)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(json: &str) -> Result<Row, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn the_question_answers_in_booleans() {
        let row = row(r#"{"relation": "s.t", "key": {"id": 7, "lane": "x"},
                          "cells": {"state": "draft", "gone": {"null": true}}}"#)
        .unwrap();
        let (sql, params) = row.question();
        assert_eq!(
            sql,
            r#"SELECT true, ("gone" IS NULL) IS TRUE, ("state"::text = $1::text) IS TRUE FROM "s"."t" WHERE "id" = $2::int8 AND "lane"::text = $3::text LIMIT 2"#
        );
        assert_eq!(params.len(), 3);
    }

    #[test]
    fn a_key_without_columns_would_pick_any_row() {
        let error = row(r#"{"relation": "s.t", "key": {}, "cells": {}}"#).unwrap_err();
        assert!(error.to_string().contains("at least one column"), "{error}");
    }

    #[test]
    fn unlike_keys_have_unlike_digests() {
        let key = |json| serde_json::from_str::<Key>(json).unwrap().digest();
        assert_eq!(key(r#"{"a": 1, "b": 2}"#), key(r#"{"b": 2, "a": 1}"#));
        assert_ne!(key(r#"{"a": 1}"#), key(r#"{"a": "1"}"#));
        assert_ne!(key(r#"{"ab": "c"}"#), key(r#"{"a": "bc"}"#));
        assert_eq!(key(r#"{"a": 1}"#).len(), 16);
    }
}
