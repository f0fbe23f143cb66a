//! One call into the database: its savepoint, its time, its answers.

use std::time::{Duration, Instant};

use postgres_protocol::message::frontend;

use super::Session;
use super::cursor::Cursor;
use super::failure::{self, Patience, from_server, limit};
use super::reply::{Field, Reply, ServerError};
use super::row::{self, CellError, Cells, Layout};
use super::wire::{Message, Over, RowBounds, Wire, WireError};
use crate::check::bindings::vhost::check::types::{Error, Limit};

/// How much longer than `statement_timeout` the host waits: some of Postgres' loops cannot be interrupted.
pub const GRACE: Duration = Duration::from_secs(2);

/// Everything that the server answered up to a Sync.
#[derive(Default)]
pub struct Answer {
    pub parameters: Vec<u32>,
    pub columns: Vec<Field>,
    pub error: Option<Box<ServerError>>,
    /// Rows that were handed on.
    pub rows: u64,
    /// Bytes of row messages, handed on or not.
    pub bytes: u64,
    /// Why a row was not handed on; no later row was.
    refused: Option<Refused>,
    status: u8,
}

enum Refused {
    Over(Over),
    Cell(CellError),
}

impl Session {
    /// Fetches `count` rows. An error is the cursor's end.
    pub(super) async fn batch(
        &mut self,
        cursor: &Cursor,
        count: u64,
        layout: Layout,
        mut take: impl FnMut(Cells<'_>) -> Result<(), CellError>,
    ) -> Result<Answer, Error> {
        if self.bytes_left() == 0 {
            return Err(limit(Limit::Bytes, self.limits.bytes));
        }
        let patience = self.begin_call()?;
        let (columns, cap) = (cursor.columns.len(), self.limits.cell_bytes);
        let formats = cursor.infos().map(|info| row::format(info.kind, layout));
        let wire = self.wire()?;
        wire.queue_parse(&format!(
            "FETCH FORWARD {count} FROM vhost_{}",
            cursor.number
        ))
        .map_err(gone)?;
        wire.queue_bind(&[], formats).map_err(gone)?;
        frontend::execute("", 0, &mut wire.output).map_err(encoding)?;
        wire.queue("RELEASE vhost").map_err(gone)?;
        let answer = self
            .exchange(patience, |body| take(Cells::new(body, columns, cap)?))
            .await?;
        if let Some(error) = answer.error {
            self.undo(patience).await?;
            return Err(from_server(*error, 0, "", patience));
        }
        match answer.refused {
            None => Ok(answer),
            Some(Refused::Over(Over::Total)) => Err(limit(Limit::Bytes, self.limits.bytes)),
            Some(Refused::Over(Over::Cell) | Refused::Cell(CellError::TooLarge)) => {
                Err(limit(Limit::CellBytes, self.limits.cell_bytes))
            }
            Some(Refused::Cell(CellError::NotUtf8)) => Err(failure::sql(
                "22021",
                "a value is not valid in UTF-8, and the database does not say what it is encoded in",
            )),
            Some(Refused::Cell(CellError::DateOutOfRange)) => Err(failure::sql(
                "22008",
                "date out of range for a column page, which counts microseconds in 64 bits",
            )),
            Some(Refused::Cell(CellError::Malformed)) => {
                self.wire = None;
                Err(gone(WireError::Unexpected("a row unlike its description")))
            }
        }
    }

    /// Queues what stands before every call: its savepoint and its time.
    pub(super) fn begin_call(&mut self) -> Result<Patience, Error> {
        let check = Patience {
            left: self.deadline.saturating_duration_since(Instant::now()),
            what: Limit::CheckTime,
            allowed: self.limits.time,
        };
        let statement = Patience {
            left: self.limits.statement_time,
            what: Limit::StatementTime,
            allowed: self.limits.statement_time,
        };
        if check.left.is_zero() {
            return Err(check.hit());
        }
        let patience = if check.left <= statement.left {
            check
        } else {
            statement
        };
        // Zero would mean no timeout.
        let millis = patience.left.as_millis().max(1);
        let wire = self.wire()?;
        wire.queue("SAVEPOINT vhost").map_err(gone)?;
        wire.queue(&format!("SET LOCAL statement_timeout = {millis}"))
            .map_err(gone)?;
        Ok(patience)
    }

    /// Takes back what a failed call did, and only that.
    pub(super) async fn undo(&mut self, patience: Patience) -> Result<(), Error> {
        let wire = self.wire()?;
        for sql in ["ROLLBACK TO vhost", "RELEASE vhost"] {
            wire.queue(sql).map_err(gone)?;
        }
        let answer = self.exchange(patience, |_| Ok(())).await?;
        match answer.error {
            None => Ok(()),
            Some(_) => {
                self.wire = None;
                Err(gone(WireError::Unexpected("an error while undoing a call")))
            }
        }
    }

    pub(super) fn wire(&mut self) -> Result<&mut Wire, Error> {
        let over = || Error::Unavailable("the check's session is over".to_owned());
        self.wire.as_mut().ok_or_else(over)
    }

    /// Sends what is queued, up to a Sync, and reads every answer to it.
    pub(super) async fn exchange(
        &mut self,
        patience: Patience,
        take: impl FnMut(&[u8]) -> Result<(), CellError>,
    ) -> Result<Answer, Error> {
        self.wire()?;
        let bounds = RowBounds {
            cell: self.limits.cell_bytes,
            total: self.bytes_left(),
        };
        // `wire()` has just seen that it is there.
        let Some(mut wire) = self.wire.take() else {
            return Err(patience.hit());
        };
        let talk = converse(&mut wire, bounds, take);
        let answer = match tokio::time::timeout(patience.left + GRACE, talk).await {
            Err(_) => return Err(patience.hit()),
            Ok(answer) => answer.map_err(gone)?,
        };
        self.spent.bytes += answer.bytes;
        match answer.status {
            b'T' | b'E' => self.wire = Some(wire),
            _ => return Err(gone(WireError::Unexpected("the transaction's end"))),
        }
        Ok(answer)
    }
}

/// Sends what is queued, up to a Sync, and reads every answer to it.
async fn converse(
    wire: &mut Wire,
    bounds: RowBounds,
    mut take: impl FnMut(&[u8]) -> Result<(), CellError>,
) -> Result<Answer, WireError> {
    frontend::sync(&mut wire.output);
    wire.flush().await?;
    let mut answer = Answer::default();
    loop {
        let left = RowBounds {
            cell: bounds.cell,
            total: bounds.total.saturating_sub(answer.bytes),
        };
        match wire.next(left).await? {
            Message::Row(length) => {
                answer.bytes += length as u64;
                if answer.refused.is_none() {
                    match take(wire.row(length)) {
                        Ok(()) => answer.rows += 1,
                        Err(error) => answer.refused = Some(Refused::Cell(error)),
                    }
                }
                wire.row_done(length);
            }
            Message::TooLarge(over, length) => {
                answer.bytes += length as u64;
                answer.refused.get_or_insert(Refused::Over(over));
            }
            Message::Reply(Reply::Parameters(oids)) => answer.parameters = oids,
            Message::Reply(Reply::Columns(fields)) => answer.columns = fields,
            // The first error is the cause; the server skips everything up to the Sync after it.
            Message::Reply(Reply::Error(error)) => {
                answer.error.get_or_insert(error);
            }
            Message::Reply(Reply::Ready(status)) => {
                answer.status = status;
                return Ok(answer);
            }
            Message::Reply(Reply::Acknowledged | Reply::Complete | Reply::Status { .. }) => {}
            Message::Reply(Reply::Authentication { .. }) => {
                return Err(WireError::Unexpected("a question about authentication"));
            }
        }
    }
}

/// Words a broken connection for a guest, which can do nothing about it.
pub fn gone(error: WireError) -> Error {
    Error::Unavailable(error.to_string())
}

/// Words a message that does not fit the protocol, such as one longer than 2 GiB.
pub fn encoding(error: std::io::Error) -> Error {
    gone(WireError::Io(error))
}
