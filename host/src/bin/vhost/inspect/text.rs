//! A component for people.

use std::fmt::Write as _;

use vhost::grant::component::WORLD;
use vhost::grant::{Asked, AskedRead, ImportKind};
use vhost::plan::limits::LimitKey;
use vhost::report::neutral::{Medium, neutral};

use super::Inspected;

pub fn render(inspected: &Inspected) -> String {
    let world = match inspected.world.as_deref() {
        Some(WORLD) => format!("vhost:check@{WORLD}"),
        Some(other) => format!("vhost:check@{other}, which this vhost does not run"),
        None => format!("none: it does not export vhost:check/checker@{WORLD}"),
    };
    let mut out = String::new();
    let file = inspected.file.display().to_string();
    row(&mut out, "component", &[file]);
    row(&mut out, "sha256", &[inspected.sha256.to_string()]);
    row(&mut out, "size", &[format!("{} bytes", inspected.bytes)]);
    row(&mut out, "world", &[world]);
    out.push_str("\nimports\n");
    for (kind, title) in [
        (ImportKind::InertWasi, "inert"),
        (ImportKind::Vhost, "grantable"),
        (ImportKind::Never, "never"),
    ] {
        let imports = inspected.imports_of(kind);
        row(
            &mut out,
            title,
            &all(imports.into_iter().map(str::to_owned)),
        );
    }
    out.push_str("\nmanifest\n");
    if let Some(fault) = &inspected.fault {
        row(&mut out, "refused", &[format!("the component {fault}")]);
    }
    if let Some(asked) = &inspected.asked {
        manifest(&mut out, asked);
    }
    out
}

fn manifest(out: &mut String, asked: &Asked) {
    row(out, "name", std::slice::from_ref(&asked.name));
    row(out, "version", &[asked.version.to_string()]);
    row(out, "summary", std::slice::from_ref(&asked.summary));
    row(out, "report", &[asked.report.to_string()]);
    let read = match &asked.read {
        AskedRead::Configured => {
            vec!["as configured: you say at approval which relations it may read".to_owned()]
        }
        AskedRead::Scopes(scopes) => all(scopes.iter().map(ToString::to_string)),
    };
    row(out, "read", &read);
    row(out, "artefacts", &all(asked.artefacts.iter().cloned()));
    row(out, "settings", &settings(asked));
    let limit = |key: LimitKey| {
        let amount = key.written(asked.limits.get(key));
        format!("{key} = {amount}")
    };
    row(out, "limits", &LimitKey::ALL.map(limit));
}

/// The keys of its settings, one a line.
pub fn settings(asked: &Asked) -> Vec<String> {
    let Some(schema) = &asked.settings else {
        return vec!["its manifest does not say".to_owned()];
    };
    all(schema.keys().iter().map(|key| {
        let required = if key.required { ", required" } else { "" };
        format!("{} ({}{required}): {}", key.name, key.kind, key.description)
    }))
}

fn all(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut texts: Vec<String> = texts.collect();
    if texts.is_empty() {
        texts.push("none".to_owned());
    }
    texts
}

/// A title and its values, one a line; whatever a component put into them is made harmless.
pub fn row(out: &mut String, title: &str, values: &[String]) {
    for (at, value) in values.iter().enumerate() {
        let title = if at == 0 { title } else { "" };
        // Writing to a String cannot fail.
        let _ = writeln!(out, "  {title:<10} {}", neutral(value, Medium::Terminal));
    }
}
