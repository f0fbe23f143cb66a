//! A dump on its way to the restore tool, hashed as it is read back from its file.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::thread;

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::mpsc;

use vhost_dump::digest::Digest;
use vhost_dump::supplied::{Fault, SuppliedDump, SuppliedError, Text};

/// Bytes in one piece, and pieces that wait at most for their reader.
pub(super) const PIECE: usize = 256 * 1024;
const WAITING: usize = 4;

/// What a restore tool is fed with. It ends only where the dump ends whole; else it fails.
///
/// A thread of its own reads a megabyte ahead and then waits for its reader, who may pause for as long as it likes.
pub struct Reading {
    pieces: mpsc::Receiver<io::Result<Bytes>>,
    current: Bytes,
    digest: Arc<OnceLock<Digest>>,
}

/// Where the thread puts what it has read.
pub(super) struct Pieces(mpsc::Sender<io::Result<Bytes>>);

/// Nobody reads any more.
pub(super) struct ReaderGone;

impl Pieces {
    pub(super) fn put(&self, piece: Bytes) -> Result<(), ReaderGone> {
        self.0.blocking_send(Ok(piece)).map_err(|_| ReaderGone)
    }
}

/// How a thread's reading ended.
pub(super) enum Ended {
    Whole(Digest),
    Failed(io::Error),
    ReaderGone,
}

impl From<ReaderGone> for Ended {
    fn from(ReaderGone: ReaderGone) -> Self {
        Ended::ReaderGone
    }
}

impl Reading {
    pub(super) fn start(read: impl FnOnce(&Pieces) -> Ended + Send + 'static) -> io::Result<Self> {
        let (sender, pieces) = mpsc::channel(WAITING);
        let digest = Arc::new(OnceLock::new());
        let result = Arc::clone(&digest);
        thread::Builder::new()
            .name("dump-reading".to_owned())
            .spawn(move || {
                let pieces = Pieces(sender);
                match read(&pieces) {
                    // The only place that sets it, and it runs once.
                    Ended::Whole(digest) => drop(result.set(digest)),
                    Ended::Failed(error) => drop(pieces.0.blocking_send(Err(error))),
                    Ended::ReaderGone => {}
                }
            })?;
        Ok(Self {
            pieces,
            current: Bytes::new(),
            digest,
        })
    }

    /// Reads a supplied plain dump's text again, decompressed, while the file's own bytes are hashed again.
    pub fn of_supplied(dump: &SuppliedDump) -> Result<Self, SuppliedError> {
        let text = dump.text()?;
        let started = Self::start(move |pieces| pump(text, pieces));
        started.map_err(|cause| dump.error(Fault::Thread { cause }))
    }

    /// The next piece; none at the end.
    pub async fn piece(&mut self) -> io::Result<Option<Bytes>> {
        std::future::poll_fn(|cx| self.poll_piece(cx)).await
    }

    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Option<Bytes>>> {
        Poll::Ready(match ready!(self.pieces.poll_recv(cx)) {
            Some(piece) => piece.map(Some),
            None if self.digest.get().is_some() => Ok(None),
            // An error was given before, or the thread died.
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        })
    }

    /// The digest of the file's own bytes (compressed ones where the file is), once the end was read.
    pub fn digest(&self) -> Option<Digest> {
        self.digest.get().copied()
    }
}

fn pump(mut text: Text, pieces: &Pieces) -> Ended {
    loop {
        let mut piece = vec![0; PIECE];
        match text.fill(&mut piece) {
            Ok(0) => return Ended::Whole(text.digest()),
            Ok(n) => piece.truncate(n),
            Err(error) => return Ended::Failed(error),
        }
        if let Err(gone) = pieces.put(Bytes::from(piece)) {
            return gone.into();
        }
    }
}

impl AsyncRead for Reading {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.current.is_empty() {
            match ready!(self.pieces.poll_recv(cx)) {
                Some(Ok(piece)) => self.current = piece,
                Some(Err(error)) => return Poll::Ready(Err(error)),
                None if self.digest.get().is_some() => return Poll::Ready(Ok(())),
                // An error was given before, or the thread died.
                None => return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into())),
            }
        }
        let taken = self.current.len().min(buf.remaining());
        buf.put_slice(&self.current[..taken]);
        self.current.advance(taken);
        Poll::Ready(Ok(()))
    }
}
