//! A dump that somebody gave: nothing is known of how it was taken, so all is read from the file itself.

mod contents;
mod custom;
mod detect;
mod directory;
mod error;
mod members;
mod tar_file;
mod text;

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::header;
use super::places::Places;
use super::reading::{PIECE, Reading};
use super::{DumpFacts, Format, Origin};
use crate::digest::{Digest, HashingWriter};
pub use error::{Fault, GivenError};
use text::{Hashing, fill, pump};

/// A given dump, looked at once from start to end.
#[derive(Clone, Debug)]
pub struct Given {
    pub facts: DumpFacts,
    path: PathBuf,
}

impl Given {
    /// A dump that this drill has just taken itself, now lying at `path`.
    pub fn taken(facts: DumpFacts, path: PathBuf) -> Self {
        Self { facts, path }
    }

    /// The name of the dump's file or directory, without the path to it.
    pub fn name(&self) -> String {
        error::name(&self.path)
    }

    /// Whether a file is not even meant as a dump: it begins with neither pg_dump's heading nor an archive's signature,
    /// nor as what people have in a dump's place.
    pub fn is_other_text(path: &Path) -> io::Result<bool> {
        const MARK: &[u8] = b"\xef\xbb\xbf";
        if std::fs::metadata(path)?.is_dir() {
            return Ok(false);
        }
        let mut head = Vec::new();
        File::open(path)?
            .take(header::HEAD as u64)
            .read_to_end(&mut head)?;
        let head = head.strip_prefix(MARK).unwrap_or(&head);
        Ok(matches!(
            detect::format(head),
            Err(Fault::Unknown | Fault::Empty)
        ))
    }

    /// Reads the dump once: what it is, its digest, its versions, and whether all of it is there.
    ///
    /// `tap` sees every byte of a plain dump's text, decompressed; of an archive it sees nothing. This blocks for
    /// as long as reading takes.
    pub fn inspect(path: &Path, tap: &mut dyn FnMut(&[u8])) -> Result<Self, GivenError> {
        inspect(path, tap).map_err(GivenError::of(path))
    }

    /// Reads a plain dump's text again, decompressed, while the file's own bytes are hashed again.
    pub fn reader(&self) -> Result<Reading, GivenError> {
        self.start_reader().map_err(GivenError::of(&self.path))
    }

    fn start_reader(&self) -> Result<Reading, Fault> {
        let read = |cause| Fault::Read { cause };
        let file = File::open(&self.path).map_err(read)?;
        let started = match self.facts.format {
            Format::Plain => Reading::start(move |pieces| pump(Hashing::new(file), pieces)),
            Format::PlainGzip => {
                Reading::start(move |pieces| pump(MultiGzDecoder::new(Hashing::new(file)), pieces))
            }
            Format::PlainZstd => {
                let text = text::zstd(file).map_err(read)?;
                Reading::start(move |pieces| pump(text, pieces))
            }
            format @ (Format::Custom | Format::Directory | Format::Tar) => {
                return Err(Fault::NotAStream { format });
            }
        };
        started.map_err(|cause| Fault::Thread { cause })
    }

    /// A plain dump's file, for readers that start anywhere in it; none where its text stands in no file as it is.
    pub fn places(&self) -> Result<Option<Places>, GivenError> {
        if self.facts.format != Format::Plain {
            return Ok(None);
        }
        let opened = File::open(&self.path).map_err(|cause| Fault::Read { cause });
        let file = opened.map_err(GivenError::of(&self.path))?;
        Ok(Some(Places::new(file, None)))
    }

    /// Copies the dump, file or directory, to the new `path`, and gives the digest of the copied bytes.
    ///
    /// Restoring the copy means that what was hashed is what is restored, whatever becomes of the original. The copy
    /// is readable by everybody, because a sandbox's user is not this one: what keeps others out is the directory that
    /// it is put into. This blocks for as long as copying takes.
    pub fn copy_to(&self, path: &Path) -> Result<Digest, GivenError> {
        let copied = match self.facts.format {
            Format::Directory => directory::copy(&self.path, path),
            Format::Plain
            | Format::PlainGzip
            | Format::PlainZstd
            | Format::Custom
            | Format::Tar => copy_file(&self.path, path),
        };
        copied.map_err(GivenError::of(&self.path))
    }
}

fn inspect(path: &Path, tap: &mut dyn FnMut(&[u8])) -> Result<Given, Fault> {
    let read = |cause| Fault::Read { cause };
    let (format, (digest, versions)) = if std::fs::metadata(path).map_err(read)?.is_dir() {
        (Format::Directory, directory::inspect(path)?)
    } else {
        let mut file = File::open(path).map_err(read)?;
        let mut head = Vec::new();
        (&mut file)
            .take(header::HEAD as u64)
            .read_to_end(&mut head)
            .map_err(read)?;
        file.seek(SeekFrom::Start(0)).map_err(read)?;
        let format = detect::format(&head)?;
        let seen = match format {
            Format::Plain => text::inspect(Hashing::new(file), tap)?,
            Format::PlainGzip => text::inspect(MultiGzDecoder::new(Hashing::new(file)), tap)?,
            Format::PlainZstd => text::inspect(text::zstd(file).map_err(read)?, tap)?,
            Format::Tar => tar_file::inspect(file)?,
            Format::Custom | Format::Directory => custom::inspect(file)?,
        };
        (format, seen)
    };
    Ok(Given {
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

fn copy_file(from: &Path, to: &Path) -> Result<Digest, Fault> {
    let from = File::open(from).map_err(|cause| Fault::Read { cause })?;
    let new = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)
        .map_err(|cause| Fault::Copy { cause })?;
    copy_bytes(from, new).inspect_err(|_| {
        // Half a copy must not be taken for one; if it cannot be removed, the error still says what happened.
        drop(std::fs::remove_file(to));
    })
}

fn copy_bytes(mut from: File, to: File) -> Result<Digest, Fault> {
    let copy = |cause| Fault::Copy { cause };
    let mut writer = HashingWriter::new(to);
    let mut buffer = vec![0; PIECE];
    loop {
        let n = fill(&mut from, &mut buffer).map_err(|cause| Fault::Read { cause })?;
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
