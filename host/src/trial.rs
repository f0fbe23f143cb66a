//! A check, tried by whoever writes it on a copy that stays warm.
//!
//! ```text
//! On ─restore─▶ Warm ─look─▶ Tried      as often as the check changes
//!       (the drill's own sandbox, proof, restore, hardening, roles and stores)
//! ```
//!
//! A trial is no drill: nothing is compared with a source, nothing is sealed, and it has no verdict. A check that nobody
//! approved runs with what it asks for, because its author runs it on a copy of the author's own; the walls around it are
//! those of a drill all the same.

pub mod asked;
mod needed;
mod on;
mod tree;
mod tried;
pub mod watch;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use futures_util::future::LocalBoxFuture;
use tokio_util::sync::CancellationToken;

use crate::check::exchange::Record;
use crate::check::{Cache, Compiler, Machine, Watch};
use crate::drill::{
    Compiling, EngineOrder, Ground, Keep, RunDirectory, Seen, Selected, Shared, Upgrade, given,
    in_one_line, isolated, matching, within,
};
use crate::event::{Events, Stage};
use crate::fidelity;
use crate::grant::ReportLevel;
use crate::plan::{Roles, Wall};
use crate::reference::Reference;
use crate::report::{Evidence, SourceSeen, Stop};
use crate::restore::{Gravity, Restored, script};
use crate::sandbox::{Journal, JournalError, Sandbox, Spec, Teardown};
use vhost_dump::manifest::Manifest;

pub use needed::Needed;
pub use on::{On, OnError};
pub use tried::Tried;

/// All that one trial is given.
pub struct Order {
    pub on: On,
    pub engine: EngineOrder,
    pub spec: Spec,
    pub roles: Roles,
    /// Of a parallel restore, for archives.
    pub jobs: u32,
    pub accepted_walls: Vec<Wall>,
    pub reference: Option<Arc<Reference>>,
    pub compiler: Compiler,
    /// None where every check is compiled anew.
    pub cache: Option<Arc<Cache>>,
    pub cores: NonZeroUsize,
    pub started: SystemTime,
    /// From a cryptographic source.
    pub salt: [u8; 32],
    /// What of a check's words is shown; `None`: as its report would.
    pub show: Option<ReportLevel>,
    pub record: Record,
}

/// What a trial came to.
pub struct Trial<T> {
    pub body: Result<T, Stop>,
    /// None where nothing was made.
    pub teardown: Option<Teardown>,
}

/// What was restored, in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    pub server_version: String,
    pub relations: usize,
    pub rows: u64,
    /// Errors of the restore that cost something.
    pub errors: u64,
    pub remarks: Vec<String>,
}

/// A restored copy that checks are tried on, one time after the other.
pub struct Warm<'w> {
    restored: &'w Restored<'w>,
    ground: Ground,
    shared: Shared,
    order: &'w Order,
    machine: Arc<Machine>,
    copy: Copy,
    /// Those of the copy that are not the server's own.
    schemas: Vec<String>,
    show: Option<ReportLevel>,
}

/// Restores, and runs `body` with the copy until it returns or `stop` fires; then removes everything.
pub async fn run<T>(
    order: &Order,
    directory: &RunDirectory,
    events: Events,
    stop: &CancellationToken,
    body: impl AsyncFnOnce(&mut Warm<'_>) -> T,
) -> Result<Trial<T>, JournalError> {
    let journal = Journal::create(&directory.journal(), &order.spec.run)?;
    let evidence = Evidence::nothing_yet(SourceSeen::GivenDump);
    let mut seen = Seen::nothing_yet(evidence, events, stop.clone());
    let body = walk(order, directory, &journal, stop, &mut seen, body).await;
    Ok(Trial {
        body,
        teardown: seen.evidence.teardown,
    })
}

async fn walk<T>(
    order: &Order,
    directory: &RunDirectory,
    journal: &Journal,
    stop: &CancellationToken,
    seen: &mut Seen,
    body: impl AsyncFnOnce(&mut Warm<'_>) -> T,
) -> Result<T, Stop> {
    let supply = match &order.on {
        On::Script(_) => None,
        On::Dump { path, stated } => {
            let reference = order.reference.as_deref();
            Some(given(path.clone(), stated.clone(), reference, seen).await?)
        }
    };
    seen.begin(Stage::Sandbox);
    let majors = supply.as_ref().map(|supply| supply.majors(Upgrade::Any));
    let wanted = match majors {
        Some(majors) => majors.wanted().map_err(|e| seen.stop(&e))?,
        None => order.engine.newest().await,
    };
    let open = order.engine.open(wanted);
    let engine = seen.unless_interrupted(open).await?;
    let inside = async |sandbox: &Sandbox, seen: &mut Seen| {
        if let Some(majors) = majors {
            matching(sandbox, majors).map_err(|e| seen.stop(&e))?;
        }
        seen.end();
        let (private, accepted) = ([directory.partial()], &order.accepted_walls);
        let isolated = isolated(sandbox, &private, None, accepted, seen).await?;
        let (restored, manifest) = match (supply, &order.on) {
            (Some(supply), _) => {
                let supplied = supply
                    .restore(isolated, order.roles, order.jobs, seen)
                    .await?;
                (supplied.restored, supplied.manifest)
            }
            (None, On::Script(script)) => {
                seen.begin(Stage::Restore);
                let restored = script::run(isolated, script).await;
                let restored = restored.map_err(|e| seen.stop(&e))?;
                let manifest = fidelity::manifest(&restored).await;
                let manifest = manifest.map_err(|e| seen.stop(&e))?;
                seen.end();
                (restored, manifest)
            }
            (None, On::Dump { .. }) => return Err(seen.stop(&NoSupply)),
        };
        seen.begin(Stage::Checks);
        let mut warm = Warm::ready(&restored, manifest, order, seen).await?;
        seen.end();
        Ok(body(&mut warm).await)
    };
    within(&engine, &order.spec, journal, stop, seen, inside).await
}

/// It was read before the sandbox was made, so this does not happen.
#[derive(Debug, thiserror::Error)]
#[error("the dump was not read")]
struct NoSupply;

impl<'w> Warm<'w> {
    async fn ready(
        restored: &'w Restored<'w>,
        manifest: Manifest,
        order: &'w Order,
        seen: &Seen,
    ) -> Result<Self, Stop> {
        let facts = restored.facts();
        let notices = facts.notices.iter();
        let grave = notices.filter(|one| one.gravity != Gravity::Benign);
        let copy = Copy {
            server_version: facts.server_version.clone(),
            relations: manifest.relations.len(),
            rows: manifest.relations.iter().map(|one| one.rows).sum(),
            errors: grave.map(|one| one.count).sum(),
            remarks: facts.remarks.clone(),
        };
        let shared = Shared {
            started: order.started,
            salt: order.salt,
            cores: order.cores,
            memory: order.spec.limits.memory,
            manifest: Arc::new(manifest),
            reference: order.reference.clone(),
            record: order.record,
            watch: Watch::Author(ReportLevel::Counts),
            // What is recorded is handed to whoever asked for it, and not kept here.
            directory: PathBuf::new(),
        };
        let machine = Machine::start().map_err(|e| seen.stop(&e))?;
        let ground = Ground::ready(restored, &shared, order.cores.get(), seen).await?;
        let schemas = asked::schemas(ground.client()).await;
        Ok(Self {
            restored,
            ground,
            shared,
            order,
            machine: Arc::new(machine),
            copy,
            schemas: schemas.map_err(|e| seen.stop(&e))?,
            show: order.show,
        })
    }

    pub fn copy(&self) -> &Copy {
        &self.copy
    }

    /// Of the copy, without the server's own.
    pub fn schemas(&self) -> &[String] {
        &self.schemas
    }

    /// Runs the checks side by side, each in a new store and under a new role, which is gone afterwards.
    ///
    /// The error says why none could be run.
    pub fn look(
        &mut self,
        checks: Vec<Selected>,
    ) -> LocalBoxFuture<'_, Result<Vec<Tried>, String>> {
        Box::pin(self.looked(checks))
    }

    async fn looked(&mut self, checks: Vec<Selected>) -> Result<Vec<Tried>, String> {
        let approved: Vec<_> = checks.iter().map(|one| one.approved.clone()).collect();
        let level = approved.iter().map(|one| one.report()).max();
        self.shared.watch = Watch::Author(self.show.or(level).unwrap_or_default());
        let keep = match &self.order.cache {
            Some(cache) => Keep::In(cache.clone()),
            None => Keep::Nothing,
        };
        let (compiler, cores) = (&self.order.compiler, self.order.cores);
        let compiling = Compiling::start(self.machine.clone(), compiler, keep, cores, checks);
        let round = compiling
            .on(&mut self.ground, &self.shared, self.restored)
            .await;
        let round = round.map_err(|error| in_one_line(&error));
        // Whatever came of them: the next ones have the same names.
        let cleared = self.ground.clear().await;
        let round = round?;
        cleared.map_err(|error| in_one_line(&error))?;
        let mut tried = Vec::with_capacity(round.ran.len());
        for ran in round.ran {
            let of = |one: &&Arc<_>| crate::grant::Approved::name(one) == ran.outcome.name;
            let Some(approved) = approved.iter().find(of) else {
                continue;
            };
            let needed = needed::of(self.restored, self.ground.hardened(), &ran).await;
            tried.push(Tried::new(approved.clone(), ran, needed));
        }
        // Checks that were not started come first in a round, and here in the order in which they were given.
        tried.sort_by_key(|one| {
            approved
                .iter()
                .position(|of| of.name() == one.approved.name())
        });
        if let Some(first) = tried.first_mut() {
            first.remarks = round.remarks;
        }
        Ok(tried)
    }
}
