use std::path::Path;

use time::macros::datetime;

use super::*;
use crate::grant::component::Import;
use vhost_dump::digest::Sha256;

const ASKED: &str = r#"manifest = 1
name = "probe"
version = "1.2.3"
summary = "Looks"
interfaces = ["query", "log"]
report = "values"
read = ["app.orders", "app.units(id, mail)", "audit.*"]
artefacts = ["exports", "photos"]
[limits]
memory = "64MiB"
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
        weight: crate::grant::component::Weight::default(),
    }
}

fn decision(read: &[&str], withhold: &[&str]) -> Decision {
    Decision {
        read: read.iter().map(|one| Scope::parse(one).unwrap()).collect(),
        withhold: withhold
            .iter()
            .map(|one| Withhold::parse(one).unwrap())
            .collect(),
        by: "alice".to_owned(),
        at: datetime!(2026-11-23 21:30:00 UTC),
    }
}

fn approved(read: &[&str], withhold: &[&str]) -> Result<Grant, NotApproved> {
    approve(&component(ASKED), None, &decision(read, withhold))
}

fn texts(of: &[impl ToString]) -> Vec<String> {
    of.iter().map(ToString::to_string).collect()
}

#[test]
fn without_a_word_all_that_is_asked_is_granted() {
    let grant = approved(&[], &[]).unwrap();
    assert_eq!(
        texts(&grant.read),
        ["app.orders", "app.units(id, mail)", "audit.*"]
    );
    assert_eq!(grant.report, ReportLevel::Values);
    assert_eq!(grant.artefacts, ["exports", "photos"]);
    assert_eq!(grant.limits.memory, 64 << 20);
    assert_eq!(grant.version.unwrap().to_string(), "1.2.3");
    assert!(grant.withheld.is_empty());
}

#[test]
fn what_is_withheld_is_said_and_the_rest_granted() {
    let withhold = [
        "audit.*",
        "app.units(mail)",
        "report",
        "photos",
        "memory=32MiB",
    ];
    let grant = approved(&[], &withhold).unwrap();
    assert_eq!(texts(&grant.read), ["app.orders", "app.units(id)"]);
    assert_eq!(grant.report, ReportLevel::Counts);
    assert_eq!(grant.artefacts, ["exports"]);
    assert_eq!(grant.limits.memory, 32 << 20);
    assert_eq!(
        texts(&grant.withheld),
        ["app.units(mail)", "audit.*", "report", "memory", "photos"]
    );
}

#[test]
fn naming_what_may_be_read_narrows() {
    let grant = approved(&["app.orders(id)", "audit.log"], &[]).unwrap();
    assert_eq!(texts(&grant.read), ["app.orders(id)", "audit.log"]);
    assert_eq!(
        texts(&grant.withheld),
        ["app.orders", "app.units(id, mail)", "audit.*"]
    );
}

#[test]
fn nothing_is_granted_beyond_what_is_asked() {
    for (read, withhold, says) in [
        (&["app.*"][..], &[][..], "does not ask to read `app.*`"),
        (&["app.units"], &[], "does not ask to read `app.units`"),
        (
            &["app.units(id, name)"],
            &[],
            "does not ask to read `app.units(name)`",
        ),
        (&[], &["app.secret"], "does not ask for `app.secret`"),
        (&[], &["movies"], "does not ask for `movies`"),
        (
            &[],
            &["audit.log"],
            "asks for `audit.*`, of which `audit.log`",
        ),
        (
            &[],
            &["memory=64MiB"],
            "asks for memory = \"64MiB\", which is not above \"64MiB\"",
        ),
        (&[], &["rows=1000000"], "asks for rows = 1000000"),
    ] {
        let error = approved(read, withhold).unwrap_err().to_string();
        assert!(error.contains(says), "{read:?} {withhold:?}: {error}");
        assert_eq!(error.lines().count(), 1);
    }
    let counts = ASKED.replace("\"values\"", "\"counts\"");
    let error = approve(&component(&counts), None, &decision(&[], &["report"])).unwrap_err();
    assert!(error.to_string().contains("does not ask for `report`"));
}

#[test]
fn a_general_check_needs_its_relations_named_and_keeps_them() {
    let general = ASKED.replace(
        r#"["app.orders", "app.units(id, mail)", "audit.*"]"#,
        "\"configured\"",
    );
    let component = component(&general);
    let error = approve(&component, None, &decision(&[], &[])).unwrap_err();
    assert_eq!(error, NotApproved::NeedsRead);
    let grant = approve(&component, None, &decision(&["any.*"], &[])).unwrap();
    assert_eq!(texts(&grant.read), ["any.*"]);
    assert!(grant.withheld.is_empty());
    let again = approve(&component, Some(&grant), &decision(&[], &[])).unwrap();
    assert_eq!(texts(&again.read), ["any.*"]);
    let other = approve(&component, Some(&grant), &decision(&["other.t"], &[])).unwrap();
    assert_eq!(texts(&other.read), ["other.t"]);
    let error = approve(&component, Some(&grant), &decision(&[], &["any.*"])).unwrap_err();
    assert!(matches!(error, NotApproved::WithholdConfigured { .. }));
    // One that cannot ask the database has nothing to be named.
    let blind = super::tests::component(&general.replace("\"query\", ", ""));
    assert!(approve(&blind, None, &decision(&[], &[])).is_ok());
}

#[test]
fn what_was_withheld_stays_withheld_as_far_as_it_is_asked() {
    let withhold = [
        "audit.*",
        "app.units(mail)",
        "report",
        "photos",
        "memory=32MiB",
    ];
    let before = approved(&[], &withhold).unwrap();
    let again = approve(&component(ASKED), Some(&before), &decision(&[], &[])).unwrap();
    assert_eq!(
        (&again.read, &again.withheld),
        (&before.read, &before.withheld)
    );
    assert_eq!(again.limits, before.limits);

    // A wider scope over one that was withheld grants no more than before; a new one is granted.
    let more = ASKED.replace("\"audit.*\"]", "\"audit.*\", \"app.*\", \"new.t\"]");
    let wider = approve(&component(&more), Some(&before), &decision(&[], &[])).unwrap();
    assert_eq!(texts(&wider.read), ["app.orders", "app.units(id)", "new.t"]);
    assert!(texts(&wider.withheld).contains(&"app.*".to_owned()));

    // What is not asked for any more needs no word.
    let less = ASKED
        .replace(", \"audit.*\"]", "]")
        .replace("\"values\"", "\"counts\"")
        .replace(", \"photos\"", "")
        .replace("64MiB", "16MiB");
    let narrower = approve(&component(&less), Some(&before), &decision(&[], &[])).unwrap();
    assert_eq!(texts(&narrower.withheld), ["app.units(mail)"]);
    assert_eq!(narrower.limits.memory, 16 << 20);
}

#[test]
fn what_no_grant_can_allow_is_refused() {
    let mut sockets = component(ASKED);
    sockets.imports.push(Import {
        interface: "wasi:sockets/tcp@0.2.6".to_owned(),
        kind: ImportKind::Never,
    });
    let error = approve(&sockets, None, &decision(&[], &[])).unwrap_err();
    assert!(matches!(error, NotApproved::Never { interface } if interface.contains("sockets")));
    let mut bare = component(ASKED);
    bare.asked = Err(ManifestFault::Absent);
    let error = approve(&bare, None, &decision(&[], &[])).unwrap_err();
    assert!(error.to_string().contains("vhost bundle"));
    let mut other = component(ASKED);
    other.world = None;
    assert_eq!(
        approve(&other, None, &decision(&[], &[])),
        Err(NotApproved::NoChecker)
    );
}

#[test]
fn what_is_withheld_is_read_as_it_is_typed() {
    for text in [
        "audit.*",
        "report",
        "exports",
        "memory=64MiB",
        "rows=1000",
        "time=30s",
    ] {
        assert_eq!(Withhold::parse(text).unwrap().to_string(), text);
    }
    for (text, says) in [
        ("memory", "write `memory=128MiB` or less"),
        ("memory=", "write bytes as"),
        ("memory=lots", "write bytes as"),
        ("rows=-1", "expected"),
        ("time=30", "expected a string"),
        ("rows=0", "at least 1"),
        ("memory='\nrows=1", "write bytes as"),
    ] {
        let error = Withhold::parse(text).unwrap_err();
        assert!(error.contains(says), "{text}: {error}");
        assert_eq!(error.lines().count(), 1);
    }
}
