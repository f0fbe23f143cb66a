//! One check, called once, in a store that is thrown away.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use wasmtime::Store;

use crate::check::bindings::CheckIndices;
use crate::check::compile::Compiled;
use crate::check::disclose::{Disclosure, Salt};
use crate::check::evidence::Facts;
use crate::check::exchange::{
    Answers, Head, Level, Live, NotRecorded, Record, Recorded, Recorder, known,
};
use crate::check::host::{Parts, State};
use crate::check::limits::{admit, fence};
use crate::check::linker::link;
use crate::check::machine::Machine;
use crate::check::query::{Session, TypeCatalog};
use crate::check::reading::{Onlooker, Read};
use crate::check::statements::{Sent, Statements};
use crate::check::told::{Returned, Telling, UNSALTED, status};
use crate::check::wall;
use crate::check::{CheckOutcome, Ended, Usage};
use crate::finding::Status;
use crate::grant::{Approved, CheckLogin, ReportLevel};
use crate::restore::Restored;
use crate::sandbox::Login;

/// Beyond a check's own time: a host call in flight ends by itself first, and with a better word on why.
const GRACE: Duration = Duration::from_secs(1);

/// A check's own way into the restored database.
///
/// It can be made only of a [`Restored`], which only a sandbox whose walls were proved yields: that no guest SQL runs
/// before is a matter of types.
#[derive(Clone)]
pub struct Database {
    config: tokio_postgres::Config,
    catalog: Arc<TypeCatalog>,
    role: String,
    onlooker: Arc<Onlooker>,
}

impl Database {
    /// Logs in as the check's role; the onlooker tells afterwards what it read.
    pub fn of(
        restored: &Restored<'_>,
        login: &CheckLogin,
        catalog: Arc<TypeCatalog>,
        onlooker: Arc<Onlooker>,
    ) -> Self {
        let sandbox = restored.isolated().sandbox();
        let host = sandbox.config(&restored.facts().database, Login::Host);
        Self {
            config: login.config(&host),
            catalog,
            role: login.role().to_owned(),
            onlooker,
        }
    }
}

/// One check to run.
pub struct Job {
    pub machine: Arc<Machine>,
    pub approved: Arc<Approved>,
    pub compiled: Compiled,
    /// None where the grant has no `query`.
    pub database: Option<Database>,
    pub facts: Arc<Facts>,
    /// The plan's `[checks.<name>]` as JSON text.
    pub settings: String,
    pub salt: Arc<Salt>,
    /// The drill's start; a check's clocks stand there.
    pub started: SystemTime,
    pub record: Record,
    pub watch: Watch,
}

/// Who looks at a check besides its report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Watch {
    #[default]
    Nobody,
    /// Who writes it, in a trial: each statement is told, and the words are shown at this level.
    Author(ReportLevel),
}

/// What came of one check, and of recording it.
pub struct Ran {
    pub outcome: CheckOutcome,
    /// Each statement, where its author watches.
    pub statements: Vec<Sent>,
    /// How many more there were.
    pub more_statements: u64,
    /// None where nothing was to be recorded, or the check was not started.
    pub recording: Option<Result<Recorded, NotRecorded>>,
}

/// Runs checks side by side, at most `cores` at a time. The outcomes come in the order of the jobs.
pub async fn run_all(jobs: Vec<Job>, cores: NonZeroUsize) -> Vec<Ran> {
    let turns = Arc::new(Semaphore::new(cores.get()));
    let mut running = JoinSet::new();
    let mut all: Vec<Ran> = Vec::with_capacity(jobs.len());
    for (place, job) in jobs.into_iter().enumerate() {
        // Stands until the check has ended: one whose task is lost could not look.
        all.push(Ran {
            outcome: could_not_look(&job, "the host lost the check"),
            statements: Vec::new(),
            more_statements: 0,
            recording: None,
        });
        let turns = turns.clone();
        running.spawn(async move {
            // The semaphore is never closed, so the permit is always there in the end.
            let _turn = turns.acquire_owned().await;
            (place, run(job).await)
        });
    }
    while let Some(ended) = running.join_next().await {
        if let Ok((place, ran)) = ended {
            all[place] = ran;
        }
    }
    all
}

fn could_not_look(job: &Job, why: &str) -> CheckOutcome {
    CheckOutcome {
        name: job.approved.name().to_owned(),
        component: job.approved.component().sha256,
        status: Status::CouldNotLook,
        ended: Ended::Stopped(why.to_owned()),
        findings: Vec::new(),
        metrics: Vec::new(),
        log: Vec::new(),
        usage: Usage::default(),
    }
}

/// Runs one check. Whatever it does comes back as an outcome.
pub async fn run(job: Job) -> Ran {
    let begun = Instant::now();
    let mut ran = Ran {
        outcome: could_not_look(&job, "it was not started"),
        statements: Vec::new(),
        more_statements: 0,
        recording: None,
    };
    match prepare(&job).await {
        Ok(mut store) => {
            let (machine, approved) = (&job.machine, &job.approved);
            let returned = call(machine, approved, &job.compiled, &mut store, begun).await;
            let mut state = store.into_data();
            tell(&job, &mut state, &returned, &mut ran);
            part(&job, state, &mut ran.outcome).await;
        }
        Err(why) => ran.outcome.ended = Ended::Stopped(why),
    }
    let outcome = &mut ran.outcome;
    outcome.status = status(&outcome.ended, &outcome.findings);
    outcome.usage.millis = begun.elapsed().as_millis().try_into().unwrap_or(u64::MAX);
    ran
}

async fn prepare(job: &Job) -> Result<Store<State>, String> {
    let limits = job.approved.limits();
    let session = match &job.database {
        None => None,
        Some(database) => {
            let (config, catalog) = (&database.config, database.catalog.clone());
            let opening = Session::open(config, catalog, limits.clone());
            let opened = tokio::time::timeout(limits.time, opening)
                .await
                .map_err(|_| format!("its database session did not open within {:?}", limits.time))?
                .map_err(|error| format!("its database session did not open: {error}"))?;
            Some(opened)
        }
    };
    let live = Live::new(session, job.facts.clone(), job.settings.clone());
    let recorder = match job.record {
        Record::Nothing => None,
        Record::Exchange(level) => {
            let names = job.facts.names(job.approved.read());
            Some(Recorder::new(level, known(&names)))
        }
    };
    let state = State::new(Parts {
        answers: Answers::Live(live),
        recorder,
        statements: match job.watch {
            Watch::Nobody => None,
            Watch::Author(_) => Some(Statements::default()),
        },
        artefacts: job.approved.artefacts(),
        memory: limits.memory,
        log_bytes: limits.log_bytes,
        started: job.started,
        seed: seed(job),
    });
    let state = state.map_err(|error| error.to_string())?;
    Ok(Store::new(job.machine.engine(), state))
}

/// What a check's random numbers follow from. Those of a recorded one are the same in each drill: an interpreter orders
/// its maps by them, and two recordings of one dump are to be held against each other.
fn seed(job: &Job) -> [u8; 32] {
    let salt = match job.record {
        Record::Nothing => &job.salt,
        Record::Exchange(_) => &UNSALTED,
    };
    let of = match job.record {
        Record::Nothing => job.approved.component().sha256.as_bytes(),
        Record::Exchange(_) => job.approved.name().as_bytes(),
    };
    salt.digest("random numbers of a check", of)
}

/// Instantiates the check and calls it, once. The outer error says which wall it ran into.
pub(super) async fn call(
    machine: &Machine,
    approved: &Approved,
    compiled: &Compiled,
    store: &mut Store<State>,
    begun: Instant,
) -> Returned {
    let limits = approved.limits();
    fence(store, begun + limits.time);
    let looking = async {
        admit(
            compiled.component(),
            &approved.component().weight,
            limits.memory,
        )?;
        let linker = link(
            machine.engine(),
            &approved.component().imports,
            approved.imports(),
        )?;
        let pre = linker.instantiate_pre(compiled.component())?;
        let indices = CheckIndices::new(&pre)?;
        let instance = pre.instantiate_async(&mut *store).await?;
        let check = indices.load(&mut *store, &instance)?;
        let checker = check.vhost_check_checker();
        checker.call_run(&mut *store).await
    };
    // Epochs do not interrupt a host call, so the clock on the wall has the last word.
    let ended = tokio::time::timeout(limits.time + GRACE, looking).await;
    match ended {
        Ok(Ok(returned)) => Ok(returned),
        Ok(Err(error)) => Err(wall::name(&error, store.data().meter.refused(), limits)),
        Err(_) => Err(format!("wall time of {:?}", limits.time)),
    }
}

/// Fills the outcome, and the recording, from what the guest returned and what the store holds.
fn tell(job: &Job, state: &mut State, returned: &Returned, ran: &mut Ran) {
    let recorder = state.recorder.take();
    let statements = state.statements.take().unwrap_or_default();
    (ran.statements, ran.more_statements) = statements.finish();
    let names = job.facts.names(job.approved.read());
    let telling = Telling {
        returned,
        state,
        findings: job.approved.limits().findings,
    };
    let words = telling.under(&Disclosure {
        level: match job.watch {
            Watch::Nobody => job.approved.report(),
            Watch::Author(level) => level,
        },
        salt: &job.salt,
        names: &names,
    });
    if let (Some(recorder), Record::Exchange(level)) = (recorder, job.record) {
        let head = Head::of(&job.approved, level, job.started, seed(job));
        let told = telling.under(&Disclosure {
            level: match level {
                Level::Digests => job.approved.report(),
                Level::Values => ReportLevel::Values,
            },
            // So that two recordings can be held against each other.
            salt: &UNSALTED,
            names: &names,
        });
        ran.recording = Some(recorder.finish(&head, &told.into()));
    }
    let outcome = &mut ran.outcome;
    outcome.ended = words.ended;
    outcome.findings = words.findings;
    outcome.metrics = words.metrics;
    outcome.log = words.log;
    outcome.usage.memory = state.meter.peak();
    outcome.usage.calls = state.calls;
}

/// Notes what the check used of its session, and ends that.
async fn part(job: &Job, state: State, outcome: &mut CheckOutcome) {
    outcome.usage.read = Some(Vec::new());
    if let Answers::Live(Live {
        session: Some(session),
        ..
    }) = state.answers
    {
        let spent = session.spent();
        outcome.usage.statements = spent.statements.into();
        outcome.usage.rows = spent.rows;
        outcome.usage.bytes = spent.bytes;
        outcome.usage.read = relations(job, outcome.usage.statements).await;
        // The check's answer is in; a connection that does not part well is the server's log's business.
        let _ = tokio::time::timeout(GRACE, session.close()).await;
    }
}

/// What the check's statements read, while its session still holds their locks.
async fn relations(job: &Job, statements: u64) -> Option<Vec<Read>> {
    match &job.database {
        Some(database) if statements > 0 => database.onlooker.read_by(&database.role).await,
        Some(_) | None => Some(Vec::new()),
    }
}
