//! From what a check asks for and what an operator decides to its grant.

use std::fmt;

use time::OffsetDateTime;

use super::asked::{Asked, AskedRead};
use super::component::{Component, ImportKind, WORLD};
use super::difference::{Difference, difference};
use super::file::Grant;
use super::level::ReportLevel;
use super::scope::Scope;
use super::section::ManifestFault;
use super::withholding::Withholding;
use crate::plan::limits::{LimitKey, Limits, LimitsText};

/// The interface through which a check reads relations.
const QUERY: &str = "vhost:check/query@0.1.0";

/// What an operator decides about one check. Without a word on a part, what was decided before stands, and otherwise
/// what the check asks for is granted.
#[derive(Clone, Debug)]
pub struct Decision {
    /// What may be read; empty where nothing was said.
    pub read: Vec<Scope>,
    pub withhold: Vec<Withhold>,
    /// Who decides, in that person's own words.
    pub by: String,
    pub at: OffsetDateTime,
}

/// One part of what is asked that is not granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Withhold {
    /// A scope, `report` or an artefact's name, all of it.
    Whole(Withholding),
    /// `memory=64MiB`: what is above this amount.
    Above(LimitKey, u64),
}

/// Why there is no grant, worded to follow the check's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotApproved {
    #[error("does not export vhost:check/checker@{WORLD}: build it against the world in wit/")]
    NoChecker,
    #[error("{fault}")]
    Manifest { fault: ManifestFault },
    #[error("imports `{interface}`, which no grant can allow: remove its use from the check")]
    Never { interface: String },
    #[error(
        "leaves it to its settings which relations it reads: say which they may be with --read, once for each scope"
    )]
    NeedsRead,
    #[error("does not ask to read `{scope}`: a grant is never wider than what is asked")]
    ReadNotAsked { scope: Scope },
    #[error("does not ask for `{what}`, so that it cannot be withheld")]
    WithholdNotAsked { what: Withholding },
    #[error(
        "leaves it to its settings which relations it reads: name those that it may read with --read, instead of withholding `{scope}`"
    )]
    WithholdConfigured { scope: Scope },
    #[error(
        "asks for `{asked}`, of which `{withheld}` cannot be taken alone: name what is granted of it with --read"
    )]
    NotSeparable { asked: String, withheld: String },
    #[error("asks for {key} = {}, which is not above {}: withhold less", key.written(*asked), key.written(*most))]
    NotLower {
        key: LimitKey,
        asked: u64,
        most: u64,
    },
    /// It would be refused by every review, so it is not written.
    #[error("would not be granted what it asks for: it {}", differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("; it "))]
    Differs { differences: Vec<Difference> },
}

impl Withhold {
    /// Reads `audit.*`, `report`, `exports` or `memory=64MiB`; the error says what to write instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some((name, amount)) = text.split_once('=')
            && let Some(key) = LimitKey::named(name)
        {
            return limit(key, amount).map(|most| Self::Above(key, most));
        }
        match Withholding::parse(text)? {
            Withholding::Limit(key) => Err(format!(
                "say how much is granted: write `{key}={}` or less",
                key.written(Limits::default().get(key)).replace('"', "")
            )),
            whole => Ok(Self::Whole(whole)),
        }
    }
}

/// Reads an amount as a grants file has it, quotes aside.
fn limit(key: LimitKey, amount: &str) -> Result<u64, String> {
    let number = !amount.is_empty() && amount.bytes().all(|byte| byte.is_ascii_digit());
    let value = match number {
        true => amount.to_owned(),
        // A text in single quotes is taken as it stands.
        false => format!("'{}'", amount.replace(['\'', '\n', '\r'], "")),
    };
    let text: LimitsText = toml::from_str(&format!("{key} = {value}"))
        .map_err(|error| error.message().replace('\n', "; "))?;
    let limits = text.read(&Limits::default()).map_err(|(_, what)| what)?;
    Ok(limits.get(key))
}

impl fmt::Display for Withhold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(what) => what.fmt(f),
            Self::Above(key, most) => write!(f, "{key}={}", key.written(*most).replace('"', "")),
        }
    }
}

/// The grant of one check: never wider than what it asks for, and with a word on every part of that.
///
/// `before` is its grant so far. What was withheld stays withheld as far as it is still asked for.
pub fn approve(
    component: &Component,
    before: Option<&Grant>,
    decision: &Decision,
) -> Result<Grant, NotApproved> {
    if component.world.as_deref() != Some(WORLD) {
        return Err(NotApproved::NoChecker);
    }
    let mut imports = component.imports.iter();
    if let Some(never) = imports.find(|import| import.kind == ImportKind::Never) {
        return Err(NotApproved::Never {
            interface: never.interface.clone(),
        });
    }
    let asked = component
        .asked
        .as_ref()
        .map_err(|fault| NotApproved::Manifest {
            fault: fault.clone(),
        })?;
    let (read, mut withheld) = reading(asked, before, decision)?;
    let report = report(asked, before, decision)?;
    if report != asked.report {
        withheld.push(Withholding::Report);
    }
    let limits = limits(asked, before, decision)?;
    let lower = |key: &LimitKey| limits.get(*key) < asked.limits.get(*key);
    let lower = LimitKey::ALL.into_iter().filter(lower);
    withheld.extend(lower.map(Withholding::Limit));
    let artefacts = artefacts(asked, before, decision)?;
    let refused = asked.artefacts.iter().filter(|a| !artefacts.contains(a));
    withheld.extend(refused.cloned().map(Withholding::Artefact));
    let grant = Grant {
        check: component.name.clone(),
        version: Some(asked.version.clone()),
        component: component.sha256,
        imports: asked.interfaces.clone(),
        report,
        read,
        artefacts,
        withheld,
        approved_by: Some(decision.by.clone()),
        approved_at: Some(decision.at),
        limits,
    };
    match difference(component.sha256, asked, &grant) {
        differences if differences.is_empty() => Ok(grant),
        differences => Err(NotApproved::Differs { differences }),
    }
}

/// What may be read, and what of the asked scopes may not.
fn reading(
    asked: &Asked,
    before: Option<&Grant>,
    decision: &Decision,
) -> Result<(Vec<Scope>, Vec<Withholding>), NotApproved> {
    let withhold = decision.withhold.iter().filter_map(|one| match one {
        Withhold::Whole(Withholding::Scope(scope)) => Some(scope),
        _ => None,
    });
    let withhold: Vec<&Scope> = withhold.collect();
    let asked = match &asked.read {
        AskedRead::Scopes(asked) => asked,
        AskedRead::Configured => {
            if let Some(scope) = withhold.first() {
                let scope = (*scope).clone();
                return Err(NotApproved::WithholdConfigured { scope });
            }
            let read = match (&decision.read[..], before) {
                ([], Some(before)) => before.read.clone(),
                (read, _) => read.to_vec(),
            };
            // Without a way to ask the database, there is nothing to say.
            let reads = asked.interfaces.iter().any(|one| one == QUERY);
            return match read.is_empty() && reads {
                true => Err(NotApproved::NeedsRead),
                false => Ok((read, Vec::new())),
            };
        }
    };
    let mut read = match &decision.read[..] {
        [] => as_before(asked, before),
        read => read.to_vec(),
    };
    if let Some(scope) = read.iter().find_map(|scope| scope.beyond(asked)) {
        return Err(NotApproved::ReadNotAsked { scope });
    }
    for scope in withhold {
        if scope.beyond(asked).is_some() {
            return Err(NotApproved::WithholdNotAsked {
                what: Withholding::Scope(scope.clone()),
            });
        }
        let left = read.iter().map(|granted| without(granted, scope));
        read = left.collect::<Result<Vec<_>, _>>()?.concat();
    }
    let withheld = asked.iter().filter_map(|scope| scope.beyond(&read));
    let withheld = withheld.map(Withholding::Scope).collect();
    Ok((read, withheld))
}

/// The asked scopes, but of those that were withheld before only what was granted then.
fn as_before(asked: &[Scope], before: Option<&Grant>) -> Vec<Scope> {
    let mut read = Vec::new();
    for scope in asked {
        let narrowed = before.filter(|before| {
            let withheld =
                |one: &Withholding| matches!(one, Withholding::Scope(of) if of.overlaps(scope));
            before.withheld.iter().any(withheld)
        });
        let granted = match narrowed {
            Some(before) => before
                .read
                .iter()
                .filter(|one| scope.contains(one))
                .cloned()
                .collect(),
            None => vec![scope.clone()],
        };
        for scope in granted {
            if !read.contains(&scope) {
                read.push(scope);
            }
        }
    }
    read
}

/// What is left of a granted scope when another is withheld.
fn without(granted: &Scope, withheld: &Scope) -> Result<Vec<Scope>, NotApproved> {
    if withheld.contains(granted) {
        return Ok(Vec::new());
    }
    if !withheld.overlaps(granted) {
        return Ok(vec![granted.clone()]);
    }
    match granted {
        Scope::Columns { .. } => {
            let left = granted.beyond(std::slice::from_ref(withheld));
            Ok(left.into_iter().collect())
        }
        Scope::Schema { .. } | Scope::Relation { .. } => Err(NotApproved::NotSeparable {
            asked: granted.to_string(),
            withheld: withheld.to_string(),
        }),
    }
}

fn report(
    asked: &Asked,
    before: Option<&Grant>,
    decision: &Decision,
) -> Result<ReportLevel, NotApproved> {
    let now = decision.withholds(&Withholding::Report);
    if now && asked.report == ReportLevel::Counts {
        return Err(NotApproved::WithholdNotAsked {
            what: Withholding::Report,
        });
    }
    let withheld = now || before.is_some_and(|b| b.withheld.contains(&Withholding::Report));
    Ok(match withheld {
        true => ReportLevel::Counts,
        false => asked.report,
    })
}

fn limits(
    asked: &Asked,
    before: Option<&Grant>,
    decision: &Decision,
) -> Result<Limits, NotApproved> {
    let mut limits = asked.limits.clone();
    for key in LimitKey::ALL {
        let withheld = |grant: &&Grant| grant.withheld.contains(&Withholding::Limit(key));
        if let Some(before) = before.filter(withheld) {
            limits.set(key, before.limits.get(key).min(limits.get(key)));
        }
    }
    for one in &decision.withhold {
        if let Withhold::Above(key, most) = *one {
            let asked = asked.limits.get(key);
            if most >= asked {
                return Err(NotApproved::NotLower { key, asked, most });
            }
            limits.set(key, most);
        }
    }
    Ok(limits)
}

fn artefacts(
    asked: &Asked,
    before: Option<&Grant>,
    decision: &Decision,
) -> Result<Vec<String>, NotApproved> {
    for one in &decision.withhold {
        if let Withhold::Whole(Withholding::Artefact(name)) = one
            && !asked.artefacts.contains(name)
        {
            return Err(NotApproved::WithholdNotAsked {
                what: Withholding::Artefact(name.clone()),
            });
        }
    }
    let granted = |name: &&String| {
        let what = Withholding::Artefact((*name).clone());
        !decision.withholds(&what) && !before.is_some_and(|b| b.withheld.contains(&what))
    };
    Ok(asked.artefacts.iter().filter(granted).cloned().collect())
}

impl Decision {
    fn withholds(&self, what: &Withholding) -> bool {
        let whole = |one: &Withhold| matches!(one, Withhold::Whole(one) if one == what);
        self.withhold.iter().any(whole)
    }
}

#[cfg(test)]
mod tests;
