//! A run's directory: hidden while the drill runs, there as a whole when it is sealed.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use crate::plan::name::RunId;
use crate::sandbox::{Removal, Removed, Teardown};

/// What becomes of a fresh dump after the drill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dump {
    Keep,
    Remove,
}

/// `.<run id>.partial` beside the place where the run will appear.
pub struct RunDirectory {
    partial: PathBuf,
    whole: PathBuf,
}

#[derive(Debug, thiserror::Error)]
#[error("cannot create the directory {}", path.display())]
pub struct DirectoryError {
    path: PathBuf,
    #[source]
    source: io::Error,
}

impl RunDirectory {
    /// Makes the directory of a run under `runs`, which is made too where it is missing; both are private (0700).
    pub fn create(runs: &Path, run: &RunId) -> Result<Self, DirectoryError> {
        let partial = runs.join(format!(".{run}.partial"));
        let wrap = |path: &Path| {
            let path = path.to_owned();
            |source| DirectoryError { path, source }
        };
        let mut builder = DirBuilder::new();
        builder.mode(0o700);
        builder.recursive(true).create(runs).map_err(wrap(runs))?;
        builder
            .recursive(false)
            .create(&partial)
            .map_err(wrap(&partial))?;
        Ok(Self {
            partial,
            whole: runs.join(run.as_str()),
        })
    }

    pub fn partial(&self) -> &Path {
        &self.partial
    }

    pub fn whole(&self) -> &Path {
        &self.whole
    }

    pub fn journal(&self) -> PathBuf {
        self.partial.join("journal")
    }

    /// Removes the directory of what publishes nothing, unless its journal still has something to tell.
    pub fn discard(&self, sandbox: Option<&Teardown>) -> io::Result<()> {
        self.settle(Dump::Remove, sandbox)?;
        match self.journal().exists() {
            true => Ok(()),
            false => std::fs::remove_dir(&self.partial),
        }
    }

    /// Takes out what the published run does not hold: a journal that has nothing left to tell, and, unless it is to
    /// be kept, the dump.
    pub(super) fn settle(&self, dump: Dump, sandbox: Option<&Teardown>) -> io::Result<()> {
        let mut files = Vec::new();
        let left = |removal: &Removal| removal.outcome != Removed::Gone;
        if !sandbox.is_some_and(|teardown| teardown.removals.iter().any(left)) {
            files.push(self.journal());
        }
        if dump == Dump::Remove {
            files.extend([self.dump("sql"), self.dump("dump")]);
        }
        for file in files {
            match std::fs::remove_file(file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }

    pub fn dump(&self, extension: &str) -> PathBuf {
        self.partial.join(format!("dump.{extension}"))
    }
}
