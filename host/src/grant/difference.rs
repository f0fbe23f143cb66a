//! What a check asks for, held against what it was granted.
//!
//! The invariant: every part of what is asked is granted or withheld, and nothing is granted that is not asked for. A
//! general check (`read = "configured"`) may be granted any scopes.

use semver::Version;

use super::asked::{Asked, AskedRead};
use super::file::Grant;
use super::level::ReportLevel;
use super::scope::Scope;
use super::withholding::Withholding;
use crate::plan::limits::LimitKey;
use vhost_dump::digest::Sha256;

/// One way in which a grant is not what its check asks for, worded to follow the check's name, with its remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Difference {
    #[error(
        "is not the component that was reviewed: granted sha256:{granted}, given sha256:{given}; review the given one and approve it (`vhost grants approve`), or build the granted one"
    )]
    Component { granted: Sha256, given: Sha256 },
    #[error(
        "is version {given}, and version {granted} was approved: review it again and write version = \"{given}\" in the grant"
    )]
    Version { granted: Version, given: Version },
    #[error(
        "imports `{interface}`, which is not granted: add it to the grant's `imports`, or remove its use from the check"
    )]
    InterfaceNotGranted { interface: String },
    #[error(
        "is granted `{interface}`, which it does not import: remove it from the grant's `imports`"
    )]
    InterfaceNotAsked { interface: String },
    #[error(
        "asks to read `{scope}`, which is neither granted nor withheld: add it to the grant's `read` or to its `withheld`"
    )]
    ScopeUndecided { scope: Scope },
    #[error(
        "is granted to read `{scope}`, which it does not ask for: take it out of the grant's `read`"
    )]
    ScopeNotAsked { scope: Scope },
    #[error(
        "asks for report = \"values\", which is neither granted nor withheld: write report = \"values\" in the grant, or add \"report\" to its `withheld`"
    )]
    ReportUndecided,
    #[error(
        "is granted report = \"values\" and asks for counts only: write report = \"counts\" in the grant"
    )]
    ReportNotAsked,
    #[error(
        "asks for {key} = {} and is granted {}: write {key} = {0} in [grant.limits], or add \"{key}\" to the grant's `withheld`",
        key.written(*asked), key.written(*granted)
    )]
    LimitUndecided {
        key: LimitKey,
        asked: u64,
        granted: u64,
    },
    #[error(
        "is granted {key} = {} and asks for {} only: write {key} = {1} in [grant.limits]",
        key.written(*granted), key.written(*asked)
    )]
    LimitNotAsked {
        key: LimitKey,
        asked: u64,
        granted: u64,
    },
    #[error(
        "asks for the artefacts `{name}`, which are neither granted nor withheld: add \"{name}\" to the grant's `artefacts` or to its `withheld`"
    )]
    ArtefactUndecided { name: String },
    #[error(
        "is granted the artefacts `{name}`, which it does not ask for: take them out of the grant's `artefacts`"
    )]
    ArtefactNotAsked { name: String },
    #[error(
        "has `{what}` withheld, which it does not ask for: take it out of the grant's `withheld`"
    )]
    WithheldNotAsked { what: Withholding },
    /// A withheld part would be there all the same.
    #[error(
        "has `{what}` both granted and withheld: take it out of the grant's `withheld`, or grant less"
    )]
    WithheldAndGranted { what: Withholding },
}

/// Every difference between what a component asks for and its grant; none means that it was approved as it is.
pub fn difference(given: Sha256, asked: &Asked, grant: &Grant) -> Vec<Difference> {
    let mut found: Vec<Difference> = component(given, grant).into_iter().collect();
    if let Some(granted) = &grant.version
        && *granted != asked.version
    {
        found.push(Difference::Version {
            granted: granted.clone(),
            given: asked.version.clone(),
        });
    }
    found.extend(interfaces(&asked.interfaces, grant));
    scopes(asked, grant, &mut found);
    report(asked, grant, &mut found);
    artefacts(asked, grant, &mut found);
    limits(asked, grant, &mut found);
    found
}

/// Whether another component was granted than the given one.
pub(super) fn component(given: Sha256, grant: &Grant) -> Option<Difference> {
    (grant.component != given).then_some(Difference::Component {
        granted: grant.component,
        given,
    })
}

/// Holds imported interfaces against those granted.
pub(super) fn interfaces(asked: &[String], grant: &Grant) -> Vec<Difference> {
    let beyond = |these: &[String], those: &[String]| -> Vec<String> {
        let mut these = these.to_vec();
        these.retain(|interface| !those.contains(interface));
        these
    };
    let missing = beyond(asked, &grant.imports).into_iter();
    let idle = beyond(&grant.imports, asked).into_iter();
    missing
        .map(|interface| Difference::InterfaceNotGranted { interface })
        .chain(idle.map(|interface| Difference::InterfaceNotAsked { interface }))
        .collect()
}

fn scopes(asked: &Asked, grant: &Grant, found: &mut Vec<Difference>) {
    let withheld = grant.withheld.iter().filter_map(|entry| match entry {
        Withholding::Scope(scope) => Some(scope.clone()),
        _ => None,
    });
    let withheld: Vec<Scope> = withheld.collect();
    let not_asked = |scope: &Scope| match &asked.read {
        AskedRead::Configured => None,
        AskedRead::Scopes(asked) => scope.beyond(asked),
    };
    if let AskedRead::Scopes(asked) = &asked.read {
        let decided = [&grant.read[..], &withheld].concat();
        let left = asked.iter().filter_map(|scope| scope.beyond(&decided));
        found.extend(left.map(|scope| Difference::ScopeUndecided { scope }));
    }
    let wider = grant.read.iter().filter_map(not_asked);
    found.extend(wider.map(|scope| Difference::ScopeNotAsked { scope }));
    for scope in withheld {
        // What is withheld may contain what is granted, and means the rest of it then; no other overlap is clear.
        let clear = scope.beyond(&grant.read).is_some()
            && grant
                .read
                .iter()
                .all(|granted| !granted.overlaps(&scope) || scope.contains(granted));
        let unasked = asked.read == AskedRead::Configured || not_asked(&scope).is_some();
        let what = Withholding::Scope(scope);
        if unasked {
            found.push(Difference::WithheldNotAsked { what });
        } else if !clear {
            found.push(Difference::WithheldAndGranted { what });
        }
    }
}

fn report(asked: &Asked, grant: &Grant, found: &mut Vec<Difference>) {
    let withheld = grant.withheld.contains(&Withholding::Report);
    let what = Withholding::Report;
    found.extend(match (asked.report, grant.report, withheld) {
        (ReportLevel::Values, ReportLevel::Counts, true)
        | (ReportLevel::Values, ReportLevel::Values, false)
        | (ReportLevel::Counts, ReportLevel::Counts, false) => None,
        (ReportLevel::Values, ReportLevel::Counts, false) => Some(Difference::ReportUndecided),
        (ReportLevel::Values, ReportLevel::Values, true) => {
            Some(Difference::WithheldAndGranted { what })
        }
        (ReportLevel::Counts, ReportLevel::Counts, true) => {
            Some(Difference::WithheldNotAsked { what })
        }
        (ReportLevel::Counts, ReportLevel::Values, _) => Some(Difference::ReportNotAsked),
    });
}

fn artefacts(asked: &Asked, grant: &Grant, found: &mut Vec<Difference>) {
    let withheld = |name: &String| {
        grant
            .withheld
            .contains(&Withholding::Artefact(name.clone()))
    };
    for name in &asked.artefacts {
        let name = name.clone();
        match (grant.artefacts.contains(&name), withheld(&name)) {
            (true, false) | (false, true) => {}
            (false, false) => found.push(Difference::ArtefactUndecided { name }),
            (true, true) => found.push(Difference::WithheldAndGranted {
                what: Withholding::Artefact(name),
            }),
        }
    }
    let unasked = |name: &&String| !asked.artefacts.contains(name);
    let wider = grant.artefacts.iter().filter(unasked).cloned();
    found.extend(wider.map(|name| Difference::ArtefactNotAsked { name }));
    for what in &grant.withheld {
        if matches!(what, Withholding::Artefact(name) if unasked(&name)) {
            found.push(Difference::WithheldNotAsked { what: what.clone() });
        }
    }
}

fn limits(asked: &Asked, grant: &Grant, found: &mut Vec<Difference>) {
    for key in LimitKey::ALL {
        let (asked, granted) = (asked.limits.get(key), grant.limits.get(key));
        let what = Withholding::Limit(key);
        let withheld = grant.withheld.contains(&what);
        if granted > asked {
            found.push(Difference::LimitNotAsked {
                key,
                asked,
                granted,
            });
        } else if granted < asked && !withheld {
            found.push(Difference::LimitUndecided {
                key,
                asked,
                granted,
            });
        } else if granted == asked && withheld {
            found.push(Difference::WithheldAndGranted { what });
        }
    }
}

#[cfg(test)]
mod tests;
