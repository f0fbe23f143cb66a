//! What each statement of a check was and cost, as the host saw it: for whoever writes the check, in a trial.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::check::bindings::vhost::check::types::Error;
use crate::check::exchange::call::Number;
use crate::check::host::without_rows;
use crate::check::query::Spent;

/// Statements that are kept; of those beyond it the number.
const MOST: usize = 1_000;

/// Which statement a call is about.
#[derive(Clone, Copy)]
pub enum Of<'a> {
    Nothing,
    /// One that it sends.
    Statement(&'a str),
    /// The one that opened this cursor.
    Cursor(Number),
}

/// One statement, with all calls about it.
#[derive(Clone, Debug)]
pub struct Sent {
    pub sql: String,
    pub rows: u64,
    /// Of row data, as the database sent it.
    pub bytes: u64,
    /// Until its answers were there.
    pub elapsed: Duration,
    pub failed: Option<Failed>,
}

/// Why a statement, or the next rows of one, was not answered.
#[derive(Clone, Debug)]
pub struct Failed {
    /// In words that hold no row.
    pub why: String,
    /// The server's own words, which can quote a row.
    pub message: Option<String>,
    /// Five characters, where the server refused it.
    pub sqlstate: Option<String>,
}

/// The statements of one check.
#[derive(Debug, Default)]
pub struct Statements {
    sent: Vec<Sent>,
    cursors: BTreeMap<Number, usize>,
    more: u64,
}

/// What one call took.
pub struct Cost {
    pub elapsed: Duration,
    pub before: Spent,
    pub after: Spent,
}

impl Statements {
    pub fn note(&mut self, of: Of<'_>, opened: Option<Number>, cost: &Cost, error: Option<&Error>) {
        let at = match of {
            Of::Nothing => return,
            Of::Statement(_) if self.sent.len() >= MOST => {
                self.more += 1;
                return;
            }
            Of::Statement(sql) => {
                self.sent.push(Sent {
                    sql: sql.to_owned(),
                    rows: 0,
                    bytes: 0,
                    elapsed: Duration::ZERO,
                    failed: None,
                });
                let at = self.sent.len() - 1;
                if let Some(cursor) = opened {
                    self.cursors.insert(cursor, at);
                }
                at
            }
            Of::Cursor(cursor) => match self.cursors.get(&cursor) {
                Some(at) => *at,
                None => return,
            },
        };
        if let Some(sent) = self.sent.get_mut(at) {
            sent.rows += cost.after.rows.saturating_sub(cost.before.rows);
            sent.bytes += cost.after.bytes.saturating_sub(cost.before.bytes);
            sent.elapsed += cost.elapsed;
            if let Some(error) = error {
                sent.failed.get_or_insert_with(|| Failed::of(error));
            }
        }
    }

    /// The statements that were kept, in their order, and how many more there were.
    pub fn finish(self) -> (Vec<Sent>, u64) {
        (self.sent, self.more)
    }
}

impl Failed {
    fn of(error: &Error) -> Self {
        let (message, sqlstate) = match error {
            Error::Sql(error) => (Some(error.message.clone()), Some(error.sqlstate.clone())),
            Error::BadParameter(text) => (Some(text.clone()), None),
            Error::Denied(_) | Error::Limit(_) | Error::Unavailable(_) => (None, None),
        };
        Self {
            why: without_rows(error),
            message,
            sqlstate,
        }
    }

    /// Whether the check's role may not read what the statement names.
    pub fn is_denied(&self) -> bool {
        self.why.starts_with("denied") || self.sqlstate.as_deref() == Some("42501")
    }
}
