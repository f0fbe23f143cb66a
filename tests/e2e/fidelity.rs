//! The restored database held against its dump: what passes, and what does not.

mod beside;
mod empty;
mod forms;
mod itself;
mod lost;
mod sequences;
mod sink;
mod zones;

use std::path::Path;

use crate::support::{Database, Desk, Outcome, Plan};

/// A drill of the source, by the desk's plan and without a check.
fn drill(database: &Database, fidelity: &str) -> Outcome {
    let desk = Desk::with(&Plan {
        source: database.plan().source,
        rest: format!("[fidelity]\n{fidelity}\n"),
        ..Plan::default()
    });
    desk.drill(&["--no-checks"])
}

/// A drill of a given dump without a check.
fn given(desk: &Desk, dump: &Path) -> Outcome {
    desk.drill(&["--no-checks", "--dump", dump.to_str().unwrap()])
}

/// The gate's findings that do not pass, as rule and subject.
fn wrong(outcome: &Outcome) -> Vec<(String, String)> {
    let gates = outcome.run().report_json["gates"].as_array().unwrap();
    let gate = gates
        .iter()
        .find(|gate| gate["gate"] == "fidelity")
        .unwrap();
    let findings = gate["findings"].as_array().unwrap().iter();
    let wrong = findings.filter(|finding| finding["status"] != "PASS");
    wrong
        .map(|finding| {
            let text = |key: &str| finding[key].as_str().unwrap().to_owned();
            (text("rule"), text("subject"))
        })
        .collect()
}
