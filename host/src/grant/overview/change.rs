//! What changed between an approval and the component that is there now.

use serde::Serialize;

use crate::grant::component::Component;
use crate::grant::difference::Difference;
use crate::grant::file::Grant;
use crate::grant::review::Refusal;

/// How a component stands to its approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "change")]
pub enum Change {
    /// It is what was approved.
    Nothing,
    /// There is no stanza for it.
    NotApproved,
    /// Another component that asks for the very same; a new version of the check may come with it.
    SameAsks,
    /// Another component that asks for something else, or whose manifest cannot be relied on.
    OtherAsks {
        /// What it asks for beyond the approval.
        more: Vec<String>,
        /// What was approved and is not asked for any more.
        less: Vec<String>,
    },
    /// The same component under a stanza that somebody changed.
    Edited {
        /// What the component asks for and the stanza does not decide.
        undecided: Vec<String>,
        /// What the stanza gives beyond what is asked, or against itself.
        wider: Vec<String>,
    },
}

impl Change {
    pub(super) fn of(component: &Component, grant: Option<&Grant>, refusals: &[Refusal]) -> Self {
        let Some(grant) = grant else {
            return Change::NotApproved;
        };
        let (mut more, mut less) = (Vec::new(), Vec::new());
        for refusal in refusals {
            match refusal {
                Refusal::Differs { difference, .. } => match tell(difference) {
                    Told::Identity => {}
                    Told::More(text) => more.push(text),
                    Told::Less(text) => less.push(text),
                },
                Refusal::ImportNever { interface, .. } => more.push(format!("import {interface}")),
                Refusal::Manifest { .. } => more.push("a manifest that can be read".to_owned()),
                Refusal::NoChecker { .. } => more.push("the world in wit/".to_owned()),
                Refusal::NotGranted { .. }
                | Refusal::SameName { .. }
                | Refusal::AboveCeiling { .. }
                | Refusal::ArtefactNowhere { .. }
                | Refusal::ArtefactNoDirectory { .. } => {}
            }
        }
        let other = grant.component != component.sha256;
        match (other, more.is_empty() && less.is_empty()) {
            (true, true) => Change::SameAsks,
            (true, false) => Change::OtherAsks { more, less },
            (false, false) => Change::Edited {
                undecided: more,
                wider: less,
            },
            // The bytes are the same, so a differing version was written by hand as well.
            (false, true) if !refusals.is_empty() => Change::Edited {
                undecided: Vec::new(),
                wider: Vec::new(),
            },
            (false, true) => Change::Nothing,
        }
    }
}

enum Told {
    /// Which component it is.
    Identity,
    More(String),
    Less(String),
}

fn tell(difference: &Difference) -> Told {
    use Difference::*;
    match difference {
        Component { .. } | Version { .. } => Told::Identity,
        InterfaceNotGranted { interface } => Told::More(format!("interface {interface}")),
        InterfaceNotAsked { interface } => Told::Less(format!("interface {interface}")),
        ScopeUndecided { scope } => Told::More(format!("read {scope}")),
        ScopeNotAsked { scope } => Told::Less(format!("read {scope}")),
        ReportUndecided => Told::More("report = \"values\"".to_owned()),
        ReportNotAsked => Told::Less("report = \"values\"".to_owned()),
        LimitUndecided {
            key,
            asked,
            granted,
        } => Told::More(format!(
            "{key} = {} instead of {}",
            key.written(*asked),
            key.written(*granted)
        )),
        LimitNotAsked {
            key,
            asked,
            granted,
        } => Told::Less(format!(
            "{key} = {} instead of {}",
            key.written(*granted),
            key.written(*asked)
        )),
        ArtefactUndecided { name } => Told::More(format!("artefacts {name}")),
        ArtefactNotAsked { name } => Told::Less(format!("artefacts {name}")),
        WithheldNotAsked { what } => Told::Less(format!("withheld {what}")),
        WithheldAndGranted { what } => Told::Less(format!("{what}, granted and withheld at once")),
    }
}

/// A refusal's stable name.
pub(super) fn kind(refusal: &Refusal) -> &'static str {
    use Difference::*;
    match refusal {
        Refusal::NotGranted { .. } => "not-granted",
        Refusal::ImportNever { .. } => "import-never",
        Refusal::SameName { .. } => "same-name",
        Refusal::NoChecker { .. } => "no-checker",
        Refusal::Manifest { .. } => "manifest",
        Refusal::AboveCeiling { .. } => "above-ceiling",
        Refusal::ArtefactNowhere { .. } => "artefact-nowhere",
        Refusal::ArtefactNoDirectory { .. } => "artefact-no-directory",
        Refusal::Differs { difference, .. } => match difference {
            Component { .. } => "component",
            Version { .. } => "version",
            InterfaceNotGranted { .. } => "interface-not-granted",
            InterfaceNotAsked { .. } => "interface-not-asked",
            ScopeUndecided { .. } => "scope-undecided",
            ScopeNotAsked { .. } => "scope-not-asked",
            ReportUndecided => "report-undecided",
            ReportNotAsked => "report-not-asked",
            LimitUndecided { .. } => "limit-undecided",
            LimitNotAsked { .. } => "limit-not-asked",
            ArtefactUndecided { .. } => "artefact-undecided",
            ArtefactNotAsked { .. } => "artefact-not-asked",
            WithheldNotAsked { .. } => "withheld-not-asked",
            WithheldAndGranted { .. } => "withheld-and-granted",
        },
    }
}
