//! One check, called once, in a store that is thrown away.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use wasmtime::Store;

use crate::check::bindings::CheckIndices;
use crate::check::bindings::exports::vhost::check::checker;
use crate::check::compile::Compiled;
use crate::check::disclose::{Disclosure, Salt};
use crate::check::evidence::Facts;
use crate::check::host::{Parts, State};
use crate::check::limits::{admit, fence};
use crate::check::linker::link;
use crate::check::machine::Machine;
use crate::check::query::{Session, TypeCatalog};
use crate::check::reading::{Onlooker, Read};
use crate::check::report;
use crate::check::wall;
use crate::check::{CheckOutcome, Ended, LogLine, Usage};
use crate::finding::{Finding, Status};
use crate::grant::{Approved, CheckLogin};
use crate::restore::Restored;
use crate::sandbox::Login;

/// Beyond a check's own time: a host call in flight ends by itself first, and with a better word on why.
const GRACE: Duration = Duration::from_secs(1);
/// Lines of each of standard output and error; an empty line costs a guest one byte, and a report a hundred.
const CAPTURED_LINES: usize = 1_000;

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
}

/// Runs checks side by side, at most `cores` at a time. The outcomes come in the order of the jobs.
pub async fn run_all(jobs: Vec<Job>, cores: NonZeroUsize) -> Vec<CheckOutcome> {
    let turns = Arc::new(Semaphore::new(cores.get()));
    let mut running = JoinSet::new();
    let mut outcomes: Vec<CheckOutcome> = Vec::with_capacity(jobs.len());
    for (place, job) in jobs.into_iter().enumerate() {
        // Stands until the check has ended: one whose task is lost could not look.
        outcomes.push(could_not_look(&job, "the host lost the check"));
        let turns = turns.clone();
        running.spawn(async move {
            // The semaphore is never closed, so the permit is always there in the end.
            let _turn = turns.acquire_owned().await;
            (place, run(job).await)
        });
    }
    while let Some(ended) = running.join_next().await {
        if let Ok((place, outcome)) = ended {
            outcomes[place] = outcome;
        }
    }
    outcomes
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
pub async fn run(job: Job) -> CheckOutcome {
    let begun = Instant::now();
    let mut outcome = could_not_look(&job, "it was not started");
    match prepare(&job).await {
        Ok(mut store) => {
            let returned = call(&job, &mut store, begun).await;
            read(&job, store, returned, &mut outcome).await;
        }
        Err(why) => outcome.ended = Ended::Stopped(why),
    }
    outcome.status = status(&outcome.ended, &outcome.findings);
    outcome.usage.millis = begun.elapsed().as_millis().try_into().unwrap_or(u64::MAX);
    outcome
}

/// No finding is no pass; an end other than a report is no pass; the gravest finding wins.
fn status(ended: &Ended, findings: &[Finding]) -> Status {
    let worst = findings.iter().map(|finding| finding.status).max();
    match (ended, worst) {
        (_, Some(Status::Fail)) => Status::Fail,
        (Ended::Reported, Some(worst)) => worst,
        (Ended::Reported, None) | (Ended::CouldNotLook(_) | Ended::Stopped(_), _) => {
            Status::CouldNotLook
        }
    }
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
    let state = State::new(Parts {
        session,
        facts: job.facts.clone(),
        settings: job.settings.clone(),
        artefacts: job.approved.artefacts(),
        memory: limits.memory,
        log_bytes: limits.log_bytes,
        started: job.started,
        seed: job.salt.digest(
            "random numbers of a check",
            job.approved.component().sha256.as_bytes(),
        ),
    });
    let state = state.map_err(|error| error.to_string())?;
    Ok(Store::new(job.machine.engine(), state))
}

type Returned = Result<Result<checker::Report, String>, String>;

/// Instantiates the check and calls it, once. The outer error says which wall it ran into.
async fn call(job: &Job, store: &mut Store<State>, begun: Instant) -> Returned {
    let (approved, limits) = (&job.approved, job.approved.limits());
    fence(store, begun + limits.time);
    let looking = async {
        admit(
            job.compiled.component(),
            &approved.component().weight,
            limits.memory,
        )?;
        let linker = link(
            job.machine.engine(),
            &approved.component().imports,
            approved.imports(),
        )?;
        let pre = linker.instantiate_pre(job.compiled.component())?;
        let indices = CheckIndices::new(&pre)?;
        let instance = pre.instantiate_async(&mut *store).await?;
        let check = indices.load(&mut *store, &instance)?;
        let checker = check.vhost_check_checker();
        wasmtime::Result::Ok(checker.call_run(&mut *store).await?)
    };
    // Epochs do not interrupt a host call, so the clock on the wall has the last word.
    let ended = tokio::time::timeout(limits.time + GRACE, looking).await;
    match ended {
        Ok(Ok(returned)) => Ok(returned),
        Ok(Err(error)) => Err(wall::name(&error, store.data().meter.refused(), limits)),
        Err(_) => Err(format!("wall time of {:?}", limits.time)),
    }
}

/// Fills the outcome from what the guest returned and what the store holds.
async fn read(job: &Job, store: Store<State>, returned: Returned, outcome: &mut CheckOutcome) {
    let limits = job.approved.limits();
    let state = store.into_data();
    let contact = state.contact;
    let disclosure = Disclosure {
        level: job.approved.report(),
        salt: &job.salt,
        names: &job.facts.names(job.approved.read()),
    };
    outcome.ended = match returned {
        Err(wall) => Ended::Stopped(wall),
        Ok(Err(text)) => {
            let mut why = disclosure.text(contact, &text);
            if let Some(error) = &state.last_error {
                why += &format!("; the last answer of the database was {error}");
            }
            Ended::CouldNotLook(why)
        }
        Ok(Ok(report)) => match report::read(report, limits.findings, contact, &disclosure) {
            Ok((findings, metrics)) => {
                outcome.findings = findings;
                outcome.metrics = metrics;
                Ended::Reported
            }
            Err(broken) => Ended::Stopped(format!("a report that breaks the contract: {broken}")),
        },
    };
    outcome.log = log(&state, &disclosure);
    outcome.usage.memory = state.meter.peak();
    outcome.usage.calls = state.calls;
    if let Some(session) = state.session {
        let spent = session.spent();
        outcome.usage.statements = spent.statements.into();
        outcome.usage.rows = spent.rows;
        outcome.usage.bytes = spent.bytes;
        outcome.usage.read = relations(job, outcome.usage.statements).await;
        // The check's answer is in; a connection that does not part well is the server's log's business.
        let _ = tokio::time::timeout(GRACE, session.close()).await;
    } else {
        outcome.usage.read = Some(Vec::new());
    }
}

/// What the check's statements read, while its session still holds their locks.
async fn relations(job: &Job, statements: u64) -> Option<Vec<Read>> {
    match &job.database {
        Some(database) if statements > 0 => database.onlooker.read_by(&database.role).await,
        Some(_) | None => Some(Vec::new()),
    }
}

fn log(state: &State, disclosure: &Disclosure<'_>) -> Vec<LogLine> {
    let mut lines: Vec<LogLine> = state
        .log
        .lines
        .iter()
        .map(|(level, contact, message)| LogLine {
            level,
            message: disclosure.text(*contact, message),
        })
        .collect();
    for (level, captured) in [("stdout", &state.stdout), ("stderr", &state.stderr)] {
        let text = captured.text();
        let mut captured = text.lines();
        lines.extend(captured.by_ref().take(CAPTURED_LINES).map(|line| LogLine {
            level,
            message: disclosure.text(state.contact, line),
        }));
        let more = captured.count();
        if more > 0 {
            lines.push(LogLine {
                level: "warn",
                message: format!("{more} more lines of {level}"),
            });
        }
    }
    if state.log.cut > 0 {
        lines.push(LogLine {
            level: "warn",
            message: format!("{} more lines, over the grant's log bytes", state.log.cut),
        });
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Shown;

    fn finding(status: Status) -> Finding {
        Finding {
            rule: "r".to_owned(),
            status,
            subject: String::new(),
            expected: Shown::Nothing,
            actual: Shown::Nothing,
        }
    }

    #[test]
    fn no_evidence_is_no_pass() {
        let reported = Ended::Reported;
        let (pass, fail, blind) = (
            finding(Status::Pass),
            finding(Status::Fail),
            finding(Status::CouldNotLook),
        );
        assert_eq!(status(&reported, &[]), Status::CouldNotLook);
        assert_eq!(status(&reported, std::slice::from_ref(&pass)), Status::Pass);
        assert_eq!(
            status(&reported, &[pass.clone(), blind.clone()]),
            Status::CouldNotLook
        );
        assert_eq!(
            status(&reported, &[blind, fail, pass.clone()]),
            Status::Fail
        );
        let stopped = Ended::Stopped("wall".to_owned());
        assert_eq!(status(&stopped, &[pass]), Status::CouldNotLook);
    }
}
