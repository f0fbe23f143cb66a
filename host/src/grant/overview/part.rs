//! One part of what is asked or granted: an interface, a scope, the report level, an artefact directory or a limit.

use serde::Serialize;

use crate::grant::asked::{Asked, AskedRead};
use crate::grant::expansion::{Expansion, expand};
use crate::grant::file::Grant;
use crate::grant::level::ReportLevel;
use crate::grant::scope::Scope;
use crate::grant::used::Used;
use crate::grant::withholding::Withholding;
use crate::plan::limits::LimitKey;
use vhost_dump::manifest::Listed;

/// One part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    pub what: What,
    /// As the grants file writes it: `vhost:check/query@0.1.0`, `counts`, `app.*`, `exports`, `memory`.
    pub name: String,
    /// Of a limit: the amount that is asked for, as TOML writes it; so is the next.
    pub asked: Option<String>,
    pub granted: Option<String>,
    pub decided: Decided,
    /// `None` where there is no run to tell, or where a part's use leaves no trace.
    pub in_use: Option<InUse>,
    /// What a scope comes to on the named dump or source.
    pub expansion: Option<Expansion>,
    /// The scope, where it is one.
    #[serde(skip)]
    scope: Option<Scope>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    Interface,
    Report,
    Read,
    Artefacts,
    Limit,
    /// An import that no grant can allow.
    Import,
}

/// What the operator decided about a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decided {
    Granted,
    /// A scope of which only a part is granted, or a limit of which less is; the rest is withheld.
    InPart,
    Withheld,
    /// Asked for, and neither granted nor withheld.
    Undecided,
    /// Granted, and not asked for.
    NotAsked,
    /// No grant can allow it.
    Never,
}

/// Whether a part was used in the last run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "use")]
pub enum InUse {
    Called {
        times: u64,
    },
    Read,
    Never,
    /// The run could not tell.
    Unknown,
}

/// Every part of what is asked, and what is granted beside that.
pub(super) fn parts(asked: &Asked, grant: Option<&Grant>, listed: Option<&[Listed]>) -> Vec<Part> {
    let mut parts = Vec::new();
    interfaces(asked, grant, &mut parts);
    report(asked, grant, &mut parts);
    match &asked.read {
        AskedRead::Scopes(scopes) => reads(scopes, grant, &mut parts),
        AskedRead::Configured => configured(grant, &mut parts),
    }
    if let Some(listed) = listed {
        for part in &mut parts {
            part.expansion = part.scope.as_ref().map(|scope| expand(scope, listed));
        }
    }
    artefacts(asked, grant, &mut parts);
    for key in LimitKey::ALL {
        parts.push(limit(key, asked, grant));
    }
    parts
}

impl Part {
    fn new(what: What, name: impl ToString, decided: Decided) -> Self {
        Self {
            what,
            name: name.to_string(),
            asked: None,
            granted: None,
            decided,
            in_use: None,
            expansion: None,
            scope: None,
        }
    }

    fn scope(scope: &Scope, decided: Decided) -> Self {
        Self {
            scope: Some(scope.clone()),
            ..Self::new(What::Read, scope, decided)
        }
    }

    pub(super) fn never(interface: &str) -> Self {
        Self::new(What::Import, interface, Decided::Never)
    }

    /// Notes whether a granted part was used.
    pub(super) fn see(&mut self, used: &Used) {
        if !matches!(
            self.decided,
            Decided::Granted | Decided::InPart | Decided::NotAsked
        ) {
            return;
        }
        self.in_use = match (self.what, &self.scope) {
            (What::Interface, _) => Some(match used.called(&self.name) {
                0 => InUse::Never,
                times => InUse::Called { times },
            }),
            (What::Read, Some(scope)) => Some(match used.never_read(scope) {
                Some(true) => InUse::Never,
                Some(false) => InUse::Read,
                None => InUse::Unknown,
            }),
            _ => None,
        };
    }
}

/// What a stanza says of a part that is granted or withheld as a whole.
fn whole(granted: bool, withheld: bool) -> Decided {
    match (granted, withheld) {
        (true, _) => Decided::Granted,
        (false, true) => Decided::Withheld,
        (false, false) => Decided::Undecided,
    }
}

fn interfaces(asked: &Asked, grant: Option<&Grant>, parts: &mut Vec<Part>) {
    let granted = grant.map_or(&[][..], |grant| &grant.imports);
    for interface in &asked.interfaces {
        let decided = whole(granted.contains(interface), false);
        parts.push(Part::new(What::Interface, interface, decided));
    }
    let beside = granted
        .iter()
        .filter(|interface| !asked.interfaces.contains(interface));
    parts.extend(beside.map(|interface| Part::new(What::Interface, interface, Decided::NotAsked)));
}

fn report(asked: &Asked, grant: Option<&Grant>, parts: &mut Vec<Part>) {
    let granted = |grant: &Grant| grant.report >= asked.report;
    let withheld = |grant: &Grant| grant.withheld.contains(&Withholding::Report);
    let decided = whole(grant.is_some_and(granted), grant.is_some_and(withheld));
    parts.push(Part::new(What::Report, asked.report, decided));
    let wider = |grant: &Grant| grant.report > asked.report;
    if grant.is_some_and(wider) {
        let values = ReportLevel::Values;
        parts.push(Part::new(What::Report, values, Decided::NotAsked));
    }
}

fn reads(asked: &[Scope], grant: Option<&Grant>, parts: &mut Vec<Part>) {
    let granted = grant.map_or(&[][..], |grant| &grant.read);
    let withheld: Vec<Scope> = grant
        .iter()
        .flat_map(|grant| &grant.withheld)
        .filter_map(|entry| match entry {
            Withholding::Scope(scope) => Some(scope.clone()),
            _ => None,
        })
        .collect();
    let decided = [granted, &withheld].concat();
    let mut shown: Vec<&Scope> = Vec::new();
    for scope in asked {
        let inside: Vec<&Scope> = granted.iter().filter(|one| scope.contains(one)).collect();
        if scope.beyond(granted).is_none() {
            parts.push(Part::scope(scope, Decided::Granted));
            shown.push(scope);
        } else if scope.beyond(&decided).is_some() {
            parts.push(Part::scope(scope, Decided::Undecided));
        } else if inside.is_empty() {
            parts.push(Part::scope(scope, Decided::Withheld));
        } else {
            // What is granted of it follows, each as a line of its own.
            parts.push(Part::scope(scope, Decided::InPart));
        }
        for one in inside {
            if one != scope && !shown.contains(&one) {
                parts.push(Part::scope(one, Decided::Granted));
                shown.push(one);
            }
        }
    }
    let beside = granted.iter().filter(|scope| scope.beyond(asked).is_some());
    parts.extend(beside.map(|scope| Part::scope(scope, Decided::NotAsked)));
}

/// A general check asks for no scope by name: its operator has named those that it may read.
fn configured(grant: Option<&Grant>, parts: &mut Vec<Part>) {
    let read = grant.map_or(&[][..], |grant| &grant.read);
    let decided = whole(!read.is_empty(), false);
    parts.push(Part::new(What::Read, "configured", decided));
    parts.extend(
        read.iter()
            .map(|scope| Part::scope(scope, Decided::Granted)),
    );
}

fn artefacts(asked: &Asked, grant: Option<&Grant>, parts: &mut Vec<Part>) {
    let granted = grant.map_or(&[][..], |grant| &grant.artefacts);
    for name in &asked.artefacts {
        let what = Withholding::Artefact(name.clone());
        let withheld = grant.is_some_and(|grant| grant.withheld.contains(&what));
        let decided = whole(granted.contains(name), withheld);
        parts.push(Part::new(What::Artefacts, name, decided));
    }
    let beside = granted
        .iter()
        .filter(|name| !asked.artefacts.contains(name));
    parts.extend(beside.map(|name| Part::new(What::Artefacts, name, Decided::NotAsked)));
}

fn limit(key: LimitKey, asked: &Asked, grant: Option<&Grant>) -> Part {
    let amount = asked.limits.get(key);
    let granted = grant.map(|grant| grant.limits.get(key));
    let withheld = grant.is_some_and(|grant| grant.withheld.contains(&Withholding::Limit(key)));
    let decided = match granted {
        None => Decided::Undecided,
        Some(granted) if granted > amount => Decided::NotAsked,
        Some(granted) if granted == amount => Decided::Granted,
        Some(_) if withheld => Decided::InPart,
        Some(_) => Decided::Undecided,
    };
    Part {
        asked: Some(key.written(amount)),
        granted: granted.map(|granted| key.written(granted)),
        ..Part::new(What::Limit, key, decided)
    }
}
