//! `vhost try`: checks on a copy that stays warm, for whoever writes them.

mod desk;
mod json;
mod keys;
mod text;

use std::cell::Cell;
use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, Result};
use tokio_util::sync::CancellationToken;

use vhost::drill::RunDirectory;
use vhost::finding::Status;
use vhost::report::neutral::{Medium, neutral};
use vhost::report::summary::Colour;
use vhost::sandbox::{Removed, Teardown};
use vhost::trial::watch::Watched;
use vhost::trial::{self, Trial, Tried, Warm};

use crate::args::Try;
use crate::grants::colour;
use crate::progress::{self, Voice};
use crate::run::{hush_panics, listen};
use crate::{fault, trial::desk::Desk};
use keys::{Key, Keys};

const FAIL: u8 = 1;
const COULD_NOT_LOOK: u8 = 3;

/// One run of the checks, for those who show it.
pub struct Run<'r> {
    /// From 1.
    pub number: u32,
    pub tried: &'r [Tried],
    pub elapsed: Duration,
    /// Since the change that it answers to.
    pub since_change: Option<Duration>,
}

pub fn main(asked: &Try) -> ExitCode {
    hush_panics();
    match Desk::prepare(asked).and_then(|desk| attempt(&desk, asked)) {
        Ok(code) => ExitCode::from(code),
        Err(error) => fault::refuse(&error),
    }
}

fn attempt(desk: &Desk, asked: &Try) -> Result<u8> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start")?;
    let made = !desk.runs.exists();
    let code = runtime.block_on(async {
        let interrupt = CancellationToken::new();
        listen(&interrupt)?;
        let directory = RunDirectory::create(&desk.runs, &desk.order.spec.run)?;
        let code = in_time(desk, asked, &directory, &interrupt).await;
        if made {
            // One in which something else lies by now stays.
            let _ = std::fs::remove_dir(&desk.runs);
        }
        code
    });
    // A thread that still reads a given dump, or the keyboard, is not waited for.
    runtime.shutdown_background();
    code
}

/// The whole trial, which its time or a signal ends.
async fn in_time(
    desk: &Desk,
    asked: &Try,
    directory: &RunDirectory,
    interrupt: &CancellationToken,
) -> Result<u8> {
    let stop = interrupt.child_token();
    let timer = stop.clone();
    let keep_for = asked.keep_for;
    tokio::spawn(async move {
        tokio::time::sleep(keep_for).await;
        timer.cancel();
    });
    let voice = Voice::choose(asked.quiet || asked.json);
    let last = Cell::new(None);
    let body = async |warm: &mut Warm<'_>| rounds(warm, desk, asked, &last).await;
    let events = progress::events(voice);
    let trial = trial::run(&desk.order, directory, events, &stop, body).await?;
    if let Err(stopped) = &trial.body {
        let why = match (interrupt.is_cancelled(), stop.is_cancelled()) {
            (true, _) => "ended by a signal".to_owned(),
            (false, true) => format!("its time is over (--keep-for {keep_for:?})"),
            (false, false) => format!("{}: {}", stopped.stage.name(), stopped.cause),
        };
        tell(&why);
    }
    removed(&trial, asked);
    let teardown = trial.teardown.as_ref();
    directory
        .discard(teardown)
        .context("cannot remove the trial's own directory")?;
    Ok(match teardown.is_none_or(gone) {
        true => last.get().unwrap_or(COULD_NOT_LOOK),
        false => FAIL,
    })
}

/// Runs the checks, and again at each change or key, until it is enough.
async fn rounds(warm: &mut Warm<'_>, desk: &Desk, asked: &Try, last: &Cell<Option<u8>>) {
    let mut watched = Watched::new(desk.files());
    let mut keys = asked.watch.then(Keys::listen);
    let mut changed: Option<SystemTime> = None;
    if !asked.json {
        say(&text::copy(warm.copy()));
    }
    for number in 1.. {
        let began = Instant::now();
        last.set(Some(one(warm, desk, asked, (number, began, changed)).await));
        let Some(keys) = &mut keys else { return };
        if number == 1 && !asked.quiet {
            let files = desk.files().len();
            tell(&format!(
                "watching {files} files, for at most {:?} in all: Enter runs again, q and Enter ends",
                asked.keep_for
            ));
        }
        changed = tokio::select! {
            at = watched.changed() => Some(at),
            key = keys.next() => match key {
                Key::Again => None,
                Key::Quit => return,
            },
        };
    }
}

/// One run, shown; gives its exit status.
async fn one(
    warm: &mut Warm<'_>,
    desk: &Desk,
    asked: &Try,
    (number, began, changed): (u32, Instant, Option<SystemTime>),
) -> u8 {
    let (selected, under) = match desk.selected(warm.schemas()) {
        Ok(selected) => selected,
        Err(error) => {
            fault::say(&error.context(format!("run {number}")));
            return COULD_NOT_LOOK;
        }
    };
    let tried = match warm.look(selected).await {
        Ok(tried) => tried,
        Err(why) => {
            tell(&format!("run {number}: no check could be run: {why}"));
            return COULD_NOT_LOOK;
        }
    };
    let run = Run {
        number,
        tried: &tried,
        elapsed: began.elapsed(),
        since_change: changed.and_then(|at| at.elapsed().ok()),
    };
    let painted = match asked.json {
        true => Colour::No,
        false => colour(std::io::stdout().is_terminal()),
    };
    let shown = match asked.json {
        true => json::render(&run, &under, desk),
        false => Ok(text::render(&run, &under, desk, painted)),
    };
    match shown {
        Ok(text) => say(&text),
        Err(error) => fault::say(&error),
    }
    if let Err(error) = desk.record(&tried) {
        fault::say(&error);
        return COULD_NOT_LOOK;
    }
    let worst = tried.iter().map(|one| one.outcome.status).max();
    match worst {
        Some(Status::Pass) => 0,
        Some(Status::Fail) => FAIL,
        Some(Status::CouldNotLook) | None => COULD_NOT_LOOK,
    }
}

fn gone(teardown: &Teardown) -> bool {
    teardown
        .removals
        .iter()
        .all(|removal| removal.outcome == Removed::Gone)
}

/// What was removed, and what was not with how to remove it.
fn removed<T>(trial: &Trial<T>, asked: &Try) {
    let removals = trial
        .teardown
        .iter()
        .flat_map(|teardown| &teardown.removals);
    let mut names = Vec::new();
    for removal in removals {
        match &removal.outcome {
            Removed::Gone => names.push(format!("{} {}", removal.kind, removal.name)),
            Removed::LeftBehind { why, remove_with } => tell(&format!(
                "left behind: {} {}: {why}; remove it with: {remove_with}",
                removal.kind, removal.name
            )),
        }
    }
    if !names.is_empty() && !asked.quiet {
        tell(&format!("removed, and gone: {}", names.join(", ")));
    }
}

/// Standard output may be closed, which changes nothing of what was seen.
fn say(text: &str) {
    let mut stdout = std::io::stdout();
    let _ = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
}

/// A line on standard error.
fn tell(text: &str) {
    let _ = writeln!(
        std::io::stderr(),
        "vhost: {}",
        neutral(text, Medium::Terminal)
    );
}
