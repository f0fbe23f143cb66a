//! A dump in directory format: plain files, one of them the table of contents.

use std::ffi::OsString;
use std::fs::{DirBuilder, File, Permissions};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;

use super::{GivenError, PIECE, copy_file, fill};
use crate::digest::{Digest, Hasher};
use crate::source::header::{self, HEAD, Layout, Versions};

pub(super) fn versions(dir: &Path) -> Result<Versions, GivenError> {
    let mut head = Vec::new();
    match File::open(dir.join("toc.dat")) {
        Ok(file) => file.take(HEAD as u64).read_to_end(&mut head),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
            return Err(GivenError::Unsupported {
                what: "a directory without toc.dat",
                remedy: "give the directory that `pg_dump --format=directory` made; a data directory is no dump",
            });
        }
        Err(cause) => Err(cause),
    }
    .map_err(|cause| GivenError::Read { cause })?;
    // pg_dump writes the tar layout's number into a directory's table of contents.
    match header::archive(&head) {
        Some((Layout::Tar | Layout::Directory, versions)) => Ok(versions),
        Some((Layout::Custom, _)) | None => Err(GivenError::BadHeader),
    }
}

/// The digest that [`crate::source::DumpFacts::digest`] defines for directories.
pub(super) fn digest(dir: &Path) -> Result<Digest, GivenError> {
    let mut whole = Whole::default();
    let mut buffer = vec![0; PIECE];
    for name in names(dir)? {
        let read = |cause| GivenError::Read { cause };
        let mut file = File::open(dir.join(&name)).map_err(read)?;
        let mut hasher = Hasher::default();
        loop {
            let n = fill(&mut file, &mut buffer).map_err(read)?;
            if n == 0 {
                break;
            }
            hasher.update(&buffer[..n]);
        }
        whole.add(&name, hasher.finish());
    }
    Ok(whole.finish())
}

pub(super) fn copy(from: &Path, to: &Path) -> Result<Digest, GivenError> {
    DirBuilder::new()
        .mode(0o700)
        .create(to)
        .map_err(|cause| GivenError::Copy { cause })?;
    let mut whole = Whole::default();
    for name in names(from)? {
        let digest = copy_file(&from.join(&name), &to.join(&name))?;
        whole.add(&name, digest);
    }
    std::fs::set_permissions(to, Permissions::from_mode(0o755))
        .map_err(|cause| GivenError::Copy { cause })?;
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
fn names(dir: &Path) -> Result<Vec<OsString>, GivenError> {
    let read = |cause| GivenError::Read { cause };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(read)? {
        let entry = entry.map_err(read)?;
        // A link is not followed: it could lead out of what was given.
        if !entry.file_type().map_err(read)?.is_file() {
            return Err(GivenError::NotPlain {
                name: entry.file_name(),
            });
        }
        names.push(entry.file_name());
    }
    names.sort();
    Ok(names)
}
