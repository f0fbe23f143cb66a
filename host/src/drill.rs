//! One drill, readable top to bottom.
//!
//! ```text
//! observe ─▶ dump ─┬▶ sandbox { isolation ─▶ restore ─▶ drift ─▶ fidelity ─▶ checks } ─▶ teardown ─▶ observe again ─▶ seal
//! ```
//!
//! The dump starts before the sandbox and goes on beside it: a plain dump is restored while it is still written, read
//! back from its file. Nothing of it runs before the sandbox's walls were proved, because a dump can carry code.

mod beside;
mod checks;
mod compared;
mod containers;
mod directory;
mod engine;
mod ground;
mod intake;
mod listing;
mod major;
mod manifest;
mod order;
mod pg_dump;
mod production;
mod proof;
mod recordings;
mod scope;
mod seen;
mod supply;
mod target;

use std::sync::Arc;

use futures_util::future::LocalBoxFuture;
use tokio_util::sync::CancellationToken;

pub use beside::Beside;
pub use checks::Selected;
pub use directory::{DirectoryError, Dump, RunDirectory};
pub use engine::{EngineError, EngineOrder, ImageOrder, LocalOrder};
pub use listing::{Listing, ListingError, relations};
pub use major::{MajorError, Upgrade};
pub use order::{From, Keep, Order, PgDumpAt, SourceExtra, SourceOrder, Stated};

use crate::check::Machine;
pub(crate) use crate::drill::checks::{Compiling, Shared};
pub(crate) use crate::drill::engine::matching;
pub(crate) use crate::drill::ground::Ground;
pub(crate) use crate::drill::intake::given;
pub(crate) use crate::drill::scope::{isolated, within};
pub(crate) use crate::drill::seen::{Seen, in_one_line};
use crate::drill::supply::Supply;
use crate::event::{Events, Stage};
use crate::report::seal::{Sealed, secret_in};
use crate::report::{Evidence, ServerSeen, SourceSeen, Stop};
use crate::sandbox::{self, Journal, Sandbox};
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
///
/// The future is boxed, here and at the library's other edges, so that its code is compiled once and not in every crate that
/// waits for it.
pub fn run<'d>(
    order: Order,
    directory: &'d RunDirectory,
    events: Events,
    interrupt: &'d CancellationToken,
) -> LocalBoxFuture<'d, Result<Sealed, DrillError>> {
    Box::pin(done(order, directory, events, interrupt))
}

async fn done(
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
    let detect = |bytes: &[u8]| secret_in(bytes, &known).ok().flatten();
    if let Err(error) = recordings::sweep(&mut seen.evidence, directory.partial(), &detect) {
        seen.evidence.recordings = Vec::new();
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
            From::Given { path, stated } => {
                let reference = order.beside.reference.clone();
                let given = given(path, stated, reference.as_deref(), seen).await?;
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
        let majors = supply.majors(order.upgrade);
        let open = order
            .engine
            .open(majors.wanted().map_err(|e| seen.stop(&e))?);
        let engine = seen.unless_interrupted(open).await?;
        let compiling = Compiling::start(
            Arc::new(Machine::start().map_err(|e| seen.stop(&e))?),
            &order.compiler,
            std::mem::replace(&mut order.keep, Keep::Nothing),
            order.cores,
            std::mem::take(&mut order.checks),
        );
        let spec = order.spec.clone();
        let order = &*order;
        let body = async |sandbox: &Sandbox, seen: &mut Seen| {
            self.inside(sandbox, supply, compiling, order, source, seen)
                .await
        };
        scope::within(&engine, &spec, self.journal, self.interrupt, seen, body).await
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
        let majors = supply.majors(order.upgrade);
        let upgrade = engine::matching(sandbox, majors).map_err(|e| seen.stop(&e))?;
        seen.end();

        let private = [self.directory.partial()];
        let accepted = &order.terms.accepted_walls;
        let isolated = scope::isolated(sandbox, &private, source, accepted, seen).await?;

        let supplied = supply
            .restore(isolated, order.roles, order.jobs, seen)
            .await?;
        if let Some(facts) = &mut seen.evidence.restore {
            facts.remarks.extend(upgrade);
        }

        let kept = manifest::keep(supplied, self.directory.partial(), seen)?;

        seen.begin(Stage::Drift);
        let drift = beside::look(&kept, order, seen).await?;
        seen.evidence.drift = Some(drift);
        seen.end();

        compared::compare_and_check(kept, compiling, order, self.directory, seen).await
    }
}
