//! `vhost accept`: from here on, drills of this run's plan are held against its manifest.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use vhost::plan::line;
use vhost::plan::name::RunId;
use vhost::reference::{Acceptance, Ledger};
use vhost::report::kept::KeptRun;
use vhost::report::neutral::{Medium, neutral};

use crate::args::Accept;
use crate::fault;

pub fn main(asked: &Accept) -> ExitCode {
    match accept(asked) {
        Ok(said) => {
            // A closed standard output does not undo what was recorded.
            let _ = writeln!(std::io::stdout(), "{}", neutral(&said, Medium::Terminal));
            ExitCode::SUCCESS
        }
        Err(error) => fault::refuse(&error),
    }
}

fn accept(asked: &Accept) -> Result<String> {
    for (flag, text) in [("--by", &asked.by), ("--why", &asked.why)] {
        line::words(text)
            .map_err(anyhow::Error::msg)
            .context(flag)?;
    }
    // `.` and a link to the latest run name a run too; the ledger lies beside the run's own directory.
    let directory = asked.run.canonicalize().with_context(|| {
        format!(
            "cannot find {}: name the directory of a run, such as runs/20261123T181700Z-4f9a2c",
            asked.run.display()
        )
    })?;
    let kept = KeptRun::read(&directory)?;
    kept.acceptable()
        .with_context(|| format!("{} cannot be accepted", asked.run.display()))?;
    let name = directory.file_name().and_then(|name| name.to_str());
    if name != Some(kept.run.as_str()) || kept.run.parse::<RunId>().is_err() {
        bail!(
            "{} is run {} by its report, and its directory is called otherwise: a drill looks for it by that name",
            asked.run.display(),
            kept.run
        );
    }
    let Some(runs) = directory.parent() else {
        bail!("{} lies in no directory of runs", asked.run.display());
    };
    let acceptance = Acceptance {
        plan: kept.plan,
        run: kept.run,
        manifest: kept.manifest,
        by: asked.by.clone(),
        why: asked.why.clone(),
        at: now()?,
    };
    Ledger::of(runs).add(&acceptance)?;
    let Acceptance {
        plan,
        run,
        manifest,
        by,
        ..
    } = acceptance;
    Ok(format!(
        "accepted: run {run} of plan {plan}, manifest {manifest}, by {by}"
    ))
}

/// RFC 3339 in UTC, to the second.
fn now() -> Result<String> {
    let now = time::OffsetDateTime::now_utc();
    let now = now
        .replace_nanosecond(0)
        .context("the clock shows no time")?;
    now.format(&time::format_description::well_known::Rfc3339)
        .context("the clock shows no year of this calendar")
}
