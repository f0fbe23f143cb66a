//! Rows as the structs that a check reads them into.

mod cell;
mod misfit;
mod page;
mod row;
#[cfg(test)]
mod tests;

use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use crate::bindings::vhost::check::types::{Column, Page};
use crate::boundary::query::Cursor;
use crate::query::{PAGE_ROWS, QueryError};

pub use misfit::Misfit;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use page::oid;

/// The rows of one question, each as a `T`. It ends after the first error.
pub struct Records<T> {
    cursor: Cursor,
    columns: Vec<Column>,
    page: Page,
    /// Of the page, the next to be read.
    row: usize,
    record: PhantomData<fn() -> T>,
}

impl<T> Records<T> {
    pub(crate) fn new(cursor: Cursor) -> Self {
        Self {
            columns: cursor.columns(),
            cursor,
            page: Page {
                rows: 0,
                columns: Vec::new(),
                done: false,
            },
            row: 0,
            record: PhantomData,
        }
    }

    /// Known before the first row, also where there is none.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn end(&mut self) {
        self.page.done = true;
        self.page.rows = 0;
    }
}

impl<T: DeserializeOwned> Iterator for Records<T> {
    type Item = Result<T, QueryError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.row >= self.page.rows as usize {
            if self.page.done {
                return None;
            }
            match self.cursor.fetch_page(PAGE_ROWS) {
                Ok(page) => (self.page, self.row) = (page, 0),
                Err(error) => {
                    self.end();
                    return Some(Err(error.into()));
                }
            }
        }
        let record = row::read(&self.columns, &self.page, self.row);
        self.row += 1;
        Some(record.map_err(|misfit| {
            self.end();
            QueryError::Misfit(misfit)
        }))
    }
}
