//! Questions to the restored database.

mod error;

use std::vec;

use serde::de::DeserializeOwned;

use crate::bindings::vhost::check::types::{Column, Value};
use crate::boundary::query as boundary;
use crate::decode::Records;
use crate::value::FromValue;

pub use crate::bindings::vhost::check::query::Budget;
pub use error::QueryError;

/// Large enough that crossing the boundary costs little, small enough that a page of wide rows stays small.
pub(crate) const PAGE_ROWS: u32 = 512;

/// The first column of the first row; null where there is no row.
///
/// ```no_run
/// use vhost_check::{Findings, QueryError, TimestampTz, params, scalar};
///
/// fn look(findings: &mut Findings) -> Result<(), QueryError> {
///     let open = scalar("SELECT count(*) FROM shop.orders WHERE state = $1", &params!["open"])?;
///     findings.expect_eq("none-open", "shop.orders", 0, open);
///     let newest: Option<TimestampTz> = scalar("SELECT max(placed) FROM shop.orders", &[])?;
///     findings.expect("there-are-orders", "shop.orders", newest.is_some());
///     Ok(())
/// }
/// ```
pub fn scalar<T: FromValue>(sql: &str, params: &[Value]) -> Result<T, QueryError> {
    T::from_value(boundary::scalar(sql, params)?)
}

/// All rows as structs, each field by its column's name; pages are fetched as they are needed.
///
/// `T` is any type that serde reads: a struct whose fields are columns, or a tuple of the columns in order. A
/// column that no field reads is passed over. A field without a column is an error, also where it is an [`Option`] or
/// has a default: what is not asked for must not read as null.
///
/// | column | fields that read it |
/// |---|---|
/// | `boolean` | [`bool`] |
/// | `smallint`, `integer`, `bigint`, `oid` | every integer that the value fits into |
/// | `real`, `double precision` | [`f64`], [`f32`] |
/// | `numeric` | [`Numeric`](crate::Numeric); [`i128`] where it is whole; [`f64`], rounded |
/// | text, names | [`String`], an enum without fields |
/// | `bytea` | [`Vec<u8>`] |
/// | `json`, `jsonb` | [`serde_json::Value`], a struct, a list, a map; [`String`] is its text |
/// | `uuid` | [`Uuid`](crate::Uuid), [`String`] |
/// | `date` | [`Date`](crate::Date) |
/// | `timestamp` | [`Timestamp`](crate::Timestamp) |
/// | `timestamp with time zone` | [`TimestampTz`](crate::TimestampTz) |
/// | `interval` | [`Interval`](crate::Interval) |
/// | enums, arrays, every other type | [`String`]: Postgres' own text; an enum without fields |
/// | any that may be null | [`Option`] of these |
///
/// A value that does not fit is an error that names the column and both types, and never the value: "column `due`:
/// the database answered with text instead of an integer".
///
/// ```no_run
/// # fn look() -> Result<(), vhost_check::QueryError> {
/// use vhost_check::{Date, Numeric, params, query_as};
///
/// #[derive(serde::Deserialize)]
/// struct Invoice {
///     id: i64,
///     due: Option<Date>,
///     amount: Numeric,
/// }
///
/// let sql = "SELECT id, due, amount FROM shop.invoice WHERE state = $1";
/// for invoice in query_as::<Invoice>(sql, &params!["open"])? {
///     let Invoice { id, due, amount } = invoice?;
/// }
/// # Ok(())
/// # }
/// ```
pub fn query_as<T: DeserializeOwned>(
    sql: &str,
    params: &[Value],
) -> Result<Records<T>, QueryError> {
    Ok(Records::new(boundary::open(sql, params)?))
}

/// The one row of a question, for example of sums; no row and more than one are errors.
///
/// ```no_run
/// # fn look() -> Result<(), vhost_check::QueryError> {
/// #[derive(serde::Deserialize)]
/// struct Totals {
///     debit: vhost_check::Numeric,
///     credit: vhost_check::Numeric,
/// }
///
/// let sql = "SELECT coalesce(sum(debit), 0) AS debit, coalesce(sum(credit), 0) AS credit FROM books.entry";
/// let totals: Totals = vhost_check::query_one(sql, &[])?;
/// # Ok(())
/// # }
/// ```
pub fn query_one<T: DeserializeOwned>(sql: &str, params: &[Value]) -> Result<T, QueryError> {
    let mut rows = query_as(sql, params)?;
    let one = rows.next().ok_or(QueryError::NotOneRow { found: 0 })??;
    match rows.next() {
        None => Ok(one),
        Some(Ok(_)) => Err(QueryError::NotOneRow { found: 2 }),
        Some(Err(error)) => Err(error),
    }
}

/// All rows as lists of values, for columns that only the settings know; [`query_as`] is for all others.
///
/// Pages are fetched as they are needed. Names go into `sql` through [`Ident`](crate::Ident) and
/// [`Relation`](crate::Relation), values through `params` alone.
pub fn query(sql: &str, params: &[Value]) -> Result<Rows, QueryError> {
    Ok(Rows {
        cursor: boundary::open(sql, params)?,
        page: Vec::new().into_iter(),
        ended: false,
    })
}

/// What is left of the grant: rows, bytes, statements, milliseconds. A check can stop before a limit stops it.
pub fn remaining() -> Budget {
    boundary::remaining()
}

/// The rows of one question. It ends after the first error.
pub struct Rows {
    cursor: boundary::Cursor,
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
                Some(Err(error.into()))
            }
        }
    }
}
