//! One drill by the built program, and what it said.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::bases::Bases;
use crate::case::{Case, Reference, Stated};
use crate::make::{Made, healthy, make, open_directory};

/// Where drills run.
#[derive(Clone, Debug)]
pub enum Engine {
    Local,
    Docker { host: String },
}

/// What one drill came to.
#[derive(Debug)]
pub struct Outcome {
    pub code: Option<i32>,
    pub stderr: String,
    pub stdout: String,
    pub report: Option<Value>,
    pub markdown: String,
    /// Names that are left where sandboxes are made.
    pub left: Vec<String>,
    /// Whether something in the dump wrote to this host.
    pub told: bool,
}

/// Manifests of healthy bases, each taken by one drill that passed.
pub struct References {
    directory: PathBuf,
    taken: Mutex<BTreeMap<String, Result<PathBuf, String>>>,
}

impl Engine {
    pub fn name(&self) -> &'static str {
        match self {
            Engine::Local => "local",
            Engine::Docker { .. } => "docker",
        }
    }

    /// The image has one version of Postgres.
    pub fn can(&self, case: &Case) -> bool {
        let version = match self {
            Engine::Local => true,
            Engine::Docker { .. } => case.sandbox == 15,
        };
        version && case.only_on.as_ref().is_none_or(|name| name == self.name())
    }

    fn plan(&self, bin: &Path) -> String {
        match self {
            Engine::Local => format!("sandbox.bin_dir = {:?}\n", bin.display().to_string()),
            Engine::Docker { host } => format!(
                "sandbox.engine = \"docker\"\nsandbox.image = \"vhost-postgres:15\"\nsandbox.docker_host = {host:?}\n"
            ),
        }
    }
}

impl References {
    pub fn new(directory: PathBuf) -> Self {
        Self {
            directory,
            taken: Mutex::default(),
        }
    }

    /// The manifest of the case's base. It is always taken on the local engine: a manifest has to hold everywhere.
    fn of(&self, case: &Case, bases: &Bases) -> Result<PathBuf> {
        let key = format!(
            "{}-{}{}",
            case.base,
            case.server,
            case.pg_dump.concat().replace('-', "_")
        );
        // Whoever comes second waits for the first one's drill.
        let mut taken = self
            .taken
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let manifest = taken.entry(key.clone()).or_insert_with(|| {
            manifest(case, bases, &self.directory.join(&key))
                .map_err(|error| format!("no reference: {error:#}"))
        });
        manifest.clone().map_err(anyhow::Error::msg)
    }
}

fn manifest(case: &Case, bases: &Bases, directory: &Path) -> Result<PathBuf> {
    open_directory(directory)?;
    let dump = directory.join("healthy.sql");
    healthy(case, bases, &dump)?;
    let plan = format!(
        "name = \"corpus\"\n{}",
        Engine::Local.plan(bases.bin(case.server)?)
    );
    let outcome = vhost(directory, &plan, &dump, &[])?;
    ensure!(
        outcome.code == Some(0),
        "the drill of the healthy base ended with {:?}: {}",
        outcome.code,
        outcome.stdout
    );
    let run = crate::case::sorted(&directory.join("runs"))?;
    let manifest = run.first().context("no run")?.join("manifest.json");
    ensure!(manifest.is_file(), "the run has no manifest.json");
    Ok(manifest)
}

/// Makes the case's dump and drills it.
pub fn drill(
    case: &Case,
    engine: &Engine,
    bases: &Bases,
    references: &References,
    directory: &Path,
) -> Result<Outcome> {
    open_directory(directory)?;
    let made = make(case, bases, directory)?;
    let mut args = stated(case, &made, bases, references)?;
    if case.reference == Reference::Base {
        args.push("--reference".to_owned());
        args.push(text(&references.of(case, bases)?));
    }
    args.extend(case.args.iter().cloned());
    let mut plan = format!(
        "name = \"corpus\"\n{}",
        engine.plan(bases.bin(case.sandbox)?)
    );
    for line in &case.plan {
        plan += line;
        plan.push('\n');
    }
    vhost(directory, &plan, &made.dump, &args)
}

fn stated(case: &Case, made: &Made, bases: &Bases, references: &References) -> Result<Vec<String>> {
    let mut args = Vec::new();
    for stated in &case.given {
        let (flag, value) = match stated {
            Stated::Sha256 => ("--dump-sha256", made.sha256.clone()),
            Stated::Size => ("--dump-size", made.size.map(|size| size.to_string())),
            Stated::Manifest => ("--dump-manifest", Some(text(&references.of(case, bases)?))),
        };
        args.push(flag.to_owned());
        args.push(value.context("a directory has no digest of its own before it is damaged")?);
    }
    Ok(args)
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn vhost(directory: &Path, plan: &str, dump: &Path, args: &[String]) -> Result<Outcome> {
    let sandboxes = directory.join("s");
    open_directory(&sandboxes)?;
    std::fs::write(
        directory.join("vhost.toml"),
        format!(
            "{plan}sandbox.base = \"s\"\nsandbox.name = \"vc-{:016x}\"\n",
            rand::random::<u64>()
        ),
    )?;
    let output = Command::new(env!("CARGO_BIN_EXE_vhost"))
        .args(["run", "--no-checks", "--dump"])
        .arg(dump)
        .args(args)
        .current_dir(directory)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("XDG_CACHE_HOME", directory.join("cache"))
        .env("XDG_STATE_HOME", directory.join("state"))
        .stdin(Stdio::null())
        .output()?;
    let runs = directory.join("runs");
    let run = match crate::case::sorted(&runs) {
        Ok(runs) if runs.len() == 1 => runs.into_iter().next(),
        Ok(runs) => bail!("one drill left {} directories of runs", runs.len()),
        Err(_) => None,
    };
    let (mut report, mut markdown) = (None, String::new());
    if let Some(run) = run {
        let bytes = std::fs::read(run.join("report.json")).context("a run without report.json")?;
        report = Some(serde_json::from_slice(&bytes)?);
        markdown = std::fs::read_to_string(run.join("report.md"))?;
    }
    let left = crate::case::sorted(&sandboxes)?;
    Ok(Outcome {
        code: output.status.code(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        report,
        markdown,
        left: left.iter().map(|path| text(path)).collect(),
        told: directory.join("told").exists(),
    })
}
