//! A manifest that was taken with its dump, held against a restore elsewhere and later.

use vhost::report::verdict::Verdict;

use super::{drifted, orders};
use crate::support::{Database, Desk, Outcome, Plan, agree, dump};

/// `vhost diff A B` and its exit status.
fn diff(desk: &Desk, args: &[&str]) -> Outcome {
    desk.wait_for(desk.vhost(&[&["diff"], args].concat()))
}

#[test]
fn the_manifest_of_a_fresh_dump_answers_the_same_elsewhere() {
    let here = Desk::with(&Database::new().plan());
    let outcome = here.drill(&["--no-checks"]);
    agree(&outcome, Verdict::Pass);
    let there = Desk::with(&Plan::default());
    for name in ["manifest.json", "dump.sql"] {
        std::fs::copy(outcome.run().directory.join(name), there.path(name)).unwrap();
    }
    let held = [
        "--no-checks",
        "--dump",
        "dump.sql",
        "--reference",
        "manifest.json",
    ];
    let later = there.drill(&held);
    assert_eq!(drifted(&later), [""; 0]);
    agree(&later, Verdict::Pass);
    assert_eq!(later.gate("drift"), "PASS");
    let run = later.run().directory.to_str().unwrap().to_owned();
    assert_eq!(diff(&there, &["manifest.json", &run]).code, Some(0));

    // Four bytes of one row, as a disk loses them: nothing of the dump's form says so.
    let dump = std::fs::read_to_string(there.path("dump.sql")).unwrap();
    let flipped = dump.replacen("entry 7\t", "entrx 7\t", 1);
    assert_ne!(dump, flipped);
    there.write("dump.sql", flipped);
    there.plan(&Plan {
        rest: "[reference.rows]\n\"*\" = \"exact\"\n".to_owned(),
        ..Plan::default()
    });
    let later = there.drill(&held);
    assert_eq!(drifted(&later), ["rows-equal TABLE DATA shop.ledger"]);
    agree(&later, Verdict::Fail);
}

/// Plain and custom form of one database are one manifest.
#[test]
fn another_form_of_the_same_dump_has_not_drifted() {
    let desk = Desk::with(&Plan {
        rest: "[reference.rows]\n\"*\" = \"exact\"\n".to_owned(),
        ..Plan::default()
    });
    let database = orders("");
    let plain = dump::take(&desk, &database, "plain", &[]);
    let first = desk.drill(&["--no-checks", "--dump", plain.to_str().unwrap()]);
    agree(&first, Verdict::Pass);
    super::accepts(&desk, &first.run().directory);
    for format in ["custom", "directory", "tar"] {
        let other = dump::take(&desk, &database, format, &[]);
        let outcome = desk.drill(&["--no-checks", "--dump", other.to_str().unwrap()]);
        assert_eq!(drifted(&outcome), [""; 0], "{format}");
        agree(&outcome, Verdict::Pass);
    }
}

/// Owners that one side does not have cannot be compared, which is not the same as equal.
#[test]
fn a_dump_without_owners_is_not_the_same() {
    let desk = Desk::with(&Plan::default());
    let database = orders("");
    let runs = [&[][..], &["--no-owner"]].map(|more| {
        let dump = dump::take(&desk, &database, "plain", more);
        let outcome = desk.drill(&["--no-checks", "--dump", dump.to_str().unwrap()]);
        outcome.run().directory.to_str().unwrap().to_owned()
    });
    let text = diff(&desk, &[&runs[0], &runs[1]]);
    assert_eq!(text.code, Some(1), "{text:#?}");
    assert!(
        text.stdout.contains("not written alike (--no-owner)"),
        "{text:#?}"
    );
    let json = diff(&desk, &["--json", &runs[0], &runs[1]]);
    assert_eq!(json.code, Some(1));
    let value: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(value["written_otherwise"], "--no-owner");
    assert_eq!(value["differences"], serde_json::json!([]));
}

#[test]
fn two_manifests_are_shown_side_by_side() {
    let desk = Desk::with(&Plan::default());
    let changes = "DELETE FROM shop.orders WHERE id % 10000 = 7;
        DROP POLICY mine ON shop.orders;
        CREATE TABLE shop.added (id int);
        ALTER TABLE shop.ledger ALTER note SET DEFAULT 'x'";
    let runs: Vec<String> = ["", changes]
        .iter()
        .map(|change| {
            let outcome = super::drill(&desk, &orders(change), &[]);
            outcome.run().directory.to_str().unwrap().to_owned()
        })
        .collect();
    let (one, other) = (runs[0].as_str(), runs[1].as_str());
    let same = diff(&desk, &[one, one]);
    assert_eq!(same.code, Some(0), "{same:#?}");
    assert!(
        same.stdout.ends_with("\nnothing differs\n"),
        "{}",
        same.stdout
    );

    let text = diff(&desk, &[one, &format!("{other}/manifest.json")]);
    assert_eq!(text.code, Some(1), "{text:#?}");
    for line in [
        "\nmissing: in A alone (",
        "\n  POLICY shop.orders mine\n",
        "\nunexpected: in B alone (",
        "\n  TABLE shop.added\n",
        "\n  TABLE shop.ledger: definition\n",
        "\n  TABLE DATA shop.orders: rows 40000 → 39996 (−4)\n",
    ] {
        assert!(text.stdout.contains(line), "{line}: {}", text.stdout);
    }
    assert!(!text.stdout.contains("shop.alias"), "{}", text.stdout);

    let json = diff(&desk, &["--json", one, other]);
    assert_eq!(json.code, Some(1));
    let value: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    let schema = include_str!("../../../host/src/bin/vhost/diff/diff.schema.json");
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
    assert_eq!(
        crate::schema::violation(&schema, &schema, &value, "diff"),
        None
    );
    let rows = value["differences"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["kind"] == "TABLE DATA" && one["name"] == "orders");
    let change = serde_json::json!({"change": "rows-differ", "expected": 40_000, "actual": 39_996});
    assert_eq!(rows.unwrap()["change"], change);

    for args in [&[one][..], &[one, "none.json"], &[one, "vhost.toml"]] {
        let usage = diff(&desk, args);
        assert_eq!(usage.code, Some(2), "{usage:#?}");
        assert_eq!(usage.stdout, "");
    }
}
