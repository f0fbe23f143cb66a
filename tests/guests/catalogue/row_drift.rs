//! Numbers of rows against those of the reference.

use std::sync::Arc;

use vhost::check::{CheckOutcome, Machine, run};
use vhost::finding::Status;
use vhost::reference::Reference;
use vhost_dump::digest::Sha256;
use vhost_dump::manifest::{Manifest, Relation};

use super::{settings, told};
use crate::ground::{Ask, facts, job};

fn manifest(rows: &[(&str, u64)]) -> Manifest {
    let relations = rows.iter().map(|(name, rows)| Relation {
        schema: "app".to_owned(),
        name: (*name).to_owned(),
        columns: Vec::new(),
        rows: *rows,
        bytes: 0,
        content_digest: format!("{:032x}", 0).parse().unwrap(),
    });
    Manifest {
        relations: relations.collect(),
        ..Manifest::default()
    }
}

/// Holds a dump with these rows against a reference with those.
async fn hold(dump: &[(&str, u64)], reference: Option<&[(&str, u64)]>, toml: &str) -> CheckOutcome {
    let text = settings(toml);
    let mut ask = Ask::new("row-drift", "", &text);
    ask.report = "values";
    let machine = Arc::new(Machine::start().unwrap());
    let mut job = job(&machine, ask).await;
    let mut facts = facts();
    facts.manifest = Arc::new(manifest(dump));
    facts.reference = reference.map(|rows| {
        Arc::new(Reference {
            manifest: manifest(rows),
            sha256: Sha256::of(b"reference"),
            catalogue: None,
            accepted: None,
        })
    });
    job.facts = Arc::new(facts);
    run(job).await.outcome
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_are_held_against_the_narrowest_tolerance() {
    let reference = [
        ("Odd Name", 0),
        ("gone", 5),
        ("let", 5),
        ("log", 7),
        ("order", 1_000),
        ("unit", 10),
    ];
    let dump = [
        ("Odd Name", 0),
        ("log", 0),
        ("new", 3),
        ("order", 991),
        ("unit", 12),
    ];
    let toml = "[rows]\n'*' = { shrink = '1%', grow = '10%' }\n'app.log' = 'any'\n'app.let' = 'any'\n'app.nowhere' = {}\n";
    let outcome = hold(&dump, Some(&reference), toml).await;
    let expected = [
        "pass row-drift [app.Odd Name] 0 0",
        "FAIL relation-in-dump [app.gone] true false",
        "pass row-drift [app.log] 0 0",
        "FAIL relation-exists [app.nowhere] true false",
        "pass row-drift [app.order] 990 991",
        "FAIL row-drift [app.unit] 11 12",
    ];
    assert_eq!(told(&outcome), expected);

    // Nine rows of a thousand are within a percent, and eleven are not.
    let outcome = hold(
        &[("order", 989)],
        Some(&[("order", 1_000)]),
        "[rows]\n'app.*' = { shrink = '1%' }",
    )
    .await;
    assert_eq!(told(&outcome), ["FAIL row-drift [app.order] 990 989"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_nothing_to_be_held_against_could_not_be_looked_at() {
    let toml = "[rows]\n'app.new' = { shrink = 0 }\n'app.order' = {}";
    let outcome = hold(&[("new", 3), ("order", 1)], Some(&[("order", 1)]), toml).await;
    assert_eq!(outcome.status, Status::CouldNotLook);
    let expected = [
        "BLIND relation-in-reference [app.new] Nothing Nothing",
        "pass row-drift [app.order] 1 1",
    ];
    assert_eq!(told(&outcome), expected);

    let outcome = hold(&[("order", 1)], None, toml).await;
    assert_eq!(outcome.status, Status::CouldNotLook);
    let why = format!("{:?}", outcome.ended);
    assert!(
        why.contains("there is no reference") && why.contains("vhost accept"),
        "{why}"
    );
    for (toml, word) in [
        (
            "[rows]\n'order' = {}",
            "`schema.relation`, `schema.*` or `*`",
        ),
        ("[rows]\n'*' = { shrinks = 1 }", "a tolerance is"),
        ("[rows]\n'*' = { shrink = '10' }", "a tolerance is"),
    ] {
        let why = format!("{:?}", hold(&[], Some(&[]), toml).await.ended);
        assert!(why.contains(word), "{toml}: {why}");
    }
}
