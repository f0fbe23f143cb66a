//! The relations that scopes are expanded against: a given dump's, or the source's.

use anyhow::{Context as _, Result, bail};
use tokio_util::sync::CancellationToken;
use vhost::drill::{From, Listing, relations as of_dump};
use vhost::plan::Plan;
use vhost::plan::name::{Name, RunId};
use vhost::source::Source;
use vhost_dump::manifest::Listed;

use crate::args::{List, Run};
use crate::{prepare, run as drill};

/// Relations and where they are from.
pub struct Found {
    pub relations: Vec<Listed>,
    /// For a reader, for example `the dump shop.dump`.
    pub from: String,
}

/// Whether relations are asked for, and where.
pub enum Wanted {
    Nothing,
    OfDump,
    OfSource,
}

/// The plan that the flags name, or the one that a drill without a plan has; and the flags as a drill's.
pub fn plan(asked: List) -> Result<(Plan, Run, Wanted)> {
    let wanted = match (&asked.against, &asked.source) {
        (Some(_), _) => Wanted::OfDump,
        (None, Some(_)) => Wanted::OfSource,
        (None, None) => Wanted::Nothing,
    };
    let run = super::run(asked);
    let plan = match prepare::plan_file(run.config.as_deref()) {
        None if run.dump.is_none() && run.source.is_none() => {
            let mut plan = Plan::unnamed("drill".parse()?);
            if let Some(runs) = &run.runs {
                plan.report.dir.clone_from(runs);
            }
            plan
        }
        _ => prepare::plan(&run)?.0,
    };
    Ok((plan, run, wanted))
}

/// Lists the relations where they are asked for.
pub fn relations(plan: &Plan, run: &Run, wanted: &Wanted) -> Result<Option<Found>> {
    match wanted {
        Wanted::Nothing => return Ok(None),
        Wanted::OfSource if plan.source.is_none() => {
            bail!("the plan names no [source]: add one, or give --source CONNINFO")
        }
        Wanted::OfDump | Wanted::OfSource => {}
    }
    if let Some(dump) = &run.dump {
        std::fs::metadata(dump)
            .with_context(|| format!("--against: cannot find {}", dump.display()))?;
    }
    let from = prepare::from(plan, run)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start")?;
    let found = runtime.block_on(async {
        match from {
            From::Given { path, .. } => {
                let from = format!("the dump {}", path.display());
                let interrupt = CancellationToken::new();
                drill::listen(&interrupt)?;
                let id = RunId::new(time::OffsetDateTime::now_utc(), rand::random());
                let name: Name = format!("vhost-grants-{id}").parse()?;
                let listing = Listing {
                    dump: path,
                    engine: prepare::engine(plan),
                    spec: prepare::spec(plan, name, &id),
                    accepted: plan.sandbox.accept.clone(),
                    runs: plan.report.dir.clone(),
                };
                let relations = of_dump(listing, &interrupt).await?;
                Ok(Found { relations, from })
            }
            From::Source(order) => {
                let source = Source::open(order.target, order.secret).await?;
                let relations = source.relations().await;
                // Whether its end was heard of changes nothing about what was read.
                let (_, _ended) = source.close().await;
                let from = "the source".to_owned();
                Ok(Found {
                    relations: relations?,
                    from,
                })
            }
        }
    });
    // A thread that still reads a given dump is not waited for.
    runtime.shutdown_background();
    found.map(Some)
}
