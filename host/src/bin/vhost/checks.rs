//! `vhost checks`: what the components of a directory assert, ask for and may be set to.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use vhost::grant::component::ComponentError;
use vhost::grant::{Asked, AskedRead};
use vhost::report::neutral::{Medium, neutral};

use crate::args::Checks;
use crate::fault;
use crate::inspect::{Inspected, inspect, json, text};
use crate::select::component_files;

/// A file, and what it is or why it is no check.
type Looked = (PathBuf, Result<Inspected, ComponentError>);

pub fn main(asked: &Checks) -> ExitCode {
    let listed = there(&asked.checks)
        .and_then(|()| component_files(&asked.checks))
        .and_then(|files| {
            let looked: Vec<Looked> = files
                .into_iter()
                .map(|file| {
                    let inspected = inspect(&file);
                    (file, inspected)
                })
                .collect();
            let text = match asked.json {
                true => in_json(&looked)?,
                false => in_text(&looked),
            };
            let mut stdout = std::io::stdout();
            stdout.write_all(text.as_bytes()).context("cannot print")
        });
    match listed {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fault::refuse(&error),
    }
}

/// Refuses a name of nothing; among what a directory holds, a file that is no check is worth a line.
fn there(paths: &[PathBuf]) -> Result<()> {
    for path in paths {
        std::fs::metadata(path).with_context(|| {
            format!(
                "cannot list {}: name a component or a directory of them",
                path.display()
            )
        })?;
    }
    Ok(())
}

/// One after the other, and a line for each file that is no check.
fn in_text(looked: &[Looked]) -> String {
    let mut out = String::new();
    for (file, inspected) in looked {
        if !out.is_empty() {
            out.push('\n');
        }
        match inspected {
            Ok(inspected) => check(&mut out, inspected),
            Err(error) => heading(&mut out, &stem(file), &format!("no check: {error}")),
        }
    }
    out
}

fn check(out: &mut String, inspected: &Inspected) {
    let name = inspected.name.clone();
    let name = name.unwrap_or_else(|| stem(&inspected.file));
    let usable = inspected
        .asked
        .as_ref()
        .filter(|_| inspected.fault.is_none());
    match (usable, &inspected.fault) {
        (Some(asked), _) => {
            heading(out, &format!("{name} {}", asked.version), &asked.summary);
            text::row(out, "asks for", &[asks(asked)]);
            text::row(out, "settings", &text::settings(asked));
        }
        (None, Some(fault)) => heading(out, &name, &format!("refused: the component {fault}")),
        (None, None) => heading(out, &name, "refused: the component carries no manifest"),
    }
    let file = inspected.file.display();
    text::row(
        out,
        "file",
        &[format!("{file} ({} bytes)", inspected.bytes)],
    );
}

/// In one line, as its manifest has it.
fn asks(asked: &Asked) -> String {
    let short = |long: &String| {
        long.trim_start_matches("vhost:check/")
            .replace("@0.1.0", "")
    };
    let interfaces: Vec<String> = asked.interfaces.iter().map(short).collect();
    let read = match &asked.read {
        AskedRead::Configured => "what you name at approval".to_owned(),
        AskedRead::Scopes(scopes) => match &scopes[..] {
            [] => "no relation".to_owned(),
            some => some
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", "),
        },
    };
    let mut asks = format!(
        "{}; reads {read}; reports {}",
        interfaces.join(", "),
        asked.report
    );
    if !asked.artefacts.is_empty() {
        // Writing to a String cannot fail.
        let _ = write!(asks, "; opens {}", asked.artefacts.join(", "));
    }
    asks
}

fn heading(out: &mut String, name: &str, says: &str) {
    let _ = writeln!(
        out,
        "{}",
        neutral(&format!("{name}: {says}"), Medium::Terminal)
    );
}

fn stem(file: &Path) -> String {
    let stem = file.file_stem().unwrap_or(file.as_os_str());
    stem.to_string_lossy().into_owned()
}

fn in_json(looked: &[Looked]) -> Result<String> {
    let checks: Vec<_> = looked
        .iter()
        .map(|(file, inspected)| match inspected {
            Ok(inspected) => json::value(inspected),
            Err(error) => serde_json::json!({
                "schema": "vhost.inspect/1",
                "file": neutral(&file.to_string_lossy(), Medium::Json),
                "error": neutral(&error.to_string(), Medium::Json),
            }),
        })
        .collect();
    let text = serde_json::to_string_pretty(&checks).context("cannot write JSON")?;
    Ok(text + "\n")
}
