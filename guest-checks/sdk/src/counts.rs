//! Several numbers by one question.

use crate::bindings::vhost::check::types::Value;
use crate::query::{FromValue, QueryError, query};

/// The one row of a question that counts: `let [rows, nulls] = counts("SELECT count(*), count(*) - count(a) FROM s.t", &[])?`.
///
/// Another number of columns, a null and anything that is no integer is [`QueryError::Unexpected`], and so is no row.
pub fn counts<const N: usize>(sql: &str, params: &[Value]) -> Result<[i64; N], QueryError> {
    let row = query(sql, params)?.next().transpose()?.unwrap_or_default();
    let numbers: Vec<i64> = row
        .into_iter()
        .map(i64::from_value)
        .collect::<Result<_, _>>()?;
    numbers
        .try_into()
        .map_err(|numbers: Vec<i64>| QueryError::Unexpected {
            wanted: "a row of as many numbers as the check reads",
            got: format!("{} columns", numbers.len()),
        })
}
