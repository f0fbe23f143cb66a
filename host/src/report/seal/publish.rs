//! From a sealed report to a run's directory, as a whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::{Artefact, Sealed};
use crate::reference::MANIFEST;
use crate::reference::sums::SUMS;
use crate::report::summary::{self, Colour};
use crate::report::verdict::Verdict;

/// A sealed report that lies in its run's directory; only now is there a summary to print and a code to exit with.
#[derive(Debug)]
pub struct Published {
    sealed: Sealed,
    directory: PathBuf,
}

/// Why a report was not published. The drill is then INCONCLUSIVE, whatever its evidence: nobody can read it.
#[derive(Debug, thiserror::Error)]
pub enum NotPublished {
    #[error("the run directory {} exists already: choose another, or move it away", directory.display())]
    Exists { directory: PathBuf },
    #[error("cannot write {}", file.display())]
    Write { file: PathBuf, source: io::Error },
    #[error("cannot make {} durable", directory.display())]
    Sync {
        directory: PathBuf,
        source: io::Error,
    },
    #[error("cannot look for {}", directory.display())]
    Look {
        directory: PathBuf,
        source: io::Error,
    },
    #[error("cannot rename {} to {}", from.display(), to.display())]
    Rename {
        from: PathBuf,
        to: PathBuf,
        source: io::Error,
    },
}

impl Sealed {
    /// Writes each artefact into `partial`, an existing directory on the same file system, and renames that to `run`.
    ///
    /// `run` appears whole or not at all. Files have mode 0600 and, like both directories, are durable on return.
    pub fn publish(self, partial: &Path, run: &Path) -> Result<Published, NotPublished> {
        absent(run)?;
        let mut sums = String::new();
        for artefact in &self.artefacts {
            sums.push_str(&format!("{}  {}\n", artefact.sha256, artefact.name));
            write(partial.join(artefact.name), &artefact.text)?;
        }
        // It was written, and made durable, while the drill ran.
        if let Some(manifest) = &self.report.evidence.manifest {
            sums.push_str(&format!("{}  {MANIFEST}\n", manifest.digest.sha256));
        }
        for recording in &self.report.evidence.recordings {
            let (sha256, check) = (recording.digest.sha256, &recording.check);
            sums.push_str(&format!("{sha256}  exchange/{check}.json\n"));
        }
        write(partial.join(SUMS), &sums)?;
        sync(partial)?;
        rename(partial, run)?;
        // A relative path of one part has the empty path as its parent: that is the current directory.
        let parent = match run.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            Some(_) => Path::new("."),
            None => run,
        };
        sync(parent)?;
        Ok(Published {
            sealed: self,
            directory: run.to_owned(),
        })
    }
}

impl Published {
    pub fn verdict(&self) -> Verdict {
        self.sealed.verdict()
    }

    /// See [`Verdict::exit_code`].
    pub fn exit_code(&self) -> u8 {
        self.sealed.verdict().exit_code()
    }

    /// What to print on standard output; its last line is the verdict.
    pub fn summary(&self, colour: Colour) -> String {
        summary::render(&self.sealed.report, colour)
    }

    pub fn artefacts(&self) -> &[Artefact] {
        self.sealed.artefacts()
    }

    pub fn directory(&self) -> &Path {
        &self.directory
    }
}

fn absent(directory: &Path) -> Result<(), NotPublished> {
    // Not `exists`, which takes "cannot tell" for "no", and not through a symbolic link.
    match directory.symlink_metadata() {
        Ok(_) => Err(NotPublished::Exists {
            directory: directory.to_owned(),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(NotPublished::Look {
            directory: directory.to_owned(),
            source,
        }),
    }
}

fn write(file: PathBuf, text: &str) -> Result<(), NotPublished> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    options
        .open(&file)
        .and_then(|mut open| {
            open.write_all(text.as_bytes())?;
            open.sync_all()
        })
        .map_err(|source| NotPublished::Write { file, source })
}

fn sync(directory: &Path) -> Result<(), NotPublished> {
    File::open(directory)
        .and_then(|open| open.sync_all())
        .map_err(|source| NotPublished::Sync {
            directory: directory.to_owned(),
            source,
        })
}

pub(super) fn rename(from: &Path, to: &Path) -> Result<(), NotPublished> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    let renamed = match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // Some file systems, NFS among them, know no flags. There the look just before must do; a rename still
        // replaces nothing but an empty directory (rename(2)).
        Err(Errno::INVAL | Errno::NOSYS) => {
            absent(to)?;
            std::fs::rename(from, to)
        }
        Err(Errno::EXIST) => {
            return Err(NotPublished::Exists {
                directory: to.to_owned(),
            });
        }
        other => other.map_err(io::Error::from),
    };
    renamed.map_err(|source| NotPublished::Rename {
        from: from.to_owned(),
        to: to.to_owned(),
        source,
    })
}
