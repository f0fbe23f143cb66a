//! Who accepted which run, and what a drill makes of it.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;
use vhost::report::verdict::Verdict;

use super::{accept, accepting, accepts, drifted, drill, orders};
use crate::support::{Database, Desk, Plan, agree};

/// The lines of the file.
fn ledger(desk: &Desk) -> Vec<Value> {
    let text = std::fs::read_to_string(desk.runs().join("accepted.jsonl")).unwrap();
    assert!(text.ends_with('\n'));
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// A fresh dump, its manifest, and the drill after.
#[test]
fn without_an_acceptance_drift_does_not_apply_and_with_one_it_is_judged() {
    let desk = Desk::with(&Database::new().plan());
    let first = desk.drill(&["--no-checks"]);
    agree(&first, Verdict::Pass);
    assert_eq!(first.gate("drift"), "NOT-APPLICABLE");
    assert!(first.gate_says("drift").contains("vhost accept RUN"));
    let run = &first.run().directory;
    accepts(&desk, run);

    let second = desk.drill(&["--no-checks"]);
    agree(&second, Verdict::Pass);
    assert_eq!(second.gate("drift"), "PASS");
    let manifest = &first.run().report_json["evidence"]["manifest"];
    let sha256 = manifest["digest"]["sha256"].as_str().unwrap();
    let says = second.gate_says("drift");
    assert!(says.contains(sha256) && says.contains("by alice"), "{says}");

    let [line] = &ledger(&desk)[..] else {
        panic!("one run was accepted");
    };
    assert_eq!(line["plan"], "e2e");
    assert_eq!(line["run"], run.file_name().unwrap().to_str().unwrap());
    assert_eq!(line["manifest"], sha256);
    assert_eq!(
        (&line["by"], &line["why"]),
        (&"alice".into(), &"as it should be".into())
    );
    let mode = |name: &str| {
        desk.runs()
            .join(name)
            .metadata()
            .unwrap()
            .permissions()
            .mode()
    };
    assert_eq!(mode("accepted.jsonl") & 0o777, 0o600);
}

/// A plan of another name has its own reference.
#[test]
fn each_plan_has_its_own() {
    let desk = accepting("");
    let other = "name = \"other\"\n[sandbox]\nbase = \"sandboxes\"\n";
    desk.write("vhost.toml", other);
    let outcome = drill(&desk, &orders(""), &[]);
    assert_eq!(outcome.gate("drift"), "NOT-APPLICABLE");
}

/// A failure of drift alone is what an acceptance is for.
#[test]
fn an_intended_change_is_accepted_and_passes_from_then_on() {
    let desk = accepting("");
    let changed = orders("ALTER TABLE shop.orders ADD note text");
    let first = drill(&desk, &changed, &[]);
    agree(&first, Verdict::Fail);
    assert_eq!(drifted(&first), ["definition-equal TABLE shop.orders"]);
    let outcome = accept(&desk, &first.run().directory, "bob", "orders get notes");
    assert_eq!(outcome.code, Some(0), "{outcome:#?}");
    assert!(outcome.stdout.starts_with("accepted: run "), "{outcome:#?}");
    agree(&drill(&desk, &changed, &[]), Verdict::Pass);
    // What was right before is now a drift.
    agree(&drill(&desk, &orders(""), &[]), Verdict::Fail);
    let by: Vec<Value> = ledger(&desk)
        .into_iter()
        .map(|line| line["by"].clone())
        .collect();
    assert_eq!(by, ["alice", "bob"]);
}

/// `keep = false` removes the dump alone; the manifest is sealed with the reports.
#[test]
fn the_manifest_is_kept_without_the_dump() {
    let mut plan = Database::new().plan();
    plan.dump = "keep = false".to_owned();
    let desk = Desk::with(&plan);
    let outcome = desk.drill(&["--no-checks"]);
    agree(&outcome, Verdict::Pass);
    let run = &outcome.run().directory;
    let mut files: Vec<String> = std::fs::read_dir(run)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert_eq!(
        files,
        ["SHA256SUMS", "manifest.json", "report.json", "report.md"]
    );
    let manifest = run.join("manifest.json");
    assert_eq!(
        manifest.metadata().unwrap().permissions().mode() & 0o777,
        0o600
    );
    let sums = std::process::Command::new("sha256sum")
        .args(["--check", "--strict", "SHA256SUMS"])
        .current_dir(run)
        .output()
        .unwrap();
    assert!(sums.status.success(), "{sums:?}");
    assert_eq!(String::from_utf8_lossy(&sums.stdout).lines().count(), 3);
    let seen = &outcome.run().report_json["evidence"]["manifest"];
    assert_eq!(seen["relations"], 4);
    assert_eq!(seen["rows"], 205);
    assert!(outcome.run().report_md.contains("\nManifest: "));
    accepts(&desk, run);
}

/// An index's name stands in no report; in the manifest it does.
#[test]
fn a_manifest_that_names_a_secret_is_withheld() {
    let desk = Desk::with(&Plan::default());
    let token = format!("ghp_{}", "a1B2".repeat(9));
    let database = orders(&format!("CREATE INDEX \"{token}\" ON shop.orders (state)"));
    let outcome = drill(&desk, &database, &[]);
    agree(&outcome, Verdict::Fail);
    assert_eq!(outcome.gate("no-secrets"), "FAIL");
    assert!(outcome.gate_says("no-secrets").contains("manifest.json"));
    let run = outcome.run();
    assert!(!run.directory.join("manifest.json").exists());
    assert!(run.report_json["evidence"]["manifest"].is_null());
    assert!(!run.report_json.to_string().contains(&token));
    let refused = accept(&desk, &run.directory, "a", "b");
    assert_eq!(refused.code, Some(2), "{refused:#?}");
}

/// The plan names a reference, and a flag goes over it.
#[test]
fn a_named_manifest_is_the_reference() {
    let desk = accepting("");
    let run = desk.published().pop_first().unwrap();
    std::fs::copy(run.join("manifest.json"), desk.path("good.json")).unwrap();
    std::fs::remove_dir_all(desk.runs()).unwrap();
    desk.plan(&Plan {
        rest: "[reference]\nmanifest = \"good.json\"\n".to_owned(),
        ..Plan::default()
    });
    let lost = orders("DELETE FROM shop.orders WHERE id = 7");
    let outcome = drill(&desk, &lost, &[]);
    assert_eq!(drifted(&outcome), ["rows-tolerated TABLE DATA shop.orders"]);
    assert!(!outcome.gate_says("drift").contains("accepted"));
    let own = outcome.run().directory.clone();
    let outcome = drill(&desk, &lost, &["--reference", own.to_str().unwrap()]);
    agree(&outcome, Verdict::Pass);
    assert!(outcome.gate_says("drift").contains("the given manifest"));
}
