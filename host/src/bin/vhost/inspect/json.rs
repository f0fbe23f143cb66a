//! A component for programs; `inspect.schema.json` beside this file describes it.

use anyhow::{Context as _, Result};
use serde_json::{Map, Value, json};
use vhost::grant::{Asked, AskedRead, ImportKind, Limits, SettingsSchema};
use vhost::plan::limits::LimitKey;
use vhost::report::neutral::{Medium, neutral};

use super::Inspected;

/// The name and version of the shape.
const SCHEMA: &str = "vhost.inspect/1";

pub fn render(inspected: &Inspected) -> Result<String> {
    let text = serde_json::to_string_pretty(&value(inspected)).context("cannot write JSON")?;
    Ok(text + "\n")
}

/// As the schema describes it.
pub fn value(inspected: &Inspected) -> Value {
    let imports = |kind| list(inspected.imports_of(kind));
    let fault = inspected.fault.as_ref().map(ToString::to_string);
    json!({
        "schema": SCHEMA,
        "file": shown(&inspected.file.to_string_lossy()),
        "name": inspected.name,
        "sha256": inspected.sha256,
        "bytes": inspected.bytes,
        "world": inspected.world.as_deref().map(shown),
        "imports": {
            "inert": imports(ImportKind::InertWasi),
            "grantable": imports(ImportKind::Vhost),
            "never": imports(ImportKind::Never),
        },
        "manifest": inspected.asked.as_ref().map(manifest),
        "fault": fault.as_deref().map(shown),
    })
}

fn manifest(asked: &Asked) -> Value {
    json!({
        "name": asked.name,
        "version": asked.version.to_string(),
        "summary": shown(&asked.summary),
        "interfaces": asked.interfaces,
        "report": asked.report.name(),
        "read": match &asked.read {
            AskedRead::Configured => json!("configured"),
            AskedRead::Scopes(scopes) => list(scopes.iter().map(ToString::to_string)),
        },
        "artefacts": asked.artefacts,
        "settings": asked.settings.as_ref().map(SettingsSchema::value),
        "limits": limits(&asked.limits),
    })
}

fn limits(limits: &Limits) -> Map<String, Value> {
    let amounts = LimitKey::ALL.map(|key| (key.name().to_owned(), limits.get(key).into()));
    amounts.into_iter().collect()
}

fn list(texts: impl IntoIterator<Item: AsRef<str>>) -> Value {
    texts.into_iter().map(|text| shown(text.as_ref())).collect()
}

/// The component's own words, which a reader may print as they are.
fn shown(text: &str) -> Value {
    neutral(text, Medium::Json).into()
}
