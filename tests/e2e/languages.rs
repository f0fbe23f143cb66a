//! Checks in Python, JavaScript and TypeScript: the examples, the templates, and the modules that they are written with.
//! `tests/languages/run.sh` builds them.

use vhost::report::verdict::Verdict;

use crate::support::{Database, Desk, Grant, Outcome, Plan, agree, workspace};

const CHECKS: [&str; 7] = [
    "one-closing-row",
    "no-gaps",
    "new-python",
    "new-javascript",
    "new-typescript",
    "values-python",
    "values-javascript",
];

const GOOD: &str = "
    CREATE SCHEMA books;
    CREATE TABLE books.ledger (period text, kind text NOT NULL, amount numeric);
    INSERT INTO books.ledger VALUES
        ('2026-01', 'entry', 1), ('2026-01', 'closing', 1), ('2026-02', 'closing', 0), ('2026-02', 'entry', 2);
    CREATE TABLE books.invoice (branch text, number bigint);
    INSERT INTO books.invoice SELECT 'a', n FROM generate_series(1, 50) n;
    INSERT INTO books.invoice SELECT 'b', 9007199254740990 + n FROM generate_series(1, 50) n;";

/// A period that was being closed, one that was loaded twice, and an invoice that is gone, beyond what JavaScript counts to.
const BAD: &str = "
    DELETE FROM books.ledger WHERE period = '2026-01' AND kind = 'closing';
    INSERT INTO books.ledger SELECT * FROM books.ledger WHERE period = '2026-02';
    DELETE FROM books.invoice WHERE number = 9007199254740993;
    INSERT INTO books.invoice VALUES ('a', 7);
    UPDATE shop.orders SET total = -1 WHERE id = 1";

const PLAN: &str = r#"
[checks.one-closing-row]
relation = "books.ledger"
period = "period"
kind = "kind"
closing = "closing"
expected = ["2026-01"]

[checks.no-gaps]
relation = "books.invoice"
number = "number"
series = "branch"
"#;

fn database() -> Database {
    // The templates' own good data, in the schema that the shop has already.
    let orders = workspace().join("guest-checks/sdk/templates/python/tests/good.sql");
    let orders = std::fs::read_to_string(orders).unwrap();
    let orders = orders.replace("CREATE SCHEMA shop;", "");
    Database::changed(&format!("{GOOD}\n{orders}"))
}

fn desk(database: &Database) -> Desk {
    let mut rest = PLAN.to_owned();
    for check in CHECKS.iter().filter(|check| check.starts_with("new-")) {
        rest += &format!("[checks.{check}]\norders = \"shop.orders\"\n");
    }
    let desk = Desk::with(&Plan {
        rest,
        ..database.plan()
    });
    desk.grants(&CHECKS.map(|check| Grant {
        report: if check.starts_with("values-") {
            "values"
        } else {
            "counts"
        },
        ..Grant::counts(
            check,
            match check {
                "one-closing-row" => &["books.ledger(period, kind)"],
                "no-gaps" => &["books.invoice"],
                _ if check.starts_with("new-") => &["shop.orders"],
                _ => &["shop.unit(unit_key)"],
            },
        )
    }));
    desk
}

/// Rule and actual value of every finding that fails.
fn failed(outcome: &Outcome, check: &str) -> Vec<(String, String)> {
    let findings = outcome.check(check)["findings"].as_array().unwrap().iter();
    let failed = findings.filter(|finding| finding["status"] == "FAIL");
    failed
        .map(|finding| {
            let rule = finding["rule"].as_str().unwrap().to_owned();
            (rule, finding["actual"]["value"].to_string())
        })
        .collect()
}

#[test]
fn checks_in_other_languages_run_with_the_usual_limits() {
    let database = database();
    let desk = desk(&database);
    let good = desk.check(&CHECKS);
    for check in CHECKS {
        let seen = good.check(check);
        assert_eq!(seen["status"], "PASS", "{check}: {seen:#}");
    }
    agree(&good, Verdict::Pass);
    for check in ["values-python", "values-javascript"] {
        let seen = good.check(check);
        assert!(seen["findings"].as_array().unwrap().len() > 40, "{seen:#}");
        assert!(
            seen["log"].to_string().contains("all of it was looked at"),
            "{seen:#}"
        );
    }

    database.sql(BAD);
    let bad = desk.check(&CHECKS);
    agree(&bad, Verdict::Fail);
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        let owned = pairs
            .iter()
            .map(|(rule, actual)| (rule.to_string(), actual.to_string()));
        owned.collect()
    };
    let closing = [
        ("closed-once", "1"),
        ("one-closing-row", "0"),
        ("one-closing-row", "2"),
        ("period-closed", "1"),
    ];
    let mut seen = failed(&bad, "one-closing-row");
    seen.sort();
    assert_eq!(seen, pairs(&closing));
    let gaps = [
        ("no-gaps", "1"),
        ("no-number-twice", "1"),
        ("series-whole", "49"),
        ("series-whole", "51"),
    ];
    let mut seen = failed(&bad, "no-gaps");
    seen.sort();
    assert_eq!(seen, pairs(&gaps));
    for language in ["python", "javascript", "typescript"] {
        let seen = failed(&bad, &format!("new-{language}"));
        assert_eq!(seen, pairs(&[("total-not-negative", "1")]), "{language}");
    }
}
