//! What a check has to say in the end, under a rule for its words.

use serde::{Deserialize, Serialize};

use crate::check::bindings::exports::vhost::check::checker;
use crate::check::disclose::{Disclosure, Salt};
use crate::check::exchange::Difference;
use crate::check::host::State;
use crate::check::{Ended, LogLine, report};
use crate::finding::{Finding, Status};

/// Lines of each of standard output and error; an empty line costs a guest one byte, and a report a hundred.
const CAPTURED_LINES: usize = 1_000;

/// What digests in a recording are salted with: nothing, so that two recordings can be held against each other.
pub const UNSALTED: Salt = Salt::new([0; 32]);

/// What a call of the guest gave; the outer error names the wall that it ran into.
pub type Returned = Result<Result<checker::Report, String>, String>;

/// What came of a check, as a recording has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    pub status: Status,
    pub ended: Ended,
    pub findings: Vec<Finding>,
    /// Decimal text that reads back as the same float.
    pub metrics: Vec<(String, String)>,
    pub log: Vec<Line>,
}

/// A line of the log, of standard output or of standard error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    pub level: String,
    pub message: String,
}

/// Reads what a guest returned and what its store holds.
pub struct Telling<'a> {
    pub returned: &'a Returned,
    pub state: &'a State,
    /// The grant's number of findings.
    pub findings: u32,
}

/// The parts of an outcome that are a check's own words.
pub struct Words {
    pub ended: Ended,
    pub findings: Vec<Finding>,
    pub metrics: Vec<(String, f64)>,
    pub log: Vec<LogLine>,
}

impl Telling<'_> {
    pub fn under(&self, disclosure: &Disclosure<'_>) -> Words {
        let contact = self.state.contact;
        let (mut findings, mut metrics) = (Vec::new(), Vec::new());
        let ended = match self.returned {
            Err(wall) => Ended::Stopped(wall.clone()),
            Ok(Err(text)) => {
                let mut why = disclosure.text(contact, text);
                if let Some(error) = &self.state.last_error {
                    why += &format!("; the last answer of the database was {error}");
                }
                Ended::CouldNotLook(why)
            }
            Ok(Ok(report)) => {
                match report::read(report.clone(), self.findings, contact, disclosure) {
                    Ok(read) => {
                        (findings, metrics) = read;
                        Ended::Reported
                    }
                    Err(broken) => {
                        Ended::Stopped(format!("a report that breaks the contract: {broken}"))
                    }
                }
            }
        };
        Words {
            ended,
            findings,
            metrics,
            log: log(self.state, disclosure),
        }
    }
}

fn log(state: &State, disclosure: &Disclosure<'_>) -> Vec<LogLine> {
    let mut lines: Vec<LogLine> = state
        .log
        .lines
        .iter()
        .map(|(level, contact, message)| LogLine {
            level,
            message: disclosure.text(*contact, message),
        })
        .collect();
    for (level, captured) in [("stdout", &state.stdout), ("stderr", &state.stderr)] {
        let text = captured.text();
        let mut captured = text.lines();
        lines.extend(captured.by_ref().take(CAPTURED_LINES).map(|line| LogLine {
            level,
            message: disclosure.text(state.contact, line),
        }));
        let more = captured.count();
        if more > 0 {
            lines.push(LogLine {
                level: "warn",
                message: format!("{more} more lines of {level}"),
            });
        }
    }
    if state.log.cut > 0 {
        lines.push(LogLine {
            level: "warn",
            message: format!("{} more lines, over the grant's log bytes", state.log.cut),
        });
    }
    lines
}

/// No finding is no pass; an end other than a report is no pass; the gravest finding wins.
pub fn status(ended: &Ended, findings: &[Finding]) -> Status {
    let worst = findings.iter().map(|finding| finding.status).max();
    match (ended, worst) {
        (_, Some(Status::Fail)) => Status::Fail,
        (Ended::Reported, Some(worst)) => worst,
        (Ended::Reported, None) | (Ended::CouldNotLook(_) | Ended::Stopped(_), _) => {
            Status::CouldNotLook
        }
    }
}

impl From<Words> for Told {
    fn from(words: Words) -> Self {
        let metrics = words.metrics.into_iter();
        let lines = words.log.into_iter().map(|line| Line {
            level: line.level.to_owned(),
            message: line.message,
        });
        Self {
            status: status(&words.ended, &words.findings),
            ended: words.ended,
            findings: words.findings,
            metrics: metrics.map(|(name, n)| (name, format!("{n:?}"))).collect(),
            log: lines.collect(),
        }
    }
}

impl Told {
    /// The first thing that is otherwise in `now`.
    pub fn difference(&self, now: &Self) -> Option<Difference> {
        let whole = |place: &str, one: String, other: String| {
            (one != other).then(|| Difference::new(place, &one, &other))
        };
        first("finding", &self.findings, &now.findings)
            .or_else(|| whole("its end", text(&self.ended), text(&now.ended)))
            .or_else(|| first("metric", &self.metrics, &now.metrics))
            .or_else(|| first("line of the log", &self.log, &now.log))
            .or_else(|| whole("its status", text(&self.status), text(&now.status)))
    }
}

/// The first place in which two lists differ, also where one is longer.
fn first<T: Serialize + PartialEq>(thing: &str, was: &[T], is: &[T]) -> Option<Difference> {
    let at = |list: &[T], index: usize| match list.get(index) {
        Some(item) => text(item),
        None => "nothing".to_owned(),
    };
    let differs = |index: &usize| was.get(*index) != is.get(*index);
    let index = (0..was.len().max(is.len())).find(differs)?;
    Some(Difference::new(
        format!("{thing} {}", index + 1),
        &at(was, index),
        &at(is, index),
    ))
}

/// For words only: none of these is a map, so each has a JSON text.
fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Shown;

    fn finding(status: Status) -> Finding {
        Finding {
            rule: "r".to_owned(),
            status,
            subject: String::new(),
            expected: Shown::Nothing,
            actual: Shown::Nothing,
        }
    }

    #[test]
    fn no_evidence_is_no_pass() {
        let reported = Ended::Reported;
        let (pass, fail, blind) = (
            finding(Status::Pass),
            finding(Status::Fail),
            finding(Status::CouldNotLook),
        );
        assert_eq!(status(&reported, &[]), Status::CouldNotLook);
        assert_eq!(status(&reported, std::slice::from_ref(&pass)), Status::Pass);
        assert_eq!(
            status(&reported, &[pass.clone(), blind.clone()]),
            Status::CouldNotLook
        );
        assert_eq!(
            status(&reported, &[blind, fail, pass.clone()]),
            Status::Fail
        );
        let stopped = Ended::Stopped("wall".to_owned());
        assert_eq!(status(&stopped, &[pass]), Status::CouldNotLook);
    }

    fn told() -> Told {
        Told {
            status: Status::Pass,
            ended: Ended::Reported,
            findings: vec![finding(Status::Pass)],
            metrics: vec![("rows".to_owned(), "0.1".to_owned())],
            log: vec![Line {
                level: "info".to_owned(),
                message: "seen".to_owned(),
            }],
        }
    }

    #[test]
    fn each_part_of_an_outcome_is_held_against_the_other() {
        assert_eq!(told().difference(&told()), None);
        let changes: [(&str, fn(&mut Told)); 7] = [
            ("finding 1", |told| told.findings[0].rule = "s".to_owned()),
            ("finding 1", |told| told.findings.clear()),
            ("finding 2", |told| {
                told.findings.push(finding(Status::Fail))
            }),
            ("its end", |told| {
                told.ended = Ended::Stopped("x".to_owned())
            }),
            ("metric 1", |told| told.metrics[0].1 = "0.2".to_owned()),
            ("line of the log 1", |told| {
                told.log[0].message = "lost".to_owned();
            }),
            ("its status", |told| told.status = Status::Fail),
        ];
        for (place, change) in changes {
            let mut other = told();
            change(&mut other);
            assert_eq!(told().difference(&other).unwrap().place, place);
            assert_eq!(other.difference(&told()).unwrap().place, place);
        }
    }

    #[test]
    fn an_outcome_comes_back_from_a_recording() {
        let text = serde_json::to_string(&told()).unwrap();
        assert_eq!(serde_json::from_str::<Told>(&text).unwrap(), told());
    }
}
