//! A hostile check beside an honest one, on a copy of production and with production's password about.

use serde_json::Value;
use vhost::report::verdict::Verdict;

use crate::support::{Database, Desk, Grant, Outcome, agree, password};

/// In vhost's environment, so that no guest may find it.
const CANARY: &str = "canary-of-the-environment-9c1e";

/// The honest check, and what it says without what it used.
const HONEST: Grant<'static> = Grant::counts("row-matrix", &["shop.unit(unit_key)"]);
const SETTINGS: &str = "[checks.row-matrix]\nrelations = { \"shop.unit\" = 3 }\n";

fn honest(outcome: &Outcome) -> Value {
    let mut said = outcome.check("row-matrix").clone();
    said.as_object_mut().unwrap().remove("usage");
    said
}

fn drill(desk: &Desk, checks: &[&str]) -> Outcome {
    let mut command = desk.vhost(&["run"]);
    command
        .arg("--checks")
        .args(checks.iter().map(|check| crate::support::component(check)));
    command.env("VHOST_TEST_CANARY", CANARY);
    desk.wait_for(command)
}

/// One drill with an attack under these limits; its report names the wall in these words.
fn attacked(settings: &str, limits: &str, read: &[&str], wall: &[&str]) {
    let database = Database::new();
    let mut plan = database.plan();
    plan.rest = SETTINGS.to_owned();
    let desk = Desk::with(&plan);
    desk.grants(&[HONEST]);
    let alone = drill(&desk, &["row-matrix"]);
    agree(&alone, Verdict::Pass);

    plan.rest = format!("{SETTINGS}[checks.hostile]\n{settings}\n");
    desk.plan(&plan);
    let hostile = Grant {
        report: "values",
        limits,
        ..Grant::counts("hostile", read)
    };
    desk.grants(&[HONEST, hostile]);
    let outcome = drill(&desk, &["row-matrix", "hostile"]);
    agree(&outcome, Verdict::Inconclusive);
    assert_eq!(outcome.stop(), None);
    assert_eq!(outcome.check("hostile")["status"], "COULD-NOT-LOOK");
    assert_eq!(honest(&outcome), honest(&alone));
    for gate in [
        "isolation",
        "restore-log",
        "fidelity",
        "source-unmoved",
        "no-secrets",
        "teardown",
    ] {
        assert_eq!(outcome.gate(gate), "PASS", "{gate}");
    }

    let report_json = outcome.run().report_json.to_string();
    let (md, summary) = (&outcome.run().report_md, &outcome.stdout);
    for wall in wall {
        assert!(report_json.contains(wall), "{wall}: {report_json}");
        for text in [md, summary] {
            assert!(
                text.lines().any(|line| line.contains(wall)),
                "{wall}: {text}"
            );
        }
    }
    let raw_json = std::fs::read_to_string(outcome.run().directory.join("report.json")).unwrap();
    for text in [md, summary, &raw_json, &outcome.stderr] {
        for never in [CANARY, &password(), "\u{1b}", "\u{9b}", "\u{202e}"] {
            assert!(!text.contains(never), "{never:?}: {text}");
        }
    }
    for never in [
        "<script",
        "<img",
        "![x](",
        "[x](javascript",
        "**bold**",
        "\n# PASS",
    ] {
        assert!(!md.contains(never), "{never}: {md}");
    }
    for never in ["<script", "<img", "</td>"] {
        assert!(!raw_json.contains(never), "{never}: {raw_json}");
    }
    assert_eq!(
        summary
            .lines()
            .filter(|line| line.starts_with("verdict:"))
            .count(),
        1
    );
}

#[test]
fn an_endless_loop() {
    attacked(
        "attack = \"endless-loop\"",
        "time = \"3s\"",
        &[],
        &["stopped: wall time of 3s"],
    );
}

#[test]
fn all_the_memory() {
    let wall = ["stopped: memory of 33554432 bytes"];
    attacked("attack = \"memory\"", "memory = \"32MiB\"", &[], &wall);
}

#[test]
fn a_finding_of_100_mb() {
    attacked(
        "attack = \"giant-finding\"",
        "",
        &[],
        &["stopped: bytes of one host call, at most 8388608"],
    );
}

#[test]
fn a_report_of_control_characters_and_markup() {
    attacked("attack = \"words\"", "", &[], &["verdict: PASS"]);
    attacked("attack = \"error-words\"", "", &[], &["could not look: "]);
    attacked(
        "attack = \"ansi-rule\"",
        "",
        &[],
        &["a report that breaks the contract"],
    );
}

#[test]
fn canaries_of_the_host() {
    let masked = |text: &str| -> String {
        text.bytes()
            .map(|byte| format!("{:02x}", byte ^ 0x5a))
            .collect()
    };
    let canaries = [masked(CANARY), masked(&password())];
    let settings = format!("attack = \"canaries\"\ncanaries = {canaries:?}");
    attacked(&settings, "", &[], &["none of 2 canaries is here"]);
}

#[test]
fn what_is_not_granted() {
    let settings = r#"attack = "sql"
        statements = [
            ["other-column", "SELECT status FROM shop.unit"],
            ["other-table", "SELECT note FROM shop.ledger"],
            ["statistics", "SELECT most_common_vals::text FROM pg_catalog.pg_stats"],
            ["commit", "COMMIT"],
        ]"#;
    let walls = [
        "permission denied for table unit",
        "permission denied for table ledger",
        "permission denied for view",
    ];
    attacked(settings, "", &["shop.unit(unit_key)"], &walls);
}
