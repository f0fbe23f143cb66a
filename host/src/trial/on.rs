//! What a check is tried on: a dump, a run of `vhost run`, or a file of SQL.

use std::io;
use std::path::{Path, PathBuf};

use crate::drill::Stated;
use crate::reference::MANIFEST;
use crate::restore::script::{Script, ScriptError};
use vhost_dump::manifest::{Document, document};
use vhost_dump::supplied::SuppliedDump;

/// What the copy is made from.
pub enum On {
    Dump {
        path: PathBuf,
        /// What a run's own manifest says of it.
        stated: Stated,
    },
    Script(Script),
}

#[derive(Debug, thiserror::Error)]
pub enum OnError {
    #[error("cannot find {}", path.display())]
    Missing {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error(
        "the run {} holds no dump: its drill was given one, or its plan does not keep it; name the dump itself",
        path.display()
    )]
    NoDump { path: PathBuf },
    #[error("{} is neither the directory of a run nor a dump in directory format", path.display())]
    OtherDirectory { path: PathBuf },
    #[error(transparent)]
    Manifest(#[from] document::ReadError),
    #[error(transparent)]
    Script(#[from] ScriptError),
}

impl On {
    /// Tells what lies at `path`, which is absolute.
    pub fn read(path: &Path) -> Result<Self, OnError> {
        let missing = |source| OnError::Missing {
            path: path.to_owned(),
            source,
        };
        if std::fs::metadata(path).map_err(missing)?.is_dir() {
            return Self::directory(path);
        }
        match SuppliedDump::is_other_text(path).map_err(missing)? {
            true => Ok(Self::Script(Script::read(path)?)),
            false => Ok(Self::Dump {
                path: path.to_owned(),
                stated: Stated::default(),
            }),
        }
    }

    fn directory(path: &Path) -> Result<Self, OnError> {
        let manifest = path.join(MANIFEST);
        if !manifest.is_file() {
            return match path.join("toc.dat").is_file() {
                true => Ok(Self::Dump {
                    path: path.to_owned(),
                    stated: Stated::default(),
                }),
                false => Err(OnError::OtherDirectory {
                    path: path.to_owned(),
                }),
            };
        }
        let document = Document::read(&manifest)?;
        let kept = ["dump.sql", "dump.dump"].map(|name| path.join(name));
        let dump = kept.into_iter().find(|dump| dump.is_file());
        Ok(Self::Dump {
            path: dump.ok_or_else(|| OnError::NoDump {
                path: path.to_owned(),
            })?,
            stated: Stated {
                sha256: Some(document.dump.sha256),
                size: Some(document.dump.bytes),
                // The archive is read as it was taken; that it holds what it held follows from its digest.
                manifest: Some(Box::new(document.manifest)),
            },
        })
    }
}
