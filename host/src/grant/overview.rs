//! What components ask for, held against what was granted, part by part: what a reviewer reads.

mod change;
mod part;

use serde::Serialize;
use time::format_description::well_known::Rfc3339;

use super::component::{Component, Import, ImportKind};
use super::file::{Grant, Grants};
use super::review::{Refusal, beyond, refusals_of};
use super::used::Used;
use crate::plan::bounds::Bounds;
use vhost_dump::digest::Sha256;
use vhost_dump::manifest::Listed;

pub use change::Change;
pub use part::{Decided, InUse, Part, What};

/// Everything that there is to say about some components and a grants file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Overview {
    /// Whether every component is exactly what its stanza grants, and every stanza has its component.
    pub matches: bool,
    pub checks: Vec<Reviewed>,
    /// Stanzas of checks that are not among the components.
    pub without_component: Vec<Alone>,
}

/// One component and its stanza.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reviewed {
    pub check: String,
    pub component: Sha256,
    /// The check's own, where it carries a manifest to rely on; so is the next.
    pub version: Option<String>,
    pub summary: Option<String>,
    pub approval: Option<Approval>,
    pub change: Change,
    /// Every reason why it may not run, each a line with its remedy; none where it is approved.
    pub refusals: Vec<Refused>,
    pub parts: Vec<Part>,
    /// What it used in the last run of this very component; `None` where there is none.
    pub used: Option<Used>,
}

/// What a stanza says of its own making.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Approval {
    pub component: Sha256,
    pub version: Option<String>,
    pub by: Option<String>,
    /// RFC 3339.
    pub at: Option<String>,
}

/// A stanza without a component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Alone {
    pub check: String,
    pub approval: Approval,
}

/// One refusal of a review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    pub kind: &'static str,
    pub text: String,
}

/// What components and grants are related to, where it is known.
#[derive(Clone, Copy, Default)]
pub struct Related<'a> {
    /// The relations of a dump or a source, for scopes to be expanded against.
    pub listed: Option<&'a [Listed]>,
    /// What the plan allows at most.
    pub bounds: Option<&'a Bounds>,
}

impl Overview {
    /// Holds the components, in their order, against the grants. `used` tells of the last run of a component.
    pub fn of(
        components: &[Component],
        grants: &Grants,
        related: Related<'_>,
        used: impl Fn(&Component) -> Option<Used>,
    ) -> Self {
        let reviewed = components.iter().map(|component| {
            let grant = grants.get(&component.name);
            let same = components
                .iter()
                .filter(|other| other.name == component.name);
            Reviewed::of(component, grant, same.count(), related, used(component))
        });
        let checks: Vec<Reviewed> = reviewed.collect();
        let alone = grants
            .grants
            .iter()
            .filter(|grant| !components.iter().any(|one| one.name == grant.check))
            .map(|grant| Alone {
                check: grant.check.clone(),
                approval: Approval::of(grant),
            });
        let without_component: Vec<Alone> = alone.collect();
        Self {
            matches: without_component.is_empty()
                && checks.iter().all(|check| check.refusals.is_empty()),
            checks,
            without_component,
        }
    }

    /// One line for each difference between the components and the file.
    pub fn differences(&self) -> Vec<String> {
        let refusals = self.checks.iter().flat_map(|check| &check.refusals);
        let alone = self.without_component.iter().map(Alone::line);
        let mut lines: Vec<String> = Vec::new();
        for line in refusals.map(|refusal| refusal.text.clone()).chain(alone) {
            // Two components of one name differ in the same way.
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        lines
    }
}

impl Alone {
    fn line(&self) -> String {
        let check = &self.check;
        format!(
            "check `{check}` is granted and is not among the components: give its component, or take its stanza out with `vhost grants revoke {check}`"
        )
    }
}

impl Reviewed {
    fn of(
        component: &Component,
        grant: Option<&Grant>,
        of_this_name: usize,
        related: Related<'_>,
        used: Option<Used>,
    ) -> Self {
        let mut refusals = refusals_of(component, grant);
        if of_this_name > 1 {
            refusals.push(Refusal::SameName {
                check: component.name.clone(),
                count: of_this_name,
            });
        }
        let change = Change::of(component, grant, &refusals);
        // Nobody changed the stanza for it; the plan is another.
        if let (Some(grant), Some(bounds)) = (grant, related.bounds) {
            refusals.extend(beyond(grant, bounds));
        }
        let asked = component.asked.as_ref().ok();
        let mut parts = match asked {
            Some(asked) => part::parts(asked, grant, related.listed),
            None => Vec::new(),
        };
        let never = |import: &&Import| import.kind == ImportKind::Never;
        let never = component.imports.iter().filter(never);
        parts.extend(never.map(|import| Part::never(&import.interface)));
        if let Some(used) = &used {
            parts.iter_mut().for_each(|part| part.see(used));
        }
        Self {
            check: component.name.clone(),
            component: component.sha256,
            version: asked.map(|asked| asked.version.to_string()),
            summary: asked.map(|asked| asked.summary.clone()),
            approval: grant.map(Approval::of),
            change,
            refusals: refusals
                .iter()
                .map(|refusal| Refused {
                    kind: change::kind(refusal),
                    text: refusal.to_string(),
                })
                .collect(),
            parts,
            used,
        }
    }
}

impl Approval {
    fn of(grant: &Grant) -> Self {
        Self {
            component: grant.component,
            version: grant.version.as_ref().map(ToString::to_string),
            by: grant.approved_by.clone(),
            // It was read from such a text.
            at: grant.approved_at.and_then(|at| at.format(&Rfc3339).ok()),
        }
    }
}

#[cfg(test)]
mod tests;
