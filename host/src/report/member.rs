//! What a row stands on: a gate or a check.

use std::collections::BTreeMap;

use super::gate::{GateResult, Standing};
use super::terms::{ChecksAsked, Terms};
use super::{Evidence, shown};
use crate::check::{CheckOutcome, Ended};
use crate::event::Stage;
use crate::finding::{Finding, Shown, Status};

/// A gate or a check, as a row counts it.
#[derive(Clone, Debug)]
pub struct Member {
    pub name: String,
    pub title: String,
    pub standing: Standing,
    pub result: String,
}

/// Every gate, and every check that was selected or that ran.
pub fn members(gates: &[GateResult], evidence: &Evidence, terms: &Terms) -> Vec<Member> {
    let mut members: Vec<Member> = gates
        .iter()
        .map(|result| Member {
            name: result.gate.name().to_owned(),
            title: result.gate.title().to_owned(),
            standing: result.standing,
            result: result.result.clone(),
        })
        .collect();
    let ran = evidence.checks.as_deref().unwrap_or(&[]);
    members.extend(ran.iter().map(|outcome| Member {
        name: outcome.name.clone(),
        title: format!("Check {}", outcome.name),
        standing: standing_of(outcome),
        result: result_of(outcome),
    }));
    let of_none = |standing, result: &str| Member {
        name: "checks".to_owned(),
        title: "Checks on the restored data".to_owned(),
        standing,
        result: result.to_owned(),
    };
    match &terms.checks {
        ChecksAsked::NoneOnPurpose => members.push(of_none(
            Standing::NotApplicable,
            "none, on purpose (--no-checks)",
        )),
        ChecksAsked::Selected(names) if names.is_empty() => members.push(of_none(
            Standing::CouldNotLook,
            "no check was selected: give --checks, or --no-checks to go without on purpose",
        )),
        ChecksAsked::Selected(names) => {
            let skipped = names
                .iter()
                .filter(|name| !ran.iter().any(|outcome| outcome.name == **name));
            members.extend(skipped.map(|name| Member {
                name: name.clone(),
                title: format!("Check {name}"),
                standing: Standing::CouldNotLook,
                result: format!("did not run: {}", evidence.absence(Stage::Checks)),
            }));
        }
    }
    members
}

/// The worst of what the check says and of what its end and findings show: no finding is no pass.
fn standing_of(outcome: &CheckOutcome) -> Standing {
    let seen = outcome.findings.iter().map(|finding| finding.status).max();
    let ended = match &outcome.ended {
        Ended::Reported => Status::Pass,
        Ended::CouldNotLook(_) | Ended::Stopped(_) => Status::CouldNotLook,
    };
    seen.unwrap_or(Status::CouldNotLook)
        .max(ended)
        .max(outcome.status)
        .into()
}

fn result_of(outcome: &CheckOutcome) -> String {
    let mut words = match &outcome.ended {
        Ended::Reported => Vec::new(),
        Ended::CouldNotLook(why) => vec![format!("could not look: {why}")],
        Ended::Stopped(why) => vec![format!("stopped: {why}")],
    };
    let trouble = shown::trouble(&outcome.findings);
    if !trouble.is_empty() {
        let wrong = outcome
            .findings
            .iter()
            .filter(|finding| finding.status != Status::Pass)
            .count();
        let all = shown::many(outcome.findings.len(), "finding");
        words.push(format!("{wrong} of {all} not as expected: {trouble}"));
    } else if outcome.findings.is_empty() {
        words.push("it found nothing, which is no pass".to_owned());
    } else {
        words.push(by_rule(&outcome.findings));
    }
    words.join("; ")
}

/// Passing findings, rule by rule: one in words, many counted, and summed where they are counts.
fn by_rule(findings: &[Finding]) -> String {
    let mut rules: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        rules.entry(&finding.rule).or_default().push(finding);
    }
    let words: Vec<String> = rules
        .into_iter()
        .map(|(rule, findings)| match findings.as_slice() {
            [one] => shown::finding(one),
            many => {
                let n = many.len();
                // A guest chooses its counts: a sum of 64 bits could overflow.
                let counts: Option<Vec<i128>> = many.iter().map(|one| counted(one)).collect();
                match counts {
                    Some(counts) => format!(
                        "{rule} {n} of {n} as expected (sum {})",
                        counts.iter().sum::<i128>()
                    ),
                    None => format!("{rule} {n} of {n} as expected"),
                }
            }
        })
        .collect();
    words.join("; ")
}

fn counted(finding: &Finding) -> Option<i128> {
    match finding.actual {
        Shown::Count(count) => Some(count.into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_check_that_ended_badly_or_found_nothing_does_not_pass() {
        let mut outcome = sample::outcome();
        assert_eq!(standing_of(&outcome), Standing::Pass);
        outcome.ended = Ended::Stopped("wall time of 30 s".to_owned());
        assert_eq!(standing_of(&outcome), Standing::CouldNotLook);
        assert!(result_of(&outcome).starts_with("stopped: wall time of 30 s"));
        let mut outcome = sample::outcome();
        outcome.findings.clear();
        assert_eq!(standing_of(&outcome), Standing::CouldNotLook);
        let mut outcome = sample::outcome();
        outcome.findings[0].status = Status::Fail;
        assert_eq!(standing_of(&outcome), Standing::Fail);
    }
}
