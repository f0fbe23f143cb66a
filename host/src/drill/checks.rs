//! The checks of a drill: compiled while the dump is taken, run on the restored database.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::check::evidence::{DumpFacts, Facts, Protected, RestoreFacts};
use crate::check::exchange::Record;
use crate::check::{
    Came, CheckOutcome, CompileError, Compiler, Ended, Job, Machine, Ran, Ready, Salt, Usage,
    Watch, run_all,
};
use crate::drill::ground::Ground;
use crate::drill::order::Keep;
use crate::drill::recordings;
use crate::drill::seen::{Seen, in_one_line};
use crate::event::Stage;
use crate::fidelity::Standing;
use crate::finding::Status;
use crate::grant::{Approved, RoleError, Withheld};
use crate::plan::Wall;
use crate::reference::Reference;
use crate::report::Stop;
use crate::restore::{Gravity, Restored};
use crate::sandbox::{ContainerIdentity, Holds};
use vhost_dump::facts::Origin;
use vhost_dump::manifest::Manifest;

/// How many relations that one check did not get are named; a schema may hold thousands.
const MOST_WITHHELD: usize = 32;

/// One reviewed check and what the plan sets for it.
pub struct Selected {
    pub approved: Arc<Approved>,
    /// The plan's `[checks.<name>]` as JSON text.
    pub settings: String,
}

/// Checks on their way to machine code.
pub struct Compiling {
    machine: Arc<Machine>,
    checks: Vec<(Selected, JoinHandle<Result<Ready, CompileError>>)>,
    /// Why compiled checks are not kept, though they should be.
    remark: Option<String>,
}

/// What the checks of one drill share.
pub struct Shared {
    pub started: SystemTime,
    pub salt: [u8; 32],
    pub cores: NonZeroUsize,
    /// Of the sandbox, in bytes.
    pub memory: u64,
    pub manifest: Arc<Manifest>,
    pub reference: Option<Arc<Reference>>,
    pub record: Record,
    pub watch: Watch,
    /// The run's, for what is recorded.
    pub directory: PathBuf,
}

/// What came of checks that ran side by side.
pub struct Round {
    pub ran: Vec<Ran>,
    /// How many were compiled before.
    pub compiled: String,
    /// Sentences for the operator.
    pub remarks: Vec<String>,
}

impl Compiling {
    /// Starts a child a check that is not kept, as many at a time as there are cores; they run beside the dump.
    pub fn start(
        machine: Arc<Machine>,
        compiler: &Compiler,
        keep: Keep,
        cores: NonZeroUsize,
        selected: Vec<Selected>,
    ) -> Self {
        let turns = Arc::new(Semaphore::new(cores.get()));
        let (cache, remark) = match keep {
            Keep::Nothing => (None, None),
            Keep::In(cache) => (Some(cache), None),
            Keep::CannotBe(error) => {
                let why = in_one_line(&error);
                (None, Some(format!("compiled checks are not kept: {why}")))
            }
        };
        let checks = selected.into_iter().map(|check| {
            let (machine, compiler, cache, approved) = (
                machine.clone(),
                compiler.clone(),
                cache.clone(),
                check.approved.clone(),
            );
            let turns = turns.clone();
            let ready = async move {
                // The semaphore is never closed, so the permit is always there in the end.
                let _turn = turns.acquire_owned().await;
                compiler.ready(cache, &machine, approved.component()).await
            };
            (check, tokio::spawn(ready))
        });
        Self {
            checks: checks.collect(),
            machine,
            remark,
        }
    }

    /// Runs every check in its own store, under its own role.
    pub async fn run(
        self,
        restored: &Restored<'_>,
        shared: Shared,
        seen: &mut Seen,
    ) -> Result<Vec<CheckOutcome>, Stop> {
        let mut ground = Ground::ready(restored, &shared, self.checks.len(), seen).await?;
        let round = self.on(&mut ground, &shared, restored).await;
        let round = round.map_err(|e| seen.stop(&e))?;
        seen.events().note(Stage::Checks, round.compiled);
        for remark in round.remarks {
            seen.events().note(Stage::Checks, remark.as_str());
            seen.evidence.remarks.push(remark);
        }
        let (mut outcomes, mut recorded) = (Vec::new(), Vec::new());
        for ran in round.ran {
            outcomes.push(ran.outcome);
            recorded.extend(ran.recording);
        }
        recordings::keep(recorded, &shared.directory, seen)?;
        Ok(outcomes)
    }

    /// The same on ground that is ready, and that others may have stood on before.
    pub async fn on(
        self,
        ground: &mut Ground,
        shared: &Shared,
        restored: &Restored<'_>,
    ) -> Result<Round, RoleError> {
        let (mut jobs, mut ran) = (Vec::new(), Vec::new());
        let mut remarks = Vec::from_iter(self.remark);
        remarks.extend(ground.remark.take());
        let mut from_cache = 0;
        let approved: Vec<&Approved> = self.checks.iter().map(|(c, _)| &*c.approved).collect();
        let logins = ground.roles(&approved).await?;
        for ((check, ready), login) in self.checks.into_iter().zip(logins) {
            let compiled = match ready.await {
                Ok(Ok(ready)) => {
                    remarks.extend(ready.remark);
                    from_cache += usize::from(ready.came == Came::FromCache);
                    ready.compiled
                }
                Ok(Err(error)) => {
                    ran.push(not_started(&check.approved, &in_one_line(&error)));
                    continue;
                }
                Err(error) => {
                    ran.push(not_started(&check.approved, &in_one_line(&error)));
                    continue;
                }
            };
            let login = match login {
                Ok(login) => login,
                Err(error) => {
                    ran.push(not_started(&check.approved, &in_one_line(&error)));
                    continue;
                }
            };
            remarks.extend(not_granted(check.approved.name(), login.withheld()));
            jobs.push(Job {
                machine: self.machine.clone(),
                approved: check.approved,
                compiled,
                database: Some(ground.database(restored, &login)),
                facts: ground.facts.clone(),
                settings: check.settings,
                salt: ground.salt.clone(),
                started: shared.started,
                record: shared.record,
                watch: shared.watch,
            });
        }
        let compiled = format!("{from_cache} of {} checks were compiled before", jobs.len());
        ran.extend(run_all(jobs, shared.cores).await);
        Ok(Round {
            ran,
            compiled,
            remarks,
        })
    }
}

/// What the check's grant names and its role did not get, a remark for each.
fn not_granted(check: &str, withheld: &[Withheld]) -> Vec<String> {
    let mut told: Vec<_> = withheld
        .iter()
        .take(MOST_WITHHELD)
        .map(|one| format!("check {check} may not read {one}"))
        .collect();
    if let Some(more) = withheld
        .len()
        .checked_sub(MOST_WITHHELD)
        .filter(|more| *more > 0)
    {
        told.push(format!(
            "check {check} may not read {more} more relations that its grant names"
        ));
    }
    told
}

fn not_started(approved: &Approved, why: &str) -> Ran {
    Ran {
        outcome: CheckOutcome {
            name: approved.name().to_owned(),
            component: approved.component().sha256,
            status: Status::CouldNotLook,
            ended: Ended::Stopped(why.to_owned()),
            findings: Vec::new(),
            metrics: Vec::new(),
            log: Vec::new(),
            usage: Usage::default(),
        },
        statements: Vec::new(),
        more_statements: 0,
        recording: None,
    }
}

/// What checks may know of the drill: facts, never secrets, never row content.
pub(super) fn facts(
    restored: &Restored<'_>,
    shared: &Shared,
    (salt, standing): (Arc<Salt>, Standing),
    seen: &Seen,
) -> Facts {
    let dump = seen.evidence.dump.as_ref();
    let (taken_at, source_role) = match dump.map(|d| &d.origin) {
        Some(Origin::Fresh { role, taken_at, .. }) => (taken_at.clone(), role.clone()),
        Some(Origin::Given) | None => (String::new(), String::new()),
    };
    let restore = restored.facts();
    let errors = |wanted: fn(Gravity) -> bool| {
        let counted = restore
            .notices
            .iter()
            .filter(|n| wanted(n.gravity))
            .map(|n| n.count);
        u32::try_from(counted.sum::<u64>()).unwrap_or(u32::MAX)
    };
    let walls = seen.evidence.walls.as_deref().unwrap_or_default();
    let protected = seen
        .evidence
        .protected_before
        .as_deref()
        .unwrap_or_default();
    Facts {
        dump: DumpFacts {
            sha256: dump
                .map(|d| d.digest.sha256.to_string())
                .unwrap_or_default(),
            bytes: dump.map_or(0, |d| d.digest.bytes),
            format: dump.map(|d| d.format.name().to_owned()).unwrap_or_default(),
            server_version: dump.map(|d| d.server_version.clone()).unwrap_or_default(),
            taken_at,
            source_role,
        },
        restore: RestoreFacts {
            server_version: restore.server_version.clone(),
            system_identifier: restore.system_identifier,
            differs_from_source: walls
                .iter()
                .any(|w| w.wall == Wall::OwnCluster && w.holds == Holds::Yes),
            benign_errors: errors(|g| g == Gravity::Benign),
            serious_errors: errors(|g| g != Gravity::Benign),
        },
        manifest: shared.manifest.clone(),
        reference: shared.reference.clone(),
        salt,
        standing,
        protected: protected.iter().map(container).collect(),
    }
}

fn container(identity: &ContainerIdentity) -> Protected {
    match identity {
        ContainerIdentity::Present {
            name,
            id,
            started_at,
            status,
        } => Protected {
            name: name.clone(),
            id: id.clone(),
            started_at: started_at.clone(),
            status: status.clone(),
            untouched: true,
        },
        ContainerIdentity::Absent { name } => Protected {
            name: name.clone(),
            id: String::new(),
            started_at: String::new(),
            status: "absent".to_owned(),
            untouched: false,
        },
    }
}
