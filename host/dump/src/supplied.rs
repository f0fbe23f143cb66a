//! A dump that somebody gave: nothing is known of how it was taken, so all is read from the file itself.

mod contents;
mod custom;
mod detect;
mod directory;
mod error;
pub(crate) mod fields;
pub mod header;
mod members;
mod tar_file;
mod text;
pub mod toc;

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::digest::{Digest, HashingWriter};
use crate::facts::{DumpFacts, Format, Origin};
use crate::manifest::Scanned;
use crate::manifest::scan::Scanner;
use crate::script::{Ending, Foreign, Unterminated};
pub use error::{Fault, SuppliedError};
pub use text::Text;
use text::fill;

/// Bytes that are read at a time.
const PIECE: usize = 256 * 1024;

/// A supplied dump, looked at once from start to end.
#[derive(Clone, Debug)]
pub struct SuppliedDump {
    /// As they were when the dump was looked at; what lies at its path may have changed since.
    pub facts: DumpFacts,
    path: PathBuf,
}

/// What one pass over a supplied dump found.
pub struct Inspection {
    /// The dump itself, also where it is refused.
    pub dump: SuppliedDump,
    /// What a plain dump holds; none of an archive, whose text a pg_restore has to write first.
    pub scanned: Option<Scanned>,
    /// Why a plain dump must not be given to psql, to stand behind the dump's name; it may break off, or hold what pg_dump does
    /// not write.
    pub refusal: Option<String>,
}

impl Inspection {
    /// The dump and what it holds, unless it must not be given to psql.
    pub fn whole(self) -> Result<(SuppliedDump, Option<Scanned>), SuppliedError> {
        match self.refusal {
            None => Ok((self.dump, self.scanned)),
            Some(what) => Err(self.dump.error(Fault::Refused { what })),
        }
    }
}

impl SuppliedDump {
    /// A dump that this drill has just taken itself, now lying at `path`.
    pub fn taken(facts: DumpFacts, path: PathBuf) -> Self {
        Self { facts, path }
    }

    /// The name of the dump's file or directory, without the path to it.
    pub fn name(&self) -> String {
        error::name(&self.path)
    }

    /// A fault of this dump, by its name.
    pub fn error(&self, fault: Fault) -> SuppliedError {
        SuppliedError::of(&self.path)(fault)
    }

    /// Whether a file is not even meant as a dump: it begins with neither pg_dump's heading nor an archive's signature,
    /// nor as what people have in a dump's place.
    pub fn is_other_text(path: &Path) -> io::Result<bool> {
        const MARK: &[u8] = b"\xef\xbb\xbf";
        // To open a named pipe waits for somebody to write.
        if !std::fs::metadata(path)?.is_file() {
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

    /// Reads the dump once: what it is, its digest, its versions, whether all of it is there, and of a plain one what it holds.
    ///
    /// This blocks for as long as reading takes.
    pub fn inspect(path: &Path, scanner: Scanner) -> Result<Inspection, SuppliedError> {
        inspect(path, scanner).map_err(SuppliedError::of(path))
    }

    /// A plain dump's text again, decompressed, while the file's own bytes are hashed again.
    pub fn text(&self) -> Result<Text, SuppliedError> {
        self.open_text().map_err(SuppliedError::of(&self.path))
    }

    fn open_text(&self) -> Result<Text, Fault> {
        let read = |cause| Fault::Read { cause };
        let file = File::open(&self.path).map_err(read)?;
        Ok(match self.facts.format {
            Format::Plain => Text::plain(file),
            Format::PlainGzip => Text::gzip(file),
            Format::PlainZstd => Text::zstd(file).map_err(read)?,
            format @ (Format::Custom | Format::Directory | Format::Tar) => {
                return Err(Fault::NotAStream { format });
            }
        })
    }

    /// A plain dump's file, for readers that start anywhere in it; none where its text stands in no file as it is.
    pub fn plain_file(&self) -> Result<Option<File>, SuppliedError> {
        if self.facts.format != Format::Plain {
            return Ok(None);
        }
        let opened = File::open(&self.path).map_err(|cause| Fault::Read { cause });
        opened.map(Some).map_err(SuppliedError::of(&self.path))
    }

    /// Copies the dump, file or directory, to the new `path`, and gives the digest of the copied bytes.
    ///
    /// Restoring the copy means that what was hashed is what is restored, whatever becomes of the original. The copy
    /// is readable by everybody, because a sandbox's user is not this one: what keeps others out is the directory that
    /// it is put into. This blocks for as long as copying takes.
    pub fn copy_to(&self, path: &Path) -> Result<Digest, SuppliedError> {
        let copied = match self.facts.format {
            Format::Directory => directory::copy(&self.path, path),
            Format::Plain
            | Format::PlainGzip
            | Format::PlainZstd
            | Format::Custom
            | Format::Tar => copy_file(&self.path, path),
        };
        copied.map_err(SuppliedError::of(&self.path))
    }

    /// What a scan of the text says against it, with the line where that begins.
    fn refusal(&self, scanned: &Scanned) -> Result<Option<String>, Fault> {
        let place = scanned.ending.at();
        let line = place.map(|at| text::line(self.open_text()?, at));
        let line = line.transpose()?;
        let rows = Foreign::Unterminated(Unterminated::Rows);
        Ok(
            match (&scanned.ending, scanned.manifest.relations.last(), line) {
                // Whose they are says more than where they are.
                (Ending::Foreign(refusal), Some(relation), Some(line))
                    if refusal.foreign == rows =>
                {
                    Some(format!(
                        "is truncated or cut in the middle: the rows of {}.{}, whose COPY stands in line {line}, have no end; take it again, or give another copy of it",
                        relation.schema, relation.name
                    ))
                }
                (ending, ..) => ending
                    .defect(line)
                    .map(|defect| format!("{defect}; nothing of it was given to psql")),
            },
        )
    }
}

/// What lies at a path, by its first bytes.
enum Opened {
    Directory,
    File(Format, File),
}

fn open(path: &Path) -> Result<Opened, Fault> {
    let read = |cause| Fault::Read { cause };
    let found = std::fs::metadata(path).map_err(read)?;
    if found.is_dir() {
        return Ok(Opened::Directory);
    }
    // To open a named pipe waits for somebody to write.
    if !found.is_file() {
        return Err(Fault::NeitherFileNorDirectory);
    }
    let mut file = File::open(path).map_err(read)?;
    let mut head = Vec::new();
    (&mut file)
        .take(header::HEAD as u64)
        .read_to_end(&mut head)
        .map_err(read)?;
    file.seek(SeekFrom::Start(0)).map_err(read)?;
    Ok(Opened::File(detect::format(&head)?, file))
}

fn inspect(path: &Path, scanner: Scanner) -> Result<Inspection, Fault> {
    let mut scanned = None;
    let plain = |text| {
        let (digest, versions, found) = text::inspect(text, scanner)?;
        scanned = Some(found);
        Ok((digest, versions))
    };
    let (format, (digest, versions)) = match open(path)? {
        Opened::Directory => (Format::Directory, directory::inspect(path)?),
        Opened::File(format, file) => {
            let seen = match format {
                Format::Plain => plain(Text::plain(file))?,
                Format::PlainGzip => plain(Text::gzip(file))?,
                Format::PlainZstd => {
                    plain(Text::zstd(file).map_err(|cause| Fault::Read { cause })?)?
                }
                Format::Tar => tar_file::inspect(file)?,
                Format::Custom | Format::Directory => custom::inspect(file)?,
            };
            (format, seen)
        }
    };
    let dump = SuppliedDump {
        facts: DumpFacts {
            origin: Origin::Given,
            format,
            digest,
            server_version: versions.server,
            pg_dump_version: versions.pg_dump,
        },
        path: path.to_owned(),
    };
    let refusal = match &scanned {
        Some(scanned) => dump.refusal(scanned)?,
        None => None,
    };
    Ok(Inspection {
        dump,
        scanned,
        refusal,
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
