//! From what was typed to one drill, ready to start: everything that can be refused is looked at here.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context as _, Result, bail};

use vhost::check::Compiler;
use vhost::drill::{
    Dump, EngineOrder, From, ImageOrder, Keep, LocalOrder, Order, PgDumpAt, SourceExtra,
    SourceOrder, Upgrade,
};
use vhost::plan::name::{Name, RunId};
use vhost::plan::{DataPlace, DumpFrom, EngineKind, Plan, Roles, SourcePlan};
use vhost::report::terms::{ChecksAsked, HiddenPath, Terms};
use vhost::sandbox::{Data, Limits, Spec};
use vhost::source::{Secret, Target};

use crate::args::{self, Run};
use crate::beside::beside;
use crate::given;
use crate::host;
use crate::kept;
use crate::record;
use crate::select::{asked, components, select};

/// The engine's socket where neither flag, environment nor plan names one.
const DOCKER_HOST: &str = "unix:///var/run/docker.sock";
/// Parallel restores of archives; more gain little on the machines that drills run on.
const MOST_JOBS: u32 = 4;

/// One drill, ready to start: everything that can be refused was looked at.
pub struct Prepared {
    pub order: Order,
    pub runs: PathBuf,
}

pub fn prepare(run: Run) -> Result<Prepared> {
    let (plan, plan_dir) = plan(&run)?;
    let run_id = RunId::new(time::OffsetDateTime::now_utc(), rand::random());
    let components = components(&run.checks)?;
    let checks_asked = match run.no_checks {
        true => ChecksAsked::NoneOnPurpose,
        false => ChecksAsked::Selected(asked(&plan, &components)),
    };
    let checks = select(&plan, components, &run, &plan_dir)?;
    let from = from(&plan, &run)?;
    let beside = beside(&plan, &run)?;
    let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let name = match &plan.sandbox.name {
        Some(name) => name.clone(),
        None => format!("vhost-{}-{run_id}", plan.name)
            .parse::<Name>()
            .context("the sandbox's name is made of the plan's name and the run's id: give one as `name` in [sandbox]")?,
    };
    let started = SystemTime::now();
    let runs = plan.report.dir.clone();
    let exe = std::env::current_exe().context("cannot find vhost's own program")?;
    let keep = match run.no_cache || checks.is_empty() {
        true => Keep::Nothing,
        false => kept::keep(),
    };
    let order = Order {
        from,
        engine: engine(&plan),
        docker_host: docker_host(&plan),
        spec: spec(&plan, name, &run_id),
        roles: plan.restore.roles,
        upgrade: match plan.restore.upgrade_to {
            Some(major) => Upgrade::To(major),
            None => Upgrade::Never,
        },
        jobs: u32::try_from(cores.get())
            .unwrap_or(MOST_JOBS)
            .min(MOST_JOBS),
        empty: plan.dump.empty,
        overlap: plan.fidelity.overlap,
        amcheck: plan.fidelity.amcheck,
        checks,
        record: record::asked(&run.record)?,
        keep,
        compiler: Compiler::new(exe, vec!["compile-component".into()]),
        cores,
        started,
        salt: rand::random(),
        dump: match plan.dump.keep {
            true => Dump::Keep,
            false => Dump::Remove,
        },
        beside,
        terms: Terms {
            plan: plan.name.to_string(),
            title: plan
                .report
                .title
                .clone()
                .unwrap_or_else(|| format!("{}: backup verification", plan.name)),
            run_id: run_id.to_string(),
            started_at: rfc3339(started)?,
            engine: plan.sandbox.engine,
            vhost_version: env!("CARGO_PKG_VERSION").to_owned(),
            writable_role: plan
                .source
                .as_ref()
                .map(|s| s.writable_role)
                .unwrap_or_default(),
            accepted_walls: plan.sandbox.accept.clone(),
            protected: plan.protected.containers.clone(),
            checks: checks_asked,
            required: plan.required.clone(),
            hidden_paths: hidden(&runs, run.dump.as_deref())?,
        },
        run: run_id,
    };
    Ok(Prepared { order, runs })
}

/// What the plan's sandbox runs on.
pub fn engine(plan: &Plan) -> EngineOrder {
    match plan.sandbox.engine {
        EngineKind::Docker => EngineOrder::Docker(image(plan)),
        EngineKind::Local => EngineOrder::Local(LocalOrder {
            bin_dir: plan.sandbox.bin_dir.clone(),
            path_dirs: host::path_dirs(),
        }),
    }
}

/// The plan's sandbox, under this name.
pub fn spec(plan: &Plan, name: Name, run: &RunId) -> Spec {
    Spec {
        name,
        run: run.clone(),
        base: plan.sandbox.base.clone(),
        limits: Limits {
            memory: plan.sandbox.memory.0,
            cpus: plan.sandbox.cpus,
            pids: plan.sandbox.pids,
        },
        settings: Vec::new(),
        data: match plan.sandbox.data {
            DataPlace::Disk => Data::Disk,
            DataPlace::Memory => Data::Memory,
        },
    }
}

/// No artefact says where the dump lies.
fn hidden(runs: &Path, dump: Option<&Path>) -> Result<Vec<HiddenPath>> {
    let mut hidden = vec![HiddenPath {
        path: runs.display().to_string(),
        shown: "[the directory of runs]",
    }];
    if let Some(dump) = dump {
        hidden.push(HiddenPath {
            path: given::whole(dump)?.display().to_string(),
            shown: "[the given dump]",
        });
    }
    Ok(hidden)
}

fn rfc3339(at: SystemTime) -> Result<String> {
    let at = time::OffsetDateTime::from(at)
        .replace_nanosecond(0)
        .unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
    at.format(&time::format_description::well_known::Rfc3339)
        .context("the clock shows no year of this calendar")
}

fn image(plan: &Plan) -> ImageOrder {
    ImageOrder {
        host: docker_host(plan),
        image: plan.sandbox.image.clone(),
    }
}

fn pg_dump_at(plan: &Plan) -> Result<PgDumpAt> {
    Ok(match (plan.dump.from, plan.sandbox.engine) {
        (Some(DumpFrom::Image), EngineKind::Docker) => PgDumpAt::Image(image(plan)),
        (Some(DumpFrom::Image), EngineKind::Local) => bail!(
            "[dump] `from = \"image\"` needs an image: set `engine = \"docker\"` in [sandbox], or take it out"
        ),
        (None, EngineKind::Docker) if plan.dump.pg_dump.is_none() => {
            PgDumpAt::HostElseImage(image(plan))
        }
        (None | Some(DumpFrom::Host), _) => PgDumpAt::Host,
    })
}

fn docker_host(plan: &Plan) -> String {
    plan.sandbox
        .docker_host
        .clone()
        .unwrap_or_else(|| DOCKER_HOST.to_owned())
}

/// The named plan, or the one that lies here.
pub fn plan_file(named: Option<&Path>) -> Option<&Path> {
    let default = Path::new("vhost.toml");
    named.or_else(|| default.is_file().then_some(default))
}

/// The plan with the flags over it, and the directory that grants are looked for in.
pub fn plan(run: &Run) -> Result<(Plan, PathBuf)> {
    let file = plan_file(run.config.as_deref());
    let mut plan = match file {
        Some(file) => Plan::load(file)?,
        None if run.dump.is_some() || run.source.is_some() => Plan::unnamed("drill".parse()?),
        None => bail!(
            "there is no vhost.toml here: name a plan with --config, or give --dump FILE or --source CONNINFO"
        ),
    };
    if let Some(conninfo) = &run.source {
        let source = plan.source.get_or_insert_with(SourcePlan::default);
        source.service = None;
        source.conninfo = Some(conninfo.clone());
    }
    match run.engine {
        Some(args::Engine::Docker) => plan.sandbox.engine = EngineKind::Docker,
        Some(args::Engine::Local) => plan.sandbox.engine = EngineKind::Local,
        None => {}
    }
    if let Some(name) = &run.sandbox_name {
        plan.sandbox.name = Some(name.parse().context("--sandbox-name")?);
    }
    if let Some(image) = &run.image {
        plan.sandbox.image.clone_from(image);
    }
    if let Some(host) = &run.docker_host {
        plan.sandbox.docker_host = Some(host.clone());
    }
    match run.roles {
        Some(args::RoleMode::Create) => plan.restore.roles = Roles::Create,
        Some(args::RoleMode::Skip) => plan.restore.roles = Roles::Skip,
        None => {}
    }
    if let Some(runs) = &run.runs {
        plan.report.dir.clone_from(runs);
    }
    from_anywhere(&mut plan)?;
    plan.protected
        .containers
        .extend(run.protected.iter().cloned());
    plan.protected.containers.sort();
    plan.protected.containers.dedup();
    let dir = file
        .and_then(Path::parent)
        .unwrap_or(Path::new(""))
        .to_owned();
    Ok((plan, dir))
}

/// Makes the paths absolute that are used from elsewhere than here.
///
/// What starts a sandbox, and what runs in it, has another working directory; and a bare name of a program would be
/// looked for on PATH instead of beside the plan.
pub fn from_anywhere(plan: &mut Plan) -> Result<()> {
    let paths = [
        Some(&mut plan.sandbox.base),
        plan.sandbox.bin_dir.as_mut(),
        plan.dump.pg_dump.as_mut(),
        Some(&mut plan.report.dir),
    ];
    for path in paths.into_iter().flatten() {
        *path = given::whole(path)?;
    }
    Ok(())
}

pub fn from(plan: &Plan, run: &Run) -> Result<From> {
    if let Some(path) = &run.dump {
        return given::from(path, run);
    }
    let Some(source) = &plan.source else {
        bail!("the plan names no [source]: add one, or give --dump FILE or --source CONNINFO");
    };
    let conninfo = source.conninfo.as_deref().unwrap_or_default();
    let target = Target::locate(conninfo, source.service.as_deref(), &host::ambient())?;
    let secret = secret(source, &target)?;
    Ok(From::Source(Box::new(SourceOrder {
        target,
        secret,
        extra: SourceExtra {
            format: plan.dump.format,
            of: plan.dump.of,
            pg_dump: plan.dump.pg_dump.clone(),
            pg_dump_at: pg_dump_at(plan)?,
            path_dirs: host::path_dirs(),
            container: source.container.clone(),
        },
    })))
}

fn secret(source: &SourcePlan, target: &Target) -> Result<Option<Secret>> {
    if let Some(path) = &source.password_file {
        return Ok(Some(Secret::from_file(path)?));
    }
    if let Some(name) = &source.password_env {
        let value = std::env::var(name)
            .ok()
            .with_context(|| format!("the plan's `password_env` names {name}, which is not set"))?;
        return Ok(Some(Secret::from_variable(name, value)?));
    }
    if source.password_stdin {
        return Ok(Some(Secret::from_input(std::io::stdin().lock())?));
    }
    Ok(Secret::from_passfile(target)?)
}
