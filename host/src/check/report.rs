//! From what a guest returned to findings.

use crate::check::bindings::exports::vhost::check::checker;
use crate::check::disclose::{Contact, Disclosure, neutral};
use crate::finding::{Finding, Status};

/// Longest name of a rule or a metric, in bytes.
const LONGEST_NAME: usize = 64;

/// How a report breaks the contract in `wit/checker.wit`. Such a report says nothing: the check could not look.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("it returned {found} findings and metrics, its grant allows {most}")]
    TooMany { found: usize, most: u32 },
    #[error("the name `{name}` is not kebab-case of at most {LONGEST_NAME} characters")]
    Name { name: String },
    #[error("the metric {name} is not a finite number")]
    Metric { name: String },
}

/// Reads a report; `most` is the grant's number of findings, and of metrics as well.
pub fn read(
    report: checker::Report,
    most: u32,
    contact: Contact,
    disclosure: &Disclosure<'_>,
) -> Result<(Vec<Finding>, Vec<(String, f64)>), Broken> {
    let found = report.findings.len().max(report.metrics.len());
    if found > most as usize {
        return Err(Broken::TooMany { found, most });
    }
    let findings = report
        .findings
        .into_iter()
        .map(|finding| {
            Ok(Finding {
                rule: name(finding.rule, contact, disclosure)?,
                status: match finding.status {
                    checker::Status::Pass => Status::Pass,
                    checker::Status::Fail => Status::Fail,
                    checker::Status::CouldNotLook => Status::CouldNotLook,
                },
                subject: match finding.subject {
                    Some(subject) => disclosure.subject(contact, &subject),
                    None => String::new(),
                },
                expected: disclosure.value(contact, finding.expected.as_ref()),
                actual: disclosure.value(contact, finding.actual.as_ref()),
            })
        })
        .collect::<Result<_, Broken>>()?;
    let metrics = report
        .metrics
        .into_iter()
        .map(|(metric, value)| {
            let name = name(metric, contact, disclosure)?;
            match value.is_finite() {
                true => Ok((name, value)),
                false => Err(Broken::Metric { name }),
            }
        })
        .collect::<Result<_, Broken>>()?;
    Ok((findings, metrics))
}

fn name(text: String, contact: Contact, disclosure: &Disclosure<'_>) -> Result<String, Broken> {
    let kebab = text.split('-').all(|word| {
        !word.is_empty()
            && word
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    });
    if kebab && text.len() <= LONGEST_NAME {
        return Ok(text);
    }
    Err(Broken::Name {
        name: neutral(&disclosure.text(contact, &text)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::disclose::{Names, Salt};
    use crate::finding::Shown;
    use crate::grant::ReportLevel;

    fn finding(rule: &str) -> checker::Finding {
        checker::Finding {
            rule: rule.to_owned(),
            status: checker::Status::Fail,
            subject: Some("s.t".to_owned()),
            expected: Some(checker::Value::Int(1)),
            actual: None,
        }
    }

    fn reading(
        findings: Vec<checker::Finding>,
        metrics: Vec<(String, f64)>,
    ) -> Result<Vec<Finding>, Broken> {
        let disclosure = Disclosure {
            level: ReportLevel::Counts,
            salt: &Salt::new([0; 32]),
            names: &Names::from([("s.t".to_owned(), Vec::new())]),
        };
        let report = checker::Report { findings, metrics };
        read(report, 2, Contact::Asked, &disclosure).map(|(findings, _)| findings)
    }

    #[test]
    fn a_finding_is_read() {
        let read = reading(vec![finding("row-count")], vec![("rows".to_owned(), 1.0)]).unwrap();
        assert_eq!(read[0].rule, "row-count");
        assert_eq!(read[0].status, Status::Fail);
        assert_eq!(
            (read[0].subject.as_str(), &read[0].expected),
            ("s.t", &Shown::Count(1))
        );
        assert_eq!(read[0].actual, Shown::Nothing);
    }

    #[test]
    fn what_breaks_the_contract_is_refused_whole() {
        for name in ["Row count", "", "-", "a--b", "a_b", &"a".repeat(65)] {
            let broken = reading(vec![finding("ok"), finding(name)], Vec::new()).unwrap_err();
            assert!(matches!(broken, Broken::Name { .. }), "{name}");
        }
        let three = vec![finding("a"), finding("b"), finding("c")];
        assert_eq!(
            reading(three, Vec::new()).unwrap_err(),
            Broken::TooMany { found: 3, most: 2 }
        );
        let metrics = vec![("rows".to_owned(), f64::NAN)];
        assert!(matches!(
            reading(Vec::new(), metrics),
            Err(Broken::Metric { .. })
        ));
    }

    #[test]
    fn a_name_that_is_refused_does_not_leak() {
        let broken = reading(vec![finding("alice@example.org")], Vec::new()).unwrap_err();
        assert!(!broken.to_string().contains("alice"), "{broken}");
    }
}
