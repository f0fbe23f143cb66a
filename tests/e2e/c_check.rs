//! The example in C: `examples/c-check/build.sh` builds it, and it passes, fails and could not look where it should.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use crate::support::{Desk, workspace};

/// The component as its script builds it, once. The compiler comes from PyPI where the cache does not have it.
fn built() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let output = workspace().join("target/c-check");
        std::fs::create_dir_all(&output).unwrap();
        let component = output.join("c-check.wasm");
        if component.exists() {
            std::fs::remove_file(&component).unwrap();
        }
        let build = Command::new(workspace().join("examples/c-check/build.sh"))
            .arg(&output)
            .env("VHOST", env!("CARGO_BIN_EXE_vhost"))
            .output()
            .unwrap();
        assert!(build.status.success(), "{build:?}");
        component
    })
}

fn example(file: &str) -> String {
    std::fs::read_to_string(workspace().join("examples/c-check").join(file)).unwrap()
}

/// Tries the check on this SQL with the settings of this plan: the exit status, and what came of the check.
fn tried(sql: &str, plan: &str) -> (Option<i32>, Value) {
    let desk = Desk::new();
    desk.write("vhost.toml", plan);
    desk.write("shop.sql", sql);
    let mut command = desk.vhost(&["try", "--json", "--values", "--base", "sandboxes"]);
    command.args(["--on", "shop.sql"]).arg(built());
    let outcome = desk.wait_for(command);
    assert!(outcome.left.is_empty(), "{outcome:#?}");
    let line: Value = serde_json::from_str(&outcome.stdout)
        .unwrap_or_else(|error| panic!("{error}: {outcome:#?}"));
    (outcome.code, line["checks"][0]["outcome"].clone())
}

/// Rule, status and actual value of each finding.
fn findings(outcome: &Value) -> Vec<(&str, &str, &Value)> {
    let findings = outcome["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| {
            let text = |name: &str| finding[name].as_str().unwrap();
            (text("rule"), text("status"), &finding["actual"]["value"])
        })
        .collect()
}

#[test]
fn a_check_in_c_passes_and_fails() {
    let plan = example("vhost.toml");
    let (code, good) = tried(&example("tests/good.sql"), &plan);
    assert_eq!(code, Some(0), "{good}");
    assert_eq!(good["status"], "PASS");
    let (yes, none) = (Value::from(true), Value::from(0));
    let seen = [
        ("has-orders", "PASS", &yes),
        ("total-at-most", "PASS", &none),
    ];
    assert_eq!(findings(&good), seen);

    let (code, bad) = tried(&example("tests/bad.sql"), &plan);
    assert_eq!(code, Some(1), "{bad}");
    assert_eq!(bad["status"], "FAIL");
    let one = Value::from(1);
    let seen = [
        ("has-orders", "PASS", &yes),
        ("total-at-most", "FAIL", &one),
    ];
    assert_eq!(findings(&bad), seen);
}

#[test]
fn a_check_in_c_could_not_look() {
    let (good, plan) = (example("tests/good.sql"), example("vhost.toml"));
    let missing = good.replace("shop.orders", "shop.order");
    let wrong = plan.replace("1000.50", "\"much\"");
    for (sql, plan, told) in [
        (&missing, &plan, "permission denied for schema shop"),
        (&good, &wrong, "settings: most must be a number"),
    ] {
        let (code, outcome) = tried(sql, plan);
        assert_eq!(code, Some(3), "{outcome}");
        assert_eq!(outcome["status"], "COULD-NOT-LOOK", "{outcome}");
        let why = outcome["ended"]["why"].as_str().unwrap();
        assert!(why.contains(told), "{outcome}");
    }
}
