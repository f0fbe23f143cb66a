//! The threads that take what pg_dump writes.

use std::fs::File;
use std::io::{self, PipeReader, Read, Write};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::Tap;

use crate::event::{Event, Events, Stage};
use crate::source::growing::Growing;
use vhost_dump::digest::{Digest, Hasher};
use vhost_dump::manifest::Scanned;
use vhost_dump::manifest::scan::Scanner;
use vhost_dump::supplied::header::HEAD;

/// How much of pg_dump's complaints is kept; the first error is what counts.
const WORDS: usize = 64 * 1024;

/// As much as a pipe holds. Larger pipes were measured: they save less than a tenth of a second per gigabyte.
const BUFFER: usize = 64 * 1024;

pub(super) struct Copied {
    pub(super) digest: Digest,
    /// The dump's first bytes.
    pub(super) head: Vec<u8>,
    pub(super) scanned: Scanned,
}

/// Who sees each piece while it is in the processor's cache.
pub(super) struct Readers {
    /// None for an archive.
    pub(super) scanner: Option<Scanner>,
    pub(super) tap: Option<Tap>,
}

pub(super) enum CopyError {
    Read { cause: io::Error },
    Write { cause: io::Error, written: u64 },
}

/// Starts the thread that writes, hashes and scans each piece while it is in the processor's cache.
pub(super) fn stdout(
    from: PipeReader,
    file: File,
    readers: Readers,
    growing: Growing,
    events: Events,
    done: oneshot::Sender<Result<Copied, CopyError>>,
) -> io::Result<()> {
    thread::Builder::new()
        .name("dump-copying".to_owned())
        .spawn(move || {
            // Whoever waits has gone when this fails.
            drop(done.send(copy(from, file, readers, &growing, &events)));
        })
        .map(drop)
}

fn copy(
    mut from: PipeReader,
    mut file: File,
    mut readers: Readers,
    growing: &Growing,
    events: &Events,
) -> Result<Copied, CopyError> {
    let mut hasher = Hasher::default();
    let mut head = Vec::new();
    let mut written = 0;
    let mut told = Instant::now();
    let mut buffer = vec![0; BUFFER];
    loop {
        let n = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => n,
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => continue,
            Err(cause) => return Err(CopyError::Read { cause }),
        };
        let piece = &buffer[..n];
        file.write_all(piece)
            .map_err(|cause| CopyError::Write { cause, written })?;
        written += n as u64;
        growing.grew(n);
        hasher.update(piece);
        let room = HEAD.saturating_sub(head.len());
        head.extend_from_slice(&piece[..n.min(room)]);
        if let Some(scanner) = &mut readers.scanner {
            scanner.feed(piece);
        }
        if let Some(tap) = &mut readers.tap {
            tap(piece);
        }
        if told.elapsed() >= Duration::from_millis(100) {
            told = Instant::now();
            tell(events, written);
        }
    }
    tell(events, written);
    Ok(Copied {
        digest: hasher.finish(),
        head,
        scanned: readers.scanner.map(Scanner::finish).unwrap_or_default(),
    })
}

fn tell(events: &Events, bytes: u64) {
    events.send(Event::Progress {
        stage: Stage::Dump,
        bytes,
        total: None,
    });
}

/// Starts the thread that keeps the first of pg_dump's complaints and lets it say the rest.
pub(super) fn stderr(mut from: PipeReader) -> io::Result<oneshot::Receiver<Vec<u8>>> {
    let (done, words) = oneshot::channel();
    thread::Builder::new()
        .name("dump-stderr".to_owned())
        .spawn(move || {
            let mut kept = Vec::new();
            // A complaint that cannot be read is a complaint less; the exit status still tells.
            drop((&mut from).take(WORDS as u64).read_to_end(&mut kept));
            drop(io::copy(&mut from, &mut io::sink()));
            drop(done.send(kept));
        })?;
    Ok(words)
}
