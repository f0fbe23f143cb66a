//! `vhost run --record` and `vhost test`: what is kept of an exchange, and what its replay tells.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use serde_json::Value;
use vhost::report::verdict::Verdict;
use vhost_dump::digest::Sha256;

use crate::schema::violation;
use crate::support::{Database, Desk, Grant, Outcome, agree, component, workspace};

/// A cell that the check `teller` reads, asks for again and says.
const CANARY: &str = "canary of a cell";

/// Of two checks: one counts, the other reads a cell and reports it.
const SETTINGS: &str = r#"
[checks.row-matrix]
relations = { "shop.unit" = 3, "shop.lane" = 2, "shop.ledger" = 200, "shop.alias" = 0 }

[checks.teller]
sql = "SELECT status FROM shop.unit WHERE status LIKE 'canary%' OR unit_key = 'A'"
tell = "finding"
"#;

/// A desk whose plan has `teller` read the canary and report it; what lies in the database is synthetic.
fn desk(cell: &str) -> Desk {
    let sql = format!("UPDATE shop.unit SET status = '{cell}' WHERE unit_key = 'A'");
    let mut plan = Database::changed(&sql).plan();
    plan.rest = SETTINGS.to_owned();
    let desk = Desk::with(&plan);
    desk.grants(&[
        Grant::counts(
            "row-matrix",
            &[
                "shop.unit(unit_key)",
                "shop.lane(id)",
                "shop.ledger(id)",
                "shop.alias(alias_id)",
            ],
        ),
        Grant::counts("teller", &["shop.unit"]),
    ]);
    desk
}

fn recorded(desk: &Desk, flags: &[&str]) -> Outcome {
    let mut command = desk.vhost(&["run", "--checks"]);
    command.args([component("row-matrix"), component("teller")]);
    command.args(flags);
    desk.wait_for(command)
}

fn file(outcome: &Outcome, check: &str) -> PathBuf {
    let directory = &outcome.run().directory;
    directory.join(format!("exchange/{check}.json"))
}

/// `vhost test ARGS`, with nothing of Postgres in sight.
fn test(desk: &Desk, args: &[&Path]) -> Output {
    let mut command = desk.vhost(&["test"]);
    command.args(args).env("PATH", "/nonexistent");
    command.output().unwrap()
}

#[track_caller]
fn says(output: &Output, code: i32, words: &[&str]) -> String {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let said = text(&output.stdout) + &text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    for word in words {
        assert!(said.contains(word), "no `{word}` in: {said}");
    }
    said
}

/// Usage: one line, and nothing on standard output.
#[track_caller]
fn refused(output: &Output, words: &[&str]) {
    let said = says(output, 2, words);
    assert!(output.stdout.is_empty(), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn digests_are_kept_by_default_and_no_cell() {
    let desk = desk(CANARY);
    let one = recorded(&desk, &["--record"]);
    agree(&one, Verdict::Pass);
    let run = one.run();
    let schema = workspace().join("host/src/check/exchange/exchange.schema.json");
    let schema: Value = serde_json::from_slice(&std::fs::read(schema).unwrap()).unwrap();
    let listed = run.report_json["evidence"]["recordings"]
        .as_array()
        .unwrap();
    assert_eq!(listed.len(), 2);
    for recording in listed {
        let check = recording["check"].as_str().unwrap();
        let path = file(&one, check);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains("canary"), "{text}");
        let json: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(violation(&schema, &schema, &json, check), None);
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let sha256 = Sha256::of(text.as_bytes()).to_string();
        assert_eq!(recording["digest"]["sha256"], sha256.as_str());
        assert_eq!(recording["level"], "digests");
        assert!(
            run.report_md
                .contains(&format!("exchange/{check}.json (digests, "))
        );
        assert!(run.report_md.contains(&sha256));
    }
    let mut sums = Command::new("sha256sum");
    let sums = sums.args(["--check", "--strict", "SHA256SUMS"]);
    let sums = sums.current_dir(&run.directory).output().unwrap();
    let verified = says(&sums, 0, &["exchange/row-matrix.json: OK"]);
    assert!(verified.contains("exchange/teller.json: OK"), "{verified}");

    // Digests cannot be replayed, and are held against those of another drill.
    let teller = file(&one, "teller");
    let digests = test(&desk, &[&component("teller"), &teller]);
    refused(&digests, &["holds digests", "--record=values --synthetic"]);
    let again = recorded(&desk, &["--record=digests"]);
    let directory = |outcome: &Outcome| outcome.run().directory.clone();
    let against = Path::new("--against");
    let same = test(&desk, &[&directory(&one), against, &directory(&again)]);
    says(&same, 0, &["PASS", "2 passed, 0 failed"]);

    let mut changed: Value = serde_json::from_slice(&std::fs::read(&teller).unwrap()).unwrap();
    changed["calls"][1]["asked"]["sql"] = Value::from("SELECT 1");
    let changed = desk.write("changed.json", changed.to_string());
    let differs = test(&desk, &[&teller, against, &changed]);
    says(
        &differs,
        1,
        &["DIFFERS", "call 2", "SELECT 1", "0 passed, 1 failed"],
    );
}

#[test]
fn values_need_a_word_that_they_are_made_up() {
    let desk = desk(CANARY);
    let outcome = recorded(&desk, &["--record=values"]);
    assert_eq!(outcome.code, Some(2), "{outcome:#?}");
    assert!(outcome.stderr.contains("--synthetic"), "{outcome:#?}");
    assert_eq!(outcome.stderr.lines().count(), 1, "{outcome:#?}");
    assert!(outcome.run.is_none() && desk.partial().is_empty());
    // The word alone says nothing.
    assert_eq!(recorded(&desk, &["--synthetic"]).code, Some(2));
    assert_eq!(recorded(&desk, &["--record=whole"]).code, Some(2));
}

#[test]
fn values_are_replayed_without_a_database() {
    let desk = desk(CANARY);
    let outcome = recorded(&desk, &["--record=values", "--synthetic"]);
    agree(&outcome, Verdict::Pass);
    let recording = file(&outcome, "teller");
    let text = std::fs::read_to_string(&recording).unwrap();
    assert!(text.contains(CANARY), "{text}");
    // The report still obeys the grant.
    assert!(!outcome.run().report_json.to_string().contains(CANARY));
    // The drill and its database are gone; the run's directory is all that is left.
    let teller = component("teller");
    let run = outcome.run().directory.clone();
    let said = says(
        &test(&desk, &[&teller, &run]),
        0,
        &["PASS", "recorded of this component", "1 passed, 0 failed"],
    );
    let millis = said.split(" ms)").next().unwrap();
    let millis: f64 = millis.rsplit(' ').next().unwrap().parse().unwrap();
    assert!(
        Duration::from_secs_f64(millis / 1e3) < Duration::from_millis(500),
        "{said}"
    );
    let matrix = test(&desk, &[&component("row-matrix"), &run]);
    says(&matrix, 0, &["1 passed, 0 failed"]);

    // A component of other bytes that does the same.
    let manifest = std::fs::read_to_string(workspace().join("tests/guests/teller/check.toml"));
    let manifest = manifest.unwrap().replace("0.1.0", "0.1.1");
    let manifest = desk.write("check.toml", manifest);
    let rebuilt = desk.path("teller.wasm");
    let bundled = desk
        .vhost(&["bundle", "--replace", "--manifest"])
        .args([&manifest, Path::new("--output"), &rebuilt, &teller])
        .output()
        .unwrap();
    says(&bundled, 0, &[]);
    let sha256 = |path: &Path| Sha256::of(&std::fs::read(path).unwrap());
    assert_ne!(sha256(&teller), sha256(&rebuilt));
    let recorded_of = format!("recorded of sha256:{}", sha256(&teller));
    let replayed_with = format!("replayed with sha256:{}", sha256(&rebuilt));
    let passes = test(&desk, &[&rebuilt, &recording, &run]);
    says(
        &passes,
        0,
        &[&recorded_of, &replayed_with, "2 passed, 0 failed"],
    );

    // Another check under the same name.
    std::fs::copy(component("row-matrix"), &rebuilt).unwrap();
    let differs = test(&desk, &[&rebuilt, &recording]);
    says(
        &differs,
        1,
        &["DIFFERS", "0 passed, 1 failed", &recorded_of],
    );
    // The same calls, and another outcome.
    let outcome = text.replacen("\"rule\":\"told\"", "\"rule\":\"said\"", 1);
    assert_ne!(outcome, text);
    let outcome = desk.write("outcome.json", outcome);
    says(
        &test(&desk, &[&teller, &recording, &outcome]),
        1,
        &[
            "PASS",
            "DIFFERS",
            "finding 1",
            "\"rule\":\"said\"",
            "1 passed, 1 failed",
        ],
    );
    // The same check, asked for something else by its settings: a call that was not recorded.
    let settings = text.replacen("SELECT status FROM", "SELECT mode FROM", 1);
    let settings = desk.write("settings.json", settings);
    says(
        &test(&desk, &[&teller, &settings]),
        1,
        &[
            "call 2: recorded query/scalar sql `SELECT status FROM",
            "now query/scalar sql `SELECT mode FROM",
        ],
    );
}

#[test]
fn what_is_no_recording_of_the_check_is_one_line() {
    let desk = desk(CANARY);
    let outcome = recorded(&desk, &["--record=values", "--synthetic"]);
    let (teller, recording) = (component("teller"), file(&outcome, "teller"));
    let text = std::fs::read_to_string(&recording).unwrap();
    let matrix = file(&outcome, "row-matrix");
    refused(&test(&desk, &[&teller, &matrix]), &["of check row-matrix"]);
    for (name, damaged, says) in [
        ("cut.json", text[..text.len() - 9].to_owned(), "damaged"),
        ("empty.json", String::new(), "damaged"),
        (
            "later.json",
            text.replacen("exchange/1", "exchange/2", 1),
            "vhost.exchange/2",
        ),
        (
            "call.json",
            text.replacen("query/scalar", "query/other", 1),
            "its call 2",
        ),
    ] {
        let path = desk.write(name, damaged);
        refused(&test(&desk, &[&teller, &path]), &[name, says]);
        std::fs::remove_file(path).unwrap();
    }
    refused(
        &test(&desk, &[&teller, &desk.path("none.json")]),
        &["none.json"],
    );
    std::fs::create_dir(desk.path("nothing")).unwrap();
    let nothing = test(&desk, &[&teller, &desk.path("nothing")]);
    refused(&nothing, &["holds no recording of check teller"]);
    refused(&test(&desk, &[&recording, &recording]), &["teller.json"]);
    let with_artefacts = text.replacen("\"artefacts\":[]", "\"artefacts\":[\"exports\"]", 1);
    let with_artefacts = desk.write("artefacts.json", with_artefacts);
    refused(&test(&desk, &[&teller, &with_artefacts]), &["`exports`"]);
    assert_eq!(test(&desk, &[&teller]).status.code(), Some(2));
}

#[test]
fn a_recording_with_a_secret_is_withheld() {
    // Put together here, so that no scanner of this repository takes a test for a leak.
    let token = format!("{}{}", "ghp_", "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8");
    let desk = desk(&token);
    let outcome = recorded(&desk, &["--record=values", "--synthetic"]);
    agree(&outcome, Verdict::Fail);
    assert_eq!(outcome.gate("no-secrets"), "FAIL");
    assert!(
        outcome.gate_says("no-secrets").contains("recording"),
        "{outcome:#?}"
    );
    assert!(!file(&outcome, "teller").exists());
    assert!(file(&outcome, "row-matrix").exists());
    let listed = &outcome.run().report_json["evidence"]["recordings"];
    assert_eq!(listed.as_array().unwrap().len(), 1);
    // Digests say nothing of it.
    let outcome = recorded(&desk, &["--record"]);
    agree(&outcome, Verdict::Pass);
    assert!(file(&outcome, "teller").exists());
}
