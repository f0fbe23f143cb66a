//! The file of a plain dump, read from any place while it may still be written.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::Bytes;
use vhost_dump::supplied::{SuppliedDump, SuppliedError};

use super::growing::Growing;
use super::reading::PIECE;

/// Reads pieces of the dump again, beside the [`Reading`](super::Reading) that hashes it from start to end.
#[derive(Clone)]
pub struct Places {
    file: Arc<File>,
    /// None where the file is whole.
    growing: Option<Growing>,
}

impl Places {
    pub(super) fn new(file: File, growing: Option<Growing>) -> Self {
        Self {
            file: Arc::new(file),
            growing,
        }
    }

    /// The places of a supplied plain dump; none where its text stands in no file as it is.
    pub fn of_supplied(dump: &SuppliedDump) -> Result<Option<Self>, SuppliedError> {
        let file = dump.plain_file()?;
        Ok(file.map(|file| Self::new(file, None)))
    }

    /// At most a quarter of a megabyte from `at` on; empty at the dump's end.
    ///
    /// This waits, blocking its thread, until something is written there or the dump ends.
    pub fn read_at(&self, at: u64) -> io::Result<Bytes> {
        let most = match &self.growing {
            Some(growing) => growing.written_beyond(at)?.min(PIECE as u64) as usize,
            None => PIECE,
        };
        let mut piece = vec![0; most];
        let mut filled = 0;
        while filled < most {
            match self.file.read_at(&mut piece[filled..], at + filled as u64) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        piece.truncate(filled);
        Ok(Bytes::from(piece))
    }
}
