use std::collections::BTreeMap;
use std::path::Path;

use super::*;
use crate::grant::asked::Asked;
use crate::grant::component::{WORLD, Weight};
use vhost_dump::manifest::Kind;

const ASKED: &str = r#"manifest = 1
name = "probe"
version = "1.2.3"
summary = "Looks"
interfaces = ["query", "log"]
report = "values"
read = ["app.orders", "app.units", "audit.*"]
artefacts = ["exports"]
[limits]
memory = "64MiB"
"#;

const STANZA: &str = r#"version = 1
[[grant]]
check = "probe"
version = "1.2.3"
component = "DIGEST"
imports = ["vhost:check/query@0.1.0", "vhost:check/log@0.1.0"]
report = "counts"
read = ["app.orders", "app.units(id)"]
artefacts = ["exports"]
withheld = ["app.units", "audit.*", "report", "memory"]
approved_by = "alice"
approved_at = "2026-11-23T21:30:00Z"
[grant.limits]
memory = "32MiB"
"#;

fn component(manifest: &str) -> Component {
    let asked = Asked::parse(Path::new("check.toml"), manifest).unwrap();
    let import = |interface: &String| Import {
        interface: interface.clone(),
        kind: ImportKind::Vhost,
    };
    Component {
        name: "probe".to_owned(),
        sha256: Sha256::of(manifest.as_bytes()),
        bytes: manifest.as_bytes().into(),
        world: Some(WORLD.to_owned()),
        imports: asked.interfaces.iter().map(import).collect(),
        asked: Ok(asked),
        weight: Weight::default(),
    }
}

fn grants(stanza: &str) -> Grants {
    let digest = format!("sha256:{}", Sha256::of(ASKED.as_bytes()));
    Grants::parse(Path::new("g"), &stanza.replace("DIGEST", &digest)).unwrap()
}

fn one(manifest: &str, stanza: &str) -> Reviewed {
    let components = [component(manifest)];
    let overview = Overview::of(&components, &grants(stanza), Related::default(), |_| None);
    assert_eq!(overview.matches, overview.differences().is_empty());
    overview.checks.into_iter().next().unwrap()
}

/// `read app.orders granted`, limits without those that are as asked.
fn parts(reviewed: &Reviewed) -> Vec<String> {
    reviewed
        .parts
        .iter()
        .filter(|part| part.what != What::Limit || part.decided != Decided::Granted)
        .map(|part| format!("{:?} {} {:?}", part.what, part.name, part.decided))
        .collect()
}

#[test]
fn what_was_approved_is_shown_part_by_part() {
    let reviewed = one(ASKED, STANZA);
    assert_eq!(reviewed.change, Change::Nothing);
    assert_eq!(
        parts(&reviewed),
        [
            "Interface vhost:check/query@0.1.0 Granted",
            "Interface vhost:check/log@0.1.0 Granted",
            "Report values Withheld",
            "Read app.orders Granted",
            "Read app.units InPart",
            "Read app.units(id) Granted",
            "Read audit.* Withheld",
            "Artefacts exports Granted",
            "Limit memory InPart",
        ]
    );
    let approval = reviewed.approval.unwrap();
    assert_eq!(approval.by.as_deref(), Some("alice"));
    assert_eq!(approval.at.as_deref(), Some("2026-11-23T21:30:00Z"));
}

#[test]
fn a_new_digest_reads_differently_from_a_new_scope() {
    // Built again: other bytes, the same asks.
    let rebuilt = one(&format!("{ASKED}time = \"30s\"\n"), STANZA);
    assert_eq!(rebuilt.change, Change::SameAsks);
    assert_eq!(rebuilt.refusals[0].kind, "component");
    let newer = one(&ASKED.replace("1.2.3", "1.3.0"), STANZA);
    assert_eq!(newer.change, Change::SameAsks);
    let kinds: Vec<_> = newer.refusals.iter().map(|refusal| refusal.kind).collect();
    assert_eq!(kinds, ["component", "version"]);

    let more = ASKED
        .replace("\"audit.*\"]", "\"audit.*\", \"pay.*\"]")
        .replace("\"log\"]", "\"log\", \"evidence\"]")
        .replace("[limits]", "[limits]\nrows = 2000000");
    let Change::OtherAsks { more, less } = one(&more, STANZA).change else {
        panic!("it asks for more");
    };
    assert_eq!(
        more,
        [
            "interface vhost:check/evidence@0.1.0",
            "read pay.*",
            "rows = 2000000 instead of 1000000",
        ]
    );
    assert!(less.is_empty());
    let less = ASKED
        .replace("\"app.orders\", ", "")
        .replace("\"values\"", "\"counts\"");
    let Change::OtherAsks { more, less } = one(&less, STANZA).change else {
        panic!("it asks for less");
    };
    assert!(more.is_empty());
    assert_eq!(less, ["read app.orders", "withheld report"]);
}

#[test]
fn a_stanza_that_somebody_widened_is_told() {
    let wide = STANZA.replace("\"app.orders\", ", "\"app.orders\", \"pay.cards\", ");
    let reviewed = one(ASKED, &wide);
    let wider = vec!["read pay.cards".to_owned()];
    let undecided = Vec::new();
    assert_eq!(reviewed.change, Change::Edited { undecided, wider });
    assert!(parts(&reviewed).contains(&"Read pay.cards NotAsked".to_owned()));
    let forgotten = STANZA.replace("\"audit.*\", ", "");
    let reviewed = one(ASKED, &forgotten);
    assert!(parts(&reviewed).contains(&"Read audit.* Undecided".to_owned()));
    let renamed = one(ASKED, &STANZA.replace("\"1.2.3\"", "\"1.2.4\""));
    assert!(matches!(renamed.change, Change::Edited { .. }));
}

#[test]
fn what_has_no_counterpart_is_told() {
    let none = Grants { grants: Vec::new() };
    let new = [component(ASKED)];
    let overview = Overview::of(&new, &none, Related::default(), |_| None);
    assert_eq!(overview.checks[0].change, Change::NotApproved);
    assert!(
        overview.checks[0]
            .parts
            .iter()
            .all(|part| part.decided == Decided::Undecided)
    );
    let overview = Overview::of(&[], &grants(STANZA), Related::default(), |_| None);
    assert!(!overview.matches);
    assert_eq!(overview.without_component[0].check, "probe");
    assert!(overview.differences()[0].contains("vhost grants revoke probe"));
    let twice = [component(ASKED), component(ASKED)];
    let overview = Overview::of(&twice, &grants(STANZA), Related::default(), |_| None);
    assert_eq!(overview.checks[0].refusals[0].kind, "same-name");
}

#[test]
fn what_a_run_used_and_what_is_there_is_related() {
    let listed = |schema: &str, name: &str| Listed {
        schema: schema.to_owned(),
        name: name.to_owned(),
        kind: Kind::Table,
        columns: Some(vec!["id".to_owned()]),
    };
    let there = [listed("app", "orders"), listed("audit", "log")];
    let related = Related {
        listed: Some(&there),
        bounds: None,
    };
    let used = Used {
        run: "20261123T181700Z-4f9a2c".to_owned(),
        calls: BTreeMap::from([("query".to_owned(), 2)]),
        read: Some(vec![("app".to_owned(), "orders".to_owned())]),
    };
    let components = [component(ASKED)];
    let overview = Overview::of(&components, &grants(STANZA), related, |_| {
        Some(used.clone())
    });
    let told: Vec<String> = overview.checks[0]
        .parts
        .iter()
        .filter(|part| part.what == What::Interface || part.what == What::Read)
        .map(|part| {
            let there = part.expansion.as_ref().map(|there| there.relations.len());
            format!("{} {:?} {there:?}", part.name, part.in_use)
        })
        .collect();
    assert_eq!(
        told,
        [
            "vhost:check/query@0.1.0 Some(Called { times: 2 }) None",
            "vhost:check/log@0.1.0 Some(Never) None",
            "app.orders Some(Read) Some(1)",
            "app.units Some(Never) Some(0)",
            "app.units(id) Some(Never) Some(0)",
            "audit.* None Some(1)",
        ]
    );
}
