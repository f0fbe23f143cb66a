//! The text of a plain dump, out of whatever it is compressed by, and the digest of the file itself.

use std::fs::File;
use std::io::{self, BufReader, Read};

use flate2::read::MultiGzDecoder;

use super::error::Fault;
use super::header::{self, Versions};
use super::{PIECE, detect};
use crate::digest::{Digest, Hasher};
use crate::manifest::Scanned;
use crate::manifest::scan::Scanner;

/// The most that a frame may ask to be kept of what was decompressed, as a power of two: 32 MiB.
///
/// The level 20 and all below it need no more. `--long` and the levels above ask for 128 MiB and up to 2 GiB, which a
/// frame's own header decides (RFC 8878, 3.1.1.1.2); a dump must not decide how much memory the host takes.
pub(super) const WINDOW_LOG: u32 = 25;
/// zstd's own text of that refusal (`ZSTD_error_frameParameter_windowTooLarge`).
pub(super) const TOO_LARGE: &str = "Frame requires too much memory for decoding";

/// Hashes what is read through it.
pub(super) struct Hashing {
    file: File,
    hasher: Hasher,
}

impl Hashing {
    pub(super) fn new(file: File) -> Self {
        Self {
            file,
            hasher: Hasher::default(),
        }
    }

    /// Of all that was read.
    pub(super) fn finish(self) -> Digest {
        self.hasher.finish()
    }
}

impl Read for Hashing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buffer)?;
        self.hasher.update(&buffer[..n]);
        Ok(n)
    }
}

/// The text of a plain dump, and at its end the digest of the file that it came from.
pub struct Text(Source);

/// What the text comes out of.
enum Source {
    Plain(Hashing),
    Gzip(Box<MultiGzDecoder<Hashing>>),
    /// One frame after another, as `zstd`, pzstd and `cat` leave them.
    Zstd(zstd::stream::read::Decoder<'static, BufReader<Hashing>>),
}

impl Text {
    pub(super) fn plain(file: File) -> Self {
        Self(Source::Plain(Hashing::new(file)))
    }

    pub(super) fn gzip(file: File) -> Self {
        let decoder = MultiGzDecoder::new(Hashing::new(file));
        Self(Source::Gzip(Box::new(decoder)))
    }

    pub(super) fn zstd(file: File) -> io::Result<Self> {
        let mut decoder = zstd::stream::read::Decoder::new(Hashing::new(file))?;
        decoder.window_log_max(WINDOW_LOG)?;
        Ok(Self(Source::Zstd(decoder)))
    }

    /// Of the file's own bytes, as far as they were read.
    pub fn digest(self) -> Digest {
        match self.0 {
            Source::Plain(hashing) => hashing.finish(),
            Source::Gzip(decoder) => decoder.into_inner().finish(),
            Source::Zstd(decoder) => decoder.finish().into_inner().finish(),
        }
    }

    /// Fills the buffer as far as the text goes, and says how far that is.
    pub fn fill(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        fill(self, buffer)
    }
}

impl Read for Text {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.0 {
            Source::Plain(hashing) => hashing.read(buffer),
            Source::Gzip(decoder) => decoder.read(buffer),
            Source::Zstd(decoder) => decoder.read(buffer),
        }
    }
}

/// Fills the buffer as far as the text goes.
pub(super) fn fill(text: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match text.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Reads the text from start to end, and scans it.
pub(super) fn inspect(
    mut text: Text,
    mut scanner: Scanner,
) -> Result<(Digest, Versions, Scanned), Fault> {
    let mut head = Vec::new();
    let mut buffer = vec![0; PIECE];
    loop {
        let n = text.fill(&mut buffer).map_err(fault)?;
        if n == 0 {
            break;
        }
        let piece = &buffer[..n];
        if head.is_empty() {
            head.extend_from_slice(&piece[..n.min(header::HEAD)]);
            detect::text(&head)?;
        }
        scanner.feed(piece);
    }
    let versions = header::plain_versions(&head).ok_or(Fault::Unknown)?;
    Ok((text.digest(), versions, scanner.finish()))
}

/// The line of the text that this byte is on, from 1.
pub(super) fn line(text: Text, at: u64) -> Result<u64, Fault> {
    let mut before = text.take(at);
    let mut buffer = vec![0; PIECE];
    let mut line = 1;
    loop {
        match fill(&mut before, &mut buffer).map_err(fault)? {
            0 => return Ok(line),
            n => line += memchr::memchr_iter(b'\n', &buffer[..n]).count() as u64,
        }
    }
}

/// A decompressor's own complaints have no number of the operating system's, a file's have.
fn fault(cause: io::Error) -> Fault {
    match cause.kind() {
        _ if cause.raw_os_error().is_some() => Fault::Read { cause },
        io::ErrorKind::UnexpectedEof => Fault::Truncated {
            missing: "the rest of the compressed data".to_owned(),
        },
        _ if cause.to_string() == TOO_LARGE => Fault::Unsupported {
            what: "compressed by zstd with a window of more than 32 MiB",
            remedy: "run `zstd -d --long=31` on it first, or compress it without --long and --ultra",
        },
        _ => Fault::Corrupt { cause },
    }
}
