//! The report for programs; `report.schema.json` beside this file describes it.

use serde_json::Value;

use super::Report;
use super::neutral::{Medium, neutral};

/// Fields of 64 bits. A reader may hold numbers as doubles (RFC 8259, 6), where they would lose their last digits,
/// so they are written as decimal text.
const WIDE: [&str; 2] = ["system_identifier", "wal_lsn"];

/// `report.json`, whole.
pub fn render(report: &Report) -> Result<String, serde_json::Error> {
    let mut value = serde_json::to_value(report)?;
    settle(&mut value);
    let mut text = serde_json::to_string_pretty(&value)?;
    text.push('\n');
    Ok(text)
}

fn settle(value: &mut Value) {
    match value {
        Value::String(text) => *text = neutral(text, Medium::Json),
        Value::Array(items) => items.iter_mut().for_each(settle),
        Value::Object(fields) => {
            for (name, field) in fields {
                if WIDE.contains(&name.as_str()) {
                    widen(field);
                }
                settle(field);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Turns a number into text, also where it stands inside of a [`crate::source::Known`].
fn widen(value: &mut Value) {
    match value {
        Value::Number(number) => *value = Value::String(number.to_string()),
        Value::Object(fields) => fields.values_mut().for_each(widen),
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Array(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::report::terms::ChecksAsked;
    use crate::report::{Evidence, SourceSeen, sample};

    fn schema() -> Value {
        serde_json::from_str(include_str!("report.schema.json")).unwrap()
    }

    fn rendered(evidence: Evidence) -> Value {
        let report = Report::of(evidence, sample::terms());
        serde_json::from_str(&render(&report).unwrap()).unwrap()
    }

    /// Validates the keywords of JSON Schema 2020-12 that `report.schema.json` uses, and panics at any other,
    /// so that none is passed over.
    fn violation(root: &Value, schema: &Value, value: &Value, at: &str) -> Option<String> {
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
                    assert_eq!(rule, false);
                    let known = schema["properties"].as_object().unwrap();
                    let mut names = value
                        .as_object()
                        .into_iter()
                        .flat_map(|fields| fields.keys());
                    let unknown = names.find(|name| !known.contains_key(*name));
                    unknown.map(|name| format!("{at}: {name} is unknown"))
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

    fn assert_valid(value: &Value) {
        assert_eq!(violation(&schema(), &schema(), value, "report"), None);
    }

    #[test]
    fn every_report_is_of_the_schema() {
        assert_valid(&rendered(sample::evidence()));
        assert_valid(&rendered(sample::nothing()));
        assert_valid(&rendered(Evidence::nothing_yet(SourceSeen::GivenDump)));
        assert_valid(&rendered(sample::the_other_variants()));
        let mut terms = sample::terms();
        terms.checks = ChecksAsked::NoneOnPurpose;
        let report = Report::of(sample::evidence(), terms);
        assert_valid(&serde_json::from_str(&render(&report).unwrap()).unwrap());
    }

    #[test]
    fn the_schema_is_not_open() {
        let good = rendered(sample::evidence());
        let spoils: [fn(&mut Value); 5] = [
            |report| report["verdict"] = json!("MAYBE"),
            |report| report["schema"] = json!("vhost.report/2"),
            |report| report["evidence"]["dump"]["path"] = json!("/dump.sql"),
            |report| report["evidence"]["restore"]["system_identifier"] = json!(1),
            |report| {
                report["rows"][0]
                    .as_object_mut()
                    .unwrap()
                    .remove("standing");
            },
        ];
        for (at, spoil) in spoils.into_iter().enumerate() {
            let mut report = good.clone();
            spoil(&mut report);
            let found = violation(&schema(), &schema(), &report, "report");
            assert!(found.is_some(), "spoil {at}");
        }
    }

    #[test]
    fn wide_numbers_are_exact_and_long_tables_whole() {
        let report = rendered(sample::evidence());
        let evidence = &report["evidence"];
        assert_eq!(
            evidence["restore"]["system_identifier"],
            "7640856984682475564"
        );
        assert_eq!(
            evidence["source"]["before"]["system_identifier"],
            json!({"known": "yes", "value": "7611578671664259111"})
        );
        assert_eq!(evidence["relations"].as_array().unwrap().len(), 2);
        assert_eq!(report["exit_code"], 0);
    }
}
