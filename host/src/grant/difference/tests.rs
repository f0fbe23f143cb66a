use std::path::Path;

use super::*;
use crate::grant::Grants;

fn asked(read: &str, more: &str) -> Asked {
    let text = format!(
        "manifest = 1\nname = \"a\"\nversion = \"0.1.0\"\nsummary = \"s\"\ninterfaces = [\"query\", \"log\"]\nread = {read}\n{more}"
    );
    Asked::parse(Path::new("check.toml"), &text).unwrap()
}

fn grant(more: &str) -> Grant {
    let text = format!(
        "version = 1\n[[grant]]\ncheck = \"a\"\ncomponent = \"sha256:{}\"\nimports = [\"vhost:check/query@0.1.0\", \"vhost:check/log@0.1.0\"]\n{more}",
        Sha256::of(b"a")
    );
    let grants = Grants::parse(Path::new("grants"), &text).unwrap();
    grants.grants.into_iter().next().unwrap()
}

fn differences(asked: &Asked, grant: &Grant) -> Vec<String> {
    let found = difference(Sha256::of(b"a"), asked, grant);
    found.iter().map(Difference::to_string).collect()
}

/// Each difference's text starts with these words, in this order.
#[track_caller]
fn differ(asked: &Asked, more: &str, words: &[&str]) {
    let found = differences(asked, &grant(more));
    assert_eq!(found.len(), words.len(), "{more}: {found:#?}");
    for (said, words) in found.iter().zip(words) {
        assert!(said.starts_with(words), "{more}: {said}");
        assert_eq!(said.lines().count(), 1);
    }
}

#[test]
fn scopes_are_granted_or_withheld_each_part_of_them() {
    let asks = asked(r#"["app.orders(id, mail)", "audit.*"]"#, "");
    differ(&asks, r#"read = ["app.orders(id, mail)", "audit.*"]"#, &[]);
    differ(
        &asks,
        "read = [\"app.orders(id)\", \"audit.log\"]\nwithheld = [\"app.orders(mail)\", \"audit.*\"]",
        &[],
    );
    // What is withheld may name the whole of which a part is granted.
    differ(
        &asks,
        "read = [\"app.orders(id)\"]\nwithheld = [\"app.orders(id, mail)\", \"audit.*\"]",
        &[],
    );
    differ(
        &asks,
        r#"read = ["app.orders(id)"]"#,
        &[
            "asks to read `app.orders(mail)`, which is neither",
            "asks to read `audit.*`, which is neither",
        ],
    );
    differ(
        &asks,
        "read = [\"app.orders\", \"audit.*\", \"app.units(id)\", \"app.orders(id, mail, note)\"]",
        &[
            "is granted to read `app.orders`, which it does not ask for",
            "is granted to read `app.units(id)`",
            "is granted to read `app.orders(note)`",
        ],
    );
    differ(
        &asks,
        "read = [\"app.orders(id, mail)\", \"audit.*\"]\nwithheld = [\"app.orders(mail)\", \"audit.log\", \"app.units\"]",
        &[
            "has `app.orders(mail)` both granted and withheld",
            "has `audit.log` both granted and withheld",
            "has `app.units` withheld, which it does not ask for",
        ],
    );
    // Together the two granted scopes open all that is withheld.
    differ(
        &asked(r#"["app.orders"]"#, ""),
        "read = [\"app.orders(id)\", \"app.orders(mail)\"]\nwithheld = [\"app.orders\", \"app.orders(id, mail)\"]",
        &["has `app.orders(id, mail)` both"],
    );
    differ(
        &asked(r#"["app.orders(id, mail, note)"]"#, ""),
        "read = [\"app.orders(id, mail)\"]\nwithheld = [\"app.orders(mail, note)\"]",
        &["has `app.orders(mail, note)` both"],
    );
}

#[test]
fn a_general_check_may_be_granted_any_scopes() {
    let general = asked("\"configured\"", "");
    differ(&general, "", &[]);
    differ(&general, r#"read = ["app.*", "audit.log(at)"]"#, &[]);
    differ(
        &general,
        r#"withheld = ["app.*"]"#,
        &["has `app.*` withheld, which it does not ask for"],
    );
}

#[test]
fn the_report_level_is_as_asked_or_withheld() {
    let values = asked("[]", "report = \"values\"\n");
    let counts = asked("[]", "");
    differ(&values, "report = \"values\"", &[]);
    differ(&values, "withheld = [\"report\"]", &[]);
    differ(
        &values,
        "",
        &["asks for report = \"values\", which is neither"],
    );
    differ(
        &values,
        "report = \"values\"\nwithheld = [\"report\"]",
        &["has `report` both"],
    );
    differ(
        &counts,
        "report = \"values\"",
        &["is granted report = \"values\""],
    );
    differ(
        &counts,
        "withheld = [\"report\"]",
        &["has `report` withheld, which it does not"],
    );
}

#[test]
fn artefacts_are_granted_or_withheld() {
    let asks = asked("[]", "artefacts = [\"exports\", \"photos\"]\n");
    differ(
        &asks,
        "artefacts = [\"exports\"]\nwithheld = [\"photos\"]",
        &[],
    );
    differ(
        &asks,
        "artefacts = [\"exports\", \"mail\"]\nwithheld = [\"exports\", \"keys\"]",
        &[
            "has `exports` both",
            "asks for the artefacts `photos`, which are neither",
            "is granted the artefacts `mail`",
            "has `keys` withheld, which it does not",
        ],
    );
}

#[test]
fn limits_are_at_most_what_is_asked() {
    let asks = asked("[]", "[limits]\nmemory = \"64MiB\"\nrows = 5000000\n");
    let lower = "[grant.limits]\nmemory = \"64MiB\"\n";
    differ(&asks, &format!("{lower}rows = 5000000"), &[]);
    differ(&asks, &format!("withheld = [\"rows\"]\n{lower}"), &[]);
    differ(
        &asks,
        "withheld = [\"memory\"]\n[grant.limits]\nmemory = \"64MiB\"\ntime = \"1m\"",
        &[
            "has `memory` both granted and withheld",
            "is granted time = \"1m\" and asks for \"30s\" only: write time = \"30s\" in [grant.limits]",
            "asks for rows = 5000000 and is granted 1000000: write rows = 5000000 in [grant.limits], or add \"rows\"",
        ],
    );
    // A grant that says nothing grants the default, and this check asks for less.
    differ(
        &asks,
        "withheld = [\"rows\"]",
        &["is granted memory = \"128MiB\" and asks for \"64MiB\" only"],
    );
}

#[test]
fn component_version_and_interfaces_are_those_approved() {
    let asks = asked("[]", "");
    differ(&asks, "version = \"0.1.0\"", &[]);
    differ(
        &asks,
        "version = \"0.0.9\"",
        &["is version 0.1.0, and version 0.0.9 was approved"],
    );
    let mut granted = grant("");
    granted.imports = vec![
        "vhost:check/query@0.1.0".into(),
        "vhost:check/evidence@0.1.0".into(),
    ];
    let found = difference(Sha256::of(b"b"), &asks, &granted);
    assert_eq!(
        found,
        [
            Difference::Component {
                granted: Sha256::of(b"a"),
                given: Sha256::of(b"b")
            },
            Difference::InterfaceNotGranted {
                interface: "vhost:check/log@0.1.0".into()
            },
            Difference::InterfaceNotAsked {
                interface: "vhost:check/evidence@0.1.0".into()
            },
        ]
    );
}
