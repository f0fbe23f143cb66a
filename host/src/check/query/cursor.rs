//! One open cursor of one check.

use super::call::Answer;
use super::catalog::TypeInfo;
use crate::check::bindings::vhost::check::types::{Column, Error};

/// Rows asked for while nothing is known of their size.
const FIRST_BATCH: u64 = 64;
const LARGEST_BATCH: u64 = 4_096;

/// A cursor. Give it back with [`super::Session::close_cursor`].
pub struct Cursor {
    pub(super) number: u32,
    /// Name, type OID and type.
    pub(super) columns: Vec<(String, u32, TypeInfo)>,
    pub(super) progress: Progress,
    /// Bytes of a row on the wire, on average over the last batch.
    row_bytes: Option<u64>,
    /// Rows of the last batch.
    last: u64,
}

pub(super) enum Progress {
    More,
    Done,
    /// Every later fetch fails in the same way.
    Failed(Error),
}

impl Cursor {
    pub(super) fn new(number: u32, columns: Vec<(String, u32, TypeInfo)>) -> Self {
        Self {
            number,
            columns,
            progress: Progress::More,
            row_bytes: None,
            last: 0,
        }
    }

    /// The result's columns, also of an empty result.
    pub fn columns(&self) -> Vec<Column> {
        let columns = self.columns.iter();
        columns
            .map(|(name, type_oid, info)| Column {
                name: name.clone(),
                type_name: info.name.clone(),
                type_oid: *type_oid,
                // Postgres describes a result without saying whether it can be null.
                nullable: None,
            })
            .collect()
    }

    pub(super) fn infos(&self) -> impl Iterator<Item = &TypeInfo> {
        self.columns.iter().map(|(_, _, info)| info)
    }

    /// How many rows should fill `room` bytes.
    pub(super) fn batch(&self, room: u64) -> u64 {
        match self.row_bytes {
            None => FIRST_BATCH,
            // At most twice as many as the last ones: rows that become large are then met by a small batch more often.
            Some(bytes) => (room / bytes.max(1)).clamp(1, LARGEST_BATCH.min(self.last.max(1) * 2)),
        }
    }

    pub(super) fn learn(&mut self, answer: &Answer) {
        if let Some(bytes) = answer.bytes.checked_div(answer.rows) {
            self.last = answer.rows;
            self.row_bytes = Some(bytes);
        }
    }
}
