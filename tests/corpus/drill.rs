//! One drill by the built program, and what it said.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::bases::Bases;
use crate::case::{Case, Expected, Reference, Stated, sorted};
use crate::cuts;
use crate::make::{Made, Taken, healthy, make, of_the_form, open_directory};
use crate::second;

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

/// Drills of cases by one program, and what they share.
pub struct Drills {
    program: PathBuf,
    bases: Bases,
    dumps: Taken,
    /// Where the manifests of healthy bases are, each taken by one drill that passed.
    references: PathBuf,
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

impl Drills {
    /// `work` is where what cases share is put.
    pub fn new(program: PathBuf, bases: Bases, work: &Path) -> Self {
        Self {
            program,
            bases,
            dumps: Taken::new(work.join("d")),
            references: work.join("r"),
            taken: Mutex::default(),
        }
    }

    /// Makes the case's dump in a new directory, and drills it.
    pub fn drill(&self, case: &Case, engine: &Engine, directory: &Path) -> Result<Outcome> {
        open_directory(directory)?;
        let made = make(case, &self.bases, &self.dumps, directory)?;
        cuts::check(&made.dump, &case.name)?;
        match case.expected {
            Expected::Pass => second::check_whole(&made.dump)?,
            Expected::Caught { .. } => second::check(&made.dump)?,
        }
        let mut args = self.stated(case, &made)?;
        if case.reference == Reference::Base {
            args.push("--reference".to_owned());
            args.push(text(&self.reference(case)?));
        }
        args.extend(case.args.iter().cloned());
        let mut plan = engine.plan(self.bases.bin(case.sandbox)?);
        for line in &case.plan {
            plan += line;
            plan.push('\n');
        }
        self.vhost(directory, &plan, &made.dump, &args)
    }

    /// Stops what drills were made from.
    pub fn end(&self) {
        self.bases.end();
    }

    /// The manifest of the case's base. It is always taken on the local engine: a manifest has to hold everywhere.
    fn reference(&self, case: &Case) -> Result<PathBuf> {
        let key = format!(
            "{}-{}{}",
            case.base,
            case.server,
            of_the_form(case).concat()
        );
        // Whoever comes second waits for the first one's drill.
        let mut taken = self
            .taken
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let manifest = taken.entry(key.clone()).or_insert_with(|| {
            self.manifest(case, &self.references.join(&key))
                .map_err(|error| format!("no reference: {error:#}"))
        });
        manifest.clone().map_err(anyhow::Error::msg)
    }

    fn manifest(&self, case: &Case, directory: &Path) -> Result<PathBuf> {
        open_directory(directory)?;
        let dump = directory.join("healthy.sql");
        healthy(case, &self.bases, &dump)?;
        let plan = Engine::Local.plan(self.bases.bin(case.server)?);
        let outcome = self.vhost(directory, &plan, &dump, &[])?;
        ensure!(
            outcome.code == Some(0),
            "the drill of the healthy base ended with {:?}: {}",
            outcome.code,
            outcome.stdout
        );
        let run = sorted(&directory.join("runs"))?;
        let manifest = run.first().context("no run")?.join("manifest.json");
        ensure!(manifest.is_file(), "the run has no manifest.json");
        Ok(manifest)
    }

    fn stated(&self, case: &Case, made: &Made) -> Result<Vec<String>> {
        let mut args = Vec::new();
        for stated in &case.given {
            let (flag, value) = match stated {
                Stated::Sha256 => ("--dump-sha256", made.sha256.clone()),
                Stated::Size => ("--dump-size", made.size.map(|size| size.to_string())),
                Stated::Manifest => ("--dump-manifest", Some(text(&self.reference(case)?))),
            };
            args.push(flag.to_owned());
            args.push(value.context("a directory has no digest of its own before it is damaged")?);
        }
        Ok(args)
    }

    fn vhost(&self, directory: &Path, plan: &str, dump: &Path, args: &[String]) -> Result<Outcome> {
        let sandboxes = directory.join("s");
        open_directory(&sandboxes)?;
        // Containers of other runs stand beside this one's, so its name is nobody else's.
        let name = format!("vc-{:016x}", rand::random::<u64>());
        std::fs::write(
            directory.join("vhost.toml"),
            format!("name = \"corpus\"\n{plan}sandbox.base = \"s\"\nsandbox.name = {name:?}\n"),
        )?;
        let output = Command::new(&self.program)
            .args(["run", "--no-checks", "--dump"])
            .arg(dump)
            .args(args)
            .current_dir(directory)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("XDG_CACHE_HOME", directory.join("cache"))
            .env("XDG_STATE_HOME", directory.join("state"))
            .stdin(Stdio::null())
            .output()
            .with_context(|| self.program.display().to_string())?;
        let (mut report, mut markdown) = (None, String::new());
        if let Some(run) = published(&directory.join("runs"))? {
            let bytes =
                std::fs::read(run.join("report.json")).context("a run without report.json")?;
            report = Some(serde_json::from_slice(&bytes)?);
            markdown = std::fs::read_to_string(run.join("report.md"))?;
        }
        let left = sorted(&sandboxes)?;
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
}

/// The run that one drill published; a refused one has published none.
fn published(runs: &Path) -> Result<Option<PathBuf>> {
    if !runs.exists() {
        return Ok(None);
    }
    let mut runs = sorted(runs)?;
    let run = runs.pop();
    if !runs.is_empty() {
        bail!("one drill left {} directories of runs", runs.len() + 1);
    }
    Ok(run)
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
