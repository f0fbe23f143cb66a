//! What CI is told of each difference between components and the grants file.

use super::{ASKED, approve, file, grants, json, probe, refused, shown};
use crate::support::{Desk, given};

fn approved() -> Desk {
    let desk = Desk::new();
    probe(&desk, ASKED);
    approve(&desk, &["--withhold", "shop.ledger"]);
    desk
}

const CHECK: [&str; 3] = ["check", "--checks", "probe.wasm"];

#[test]
fn it_passes_on_what_was_approved_alone() {
    let desk = approved();
    let said = shown(&desk, &CHECK);
    assert_eq!(said, "1 check, exactly as vhost.grants.toml grants\n");
    let value = json(&desk, &CHECK);
    assert_eq!(value["matches"], true);
    refused(&desk, &["check", "--checks", "none.wasm"], &["none.wasm"]);
    assert_eq!(grants(&desk, &["check"]).code, Some(2));
    std::fs::remove_file(desk.path("vhost.grants.toml")).unwrap();
    assert_eq!(grants(&desk, &CHECK).code, Some(1));
    assert_eq!(file(&desk), None);
}

/// Every difference has its line, its kind, and an exit status of 1.
#[test]
fn each_difference_fails_on_a_line_of_its_own() {
    let desk = approved();
    let good = file(&desk).unwrap();
    let read = "read = [\"shop.unit\", \"shop.lane(id, lane)\"]";
    let withheld = "withheld = [\"shop.ledger\"]";
    let query = "    \"vhost:check/query@0.1.0\",\n";
    let hands: &[(&str, &str, &[&str])] = &[
        (query, "", &["interface-not-granted"]),
        (
            query,
            "    \"vhost:check/query@0.1.0\",\n    \"vhost:check/evidence@0.1.0\",\n",
            &["interface-not-asked"],
        ),
        ("\"shop.unit\", ", "", &["scope-undecided"]),
        (
            read,
            "read = [\"shop.*\"]",
            &["scope-not-asked", "withheld-and-granted"],
        ),
        ("(id, lane)", "", &["scope-not-asked"]),
        ("(id, lane)", "(id)", &["scope-undecided"]),
        (withheld, "withheld = []", &["scope-undecided"]),
        (
            withheld,
            "withheld = [\"shop.ledger\", \"audit.*\"]",
            &["withheld-not-asked"],
        ),
        (
            withheld,
            "withheld = [\"shop.ledger\", \"report\"]",
            &["withheld-and-granted"],
        ),
        (
            withheld,
            "withheld = [\"shop.ledger\", \"photos\"]",
            &["withheld-not-asked"],
        ),
        (
            withheld,
            "withheld = [\"shop.ledger\"]\nartefacts = [\"photos\"]",
            &["artefact-not-asked"],
        ),
        (
            "report = \"values\"",
            "report = \"counts\"",
            &["report-undecided"],
        ),
        ("\"64MiB\"", "\"65MiB\"", &["limit-not-asked"]),
        ("\"64MiB\"", "\"63MiB\"", &["limit-undecided"]),
        (
            "memory = \"64MiB\"",
            "memory = \"64MiB\"\nrows = 2000000",
            &["limit-not-asked"],
        ),
        ("version = \"1.2.3\"", "version = \"1.2.4\"", &["version"]),
        ("sha256:", "sha256:0000", &[]),
    ];
    for (from, to, kinds) in hands {
        assert!(good.contains(from), "{from}\n{good}");
        let mut changed = good.replace(from, to);
        if from == &"sha256:" {
            let at = changed.find("sha256:0000").unwrap() + 7 + 64;
            changed.replace_range(at..at + 4, "");
        }
        let kinds = if kinds.is_empty() {
            &["component"][..]
        } else {
            kinds
        };
        desk.write("vhost.grants.toml", &changed);
        let outcome = grants(&desk, &CHECK);
        assert_eq!(outcome.code, Some(1), "{to}: {outcome:#?}");
        assert_eq!(
            outcome.stdout.lines().count(),
            kinds.len(),
            "{}",
            outcome.stdout
        );
        for line in outcome.stdout.lines() {
            assert!(line.starts_with("check `probe` "), "{line}");
        }
        let value = json(&desk, &CHECK);
        let told = value["checks"][0]["refusals"].as_array().unwrap().iter();
        let told: Vec<_> = told.map(|one| one["kind"].as_str().unwrap()).collect();
        assert_eq!(told, kinds, "{to}");
        assert_eq!(value["matches"], false);
    }
}

#[test]
fn a_component_that_changed_fails_whatever_it_asks() {
    let desk = approved();
    let kinds = |desk: &Desk| {
        let value = json(desk, &CHECK);
        let change = value["checks"][0]["change"].clone();
        let refusals = value["checks"][0]["refusals"].as_array().unwrap().clone();
        let kinds: Vec<String> = refusals
            .iter()
            .map(|one| one["kind"].as_str().unwrap().to_owned())
            .collect();
        (change, kinds.join(" "))
    };
    // The same asks and another digest read differently from a new scope.
    probe(&desk, &ASKED.replace("Looks at", "Stares at"));
    let (change, differs) = kinds(&desk);
    assert_eq!(
        (change["change"].as_str(), differs.as_str()),
        (Some("same-asks"), "component")
    );
    let text = shown(&desk, &["--checks", "probe.wasm"]);
    assert!(
        text.contains("new digest; the same imports, scopes and limits"),
        "{text}"
    );
    assert!(!text.contains("asks for more"));

    probe(
        &desk,
        &ASKED.replace("\"shop.ledger\"]", "\"shop.ledger\", \"pay.*\"]"),
    );
    let (change, differs) = kinds(&desk);
    assert_eq!(change["change"], "other-asks");
    assert_eq!(change["more"], serde_json::json!(["read pay.*"]));
    assert_eq!(differs, "component scope-undecided");
    let text = shown(&desk, &["--checks", "probe.wasm"]);
    assert!(text.contains("asks for more  read pay.*"), "{text}");

    probe(&desk, &ASKED.replace("\"shop.unit\", ", ""));
    let (change, _) = kinds(&desk);
    assert_eq!(change["less"], serde_json::json!(["read shop.unit"]));
    let text = shown(&desk, &["--checks", "probe.wasm"]);
    assert!(text.contains("asks for less  read shop.unit"), "{text}");

    // One without a manifest asks for nothing that could be relied on.
    std::fs::copy(
        crate::support::without_manifest("teller"),
        desk.path("probe.wasm"),
    )
    .unwrap();
    let (_, differs) = kinds(&desk);
    assert_eq!(differs, "manifest component");
}

/// What review shows is what a drill holds: a grant wider than its check asks for starts nothing.
#[test]
fn a_hand_widened_file_starts_no_drill() {
    let desk = approved();
    let wide = file(&desk)
        .unwrap()
        .replace("\"shop.unit\", ", "\"shop.unit\", \"pay.*\", ");
    desk.write("vhost.grants.toml", wide);
    let dump = given::plain(&desk, "CREATE SCHEMA shop;");
    let mut command = desk.vhost(&["run", "--checks", "probe.wasm", "--dump"]);
    command.arg(dump);
    let outcome = desk.wait_for(command);
    assert_eq!(outcome.code, Some(2), "{outcome:#?}");
    assert!(
        outcome
            .stderr
            .contains("`pay.*`, which it does not ask for"),
        "{}",
        outcome.stderr
    );
    assert!(outcome.run.is_none());
    let text = shown(&desk, &["--checks", "probe.wasm"]);
    assert!(text.contains("its stanza was changed by hand"), "{text}");
    assert!(text.contains("too wide       read pay.*"), "{text}");
}

#[test]
fn a_plan_that_is_named_is_read_and_its_bounds_hold() {
    let desk = Desk::new();
    let exports = ASKED.replace("[limits]", "artefacts = [\"exports\"]\n[limits]");
    probe(&desk, &exports);
    let one = ["approve", "probe.wasm", "--yes", "probe", "--by", "alice"];
    let with = |args: &[&'static str], more: &[&'static str]| [args, more].concat();
    let nope = ["--config", "nope.toml"];
    refused(&desk, &with(&one, &nope), &["nope.toml"]);
    shown(&desk, &one);
    refused(&desk, &with(&CHECK, &nope), &["nope.toml"]);
    refused(&desk, &with(&["revoke", "probe"], &nope), &["nope.toml"]);
    shown(&desk, &CHECK);

    desk.write(
        "vhost.toml",
        "name = \"e2e\"\n[limits]\nmemory = \"32MiB\"\n",
    );
    let outcome = grants(&desk, &CHECK);
    assert_eq!(outcome.code, Some(1), "{outcome:#?}");
    let value = json(&desk, &CHECK);
    let told = value["checks"][0]["refusals"].as_array().unwrap().iter();
    let told: Vec<_> = told.map(|one| one["kind"].as_str().unwrap()).collect();
    assert!(told.contains(&"above-ceiling") && told.contains(&"artefact-nowhere"));
    assert_eq!(outcome.stdout.lines().count(), told.len(), "{told:?}");
    let text = shown(&desk, &["--checks", "probe.wasm"]);
    assert!(text.contains("not approved as it is"), "{text}");
    assert!(
        text.contains("  refused    check `probe` is granted memory = \"64MiB\""),
        "{text}"
    );
    let before = file(&desk);
    let outcome = grants(&desk, &one);
    assert_eq!(outcome.code, Some(2), "{outcome:#?}");
    assert_eq!(file(&desk), before);
    assert!(outcome.stderr.contains("[limits]") && outcome.stderr.contains("[artefacts]"));
}
