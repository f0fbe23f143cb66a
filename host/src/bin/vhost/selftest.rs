//! `vhost selftest`: tries the walls around a check on this machine.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::{Context as _, Result};
use tokio_util::sync::CancellationToken;

use vhost::check::Compiler;
use vhost::drill::{EngineOrder, ImageOrder, LocalOrder};
use vhost::plan::Plan;
use vhost::selftest::{self, Detail, Order, Outcome};

use crate::args::{self, Selftest};
use crate::progress::{self, Voice};
use crate::run::{hush_panics, listen};
use crate::{fault, host};

/// The engine's socket where neither flag nor environment names one.
const DOCKER_HOST: &str = "unix:///var/run/docker.sock";
/// What is shorter may well be in a guest's memory by chance.
const SHORTEST_CANARY: usize = 8;

pub fn main(asked: &Selftest) -> ExitCode {
    hush_panics();
    match order(asked).and_then(|order| run(order, asked.quiet || asked.json)) {
        Ok(outcome) => {
            // A closed standard output does not change what held.
            let _ = match show(&outcome, asked) {
                Ok(text) => std::io::stdout().write_all(text.as_bytes()),
                Err(error) => return fault::refuse(&error),
            };
            ExitCode::from(outcome.exit_code())
        }
        Err(error) => fault::refuse(&error),
    }
}

fn show(outcome: &Outcome, asked: &Selftest) -> Result<String> {
    if asked.json {
        let json = serde_json::to_string_pretty(outcome).context("the outcome has no JSON form")?;
        return Ok(json + "\n");
    }
    Ok(outcome.text(match asked.verbose {
        true => Detail::Attacks,
        false => Detail::Walls,
    }))
}

fn order(asked: &Selftest) -> Result<Order> {
    let defaults = Plan::unnamed("selftest".parse()?).sandbox;
    let docker_host = asked
        .docker_host
        .clone()
        .unwrap_or_else(|| DOCKER_HOST.to_owned());
    let engine = match asked.engine {
        args::Engine::Docker => EngineOrder::Docker(ImageOrder {
            host: docker_host.clone(),
            image: asked.image.clone().unwrap_or(defaults.image),
        }),
        args::Engine::Local => EngineOrder::Local(LocalOrder {
            bin_dir: asked
                .bin_dir
                .as_deref()
                .map(std::path::absolute)
                .transpose()
                .context("--bin-dir")?,
            path_dirs: host::path_dirs(),
        }),
    };
    let exe = std::env::current_exe().context("cannot find vhost's own program")?;
    Ok(Order {
        // What starts a sandbox, and what runs in it, has another working directory.
        base: std::path::absolute(&asked.base)
            .with_context(|| format!("cannot tell where {} is", asked.base.display()))?,
        engine,
        docker_host,
        compiler: Compiler::new(exe, vec!["compile-component".into()]),
        cores: std::thread::available_parallelism().unwrap_or(std::num::NonZeroUsize::MIN),
        started: SystemTime::now(),
        canaries: canaries(),
        authority: cap_std::ambient_authority(),
        only: asked.only.clone(),
    })
}

/// Every value of this process's environment and arguments that is long enough to be no chance.
fn canaries() -> Vec<String> {
    let values = std::env::vars_os().map(|(_, value)| value);
    let texts = values
        .chain(std::env::args_os())
        .filter_map(|text| text.into_string().ok());
    texts.filter(|text| text.len() >= SHORTEST_CANARY).collect()
}

fn run(order: Order, quiet: bool) -> Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start")?;
    let ended = runtime.block_on(async {
        let interrupt = CancellationToken::new();
        listen(&interrupt)?;
        let events = progress::events(Voice::choose(quiet));
        Ok(selftest::run(order, events, &interrupt).await?)
    });
    runtime.shutdown_background();
    ended
}
