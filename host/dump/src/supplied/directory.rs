//! A dump in directory format: plain files, one of them the table of contents.

use std::ffi::OsString;
use std::fs::{DirBuilder, File, Permissions};
use std::io::BufReader;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;

use super::contents::{self, Entry};
use super::copy_file;
use super::error::Fault;
use super::members::Members;
use crate::digest::{Digest, Hasher};
use crate::supplied::fields::Fields;
use crate::supplied::header::{Layout, Versions};

pub(super) const CONTENTS: &str = "toc.dat";

/// Reads every file once, and gives the digest that [`crate::facts::DumpFacts::digest`] defines for directories.
pub(super) fn inspect(dir: &Path) -> Result<(Digest, Versions), Fault> {
    let (versions, entries) = table(dir)?;
    let mut whole = Whole::default();
    let mut members = Members::default();
    for name in names(dir)? {
        let read = |cause| Fault::Read { cause };
        let file = File::open(dir.join(&name)).map_err(read)?;
        let mut hasher = Hasher::default();
        members
            .read(&name.to_string_lossy(), file, |piece| hasher.update(piece))
            .map_err(read)?;
        whole.add(&name, hasher.finish());
    }
    members.remove(CONTENTS);
    if let Some(entries) = entries {
        members.against(&entries)?;
    }
    Ok((whole.finish(), versions))
}

/// What toc.dat says; no entries where its format is not known here.
fn table(dir: &Path) -> Result<(Versions, Option<Vec<Entry>>), Fault> {
    let file = match File::open(dir.join(CONTENTS)) {
        Ok(file) => file,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
            return Err(Fault::Unsupported {
                what: "a directory without toc.dat",
                remedy: "give the directory that `pg_dump --format=directory` made; a data directory is no dump",
            });
        }
        Err(cause) => return Err(Fault::Read { cause }),
    };
    contents::of_files(Fields::new(BufReader::new(file)), |layout| {
        // pg_dump writes the tar layout's number into a directory's table of contents.
        matches!(layout, Layout::Tar | Layout::Directory)
    })
}

pub(super) fn copy(from: &Path, to: &Path) -> Result<Digest, Fault> {
    DirBuilder::new()
        .mode(0o700)
        .create(to)
        .map_err(|cause| Fault::Copy { cause })?;
    let mut whole = Whole::default();
    for name in names(from)? {
        let digest = copy_file(&from.join(&name), &to.join(&name))?;
        whole.add(&name, digest);
    }
    std::fs::set_permissions(to, Permissions::from_mode(0o755))
        .map_err(|cause| Fault::Copy { cause })?;
    Ok(whole.finish())
}

#[derive(Default)]
struct Whole {
    lines: Hasher,
    bytes: u64,
}

impl Whole {
    fn add(&mut self, name: &OsString, digest: Digest) {
        self.lines.update(name.as_bytes());
        self.lines
            .update(format!("\0{}\n", digest.sha256).as_bytes());
        self.bytes += digest.bytes;
    }

    fn finish(self) -> Digest {
        Digest {
            bytes: self.bytes,
            ..self.lines.finish()
        }
    }
}

/// In the order of their bytes.
fn names(dir: &Path) -> Result<Vec<OsString>, Fault> {
    let read = |cause| Fault::Read { cause };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(read)? {
        let entry = entry.map_err(read)?;
        // A link is not followed: it could lead out of what was given.
        if !entry.file_type().map_err(read)?.is_file() {
            return Err(Fault::NotPlain {
                name: entry.file_name(),
            });
        }
        names.push(entry.file_name());
    }
    names.sort();
    Ok(names)
}
