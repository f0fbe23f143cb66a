//! `vhost grants approve`: shows a check, asks, and writes its stanza.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use time::OffsetDateTime;
use vhost::grant::{
    Component, Decision, Grant, Grants, Record, Refused, Withhold, approve, beyond,
};
use vhost::plan::line::words;
use vhost::report::neutral::{Medium, neutral};

use super::{DIFFERS, bounds, colour, grants_file, overview, print, text};
use crate::args::Approve;
use crate::select;

/// Everything is refused or ready before the first question, and written once after the last answer.
pub fn main(asked: Approve) -> Result<ExitCode> {
    let components = select::components(&asked.checks)?;
    let terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    refuse(&asked, &components, terminal)?;
    let bounds = bounds(&asked.file)?;
    let path = grants_file(&asked.file);
    let mut record = Record::open(&path)?;
    let decision = Decision {
        read: asked.read.clone(),
        withhold: asked.withhold.clone(),
        by: by(&asked)?,
        at: now()?,
    };
    let mut grants = Vec::with_capacity(components.len());
    for component in &components {
        let before = record.grants().get(&component.name);
        let grant = approve(component, before, &decision);
        grants.push(grant.with_context(|| format!("check `{}`", component.name))?);
    }
    if let Some(bounds) = &bounds {
        let beyond = grants.iter().flat_map(|grant| beyond(grant, bounds));
        let refusals: Vec<_> = beyond.collect();
        if !refusals.is_empty() {
            return Err(Refused { refusals }.into());
        }
    }
    let mut refused = Vec::new();
    let mut approved = Vec::new();
    for (component, grant) in components.iter().zip(&grants) {
        let yes = asked.yes.contains(&component.name) || ask(component, grant, record.grants())?;
        match yes {
            true => {
                record.put(grant, &summary(component));
                approved.push(grant);
            }
            false => refused.push(component),
        }
    }
    if !approved.is_empty() {
        record.write()?;
    }
    for grant in &approved {
        let (check, by) = (&grant.check, &decision.by);
        let line = format!("approved {check} by {by} in {}", path.display());
        // Standard output may be closed; it is written all the same, and so below.
        let _ = print(&text::line(&line));
    }
    for component in &refused {
        let _ = print(&text::line(&format!("not approved: {}", component.name)));
    }
    Ok(match refused.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(DIFFERS),
    })
}

/// What is wrong with what was typed, before anything is shown.
fn refuse(asked: &Approve, components: &[Component], terminal: bool) -> Result<()> {
    let named = |name: &String| components.iter().any(|component| component.name == *name);
    if let Some(unknown) = asked.yes.iter().find(|name| !named(name)) {
        bail!(
            "--yes {unknown}: no component of that name was given: {} {}",
            if components.len() == 1 {
                "there is"
            } else {
                "there are"
            },
            names(components.iter())
        );
    }
    for component in components {
        let same = components.iter().filter(|one| one.name == component.name);
        if same.count() > 1 {
            bail!(
                "two components are named `{}`: give one of them",
                component.name
            );
        }
    }
    if components.len() != 1 && !(asked.read.is_empty() && asked.withhold.is_empty()) {
        bail!("--read and --withhold speak of one check: approve this one by itself");
    }
    said_once(asked)?;
    let open = |component: &&Component| !asked.yes.contains(&component.name);
    let open: Vec<&Component> = components.iter().filter(open).collect();
    if !terminal && !open.is_empty() {
        bail!(
            "there is no terminal to ask on about {}: look at it with `vhost grants`, then name each check that you approve with --yes CHECK",
            names(open.into_iter())
        );
    }
    Ok(())
}

/// What speaks of one thing twice is a slip, of which nobody knows which was meant.
fn said_once(asked: &Approve) -> Result<()> {
    for (at, scope) in asked.read.iter().enumerate() {
        if asked.read[..at].contains(scope) {
            bail!("--read {scope} is given twice: give it once");
        }
    }
    for (at, one) in asked.withhold.iter().enumerate() {
        let same = |other: &&Withhold| match (one, other) {
            (Withhold::Above(key, _), Withhold::Above(of, _)) => key == of,
            _ => false,
        };
        let other = asked.withhold[..at].iter().find(same);
        if let Some(other) = other.filter(|other| *other != one) {
            bail!("--withhold {other} and --withhold {one} contradict each other: give one");
        }
    }
    Ok(())
}

fn names<'c>(components: impl Iterator<Item = &'c Component>) -> String {
    let names: Vec<&str> = components
        .map(|component| component.name.as_str())
        .collect();
    names.join(", ")
}

/// Shows the check as it stands and as it would be granted, and takes an answer; anything but y is a no.
fn ask(component: &Component, grant: &Grant, grants: &Grants) -> Result<bool> {
    let colour = colour(true);
    let components = std::slice::from_ref(component);
    let now = overview(components, grants, None);
    let then = Grants {
        grants: vec![grant.clone()],
    };
    let then = overview(components, &then, None);
    for (now, then) in now.checks.iter().zip(&then.checks) {
        print(&text::question(now, then, colour))?;
    }
    print(&format!("approve {}? [y/N] ", component.name))?;
    std::io::stdout().flush().context("cannot print")?;
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    read.context("cannot read the answer")?;
    let yes = matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes");
    print("\n")?;
    Ok(yes)
}

/// The author's line; a manifest that cannot be relied on has been refused before.
fn summary(component: &Component) -> String {
    let summary = component.asked.as_ref().map(|asked| asked.summary.as_str());
    neutral(summary.unwrap_or_default(), Medium::Terminal)
}

fn by(asked: &Approve) -> Result<String> {
    let name = match &asked.by {
        Some(name) => name.clone(),
        None => user().context("nobody knows this operating system user's name: give --by NAME")?,
    };
    if let Err(what) = words(&name) {
        bail!("--by: write in one line who approves: {what}");
    }
    Ok(name)
}

/// The name of this process's user: from the system's user database, never from a variable that anybody can set.
fn user() -> Option<String> {
    let id = rustix::process::getuid().as_raw();
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, number) = (fields.next()?, fields.nth(1)?);
        (number.parse() == Ok(id)).then(|| name.to_owned())
    })
}

/// To the second: a stanza is read by people.
fn now() -> Result<OffsetDateTime> {
    OffsetDateTime::now_utc()
        .replace_nanosecond(0)
        .context("the clock shows no time")
}
