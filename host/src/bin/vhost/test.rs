//! `vhost test`: a component answered as recorded, and two recordings held against each other.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use vhost::check::exchange::{Difference, Recording, between};
use vhost::check::{Again, Compiled, Compiler, Machine, replay};
use vhost::drill::Keep;
use vhost::grant::Component;
use vhost::grant::component::WORLD;
use vhost::report::neutral::{Medium, neutral};
use vhost_dump::digest::Sha256;

use crate::args::Test;
use crate::run::hush_panics;
use crate::{fault, kept};

/// The exit status where something differs.
const DIFFERENT: u8 = 1;

pub fn main(asked: &Test) -> ExitCode {
    hush_panics();
    let tested = match &asked.against {
        Some(against) => compare(&asked.check, against),
        None => again(asked),
    };
    match tested {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(DIFFERENT),
        Err(error) => fault::refuse(&error),
    }
}

/// A recording and where it lies.
struct Found {
    path: PathBuf,
    recording: Arc<Recording>,
}

/// What is said of one recording.
struct Line {
    path: PathBuf,
    difference: Option<Difference>,
    calls: usize,
    took: Duration,
    /// How it came to what it is held against.
    of: String,
}

/// Replays each recording, prints what came of it, and returns how many differ.
fn again(asked: &Test) -> Result<usize> {
    let component = Component::read(&asked.check)?;
    if component.world.as_deref() != Some(WORLD) {
        bail!(
            "{} does not export vhost:check/checker@{WORLD}: build it against the world in wit/",
            asked.check.display()
        );
    }
    let mut found = Vec::new();
    for path in &asked.recordings {
        found.extend(recordings(path, Some(&component.name))?);
    }
    // Before anything is compiled: what cannot be replayed is a slip of the pen, whatever the component does.
    for Found { path, recording } in &found {
        recording
            .replayable(&component.name)
            .with_context(|| format!("cannot replay {}", path.display()))?;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start")?;
    let lines = runtime.block_on(async {
        let machine = Arc::new(Machine::start()?);
        let compiled = compiled(asked, &machine, &component).await?;
        let mut lines = Vec::new();
        for Found { path, recording } in found {
            let recorded = recording.head.component;
            let begun = Instant::now();
            let difference = replay(Again {
                machine: machine.clone(),
                component: component.clone(),
                compiled: compiled.clone(),
                recording: recording.clone(),
            });
            lines.push(Line {
                path,
                difference: difference.await,
                calls: recording.calls.len(),
                took: begun.elapsed(),
                of: of(recorded, "replayed with", component.sha256),
            });
        }
        anyhow::Ok(lines)
    })?;
    say(&lines)
}

async fn compiled(asked: &Test, machine: &Machine, component: &Component) -> Result<Compiled> {
    let exe = std::env::current_exe().context("cannot find vhost's own program")?;
    let compiler = Compiler::new(exe, vec!["compile-component".into()]);
    let cache = match asked.no_cache {
        true => None,
        false => match kept::keep() {
            Keep::In(cache) => Some(cache),
            Keep::Nothing => None,
            Keep::CannotBe(error) => {
                fault::say(&anyhow::Error::new(error).context("compiled checks are not kept"));
                None
            }
        },
    };
    let ready = compiler.ready(cache, machine, component).await?;
    if let Some(remark) = ready.remark {
        fault::say(&anyhow::Error::msg(remark));
    }
    Ok(ready.compiled)
}

/// Holds recordings against each other, each against that of the same check, and returns how many differ.
fn compare(one: &Path, other: &Path) -> Result<usize> {
    let (earlier, later) = (recordings(one, None)?, recordings(other, None)?);
    let mut lines = Vec::new();
    for Found { path, recording } in earlier {
        let head = &recording.head;
        let mut same = later
            .iter()
            .filter(|f| f.recording.head.check == head.check);
        let (Some(against), None) = (same.next(), same.next()) else {
            bail!(
                "{} is of check {}, of which {} has not exactly one recording",
                path.display(),
                head.check,
                other.display()
            );
        };
        let now = &against.recording.head;
        if head.level != now.level {
            bail!(
                "{} holds {} and {} {}: record both alike",
                path.display(),
                head.level.name(),
                against.path.display(),
                now.level.name()
            );
        }
        let begun = Instant::now();
        let difference = between(&recording, &against.recording);
        lines.push(Line {
            path,
            difference,
            calls: recording.calls.len(),
            took: begun.elapsed(),
            of: of(head.component, "held against that of", now.component),
        });
    }
    say(&lines)
}

fn of(recorded: Sha256, how: &str, now: Sha256) -> String {
    match recorded == now {
        true => format!("recorded of this component, sha256:{now}"),
        false => format!("recorded of sha256:{recorded}, {how} sha256:{now}"),
    }
}

/// The recordings at a path: a file, those in a directory, or those in a run's directory. Of a directory those of other
/// checks are left aside where `check` names one.
fn recordings(path: &Path, check: Option<&str>) -> Result<Vec<Found>> {
    let read = |path: PathBuf| -> Result<Found> {
        let recording = Arc::new(Recording::read(&path)?);
        Ok(Found { path, recording })
    };
    if !path.is_dir() {
        return Ok(vec![read(path.to_owned())?]);
    }
    let exchange = path.join("exchange");
    let directory = if exchange.is_dir() { &exchange } else { path };
    let cannot = || format!("cannot list {}", directory.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).with_context(cannot)? {
        let file = entry.with_context(cannot)?.path();
        if file
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            files.push(file);
        }
    }
    files.sort();
    let mut found = files.into_iter().map(read).collect::<Result<Vec<_>>>()?;
    found.retain(|found| check.is_none_or(|check| found.recording.head.check == check));
    match (found.is_empty(), check) {
        (false, _) => Ok(found),
        (true, Some(check)) => bail!(
            "{} holds no recording of check {check}: make one with `vhost run --record=values --synthetic`",
            directory.display()
        ),
        (true, None) => bail!(
            "{} holds no recording: make one with `vhost run --record`",
            directory.display()
        ),
    }
}

fn say(lines: &[Line]) -> Result<usize> {
    let mut stdout = std::io::stdout();
    let mut failed = 0;
    for line in lines {
        let Line {
            path,
            difference,
            calls,
            took,
            of,
        } = line;
        let millis = took.as_secs_f64() * 1e3;
        let head = format!("{} ({calls} calls, {millis:.1} ms)", path.display());
        let said = match difference {
            None => format!("PASS {head}: {of}"),
            Some(difference) => {
                failed += 1;
                format!("DIFFERS {head}: {difference}; {of}")
            }
        };
        writeln!(stdout, "{}", neutral(&said, Medium::Terminal)).context("cannot print")?;
    }
    let passed = lines.len() - failed;
    writeln!(stdout, "{passed} passed, {failed} failed").context("cannot print")?;
    Ok(failed)
}
