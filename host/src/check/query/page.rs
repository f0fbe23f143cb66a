//! A column-major page, filled straight from the wire's buffer.

use super::calendar::MICROS_PER_DAY;
use super::catalog::Kind;
use super::row::{CellError, Cells, fixed, float, int, utf8};
use crate::check::bindings::vhost::check::types::{Blobs, ColumnData, ColumnPage, Page, Strings};

/// Builds one page; each row is copied once, from the wire's buffer to its columns.
pub struct PageBuilder {
    rows: u32,
    columns: Vec<(Kind, ColumnPage)>,
}

impl PageBuilder {
    pub fn new(kinds: impl Iterator<Item = Kind>) -> Self {
        let columns = kinds.map(|kind| {
            let data = match kind {
                Kind::Bool => ColumnData::Booleans(Vec::new()),
                Kind::Int2 | Kind::Int4 | Kind::Int8 | Kind::Oid => ColumnData::Ints(Vec::new()),
                Kind::Float4 | Kind::Float8 => ColumnData::Floats(Vec::new()),
                Kind::Bytea => ColumnData::Bytes(Blobs {
                    offsets: vec![0],
                    data: Vec::new(),
                }),
                Kind::Date | Kind::Timestamp | Kind::Timestamptz => {
                    ColumnData::Timestamps(Vec::new())
                }
                Kind::Numeric
                | Kind::Text
                | Kind::Json
                | Kind::Uuid
                | Kind::Interval
                | Kind::Other => ColumnData::Strings(Strings {
                    offsets: vec![0],
                    data: String::new(),
                }),
            };
            let nulls = Vec::new();
            (kind, ColumnPage { nulls, data })
        });
        Self {
            rows: 0,
            columns: columns.collect(),
        }
    }

    /// Adds one row. After an error the page is of no use.
    #[inline]
    pub fn push(&mut self, mut cells: Cells<'_>) -> Result<(), CellError> {
        let bit = self.rows % 8;
        for (kind, column) in &mut self.columns {
            if bit == 0 {
                column.nulls.push(0);
            }
            match cells.next()? {
                Some(cell) => push(*kind, &mut column.data, cell)?,
                None => {
                    if let Some(last) = column.nulls.last_mut() {
                        *last |= 1 << bit;
                    }
                    push_null(&mut column.data);
                }
            }
        }
        self.rows += 1;
        Ok(())
    }

    pub fn finish(self, done: bool) -> Page {
        Page {
            rows: self.rows,
            columns: self.columns.into_iter().map(|(_, page)| page).collect(),
            done,
        }
    }
}

#[inline]
fn push(kind: Kind, data: &mut ColumnData, cell: &[u8]) -> Result<(), CellError> {
    match data {
        ColumnData::Booleans(values) => values.push(u8::from(fixed::<1>(cell)? != [0])),
        ColumnData::Ints(values) => values.push(int(kind, cell)?),
        ColumnData::Floats(values) => values.push(float(kind, cell)?),
        ColumnData::Timestamps(values) => values.push(match kind {
            Kind::Date => date_micros(i32::from_be_bytes(fixed(cell)?))?,
            _ => i64::from_be_bytes(fixed(cell)?),
        }),
        ColumnData::Strings(strings) => {
            strings.data.push_str(utf8(cell)?);
            strings.offsets.push(offset(strings.data.len())?);
        }
        ColumnData::Bytes(blobs) => {
            blobs.data.extend_from_slice(cell);
            blobs.offsets.push(offset(blobs.data.len())?);
        }
    }
    Ok(())
}

/// A null takes its place, so that row i is always at index i.
fn push_null(data: &mut ColumnData) {
    match data {
        ColumnData::Booleans(values) => values.push(0),
        ColumnData::Ints(values) | ColumnData::Timestamps(values) => values.push(0),
        ColumnData::Floats(values) => values.push(0.0),
        ColumnData::Strings(Strings { offsets, .. }) | ColumnData::Bytes(Blobs { offsets, .. }) => {
            offsets.extend(offsets.last().copied());
        }
    }
}

/// A page is far below 4 GiB: see the session's page size and the largest grant for one value.
fn offset(length: usize) -> Result<u32, CellError> {
    u32::try_from(length).map_err(|_| CellError::TooLarge)
}

fn date_micros(days: i32) -> Result<i64, CellError> {
    match days {
        i32::MAX => Ok(i64::MAX),
        i32::MIN => Ok(i64::MIN),
        days => i64::from(days)
            .checked_mul(MICROS_PER_DAY)
            .ok_or(CellError::DateOutOfRange),
    }
}
