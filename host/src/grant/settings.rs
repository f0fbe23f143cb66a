//! What a check's settings may be: the JSON Schema that its author wrote and its component carries.
//!
//! A drill holds the plan's table `[checks.<name>]` against the keys that the schema names before anything starts: a
//! misspelt one would otherwise be found by the check itself, after the dump and the restore. More of the schema the
//! host does not read. It is the author's and not the operator's, and a pattern in it could be made to hang.

use serde_json::{Map, Value};

use crate::plan::line::{escaped, visible};

/// A JSON Schema (2020-12) of an object, in the one spelling that a manifest holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsSchema {
    text: String,
}

/// Why a text is no schema for settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotASchema(String);

/// One key that the schema's own `properties` name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsKey {
    pub name: String,
    /// For example `array`, `string or integer`; `any` where the schema does not say.
    pub kind: String,
    pub required: bool,
    /// The author's words; empty where there are none.
    pub description: String,
}

impl SettingsSchema {
    /// Reads a schema that a person wrote; white space and the order of keys do not matter.
    pub fn parse(text: &str) -> Result<Self, NotASchema> {
        let value: Value = serde_json::from_str(text)
            .map_err(|error| NotASchema(format!("it is no JSON: {error}")))?;
        if value.get("type").and_then(Value::as_str) != Some("object") {
            let what = "settings are an object: write `\"type\": \"object\"` at its top";
            return Err(NotASchema(what.to_owned()));
        }
        if !value["properties"].is_object() {
            let what = "it names no key: write `\"properties\"` at its top, an empty object where there is none";
            return Err(NotASchema(what.to_owned()));
        }
        let text = value.to_string();
        visible(&text).map_err(NotASchema)?;
        Ok(Self { text })
    }

    /// Reads what a manifest holds, which must be in the spelling that [`Self::text`] gives.
    pub fn canonical(text: &str) -> Result<Self, NotASchema> {
        let schema = Self::parse(text)?;
        match schema.text == text {
            true => Ok(schema),
            false => Err(NotASchema(
                "it is not in the one spelling that `vhost bundle` writes".to_owned(),
            )),
        }
    }

    /// Compact JSON with its keys in order.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn value(&self) -> Value {
        // It was JSON when it was read.
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// The keys of the settings, in the order of their names.
    pub fn keys(&self) -> Vec<SettingsKey> {
        let value = self.value();
        let nothing = Map::new();
        let properties = value["properties"].as_object().unwrap_or(&nothing);
        let required: Vec<&str> = match value["required"].as_array() {
            Some(names) => names.iter().filter_map(Value::as_str).collect(),
            None => Vec::new(),
        };
        let keys = properties.iter().map(|(name, of)| SettingsKey {
            name: name.clone(),
            kind: kind(resolve(&value, of)),
            required: required.contains(&name.as_str()),
            description: described(&value, of).to_owned(),
        });
        keys.collect()
    }

    /// Keys of the settings that the schema does not name although it closes its list, and keys that it demands and the
    /// settings lack, a line each.
    pub fn problems(&self, settings: &Map<String, Value>) -> Vec<String> {
        let closed = self.value()["additionalProperties"] == Value::Bool(false);
        let keys = self.keys();
        let known = |name: &String| keys.iter().any(|key| key.name == *name);
        let unknown = settings.keys().filter(|name| closed && !known(name));
        let unknown = unknown.map(|name| {
            let names: Vec<&str> = keys.iter().map(|key| key.name.as_str()).collect();
            format!(
                "`{}` is no key of its settings: write one of {}, or take it out",
                escaped(name),
                names.join(", ")
            )
        });
        let missing = keys
            .iter()
            .filter(|key| key.required && !settings.contains_key(&key.name));
        let missing = missing.map(|key| format!("`{}` is missing: {}", key.name, key.description));
        unknown.chain(missing).collect()
    }
}

/// What a `$ref` into the schema itself leads to, one step deep.
fn resolve<'v>(root: &'v Value, of: &'v Value) -> &'v Value {
    let target = of["$ref"].as_str().and_then(|to| to.strip_prefix('#'));
    target.and_then(|to| root.pointer(to)).unwrap_or(of)
}

fn described<'v>(root: &'v Value, of: &'v Value) -> &'v str {
    let own = of["description"].as_str();
    own.or_else(|| resolve(root, of)["description"].as_str())
        .unwrap_or_default()
}

fn kind(of: &Value) -> String {
    match &of["type"] {
        Value::String(one) => one.clone(),
        Value::Array(several) => {
            let names: Vec<&str> = several.iter().filter_map(Value::as_str).collect();
            names.join(" or ")
        }
        _ if of["enum"].is_array() => "one of a list".to_owned(),
        _ => "any".to_owned(),
    }
}

#[cfg(test)]
mod tests;
