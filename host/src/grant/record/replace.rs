//! One file replaced by another, as a whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, fchown};
use std::path::{Path, PathBuf};

use rustix::fs::FlockOperation;
use rustix::io::Errno;

use crate::grant::regular;

/// What everybody may do with a new grants file: it holds no secret, and reviewers read it.
const MODE: u32 = 0o644;

/// Why a file was not replaced. It is as it was.
#[derive(Debug, thiserror::Error)]
pub enum ReplaceError {
    #[error("{}: somebody else wrote the grants file meanwhile: look at it and do this again", path.display())]
    Changed { path: PathBuf },
    #[error("{} cannot be written", path.display())]
    Write {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

/// Writes `text` beside the file and puts it in its place, where that still has the text `found`.
pub fn replace(path: &Path, found: Option<&str>, text: &str) -> Result<(), ReplaceError> {
    let failed = |source| ReplaceError::Write {
        path: path.to_owned(),
        source,
    };
    // A link stays a link: what it leads to is replaced.
    let target = match found {
        Some(_) => path.canonicalize().map_err(failed)?,
        None => path.to_owned(),
    };
    let directory = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    // Until it is dropped: of two who write at once, the second sees what the first wrote.
    let directory_file = File::open(directory).map_err(failed)?;
    lock(&directory_file).map_err(failed)?;
    let beside = directory.join(format!(".vhost-grants-{:016x}", rand::random::<u64>()));
    let replaced = write(&beside, &target, text)
        .map_err(failed)
        .and_then(|()| {
            // What an editor writes after this moment, which takes no lock, is lost.
            match regular::read(&target) {
                Ok(now) if Some(now.as_str()) != found => Err(changed(path)),
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(error)),
                Err(_) if found.is_some() => Err(changed(path)),
                Ok(_) | Err(_) => std::fs::rename(&beside, &target)
                    .and_then(|()| directory_file.sync_all())
                    .map_err(failed),
            }
        });
    if replaced.is_err() {
        // It is there or not; the error that is returned says what went wrong first.
        let _ = std::fs::remove_file(&beside);
    }
    replaced
}

/// Waits for whoever else replaces a file of this directory.
fn lock(directory: &File) -> io::Result<()> {
    loop {
        match rustix::fs::flock(directory, FlockOperation::LockExclusive) {
            Err(Errno::INTR) => {}
            // Some network file systems lock no directory; the comparison is all that there is then.
            Ok(()) | Err(Errno::BADF | Errno::NOLCK | Errno::OPNOTSUPP) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}

fn changed(path: &Path) -> ReplaceError {
    ReplaceError::Changed {
        path: path.to_owned(),
    }
}

fn write(beside: &Path, target: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(MODE)
        .open(beside)?;
    file.write_all(text.as_bytes())?;
    match std::fs::metadata(target) {
        Ok(old) => {
            // Only root can give a file away; for everybody else it becomes the writer's own.
            let _ = fchown(&file, Some(old.uid()), Some(old.gid()));
            file.set_permissions(old.permissions())?;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    file.sync_all()
}
