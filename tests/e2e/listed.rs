//! What `vhost checks` lists of a directory, and the settings that a component's own schema lets a plan give.

use serde_json::Value;
use vhost_dump::digest::Sha256;

use crate::support::{Desk, Outcome, without_manifest};

const MANIFEST: &str = r#"manifest = 1
name = "babbler"
version = "1.2.3"
summary = "Says more than it may"
interfaces = ["settings", "log"]
report = "values"
read = ["app.orders(id)"]
settings = "settings.schema.json"
"#;

const SCHEMA: &str = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "properties": {
    "lines": {"type": "integer", "description": "How much it says"},
    "relations": {"type": "array", "items": {"type": "string"}, "description": "Of what it speaks"}
  },
  "required": ["relations"],
  "additionalProperties": false
}"#;

fn vhost(desk: &Desk, args: &[&str]) -> Outcome {
    desk.wait_for(desk.vhost(args))
}

/// A desk with the babbler's parts, not bundled yet.
fn parts() -> Desk {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("checks")).unwrap();
    std::fs::copy(without_manifest("babbler"), desk.path("built.wasm")).unwrap();
    desk.write("check.toml", MANIFEST);
    desk.write("settings.schema.json", SCHEMA);
    desk
}

const BUNDLE: [&str; 4] = ["bundle", "built.wasm", "-o", "checks/babbler.wasm"];

fn bundled() -> Desk {
    let desk = parts();
    let outcome = vhost(&desk, &BUNDLE);
    assert_eq!(outcome.code, Some(0), "{outcome:#?}");
    desk
}

#[test]
fn a_directory_of_checks_is_listed_with_what_each_may_be_set_to() {
    let desk = bundled();
    desk.write("checks/broken.wasm", "no WebAssembly");
    std::fs::copy(without_manifest("reader"), desk.path("checks/reader.wasm")).unwrap();
    let outcome = vhost(&desk, &["checks", "checks"]);
    assert_eq!(outcome.code, Some(0), "{outcome:#?}");
    for line in [
        "babbler 1.2.3: Says more than it may",
        "  asks for   settings, log; reads app.orders(id); reports values",
        "  settings   lines (integer): How much it says",
        "             relations (array, required): Of what it speaks",
        "broken: no check: checks/broken.wasm is not WebAssembly",
        "reader: refused: the component carries no manifest",
    ] {
        let stands = outcome.stdout.lines().any(|said| said.starts_with(line));
        assert!(stands, "{line}: {}", outcome.stdout);
    }
    let one = vhost(&desk, &["checks", "checks/babbler.wasm"]).stdout;
    assert!(
        one.starts_with("babbler 1.2.3") && !one.contains("broken"),
        "{one}"
    );

    let outcome = vhost(&desk, &["checks", "--json", "checks"]);
    assert_eq!(outcome.code, Some(0), "{outcome:#?}");
    let listed: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(
        listed[0]["manifest"]["settings"]["required"][0],
        "relations"
    );
    assert!(
        listed[1]["error"]
            .as_str()
            .unwrap()
            .contains("not WebAssembly")
    );
    assert!(listed[2]["fault"].as_str().unwrap().contains("no manifest"));
}

#[test]
fn a_directory_without_checks_is_told_in_one_line() {
    let desk = parts();
    for (arguments, says) in [
        (&["checks", "checks"][..], "checks holds no .wasm file"),
        (
            &["checks", "nowhere"],
            "cannot list nowhere: name a component or a directory of them",
        ),
    ] {
        let outcome = vhost(&desk, arguments);
        assert_eq!(outcome.code, Some(2), "{outcome:#?}");
        let said = outcome.stdout + &outcome.stderr;
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.contains(says), "{said}");
    }
}

/// One sentence that says where, and nothing is written.
#[test]
fn a_schema_that_is_none_is_refused_when_it_is_bundled() {
    for (manifest, schema, says) in [
        (
            MANIFEST.to_owned(),
            "{",
            "settings.schema.json: no schema for a check's settings: it is no JSON",
        ),
        (
            MANIFEST.to_owned(),
            r#"{"type": "string"}"#,
            r#"write `"type": "object"`"#,
        ),
        (
            MANIFEST.replace("settings.schema.json", "other.json"),
            SCHEMA,
            "other.json: the schema of the check's settings cannot be read",
        ),
        (
            MANIFEST.replace("settings.schema.json", "../s.json"),
            SCHEMA,
            "check.toml:8: `../s.json` is no file beside this one",
        ),
    ] {
        let desk = parts();
        desk.write("check.toml", manifest);
        desk.write("settings.schema.json", schema);
        let outcome = vhost(&desk, &BUNDLE);
        assert_eq!(outcome.code, Some(2), "{outcome:#?}");
        assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
        assert!(outcome.stderr.contains(says), "{says}: {}", outcome.stderr);
        assert!(!desk.path("checks/babbler.wasm").exists());
    }
}

/// The same schema in another spelling gives the same bytes: the grant pins them.
#[test]
fn how_a_schema_is_laid_out_does_not_change_the_component() {
    let digest =
        |desk: &Desk| Sha256::of(&std::fs::read(desk.path("checks/babbler.wasm")).unwrap());
    let desk = bundled();
    let first = digest(&desk);
    let value: Value = serde_json::from_str(SCHEMA).unwrap();
    desk.write("settings.schema.json", value.to_string());
    assert_eq!(vhost(&desk, &BUNDLE).code, Some(0));
    assert_eq!(digest(&desk), first);
}

/// Before anything starts, and every reason at once.
#[test]
fn settings_that_no_key_reads_are_refused_before_the_drill() {
    let desk = bundled();
    let outcome = vhost(
        &desk,
        &[
            "grants",
            "approve",
            "checks/babbler.wasm",
            "--yes",
            "babbler",
        ],
    );
    assert_eq!(outcome.code, Some(0), "{outcome:#?}");
    desk.write("dump.sql", "");
    desk.write(
        "vhost.toml",
        "name = \"settings\"\n[checks.babbler]\nline = 3\n",
    );
    let run = [
        "run",
        "--config",
        "vhost.toml",
        "--dump",
        "dump.sql",
        "--checks",
        "checks",
    ];
    let outcome = vhost(&desk, &run);
    assert_eq!(outcome.code, Some(2), "{outcome:#?}");
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    assert_eq!(
        lines,
        [
            "vhost: the plan's [checks.babbler]: `line` is no key of its settings: write one of lines, relations, or take it out",
            "vhost: the plan's [checks.babbler]: `relations` is missing: Of what it speaks",
        ]
    );
}
