//! Reviewing grants: what is shown, what is written, and what CI is told.

mod approve;
mod asked;
mod check;
mod related;
mod withheld;

use std::path::{Path, PathBuf};

use serde_json::Value;
use vhost::grant::asked::Asked;
use vhost::grant::bundle::{Existing, bundle};

use crate::schema::violation;
use crate::support::{Desk, Outcome, without_manifest, workspace};

/// What a probe asks for; each test changes a word of it.
const ASKED: &str = r#"manifest = 1
name = "probe"
version = "1.2.3"
summary = "Looks at what it is told to"
interfaces = ["query", "settings", "log"]
report = "values"
read = ["shop.unit", "shop.lane(id, lane)", "shop.ledger"]
[limits]
memory = "64MiB"
"#;

/// Builds a check of that manifest: `<name>.wasm` on the desk. It is the teller, who asks the database what it is told.
fn probe(desk: &Desk, manifest: &str) -> PathBuf {
    let asked = Asked::parse(Path::new("check.toml"), manifest).unwrap();
    let built = std::fs::read(without_manifest("teller")).unwrap();
    let component = bundle(&asked.name, &built, &asked, Existing::Refuse).unwrap();
    desk.write(&format!("{}.wasm", asked.name), &component.bytes)
}

fn grants(desk: &Desk, args: &[&str]) -> Outcome {
    desk.wait_for(desk.vhost(&[&["grants"], args].concat()))
}

/// The same, which must go well.
#[track_caller]
fn shown(desk: &Desk, args: &[&str]) -> String {
    let outcome = grants(desk, args);
    assert_eq!(outcome.code, Some(0), "{outcome:#?}");
    outcome.stdout
}

/// What it prints for programs, whatever its exit status, held against the documented schema.
#[track_caller]
fn json(desk: &Desk, args: &[&str]) -> Value {
    let outcome = grants(desk, &[args, &["--json"]].concat());
    let value: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let schema = workspace().join("host/src/bin/vhost/grants/grants.schema.json");
    let schema: Value = serde_json::from_slice(&std::fs::read(schema).unwrap()).unwrap();
    assert_eq!(
        violation(&schema, &schema, &value, "grants"),
        None,
        "{value:#}"
    );
    value
}

/// Refused in one line that holds all of this, and the grants file is as it was.
#[track_caller]
fn refused(desk: &Desk, args: &[&str], words: &[&str]) {
    let before = file(desk);
    let outcome = grants(desk, args);
    assert_eq!(outcome.code, Some(2), "{outcome:#?}");
    assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
    for word in words {
        assert!(outcome.stderr.contains(word), "{word}: {}", outcome.stderr);
    }
    assert_eq!(file(desk), before);
}

/// The grants file, where there is one.
fn file(desk: &Desk) -> Option<String> {
    std::fs::read_to_string(desk.path("vhost.grants.toml")).ok()
}

/// Approves the probe as it is asked for, by alice.
fn approve(desk: &Desk, more: &[&str]) {
    let args = ["approve", "probe.wasm", "--yes", "probe", "--by", "alice"];
    shown(desk, &[&args[..], more].concat());
}
