//! A dump that somebody gave: nothing is known of how it was taken, so all is read from the file itself.

mod detect;
mod directory;

use std::ffi::OsString;
use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use flate2::read::MultiGzDecoder;

use super::header::{self, Ends, Layout, Versions};
use super::places::Places;
use super::reading::{Ended, PIECE, Pieces, Reading};
use super::{DumpFacts, Format, Origin};
use crate::digest::{Digest, Hasher, HashingWriter};

/// A given dump, looked at once from start to end.
#[derive(Clone, Debug)]
pub struct Given {
    pub facts: DumpFacts,
    path: PathBuf,
}

/// What is wrong with a given dump. No variant shows its path, because these texts reach the report.
#[derive(Debug, thiserror::Error)]
pub enum GivenError {
    #[error("the given dump cannot be read")]
    Read {
        #[source]
        cause: io::Error,
    },
    #[error("the given dump is empty")]
    Empty,
    #[error("the given dump is {what}: {remedy}")]
    Unsupported {
        what: &'static str,
        remedy: &'static str,
    },
    #[error(
        "the given dump is no dump of one database: it has neither pg_dump's header comment nor an archive's signature"
    )]
    Unknown,
    #[error(
        "the given dump has an archive's signature and a header that cannot be read: it is damaged, or older than PostgreSQL 8.0"
    )]
    BadHeader,
    #[error("the given dump is truncated: {missing} is missing at its end")]
    Truncated { missing: &'static str },
    #[error("the given dump is damaged: it cannot be decompressed")]
    Corrupt {
        #[source]
        cause: io::Error,
    },
    #[error(
        "the given directory holds {name:?}, which is not a plain file: an archive has plain files only"
    )]
    NotPlain { name: OsString },
    #[error("the private copy of the given dump cannot be written")]
    Copy {
        #[source]
        cause: io::Error,
    },
    #[error("no thread to read the given dump could be started")]
    Thread {
        #[source]
        cause: io::Error,
    },
    #[error("a {format:?} archive is not a stream: copy it and give the copy to pg_restore")]
    NotAStream { format: Format },
}

impl GivenError {
    /// Whether the dump itself is at fault, and not the looking at it.
    pub fn is_defect(&self) -> bool {
        match self {
            GivenError::Empty
            | GivenError::Unknown
            | GivenError::BadHeader
            | GivenError::Truncated { .. }
            | GivenError::Corrupt { .. } => true,
            GivenError::Read { .. }
            | GivenError::Unsupported { .. }
            | GivenError::NotPlain { .. }
            | GivenError::Copy { .. }
            | GivenError::Thread { .. }
            | GivenError::NotAStream { .. } => false,
        }
    }
}

impl Given {
    /// A dump that this drill has just taken itself, now lying at `path`.
    pub fn taken(facts: DumpFacts, path: PathBuf) -> Self {
        Self { facts, path }
    }

    /// Reads the dump once: what it is, its digest, its versions, and whether its end is there.
    ///
    /// `tap` sees every byte of a plain dump's text, decompressed; of an archive it sees nothing. This blocks for
    /// as long as reading takes.
    pub fn inspect(path: &Path, tap: &mut dyn FnMut(&[u8])) -> Result<Self, GivenError> {
        let read = |cause| GivenError::Read { cause };
        let (format, digest, versions) = if std::fs::metadata(path).map_err(read)?.is_dir() {
            let versions = directory::versions(path)?;
            (Format::Directory, directory::digest(path)?, versions)
        } else {
            let mut file = File::open(path).map_err(read)?;
            let mut head = Vec::new();
            (&mut file)
                .take(header::HEAD as u64)
                .read_to_end(&mut head)
                .map_err(read)?;
            file.seek(SeekFrom::Start(0)).map_err(read)?;
            let format = detect::format(&head)?;
            let (digest, versions) = match format {
                Format::Plain => text(Hashing::new(file), tap)?,
                Format::PlainGzip => text(MultiGzDecoder::new(Hashing::new(file)), tap)?,
                Format::Custom | Format::Tar | Format::Directory => archive(file, format)?,
            };
            (format, digest, versions)
        };
        Ok(Self {
            facts: DumpFacts {
                origin: Origin::Given,
                format,
                digest,
                server_version: versions.server,
                pg_dump_version: versions.pg_dump,
            },
            path: path.to_owned(),
        })
    }

    /// Reads a plain dump's text again, decompressed, while the file's own bytes are hashed again.
    pub fn reader(&self) -> Result<Reading, GivenError> {
        let file = File::open(&self.path).map_err(|cause| GivenError::Read { cause })?;
        let started = match self.facts.format {
            Format::Plain => Reading::start(move |pieces| pump(Hashing::new(file), pieces)),
            Format::PlainGzip => {
                Reading::start(move |pieces| pump(MultiGzDecoder::new(Hashing::new(file)), pieces))
            }
            format @ (Format::Custom | Format::Directory | Format::Tar) => {
                return Err(GivenError::NotAStream { format });
            }
        };
        started.map_err(|cause| GivenError::Thread { cause })
    }

    /// A plain dump's file, for readers that start anywhere in it; none where its text stands in no file as it is.
    pub fn places(&self) -> Result<Option<Places>, GivenError> {
        if self.facts.format != Format::Plain {
            return Ok(None);
        }
        let file = File::open(&self.path).map_err(|cause| GivenError::Read { cause })?;
        Ok(Some(Places::new(file, None)))
    }

    /// Copies the dump, file or directory, to the new `path`, and gives the digest of the copied bytes.
    ///
    /// Restoring the copy means that what was hashed is what is restored, whatever becomes of the original. The copy
    /// is readable by everybody, because a sandbox's user is not this one: what keeps others out is the directory that
    /// it is put into. This blocks for as long as copying takes.
    pub fn copy_to(&self, path: &Path) -> Result<Digest, GivenError> {
        match self.facts.format {
            Format::Directory => directory::copy(&self.path, path),
            Format::Plain | Format::PlainGzip | Format::Custom | Format::Tar => {
                copy_file(&self.path, path)
            }
        }
    }
}

/// Hashes what is read through it.
struct Hashing {
    file: File,
    hasher: Hasher,
}

impl Hashing {
    fn new(file: File) -> Self {
        Self {
            file,
            hasher: Hasher::default(),
        }
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
trait Text: Read {
    fn digest(self) -> Digest;
}

impl Text for Hashing {
    fn digest(self) -> Digest {
        self.hasher.finish()
    }
}

impl Text for MultiGzDecoder<Hashing> {
    fn digest(self) -> Digest {
        self.into_inner().hasher.finish()
    }
}

/// Fills the buffer as far as the text goes.
fn fill(text: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
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

fn text(mut text: impl Text, tap: &mut dyn FnMut(&[u8])) -> Result<(Digest, Versions), GivenError> {
    let mut ends = Ends::default();
    let mut buffer = vec![0; PIECE];
    loop {
        let n = fill(&mut text, &mut buffer).map_err(|cause| match cause.kind() {
            io::ErrorKind::UnexpectedEof => GivenError::Truncated {
                missing: "the rest of the compressed data",
            },
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
                GivenError::Corrupt { cause }
            }
            _ => GivenError::Read { cause },
        })?;
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
    let versions = header::plain_versions(&ends.head).ok_or(GivenError::Unknown)?;
    if !ends.plain_is_complete() {
        return Err(GivenError::Truncated {
            missing: "pg_dump's closing comment",
        });
    }
    Ok((text.digest(), versions))
}

fn archive(mut file: File, format: Format) -> Result<(Digest, Versions), GivenError> {
    let mut hasher = Hasher::default();
    let mut head = Vec::new();
    let mut zeros = 0;
    let mut buffer = vec![0; PIECE];
    loop {
        let n = fill(&mut file, &mut buffer).map_err(|cause| GivenError::Read { cause })?;
        if n == 0 {
            break;
        }
        let piece = &buffer[..n];
        hasher.update(piece);
        if head.is_empty() {
            head.extend_from_slice(&piece[..n.min(2 * header::HEAD)]);
        }
        match piece.iter().rev().position(|byte| *byte != 0) {
            Some(trailing) => zeros = trailing,
            None => zeros += n,
        }
    }
    let (start, layout) = match format {
        // The first member of pg_dump's tar files, after its 512-byte header.
        Format::Tar => (detect::TAR_BLOCK, Layout::Tar),
        _ => (0, Layout::Custom),
    };
    let digest = hasher.finish();
    let blocks = digest.bytes.is_multiple_of(detect::TAR_BLOCK as u64);
    if format == Format::Tar && (!blocks || zeros < 2 * detect::TAR_BLOCK) {
        return Err(GivenError::Truncated {
            missing: "a tar file's closing pair of empty blocks",
        });
    }
    match head.get(start..).and_then(header::archive) {
        Some((found, versions)) if found == layout => Ok((digest, versions)),
        _ => Err(GivenError::BadHeader),
    }
}

fn pump(mut text: impl Text, pieces: &Pieces) -> Ended {
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

fn copy_file(from: &Path, to: &Path) -> Result<Digest, GivenError> {
    let from = File::open(from).map_err(|cause| GivenError::Read { cause })?;
    let new = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)
        .map_err(|cause| GivenError::Copy { cause })?;
    copy_bytes(from, new).inspect_err(|_| {
        // Half a copy must not be taken for one; if it cannot be removed, the error still says what happened.
        drop(std::fs::remove_file(to));
    })
}

fn copy_bytes(mut from: File, to: File) -> Result<Digest, GivenError> {
    let copy = |cause| GivenError::Copy { cause };
    let mut writer = HashingWriter::new(to);
    let mut buffer = vec![0; PIECE];
    loop {
        let n = fill(&mut from, &mut buffer).map_err(|cause| GivenError::Read { cause })?;
        if n == 0 {
            break;
        }
        writer.write_all(&buffer[..n]).map_err(copy)?;
    }
    let (file, digest) = writer.finish();
    // Whatever the umask is: see `copy_to`.
    file.set_permissions(Permissions::from_mode(0o644))
        .map_err(copy)?;
    file.sync_all().map_err(copy)?;
    Ok(digest)
}

#[cfg(test)]
mod tests;
