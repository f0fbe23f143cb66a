//! A new folder, which appears whole or not at all.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

/// A file of the new folder, by its path there.
pub struct NewFile {
    pub path: String,
    pub text: String,
    pub executable: bool,
}

/// Refuses a folder that is there, be it as a link that leads nowhere.
pub fn absent(folder: &Path) -> Result<()> {
    match folder.symlink_metadata() {
        Ok(_) => taken(folder),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("cannot look at {}", folder.display())),
    }
}

/// Writes the files beside `folder`, and gives them its name when all are there.
pub fn make(parent: &Path, folder: &Path, files: &[NewFile]) -> Result<()> {
    let beside = parent.join(format!(".vhost-new-{:016x}", rand::random::<u64>()));
    fs::create_dir(&beside).with_context(|| {
        format!(
            "cannot write in {}: name another directory with --in",
            parent.display()
        )
    })?;
    let made = write(&beside, files)
        .with_context(|| format!("cannot write {}", folder.display()))
        .and_then(|()| rename(&beside, folder));
    if made.is_err() {
        // It is there or not; the error that is returned says what went wrong first.
        let _ = fs::remove_dir_all(&beside);
    }
    made
}

fn write(directory: &Path, files: &[NewFile]) -> io::Result<()> {
    for file in files {
        let path = directory.join(&file.path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let mode = if file.executable { 0o777 } else { 0o666 };
        let mut open = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(path)?;
        open.write_all(file.text.as_bytes())?;
    }
    Ok(())
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    let renamed = match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // Some file systems, NFS among them, know no flags. There the look just before must do; a rename still
        // replaces nothing but an empty directory (rename(2)).
        Err(Errno::INVAL | Errno::NOSYS) => {
            absent(to)?;
            fs::rename(from, to)
        }
        Err(Errno::EXIST) => return taken(to),
        other => other.map_err(io::Error::from),
    };
    renamed.with_context(|| format!("cannot write {}", to.display()))
}

fn taken(folder: &Path) -> Result<()> {
    bail!(
        "{} is there already: take another name, or another directory with --in",
        folder.display()
    )
}
