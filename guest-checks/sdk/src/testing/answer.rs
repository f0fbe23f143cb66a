//! What a scripted database answers.

use crate::bindings::vhost::check::types::{Error, Limit, LimitHit, Value};
use crate::testing::sql_error;

/// What a scripted database answers: rows, an error, or rows and then an error.
///
/// Whatever converts to a [`Value`] is the answer of one row with one column, as `SELECT count(*)` gives it.
#[derive(Clone, Debug)]
pub struct Answer {
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Vec<Value>>,
    /// Comes when the rows have ended.
    pub(super) error: Option<Error>,
}

impl Answer {
    /// Rows, each with a value for every column.
    ///
    /// ```
    /// use vhost_check::testing::Answer;
    /// use vhost_check::{Date, params};
    ///
    /// let due = Date::new(2026, 5, 17);
    /// Answer::rows(["id", "due"], [params![1, due], params![2, None::<Date>]]);
    /// ```
    ///
    /// # Panics
    ///
    /// Where a row has more or fewer values than there are columns.
    #[track_caller]
    pub fn rows<const COLUMNS: usize>(
        columns: [&str; COLUMNS],
        rows: impl IntoIterator<Item = impl Into<Vec<Value>>>,
    ) -> Self {
        let rows: Vec<Vec<Value>> = rows.into_iter().map(Into::into).collect();
        for row in &rows {
            assert_eq!(row.len(), COLUMNS, "{row:?} has not one value a column");
        }
        Self {
            columns: columns.map(str::to_owned).into(),
            rows,
            error: None,
        }
    }

    /// No row; its columns are known all the same.
    pub fn no_rows<const COLUMNS: usize>(columns: [&str; COLUMNS]) -> Self {
        Self::rows(columns, Vec::<Vec<Value>>::new())
    }

    /// The relation is not in the restored database.
    pub fn missing_relation() -> Self {
        Self::error(sql_error("42P01", "relation does not exist"))
    }

    /// A column is not in the restored database.
    pub fn missing_column() -> Self {
        Self::error(sql_error("42703", "column does not exist"))
    }

    /// The grant does not open the relation.
    pub fn denied() -> Self {
        Self::error(Error::Denied("permission denied".to_owned()))
    }

    /// The server refuses or fails the statement; `sqlstate` has five characters (Postgres' appendix "Error Codes").
    pub fn fails(sqlstate: &str, message: &str) -> Self {
        Self::error(sql_error(sqlstate, message))
    }

    /// A limit of the grant is hit at once.
    pub fn limit(what: Limit, allowed: u64) -> Self {
        Self::error(Error::Limit(LimitHit { what, allowed }))
    }

    /// A limit of the grant is hit behind these rows.
    pub fn then_limit(mut self, what: Limit, allowed: u64) -> Self {
        self.error = Some(Error::Limit(LimitHit { what, allowed }));
        self
    }

    /// Any error, at once.
    pub fn error(error: Error) -> Self {
        Self {
            columns: Vec::new(),
            rows: Vec::new(),
            error: Some(error),
        }
    }
}

impl<T: Into<Value>> From<T> for Answer {
    fn from(value: T) -> Self {
        Self::rows(["value"], [[value.into()]])
    }
}
