//! What a component asks for, held against what it was granted.

use std::fmt;

use serde::Deserialize;

use super::component::{Component, ImportKind};
use super::file::{Grant, Grants};
use super::limits::Limits;
use super::scope::Scope;
use crate::digest::Sha256;

/// What of a check's values reaches the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReportLevel {
    /// Counts and booleans; of text its length and a digest salted per drill.
    #[default]
    Counts,
    /// Every value as it is.
    Values,
}

/// A component and the grant it was reviewed under. [`review`] alone makes one.
#[derive(Clone, Debug)]
pub struct Approved {
    component: Component,
    grant: Grant,
}

impl Approved {
    pub fn name(&self) -> &str {
        &self.component.name
    }

    pub fn component(&self) -> &Component {
        &self.component
    }

    /// The granted interfaces; a component may import fewer.
    pub fn imports(&self) -> &[String] {
        &self.grant.imports
    }

    pub fn report(&self) -> ReportLevel {
        self.grant.report
    }

    pub fn limits(&self) -> &Limits {
        &self.grant.limits
    }

    pub fn read(&self) -> &[Scope] {
        &self.grant.read
    }
}

/// One reason why a component may not run, worded as one line with its remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(
        "check `{check}` is not granted: review it, then add a `[[grant]]` with check = \"{check}\" and component = \"sha256:{component}\""
    )]
    NotGranted { check: String, component: Sha256 },
    #[error(
        "check `{check}` is not the component that was reviewed: granted sha256:{granted}, given sha256:{given}; review the given one and pin it, or build the granted one"
    )]
    OtherComponent {
        check: String,
        granted: Sha256,
        given: Sha256,
    },
    #[error(
        "check `{check}` imports `{interface}`, which is not granted: add it to the grant's `imports`, or remove its use from the check"
    )]
    ImportNotGranted { check: String, interface: String },
    #[error(
        "check `{check}` imports `{interface}`, which no grant can allow: remove its use from the check"
    )]
    ImportNever { check: String, interface: String },
    #[error("{count} components are named `{check}`: rename all but one, or leave them out")]
    SameName { check: String, count: usize },
}

/// Every refusal of one review. Nothing runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub refusals: Vec<Refusal>,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, refusal) in self.refusals.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            refusal.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Refused {}

/// Approves every component or refuses them all, with every reason at once.
///
/// Grants for components that are not given are left alone: one file may serve several plans.
pub fn review(components: Vec<Component>, grants: &Grants) -> Result<Vec<Approved>, Refused> {
    let mut refusals = Vec::new();
    let mut approved = Vec::with_capacity(components.len());
    for component in &components {
        let same = components
            .iter()
            .filter(|other| other.name == component.name);
        let same_name = Refusal::SameName {
            check: component.name.clone(),
            count: same.count(),
        };
        if matches!(same_name, Refusal::SameName { count: 2.., .. })
            && !refusals.contains(&same_name)
        {
            refusals.push(same_name);
        }
        let grant = grants.get(&component.name);
        refuse(component, grant, &mut refusals);
        if let Some(grant) = grant {
            approved.push(Approved {
                component: component.clone(),
                grant: grant.clone(),
            });
        }
    }
    if refusals.is_empty() {
        Ok(approved)
    } else {
        Err(Refused { refusals })
    }
}

fn refuse(component: &Component, grant: Option<&Grant>, refusals: &mut Vec<Refusal>) {
    let check = || component.name.clone();
    match grant {
        None => refusals.push(Refusal::NotGranted {
            check: check(),
            component: component.sha256,
        }),
        Some(grant) if grant.component != component.sha256 => {
            refusals.push(Refusal::OtherComponent {
                check: check(),
                granted: grant.component,
                given: component.sha256,
            });
        }
        Some(_) => {}
    }
    for import in &component.imports {
        let interface = || import.interface.clone();
        match import.kind {
            ImportKind::InertWasi => {}
            ImportKind::Never => refusals.push(Refusal::ImportNever {
                check: check(),
                interface: interface(),
            }),
            // Of a check without a grant every import is ungranted: the one line above says so.
            ImportKind::Vhost => {
                if grant.is_some_and(|grant| !grant.imports.contains(&import.interface)) {
                    refusals.push(Refusal::ImportNotGranted {
                        check: check(),
                        interface: interface(),
                    });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::grant::component::Import;

    fn component(name: &str, bytes: &[u8], imports: &[(&str, ImportKind)]) -> Component {
        let imports = imports.iter().map(|(interface, kind)| Import {
            interface: (*interface).to_owned(),
            kind: *kind,
        });
        Component {
            name: name.to_owned(),
            sha256: Sha256::of(bytes),
            bytes: bytes.into(),
            imports: imports.collect(),
        }
    }

    fn grants(entries: &[(&str, Sha256)]) -> Grants {
        let mut text = "version = 1\n".to_owned();
        for (check, sha256) in entries {
            text += &format!(
                "[[grant]]\ncheck = \"{check}\"\ncomponent = \"sha256:{sha256}\"\nimports = [\"vhost:check/log@0.1.0\"]\n"
            );
        }
        Grants::parse(Path::new("grants"), &text).unwrap()
    }

    #[test]
    fn what_was_granted_is_approved() {
        let asked = component(
            "a",
            b"a",
            &[
                ("vhost:check/log@0.1.0", ImportKind::Vhost),
                ("wasi:cli/exit@0.2.6", ImportKind::InertWasi),
            ],
        );
        let grants = grants(&[("a", asked.sha256), ("unused", asked.sha256)]);
        let approved = review(vec![asked], &grants).unwrap();
        assert_eq!(approved.len(), 1);
        assert_eq!(approved[0].report(), ReportLevel::Counts);
        assert_eq!(approved[0].limits(), &Limits::default());
    }

    #[test]
    fn every_refusal_comes_at_once() {
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
        ];
        let grants = grants(&[
            ("changed", Sha256::of(b"old")),
            ("greedy", Sha256::of(b"g")),
            ("twice", Sha256::of(b"1")),
        ]);
        let refused = review(components, &grants).unwrap_err();
        assert_eq!(
            refused.refusals,
            [
                Refusal::OtherComponent {
                    check: "changed".into(),
                    granted: Sha256::of(b"old"),
                    given: Sha256::of(b"new"),
                },
                Refusal::NotGranted {
                    check: "unknown".into(),
                    component: Sha256::of(b"x"),
                },
                Refusal::ImportNever {
                    check: "unknown".into(),
                    interface: "wasi:http/handler@0.2.0".into(),
                },
                Refusal::ImportNotGranted {
                    check: "greedy".into(),
                    interface: "vhost:check/query@0.1.0".into(),
                },
                Refusal::SameName {
                    check: "twice".into(),
                    count: 2,
                },
            ]
        );
        assert_eq!(refused.to_string().lines().count(), 5);
        let shown = refused.to_string();
        assert!(shown.contains(&Sha256::of(b"old").to_string()));
        assert!(shown.contains(&Sha256::of(b"new").to_string()));
    }
}
