//! What came of a check in a world.

use std::fmt;

use super::{Finding, Level, Status};
use crate::bindings::exports::vhost::check::checker::Report;
use crate::bindings::vhost::check::types::Value;

/// Longest name of a rule or a metric, in bytes.
const LONGEST_NAME: usize = 64;

/// A statement that a check asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// As the check wrote it.
    pub sql: String,
    /// `$1` first.
    pub params: Vec<Value>,
}

/// What came of a check in a world. The assertions end the test with all that the check said.
#[derive(Debug)]
pub struct Seen {
    report: Report,
    /// Why the check could not look, where it could not.
    reason: Option<String>,
    asked: Vec<Asked>,
    log: Vec<(Level, String)>,
}

impl Seen {
    pub(super) fn new(
        outcome: Result<Report, String>,
        asked: Vec<Asked>,
        log: Vec<(Level, String)>,
    ) -> Self {
        let outcome = outcome.and_then(held_to_the_contract);
        let (report, reason) = match outcome {
            Ok(report) => (report, None),
            Err(reason) => {
                let (findings, metrics) = (Vec::new(), Vec::new());
                (Report { findings, metrics }, Some(reason))
            }
        };
        Self {
            report,
            reason,
            asked,
            log,
        }
    }

    /// In the order in which they were seen; none of a check that could not look.
    pub fn findings(&self) -> &[Finding] {
        &self.report.findings
    }

    /// Numbers worth keeping, by name.
    pub fn metrics(&self) -> &[(String, f64)] {
        &self.report.metrics
    }

    /// The statements, in the order in which they were asked.
    pub fn asked(&self) -> &[Asked] {
        &self.asked
    }

    /// The lines, in the order in which they were written.
    pub fn log(&self) -> &[(Level, String)] {
        &self.log
    }

    /// Rule and subject of every finding that fails; an empty subject is the check as a whole.
    pub fn failed(&self) -> Vec<(&str, &str)> {
        let failed = self.findings().iter();
        failed
            .filter(|finding| finding.status == Status::Fail)
            .map(|finding| {
                (
                    finding.rule.as_str(),
                    finding.subject.as_deref().unwrap_or(""),
                )
            })
            .collect()
    }

    /// What the host makes of it: the worst finding wins, and a check without one could not look.
    pub fn status(&self) -> Status {
        let any = |status| {
            self.findings()
                .iter()
                .any(|finding| finding.status == status)
        };
        if any(Status::Fail) {
            Status::Fail
        } else if any(Status::CouldNotLook) || self.findings().is_empty() {
            Status::CouldNotLook
        } else {
            Status::Pass
        }
    }

    /// Asserts that there is a finding, and that all pass.
    #[track_caller]
    pub fn passes(&self) -> &Self {
        assert_eq!(self.status(), Status::Pass, "{self}");
        self
    }

    /// Asserts that a finding of this rule fails, and gives the first one.
    #[track_caller]
    pub fn fails(&self, rule: &str) -> &Finding {
        let mut findings = self.findings().iter();
        let fails = |finding: &&Finding| finding.rule == rule && finding.status == Status::Fail;
        match findings.find(fails) {
            Some(finding) => finding,
            None => panic!("no finding of the rule {rule} fails; {self}"),
        }
    }

    /// Asserts that the check could not look and nothing failed, and that the reason, or the rule of a finding that
    /// could not look, has this text in it.
    #[track_caller]
    pub fn could_not_look(&self, why: &str) -> &Self {
        assert_eq!(self.status(), Status::CouldNotLook, "{self}");
        let mut unseen = self.findings().iter();
        let told = unseen
            .any(|finding| finding.status == Status::CouldNotLook && finding.rule.contains(why));
        let because = self
            .reason
            .as_ref()
            .is_some_and(|reason| reason.contains(why));
        assert!(told || because, "`{why}` is not why; {self}");
        self
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            Some(reason) => write!(f, "the check could not look: {reason}")?,
            None if self.findings().is_empty() => f.write_str("the check has no finding")?,
            None => f.write_str("the check saw")?,
        }
        for finding in self.findings() {
            let subject = finding.subject.as_deref().unwrap_or("overall");
            let (expected, actual) = (&finding.expected, &finding.actual);
            write!(f, "\n  {:?} {} {subject}", finding.status, finding.rule)?;
            write!(f, ": expected {expected:?}, actual {actual:?}")?;
        }
        for Asked { sql, params } in &self.asked {
            write!(f, "\n  asked {sql} {params:?}")?;
        }
        for (level, line) in &self.log {
            write!(f, "\n  {level:?} {line}")?;
        }
        Ok(())
    }
}

/// The host refuses a report that breaks the contract in `wit/checker.wit`, and so does a test.
fn held_to_the_contract(report: Report) -> Result<Report, String> {
    let rules = report.findings.iter().map(|finding| &finding.rule);
    for name in rules.chain(report.metrics.iter().map(|(name, _)| name)) {
        let word = |word: &str| {
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
            !word.is_empty() && word.bytes().all(plain)
        };
        if name.len() > LONGEST_NAME || !name.split('-').all(word) {
            return Err(format!(
                "the name `{name}` is not kebab-case of at most {LONGEST_NAME} characters"
            ));
        }
    }
    match report.metrics.iter().find(|(_, value)| !value.is_finite()) {
        Some((name, _)) => Err(format!("the metric {name} is not a finite number")),
        None => Ok(report),
    }
}
