//! What relations a given dump has, without restoring it: for a reviewer, beside any drill.

use std::io;
use std::path::{Path, PathBuf};

use futures_util::future::LocalBoxFuture;
use tokio_util::sync::CancellationToken;

use super::directory::{DirectoryError, RunDirectory};
use super::engine::{self, EngineError, EngineOrder};
use super::major::{MajorError, Upgrade};
use super::supply::{ARCHIVE, given_majors};
use crate::plan::DumpOf;
use crate::plan::Wall;
use crate::restore::isolation::{IsolationError, prove};
use crate::restore::tool::{self, Part, ToolError};
use crate::sandbox::{self, Ended, Journal, JournalError, Removed, Sandbox, Spec, Teardown};
use vhost_dump::manifest::Listed;
use vhost_dump::manifest::scan::Scanner;
use vhost_dump::supplied::{SuppliedDump, SuppliedError};

/// How to look at a given dump. All but the path serves archives alone, which only a pg_restore can read.
pub struct Listing {
    pub dump: PathBuf,
    pub engine: EngineOrder,
    pub spec: Spec,
    /// Walls of the sandbox that the plan accepts to miss.
    pub accepted: Vec<Wall>,
    /// Where the sandbox's journal stands while there is a sandbox.
    pub runs: PathBuf,
}

/// Why a given dump's relations are not known.
#[derive(Debug, thiserror::Error)]
pub enum ListingError {
    #[error(transparent)]
    Supplied(#[from] SuppliedError),
    #[error("the thread that read the given dump failed")]
    Reading(#[source] tokio::task::JoinError),
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    #[error("the sandbox's journal cannot be written, so nothing was started")]
    Journal(#[source] JournalError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Major(#[from] MajorError),
    #[error(transparent)]
    Sandbox(#[from] Ended),
    #[error(transparent)]
    Isolation(#[from] IsolationError),
    #[error("a wall of the sandbox does not stand, so the archive was not opened in it")]
    Walls,
    #[error(transparent)]
    Tool(#[from] ToolError),
    #[error("the sandbox's journal cannot be removed: remove {}", path.display())]
    Settle {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("the sandbox left {what} behind: {why}; to remove it: vhost clean {}", runs.display())]
    LeftBehind {
        what: String,
        why: String,
        runs: PathBuf,
    },
}

/// Reads the dump once and lists the relations in it, in the order of their names.
///
/// A plain dump is text and is read here. An archive is read by the pg_restore of a sandbox, as in a drill, and the
/// sandbox is removed again; no server error and no SQL of the dump is involved.
pub fn relations(
    listing: Listing,
    interrupt: &CancellationToken,
) -> LocalBoxFuture<'_, Result<Vec<Listed>, ListingError>> {
    Box::pin(listed(listing, interrupt))
}

async fn listed(
    listing: Listing,
    interrupt: &CancellationToken,
) -> Result<Vec<Listed>, ListingError> {
    let path = listing.dump.clone();
    let reading =
        tokio::task::spawn_blocking(move || SuppliedDump::inspect(&path, Scanner::listing()));
    let inspected = tokio::select! {
        biased;
        () = interrupt.cancelled() => return Err(Ended::Interrupted.into()),
        read = reading => read.map_err(ListingError::Reading)?,
    };
    let (dump, scanned) = inspected?.whole()?;
    let scanned = match scanned {
        Some(scanned) => scanned,
        None => in_sandbox(listing, dump, interrupt).await?.finish(),
    };
    // Both scanners here were made to list.
    let relations = scanned.listing.unwrap_or_default();
    Ok(relations.finish(&scanned.manifest))
}

async fn in_sandbox(
    listing: Listing,
    given: SuppliedDump,
    interrupt: &CancellationToken,
) -> Result<Scanner, ListingError> {
    let majors = given_majors(&given.facts, Upgrade::Any);
    let engine = listing.engine.open(majors.wanted()?).await?;
    let directory = RunDirectory::create(&listing.runs, &listing.spec.run)?;
    let journal =
        Journal::create(&directory.journal(), &listing.spec.run).map_err(ListingError::Journal)?;
    let body = async |sandbox: &Sandbox| {
        engine::matching(sandbox, majors)?;
        let private = [directory.partial()];
        let proved = prove(sandbox, &private, None, &listing.accepted).await?;
        let isolated = proved.isolated.ok_or(ListingError::Walls)?;
        let to = isolated.sandbox().dump_dir().join(ARCHIVE);
        tokio::task::spawn_blocking(move || given.copy_to(&to))
            .await
            .map_err(ListingError::Reading)??;
        let mut scanner = Scanner::listing();
        let sandbox = isolated.sandbox();
        let of = DumpOf::Contents;
        tool::script(sandbox, ARCHIVE, Part::Definitions, of, |bytes| {
            scanner.feed(bytes)
        })
        .await?;
        Ok(scanner)
    };
    let scoped = sandbox::scope(&engine, &listing.spec, &journal, interrupt, body).await;
    drop(journal);
    settle(&scoped.teardown, directory.partial(), &listing.runs)?;
    scoped.body?
}

/// Removes the journal where it has nothing left to tell.
fn settle(teardown: &Teardown, partial: &Path, runs: &Path) -> Result<(), ListingError> {
    for removal in &teardown.removals {
        if let Removed::LeftBehind { why, .. } = &removal.outcome {
            return Err(ListingError::LeftBehind {
                what: format!("{} {}", removal.kind, removal.name),
                why: why.clone(),
                runs: runs.to_owned(),
            });
        }
    }
    std::fs::remove_dir_all(partial).map_err(|source| ListingError::Settle {
        path: partial.to_owned(),
        source,
    })
}
