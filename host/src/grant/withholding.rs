//! What was asked for and refused on purpose, as one line of a grant.

use std::fmt;

use super::scope::Scope;
use crate::plan::limits::LimitKey;
use crate::plan::name::{LABEL, is_label};

/// What stands for the report level in a grant's `withheld`.
pub const REPORT: &str = "report";

/// One entry of a grant's `withheld` list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Withholding {
    /// `audit.*`: all of it, or what the grant's `read` leaves of it.
    Scope(Scope),
    /// `report`: values were asked for, counts are granted.
    Report,
    /// `memory`: less is granted than was asked for.
    Limit(LimitKey),
    /// `exports`: the artefact directory of that name.
    Artefact(String),
}

impl Withholding {
    /// Reads one entry; the error says what to write instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == REPORT {
            return Ok(Self::Report);
        }
        if let Some(key) = LimitKey::named(text) {
            return Ok(Self::Limit(key));
        }
        if text.contains(['.', '"', '(']) {
            return Scope::parse(text).map(Self::Scope);
        }
        artefact(text).map(|()| Self::Artefact(text.to_owned()))
    }
}

impl fmt::Display for Withholding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scope(scope) => scope.fmt(f),
            Self::Report => f.write_str(REPORT),
            Self::Limit(key) => key.fmt(f),
            Self::Artefact(name) => f.write_str(name),
        }
    }
}

/// Holds an artefact's name against the rule; the error says what to write instead.
pub(super) fn artefact(name: &str) -> Result<(), String> {
    if name == REPORT || LimitKey::named(name).is_some() {
        return Err(
            "this word means a part of the grant: give the artefact another name".to_owned(),
        );
    }
    match is_label(name) {
        true => Ok(()),
        false => Err(format!("an artefact's name has {LABEL}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_reads_back_as_written() {
        for text in [
            "audit.*",
            "app.orders(id, mail)",
            "report",
            "statement_time",
            "exports",
        ] {
            assert_eq!(Withholding::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(
            Withholding::parse("rows"),
            Ok(Withholding::Limit(LimitKey::Rows))
        );
        for text in ["", "Orders", "app.Orders", "../etc", "app", "fuel_", "a b"] {
            let read = Withholding::parse(text);
            assert!(read.is_err() || text == "app", "{text}: {read:?}");
        }
        assert!(artefact("memory").is_err() && artefact("report").is_err());
        assert!(artefact("exports").is_ok());
    }
}
