//! How far a relation's rows may be from those of the reference.

use std::collections::BTreeMap;

use serde::Deserialize;
use vhost_check::{Ident, Relation};

/// What an entry is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub enum About {
    /// `*`
    Every,
    /// `audit.*`
    Schema(Ident),
    /// `shop.order`
    One(Relation),
}

impl TryFrom<String> for About {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let said = |error: vhost_check::NotAName| format!("{error}, `schema.*` or `*`");
        match (text.as_str(), text.strip_suffix(".*")) {
            ("*", _) => Ok(Self::Every),
            (_, Some(schema)) => Ok(Self::Schema(schema.parse().map_err(said)?)),
            (one, None) => Ok(Self::One(Relation::parse(one).map_err(said)?)),
        }
    }
}

/// The tolerance of a relation: its own, its schema's, everybody's.
pub fn narrowest(of: &BTreeMap<About, Tolerance>, relation: &Relation) -> Option<Tolerance> {
    let candidates = [
        About::One(relation.clone()),
        About::Schema(relation.schema.clone()),
        About::Every,
    ];
    candidates.iter().find_map(|about| of.get(about)).copied()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub enum Tolerance {
    Any,
    Within { shrink: Amount, grow: Amount },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WrittenAmount")]
pub enum Amount {
    Rows(u64),
    /// Of the reference's rows, in parts of a million.
    Part(u64),
    Any,
}

impl Tolerance {
    /// The fewest rows where there were `before`.
    pub fn least(self, before: u64) -> u64 {
        match self {
            Self::Any => 0,
            Self::Within { shrink, .. } => match shrink.of(before) {
                Some(shrink) => before.saturating_sub(shrink),
                None => 0,
            },
        }
    }

    /// The most rows where there were `before`; none where any number will do.
    pub fn most(self, before: u64) -> Option<u64> {
        match self {
            Self::Any => None,
            Self::Within { grow, .. } => grow.of(before).map(|grow| before.saturating_add(grow)),
        }
    }
}

impl Amount {
    fn of(self, before: u64) -> Option<u64> {
        match self {
            Self::Any => None,
            Self::Rows(rows) => Some(rows),
            // In whole numbers: a percentage of a large table must not be rounded on the way.
            Self::Part(part) => {
                let rows = u128::from(before) * u128::from(part) / 1_000_000;
                Some(u64::try_from(rows).unwrap_or(u64::MAX))
            }
        }
    }
}

/// As a plan writes it.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a tolerance is \"any\" or a table such as { shrink = 0, grow = \"10%\" }"
)]
enum Written {
    Word(Any),
    Within(WrittenWithin),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenWithin {
    shrink: Option<Amount>,
    grow: Option<Amount>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Any {
    Any,
}

impl From<Written> for Tolerance {
    fn from(written: Written) -> Self {
        match written {
            Written::Word(Any::Any) => Self::Any,
            Written::Within(within) => Self::Within {
                shrink: within.shrink.unwrap_or(Amount::Rows(0)),
                grow: within.grow.unwrap_or(Amount::Any),
            },
        }
    }
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "an amount is a number of rows, a percentage such as \"2.5%\", or \"any\""
)]
enum WrittenAmount {
    Rows(u64),
    Text(String),
}

impl TryFrom<WrittenAmount> for Amount {
    type Error = String;

    fn try_from(written: WrittenAmount) -> Result<Self, String> {
        let text = match written {
            WrittenAmount::Rows(rows) => return Ok(Self::Rows(rows)),
            WrittenAmount::Text(text) if text == "any" => return Ok(Self::Any),
            WrittenAmount::Text(text) => text,
        };
        let wrong = || {
            format!(
                "`{text}` is no amount: write a number of rows, a percentage such as \"2.5%\", or \"any\""
            )
        };
        let percent = text.strip_suffix('%').ok_or_else(wrong)?;
        let (whole, decimals) = percent.split_once('.').unwrap_or((percent, "0"));
        let digits = format!("{whole}{decimals:0<4}");
        let written = !whole.is_empty() && !decimals.is_empty() && decimals.len() <= 4;
        if !written || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong());
        }
        // Ten thousand parts of a million are a percent, so four decimals are whole parts.
        digits.parse().map(Self::Part).map_err(|_| wrong())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Tolerance, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn amounts_are_of_the_reference_and_never_rounded_up() {
        for (json, before, least, most) in [
            (r#"{"shrink": "1%"}"#, 1_050, 1_040, None),
            (r#"{"shrink": 5, "grow": "10%"}"#, 59, 54, Some(64)),
            (
                r#"{"grow": "0.0001%"}"#,
                10_000_000,
                10_000_000,
                Some(10_000_010),
            ),
            (r#"{"grow": "250%"}"#, 2, 2, Some(7)),
            (r#"{"shrink": 9, "grow": "100%"}"#, 0, 0, Some(0)),
            (r#"{}"#, 3, 3, None),
            (r#"{"shrink": "any", "grow": 0}"#, 3, 0, Some(3)),
            (r#""any""#, 3, 0, None),
        ] {
            let tolerance = read(json).unwrap();
            let bounds = (tolerance.least(before), tolerance.most(before));
            assert_eq!(bounds, (least, most), "{json}");
        }
    }

    #[test]
    fn the_narrowest_entry_counts() {
        let all: BTreeMap<About, Tolerance> = serde_json::from_str(
            r#"{"*": "any", "audit.*": {"shrink": 1}, "audit.log.x": {"shrink": 2}}"#,
        )
        .unwrap();
        let of = |name| narrowest(&all, &Relation::parse(name).unwrap()).unwrap();
        let shrinks = |rows| Tolerance::Within {
            shrink: Amount::Rows(rows),
            grow: Amount::Any,
        };
        assert_eq!(of("audit.log.x"), shrinks(2));
        assert_eq!(of("audit.other"), shrinks(1));
        assert_eq!(of("shop.order"), Tolerance::Any);
    }

    #[test]
    fn anything_else_says_what_to_write() {
        for json in [
            r#""exact""#,
            r#"{"shrink": "1"}"#,
            r#"{"shrink": "-1%"}"#,
            r#"{"shrink": ".5%"}"#,
            r#"{"shrink": "1.%"}"#,
            r#"{"shrink": "1.00001%"}"#,
            r#"{"shrink": -1}"#,
            r#"{"shrinks": 1}"#,
        ] {
            assert!(read(json).is_err(), "{json}");
        }
        let error = serde_json::from_str::<About>(r#""order""#).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("`schema.relation`, `schema.*` or `*`"),
            "{error}"
        );
    }
}
