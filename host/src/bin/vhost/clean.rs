//! `vhost clean`: removes what killed drills left behind.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use vhost::sandbox::clean::{Cleaned, clean};
use vhost::sandbox::{Removal, Removed};

use crate::args::Clean;
use crate::fault;

/// The exit status when something was left alone or could not be removed.
const LEFT: u8 = 1;

pub fn main(asked: &Clean) -> ExitCode {
    match run(&asked.runs) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(LEFT),
        Err(error) => fault::refuse(&error),
    }
}

/// Goes through every journal under `runs`; true when nothing is left.
fn run(runs: &Path) -> Result<bool> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start")?;
    let mut nothing_left = true;
    let mut drills = 0;
    for directory in directories(runs)? {
        let journal = directory.join("journal");
        let name = directory.display();
        if !journal.is_file() {
            // A published run of which nothing is left has none.
            if unfinished(&directory) {
                drills += 1;
                nothing_left = false;
                say(&format!(
                    "{name}: left alone: without a journal nobody can tell whether its drill is over; remove it by hand if it is"
                ));
            }
            continue;
        }
        drills += 1;
        match runtime.block_on(clean(&journal)) {
            Ok(Cleaned::Live) => {
                say(&format!("{name}: its drill is still running; left alone"));
            }
            Ok(Cleaned::Done(removals)) => {
                let gone = removals
                    .iter()
                    .map(|removal| told(&name.to_string(), removal))
                    .fold(true, |all, gone| all & gone);
                nothing_left &= gone;
                if gone {
                    discard(&directory, &journal)?;
                }
            }
            // One journal that cannot be read must not keep the others from being cleaned.
            Err(error) => {
                nothing_left = false;
                fault::say(&error.into());
            }
        }
    }
    if drills == 0 {
        say(&format!(
            "{}: no drill left anything behind",
            runs.display()
        ));
    }
    Ok(nothing_left)
}

/// The directories of runs, those of unfinished ones included, in the order of their names.
fn directories(runs: &Path) -> Result<Vec<PathBuf>> {
    let listed = std::fs::read_dir(runs).with_context(|| {
        format!(
            "cannot list {}: name the directory in which drills left their runs",
            runs.display()
        )
    })?;
    let mut directories = Vec::new();
    for entry in listed {
        let path = entry
            .with_context(|| format!("cannot list {}", runs.display()))?
            .path();
        if path.is_dir() {
            directories.push(path);
        }
    }
    directories.sort();
    Ok(directories)
}

fn told(directory: &str, removal: &Removal) -> bool {
    match &removal.outcome {
        Removed::Gone => {
            say(&format!(
                "{directory}: {} {} removed",
                removal.kind, removal.name
            ));
            true
        }
        Removed::LeftBehind { why, remove_with } => {
            say(&format!(
                "{directory}: {} {} left alone: {why}; to remove it: {remove_with}",
                removal.kind, removal.name
            ));
            false
        }
    }
}

/// An unfinished run has no report and its dump was never read back, so its directory goes; a published one stays.
fn discard(directory: &Path, journal: &Path) -> Result<()> {
    let (what, done) = if unfinished(directory) {
        (directory, std::fs::remove_dir_all(directory))
    } else {
        (journal, std::fs::remove_file(journal))
    };
    done.with_context(|| format!("cannot remove {}", what.display()))?;
    say(&format!("{}: removed", what.display()));
    Ok(())
}

/// Whether a run's directory was never published.
fn unfinished(directory: &Path) -> bool {
    directory
        .extension()
        .is_some_and(|extension| extension == "partial")
}

fn say(line: &str) {
    // A closed standard output does not undo what was removed.
    let _ = writeln!(std::io::stdout(), "{line}");
}
