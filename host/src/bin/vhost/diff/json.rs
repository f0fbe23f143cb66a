//! Two manifests for programs; `diff.schema.json` beside this file describes it.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use vhost::reference::Reference;
use vhost::report::neutral::{Medium, neutral};
use vhost_dump::manifest::Difference;

/// The name and version of the shape.
const SCHEMA: &str = "vhost.diff/1";

pub fn render(
    one: &Reference,
    other: &Reference,
    otherwise: Option<&str>,
    found: &[Difference],
) -> Result<String> {
    let mut value = json!({
        "schema": SCHEMA,
        "a": {"sha256": one.sha256},
        "b": {"sha256": other.sha256},
        "written_otherwise": otherwise,
        "differences": found,
    });
    settle(&mut value);
    let text = serde_json::to_string_pretty(&value).context("cannot write JSON")?;
    Ok(text + "\n")
}

/// A reader may print the names as they are.
fn settle(value: &mut Value) {
    match value {
        Value::String(text) => *text = neutral(text, Medium::Json),
        Value::Array(items) => items.iter_mut().for_each(settle),
        Value::Object(fields) => fields.values_mut().for_each(settle),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
