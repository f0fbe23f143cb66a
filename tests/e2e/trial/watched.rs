//! Runs that answer to changes.

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use rustix::process::Signal;
use serde_json::Value;

use super::{SETTINGS, SQL, args, desk};
use crate::support::{Desk, Live, component};

/// Puts another component of the same name in the place of one, as a build does.
fn replace(desk: &Desk, check: &Path, version: &str) {
    let manifest = desk.write(
        "check.toml",
        format!(
            "manifest = 1\nname = \"relation-empty\"\nversion = \"{version}\"\nsummary = \"Another\"\n\
             interfaces = [\"query\", \"settings\"]\nreport = \"counts\"\nread = \"configured\"\n"
        ),
    );
    std::fs::create_dir_all(desk.path("built")).unwrap();
    let built = desk.path("built/relation-empty.wasm");
    let bundled = desk
        .vhost(&["bundle".as_ref(), component("relation-empty").as_os_str()])
        .arg("--manifest")
        .arg(manifest)
        .arg("--output")
        .arg(&built)
        .arg("--replace")
        .output()
        .unwrap();
    assert!(bundled.status.success(), "{bundled:?}");
    std::fs::rename(built, check).unwrap();
}

fn line(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// A component, its settings, and a component that is none: each is answered, and the copy is the same.
#[test]
fn each_change_is_answered_on_the_same_copy() {
    let (desk, check) = desk(SQL);
    let mut live = Live::call(&desk, &args("shop.sql", &["--watch", "--json"]));
    let first = line(&live.until_said("\"run\":1,"));
    assert_eq!(first["checks"][0]["outcome"]["status"], "PASS");
    let made = live.made();

    replace(&desk, &check, "0.2.0");
    let second = line(&live.until_said("\"run\":2,"));
    let sha256 = |run: &Value| run["checks"][0]["outcome"]["component"].to_string();
    assert_ne!(sha256(&first), sha256(&second));
    assert_eq!(second["checks"][0]["outcome"]["status"], "PASS");
    // How long it took is a matter of the machine; that the change came before the run is not.
    let since = second["since_change_millis"].as_u64().unwrap();
    let took = second["millis"].as_u64().unwrap();
    assert!(since >= took, "{second}");
    eprintln!("from the change to the result: {since} ms, of which the run {took} ms");

    std::fs::write(&check, b"\0asm").unwrap();
    live.until_told("run 3: ");
    replace(&desk, &check, "0.3.0");
    live.until_said("\"run\":4,");
    desk.write(
        "settings.toml",
        "relations = [\"shop.alias\", \"shop.gone\"]\n",
    );
    let fifth = line(&live.until_said("\"run\":5,"));
    assert_eq!(fifth["checks"][0]["outcome"]["status"], "FAIL");
    assert_eq!(live.made().directories, made.directories);

    live.signal(Signal::TERM);
    let outcome = live.ended();
    assert_eq!(outcome.code, Some(1), "{outcome:#?}");
    made.assert_gone();
    assert!(outcome.left.is_empty() && desk.partial().is_empty());
}

#[test]
fn a_key_runs_again_and_another_ends() {
    let (desk, _) = desk(SQL);
    let mut child = desk
        .vhost(&args("shop.sql", &["--watch", "--quiet"]))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"\nq\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{stdout}");
    assert!(stdout.contains("run 2: relation-empty PASS"), "{stdout}");
    assert!(desk.left().is_empty() && desk.partial().is_empty());
    assert_eq!(
        std::fs::read_to_string(desk.path("settings.toml")).unwrap(),
        SETTINGS
    );
}
