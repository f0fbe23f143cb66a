//! A secret planted where a report could pick it up.

use vhost::report::verdict::Verdict;

use crate::support::{Database, Desk, Grant, Outcome, agree, password};

/// A cell of production holds the source's own password, and a check with the grant to show values tells it.
fn told(way: &str, encoded: &str) -> Outcome {
    let database = Database::new();
    let secret = password().replace('\'', "''");
    database.sql(&format!(
        "UPDATE shop.ledger SET note = {} WHERE id = 1",
        encoded.replace("SECRET", &format!("'{secret}'"))
    ));
    let mut plan = database.plan();
    plan.rest = format!(
        "[checks.teller]\nsql = \"SELECT note FROM shop.ledger WHERE id = 1\"\ntell = \"{way}\""
    );
    plan.dump = "keep = false".to_owned();
    let desk = Desk::with(&plan);
    desk.grants(&[Grant {
        report: "values",
        ..Grant::counts("teller", &["shop.ledger"])
    }]);
    let outcome = desk.check(&["teller"]);
    agree(&outcome, Verdict::Fail);
    assert_eq!(outcome.gate("no-secrets"), "FAIL");
    for file in std::fs::read_dir(&outcome.run().directory).unwrap() {
        let path = file.unwrap().path();
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        assert!(!text.contains(&password()), "{}", path.display());
    }
    let said = format!("{}{}", outcome.stdout, outcome.stderr);
    assert!(!said.contains(&password()), "{said}");
    outcome
}

#[test]
fn in_a_log() {
    told("log", "SECRET");
}

#[test]
fn in_a_finding() {
    told("finding", "SECRET");
}

#[test]
fn in_an_error() {
    told("error", "SECRET");
}

#[test]
fn in_a_panic() {
    told("panic", "SECRET");
}

#[test]
fn in_a_log_as_hex() {
    told("log", "encode(convert_to(SECRET, 'UTF8'), 'hex')");
}

/// In one line: Postgres' own `encode` would break it.
#[test]
fn in_a_finding_as_base64() {
    told(
        "finding",
        "replace(encode(convert_to(SECRET, 'UTF8'), 'base64'), chr(10), '')",
    );
}

/// The same cell without a secret in it may be shown: it is the secret that fails the drill, not the showing.
#[test]
fn nothing_planted() {
    let mut plan = Database::new().plan();
    plan.rest =
        "[checks.teller]\nsql = \"SELECT note FROM shop.ledger WHERE id = 1\"\ntell = \"log\""
            .to_owned();
    let desk = Desk::with(&plan);
    desk.grants(&[Grant {
        report: "values",
        ..Grant::counts("teller", &["shop.ledger"])
    }]);
    let outcome = desk.check(&["teller"]);
    agree(&outcome, Verdict::Pass);
    assert_eq!(outcome.check("teller")["log"][0]["message"], "entry 1");
}
