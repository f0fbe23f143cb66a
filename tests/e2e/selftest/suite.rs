//! The suite that the binary carries.

use std::collections::BTreeSet;
use std::process::Output;

use serde_json::Value;
use vhost::selftest::Wall;

use crate::support::{Desk, Engine, on_each_engine};

on_each_engine!(every_wall_holds);

/// In this process's environment, so that no guest may find it.
const CANARY: &str = "canary-of-the-environment-4f2a";

fn selftest(desk: &Desk, engine: &Engine, args: &[&str]) -> Output {
    let base = desk.sandboxes();
    let base = base.to_str().unwrap();
    let mut all = vec!["selftest", "--quiet", "--base", base];
    all.extend(args);
    match engine {
        Engine::Local => {}
        Engine::Docker(docker) => all.extend([
            "--engine",
            "docker",
            "--image",
            "vhost-postgres:15",
            "--docker-host",
            &docker.host,
        ]),
    }
    desk.vhost(&all)
        .env("VHOST_TEST_CANARY", CANARY)
        .output()
        .unwrap()
}

fn every_wall_holds(engine: &Engine) {
    let desk = Desk::new();
    let output = selftest(&desk, engine, &["--json"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let stdout = String::from_utf8(output.stdout).unwrap();
    let outcome: Value =
        serde_json::from_str(&stdout).unwrap_or_else(|_| panic!("{stdout}{stderr}"));
    assert_eq!(outcome["schema"], "vhost.selftest/1");
    let rows = outcome["rows"].as_array().unwrap();
    let other: Vec<_> = rows.iter().filter(|row| row["came"] != "held").collect();
    assert!(other.is_empty(), "{other:#?}");
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(rows.len() > 180, "{} rows", rows.len());
    let tried: BTreeSet<_> = rows
        .iter()
        .map(|row| row["wall"].as_str().unwrap())
        .collect();
    assert_eq!(tried, BTreeSet::from(Wall::ALL.map(Wall::name)));
    assert!(!stdout.contains(CANARY) && !stdout.contains('\u{1b}'));
    assert!(desk.left().is_empty(), "{:?}", desk.left());
}

#[test]
fn one_wall_or_one_attack_can_be_asked_for() {
    let desk = Desk::new();
    let output = selftest(&desk, &Engine::Local, &["--only", "dblink", "--verbose"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("held       acting        1 of 1"), "{text}");
    assert!(
        text.contains("held: denied: permission denied for function dblink"),
        "{text}"
    );
    assert!(text.ends_with("were not, 0 could not be tried\n"), "{text}");
    assert!(desk.left().is_empty(), "{:?}", desk.left());

    let output = selftest(&desk, &Engine::Local, &["--only", "nonsense"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("no wall and no attack is named `nonsense`") && said.contains("query-only"),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(desk.left().is_empty(), "{:?}", desk.left());
}

/// Where the review refuses every attack, honest checks alone run, and their drill passes as it should.
#[test]
fn what_runs_beside_no_attack_is_no_breach() {
    let desk = Desk::new();
    for (only, held) in [
        ("approval", "held       approval"),
        ("cache", "held       cache"),
        ("swapped-bytes", "swapped-bytes                held:"),
        ("apart", "held       apart"),
    ] {
        let output = selftest(&desk, &Engine::Local, &["--only", only, "--verbose"]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{only}: {text}");
        assert!(text.contains(held), "{only}: {text}");
        assert_eq!(
            text.contains("the drill's verdict is"),
            only == "apart",
            "{only}: {text}"
        );
        assert!(
            text.ends_with(", 0 were not, 0 could not be tried\n"),
            "{only}: {text}"
        );
    }
    assert!(desk.left().is_empty(), "{:?}", desk.left());
}

#[test]
fn what_could_not_be_tried_is_no_success() {
    let desk = Desk::new();
    let output = selftest(
        &desk,
        &Engine::Local,
        &["--only", "time", "--bin-dir", "/nonexistent"],
    );
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("not tried  time"), "{text}");
    assert!(
        !text.contains("BREACHED") && !text.contains("\nheld"),
        "{text}"
    );
    assert!(desk.left().is_empty(), "{:?}", desk.left());
}
