//! A manifest that a dump is held against, and where it is from.

use std::io;
use std::path::{Path, PathBuf};

use super::{Acceptance, Ledger, LedgerError, MANIFEST, Sums, SumsError, sums};
use vhost_dump::digest::Sha256;
use vhost_dump::manifest::document;
use vhost_dump::manifest::{Catalogue, Document, Manifest};

/// An earlier manifest, whole.
#[derive(Debug)]
pub struct Reference {
    pub manifest: Manifest,
    /// Of the source that it was taken of; `None` for a given dump.
    pub catalogue: Option<Catalogue>,
    /// Of the file.
    pub sha256: Sha256,
    /// Who accepted it; `None` where it was named.
    pub accepted: Option<Acceptance>,
}

#[derive(Debug, thiserror::Error)]
pub enum ReferenceError {
    #[error("cannot read the manifest {}", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error(transparent)]
    Document(document::ReadError),
    #[error("the run {} cannot be a reference", run.display())]
    Sums {
        run: PathBuf,
        #[source]
        source: SumsError,
    },
    #[error("which run of this plan was accepted cannot be told")]
    Ledger(#[source] LedgerError),
    #[error(
        "the accepted run {} has no {MANIFEST} any more: put it back, accept another run, or name a --reference",
        run.display()
    )]
    Gone {
        run: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error(
        "{} is not the manifest that {by} accepted: its SHA-256 is {found}, not {accepted}: put the accepted one back, accept a run anew, or name a --reference",
        path.display()
    )]
    NotTheAccepted {
        path: PathBuf,
        by: String,
        accepted: Sha256,
        found: Sha256,
    },
}

impl Reference {
    /// Reads a manifest, or that of a run's directory, whose files must be as they were sealed.
    pub fn read(path: &Path) -> Result<Self, ReferenceError> {
        if !path.is_dir() {
            return Self::file(path);
        }
        let wrap = |source| ReferenceError::Sums {
            run: path.to_owned(),
            source,
        };
        let sums = Sums::verify(path).map_err(wrap)?;
        sums.of(path, MANIFEST).map_err(wrap)?;
        Self::file(&path.join(MANIFEST))
    }

    /// The manifest of the last accepted run of a plan; `None` where nobody accepted one.
    pub fn last_accepted(runs: &Path, plan: &str) -> Result<Option<Self>, ReferenceError> {
        let last = Ledger::of(runs).last(plan);
        let Some(acceptance) = last.map_err(ReferenceError::Ledger)? else {
            return Ok(None);
        };
        let run = runs.join(&acceptance.run);
        let path = run.join(MANIFEST);
        let found = sums::digest(&path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => ReferenceError::Gone { run, source },
            _ => ReferenceError::Read {
                path: path.clone(),
                source,
            },
        })?;
        // Before it is read: one that was tampered with may be no manifest any more.
        if found != acceptance.manifest {
            return Err(ReferenceError::NotTheAccepted {
                path,
                by: acceptance.by,
                accepted: acceptance.manifest,
                found,
            });
        }
        Ok(Some(Self {
            accepted: Some(acceptance),
            ..Self::file(&path)?
        }))
    }

    fn file(path: &Path) -> Result<Self, ReferenceError> {
        let read = |source| ReferenceError::Read {
            path: path.to_owned(),
            source,
        };
        let sha256 = sums::digest(path).map_err(read)?;
        let document = Document::read(path).map_err(ReferenceError::Document)?;
        Ok(Self {
            manifest: document.manifest,
            catalogue: document.catalogue,
            sha256,
            accepted: None,
        })
    }
}
