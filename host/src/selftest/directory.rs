//! The directory of one self-test: private, and removed with all that is in it.

use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use crate::plan::name::RunId;
use crate::selftest::SelftestError;

/// Removed by [`Directory::remove`]; what is dropped instead, after an error, is removed as well as it goes.
pub struct Directory(PathBuf);

impl Directory {
    /// Makes `<base>/vhost-selftest-<run>`, mode 0700.
    pub fn create(base: &Path, run: &RunId) -> Result<Self, SelftestError> {
        let path = base.join(format!("vhost-selftest-{run}"));
        let made = std::fs::DirBuilder::new().mode(0o700).create(&path);
        made.map_err(|source| SelftestError::Directory {
            path: path.clone(),
            source,
        })?;
        Ok(Self(path))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, SelftestError> {
        let path = self.0.join(name);
        let written = std::fs::write(&path, bytes);
        written.map_err(|source| SelftestError::Write {
            path: path.clone(),
            source,
        })?;
        Ok(path)
    }

    pub fn remove(&self) -> Result<(), SelftestError> {
        std::fs::remove_dir_all(&self.0).map_err(|source| SelftestError::Remove {
            path: self.0.clone(),
            source,
        })
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // Gone already where the test came to its end; after an error that error is what the operator is told.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
