//! One drill, readable top to bottom.
//!
//! ```text
//! observe ─▶ dump ─┬▶ sandbox { isolation ─▶ restore ─▶ fidelity ─▶ drift ─▶ checks } ─▶ teardown ─▶ observe again ─▶ seal
//! ```
//!
//! The dump starts before the sandbox and goes on beside it: a plain dump is restored while it is still written, read
//! back from its file. Nothing of it runs before the sandbox's walls were proved, because a dump can carry code.

mod beside;
mod checks;
mod containers;
mod directory;
mod engine;
mod intake;
mod listing;
mod manifest;
mod order;
mod pg_dump;
mod production;
mod seen;
mod supply;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

pub use beside::Beside;
pub use checks::Selected;
pub use directory::{DirectoryError, Dump, RunDirectory};
pub use engine::{EngineError, EngineOrder, ImageOrder, LocalOrder};
pub use listing::{Listing, ListingError, relations};
pub use order::{From, Keep, Order, PgDumpAt, SourceExtra, SourceOrder};

use crate::check::Machine;
use crate::drill::checks::{Compiling, Shared};
use crate::drill::seen::{Seen, interrupted};
use crate::drill::supply::Supply;
use crate::event::{Events, Stage};
use crate::manifest::{Document, Manifest};
use crate::report::seal::Sealed;
use crate::report::{Evidence, ServerSeen, SourceSeen, Stop};
use crate::restore::{isolation, rows};
use crate::sandbox::{self, Ended, Journal, Sandbox};
use crate::source::Secret;

/// The drill could not even leave a report.
#[derive(Debug, thiserror::Error)]
pub enum DrillError {
    #[error("the drill's journal cannot be written, so nothing was started")]
    Journal(#[source] sandbox::JournalError),
    #[error("the drill's evidence cannot be sealed")]
    Seal(#[source] crate::report::seal::NotSealed),
}

/// Does one drill. Whatever stops it on the way is in the sealed report.
pub async fn run(
    mut order: Order,
    directory: &RunDirectory,
    events: Events,
    interrupt: &CancellationToken,
) -> Result<Sealed, DrillError> {
    let journal = Journal::create(&directory.journal(), &order.run).map_err(DrillError::Journal)?;
    let from = match order.from {
        From::Source(_) => SourceSeen::Server(Box::<ServerSeen>::default()),
        From::Given { .. } => SourceSeen::GivenDump,
    };
    let mut seen = Seen::nothing_yet(Evidence::nothing_yet(from), events, interrupt.clone());
    let mut drill = Drill {
        directory,
        journal: &journal,
        interrupt,
        secret: None,
    };
    let stopped = drill.walk(&mut order, &mut seen).await.err();
    // The first cause stands: what fails after a stop follows from it.
    seen.evidence.stop = seen.evidence.stop.take().or(stopped);
    seen.begin(Stage::Seal);
    if let Err(error) = directory.settle(order.dump, seen.evidence.teardown.as_ref()) {
        let stop = seen.stop(&error);
        seen.evidence.stop.get_or_insert(stop);
    }
    let secret = drill.secret;
    let known = |bytes: &[u8]| secret.as_ref().and_then(|secret| secret.appears_in(bytes));
    if let Err(error) = manifest::sweep(&mut seen.evidence, directory.partial(), &known) {
        // What could not be looked at is not published.
        seen.evidence.manifest = None;
        let stop = seen.stop(&error);
        seen.evidence.stop.get_or_insert(stop);
    }
    let sealed = Sealed::of(seen.evidence, order.terms, &known).map_err(DrillError::Seal)?;
    Ok(sealed)
}

/// What a drill holds on to from its first stage to its last.
struct Drill<'d> {
    directory: &'d RunDirectory,
    journal: &'d Journal,
    interrupt: &'d CancellationToken,
    /// The source's, back from the source once it is closed, for the sweep.
    secret: Option<Secret>,
}

impl Drill<'_> {
    async fn walk(&mut self, order: &mut Order, seen: &mut Seen) -> Result<(), Stop> {
        seen.begin(Stage::Observe);
        let docker = self.containers_before(order, seen).await?;
        let from = std::mem::replace(&mut order.from, From::nothing());
        match from {
            From::Source(asked) => self.from_source(*asked, order, docker.as_ref(), seen).await,
            From::Given { path, sha256 } => {
                let given = self.given(path, sha256, seen).await?;
                let dumped = self.in_sandbox(given, order, None, seen).await;
                seen.begin(Stage::ObserveAgain);
                let again = self.containers_after(order, docker.as_ref(), seen).await;
                // What stopped the drill comes before an engine that cannot be asked any more.
                dumped.and(again)
            }
        }
    }

    /// Everything that happens to a sandbox, from its making to its removal.
    async fn in_sandbox(
        &self,
        supply: Supply,
        order: &mut Order,
        source: Option<u64>,
        seen: &mut Seen,
    ) -> Result<(), Stop> {
        seen.begin(Stage::Sandbox);
        let open = order.engine.open(supply.major());
        let engine = seen.unless_interrupted(open).await?;
        let compiling = Compiling::start(
            Machine::start().map_err(|e| seen.stop(&e))?,
            &order.compiler,
            std::mem::replace(&mut order.keep, Keep::Nothing),
            order.cores,
            std::mem::take(&mut order.checks),
        );
        let spec = order.spec.clone();
        let order = &*order;
        let body = async |sandbox: &Sandbox| {
            let looked = self
                .inside(sandbox, supply, compiling, order, source, seen)
                .await;
            seen.begin(Stage::Teardown);
            looked
        };
        let scoped = sandbox::scope(&engine, &spec, self.journal, self.interrupt, body).await;
        let at = seen.at();
        let ended = match scoped.body {
            Ok(looked) => looked,
            Err(Ended::Interrupted) => Err(interrupted(at)),
            // A panic's message may quote what was worked on.
            Err(Ended::Panicked(_)) => Err(Stop {
                stage: at,
                cause: "vhost itself failed (a panic)".to_owned(),
            }),
            Err(Ended::CouldNotStart(error)) => Err(seen.stop_in(Stage::Sandbox, &error)),
            Err(error @ Ended::EngineLost(_)) => Err(seen.stop_in(at, &error)),
        };
        if at != Stage::Teardown {
            seen.begin(Stage::Teardown);
        }
        seen.evidence.teardown = Some(scoped.teardown);
        seen.end();
        ended
    }

    /// Writes the dump's manifest into the run's directory.
    fn keep(&self, manifest: Manifest, seen: &mut Seen) -> Result<Arc<Manifest>, Stop> {
        // A dump that was restored has its facts.
        let Some(dump) = &seen.evidence.dump else {
            return Ok(Arc::new(manifest));
        };
        let (dump, taken_at) = manifest::stated(dump);
        let document = Document {
            dump,
            taken_at,
            manifest,
            catalogue: None,
        };
        let kept = manifest::write(&document, self.directory.partial());
        seen.evidence.manifest = Some(kept.map_err(|e| seen.stop(&e))?);
        Ok(Arc::new(document.manifest))
    }

    async fn inside(
        &self,
        sandbox: &Sandbox,
        supply: Supply,
        compiling: Compiling,
        order: &Order,
        source: Option<u64>,
        seen: &mut Seen,
    ) -> Result<(), Stop> {
        let newer = engine::matching(sandbox, supply.major()).map_err(|e| seen.stop(&e))?;
        seen.end();

        seen.begin(Stage::Isolation);
        let private = [self.directory.partial()];
        let accepted = &order.terms.accepted_walls;
        let proved = isolation::prove(sandbox, &private, source, accepted)
            .await
            .map_err(|e| seen.stop(&e))?;
        seen.evidence.walls = Some(proved.walls);
        let isolated = proved.isolated.ok_or_else(|| Stop {
            stage: Stage::Isolation,
            cause: "a wall of the sandbox does not stand, so nothing was restored into it"
                .to_owned(),
        })?;
        seen.end();

        let supplied = supply
            .restore(isolated, order.roles, order.jobs, seen)
            .await?;
        if let Some(facts) = &mut seen.evidence.restore {
            facts.remarks.extend(newer);
        }

        let manifest = self.keep(supplied.manifest, seen)?;

        seen.begin(Stage::Fidelity);
        let restored = &supplied.restored;
        let clients = tokio::try_join!(restored.connect(), restored.connect());
        let (one, other) = clients.map_err(|e| seen.stop(&e))?;
        seen.evidence.relations = Some(rows::count([&one, &other], &manifest).await);
        drop((one, other));
        seen.end();

        seen.begin(Stage::Drift);
        let drift = beside::look(restored, &manifest, order, seen).await?;
        seen.evidence.drift = Some(drift);
        seen.end();

        seen.begin(Stage::Checks);
        let shared = Shared {
            started: order.started,
            salt: order.salt,
            cores: order.cores,
            memory: order.spec.limits.memory,
            manifest,
            reference: order.beside.reference.clone(),
        };
        seen.evidence.checks = Some(compiling.run(&supplied.restored, shared, seen).await?);
        seen.end();
        Ok(())
    }
}
