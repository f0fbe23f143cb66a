//! What components ask for, held against what they were granted and what the plan allows at most.

use std::fmt;
use std::path::PathBuf;

use super::component::{Component, ImportKind, WORLD};
use super::difference::{self, Difference, difference};
use super::file::{Grant, Grants};
use super::level::ReportLevel;
use super::scope::Scope;
use super::section::ManifestFault;
use crate::plan::bounds::Bounds;
use crate::plan::limits::{LimitKey, Limits};
use vhost_dump::digest::Sha256;

/// A component and the grant it was reviewed under. [`review`] makes one; what is made of a recording reads nothing.
#[derive(Clone, Debug)]
pub struct Approved {
    component: Component,
    grant: Grant,
    artefacts: Vec<Artefact>,
}

/// A directory of this host that a check may read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artefact {
    /// As the check knows it: it is mounted at `/<name>`.
    pub name: String,
    pub directory: PathBuf,
}

impl Approved {
    /// For a component that is answered from a recording: no relation and no directory is opened to it.
    pub fn as_recorded(
        component: Component,
        imports: Vec<String>,
        report: ReportLevel,
        limits: Limits,
    ) -> Self {
        Self {
            grant: Grant {
                check: component.name.clone(),
                version: None,
                component: component.sha256,
                imports,
                report,
                read: Vec::new(),
                artefacts: Vec::new(),
                withheld: Vec::new(),
                approved_by: None,
                approved_at: None,
                limits,
            },
            component,
            artefacts: Vec::new(),
        }
    }

    pub fn name(&self) -> &str {
        &self.component.name
    }

    pub fn component(&self) -> &Component {
        &self.component
    }

    /// The granted interfaces: those that the component imports.
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

    /// The granted directories, in the grant's order.
    pub fn artefacts(&self) -> &[Artefact] {
        &self.artefacts
    }
}

/// One reason why a component may not run, worded as one line with its remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(
        "check `{check}` is not granted (sha256:{component}): look at it with `vhost inspect`, then write its grant with `vhost grants approve`"
    )]
    NotGranted { check: String, component: Sha256 },
    #[error(
        "check `{check}` imports `{interface}`, which no grant can allow: remove its use from the check"
    )]
    ImportNever { check: String, interface: String },
    #[error("{count} components are named `{check}`: rename all but one, or leave them out")]
    SameName { check: String, count: usize },
    #[error(
        "check `{check}` does not export vhost:check/checker@{WORLD}: build it against the world in wit/"
    )]
    NoChecker { check: String },
    #[error("check `{check}` {fault}")]
    Manifest { check: String, fault: ManifestFault },
    #[error("check `{check}` {difference}")]
    Differs {
        check: String,
        difference: Difference,
    },
    #[error(
        "check `{check}` is granted {key} = {} in the grants file's [grant.limits], above {key} = {} in the plan's [limits]: lower the grant and add \"{key}\" to its `withheld`, or raise the plan's ceiling",
        key.written(*granted), key.written(*ceiling)
    )]
    AboveCeiling {
        check: String,
        key: LimitKey,
        granted: u64,
        ceiling: u64,
    },
    #[error(
        "check `{check}` is granted the artefacts `{name}`, which the plan gives no directory: add {name} = \"<directory>\" to its [artefacts], or withhold \"{name}\" in the grant"
    )]
    ArtefactNowhere { check: String, name: String },
    #[error(
        "check `{check}` is granted the artefacts `{name}`, and {} is no directory: make it, or correct `{name}` in the plan's [artefacts]",
        directory.display()
    )]
    ArtefactNoDirectory {
        check: String,
        name: String,
        directory: PathBuf,
    },
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
pub fn review(
    components: Vec<Component>,
    grants: &Grants,
    bounds: &Bounds,
) -> Result<Vec<Approved>, Refused> {
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
        refusals.extend(refusals_of(component, grant));
        if let Some(grant) = grant {
            refuse_ceilings(grant, bounds, &mut refusals);
            approved.push(Approved {
                component: component.clone(),
                grant: grant.clone(),
                artefacts: artefacts(grant, bounds, &mut refusals),
            });
        }
    }
    if refusals.is_empty() {
        Ok(approved)
    } else {
        Err(Refused { refusals })
    }
}

/// Every reason why this component may not run under this grant, whatever a plan says.
pub fn refusals_of(component: &Component, grant: Option<&Grant>) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    refuse_component(component, &mut refusals);
    match grant {
        Some(grant) => refuse_differences(component, grant, &mut refusals),
        None => refusals.push(Refusal::NotGranted {
            check: component.name.clone(),
            component: component.sha256,
        }),
    }
    refusals
}

/// What no grant could mend.
fn refuse_component(component: &Component, refusals: &mut Vec<Refusal>) {
    let check = || component.name.clone();
    if component.world.as_deref() != Some(WORLD) {
        refusals.push(Refusal::NoChecker { check: check() });
    }
    let never = component
        .imports
        .iter()
        .filter(|import| import.kind == ImportKind::Never);
    refusals.extend(never.map(|import| Refusal::ImportNever {
        check: check(),
        interface: import.interface.clone(),
    }));
    if let Err(fault) = &component.asked {
        refusals.push(Refusal::Manifest {
            check: check(),
            fault: fault.clone(),
        });
    }
}

fn refuse_differences(component: &Component, grant: &Grant, refusals: &mut Vec<Refusal>) {
    let found = match &component.asked {
        Ok(asked) => difference(component.sha256, asked, grant),
        // What it asks for is not known then; what it is and imports is.
        Err(_) => {
            let mut found = Vec::from_iter(difference::component(component.sha256, grant));
            found.extend(difference::interfaces(&component.grantable(), grant));
            found
        }
    };
    refusals.extend(found.into_iter().map(|difference| Refusal::Differs {
        check: component.name.clone(),
        difference,
    }));
}

/// What of a grant is outside the plan's bounds. Whether a directory is there is left to the host of the drill.
pub fn beyond(grant: &Grant, bounds: &Bounds) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    refuse_ceilings(grant, bounds, &mut refusals);
    let nowhere = |name: &&String| !bounds.artefacts.contains_key(*name);
    let nowhere = grant.artefacts.iter().filter(nowhere);
    refusals.extend(nowhere.map(|name| Refusal::ArtefactNowhere {
        check: grant.check.clone(),
        name: name.clone(),
    }));
    refusals
}

fn refuse_ceilings(grant: &Grant, bounds: &Bounds, refusals: &mut Vec<Refusal>) {
    for key in LimitKey::ALL {
        let (granted, ceiling) = (grant.limits.get(key), bounds.ceilings.get(key));
        if granted > ceiling {
            refusals.push(Refusal::AboveCeiling {
                check: grant.check.clone(),
                key,
                granted,
                ceiling,
            });
        }
    }
}

/// The directories behind a grant's artefacts.
fn artefacts(grant: &Grant, bounds: &Bounds, refusals: &mut Vec<Refusal>) -> Vec<Artefact> {
    let mut artefacts = Vec::with_capacity(grant.artefacts.len());
    for name in &grant.artefacts {
        let (check, name) = (grant.check.clone(), name.clone());
        match bounds.artefacts.get(&name).cloned() {
            Some(directory) if directory.is_dir() => artefacts.push(Artefact { name, directory }),
            Some(directory) => refusals.push(Refusal::ArtefactNoDirectory {
                check,
                name,
                directory,
            }),
            None => refusals.push(Refusal::ArtefactNowhere { check, name }),
        }
    }
    artefacts
}

#[cfg(test)]
mod tests;
