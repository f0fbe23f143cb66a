//! Scripted rows by columns, as the host sends them.

use super::Answer;
use crate::bindings::vhost::check::types::{
    Blobs, Column, ColumnData, ColumnPage, Page, Strings, Value,
};
use crate::decode::oid;
use crate::moment::{Date, Timestamp, TimestampTz};
use crate::value::FromValue;

/// OIDs of types that a page tells apart without them (src/include/catalog/pg_type.dat).
const BOOL: u32 = 16;
const BYTEA: u32 = 17;
const INT8: u32 = 20;
const FLOAT8: u32 = 701;
/// The types of a database's own have numbers from here on.
const FIRST_OWN: u32 = 16_384;

/// Name and OID of the type that a column of such values has.
fn column_type(value: &Value) -> (&str, u32) {
    match value {
        Value::Null | Value::Text(_) => ("text", oid::TEXT),
        Value::Boolean(_) => ("boolean", BOOL),
        Value::Int(_) => ("bigint", INT8),
        Value::Float(_) => ("double precision", FLOAT8),
        Value::Numeric(_) => ("numeric", oid::NUMERIC),
        Value::Bytes(_) => ("bytea", BYTEA),
        Value::Json(_) => ("jsonb", oid::JSONB),
        Value::Uuid(_) => ("uuid", oid::UUID),
        Value::Date(_) => ("date", oid::DATE),
        Value::Timestamp(_) => ("timestamp without time zone", oid::TIMESTAMP),
        Value::Timestamptz(_) => ("timestamp with time zone", oid::TIMESTAMPTZ),
        Value::Interval(_) => ("interval", oid::INTERVAL),
        Value::Other(other) => (&other.type_name, FIRST_OWN),
    }
}

/// The columns as the server would describe them. One without a value but null is text.
///
/// # Panics
///
/// Where the values of a column have several types: no database answers so.
pub fn columns(answer: &Answer) -> Vec<Column> {
    let named = answer.columns.iter().enumerate();
    named
        .map(|(at, name)| {
            let cells = answer.rows.iter().map(|row| &row[at]);
            let mut types = cells.filter(|cell| **cell != Value::Null).map(column_type);
            let (type_name, type_oid) = types.next().unwrap_or(("text", oid::TEXT));
            if let Some((other, _)) = types.find(|(other, _)| *other != type_name) {
                panic!("the column `{name}` of an answer has values of {type_name} and of {other}");
            }
            Column {
                name: name.clone(),
                type_name: type_name.to_owned(),
                type_oid,
                nullable: None,
            }
        })
        .collect()
}

/// A page of these rows.
pub fn page(columns: &[Column], rows: &[Vec<Value>], done: bool) -> Page {
    let cells = |at: usize| rows.iter().map(move |row| &row[at]);
    let pages = columns.iter().enumerate().map(|(at, column)| {
        let mut nulls = vec![0; rows.len().div_ceil(8)];
        for (row, _) in cells(at)
            .enumerate()
            .filter(|(_, cell)| **cell == Value::Null)
        {
            nulls[row / 8] |= 1 << (row % 8);
        }
        let data = data(column, cells(at));
        ColumnPage { nulls, data }
    });
    Page {
        rows: rows.len() as u32,
        columns: pages.collect(),
        done,
    }
}

fn data<'a>(column: &Column, cells: impl Iterator<Item = &'a Value>) -> ColumnData {
    match column.type_oid {
        BOOL => ColumnData::Booleans(cells.map(|cell| read::<bool>(cell).into()).collect()),
        INT8 => ColumnData::Ints(cells.map(read).collect()),
        FLOAT8 => ColumnData::Floats(cells.map(read).collect()),
        oid::DATE => ColumnData::Timestamps(cells.map(|cell| moment(cell, Date::micros)).collect()),
        oid::TIMESTAMP => {
            ColumnData::Timestamps(cells.map(|cell| moment(cell, Timestamp::micros)).collect())
        }
        oid::TIMESTAMPTZ => ColumnData::Timestamps(
            cells
                .map(|cell| moment(cell, TimestampTz::micros))
                .collect(),
        ),
        BYTEA => {
            let (offsets, data) = joined(cells.map(read::<Vec<u8>>));
            ColumnData::Bytes(Blobs { offsets, data })
        }
        _ => {
            let (offsets, data) = joined(cells.map(|cell| text(cell).into_bytes()));
            // Texts one after another are text.
            let data = String::from_utf8(data).unwrap_or_default();
            ColumnData::Strings(Strings { offsets, data })
        }
    }
}

/// A null cell holds zero, or an empty string.
fn read<T: FromValue + Default>(cell: &Value) -> T {
    // `columns` has seen that the cell is of its column's type.
    T::from_value(cell.clone()).unwrap_or_default()
}

fn moment<T: FromValue>(cell: &Value, micros: fn(T) -> i64) -> i64 {
    T::from_value(cell.clone()).map_or(0, micros)
}

fn text(cell: &Value) -> String {
    match crate::Interval::from_value(cell.clone()) {
        Ok(interval) => interval.to_string(),
        Err(_) => read(cell),
    }
}

fn joined(cells: impl Iterator<Item = Vec<u8>>) -> (Vec<u32>, Vec<u8>) {
    let (mut offsets, mut data) = (vec![0], Vec::new());
    for cell in cells {
        data.extend(cell);
        offsets.push(data.len() as u32);
    }
    (offsets, data)
}
