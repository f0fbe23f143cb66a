//! JSON held against the schemas that this repository documents its output with.

use serde_json::Value;

/// Validates the keywords of JSON Schema 2020-12 that the schemas of this repository use, and panics at any
/// other, so that none is passed over.
pub fn violation(root: &Value, schema: &Value, value: &Value, at: &str) -> Option<String> {
    let wrong = |what: &str| Some(format!("{at}: {what}"));
    for (keyword, rule) in schema.as_object().unwrap() {
        let found = match keyword.as_str() {
            "$schema" | "$id" | "$defs" | "title" | "description" => None,
            "$ref" => {
                let pointer = rule.as_str().unwrap().strip_prefix('#').unwrap();
                violation(root, root.pointer(pointer).unwrap(), value, at)
            }
            "const" if rule != value => wrong(&format!("is not {rule}")),
            "enum" if !rule.as_array().unwrap().contains(value) => wrong("is no such word"),
            "const" | "enum" => None,
            "type" => {
                let one = std::slice::from_ref(rule);
                let types = rule.as_array().map_or(one, Vec::as_slice);
                let is = |name: &Value| match name.as_str().unwrap() {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "integer" => value.is_i64() || value.is_u64(),
                    "number" => value.is_number(),
                    "boolean" => value.is_boolean(),
                    "null" => value.is_null(),
                    other => panic!("type {other}"),
                };
                match types.iter().any(is) {
                    true => None,
                    false => wrong(&format!("is not of type {rule}")),
                }
            }
            "minimum" if value.as_i64().is_some_and(|n| n < rule.as_i64().unwrap()) => {
                wrong("is too small")
            }
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minimum" => {
                let size = match value {
                    Value::String(text) => text.chars().count() as u64,
                    Value::Array(items) => items.len() as u64,
                    _ => continue,
                };
                let bound = rule.as_u64().unwrap();
                let fits = if keyword.starts_with("min") {
                    size >= bound
                } else {
                    size <= bound
                };
                if fits { None } else { wrong(keyword) }
            }
            "required" => rule.as_array().unwrap().iter().find_map(|name| {
                let name = name.as_str().unwrap();
                value
                    .get(name)
                    .is_none()
                    .then(|| format!("{at}: no {name}"))
            }),
            "properties" => rule.as_object().unwrap().iter().find_map(|(name, rule)| {
                let field = value.get(name)?;
                violation(root, rule, field, &format!("{at}.{name}"))
            }),
            "additionalProperties" => {
                let known = schema.get("properties").and_then(Value::as_object);
                let known = |name: &str| known.is_some_and(|known| known.contains_key(name));
                let fields = value.as_object().into_iter().flatten();
                let mut others = fields.filter(|(name, _)| !known(name));
                match rule {
                    Value::Bool(false) => others
                        .next()
                        .map(|(name, _)| format!("{at}: {name} is unknown")),
                    rule => others.find_map(|(name, field)| {
                        violation(root, rule, field, &format!("{at}.{name}"))
                    }),
                }
            }
            "items" => value
                .as_array()
                .into_iter()
                .flatten()
                .enumerate()
                .find_map(|(n, item)| violation(root, rule, item, &format!("{at}[{n}]"))),
            "oneOf" => {
                let found: Vec<Option<String>> = rule
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|rule| violation(root, rule, value, at))
                    .collect();
                match found.iter().filter(|found| found.is_none()).count() {
                    1 => None,
                    n => wrong(&format!("matches {n} of {found:?}")),
                }
            }
            other => panic!("the schema uses {other}, which this test does not know"),
        };
        if found.is_some() {
            return found;
        }
    }
    None
}
