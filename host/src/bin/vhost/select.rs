//! The components that were named, and what the plan lets each do.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};

use vhost::drill::Selected;
use vhost::grant::{Approved, Component, Grants, review};
use vhost::plan::Plan;

use crate::args::Run;

/// Reads every component; a directory stands for the components in it.
pub fn components(paths: &[PathBuf]) -> Result<Vec<Component>> {
    let files = component_files(paths)?;
    Ok(files
        .iter()
        .map(|file| Component::read(file))
        .collect::<Result<_, _>>()?)
}

/// The files that are named, and for a directory the components in it.
pub fn component_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let listed = std::fs::read_dir(path)
                .with_context(|| format!("cannot list {}", path.display()))?;
            let mut inside = Vec::new();
            for entry in listed {
                let entry = entry
                    .with_context(|| format!("cannot list {}", path.display()))?
                    .path();
                if entry
                    .extension()
                    .is_some_and(|extension| extension == "wasm")
                {
                    inside.push(entry);
                }
            }
            if inside.is_empty() {
                bail!(
                    "{} holds no .wasm file: build the checks first, or name another directory",
                    path.display()
                );
            }
            inside.sort();
            files.extend(inside);
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

/// Every check that this drill needs to run: those selected, and those that the plan configures.
pub fn asked(plan: &Plan, components: &[Component]) -> Vec<String> {
    if components.is_empty() {
        return Vec::new();
    }
    let mut names: Vec<String> = components.iter().map(|c| c.name.clone()).collect();
    names.extend(
        plan.checks
            .keys()
            .filter(|name| !components.iter().any(|c| c.name == **name))
            .cloned(),
    );
    names
}

pub fn select(
    plan: &Plan,
    components: Vec<Component>,
    run: &Run,
    plan_dir: &Path,
) -> Result<Vec<Selected>> {
    if components.is_empty() {
        return Ok(Vec::new());
    }
    let path = run
        .grants
        .clone()
        .unwrap_or_else(|| plan_dir.join("vhost.grants.toml"));
    let approved = review(components, &Grants::read(&path)?, &plan.bounds)?;
    let mut problems = Vec::new();
    let mut selected = Vec::new();
    for approved in approved {
        let name = approved.name();
        let settings = plan.checks.get(name).cloned().unwrap_or_default();
        let unreadable = || format!("[checks.{name}] has a value that JSON cannot hold");
        let settings = serde_json::to_value(&settings).with_context(unreadable)?;
        let place = format!("the plan's [checks.{name}]");
        problems.extend(unfit(&approved, &settings, &place));
        selected.push(Selected {
            settings: settings.to_string(),
            approved: Arc::new(approved),
        });
    }
    match problems[..] {
        [] => Ok(selected),
        _ => bail!(problems.join("\n")),
    }
}

/// A line for each place where settings are not what the check's own schema lets them be; `place` is where they stand.
pub fn unfit(approved: &Approved, settings: &serde_json::Value, place: &str) -> Vec<String> {
    let asked = approved.component().asked.as_ref();
    let Some(schema) = asked.ok().and_then(|asked| asked.settings.as_ref()) else {
        return Vec::new();
    };
    let nothing = serde_json::Map::new();
    let problems = schema.problems(settings.as_object().unwrap_or(&nothing));
    let line = |problem| format!("{place}: {problem}");
    problems.into_iter().map(line).collect()
}
