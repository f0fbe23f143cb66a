use std::path::Path;

use super::*;
use crate::grant::asked::Asked;
use crate::grant::component::{Import, Outline, Weight};

const LOG: &str = "vhost:check/log@0.1.0";

fn component(name: &str, bytes: &[u8], imports: &[(&str, ImportKind)]) -> Component {
    asking(name, bytes, imports, "")
}

/// A component whose manifest has `more` beyond what it must.
fn asking(name: &str, bytes: &[u8], imports: &[(&str, ImportKind)], more: &str) -> Component {
    let imports = imports.iter().map(|(interface, kind)| Import {
        interface: (*interface).to_owned(),
        kind: *kind,
    });
    let imports: Vec<Import> = imports.collect();
    let interfaces: Vec<&str> = imports
        .iter()
        .filter(|import| import.kind == ImportKind::Vhost)
        .filter_map(|import| {
            import
                .interface
                .strip_prefix("vhost:check/")?
                .split('@')
                .next()
        })
        .collect();
    let text = format!(
        "manifest = 1\nname = \"{name}\"\nversion = \"0.1.0\"\nsummary = \"s\"\ninterfaces = {interfaces:?}\nread = []\n{more}"
    );
    let outline = Outline {
        world: Some(WORLD.to_owned()),
        imports,
        asked: Ok(Asked::parse(Path::new("check.toml"), &text).unwrap()),
        weight: Weight::default(),
    };
    Component::new(name.to_owned(), bytes.to_vec(), outline)
}

fn grants(entries: &[(&str, Sha256, &str)]) -> Grants {
    let mut text = "version = 1\n".to_owned();
    for (check, sha256, more) in entries {
        text +=
            &format!("[[grant]]\ncheck = \"{check}\"\ncomponent = \"sha256:{sha256}\"\n{more}\n");
    }
    Grants::parse(Path::new("grants"), &text).unwrap()
}

fn refusals(components: Vec<Component>, grants: &Grants, bounds: &Bounds) -> Vec<Refusal> {
    let refused = review(components, grants, bounds).unwrap_err();
    assert_eq!(refused.to_string().lines().count(), refused.refusals.len());
    refused.refusals
}

#[test]
fn what_was_granted_is_approved() {
    let asked = component(
        "a",
        b"a",
        &[
            (LOG, ImportKind::Vhost),
            ("wasi:cli/exit@0.2.6", ImportKind::InertWasi),
        ],
    );
    let imports = format!("imports = [\"{LOG}\"]");
    let grants = grants(&[
        ("a", asked.sha256, &imports),
        ("unused", asked.sha256, "imports = []"),
    ]);
    let approved = review(vec![asked], &grants, &Bounds::default()).unwrap();
    assert_eq!(approved.len(), 1);
    assert_eq!(approved[0].report(), ReportLevel::Counts);
    assert_eq!(approved[0].limits(), &Limits::default());
    assert_eq!(approved[0].artefacts(), []);
}

#[test]
fn every_refusal_comes_at_once() {
    let mut bare = component("bare", b"bare", &[(LOG, ImportKind::Vhost)]);
    bare.asked = Err(ManifestFault::Absent);
    bare.world = Some("0.2.0".to_owned());
    let components = vec![
        component("changed", b"new", &[]),
        component(
            "unknown",
            b"x",
            &[("wasi:http/handler@0.2.0", ImportKind::Never)],
        ),
        component(
            "greedy",
            b"g",
            &[("vhost:check/query@0.1.0", ImportKind::Vhost)],
        ),
        component("twice", b"1", &[]),
        component("twice", b"1", &[]),
        bare,
    ];
    let none = "imports = []";
    let grants = grants(&[
        ("changed", Sha256::of(b"old"), none),
        ("greedy", Sha256::of(b"g"), none),
        ("twice", Sha256::of(b"1"), none),
        ("bare", Sha256::of(b"other"), none),
    ]);
    let differs = |check: &str, difference| Refusal::Differs {
        check: check.into(),
        difference,
    };
    assert_eq!(
        refusals(components, &grants, &Bounds::default()),
        [
            differs(
                "changed",
                Difference::Component {
                    granted: Sha256::of(b"old"),
                    given: Sha256::of(b"new"),
                }
            ),
            Refusal::ImportNever {
                check: "unknown".into(),
                interface: "wasi:http/handler@0.2.0".into(),
            },
            Refusal::NotGranted {
                check: "unknown".into(),
                component: Sha256::of(b"x"),
            },
            differs(
                "greedy",
                Difference::InterfaceNotGranted {
                    interface: "vhost:check/query@0.1.0".into(),
                }
            ),
            Refusal::SameName {
                check: "twice".into(),
                count: 2,
            },
            Refusal::NoChecker {
                check: "bare".into()
            },
            Refusal::Manifest {
                check: "bare".into(),
                fault: ManifestFault::Absent,
            },
            differs(
                "bare",
                Difference::Component {
                    granted: Sha256::of(b"other"),
                    given: Sha256::of(b"bare"),
                }
            ),
            differs(
                "bare",
                Difference::InterfaceNotGranted {
                    interface: LOG.into()
                }
            ),
        ]
    );
}

#[test]
fn a_grant_above_the_plans_ceiling_is_refused_with_both_places() {
    let asked = asking("a", b"a", &[], "[limits]\nmemory = \"1GiB\"\n");
    let grants = grants(&[(
        "a",
        asked.sha256,
        "imports = []\n[grant.limits]\nmemory = \"1GiB\"",
    )]);
    assert!(review(vec![asked.clone()], &grants, &Bounds::default()).is_ok());
    let mut bounds = Bounds::default();
    bounds.ceilings.memory = 512 << 20;
    bounds.ceilings.rows = 1_000_000;
    let refused = refusals(vec![asked], &grants, &bounds);
    assert_eq!(
        refused,
        [Refusal::AboveCeiling {
            check: "a".into(),
            key: LimitKey::Memory,
            granted: 1 << 30,
            ceiling: 512 << 20,
        }]
    );
    let said = refused[0].to_string();
    assert!(
        said.contains("memory = \"1GiB\" in the grants file's [grant.limits]"),
        "{said}"
    );
    assert!(
        said.contains("memory = \"512MiB\" in the plan's [limits]"),
        "{said}"
    );
}

#[test]
fn granted_artefacts_need_a_directory_of_the_plan() {
    let asks = "artefacts = [\"exports\", \"photos\", \"notes\"]\n";
    let asked = asking("a", b"a", &[], asks);
    let grants = grants(&[("a", asked.sha256, &format!("imports = []\n{asks}"))]);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("notes");
    std::fs::write(&file, "").unwrap();
    let mut bounds = Bounds::default();
    let exports = directory.path().to_owned();
    bounds.artefacts.insert("exports".into(), exports.clone());
    bounds.artefacts.insert("notes".into(), file.clone());
    assert_eq!(
        refusals(vec![asked.clone()], &grants, &bounds),
        [
            Refusal::ArtefactNowhere {
                check: "a".into(),
                name: "photos".into()
            },
            Refusal::ArtefactNoDirectory {
                check: "a".into(),
                name: "notes".into(),
                directory: file
            },
        ]
    );
    for name in ["photos", "notes"] {
        bounds.artefacts.insert(name.into(), exports.clone());
    }
    let approved = review(vec![asked], &grants, &bounds).unwrap();
    let names: Vec<&str> = approved[0]
        .artefacts()
        .iter()
        .map(|a| a.name.as_str())
        .collect();
    assert_eq!(names, ["exports", "photos", "notes"]);
    assert_eq!(approved[0].artefacts()[0].directory, exports);
}
