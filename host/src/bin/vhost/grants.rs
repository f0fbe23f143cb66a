//! `vhost grants`: what checks ask for, what they were granted, and the file that says so.

mod against;
mod approve;
mod json;
mod text;

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use vhost::grant::overview::{Overview, Related};
use vhost::grant::{Component, Grants, Record};
use vhost::plan::Plan;
use vhost::plan::bounds::Bounds;
use vhost::report::past::Past;
use vhost::report::summary::Colour;

use crate::args::{self, GrantsCommand, List, Run};
use crate::{fault, prepare, select};

/// The exit status of a difference, or of a check that was not approved.
const DIFFERS: u8 = 1;

pub fn main(asked: args::Grants) -> ExitCode {
    let ended = match asked.command {
        None => list(asked.list),
        Some(GrantsCommand::Approve(asked)) => approve::main(*asked),
        Some(GrantsCommand::Revoke(asked)) => revoke(&asked),
        Some(GrantsCommand::Check(asked)) => check(&asked),
    };
    match ended {
        Ok(code) => code,
        Err(error) => fault::refuse(&error),
    }
}

/// `vhost grants`: shows, and changes nothing.
fn list(asked: List) -> Result<ExitCode> {
    if asked.checks.is_empty() {
        bail!("name the components to show with --checks, or a command: approve, revoke, check");
    }
    let components = select::components(&asked.checks)?;
    let path = grants_file(&asked.file);
    let grants = grants(&path)?;
    let json = asked.json;
    let bounded = prepare::plan_file(asked.file.config.as_deref()).is_some();
    let (plan, run, wanted) = against::plan(asked)?;
    let past = Past::list(&plan.report.dir)?;
    let listed = against::relations(&plan, &run, &wanted)?;
    let related = Related {
        listed: listed.as_ref().map(|listed| &listed.relations[..]),
        bounds: bounded.then_some(&plan.bounds),
    };
    let overview = Overview::of(&components, &grants, related, |component| {
        past.last_use(&component.name, component.sha256)
    });
    let against = listed.as_ref().map(|listed| listed.from.as_str());
    let shown = match json {
        true => json::render(&overview, &path, against)?,
        false => text::render(&overview, against, colour(std::io::stdout().is_terminal())),
    };
    print(&shown)?;
    Ok(ExitCode::SUCCESS)
}

/// `vhost grants check`: every difference, and an exit status for CI.
fn check(asked: &args::Check) -> Result<ExitCode> {
    let components = select::components(&asked.checks)?;
    let path = grants_file(&asked.file);
    let bounds = bounds(&asked.file)?;
    let overview = overview(&components, &grants(&path)?, bounds.as_ref());
    if asked.json {
        print(&json::render(&overview, &path, None)?)?;
    } else {
        for line in overview.differences() {
            print(&text::line(&line))?;
        }
        if overview.matches {
            let checks = text::count(overview.checks.len(), "check");
            print(&text::line(&format!(
                "{checks}, exactly as {} grants",
                path.display()
            )))?;
        }
    }
    Ok(match overview.matches {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(DIFFERS),
    })
}

/// `vhost grants revoke`: all of the named stanzas, or none.
fn revoke(asked: &args::Revoke) -> Result<ExitCode> {
    // A plan that cannot be read may name another directory than is meant.
    bounds(&asked.file)?;
    let path = grants_file(&asked.file);
    // Where there is no file there is nothing to revoke, and none is made.
    Grants::read(&path)?;
    let mut record = Record::open(&path)?;
    let unknown: Vec<&str> = asked
        .checks
        .iter()
        .filter(|check| record.grants().get(check).is_none())
        .map(String::as_str)
        .collect();
    if !unknown.is_empty() {
        bail!(
            "{} grants nothing to {}: nothing was revoked; name checks as the file does",
            path.display(),
            unknown.join(", ")
        );
    }
    let mut revoked = Vec::new();
    for check in &asked.checks {
        // One that is named twice is there once.
        if record.remove(check) {
            revoked.push(check);
        }
    }
    record.write()?;
    for check in revoked {
        let line = format!("revoked {check} in {}", path.display());
        // Standard output may be closed; it is written all the same.
        let _ = print(&text::line(&line));
    }
    Ok(ExitCode::SUCCESS)
}

/// The components against the grants and the plan, related to nothing else.
fn overview(components: &[Component], grants: &Grants, bounds: Option<&Bounds>) -> Overview {
    let related = Related {
        listed: None,
        bounds,
    };
    Overview::of(components, grants, related, |_| None)
}

/// What the plan allows at most, where there is a plan.
fn bounds(asked: &args::File) -> Result<Option<Bounds>> {
    match prepare::plan_file(asked.config.as_deref()) {
        Some(file) => Ok(Some(Plan::load(file)?.bounds)),
        None => Ok(None),
    }
}

/// The named grants file, or the one beside the plan.
fn grants_file(asked: &args::File) -> PathBuf {
    asked.grants.clone().unwrap_or_else(|| {
        let plan = prepare::plan_file(asked.config.as_deref());
        let beside = plan.and_then(Path::parent).unwrap_or(Path::new(""));
        beside.join("vhost.grants.toml")
    })
}

/// What is granted; nothing where there is no file yet.
fn grants(path: &Path) -> Result<Grants> {
    Ok(Record::open(path)?.grants().clone())
}

/// The drill that a reviewer's flags stand for, as far as these say anything of it.
fn run(asked: List) -> Run {
    Run {
        config: asked.file.config,
        dump: asked.against,
        source: asked.source.flatten(),
        engine: asked.engine,
        image: asked.image,
        docker_host: asked.docker_host,
        runs: asked.runs,
        ..Run::default()
    }
}

pub fn colour(terminal: bool) -> Colour {
    match terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) {
        true => Colour::Yes,
        false => Colour::No,
    }
}

fn print(text: &str) -> Result<()> {
    std::io::stdout()
        .write_all(text.as_bytes())
        .context("cannot print")
}
