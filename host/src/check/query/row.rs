//! One row on the wire, as values.

use super::calendar;
use super::catalog::Kind;
use crate::check::bindings::vhost::check::types::{Interval, OtherValue, Value};

/// Why a value could not be handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellError {
    /// More bytes than one value may have.
    TooLarge,
    /// The database's encoding is SQL_ASCII and these bytes are no UTF-8.
    NotUtf8,
    /// A date that has no place among a page's microseconds.
    DateOutOfRange,
    /// The row is not what its description says.
    Malformed,
}

/// Which result formats a fetch asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    Rows,
    Columns,
}

/// The wire format of a column: 1 is binary where that is exact and cheap, 0 is Postgres' text.
pub fn format(kind: Kind, layout: Layout) -> i16 {
    match kind {
        Kind::Bool
        | Kind::Int2
        | Kind::Int4
        | Kind::Int8
        | Kind::Oid
        | Kind::Float4
        | Kind::Float8
        | Kind::Bytea
        | Kind::Date
        | Kind::Timestamp
        | Kind::Timestamptz => 1,
        Kind::Interval => match layout {
            Layout::Rows => 1,
            Layout::Columns => 0,
        },
        Kind::Numeric | Kind::Text | Kind::Json | Kind::Uuid | Kind::Other => 0,
    }
}

/// The values of one row, in order.
pub struct Cells<'a> {
    body: &'a [u8],
    cap: u64,
}

impl<'a> Cells<'a> {
    /// Takes the body of a DataRow that must have `columns` values of at most `cap` bytes.
    #[inline]
    pub fn new(body: &'a [u8], columns: usize, cap: u64) -> Result<Self, CellError> {
        let (count, body) = body.split_first_chunk().ok_or(CellError::Malformed)?;
        if usize::from(u16::from_be_bytes(*count)) != columns {
            return Err(CellError::Malformed);
        }
        Ok(Self { body, cap })
    }

    /// The next value's bytes; `None` is NULL.
    #[inline]
    pub fn next(&mut self) -> Result<Option<&'a [u8]>, CellError> {
        let (word, rest) = self.body.split_first_chunk().ok_or(CellError::Malformed)?;
        let Ok(length) = usize::try_from(i32::from_be_bytes(*word)) else {
            self.body = rest;
            return Ok(None);
        };
        if length as u64 > self.cap {
            return Err(CellError::TooLarge);
        }
        let (cell, rest) = rest.split_at_checked(length).ok_or(CellError::Malformed)?;
        self.body = rest;
        Ok(Some(cell))
    }
}

/// Takes a fixed number of bytes.
#[inline]
pub fn fixed<const N: usize>(cell: &[u8]) -> Result<[u8; N], CellError> {
    cell.try_into().map_err(|_| CellError::Malformed)
}

#[inline]
pub fn utf8(cell: &[u8]) -> Result<&str, CellError> {
    std::str::from_utf8(cell).map_err(|_| CellError::NotUtf8)
}

/// An integer of any width.
#[inline]
pub fn int(kind: Kind, cell: &[u8]) -> Result<i64, CellError> {
    Ok(match kind {
        Kind::Int2 => i16::from_be_bytes(fixed(cell)?).into(),
        Kind::Int4 => i32::from_be_bytes(fixed(cell)?).into(),
        Kind::Oid => u32::from_be_bytes(fixed(cell)?).into(),
        _ => i64::from_be_bytes(fixed(cell)?),
    })
}

/// A float of either width.
#[inline]
pub fn float(kind: Kind, cell: &[u8]) -> Result<f64, CellError> {
    Ok(match kind {
        Kind::Float4 => f32::from_be_bytes(fixed(cell)?).into(),
        _ => f64::from_be_bytes(fixed(cell)?),
    })
}

/// One value as [`Layout::Rows`] sends it.
pub fn value(kind: Kind, type_name: &str, cell: &[u8]) -> Result<Value, CellError> {
    Ok(match kind {
        Kind::Bool => Value::Boolean(fixed::<1>(cell)? != [0]),
        Kind::Int2 | Kind::Int4 | Kind::Int8 | Kind::Oid => Value::Int(int(kind, cell)?),
        Kind::Float4 | Kind::Float8 => Value::Float(float(kind, cell)?),
        Kind::Numeric => Value::Numeric(utf8(cell)?.to_owned()),
        Kind::Text => Value::Text(utf8(cell)?.to_owned()),
        Kind::Bytea => Value::Bytes(cell.to_vec()),
        Kind::Json => Value::Json(utf8(cell)?.to_owned()),
        Kind::Uuid => Value::Uuid(utf8(cell)?.to_owned()),
        Kind::Date => Value::Date(calendar::from_days(i32::from_be_bytes(fixed(cell)?))),
        Kind::Timestamp => {
            Value::Timestamp(calendar::from_micros(i64::from_be_bytes(fixed(cell)?)))
        }
        Kind::Timestamptz => {
            Value::Timestamptz(calendar::from_micros(i64::from_be_bytes(fixed(cell)?)))
        }
        Kind::Interval => {
            let [micros @ .., a, b, c, d, e, f, g, h] = fixed::<16>(cell)?;
            Value::Interval(Interval {
                micros: i64::from_be_bytes(micros),
                days: i32::from_be_bytes([a, b, c, d]),
                months: i32::from_be_bytes([e, f, g, h]),
            })
        }
        Kind::Other => Value::Other(OtherValue {
            type_name: type_name.to_owned(),
            text: utf8(cell)?.to_owned(),
        }),
    })
}
