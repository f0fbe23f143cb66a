//! Counts and values as words.

use crate::finding::{Finding, Shown, Status};
use crate::sandbox::Wall;

/// How many findings a table's line spells out before it counts the rest.
const SPELLED_OUT: usize = 4;

/// A count with its thousands apart: `683,370,930`.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number of things: `1 row`, `2 rows`.
pub fn many(count: usize, thing: &str) -> String {
    match count {
        1 => format!("1 {thing}"),
        _ => format!("{} {thing}s", grouped(count as u64)),
    }
}

/// A count of rows as a finding holds it.
pub fn count(rows: u64) -> Shown {
    // More than 2^63 rows is more than Postgres can hold; said in words rather than wrapped round.
    i64::try_from(rows).map_or_else(|_| Shown::Text(rows.to_string()), Shown::Count)
}

pub fn text(words: impl Into<String>) -> Shown {
    Shown::Text(words.into())
}

/// A value in words.
pub fn value(shown: &Shown) -> String {
    match shown {
        Shown::Nothing => "–".to_owned(),
        Shown::Null => "NULL".to_owned(),
        Shown::Count(count) => match u64::try_from(*count) {
            Ok(count) => grouped(count),
            Err(_) => count.to_string(),
        },
        Shown::Boolean(value) => value.to_string(),
        Shown::Text(text) => text.clone(),
        Shown::Withheld {
            bytes,
            salted_sha256,
        } => format!("withheld ({bytes} B, salted SHA-256 {salted_sha256})"),
    }
}

/// A finding in words.
pub fn finding(finding: &Finding) -> String {
    let subject = match finding.subject.as_str() {
        "" => finding.rule.clone(),
        subject => format!("{} {subject}", finding.rule),
    };
    match (&finding.expected, &finding.actual) {
        (Shown::Nothing, Shown::Nothing) => subject,
        (Shown::Nothing, actual) => format!("{subject}: {}", value(actual)),
        (expected, actual) if expected == actual => format!("{subject} = {}", value(actual)),
        (expected, actual) => format!(
            "{subject}: expected {}, found {}",
            value(expected),
            value(actual)
        ),
    }
}

/// What is wrong among some findings, the gravest first; empty when nothing is.
pub fn trouble(findings: &[Finding]) -> String {
    let mut wrong: Vec<&Finding> = findings
        .iter()
        .filter(|finding| finding.status != Status::Pass)
        .collect();
    wrong.sort_by_key(|finding| std::cmp::Reverse(finding.status));
    let mut out: Vec<String> = wrong
        .iter()
        .take(SPELLED_OUT)
        .map(|wrong| finding(wrong))
        .collect();
    if wrong.len() > SPELLED_OUT {
        out.push(format!(
            "and {} more",
            grouped((wrong.len() - SPELLED_OUT) as u64)
        ));
    }
    out.join("; ")
}

/// A wall's name, as a plan's `sandbox.accept` writes it.
pub fn wall(wall: Wall) -> &'static str {
    match wall {
        Wall::NoNetwork => "no-network",
        Wall::NoPublishedPort => "no-published-port",
        Wall::NoCapabilities => "no-capabilities",
        Wall::NoNewPrivileges => "no-new-privileges",
        Wall::ReadOnlyRoot => "read-only-root",
        Wall::OnlyOwnMounts => "only-own-mounts",
        Wall::OwnProcesses => "own-processes",
        Wall::UnprivilegedUser => "unprivileged-user",
        Wall::ResourceLimits => "resource-limits",
        Wall::OwnCluster => "own-cluster",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_apart() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(683_370_930), "683,370,930");
    }

    #[test]
    fn the_gravest_trouble_comes_first_and_the_rest_is_counted() {
        let of = |status, subject: &str| Finding {
            rule: "rows".to_owned(),
            status,
            subject: subject.to_owned(),
            expected: Shown::Count(1),
            actual: Shown::Count(0),
        };
        let mut findings = vec![of(Status::Pass, "fine"), of(Status::CouldNotLook, "dark")];
        findings.extend((0..5).map(|n| of(Status::Fail, &format!("t{n}"))));
        let words = trouble(&findings);
        assert!(
            words.starts_with("rows t0: expected 1, found 0; "),
            "{words}"
        );
        assert!(words.ends_with("and 2 more"), "{words}");
        assert!(!words.contains("fine"));
    }
}
