//! What scopes come to on a dump and on a source, and what was granted and never used.

use serde_json::{Value, json};
use vhost::report::verdict::Verdict;

use super::{ASKED, approve, json as shown_json, probe, refused, shown};
use crate::support::dump::{dumped, take};
use crate::support::{Database, Desk, Docker, Plan, agree};

/// Scopes of every kind, for the shop.
fn asking() -> String {
    ASKED.replace(
        r#"["shop.unit", "shop.lane(id, lane)", "shop.ledger"]"#,
        r#"["shop.unit", "shop.lane(id, gone)", "shop.*", "nowhere.*", "shop.absent"]"#,
    )
}

/// The expansions by scope.
fn expansions(value: &Value) -> Vec<(String, Value)> {
    let parts = value["checks"][0]["parts"].as_array().unwrap();
    let reads = parts.iter().filter(|part| part["what"] == "read");
    let pair = |part: &Value| {
        let name = part["name"].as_str().unwrap().to_owned();
        (name, part["expansion"].clone())
    };
    reads.map(pair).collect()
}

#[track_caller]
fn expanded(value: &Value) {
    let table = |name: &str, columns: &[&str], of: usize| json!({"schema": "shop", "name": name, "kind": "table", "columns": columns, "of": of});
    let unit = table("unit", &["unit_key", "mode", "status"], 3);
    let nothing = json!({"relations": [], "missing_columns": []});
    assert_eq!(
        expansions(value),
        [
            (
                "shop.unit".to_owned(),
                json!({"relations": [unit], "missing_columns": []})
            ),
            (
                "shop.lane(id, gone)".to_owned(),
                json!({"relations": [table("lane", &["id"], 4)], "missing_columns": ["gone"]})
            ),
            (
                "shop.*".to_owned(),
                json!({"relations": [
                    table("alias", &["alias_id"], 1),
                    table("bulk", &["n", "filler"], 2),
                    table("lane", &["id", "lane", "first_id", "second_id"], 4),
                    table("ledger", &["id", "amount", "note", "settled"], 4),
                    unit,
                ], "missing_columns": []})
            ),
            ("nowhere.*".to_owned(), nothing.clone()),
            ("shop.absent".to_owned(), nothing),
        ]
    );
}

#[test]
fn scopes_are_expanded_against_a_dump_of_any_format() {
    let desk = Desk::with(&Plan::default());
    probe(&desk, &asking());
    for format in ["plain", "gz", "custom", "directory", "tar"] {
        let dump = take(&desk, dumped(), format, &[]);
        let dump = dump.to_str().unwrap();
        let value = shown_json(&desk, &["--checks", "probe.wasm", "--against", dump]);
        assert_eq!(value["against"], format!("the dump {dump}"));
        expanded(&value);
        assert!(
            desk.left().is_empty() && desk.partial().is_empty(),
            "{format}"
        );
    }
    let dump = desk.path("given.plain");
    let args = [
        "--checks",
        "probe.wasm",
        "--against",
        dump.to_str().unwrap(),
    ];
    let text = shown(&desk, &args);
    for line in [
        "               shop.unit (table) 3 columns: unit_key, mode, status",
        "               shop.lane (table) 1 of 4 columns: id",
        "               shop.lane(id, gone) has no column gone",
        "               5 relations",
        "               matches nothing there",
    ] {
        assert!(text.lines().any(|said| said == line), "{line}\n{text}");
    }
    assert!(
        text.lines()
            .filter(|line| !line.contains('/'))
            .all(|line| line.chars().count() <= 100)
    );
    let not_a_dump = desk.write("not-a-dump", "hello");
    let args = [
        "--checks",
        "probe.wasm",
        "--against",
        not_a_dump.to_str().unwrap(),
    ];
    refused(&desk, &args, &["\"not-a-dump\" is no dump"]);
    refused(
        &desk,
        &["--checks", "probe.wasm", "--against", "none"],
        &["--against", "none"],
    );
}

/// An image's own pg_restore reads an archive as well.
#[test]
fn scopes_are_expanded_against_an_archive_in_an_image() {
    let Some(docker) = Docker::engine() else {
        return;
    };
    let sandbox = docker.sandbox("vhost-postgres:15");
    let desk = Desk::with(&Plan {
        sandbox,
        ..Plan::default()
    });
    probe(&desk, &asking());
    let dump = take(&desk, dumped(), "custom", &[]);
    let args = ["--checks", "probe.wasm", "--against"];
    let value = shown_json(&desk, &[&args[..], &[dump.to_str().unwrap()]].concat());
    expanded(&value);
    assert!(desk.left().is_empty() && desk.partial().is_empty());
}

#[test]
fn scopes_are_expanded_against_a_source() {
    let desk = Desk::with(&dumped().plan());
    probe(&desk, &asking());
    let value = shown_json(&desk, &["--checks", "probe.wasm", "--source"]);
    assert_eq!(value["against"], "the source");
    expanded(&value);
    let without = Desk::new();
    probe(&without, &asking());
    refused(
        &without,
        &["--checks", "probe.wasm", "--source"],
        &["no [source]", "--source CONNINFO"],
    );
}

#[test]
fn what_was_granted_and_never_used_is_told() {
    let database = Database::changed(
        "CREATE VIEW shop.shown AS SELECT unit_key FROM shop.unit; ALTER VIEW shop.shown OWNER TO shop_owner",
    );
    let mut plan = database.plan();
    plan.rest =
        "[checks.probe]\nsql = \"SELECT min(unit_key) FROM shop.shown\"\ntell = \"finding\"\n"
            .to_owned();
    let desk = Desk::with(&plan);
    probe(
        &desk,
        &ASKED.replace("\"shop.ledger\"]", "\"shop.ledger\", \"shop.shown\"]"),
    );
    approve(&desk, &[]);
    let before = shown(&desk, &["--checks", "probe.wasm"]);
    assert!(!before.contains("never used"), "{before}");

    let outcome = desk.drill(&["--checks", "probe.wasm"]);
    agree(&outcome, Verdict::Pass);
    let usage = &outcome.check("probe")["usage"];
    let read = |name: &str, kind: &str, by: &str| json!({"schema": "shop", "name": name, "kind": kind, "by": by});
    // The table under the view is one that the check may read, so that nobody can tell by which of the two it did.
    assert_eq!(
        usage["read"],
        json!([
            read("shown", "view", "grant"),
            read("unit", "table", "grant")
        ])
    );
    assert_eq!(usage["calls"]["settings"], 1);
    assert_eq!(usage["calls"]["log"], 0);
    assert!(usage["calls"]["query"].as_u64().unwrap() > 0);
    let md = &outcome.run().report_md;
    assert!(md.contains("; read shop.shown, shop.unit.\n"), "{md}");

    let run = outcome
        .run()
        .directory
        .file_name()
        .unwrap()
        .to_str()
        .unwrap();
    let value = shown_json(&desk, &["--checks", "probe.wasm"]);
    let check = &value["checks"][0];
    assert_eq!(check["used"]["run"], run);
    let parts = check["parts"].as_array().unwrap();
    let used = |name: &str| {
        let part = parts.iter().find(|part| part["name"] == name).unwrap();
        part["in_use"]["use"].as_str().unwrap().to_owned()
    };
    for (part, told) in [
        ("vhost:check/query@0.1.0", "called"),
        ("vhost:check/log@0.1.0", "never"),
        ("shop.shown", "read"),
        ("shop.unit", "read"),
        ("shop.lane(id, lane)", "never"),
        ("shop.ledger", "never"),
    ] {
        assert_eq!(used(part), told, "{part}");
    }
    let text = shown(&desk, &["--checks", "probe.wasm"]);
    assert!(text.contains(run), "{text}");
    let line = text
        .lines()
        .find(|line| line.contains("shop.ledger"))
        .unwrap();
    assert!(line.ends_with("granted          never used"), "{text}");

    // What another component used says nothing of this one.
    probe(&desk, ASKED);
    let text = shown(&desk, &["--checks", "probe.wasm"]);
    assert!(
        !text.contains("never used") && !text.contains(run),
        "{text}"
    );
}
