//! What one call of vhost came to.

use std::path::PathBuf;
use std::process::Output;

use serde_json::Value;
use vhost::report::verdict::Verdict;

/// What a call said, and what it published.
#[derive(Debug)]
pub struct Outcome {
    /// `None` where a signal ended it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    pub run: Option<Run>,
    /// What is left where sandboxes were.
    pub left: Vec<PathBuf>,
}

/// A published run directory.
#[derive(Debug)]
pub struct Run {
    pub directory: PathBuf,
    pub report_md: String,
    pub report_json: Value,
}

impl Outcome {
    pub fn of(output: Output, run: Option<PathBuf>, left: Vec<PathBuf>) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            run: run.map(Run::read),
            left,
        }
    }

    pub fn run(&self) -> &Run {
        self.run
            .as_ref()
            .unwrap_or_else(|| panic!("no report: {self:#?}"))
    }

    /// How a gate, by its name, stands: `PASS`, `FAIL`, `COULD-NOT-LOOK` or `NOT-APPLICABLE`.
    pub fn gate(&self, name: &str) -> &str {
        let gate = self.gate_result(name);
        gate["standing"].as_str().unwrap()
    }

    /// A gate's one line of the table.
    pub fn gate_says(&self, name: &str) -> &str {
        self.gate_result(name)["result"].as_str().unwrap()
    }

    fn gate_result(&self, name: &str) -> &Value {
        let gates = self.run().report_json["gates"].as_array().unwrap();
        gates.iter().find(|gate| gate["gate"] == name).unwrap()
    }

    /// What is recorded of a check that ran.
    pub fn check(&self, name: &str) -> &Value {
        let checks = &self.run().report_json["evidence"]["checks"];
        let all = checks
            .as_array()
            .unwrap_or_else(|| panic!("no check ran: {self:#?}"));
        all.iter()
            .find(|check| check["name"] == name)
            .unwrap_or_else(|| panic!("{name} did not run: {self:#?}"))
    }

    /// The rules of a check's findings that failed.
    pub fn failed(&self, check: &str) -> Vec<&str> {
        let findings = self.check(check)["findings"].as_array().unwrap();
        let failed = findings
            .iter()
            .filter(|finding| finding["status"] == "FAIL");
        failed
            .map(|finding| finding["rule"].as_str().unwrap())
            .collect()
    }

    /// The stage in which the drill stopped, and why.
    pub fn stop(&self) -> Option<(&str, &str)> {
        let stop = &self.run().report_json["evidence"]["stop"];
        Some((stop["stage"].as_str()?, stop["cause"].as_str()?))
    }
}

impl Run {
    fn read(directory: PathBuf) -> Self {
        let report_md = std::fs::read_to_string(directory.join("report.md")).unwrap();
        let report_json = std::fs::read(directory.join("report.json")).unwrap();
        Self {
            report_md,
            report_json: serde_json::from_slice(&report_json).unwrap(),
            directory,
        }
    }
}

/// Exit status, last line of standard output and both reports say this verdict, and nothing of the sandbox is left.
///
/// The incident's note N-2 is what they must never do again: a closeout that passed and a process that exited with 1.
pub fn agree(outcome: &Outcome, verdict: Verdict) {
    let word = verdict.word();
    let code = verdict.exit_code();
    let run = outcome.run();
    let md_line = run
        .report_md
        .lines()
        .find(|line| line.starts_with("Date: "))
        .unwrap();
    let said = (
        outcome.code,
        outcome.stdout.lines().last().unwrap_or_default(),
        md_line.contains(&format!("Verdict: **{word}**")),
        run.report_json["verdict"].as_str().unwrap(),
        run.report_json["exit_code"].as_u64().unwrap(),
    );
    let wanted = (
        Some(i32::from(code)),
        format!("verdict: {word}"),
        true,
        word,
        u64::from(code),
    );
    let wanted = (wanted.0, wanted.1.as_str(), wanted.2, wanted.3, wanted.4);
    assert_eq!(said, wanted, "{}\n{}", outcome.stdout, outcome.stderr);
    assert!(outcome.left.is_empty(), "left behind: {:?}", outcome.left);
}
