//! The review for programs; `grants.schema.json` beside this file describes it.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use vhost::grant::Overview;
use vhost::report::neutral::{Medium, neutral};

/// The name and version of the shape.
const SCHEMA: &str = "vhost.grants/1";

pub fn render(overview: &Overview, file: &Path, against: Option<&str>) -> Result<String> {
    let overview = serde_json::to_value(overview).context("cannot write JSON")?;
    let mut value = json!({
        "schema": SCHEMA,
        "file": file.to_string_lossy(),
        "against": against,
    });
    if let (Value::Object(all), Value::Object(overview)) = (&mut value, overview) {
        all.extend(overview);
    }
    settle(&mut value);
    let text = serde_json::to_string_pretty(&value).context("cannot write JSON")?;
    Ok(text + "\n")
}

/// A reader may print a component's own words as they are.
fn settle(value: &mut Value) {
    match value {
        Value::String(text) => *text = neutral(text, Medium::Json),
        Value::Array(items) => items.iter_mut().for_each(settle),
        Value::Object(fields) => fields.values_mut().for_each(settle),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
