//! One cell of a column-major page as a value.

use crate::bindings::vhost::check::types::{Column, ColumnData, ColumnPage, OtherValue, Value};
use crate::interval::Interval;
use crate::moment::{Date, Timestamp, TimestampTz};

/// OIDs of types below 10,000 are fixed for good (src/include/catalog/pg_type.dat).
pub mod oid {
    pub const NAME: u32 = 19;
    pub const TEXT: u32 = 25;
    pub const JSON: u32 = 114;
    pub const BPCHAR: u32 = 1042;
    pub const VARCHAR: u32 = 1043;
    pub const DATE: u32 = 1082;
    pub const TIMESTAMP: u32 = 1114;
    pub const TIMESTAMPTZ: u32 = 1184;
    pub const INTERVAL: u32 = 1186;
    pub const NUMERIC: u32 = 1700;
    pub const UUID: u32 = 2950;
    pub const JSONB: u32 = 3802;
}

/// The cell of a row that the page has: the host fills every column to the page's rows.
///
/// A page does not tell enums and other types with names as text from types without a case of their own: all of them
/// are `other` here.
pub fn value(column: &Column, page: &ColumnPage, row: usize) -> Value {
    if page.nulls[row / 8] >> (row % 8) & 1 == 1 {
        return Value::Null;
    }
    match &page.data {
        ColumnData::Booleans(values) => Value::Boolean(values[row] != 0),
        ColumnData::Ints(values) => Value::Int(values[row]),
        ColumnData::Floats(values) => Value::Float(values[row]),
        ColumnData::Timestamps(values) => match column.type_oid {
            oid::DATE => Date::from_micros(values[row]).into(),
            oid::TIMESTAMP => Timestamp::from_micros(values[row]).into(),
            oid::TIMESTAMPTZ => TimestampTz::from_micros(values[row]).into(),
            // No other type comes as microseconds.
            _ => Value::Int(values[row]),
        },
        ColumnData::Bytes(blobs) => {
            let (from, to) = (blobs.offsets[row], blobs.offsets[row + 1]);
            Value::Bytes(blobs.data[from as usize..to as usize].to_vec())
        }
        ColumnData::Strings(strings) => {
            let (from, to) = (strings.offsets[row], strings.offsets[row + 1]);
            text(column, &strings.data[from as usize..to as usize])
        }
    }
}

fn text(column: &Column, text: &str) -> Value {
    let owned = text.to_owned();
    match column.type_oid {
        oid::TEXT | oid::VARCHAR | oid::BPCHAR | oid::NAME => Value::Text(owned),
        oid::NUMERIC => Value::Numeric(owned),
        oid::JSON | oid::JSONB => Value::Json(owned),
        oid::UUID => Value::Uuid(owned),
        // An infinite interval of Postgres 17 has no parts.
        oid::INTERVAL => text
            .parse::<Interval>()
            .map_or_else(|_| other(column, owned), Value::from),
        _ => other(column, owned),
    }
}

fn other(column: &Column, text: String) -> Value {
    Value::Other(OtherValue {
        type_name: column.type_name.clone(),
        text,
    })
}
