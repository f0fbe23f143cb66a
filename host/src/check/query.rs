//! Guest SQL, fenced: the database half of the `query` interface.
//!
//! One session is one login of the check's own role and one READ ONLY REPEATABLE READ transaction. The role is the
//! wall; what stands here keeps a guest from ending the transaction, from leaving it, and from using more than its
//! budget:
//!
//! - Guest text reaches the server only behind `DECLARE … NO SCROLL CURSOR WITHOUT HOLD FOR`, and only in a Parse
//!   message. The grammar has no place there for COMMIT, SET, COPY, DO or a writing WITH, and the protocol none for a
//!   second statement.
//! - Every call runs in a savepoint. A call that fails is rolled back to it, which drops what the call itself had made
//!   and leaves cursors opened by earlier calls as they were; a call that succeeds releases it, because rolling back
//!   would drop the cursor it just declared. Released or rolled back, the server must say that it is inside the
//!   transaction, or the session is over.
//! - `statement_timeout` is set again in each call, so that no statement decides on the next one's.
//! - A value longer than the grant's `cell_bytes` is refused from its length word, before it is read (`wire.rs`); rows
//!   are asked for in batches that should fill a page of 4 MiB, and at most 16,384 at once. So one page is bounded by
//!   the batch, and at the very worst by what is left of the grant's `bytes`.
//! - A call that is dropped half way takes the connection with it: the next call finds the session over.

#![allow(
    clippy::result_large_err,
    reason = "the error is the boundary's own type, generated from wit/"
)]

mod calendar;
mod call;
mod catalog;
mod cursor;
mod failure;
mod page;
mod parameter;
mod reply;
mod row;
mod startup;
mod wire;

use std::sync::Arc;
use std::time::Instant;

use postgres_protocol::message::frontend;
use tokio_postgres::Config;

pub use catalog::{CatalogError, TypeCatalog};
pub use cursor::Cursor;
pub use startup::SessionError;
pub use wire::WireError;

use call::{GRACE, encoding, gone};
use catalog::TypeInfo;
use cursor::Progress;
use failure::{Patience, from_server, limit};
use page::PageBuilder;
use reply::ServerError;
use row::{CellError, Cells, Layout};
use wire::Wire;

use crate::check::bindings::vhost::check::query::Budget;
use crate::check::bindings::vhost::check::types::{Error, Limit, Page, Value};
use crate::grant::Limits;

/// Cursors that one check may have open at once.
pub const OPEN_CURSORS: u32 = 16;
/// Bytes of one statement's text.
pub const SQL_BYTES: usize = 64 * 1024;
/// Parameters of one statement.
pub const PARAMETERS: usize = 1_000;

/// Bytes on the wire after which a page is handed over even if more rows were asked for.
const PAGE_BYTES: u64 = 4 * 1024 * 1024;

/// One check's session on the restored database.
pub struct Session {
    /// Taken while a call is under way: what is dropped half way is not used again.
    wire: Option<Wire>,
    catalog: Arc<TypeCatalog>,
    limits: Limits,
    spent: Spent,
    deadline: Instant,
    open: u32,
    numbers: u32,
}

/// What a session used so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    pub statements: u32,
    pub rows: u64,
    /// Bytes of row messages.
    pub bytes: u64,
}

impl Session {
    /// Logs in as the check's role; the check's time starts to run.
    ///
    /// `config` names a Unix socket's directory, the role, its password and the database.
    pub async fn open(
        config: &Config,
        catalog: Arc<TypeCatalog>,
        limits: Limits,
    ) -> Result<Self, SessionError> {
        let wire = startup::open(config).await?;
        Ok(Self {
            wire: Some(wire),
            catalog,
            deadline: Instant::now() + limits.time,
            limits,
            spent: Spent::default(),
            open: 0,
            numbers: 0,
        })
    }

    /// Ends the session. Dropping it ends it too, but the server's log calls that unexpected.
    pub async fn close(mut self) -> Result<(), WireError> {
        let Some(mut wire) = self.wire.take() else {
            return Ok(());
        };
        frontend::terminate(&mut wire.output);
        wire.flush().await
    }

    pub fn spent(&self) -> Spent {
        self.spent
    }

    /// What is left of the check's budget.
    pub fn remaining(&self) -> Budget {
        let time = self.deadline.saturating_duration_since(Instant::now());
        Budget {
            rows_left: self.rows_left(),
            bytes_left: self.bytes_left(),
            statements_left: self.limits.statements.saturating_sub(self.spent.statements),
            millis_left: u32::try_from(time.as_millis()).unwrap_or(u32::MAX),
        }
    }

    /// Opens a cursor on one query with parameters `$1` to `$n`.
    pub async fn cursor(&mut self, sql: &str, parameters: &[Value]) -> Result<Cursor, Error> {
        self.admit(sql, parameters)?;
        self.spent.statements += 1;
        self.numbers += 1;
        let number = self.numbers;
        let prefix = format!("DECLARE vhost_{number} NO SCROLL CURSOR WITHOUT HOLD FOR\n");
        let fail = |error: ServerError, patience| {
            // The prefix is ASCII: its bytes are its characters.
            from_server(error, prefix.len(), sql, patience)
        };

        let patience = self.begin_call()?;
        let wire = self.wire()?;
        wire.queue_parse(&format!("{prefix}{sql}")).map_err(gone)?;
        frontend::describe(b'S', "", &mut wire.output).map_err(encoding)?;
        let answer = self.exchange(patience, |_| Ok(())).await?;
        if let Some(error) = answer.error {
            self.undo(patience).await?;
            return Err(fail(*error, patience));
        }

        let types = answer.parameters.iter().map(|oid| self.catalog.get(*oid));
        let encoded = match parameter::encode(parameters, &types.collect::<Vec<_>>()) {
            Ok(encoded) => encoded,
            Err(why) => {
                self.undo(patience).await?;
                return Err(Error::BadParameter(why));
            }
        };
        let portal = format!("vhost_{number}");
        let wire = self.wire()?;
        wire.queue_bind(&encoded, std::iter::empty())
            .map_err(gone)?;
        frontend::execute("", 0, &mut wire.output).map_err(encoding)?;
        frontend::describe(b'P', &portal, &mut wire.output).map_err(encoding)?;
        wire.queue("RELEASE vhost").map_err(gone)?;
        let answer = self.exchange(patience, |_| Ok(())).await?;
        if let Some(error) = answer.error {
            self.undo(patience).await?;
            return Err(fail(*error, patience));
        }
        self.open += 1;
        let columns = answer.columns.into_iter();
        let columns = columns.map(|field| {
            let info = self.catalog.get(field.type_oid);
            (field.name, field.type_oid, info)
        });
        Ok(Cursor::new(number, columns.collect()))
    }

    /// The next rows, at most `max_rows` and fewer where they are large. None is the end.
    pub async fn fetch(
        &mut self,
        cursor: &mut Cursor,
        max_rows: u32,
    ) -> Result<Vec<Vec<Value>>, Error> {
        let kinds: Vec<TypeInfo> = cursor.infos().cloned().collect();
        let mut rows = Vec::new();
        self.pull(cursor, max_rows, Layout::Rows, |mut cells| {
            let mut row = Vec::with_capacity(kinds.len());
            for info in &kinds {
                row.push(match cells.next()? {
                    None => Value::Null,
                    Some(cell) => row::value(info.kind, &info.name, cell)?,
                });
            }
            rows.push(row);
            Ok(())
        })
        .await?;
        Ok(rows)
    }

    /// The next rows by column, at most `max_rows` and fewer where they are large.
    pub async fn fetch_page(&mut self, cursor: &mut Cursor, max_rows: u32) -> Result<Page, Error> {
        let mut page = PageBuilder::new(cursor.infos().map(|info| info.kind));
        self.pull(cursor, max_rows, Layout::Columns, |cells| page.push(cells))
            .await?;
        Ok(page.finish(matches!(cursor.progress, Progress::Done)))
    }

    /// The first column of the first row; `null` if there is no row.
    pub async fn scalar(&mut self, sql: &str, parameters: &[Value]) -> Result<Value, Error> {
        let mut cursor = self.cursor(sql, parameters).await?;
        let rows = self.fetch(&mut cursor, 1).await;
        self.close_cursor(cursor).await?;
        let first = rows?.into_iter().next();
        Ok(first
            .and_then(|row| row.into_iter().next())
            .unwrap_or(Value::Null))
    }

    /// Closes a cursor and frees what the server kept for it.
    pub async fn close_cursor(&mut self, cursor: Cursor) -> Result<(), Error> {
        self.open = self.open.saturating_sub(1);
        if self.wire.is_none() {
            return Ok(());
        }
        // Closing takes no time worth limiting, and must work when the check's time is over.
        let patience = Patience {
            left: GRACE,
            what: Limit::CheckTime,
            allowed: self.limits.time,
        };
        let wire = self.wire()?;
        let close = format!("CLOSE vhost_{}", cursor.number);
        for sql in ["SAVEPOINT vhost", &close, "RELEASE vhost"] {
            wire.queue(sql).map_err(gone)?;
        }
        let answer = self.exchange(patience, |_| Ok(())).await?;
        if answer.error.is_some() {
            self.undo(patience).await?;
        }
        Ok(())
    }

    async fn pull(
        &mut self,
        cursor: &mut Cursor,
        max_rows: u32,
        layout: Layout,
        mut take: impl FnMut(Cells<'_>) -> Result<(), CellError>,
    ) -> Result<(), Error> {
        if max_rows == 0 {
            return Err(Error::BadParameter(
                "max-rows must be at least 1".to_owned(),
            ));
        }
        let (mut rows, mut bytes) = (0, 0);
        while rows < u64::from(max_rows) && bytes < PAGE_BYTES {
            match &cursor.progress {
                Progress::More => {}
                Progress::Done => break,
                Progress::Failed(error) => return Err(error.clone()),
            }
            // With no row left in the budget one more is asked for, to tell the end from a limit; it goes nowhere.
            let left = self.rows_left();
            let batch = cursor
                .batch(PAGE_BYTES - bytes)
                .min(u64::from(max_rows) - rows)
                .min(left.max(1));
            let answer = self.batch(cursor, batch, layout, |cells| match left {
                0 => Ok(()),
                _ => take(cells),
            });
            match answer.await {
                Ok(answer) if left == 0 && answer.rows > 0 => {
                    let error = limit(Limit::Rows, self.limits.rows);
                    cursor.progress = Progress::Failed(error);
                }
                Ok(answer) => {
                    self.spent.rows += answer.rows;
                    rows += answer.rows;
                    bytes += answer.bytes;
                    cursor.learn(&answer);
                    if answer.rows < batch {
                        cursor.progress = Progress::Done;
                    }
                    // What is at hand is handed over before the budget's end is reported.
                    if rows > 0 && self.rows_left() == 0 {
                        break;
                    }
                }
                Err(error) => cursor.progress = Progress::Failed(error),
            }
        }
        Ok(())
    }

    fn rows_left(&self) -> u64 {
        self.limits.rows.saturating_sub(self.spent.rows)
    }

    fn bytes_left(&self) -> u64 {
        self.limits.bytes.saturating_sub(self.spent.bytes)
    }

    /// Everything about a statement that can be refused without asking the server.
    fn admit(&self, sql: &str, parameters: &[Value]) -> Result<(), Error> {
        if self.spent.statements >= self.limits.statements {
            return Err(limit(Limit::Statements, self.limits.statements.into()));
        }
        if self.open >= OPEN_CURSORS {
            return Err(limit(Limit::OpenCursors, OPEN_CURSORS.into()));
        }
        if sql.len() > SQL_BYTES {
            return Err(limit(Limit::SqlLength, SQL_BYTES as u64));
        }
        if parameters.len() > PARAMETERS {
            return Err(limit(Limit::Parameters, PARAMETERS as u64));
        }
        if sql.contains('\0') {
            return Err(failure::sql(
                "42601",
                "a statement cannot hold a NUL character",
            ));
        }
        Ok(())
    }
}
