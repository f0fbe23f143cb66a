//! The text of a plain dump, out of whatever it is compressed by, and the digest of the file itself.

use std::fs::File;
use std::io::{self, BufReader, Read};

use bytes::Bytes;
use flate2::read::MultiGzDecoder;

use super::error::Fault;
use super::{PIECE, detect};
use crate::digest::{Digest, Hasher};
use crate::source::header::{self, Ends, Versions};
use crate::source::reading::{Ended, Pieces};

/// The most that a frame may ask to be kept of what was decompressed, as a power of two: 32 MiB.
///
/// The level 20 and all below it need no more. `--long` and the levels above ask for 128 MiB and up to 2 GiB, which a
/// frame's own header decides (RFC 8878, 3.1.1.1.2); a dump must not decide how much memory the host takes.
const WINDOW_LOG: u32 = 25;
/// zstd's own text of that refusal (`ZSTD_error_frameParameter_windowTooLarge`).
const TOO_LARGE: &str = "Frame requires too much memory for decoding";

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

/// A dump's text, and at its end the digest of the file that it came from.
pub(super) trait Text: Read {
    fn digest(self) -> Digest;
}

impl Text for Hashing {
    fn digest(self) -> Digest {
        self.finish()
    }
}

impl Text for MultiGzDecoder<Hashing> {
    fn digest(self) -> Digest {
        self.into_inner().finish()
    }
}

impl Text for Zstd {
    fn digest(self) -> Digest {
        self.finish().into_inner().finish()
    }
}

/// One frame after another, as `zstd`, pzstd and `cat` leave them.
pub(super) type Zstd = zstd::stream::read::Decoder<'static, BufReader<Hashing>>;

pub(super) fn zstd(file: File) -> io::Result<Zstd> {
    let mut decoder = Zstd::new(Hashing::new(file))?;
    decoder.window_log_max(WINDOW_LOG)?;
    Ok(decoder)
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

/// Reads the text from start to end, and judges both.
pub(super) fn inspect(
    mut text: impl Text,
    tap: &mut dyn FnMut(&[u8]),
) -> Result<(Digest, Versions), Fault> {
    let mut ends = Ends::default();
    let mut buffer = vec![0; PIECE];
    loop {
        let n = fill(&mut text, &mut buffer).map_err(fault)?;
        if n == 0 {
            break;
        }
        let first = ends.head.is_empty();
        ends.update(&buffer[..n]);
        if first {
            detect::text(&ends.head)?;
        }
        tap(&buffer[..n]);
    }
    let versions = header::plain_versions(&ends.head).ok_or(Fault::Unknown)?;
    if !ends.plain_is_complete() {
        return Err(Fault::Truncated {
            missing: "pg_dump's closing comment".to_owned(),
        });
    }
    Ok((text.digest(), versions))
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

/// Reads the text again, for a restore.
pub(super) fn pump(mut text: impl Text, pieces: &Pieces) -> Ended {
    loop {
        let mut piece = vec![0; PIECE];
        match fill(&mut text, &mut piece) {
            Ok(0) => return Ended::Whole(text.digest()),
            Ok(n) => piece.truncate(n),
            Err(error) => return Ended::Failed(error),
        }
        if let Err(gone) = pieces.put(Bytes::from(piece)) {
            return gone.into();
        }
    }
}
