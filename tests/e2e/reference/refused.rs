//! What cannot be accepted or relied on is refused in one line, and nothing is lost.

use std::path::Path;

use super::{accept, accepting, drill, orders};
use crate::support::{Desk, Outcome, Plan};

/// One line, exit status 2, no run.
fn refused(outcome: &Outcome, names: &[&str]) {
    assert_eq!(outcome.code, Some(2), "{outcome:#?}");
    assert_eq!(outcome.stdout, "");
    assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
    for name in names {
        assert!(outcome.stderr.contains(name), "{name}: {}", outcome.stderr);
    }
    assert!(outcome.run.is_none() && outcome.left.is_empty());
}

fn ledger(desk: &Desk) -> String {
    std::fs::read_to_string(desk.runs().join("accepted.jsonl")).unwrap_or_default()
}

#[test]
fn runs_that_nobody_should_accept() {
    let desk = Desk::with(&Plan::default());
    refused(
        &accept(&desk, Path::new("runs/none"), "a", "b"),
        &["cannot find runs/none"],
    );
    std::fs::create_dir_all(desk.path("runs/empty")).unwrap();
    refused(
        &accept(&desk, Path::new("runs/empty"), "a", "b"),
        &["SHA256SUMS", "name the directory of a published run"],
    );
    // Nobody said that no check is to run.
    let dump = crate::support::dump::take(&desk, &orders(""), "plain", &[]);
    let inconclusive = desk.drill(&["--dump", dump.to_str().unwrap()]);
    let run = &inconclusive.run().directory;
    refused(
        &accept(&desk, run, "a", "b"),
        &["its verdict is INCONCLUSIVE"],
    );
    // A relation of the dump whose rows do not restore.
    std::fs::write(
        &dump,
        std::fs::read_to_string(&dump)
            .unwrap()
            .replacen("7\tcode 7\t", "6\tcode 7\t", 1),
    )
    .unwrap();
    let failed = desk.drill(&["--no-checks", "--dump", dump.to_str().unwrap()]);
    let run = &failed.run().directory;
    refused(
        &accept(&desk, run, "a", "b"),
        &[
            "more than the gate `drift` failed",
            "gate restore-log is FAIL",
        ],
    );
    assert_eq!(ledger(&desk), "");
}

#[test]
fn words_that_nobody_could_read_later() {
    let desk = accepting("");
    let before = ledger(&desk);
    let run = desk.published().pop_first().unwrap();
    for (by, why, flag) in [
        ("", "b", "--by"),
        ("a\nb", "b", "--by"),
        ("a", " ", "--why"),
        ("a", "b\u{202e}", "--why"),
    ] {
        refused(&accept(&desk, &run, by, why), &[flag]);
    }
    let moved = desk.runs().join("latest");
    std::fs::rename(&run, &moved).unwrap();
    refused(
        &accept(&desk, &moved, "a", "b"),
        &["its directory is called otherwise"],
    );
    assert_eq!(ledger(&desk), before);
}

#[test]
fn a_manifest_that_was_tampered_with() {
    let desk = accepting("");
    let before = ledger(&desk);
    let run = desk.published().pop_first().unwrap();
    let manifest = run.join("manifest.json");
    let good = std::fs::read_to_string(&manifest).unwrap();
    let orders = orders("");
    for text in [
        good.replacen("40000", "39996", 1),
        String::new(),
        good.clone() + " ",
    ] {
        std::fs::write(&manifest, text).unwrap();
        let outcome = drill(&desk, &orders, &[]);
        refused(
            &outcome,
            &["is not the manifest that alice accepted", "--reference"],
        );
        refused(
            &accept(&desk, &run, "a", "b"),
            &["manifest.json is not the file that was sealed"],
        );
        let named = drill(&desk, &orders, &["--reference", run.to_str().unwrap()]);
        refused(&named, &["manifest.json is not the file that was sealed"]);
    }
    std::fs::remove_file(&manifest).unwrap();
    refused(
        &drill(&desk, &orders, &[]),
        &["has no manifest.json any more", "accept another run"],
    );
    assert_eq!(ledger(&desk), before);
    std::fs::write(&manifest, good).unwrap();
    assert_eq!(drill(&desk, &orders, &[]).code, Some(0));
}

#[test]
fn an_acceptance_that_was_damaged() {
    let desk = accepting("");
    let file = desk.runs().join("accepted.jsonl");
    let run = desk.published().pop_first().unwrap();
    let good = ledger(&desk);
    let orders = orders("");
    for (text, line) in [
        (good.replacen("\"by\"", "\"bye\"", 1), 1),
        (format!("{good}{good}{{\"plan\": \"e2e\""), 3),
        (format!("{good}\n{good}"), 2),
    ] {
        std::fs::write(&file, &text).unwrap();
        let place = format!("accepted.jsonl:{line}:");
        refused(&drill(&desk, &orders, &[]), &[&place]);
        refused(&accept(&desk, &run, "bob", "again"), &[&place]);
        assert_eq!(ledger(&desk), text);
    }
}

#[test]
fn references_and_plans_that_say_nothing() {
    let desk = Desk::with(&Plan::default());
    let orders = orders("");
    let file = |name: &str, text: &str| desk.write(name, text).to_str().unwrap().to_owned();
    refused(
        &drill(&desk, &orders, &["--reference", "none.json"]),
        &["none.json"],
    );
    let other = file("other.json", "{\"schema\": \"vhost.manifest/9\"}");
    refused(
        &drill(&desk, &orders, &["--reference", &other]),
        &["other.json", "vhost.manifest/9"],
    );
    let text = file("text.json", "rows");
    refused(
        &drill(&desk, &orders, &["--reference", &text]),
        &["text.json", "is not a manifest"],
    );
    for (rest, names) in [
        (
            "[reference.rows]\norders = \"any\"\n",
            ["vhost.toml:", "`schema.relation`"],
        ),
        (
            "[reference.rows]\n\"a.b\" = \"some\"\n",
            ["vhost.toml:", "is no tolerance"],
        ),
        (
            "[reference]\nallow = [\"comment\"]\n",
            ["vhost.toml", "in capitals"],
        ),
        (
            "[freshness]\n\"a.b\" = \"24h\"\n",
            ["vhost.toml:", "`schema.relation.column`"],
        ),
        (
            "[freshness]\n\"a.b.c\" = \"24\"\n",
            ["vhost.toml:", "\"24h\""],
        ),
    ] {
        desk.plan(&Plan {
            rest: rest.to_owned(),
            ..Plan::default()
        });
        refused(&drill(&desk, &orders, &[]), &names);
    }
}
