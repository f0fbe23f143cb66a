//! The fault corpus: healthy dumps that must pass, and faults that a drill must name. `run.sh` starts it.

mod bases;
mod case;
mod cuts;
mod drill;
mod judge;
mod make;
mod second;
#[path = "../support/server.rs"]
#[expect(dead_code, reason = "the rooms' tests use more of it")]
mod server;
mod table;

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context as _, Result};
use clap::Parser;

use crate::bases::Bases;
use crate::case::Case;
use crate::drill::{Drills, Engine};
use crate::judge::{Judgement, judge};
use crate::server::{end_with_this_process, scratch};
use crate::table::Row;

/// Drills healthy dumps and faults, and says how many are told apart.
#[derive(Parser)]
#[command(name = "run.sh")]
struct Args {
    /// Where the sandboxes are: `both` drills everything twice.
    #[arg(long, default_value = "local", value_parser = ["local", "docker", "both"])]
    engine: String,
    /// Only what has this in `group/name`.
    #[arg(long, value_name = "PATTERN")]
    only: Option<String>,
    /// Drills at one time.
    #[arg(long, value_name = "N", default_value_t = 2)]
    jobs: usize,
    /// Where a copy of the table for machines is written.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Leave the dumps and the runs where they are, and say where.
    #[arg(long)]
    keep: bool,
    /// Another build of vhost to drill with.
    #[arg(long, value_name = "FILE")]
    vhost: Option<PathBuf>,
    /// Directories of Postgres' programs, separated by colons.
    #[arg(long, hide = true)]
    bins: String,
    /// The Docker engine's socket.
    #[arg(long, hide = true)]
    docker_host: Option<String>,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("corpus: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(args: &Args) -> Result<ExitCode> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus");
    let docker = || -> Result<Engine> {
        let host = args.docker_host.clone();
        Ok(Engine::Docker {
            host: host.context("no Docker engine")?,
        })
    };
    let engines = match args.engine.as_str() {
        "local" => vec![Engine::Local],
        "docker" => vec![docker()?],
        _ => vec![Engine::Local, docker()?],
    };
    let mut cases = case::all(&corpus)?;
    if let Some(pattern) = &args.only {
        cases.retain(|case| format!("{}/{}", case.group, case.name).contains(pattern.as_str()));
    }
    let all: Vec<(&Case, &Engine)> = engines
        .iter()
        .flat_map(|engine| cases.iter().map(move |case| (case, engine)))
        .filter(|(case, engine)| engine.can(case))
        .collect();
    let work = &Work::new(args.keep)?;
    let bins: Vec<PathBuf> = std::env::split_paths(&args.bins).collect();
    let bases = Bases::new(corpus.join("bases"), &bins)?;
    let program = args.vhost.clone();
    let program = program.unwrap_or_else(|| env!("CARGO_BIN_EXE_vhost").into());
    let drills = Drills::new(program, bases, work.path());

    println!("{}", table::header());
    let rows = Mutex::new(Shown::default());
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..args.jobs.max(1) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some((case, engine)) = all.get(at) else {
                        break;
                    };
                    let row = one(at, case, engine, &drills, work);
                    let mut rows = rows
                        .lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner);
                    rows.add(at, row);
                }
            });
        }
    });
    drills.end();
    let rows = rows
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .rows;
    if let Some(path) = &args.json {
        let text = serde_json::to_string_pretty(&table::json(&rows))?;
        std::fs::write(path, text + "\n").with_context(|| path.display().to_string())?;
    }
    let bad = rows.iter().any(|row| !row.judgement.good);
    println!("\n{}", table::summary(&rows));
    // A pattern that nothing matches has shown nothing.
    Ok(ExitCode::from(u8::from(bad || rows.is_empty())))
}

/// A directory that everybody can enter: servers and sandboxes have users of their own.
enum Work {
    /// Removed with this process, however it ends.
    Goes(PathBuf),
    Kept(PathBuf),
}

impl Work {
    fn new(keep: bool) -> Result<Self> {
        // What is kept should outlive a reboot.
        let parent = if keep {
            Path::new("/var/tmp")
        } else {
            scratch()
        };
        let directory = tempfile::Builder::new()
            .prefix("vhost-corpus.")
            .permissions(std::fs::Permissions::from_mode(0o755))
            .tempdir_in(parent)?
            .keep();
        Ok(if keep {
            eprintln!("corpus: kept {}", directory.display());
            Self::Kept(directory)
        } else {
            end_with_this_process(&directory);
            Self::Goes(directory)
        })
    }

    fn path(&self) -> &Path {
        match self {
            Self::Goes(path) | Self::Kept(path) => path,
        }
    }

    fn goes(&self) -> bool {
        matches!(self, Self::Goes(_))
    }
}

/// Rows in the order of the cases, however the drills end.
#[derive(Default)]
struct Shown {
    rows: Vec<Row>,
    waiting: std::collections::BTreeMap<usize, Row>,
}

impl Shown {
    /// Prints every row whose turn has come.
    fn add(&mut self, at: usize, row: Row) {
        self.waiting.insert(at, row);
        while let Some(row) = self.waiting.remove(&self.rows.len()) {
            println!("{}", table::line(&row));
            self.rows.push(row);
        }
    }
}

fn one(at: usize, case: &Case, engine: &Engine, drills: &Drills, work: &Work) -> Row {
    let began = Instant::now();
    // A socket's path may hold 107 bytes, and most of them are the sandbox's.
    let name: String = case.name.chars().take(16).collect();
    let directory = work.path().join(format!("{at:03}-{name}"));
    let judgement = match drills.drill(case, engine, &directory) {
        Ok(outcome) => judge(case, &outcome),
        Err(error) => Judgement {
            good: false,
            verdict: "none".to_owned(),
            words: format!("no drill: {error:#}"),
        },
    };
    if work.goes()
        && let Err(error) = std::fs::remove_dir_all(&directory)
    {
        eprintln!("corpus: {}: {error}", directory.display());
    }
    Row {
        case: case.clone(),
        engine: engine.name(),
        judgement,
        seconds: began.elapsed().as_secs_f64(),
    }
}
