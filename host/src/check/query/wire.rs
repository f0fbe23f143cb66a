//! Postgres' frontend/backend protocol 3.0 over a Unix socket, with a bound on everything that is read.
//!
//! A general driver reads a whole message before anybody can refuse it, and resolves unknown types with queries on
//! the same connection, which a check's role must not be able to run. This one refuses a value from its length word,
//! before the value itself has crossed into the host's memory, and asks the server for nothing by itself.
//!
//! What bounds memory: the buffer holds at most one message plus one read of 64 KiB. Row messages are bounded by the
//! caller's [`RowBounds`], error messages are cut at 64 KiB, and every other message longer than 1 MiB ends the
//! connection.

use std::io;

use bytes::{Buf, BytesMut};
use postgres_protocol::IsNull;
use postgres_protocol::message::frontend;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use super::parameter::Parameter;
use super::reply::{Reply, ServerError};

const READ: usize = 64 * 1024;
const LONGEST_MESSAGE: usize = 1024 * 1024;
const LONGEST_ERROR: usize = 64 * 1024;

/// Why a connection can no longer be used.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    #[error("the connection to the restored database failed")]
    Io(#[source] io::Error),
    #[error("the restored database closed the connection")]
    Closed,
    #[error("the restored database or the message to it is not as the protocol wants it: {0}")]
    Unexpected(&'static str),
}

/// What of a row may enter memory.
#[derive(Clone, Copy, Debug)]
pub struct RowBounds {
    /// Bytes of one value.
    pub cell: u64,
    /// Bytes of all rows still to come.
    pub total: u64,
}

/// A bound that a row went over. The row was read past, not into memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    Cell,
    Total,
}

/// One message from the server.
pub enum Message {
    /// A row of this many bytes lies at the start of the buffer: see [`Wire::row`] and [`Wire::row_done`].
    Row(usize),
    /// A row of this many bytes was read past.
    TooLarge(Over, usize),
    Reply(Reply),
}

pub struct Wire {
    stream: UnixStream,
    input: BytesMut,
    /// Messages to send with the next [`Wire::flush`].
    pub output: BytesMut,
}

impl Wire {
    pub fn new(stream: UnixStream) -> Self {
        Self {
            stream,
            input: BytesMut::with_capacity(2 * READ),
            output: BytesMut::new(),
        }
    }

    pub async fn flush(&mut self) -> Result<(), WireError> {
        let sent = self.stream.write_all_buf(&mut self.output).await;
        self.output.clear();
        sent.map_err(WireError::Io)
    }

    /// Queues one of the host's own statements; it has no parameters and its rows are not looked at.
    pub fn queue(&mut self, sql: &str) -> Result<(), WireError> {
        self.queue_parse(sql)?;
        self.queue_bind(&[], std::iter::empty())?;
        frontend::execute("", 0, &mut self.output).map_err(WireError::Io)
    }

    pub fn queue_parse(&mut self, sql: &str) -> Result<(), WireError> {
        frontend::parse("", sql, [], &mut self.output).map_err(WireError::Io)
    }

    /// Queues a Bind of the unnamed statement to the unnamed portal.
    pub fn queue_bind(
        &mut self,
        parameters: &[Parameter],
        formats: impl Iterator<Item = i16>,
    ) -> Result<(), WireError> {
        let bound = frontend::bind(
            "",
            "",
            parameters.iter().map(|parameter| parameter.format),
            parameters,
            |parameter, output| {
                Ok(match &parameter.bytes {
                    None => IsNull::Yes,
                    Some(bytes) => {
                        output.extend_from_slice(bytes);
                        IsNull::No
                    }
                })
            },
            formats,
            &mut self.output,
        );
        bound.map_err(|_| WireError::Unexpected("parameters longer than a message"))
    }

    /// The next message that is neither a notice nor a notification.
    #[inline]
    pub async fn next(&mut self, bounds: RowBounds) -> Result<Message, WireError> {
        loop {
            if let Some(length) = self.complete_row(bounds) {
                return Ok(Message::Row(length));
            }
            if let Some(message) = self.other(bounds).await? {
                return Ok(message);
            }
        }
    }

    /// The body of the row that [`Message::Row`] announced: a column count, then length-prefixed values.
    #[inline]
    pub fn row(&self, length: usize) -> &[u8] {
        &self.input[5..length]
    }

    #[inline]
    pub fn row_done(&mut self, length: usize) {
        self.input.advance(length);
    }

    /// The length of the row at the start of the buffer, if all of it is there and within its bounds.
    #[inline]
    fn complete_row(&self, bounds: RowBounds) -> Option<usize> {
        let header = self.input.get(..5)?;
        let length = message_length(header)?;
        (header[0] == b'D' && self.input.len() >= length && length as u64 <= bounds.total)
            .then_some(length)
    }

    async fn other(&mut self, bounds: RowBounds) -> Result<Option<Message>, WireError> {
        while self.input.len() < 5 {
            self.fill().await?;
        }
        let tag = self.input[0];
        let length = message_length(&self.input)
            .ok_or(WireError::Unexpected("a message with an impossible length"))?;
        match tag {
            b'D' => return self.partial_row(length, bounds).await.map(Some),
            b'E' => return self.error(length).await.map(Some),
            b'N' | b'A' => {
                self.skip(length).await?;
                return Ok(None);
            }
            _ if length > LONGEST_MESSAGE => {
                return Err(WireError::Unexpected("a message longer than 1 MiB"));
            }
            _ => {}
        }
        while self.input.len() < length {
            self.fill().await?;
        }
        let mut body = self.input.split_to(length);
        body.advance(5);
        Reply::read(tag, &body)
            .map(|reply| Some(Message::Reply(reply)))
            .ok_or(WireError::Unexpected("a message that cannot be read"))
    }

    /// Waits for the rest of a row, and gives it up at the first length word that is over its bound.
    async fn partial_row(
        &mut self,
        length: usize,
        bounds: RowBounds,
    ) -> Result<Message, WireError> {
        if length as u64 > bounds.total {
            self.skip(length).await?;
            return Ok(Message::TooLarge(Over::Total, length));
        }
        let mut at = 7;
        loop {
            while let Some(word) = self.input.get(at..at + 4).filter(|_| at + 4 <= length) {
                let cell = i32::from_be_bytes([word[0], word[1], word[2], word[3]]);
                if i64::from(cell) > bounds.cell as i64 {
                    self.skip(length).await?;
                    return Ok(Message::TooLarge(Over::Cell, length));
                }
                at += 4 + usize::try_from(cell).unwrap_or(0);
            }
            if self.input.len() >= length {
                return Ok(Message::Row(length));
            }
            self.fill().await?;
        }
    }

    /// An error's text can quote a whole value: what fits is kept, the rest is read past.
    async fn error(&mut self, length: usize) -> Result<Message, WireError> {
        let kept = length.min(LONGEST_ERROR);
        while self.input.len() < kept {
            self.fill().await?;
        }
        let error = ServerError::read(&self.input[5..kept]);
        self.skip(length).await?;
        Ok(Message::Reply(Reply::Error(Box::new(error))))
    }

    /// Reads past `length` bytes without keeping them.
    async fn skip(&mut self, length: usize) -> Result<(), WireError> {
        let mut left = length;
        loop {
            let here = left.min(self.input.len());
            self.input.advance(here);
            left -= here;
            if left == 0 {
                return Ok(());
            }
            self.fill().await?;
        }
    }

    async fn fill(&mut self) -> Result<(), WireError> {
        self.input.reserve(READ);
        match self.stream.read_buf(&mut self.input).await {
            Ok(0) => Err(WireError::Closed),
            Ok(_) => Ok(()),
            Err(cause) => Err(WireError::Io(cause)),
        }
    }
}

/// The length of a message with its tag, from its first five bytes; `None` if it cannot be one.
#[inline]
fn message_length(header: &[u8]) -> Option<usize> {
    let word = u32::from_be_bytes([header[1], header[2], header[3], header[4]]);
    (4..=i32::MAX as u32)
        .contains(&word)
        .then_some(word as usize + 1)
}
