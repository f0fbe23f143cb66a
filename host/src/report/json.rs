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
    Ok(without_markup(&text))
}

/// JSON that is read as HTML by accident holds no tag: inside of strings, which is the only place where these characters
/// can stand, JSON has another spelling for them (RFC 8259, 7).
fn without_markup(text: &str) -> String {
    text.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
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
    use crate::report::schema::violation;
    use crate::report::terms::ChecksAsked;
    use crate::report::{Evidence, SourceSeen, sample};

    fn schema() -> Value {
        serde_json::from_str(include_str!("report.schema.json")).unwrap()
    }

    fn rendered(evidence: Evidence) -> Value {
        let report = Report::of(evidence, sample::terms());
        serde_json::from_str(&render(&report).unwrap()).unwrap()
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
        assert_eq!(evidence["fidelity"]["objects"], 1204);
        assert_eq!(report["exit_code"], 0);
        let report = rendered(sample::the_other_variants());
        let differences = &report["evidence"]["fidelity"]["differences"];
        assert_eq!(differences.as_array().unwrap().len(), 10);
    }
}
