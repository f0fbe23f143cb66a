//! What is refused before anything starts: one line, exit status 2.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use vhost_dump::digest::Sha256;

use crate::support::{Database, Desk, GRANTS, Grant, Plan, component};

/// A plan that would drill a source, if that were reached: nothing listens there.
fn plan() -> Plan {
    Plan {
        source: Some(
            "conninfo = \"host=127.0.0.1 port=1 user=reader dbname=shop\"\npassword_file = \"password\""
                .to_owned(),
        ),
        ..Plan::default()
    }
}

/// Refused in one line that holds all of this, and nothing was made.
fn refused(desk: &Desk, command: Command, names: &[&str]) -> String {
    let outcome = desk.wait_for(command);
    assert_eq!(outcome.code, Some(2), "{outcome:#?}");
    assert_eq!(outcome.stdout, "");
    assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
    assert!(outcome.stderr.starts_with("vhost: "), "{}", outcome.stderr);
    for name in names {
        assert!(
            outcome.stderr.contains(name),
            "{name} is not in: {}",
            outcome.stderr
        );
    }
    assert!(outcome.run.is_none() && !desk.runs().exists() && outcome.left.is_empty());
    outcome.stderr
}

fn run(desk: &Desk, args: &[&str]) -> Command {
    desk.vhost(&[&["run"], args].concat())
}

/// A desk whose plan is this text.
fn planned(text: &str) -> Desk {
    let desk = Desk::with(&plan());
    desk.write("vhost.toml", text);
    desk
}

#[test]
fn a_plan_with_an_unknown_key() {
    let desk = planned("name = \"x\"\n\n[sandbox]\nengin = \"local\"\n");
    let names = [
        "vhost.toml:4:1",
        "unknown field `engin`",
        "expected one of",
        "`engine`",
    ];
    refused(&desk, run(&desk, &["--no-checks"]), &names);
}

#[test]
fn a_plan_with_an_unknown_table() {
    let desk = planned("name = \"x\"\n[sorce]\nservice = \"s\"\n");
    refused(
        &desk,
        run(&desk, &["--no-checks"]),
        &["vhost.toml:2:", "`sorce`", "`source`"],
    );
}

#[test]
fn a_plan_with_a_wrong_type() {
    let desk = planned("name = \"x\"\n[dump]\nkeep = \"yes\"\n");
    refused(
        &desk,
        run(&desk, &["--no-checks"]),
        &["vhost.toml:3:", "a boolean"],
    );
}

#[test]
fn a_plan_that_is_no_toml() {
    let desk = planned("name = \"x\n");
    refused(&desk, run(&desk, &["--no-checks"]), &["vhost.toml:1:"]);
}

#[test]
fn a_plan_that_is_not_there() {
    let desk = Desk::new();
    let names = ["no/such.toml", "No such file"];
    refused(
        &desk,
        run(&desk, &["--no-checks", "--config", "no/such.toml"]),
        &names,
    );
    refused(
        &desk,
        run(&desk, &["--no-checks"]),
        &["vhost.toml", "--config"],
    );
}

#[test]
fn a_plan_without_a_source() {
    let desk = planned("name = \"x\"\n");
    refused(&desk, run(&desk, &["--no-checks"]), &["[source]", "--dump"]);
}

/// The password itself is not repeated, wherever somebody wrote it.
#[test]
fn a_password_in_the_plan() {
    let hunter = "hunter2-and-more";
    for source in [
        format!("service = \"s\"\npassword = \"{hunter}\""),
        format!("conninfo = \"host=h user=u password={hunter}\""),
        format!("conninfo = \"postgres://u:{hunter}@h/d\""),
    ] {
        let desk = planned(&format!("name = \"x\"\n[source]\n{source}\n"));
        let said = refused(&desk, run(&desk, &["--no-checks"]), &["password", "file"]);
        assert!(!said.contains(hunter), "{said}");
    }
    let desk = Desk::with(&plan());
    let flag = format!("host=h user=u password={hunter}");
    let said = refused(
        &desk,
        run(&desk, &["--no-checks", "--source", &flag]),
        &["`password`"],
    );
    assert!(!said.contains(hunter), "{said}");
}

#[test]
fn a_password_file_that_others_can_read() {
    let desk = Desk::with(&plan());
    let loose = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(desk.path("password"), loose).unwrap();
    refused(
        &desk,
        run(&desk, &["--no-checks"]),
        &["password", "mode 0644", "chmod 0600"],
    );
}

#[test]
fn a_password_file_that_is_not_there() {
    let desk = Desk::with(&plan());
    std::fs::remove_file(desk.path("password")).unwrap();
    refused(
        &desk,
        run(&desk, &["--no-checks"]),
        &["password", "No such file"],
    );
}

#[test]
fn a_dump_that_is_not_there() {
    let desk = Desk::with(&plan());
    let args = ["--no-checks", "--dump", "absent.sql"];
    refused(&desk, run(&desk, &args), &["absent.sql", "No such file"]);
}

#[test]
fn an_environment_variable_that_is_not_set() {
    let mut plan = plan();
    plan.source = Some("conninfo = \"host=h user=u\"\npassword_env = \"DRILL_PW\"".to_owned());
    let desk = Desk::with(&plan);
    refused(
        &desk,
        run(&desk, &["--no-checks"]),
        &["password_env", "DRILL_PW", "not set"],
    );
}

#[test]
fn grants_that_are_not_there() {
    let desk = Desk::with(&plan());
    let mut command = run(&desk, &["--checks"]);
    command.arg(component("row-matrix"));
    refused(&desk, command, &["vhost.grants.toml", "write one"]);
}

#[test]
fn grants_with_an_unknown_key() {
    let desk = Desk::with(&plan());
    desk.grants(&GRANTS);
    let path = desk.path("vhost.grants.toml");
    let text = std::fs::read_to_string(&path)
        .unwrap()
        .replacen("report =", "raport =", 1);
    std::fs::write(&path, text).unwrap();
    let mut command = run(&desk, &["--checks"]);
    command.arg(component("row-matrix"));
    refused(
        &desk,
        command,
        &["vhost.grants.toml:6:", "`raport`", "`report`"],
    );
}

#[test]
fn a_component_that_is_not_the_granted_one() {
    let desk = Desk::with(&plan());
    desk.grants(&GRANTS);
    let reviewed = std::fs::read(component("row-matrix")).unwrap();
    // The granted check with one more section, a custom one named `x`: it says and asks the same.
    let other = [&reviewed[..], b"\0\x02\x01x"].concat();
    let [granted, given] = [&reviewed, &other].map(|bytes| Sha256::of(bytes).to_string());
    let impostor = desk.path("row-matrix.wasm");
    std::fs::write(&impostor, other).unwrap();
    let mut command = run(&desk, &["--checks"]);
    command.arg(&impostor);
    refused(&desk, command, &["`row-matrix`", &given, &granted]);
}

#[test]
fn a_check_that_is_not_granted() {
    let desk = Desk::with(&plan());
    desk.grants(&[Grant::counts("row-matrix", &["shop.unit"])]);
    let mut command = run(&desk, &["--checks"]);
    command.args([component("row-matrix"), component("row-exact")]);
    refused(
        &desk,
        command,
        &["`row-exact` is not granted", "vhost grants approve"],
    );
}

#[test]
fn what_is_no_component() {
    let desk = Desk::with(&plan());
    desk.grants(&GRANTS);
    desk.write("text.wasm", "not WebAssembly");
    desk.write("core.wasm", b"\0asm\x01\0\0\0");
    let remedy = "--target wasm32-wasip2";
    refused(
        &desk,
        run(&desk, &["--checks", "text.wasm"]),
        &["text.wasm", remedy],
    );
    refused(
        &desk,
        run(&desk, &["--checks", "core.wasm"]),
        &["core.wasm", "core module", remedy],
    );
    refused(
        &desk,
        run(&desk, &["--checks", "absent.wasm"]),
        &["absent.wasm"],
    );
    std::fs::create_dir(desk.path("empty")).unwrap();
    refused(
        &desk,
        run(&desk, &["--checks", "empty"]),
        &["empty", "no .wasm file"],
    );
}

#[test]
fn a_name_that_is_no_name() {
    let desk = Desk::with(&plan());
    for name in ["../elsewhere", "", "a b", &"x".repeat(64)] {
        let args = ["--no-checks", "--sandbox-name", name];
        refused(
            &desk,
            run(&desk, &args),
            &["--sandbox-name", "is not an exact name"],
        );
    }
}

#[test]
fn a_directory_of_runs_that_cannot_be_made() {
    let desk = Desk::with(&plan());
    desk.write("file", "");
    let args = ["--no-checks", "--runs", "file/runs"];
    refused(&desk, run(&desk, &args), &["file/runs", "Not a directory"]);
}

#[test]
fn a_directory_of_runs_where_nothing_can_be_made() {
    let desk = Desk::with(&plan());
    let args = ["--no-checks", "--runs", "/proc/vhost-runs"];
    refused(&desk, run(&desk, &args), &["/proc/vhost-runs"]);
}

#[test]
fn a_manifest_that_is_none() {
    let desk = Desk::with(&plan());
    let dump = desk.write("x.sql", "");
    let given = [
        "--no-checks",
        "--dump",
        dump.to_str().unwrap(),
        "--dump-manifest",
    ];
    let with = |manifest: &str| run(&desk, &[&given[..], &[manifest]].concat());
    let missing = [
        "--dump-manifest",
        "manifest.json",
        "give the manifest.json of a run",
    ];
    refused(&desk, with("manifest.json"), &missing);
    desk.write("notes.json", "[]");
    refused(&desk, with("notes.json"), &["notes.json is not a manifest"]);
    desk.write("other.json", "{\"schema\": \"vhost.manifest/9\"}");
    refused(
        &desk,
        with("other.json"),
        &["`vhost.manifest/9`", "take the manifest anew"],
    );
}

/// clap's own words, on more than one line.
#[test]
fn flags_that_do_not_go_together() {
    let desk = Desk::with(&Database::new().plan());
    for args in [
        &["--no-checks", "--checks", "x.wasm"][..],
        &["--dump", "x", "--source", "host=h"],
        &["--dump-sha256", &"0".repeat(64)],
        &["--dump", "x", "--dump-sha256", "abc"],
        &["--dump-size", "1"],
        &["--dump", "x", "--dump-size", "1MB"],
        &["--dump-manifest", "manifest.json"],
        &["--engine", "podman"],
        &["--no-such-flag"],
    ] {
        let outcome = desk.drill(args);
        assert_eq!(outcome.code, Some(2), "{outcome:#?}");
        assert_eq!(outcome.stdout, "");
        assert!(outcome.stderr.starts_with("error: "), "{}", outcome.stderr);
        assert!(!desk.runs().exists());
    }
}

/// `UPDATE_EXPECT=1` writes the files anew.
#[test]
fn the_help_is_as_it_was() {
    let desk = Desk::new();
    let help = |args: &[&str]| {
        let mut command = desk.vhost(args);
        command.env("COLUMNS", "100");
        let outcome = desk.wait_for(command);
        assert_eq!(outcome.code, Some(0), "{outcome:#?}");
        outcome.stdout
    };
    expect_test::expect_file!["../snapshots/help.txt"].assert_eq(&help(&["--help"]));
    expect_test::expect_file!["../snapshots/run-help.txt"].assert_eq(&help(&["run", "--help"]));
}
