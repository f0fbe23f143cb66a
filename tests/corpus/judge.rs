//! Whether a drill said what its case expects, and for that reason.

use serde_json::Value;

use crate::case::{Case, Expected, Said};
use crate::drill::Outcome;

/// What a drill of a case came to, in the words of the table.
#[derive(Clone, Debug)]
pub struct Judgement {
    pub good: bool,
    pub verdict: String,
    /// What was said of the expected, or why it is not good.
    pub words: String,
}

/// Parts of the evidence that each gate's answer is made from, besides its line in the report.
const EVIDENCE: &[(&str, &[&str])] = &[
    ("digest", &["dump", "defects"]),
    ("restore-log", &["restore", "defects"]),
    ("fidelity", &["fidelity"]),
    ("drift", &["drift"]),
];

pub fn judge(case: &Case, outcome: &Outcome) -> Judgement {
    let verdict = verdict(outcome);
    let answer = match broken(case, outcome, &verdict) {
        Some(why) => Err(why),
        None => match &case.expected {
            Expected::Pass if verdict == "PASS" => Ok("every gate passes".to_owned()),
            Expected::Pass => Err(complaint(outcome)),
            Expected::Caught {
                verdict: insisted,
                said,
                also,
                stage,
            } => caught(outcome, &verdict, insisted.as_deref(), said, also)
                .and_then(|heard| stopped_in(outcome, stage.as_deref()).map(|()| heard)),
        },
    };
    Judgement {
        good: answer.is_ok(),
        verdict,
        words: answer.unwrap_or_else(|why| why),
    }
}

fn verdict(outcome: &Outcome) -> String {
    let report = outcome.report.as_ref();
    match report.and_then(|report| report["verdict"].as_str()) {
        Some(verdict) => verdict.to_owned(),
        None if outcome.code == Some(2) => "refused".to_owned(),
        None => "none".to_owned(),
    }
}

/// What no drill may do, whatever its dump is.
fn broken(case: &Case, outcome: &Outcome, verdict: &str) -> Option<String> {
    let code = match verdict {
        "PASS" => Some(0),
        "FAIL" => Some(1),
        "INCONCLUSIVE" => Some(3),
        "refused" => Some(2),
        _ => return Some(format!("no report: {}", last(&outcome.stderr))),
    };
    if outcome.code != code {
        return Some(format!("{verdict} with exit status {:?}", outcome.code));
    }
    if !outcome.left.is_empty() {
        return Some(format!("left behind: {}", outcome.left.join(" ")));
    }
    if outcome.told {
        return Some("something in the dump wrote to this host".to_owned());
    }
    let json = outcome.report.as_ref().map(Value::to_string);
    let published = [
        Some(&outcome.stdout),
        Some(&outcome.stderr),
        Some(&outcome.markdown),
        json.as_ref(),
    ];
    let shown = |text: &String| published.iter().flatten().any(|all| all.contains(text));
    case.never
        .iter()
        .find(|text| shown(text))
        .map(|text| format!("a row's value is shown: {text}"))
}

fn caught(
    outcome: &Outcome,
    verdict: &str,
    insisted: Option<&str>,
    said: &[Vec<Said>],
    also: &[String],
) -> Result<String, String> {
    if verdict == "PASS" {
        return Err("it passes".to_owned());
    }
    if insisted.is_some_and(|insisted| insisted != verdict) {
        return Err(format!("{verdict}: {}", complaint(outcome)));
    }
    let mut heard = Vec::new();
    for ways in said {
        let found = ways.iter().find_map(|said| hear(outcome, said));
        let Some(text) = found else {
            let ways: Vec<_> = ways
                .iter()
                .map(|said| format!("{} {}", said.place, said.words.join(" ")))
                .collect();
            return Err(format!(
                "nothing says `{}`; {}",
                ways.join(" | "),
                complaint(outcome)
            ));
        };
        heard.push(text);
    }
    let named = |gate: &str| {
        also.iter().any(|also| also == gate) || said.iter().flatten().any(|said| said.place == gate)
    };
    // What the restore lost is not there when the restored database is looked at.
    let expected = |gate: &str| named(gate) || (gate == "fidelity" && named("restore-log"));
    let failed = gates(outcome).filter(|gate| gate["standing"] == "FAIL");
    for gate in failed {
        let name = gate["gate"].as_str().unwrap_or_default();
        if !expected(name) {
            return Err(format!("{name} fails too: {}", text(&gate["result"])));
        }
    }
    Ok(heard.join("; "))
}

/// Whether the drill stopped where it had to.
fn stopped_in(outcome: &Outcome, stage: Option<&str>) -> Result<(), String> {
    let Some(stage) = stage else { return Ok(()) };
    let report = outcome.report.as_ref();
    let stopped = report.and_then(|report| report["evidence"]["stop"]["stage"].as_str());
    match stopped {
        Some(stopped) if stopped == stage => Ok(()),
        Some(stopped) => Err(format!("it stopped in the stage {stopped}, not {stage}")),
        None => Err(format!("it did not stop, and had to in the stage {stage}")),
    }
}

/// The text that holds every word, at the place that has to say it.
fn hear(outcome: &Outcome, said: &Said) -> Option<String> {
    let holds = |text: &String| said.words.iter().all(|word| text.contains(word.as_str()));
    texts(outcome, &said.place).into_iter().find(holds)
}

fn texts(outcome: &Outcome, place: &str) -> Vec<String> {
    let Some(report) = &outcome.report else {
        let refused = place == "refused" && outcome.code == Some(2);
        return if refused {
            vec![outcome.stderr.clone()]
        } else {
            Vec::new()
        };
    };
    if place == "stop" {
        let stop = &report["evidence"]["stop"];
        return if stop.is_null() {
            Vec::new()
        } else {
            vec![flat(stop)]
        };
    }
    let Some(gate) = gates(outcome).find(|gate| gate["gate"] == place) else {
        return Vec::new();
    };
    // A gate that passes has seen nothing, whatever the evidence holds.
    if !matches!(gate["standing"].as_str(), Some("FAIL" | "COULD-NOT-LOOK")) {
        return Vec::new();
    }
    let mut texts = vec![text(&gate["result"])];
    records(&gate["findings"], &mut texts);
    let parts = EVIDENCE.iter().find(|(name, _)| *name == place);
    for part in parts.map_or(&[][..], |(_, parts)| parts) {
        records(&report["evidence"][part], &mut texts);
    }
    texts
}

/// Each record of the evidence as one text: an object without a list of objects in it. Two records are never one text, so
/// that the words of an expectation are all said of one thing.
fn records(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| records(item, texts)),
        // A finding that passes has found nothing.
        Value::Object(fields) if fields.get("status").is_some_and(|status| status == "PASS") => {}
        Value::Object(fields) => {
            let lists = |value: &&Value| {
                value
                    .as_array()
                    .is_some_and(|items| items.iter().any(Value::is_object))
            };
            if !fields.values().any(|field| lists(&field)) {
                texts.push(flat(value));
            }
            fields
                .values()
                .filter(|field| field.is_object() || field.is_array())
                .for_each(|field| records(field, texts));
        }
        Value::String(text) => texts.push(text.clone()),
        _ => {}
    }
}

/// Every value below, in order.
fn flat(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => joined(items.iter()),
        Value::Object(fields) => joined(fields.values()),
        other => other.to_string(),
    }
}

fn joined<'v>(values: impl Iterator<Item = &'v Value>) -> String {
    let texts: Vec<String> = values.map(flat).filter(|text| !text.is_empty()).collect();
    texts.join(" ")
}

fn gates(outcome: &Outcome) -> impl Iterator<Item = &Value> {
    let gates = outcome.report.as_ref().and_then(|r| r["gates"].as_array());
    gates.into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// What a drill that did not pass said of it.
fn complaint(outcome: &Outcome) -> String {
    let Some(report) = &outcome.report else {
        return last(&outcome.stderr);
    };
    let stop = &report["evidence"]["stop"];
    if !stop.is_null() {
        return format!("stopped: {}", flat(stop));
    }
    let bad = gates(outcome)
        .filter(|gate| matches!(gate["standing"].as_str(), Some("FAIL" | "COULD-NOT-LOOK")));
    let bad: Vec<_> = bad
        .map(|gate| format!("{}: {}", text(&gate["gate"]), text(&gate["result"])))
        .collect();
    bad.join("; ")
}

fn last(text: &str) -> String {
    text.lines()
        .find(|line| line.starts_with("error"))
        .or(text.lines().last())
        .unwrap_or_default()
        .to_owned()
}
