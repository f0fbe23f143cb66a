//! The report of one drill, read as an operator or a program reads it.

use serde_json::Value;

use crate::report::seal::Published;
use crate::selftest::SelftestError;

/// The name of what a terminal shows.
pub const SUMMARY: &str = "terminal summary";

/// Every rendering of one report.
pub struct Seen {
    json: Value,
    /// Name and text of each artefact and of the terminal summary.
    texts: Vec<(&'static str, String)>,
}

impl Seen {
    pub fn of(published: &Published, summary: String) -> Result<Self, SelftestError> {
        let mut json = Value::Null;
        let mut texts = vec![(SUMMARY, summary)];
        for artefact in published.artefacts() {
            if artefact.name.ends_with(".json") {
                json = serde_json::from_str(&artefact.text).map_err(SelftestError::Report)?;
            }
            texts.push((artefact.name, artefact.text.clone()));
        }
        Ok(Self { json, texts })
    }

    pub fn texts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.texts.iter().map(|(name, text)| (*name, text.as_str()))
    }

    pub fn verdict(&self) -> &str {
        self.json["verdict"].as_str().unwrap_or_default()
    }

    /// How a gate stands, in capitals; nothing where the report has no such gate.
    pub fn gate(&self, name: &str) -> &str {
        let gates = self.json["gates"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let gate = gates.iter().find(|gate| gate["gate"] == name);
        gate.and_then(|gate| gate["standing"].as_str())
            .unwrap_or_default()
    }

    pub fn server_version(&self) -> String {
        let version = &self.json["evidence"]["restore"]["server_version"];
        version.as_str().unwrap_or("unknown").to_owned()
    }

    /// What is recorded of a check; none where it has no outcome.
    pub fn check(&self, name: &str) -> Option<Check<'_>> {
        let checks = self.json["evidence"]["checks"].as_array()?;
        checks.iter().find(|check| check["name"] == name).map(Check)
    }

    /// The names of all checks that were asked for, whether they have an outcome or not.
    pub fn checks(&self) -> impl Iterator<Item = &str> {
        let names = self.json["terms"]["checks"]["names"].as_array();
        names
            .map(Vec::as_slice)
            .unwrap_or_default()
            .iter()
            .filter_map(Value::as_str)
    }

    /// Where and why the drill did not come to its end.
    pub fn stop(&self) -> Option<String> {
        let stop = &self.json["evidence"]["stop"];
        let (stage, cause) = (stop["stage"].as_str()?, stop["cause"].as_str()?);
        Some(format!("the drill stopped in stage {stage}: {cause}"))
    }

    /// What the operator is told beside the results.
    pub fn remarks(&self) -> impl Iterator<Item = &str> {
        let remarks = self.json["evidence"]["remarks"].as_array();
        remarks
            .map(Vec::as_slice)
            .unwrap_or_default()
            .iter()
            .filter_map(Value::as_str)
    }

    /// Whether the restore was told that there is no such extension.
    pub fn lacks_extension(&self, name: &str) -> bool {
        let notices = self.json["evidence"]["restore"]["notices"].as_array();
        let mut notices = notices.map(Vec::as_slice).unwrap_or_default().iter();
        notices.any(|notice| {
            let of = |field: &str| notice[field].as_str().unwrap_or_default();
            of("statement") == "CREATE EXTENSION" && of("subject").contains(name)
        })
    }
}

/// A check's part of report.json.
#[derive(Clone, Copy)]
pub struct Check<'r>(&'r Value);

impl<'r> Check<'r> {
    pub fn status(self) -> &'r str {
        self.0["status"].as_str().unwrap_or_default()
    }

    /// `reported`, `could-not-look` or `stopped`, and why.
    pub fn ended(self) -> (&'r str, &'r str) {
        let ended = &self.0["ended"];
        let of = |field: &str| ended[field].as_str().unwrap_or_default();
        (of("ended"), of("why"))
    }

    /// Status and text of the finding with this rule.
    pub fn told(self, rule: &str) -> Option<(&'r str, &'r str)> {
        let finding = self.findings().find(|finding| finding["rule"] == rule)?;
        let text = finding["actual"]["value"].as_str().unwrap_or_default();
        Some((finding["status"].as_str().unwrap_or_default(), text))
    }

    pub fn findings(self) -> impl Iterator<Item = &'r Value> {
        self.0["findings"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default()
            .iter()
    }

    /// Bytes of all its log lines.
    pub fn log_bytes(self) -> usize {
        let lines = self.0["log"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        lines
            .iter()
            .map(|line| line["message"].as_str().unwrap_or_default().len())
            .sum()
    }

    /// All that it says, without its name, its manifest's digest and what it used: time and memory differ from one run
    /// to the next.
    pub fn says(self) -> Value {
        let mut says = self.0.clone();
        if let Some(fields) = says.as_object_mut() {
            for own in ["name", "component", "usage"] {
                fields.remove(own);
            }
        }
        says
    }
}
