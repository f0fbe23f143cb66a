//! The grant that a check would need, as it is shown.

use std::process::Command;

use super::{ROW, SQL, as_json, desk, tried};
use crate::support::{Desk, Outcome};

/// Calls a printed command as somebody would who copies it.
fn typed(desk: &Desk, command: &str) -> Outcome {
    let vhost = std::path::Path::new(env!("CARGO_BIN_EXE_vhost"));
    let path = std::env::join_paths([
        vhost.parent().unwrap(),
        "/usr/bin".as_ref(),
        "/bin".as_ref(),
    ]);
    let mut shell = Command::new("sh");
    shell
        .args(["-c", command])
        .current_dir(desk.path("."))
        .env_clear()
        .env("PATH", path.unwrap());
    desk.wait_for(shell)
}

/// Columns are named that the statements demand, and no others: counting rows demands any one.
#[test]
fn the_printed_command_and_the_printed_stanza_are_accepted_as_they_are() {
    let (desk, _) = desk(SQL);
    let (code, check) = as_json(&desk, "shop.sql", &[]);
    assert_eq!(code, Some(0));
    let needed = &check["needed"];
    assert_eq!(needed["read"], serde_json::json!(["shop.alias(alias_id)"]));
    let command = needed["approve"].as_str().unwrap();
    let shown = tried(&desk, "shop.sql", &[]);
    assert!(shown.stdout.contains(command), "{}", shown.stdout);
    let approved = typed(&desk, command);
    assert_eq!(approved.code, Some(0), "{command}: {approved:#?}");
    let held = ["grants", "check", "--checks", "relation-empty.wasm"];
    assert_eq!(desk.wait_for(desk.vhost(&held)).code, Some(0));
    let granted = ["--grants", "vhost.grants.toml"];
    let (code, check) = as_json(&desk, "shop.sql", &granted);
    assert_eq!((code, &check["under"]), (Some(0), &"grant".into()));

    let stanza = needed["stanza"].as_str().unwrap();
    desk.write("vhost.grants.toml", format!("version = 1\n\n{stanza}"));
    let held = desk.wait_for(desk.vhost(&held));
    assert_eq!(held.code, Some(0), "{stanza}: {held:#?}");
}

/// A name that a shell would take apart.
#[test]
fn a_name_of_any_letters_is_quoted() {
    let (desk, _) = desk(&SQL.replace("shop.alias", "shop.\"It's $HOME\""));
    desk.write("settings.toml", "relations = [\"shop.It's $HOME\"]\n");
    let (code, check) = as_json(&desk, "shop.sql", &[]);
    assert_eq!(code, Some(0), "{check}");
    let approved = typed(&desk, check["needed"]["approve"].as_str().unwrap());
    assert_eq!(approved.code, Some(0), "{approved:#?}");
    let (code, _) = as_json(&desk, "shop.sql", &["--grants", "vhost.grants.toml"]);
    assert_eq!(code, Some(0));
}

/// Under a grant that is too narrow the check cannot look, and what it lacks is shown.
#[test]
fn what_a_grant_lacks_is_told() {
    let (desk, _) = desk(SQL);
    let narrow = "vhost grants approve relation-empty.wasm --yes relation-empty --read shop.other";
    assert_eq!(typed(&desk, narrow).code, Some(0));
    let (code, check) = as_json(&desk, "shop.sql", &["--grants", "vhost.grants.toml"]);
    assert_eq!(code, Some(3), "{check}");
    let failed = check["statements"][0]["failed"].as_str().unwrap();
    assert!(
        failed.starts_with("denied") || failed.contains("42501"),
        "{failed}"
    );
    let needed = &check["needed"]["read"];
    assert_eq!(needed, &serde_json::json!(["shop.alias(alias_id)"]));
    let none = tried(&desk, "shop.sql", &["--grants", "settings.toml"]);
    assert_eq!(none.code, Some(2), "{none:#?}");
}

/// A recording of rows that somebody made up holds them; one of a dump holds digests.
#[test]
fn a_recording_is_written() {
    let (desk, _) = desk(&format!("{SQL}{ROW}"));
    let outcome = tried(&desk, "shop.sql", &["--record", "exchange.json"]);
    assert_eq!(outcome.code, Some(1), "{outcome:#?}");
    let recorded = std::fs::read_to_string(desk.path("exchange.json")).unwrap();
    let recorded: serde_json::Value = serde_json::from_str(&recorded).unwrap();
    assert_eq!(recorded["recorded"]["level"], "values");
    let dump = crate::support::given::plain(&desk, SQL);
    tried(
        &desk,
        dump.to_str().unwrap(),
        &["--record", "exchange.json"],
    );
    let recorded = std::fs::read_to_string(desk.path("exchange.json")).unwrap();
    let recorded: serde_json::Value = serde_json::from_str(&recorded).unwrap();
    assert_eq!(recorded["recorded"]["level"], "digests");
}
