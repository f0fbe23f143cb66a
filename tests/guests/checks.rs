//! The shipped checks on a real Postgres: each passes on what it expects and says what is wrong on anything else.

use vhost::check::{CheckOutcome, Ended};
use vhost::finding::{Shown, Status};

use crate::ground::Ask;
use crate::restored::{Bench, within};

const READ: &[&str] = &["app.unit", "app.lane", "app.\"Odd Name\"", "app.absent"];

impl Bench<'_, '_> {
    async fn look(&mut self, check: &str, settings: &str) -> CheckOutcome {
        let mut ask = Ask::new(check, "", settings);
        ask.read = READ;
        self.ask(ask).await
    }
}

/// Rule and subject of every finding that fails.
fn failed(outcome: &CheckOutcome) -> Vec<(&str, &str)> {
    outcome
        .findings
        .iter()
        .filter(|finding| finding.status == Status::Fail)
        .map(|finding| (finding.rule.as_str(), finding.subject.as_str()))
        .collect()
}

fn passes(outcome: &CheckOutcome) {
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_are_counted() {
    within(async |bench| {
        let matrix =
            r#"{"relations": {"app.unit": 2, "app.lane": 2, "app.Odd Name": 0}, "total": 4}"#;
        let outcome = bench.look("row-matrix", matrix).await;
        passes(&outcome);
        assert_eq!(outcome.findings.len(), 4);
        assert!(
            outcome.usage.statements >= 3 && outcome.usage.rows >= 3,
            "{:?}",
            outcome.usage
        );
        let read = outcome.usage.read.unwrap();
        let names: Vec<&str> = read.iter().map(|read| read.name.as_str()).collect();
        assert_eq!(names, ["Odd Name", "lane", "unit"]);
        assert!(outcome.usage.calls.query >= 3 && outcome.usage.calls.settings == 1);

        let wrong = r#"{"relations": {"app.unit": 3, "app.absent": 0}, "total": 3}"#;
        let outcome = bench.look("row-matrix", wrong).await;
        assert_eq!(outcome.status, Status::Fail);
        let rules = [
            ("relation-exists", "app.absent"),
            ("row-count", "app.unit"),
            ("row-count-total", ""),
        ];
        assert_eq!(failed(&outcome), rules);
        let count = outcome
            .findings
            .iter()
            .find(|finding| finding.rule == "row-count");
        assert_eq!(count.unwrap().actual, Shown::Count(2));

        passes(
            &bench
                .look("relation-empty", r#"{"relations": ["app.Odd Name"]}"#)
                .await,
        );
        let outcome = bench
            .look("relation-empty", r#"{"relations": ["app.unit"]}"#)
            .await;
        assert_eq!(failed(&outcome), [("relation-empty", "app.unit")]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_are_compared_cell_for_cell() {
    within(async |bench| {
    let exact = r#"{"rows": [
        {"relation": "app.unit", "key": {"id": 1}, "cells": {
            "state": "draft", "mail": "canary@example.org", "score": "12.50", "held": true,
            "at": "2026-05-17 12:30:00.25+00", "body": "{\"a\": [1, 2]}"}},
        {"relation": "app.unit", "key": {"id": "2", "state": "live"}, "cells": {
            "mail": {"null": true}, "held": false, "score": {"null": true}}}]}"#;
    let outcome = bench.look("row-exact", exact).await;
    passes(&outcome);
    assert_eq!(outcome.findings.len(), 4);

    let wrong = r#"{"rows": [
        {"relation": "app.unit", "key": {"id": 1}, "cells": {
            "state": "live", "mail": {"null": true}, "score": 12, "id": 1}},
        {"relation": "app.unit", "key": {"id": 2}, "cells": {"mail": "x"}},
        {"relation": "app.unit", "key": {"id": 9}, "cells": {"id": 9}},
        {"relation": "app.unit", "key": {"id": 1}, "cells": {"oops": 9}}]}"#;
    let outcome = bench.look("row-exact", wrong).await;
    let rules: Vec<_> = failed(&outcome).iter().map(|(rule, _)| *rule).collect();
    let unlike = ["cells-equal", "cell-equal", "cell-equal", "cell-equal"];
    let absent = ["one-row", "cells-equal", "cell-equal", "columns-exist"];
    let null = ["cells-equal", "cell-equal"];
    assert_eq!(
        rules,
        [&unlike[..], &null, &absent].concat(),
        "{outcome:#?}"
    );
    let equal = &outcome.findings[1];
    assert_eq!(
        (&equal.expected, &equal.actual),
        (&Shown::Count(4), &Shown::Count(1))
    );
    assert!(failed(&outcome)[1].1.starts_with("app.unit.mail key:"));
    assert!(!format!("{outcome:?}").contains("canary"));

    let unchanged = |state: &str| {
        format!(
            r#"{{"relation": "app.unit", "key": {{"id": 1}}, "columns": {{"state": "{state}"}}}}"#
        )
    };
    passes(&bench.look("row-unchanged", &unchanged("draft")).await);
    let outcome = bench.look("row-unchanged", &unchanged("live")).await;
    assert_eq!(failed(&outcome)[0].0, "column-unchanged");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_lane_holds_its_own_reference() {
    within(async |bench| {
    let settings = |reference: &str| {
        format!(
            r#"{{"relation": "app.lane", "lane": "lane", "first": "first_id", "second": "second_id",
                "lanes": {{"executor": "first", "verifier": "second"}}, "rows": 2, "expect": [
                {{"key": {{"id": "DOT-991"}}, "reference": "{reference}"}},
                {{"key": {{"id": "DOT-992"}}, "reference": "633f2c51-9a7d-4e83-b6f0-1c52d8e94ab7"}}]}}"#
        )
    };
    let held = settings("7c963f27-5b0e-4d6a-9c41-e2a8f3b1d704");
    passes(&bench.look("exclusive-reference", &held).await);
    let other = settings("00000000-0000-4000-8000-000000000000");
    let outcome = bench.look("exclusive-reference", &other).await;
    assert_eq!(failed(&outcome)[0].0, "reference-held");

    for (sql, rules) in [
        (
            "UPDATE app.lane SET first_id = second_id, second_id = first_id WHERE id = 'DOT-992'",
            &["second-lane-not-swapped"][..],
        ),
        (
            "UPDATE app.lane SET second_id = first_id WHERE id = 'DOT-992'",
            &["exactly-one-reference", "second-lane-not-swapped"],
        ),
        (
            "UPDATE app.lane SET lane = NULL, first_id = NULL, \
             second_id = '633f2c51-9a7d-4e83-b6f0-1c52d8e94ab7' WHERE id = 'DOT-992'",
            &["known-lane"],
        ),
        (
            "UPDATE app.lane SET lane = 'verifier', second_id = NULL WHERE id = 'DOT-992'",
            &["exactly-one-reference", "reference-held"],
        ),
        (
            "DELETE FROM app.lane WHERE id = 'DOT-992'",
            &["row-count", "one-row", "reference-held"],
        ),
    ] {
        bench.client.batch_execute(sql).await.unwrap();
        let outcome = bench.look("exclusive-reference", &held).await;
        let seen: Vec<_> = failed(&outcome).iter().map(|(rule, _)| *rule).collect();
        assert_eq!(seen, rules, "{sql}");
    }
    })
    .await;
}

/// What the grant does not open cannot be looked at, and no row reaches the report on the way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_are_no_pass_and_tell_no_rows() {
    within(async |bench| {
    let forbidden = bench
        .look("relation-empty", r#"{"relations": ["app.forbidden"]}"#)
        .await;
    assert_eq!(forbidden.status, Status::CouldNotLook);
    match &forbidden.ended {
        Ended::CouldNotLook(why) => {
            assert!(why.starts_with("withheld ("), "{why}");
            let words =
                "the last answer of the database was denied, permission denied for table forbidden";
            assert!(why.contains(words), "{why}");
        }
        other => panic!("{other:?}"),
    }

    // Postgres quotes the cell in its message: invalid input syntax.
    bench
        .client
        .batch_execute("CREATE VIEW app.absent WITH (security_invoker) AS SELECT (mail)::int AS id FROM app.unit")
        .await
        .unwrap();
    let settings =
        r#"{"rows": [{"relation": "app.absent", "key": {"id": 1}, "cells": {"id": 1}}]}"#;
    let mut ask = Ask::new("row-exact", "", settings);
    ask.read = READ;
    let counts = bench.ask(ask).await;
    assert_eq!(counts.status, Status::CouldNotLook, "{counts:#?}");
    assert!(!format!("{counts:?}").contains("canary"), "{counts:#?}");
    assert!(
        format!("{counts:?}").contains("SQLSTATE 22P02"),
        "{counts:#?}"
    );
    let mut ask = Ask::new("row-exact", "", settings);
    (ask.read, ask.report) = (READ, "values");
    let values = bench.ask(ask).await;
    assert!(format!("{values:?}").contains("canary"), "{values:#?}");

    let spent = bench
        .ask(Ask {
            check: "row-matrix",
            limits: "statements = 1",
            settings: r#"{"relations": {"app.lane": 2, "app.unit": 2}}"#,
            read: READ,
            report: "counts",
        })
        .await;
    assert_eq!(spent.status, Status::CouldNotLook);
    assert_eq!(spent.usage.statements, 1);
    })
    .await;
}
