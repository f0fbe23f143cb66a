//! All that a trial works from: what was typed, and the files that may change while it runs.

use std::io::Write as _;
use std::num::NonZeroUsize;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use vhost::check::Compiler;
use vhost::check::exchange::{Level, Record};
use vhost::drill::{Keep, Selected};
use vhost::grant::{Component, Grants, ReportLevel};
use vhost::plan::Plan;
use vhost::plan::bounds::Bounds;
use vhost::plan::name::RunId;
use vhost::reference::Reference;
use vhost::trial::asked::{Under, under};
use vhost::trial::{On, Order, Tried};

use crate::args::{self, Try};
use crate::select::unfit;
use crate::{given, kept, prepare};

/// Parallel restores of archives; more gain little.
const MOST_JOBS: u32 = 4;

pub struct Desk {
    pub order: Order,
    /// Where the journal lies meanwhile.
    pub runs: PathBuf,
    pub checks: Vec<PathBuf>,
    grants: Option<PathBuf>,
    settings: Option<PathBuf>,
    config: Option<PathBuf>,
    record: Option<PathBuf>,
}

impl Desk {
    /// Everything that can be refused is refused here.
    pub fn prepare(asked: &Try) -> Result<Self> {
        let on = On::read(&given::whole(&asked.on)?).context("--on")?;
        let (plan, config) = plan(asked)?;
        let here = Path::new("settings.toml");
        let configured = |plan: &Plan| {
            let names = asked.checks.iter().map(|path| Component::read(path));
            names
                .flatten()
                .any(|one| plan.checks.contains_key(&one.name))
        };
        let settings = match &asked.settings {
            Some(file) => Some(file.clone()),
            None if here.is_file() && asked.checks.len() == 1 && !configured(&plan) => {
                Some(here.to_owned())
            }
            None => None,
        };
        if asked.checks.len() > 1 {
            let one = [
                ("--settings", asked.settings.is_some()),
                ("--record", asked.record.is_some()),
            ];
            if let Some((flag, _)) = one.iter().find(|(_, given)| *given) {
                bail!(
                    "{flag} speaks of one check: give that one alone, or write [checks.<name>] into a plan and name it with --config"
                );
            }
        }
        let run = RunId::new(time::OffsetDateTime::now_utc(), rand::random());
        let name = format!("vhost-try-{run}").parse();
        let name = name.context("the sandbox cannot be named")?;
        let level = match (&on, asked.synthetic) {
            (On::Script(_), _) | (_, true) => Level::Values,
            (On::Dump { .. }, false) => Level::Digests,
        };
        let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let exe = std::env::current_exe().context("cannot find vhost's own program")?;
        let cache = match asked.no_cache {
            true => None,
            false => match kept::keep() {
                Keep::In(cache) => Some(cache),
                Keep::Nothing | Keep::CannotBe(_) => None,
            },
        };
        let desk = Self {
            order: Order {
                on,
                engine: prepare::engine(&plan),
                spec: prepare::spec(&plan, name, &run),
                roles: plan.restore.roles,
                jobs: u32::try_from(cores.get())
                    .unwrap_or(MOST_JOBS)
                    .min(MOST_JOBS),
                accepted_walls: plan.sandbox.accept.clone(),
                reference: match &asked.reference {
                    Some(path) => Some(Arc::new(Reference::read(path)?)),
                    None => None,
                },
                compiler: Compiler::new(exe, vec!["compile-component".into()]),
                cache,
                cores,
                started: SystemTime::now(),
                salt: rand::random(),
                show: asked.values.then_some(ReportLevel::Values),
                record: match asked.record {
                    Some(_) => Record::Exchange(level),
                    None => Record::Nothing,
                },
            },
            runs: plan.report.dir.clone(),
            checks: asked.checks.clone(),
            grants: asked.grants.clone(),
            settings,
            config,
            record: asked.record.clone(),
        };
        // Which schemas there are is known later; whether the checks can be tried at all, now.
        desk.selected(&["public".to_owned()])?;
        Ok(desk)
    }

    /// The files that are watched.
    pub fn files(&self) -> Vec<PathBuf> {
        let others = [&self.settings, &self.grants, &self.config];
        let others = others.into_iter().flatten();
        self.checks.iter().chain(others).cloned().collect()
    }

    /// Reads every file again, and reviews the checks.
    pub fn selected(&self, schemas: &[String]) -> Result<(Vec<Selected>, Vec<Under>)> {
        let plan = match &self.config {
            Some(file) => Some(Plan::load(file)?),
            None => None,
        };
        let grants = self.grants.as_deref().map(Grants::read).transpose()?;
        let none = Bounds::default();
        let bounds = plan.as_ref().map_or(&none, |plan| &plan.bounds);
        let (mut selected, mut all) = (Vec::new(), Vec::new());
        for path in &self.checks {
            let component = Component::read(path)?;
            if selected
                .iter()
                .any(|one: &Selected| one.approved.name() == component.name)
            {
                bail!(
                    "two components are named `{}`: give one of them",
                    component.name
                );
            }
            let (settings, place) = self.settings(&component.name, plan.as_ref())?;
            let (approved, under) = under(component, grants.as_ref(), bounds, schemas)?;
            let problems = unfit(&approved, &settings, &place);
            if !problems.is_empty() {
                bail!(problems.join("\n"));
            }
            selected.push(Selected {
                approved: Arc::new(approved),
                settings: settings.to_string(),
            });
            all.push(under);
        }
        Ok((selected, all))
    }

    /// A check's settings, those of the file, of the plan, or none, and where they stand.
    fn settings(&self, check: &str, plan: Option<&Plan>) -> Result<(Value, String)> {
        let no_json = |place: &str| format!("{place} has a value that JSON cannot hold");
        let Some(file) = &self.settings else {
            let settings = plan.and_then(|plan| plan.checks.get(check));
            let place = format!("the plan's [checks.{check}]");
            let value = serde_json::to_value(settings.cloned().unwrap_or_default());
            return Ok((value.with_context(|| no_json(&place))?, place));
        };
        let place = file.display().to_string();
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("cannot read the settings {place}"))?;
        if file
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let value: Value = serde_json::from_str(&text)
                .with_context(|| format!("{place}: settings are one JSON object"))?;
            return match value.is_object() {
                true => Ok((value, place)),
                false => bail!("{place}: settings are one JSON object"),
            };
        }
        let table: toml::Table = toml::from_str(&text)
            .map_err(|error| anyhow::anyhow!("{place}: {}", error.message().replace('\n', "; ")))?;
        let value = serde_json::to_value(&table).with_context(|| no_json(&place))?;
        Ok((value, place))
    }

    /// Writes the recording of the one check, where one is asked for.
    pub fn record(&self, tried: &[Tried]) -> Result<()> {
        let Some(path) = &self.record else {
            return Ok(());
        };
        let Some(recording) = tried.first().and_then(|one| one.recording.as_ref()) else {
            bail!("nothing is recorded: the check was not started");
        };
        let recorded = match recording {
            Ok(recorded) => recorded,
            Err(error) => bail!("{error}"),
        };
        let write = || {
            let partial = path.with_extension("partial");
            let mut options = std::fs::OpenOptions::new();
            options.write(true).create(true).truncate(true).mode(0o600);
            options
                .open(&partial)?
                .write_all(recorded.text.as_bytes())?;
            std::fs::rename(&partial, path)
        };
        write().with_context(|| format!("cannot write the recording {}", path.display()))
    }
}

/// The plan with the flags over it, and its file where there is one.
fn plan(asked: &Try) -> Result<(Plan, Option<PathBuf>)> {
    let config = prepare::plan_file(asked.config.as_deref()).map(Path::to_owned);
    let run = args::Run {
        config: asked.config.clone(),
        dump: Some(asked.on.clone()),
        engine: asked.engine,
        image: asked.image.clone(),
        docker_host: asked.docker_host.clone(),
        runs: asked.runs.clone(),
        ..args::Run::default()
    };
    let (mut plan, _) = prepare::plan(&run)?;
    if let Some(bin_dir) = &asked.bin_dir {
        plan.sandbox.bin_dir = Some(bin_dir.clone());
    }
    if let Some(base) = &asked.base {
        plan.sandbox.base.clone_from(base);
    }
    prepare::from_anywhere(&mut plan)?;
    Ok((plan, config))
}
