//! What approving and revoking write.

use std::os::unix::fs::PermissionsExt as _;

use vhost_dump::digest::Sha256;

use super::{ASKED, approve, file, grants, json, probe, refused, shown};
use crate::support::Desk;

/// The file with its moment replaced, which must be one of this minute's.
fn timeless(desk: &Desk) -> String {
    let text = file(desk).unwrap();
    let key = "approved_at = \"";
    let at = text.find(key).unwrap() + key.len();
    let moment = &text[at..at + text[at..].find('"').unwrap()];
    let format = &time::format_description::well_known::Rfc3339;
    let age =
        time::OffsetDateTime::now_utc() - time::OffsetDateTime::parse(moment, format).unwrap();
    assert!((-1..600).contains(&age.whole_seconds()), "{moment}");
    assert_eq!(moment.len(), "2026-11-23T21:30:00Z".len(), "{moment}");
    text.replace(moment, "NOW")
}

#[test]
fn a_yes_writes_exactly_this_file() {
    let desk = Desk::new();
    let component = probe(&desk, ASKED);
    let said = shown(
        &desk,
        &["approve", "probe.wasm", "--yes", "probe", "--by", "alice"],
    );
    assert_eq!(said, "approved probe by alice in vhost.grants.toml\n");
    let digest = Sha256::of(&std::fs::read(component).unwrap());
    let whole = format!(
        r#"# What each check may do. Written by `vhost grants approve`; a diff of this file is a security review.
version = 1

# probe 1.2.3: Looks at what it is told to
[[grant]]
check = "probe"
version = "1.2.3"
component = "sha256:{digest}"
imports = [
    "vhost:check/query@0.1.0",
    "vhost:check/settings@0.1.0",
    "vhost:check/log@0.1.0",
]
report = "values"
read = [
    "shop.unit",
    "shop.lane(id, lane)",
    "shop.ledger",
]
approved_by = "alice"
approved_at = "NOW"

[grant.limits]
memory = "64MiB"
"#
    );
    assert_eq!(timeless(&desk), whole);
    let left: Vec<_> = std::fs::read_dir(desk.path("")).unwrap().collect();
    assert_eq!(left.len(), 3, "{left:?}");

    let withheld = [
        "--withhold",
        "shop.ledger",
        "--withhold",
        "shop.lane(lane)",
        "--withhold",
        "report",
        "--withhold",
        "memory=32MiB",
    ];
    approve(&desk, &withheld);
    let narrower = whole
        .replace("\"values\"", "\"counts\"")
        .replace("    \"shop.lane(id, lane)\",\n    \"shop.ledger\",\n", "    \"shop.lane(id)\",\n")
        .replace(
            "approved_by",
            "withheld = [\n    \"shop.lane(lane)\",\n    \"shop.ledger\",\n    \"report\",\n    \"memory\",\n]\napproved_by",
        )
        .replace("64MiB", "32MiB");
    // Where a key came later, it stands behind the older ones.
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&timeless(&desk)), sorted(&narrower));
    assert_eq!(
        grants(&desk, &["check", "--checks", "probe.wasm"]).code,
        Some(0)
    );
    // What was withheld stays so; the plain word of a re-approval widens nothing.
    let before = timeless(&desk);
    approve(&desk, &[]);
    assert_eq!(timeless(&desk), before);
}

#[test]
fn what_the_operator_wrote_stays_and_stanzas_are_sorted() {
    let desk = Desk::new();
    probe(&desk, ASKED);
    probe(&desk, &ASKED.replace("\"probe\"", "\"another\""));
    let text = "# Ours, see the wiki.\nversion = 1\n";
    let path = desk.write("ours.toml", text);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o664)).unwrap();
    let args = [
        "approve",
        "probe.wasm",
        "another.wasm",
        "--grants",
        "ours.toml",
    ];
    let yes = ["--yes", "probe", "--yes", "another", "--by", "bob"];
    shown(&desk, &[&args[..], &yes].concat());
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(
        written.starts_with("# Ours, see the wiki.\nversion = 1\n\n# another 1.2.3: "),
        "{written}"
    );
    assert!(written.find("check = \"another\"") < written.find("check = \"probe\""));
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o664);

    let commented = written.replace("\"shop.unit\",", "\"shop.unit\", # asked for by Carol");
    std::fs::write(&path, &commented).unwrap();
    let again = [
        "approve",
        "probe.wasm",
        "--yes",
        "probe",
        "--grants",
        "ours.toml",
        "--by",
        "dave",
    ];
    shown(&desk, &again);
    let written = std::fs::read_to_string(&path).unwrap();
    assert_eq!(
        written.matches("# asked for by Carol").count(),
        2,
        "{written}"
    );
    assert_eq!(written.matches("approved_by = \"dave\"").count(), 1);
    assert_eq!(written.matches("approved_by = \"bob\"").count(), 1);
}

#[test]
fn who_approves_is_this_user_where_nobody_says() {
    let desk = Desk::new();
    probe(&desk, ASKED);
    let mut command = desk.vhost(&["grants", "approve", "probe.wasm", "--yes", "probe"]);
    // Anybody can set these, so they do not say who it is.
    command.env("USER", "mallory").env("LOGNAME", "mallory");
    let outcome = desk.wait_for(command);
    assert_eq!(outcome.code, Some(0), "{outcome:#?}");
    let me = std::process::Command::new("id")
        .arg("-un")
        .output()
        .unwrap();
    let me = String::from_utf8(me.stdout).unwrap();
    let line = format!("approved_by = \"{}\"", me.trim());
    assert!(file(&desk).unwrap().contains(&line), "{line}");
}

#[test]
fn nothing_is_approved_that_nobody_said_yes_to() {
    let desk = Desk::new();
    probe(&desk, ASKED);
    probe(&desk, &ASKED.replace("\"probe\"", "\"another\""));
    let both = ["approve", "probe.wasm", "another.wasm", "--by", "alice"];
    let approve = |more: &[&'static str]| [&both[..], more].concat();
    refused(
        &desk,
        &both,
        &["no terminal", "probe, another", "--yes CHECK"],
    );
    refused(&desk, &approve(&["--yes", "probe"]), &["about another"]);
    refused(
        &desk,
        &approve(&["--yes", "prob"]),
        &["--yes prob", "no component"],
    );
    let one = ["approve", "probe.wasm", "--yes", "probe", "--by", "alice"];
    let with = |more: &[&'static str]| [&one[..], more].concat();
    for (args, words) in [
        (
            approve(&["--yes", "probe", "--yes", "another", "--read", "shop.unit"]),
            &["one check"][..],
        ),
        (
            with(&["--read", "shop.*"]),
            &["probe", "does not ask to read `shop.*`"],
        ),
        (
            with(&["--withhold", "shop.secret"]),
            &["does not ask for `shop.secret`"],
        ),
        (
            with(&["--withhold", "shop.unit(mode)"]),
            &["`shop.unit(mode)` cannot be taken alone", "--read"],
        ),
        (with(&["--withhold", "memory=1GiB"]), &["not above"]),
    ] {
        refused(&desk, &args, words);
    }
    let two_lines = ["approve", "probe.wasm", "--yes", "probe", "--by", "a\nb"];
    refused(&desk, &two_lines, &["--by", "one line"]);
    assert_eq!(file(&desk), None);
    // clap says these, in its own shape.
    for wrong in ["shop", "\"", "Shop.unit"] {
        assert_eq!(
            grants(&desk, &with(&["--read", wrong])).code,
            Some(2),
            "{wrong}"
        );
    }
    assert_eq!(
        grants(&desk, &with(&["--withhold", "memory"])).code,
        Some(2)
    );
    desk.write("vhost.grants.toml", "version = 1\n[[grant]]\ncheck = 1\n");
    refused(&desk, &one, &["vhost.grants.toml:3: "]);
}

#[test]
fn a_general_check_is_told_what_it_may_read() {
    let desk = Desk::new();
    let general = ASKED.replace(
        r#"["shop.unit", "shop.lane(id, lane)", "shop.ledger"]"#,
        "\"configured\"",
    );
    probe(&desk, &general);
    let one = ["approve", "probe.wasm", "--yes", "probe", "--by", "alice"];
    refused(&desk, &one, &["check `probe`", "--read"]);
    shown(
        &desk,
        &[
            &one[..],
            &["--read", "shop.unit(mode)", "--read", "shop.lane"],
        ]
        .concat(),
    );
    let read = "read = [\"shop.unit(mode)\", \"shop.lane\"]\n";
    assert!(file(&desk).unwrap().contains(read));
    probe(&desk, &general.replace("1.2.3", "1.2.4"));
    shown(&desk, &one);
    let kept = file(&desk).unwrap();
    assert!(
        kept.contains(read) && kept.contains("version = \"1.2.4\""),
        "{kept}"
    );
}

#[test]
fn revoking_takes_out_what_is_named_or_nothing() {
    let desk = Desk::new();
    refused(
        &desk,
        &["revoke", "probe"],
        &["vhost.grants.toml", "no grants file"],
    );
    probe(&desk, ASKED);
    approve(&desk, &[]);
    let one = file(&desk).unwrap();
    probe(&desk, &ASKED.replace("\"probe\"", "\"another\""));
    shown(
        &desk,
        &[
            "approve",
            "another.wasm",
            "--yes",
            "another",
            "--by",
            "alice",
        ],
    );
    refused(
        &desk,
        &["revoke", "probe", "prob"],
        &["grants nothing to prob"],
    );
    let said = shown(&desk, &["revoke", "another"]);
    assert_eq!(said, "revoked another in vhost.grants.toml\n");
    assert_eq!(file(&desk).unwrap(), one);
    let outcome = grants(&desk, &["check", "--checks", "another.wasm"]);
    assert_eq!(outcome.code, Some(1));
    let value = json(&desk, &["check", "--checks", "another.wasm"]);
    assert_eq!(value["checks"][0]["change"]["change"], "not-approved");
    assert_eq!(value["without_component"][0]["check"], "probe");
}

#[test]
fn what_is_said_twice_is_refused_or_done_once() {
    let desk = Desk::new();
    probe(&desk, ASKED);
    let one = ["approve", "probe.wasm", "--yes", "probe", "--by", "alice"];
    let with = |more: &[&'static str]| [&one[..], more].concat();
    let limits = ["--withhold", "memory=1MiB", "--withhold", "memory=2MiB"];
    refused(&desk, &with(&limits), &["memory=1MiB", "memory=2MiB"]);
    let read = ["--read", "shop.unit", "--read", "shop.unit"];
    refused(&desk, &with(&read), &["--read shop.unit"]);
    for by in ["a  b", "a\u{202e}b", "a\u{3164}b"] {
        let args = ["approve", "probe.wasm", "--yes", "probe", "--by", by];
        refused(&desk, &args, &["--by", "one line"]);
    }
    shown(&desk, &one);
    let twice = ["check", "--checks", "probe.wasm", "probe.wasm"];
    let outcome = grants(&desk, &twice);
    assert_eq!(outcome.code, Some(1));
    assert_eq!(outcome.stdout.lines().count(), 1, "{}", outcome.stdout);
    let said = shown(&desk, &["revoke", "probe", "probe"]);
    assert_eq!(said, "revoked probe in vhost.grants.toml\n");
}

#[test]
fn what_is_written_is_written_though_nobody_listens() {
    let desk = Desk::new();
    probe(&desk, ASKED);
    let approve = [
        "grants",
        "approve",
        "probe.wasm",
        "--yes",
        "probe",
        "--by",
        "alice",
    ];
    let revoke = ["grants", "revoke", "probe"];
    for (args, there) in [(&approve[..], true), (&revoke, false)] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
        let mut command = desk.vhost(args);
        command.stdout(full.unwrap());
        assert_eq!(command.status().unwrap().code(), Some(0), "{args:?}");
        assert_eq!(file(&desk).unwrap().contains("[[grant]]"), there);
    }
}

#[test]
fn a_grants_file_that_is_none_is_refused_unopened() {
    let desk = Desk::new();
    probe(&desk, ASKED);
    let one = ["approve", "probe.wasm", "--yes", "probe", "--by", "alice"];
    let with = |path: &'static str| [&one[..], &["--grants", path]].concat();
    let words = ["/dev/zero", "not a regular file"];
    refused(&desk, &with("/dev/zero"), &words);
    std::os::unix::fs::symlink("gone.toml", desk.path("link.toml")).unwrap();
    refused(&desk, &with("link.toml"), &["link.toml", "leads nowhere"]);
    assert!(desk.path("link.toml").is_symlink() && !desk.path("gone.toml").exists());
}
