//! How far a relation's rows may be from those of the reference: the plan's `[reference.rows]`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

use crate::plan::identifier::{identifier, quoted};
use crate::plan::line::visible;

/// Parts of a million: percents with four decimals.
const WHOLE: u64 = 1_000_000;

/// Tolerances by what they are about; the narrowest that fits a relation counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Tolerances(BTreeMap<Relations, Tolerance>);

/// What one tolerance is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub enum Relations {
    /// `*`
    Every,
    /// `audit.*`
    Schema(String),
    /// `shop.orders`
    One { schema: String, name: String },
}

/// How far the rows of a relation may be from those of the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "ToleranceText")]
pub enum Tolerance {
    /// As many rows, with the same digest.
    Exact,
    Any,
    /// So many less, and so many more. What they hold is not compared.
    Within {
        shrink: Amount,
        grow: Amount,
    },
}

/// How many rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "AmountText")]
pub enum Amount {
    Rows(u64),
    /// Of the reference's rows, in parts of a million.
    Part(u64),
    Unlimited,
}

/// Without an entry: a relation may grow and must not shrink.
impl Default for Tolerance {
    fn default() -> Self {
        Self::Within {
            shrink: Amount::Rows(0),
            grow: Amount::Unlimited,
        }
    }
}

impl Tolerances {
    /// The tolerance of a relation: its own, its schema's, everybody's, or the default.
    pub fn of(&self, schema: &str, name: &str) -> Tolerance {
        let one = Relations::One {
            schema: schema.to_owned(),
            name: name.to_owned(),
        };
        let candidates = [one, Relations::Schema(schema.to_owned()), Relations::Every];
        let found = candidates.iter().find_map(|about| self.0.get(about));
        found.copied().unwrap_or_default()
    }

    /// What the entries are about.
    pub fn about(&self) -> impl Iterator<Item = &Relations> {
        self.0.keys()
    }
}

impl Tolerance {
    /// Whether `actual` rows are near enough to `expected`; of [`Tolerance::Exact`] only the number is told here.
    pub fn admits(self, expected: u64, actual: u64) -> bool {
        match self {
            Self::Exact => expected == actual,
            Self::Any => true,
            Self::Within { shrink, grow } => match expected.checked_sub(actual) {
                Some(less) => shrink.covers(less, expected),
                None => grow.covers(actual - expected, expected),
            },
        }
    }
}

impl Amount {
    fn covers(self, change: u64, of: u64) -> bool {
        match self {
            Self::Rows(most) => change <= most,
            Self::Part(part) => {
                u128::from(change) * u128::from(WHOLE) <= u128::from(of) * u128::from(part)
            }
            Self::Unlimited => true,
        }
    }
}

impl Relations {
    /// Whether a relation is among these.
    pub fn contain(&self, relation: (&str, &str)) -> bool {
        match self {
            Self::Every => true,
            Self::Schema(schema) => schema == relation.0,
            Self::One { schema, name } => (schema.as_str(), name.as_str()) == relation,
        }
    }
}

impl FromStr for Relations {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const FORMS: &str = "write `schema.relation`, `schema.*` or `*`";
        visible(text).map_err(|why| format!("`{}`: {why}", text.escape_debug()))?;
        if text == "*" {
            return Ok(Self::Every);
        }
        let named = |why: String| format!("`{text}` names no relations: {why}; {FORMS}");
        let mut rest = text;
        let schema = identifier(&mut rest).map_err(named)?;
        let Some(mut rest) = rest.strip_prefix('.') else {
            return Err(named("a dot and a relation are missing".to_owned()));
        };
        if rest == "*" {
            return Ok(Self::Schema(schema));
        }
        let name = identifier(&mut rest).map_err(named)?;
        match rest {
            "" => Ok(Self::One { schema, name }),
            left => Err(named(format!("`{left}` is left over"))),
        }
    }
}

impl fmt::Display for Relations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Every => f.write_str("*"),
            Self::Schema(schema) => write!(f, "{}.*", quoted(schema)),
            Self::One { schema, name } => write!(f, "{}.{}", quoted(schema), quoted(name)),
        }
    }
}

impl TryFrom<String> for Relations {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// As a plan writes it.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a tolerance is \"exact\", \"any\", or a table such as { shrink = \"0%\", grow = \"10%\" }"
)]
enum ToleranceText {
    Word(String),
    Within(WithinText),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WithinText {
    shrink: Option<Amount>,
    grow: Option<Amount>,
}

impl TryFrom<ToleranceText> for Tolerance {
    type Error = String;

    fn try_from(text: ToleranceText) -> Result<Self, String> {
        match text {
            ToleranceText::Word(word) => match word.as_str() {
                "exact" => Ok(Self::Exact),
                "any" => Ok(Self::Any),
                other => Err(format!(
                    "`{other}` is no tolerance: write \"exact\", \"any\", or a table such as {{ shrink = \"0%\", grow = \"10%\" }}"
                )),
            },
            ToleranceText::Within(within) => {
                // What is not written is as it is without an entry.
                let shrink = within.shrink.unwrap_or(Amount::Rows(0));
                let grow = within.grow.unwrap_or(Amount::Unlimited);
                Ok(Self::Within { shrink, grow })
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "an amount is a number of rows, a percentage such as \"2.5%\", or \"any\""
)]
enum AmountText {
    Rows(u64),
    Text(String),
}

impl TryFrom<AmountText> for Amount {
    type Error = String;

    fn try_from(text: AmountText) -> Result<Self, String> {
        match text {
            AmountText::Rows(rows) => Ok(Self::Rows(rows)),
            AmountText::Text(text) if text == "any" => Ok(Self::Unlimited),
            AmountText::Text(text) => part(&text).map(Self::Part).ok_or_else(|| {
                format!(
                    "`{text}` is no amount: write a number of rows, a percentage such as \"2.5%\", or \"any\""
                )
            }),
        }
    }
}

/// Reads `10%` or `2.5%`, with at most four decimals, as parts of a million.
fn part(text: &str) -> Option<u64> {
    let number = text.strip_suffix('%')?;
    let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(decimals) || decimals.len() > 4 {
        return None;
    }
    let whole: u64 = whole.parse().ok()?;
    let decimals: u64 = format!("{decimals:0<4}").parse().ok()?;
    whole.checked_mul(WHOLE / 100)?.checked_add(decimals)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Tolerances {
        toml::from_str(text).unwrap()
    }

    fn refused(text: &str) -> String {
        let error = toml::from_str::<Tolerances>(text).unwrap_err();
        error.message().to_owned()
    }

    #[test]
    fn the_narrowest_entry_counts() {
        let tolerances = read(
            "\"*\" = \"any\"\n\"audit.*\" = { shrink = 5 }\n\"audit.log\" = \"exact\"\n\"\\\"We.ird\\\".t\" = \"exact\"\n",
        );
        assert_eq!(tolerances.of("audit", "log"), Tolerance::Exact);
        assert_eq!(tolerances.of("We.ird", "t"), Tolerance::Exact);
        assert_eq!(tolerances.of("shop", "log"), Tolerance::Any);
        assert_eq!(
            tolerances.of("audit", "other"),
            Tolerance::Within {
                shrink: Amount::Rows(5),
                grow: Amount::Unlimited
            }
        );
        assert_eq!(read("").of("shop", "log"), Tolerance::default());
        let about: Vec<String> = tolerances.about().map(ToString::to_string).collect();
        assert_eq!(about, ["*", "audit.*", "\"We.ird\".t", "audit.log"]);
    }

    #[test]
    fn rows_are_admitted_up_to_the_amount_and_no_further() {
        let of = |text: &str| read(&format!("\"*\" = {text}")).of("a", "b");
        for (text, expected, admitted, refused) in [
            ("\"exact\"", 100, vec![100], vec![99, 101]),
            ("\"any\"", 100, vec![0, 100, u64::MAX], vec![]),
            ("{}", 100, vec![100, 101, u64::MAX], vec![99]),
            ("{ shrink = \"2.5%\" }", 40_000, vec![39_000], vec![38_999]),
            (
                "{ shrink = 4, grow = \"10%\" }",
                40,
                vec![36, 44],
                vec![35, 45],
            ),
            ("{ grow = 0 }", 7, vec![7], vec![6, 8]),
            ("{ shrink = \"any\", grow = 1 }", 7, vec![0, 8], vec![9]),
            ("{ shrink = \"0%\", grow = \"10%\" }", 0, vec![0], vec![1]),
            (
                "{ grow = \"0.0001%\" }",
                1_000_000,
                vec![1_000_001],
                vec![1_000_002],
            ),
        ] {
            let tolerance = of(text);
            for actual in admitted {
                assert!(tolerance.admits(expected, actual), "{text} {actual}");
            }
            for actual in refused {
                assert!(!tolerance.admits(expected, actual), "{text} {actual}");
            }
        }
    }

    #[test]
    fn what_is_no_tolerance_is_refused_with_what_to_write() {
        for (text, remedy) in [
            ("orders = \"any\"", "`schema.relation`"),
            ("\"Shop.orders\" = \"any\"", "lower case"),
            ("\"shop.orders.id\" = \"any\"", "`.id` is left over"),
            ("\"shop.orders\" = \"some\"", "\"exact\", \"any\""),
            ("\"shop.orders\" = 5", "a tolerance is \"exact\""),
            ("\"shop.orders\" = { shrink = \"5\" }", "a tolerance is"),
            ("\"shop.orders\" = { shrinks = 5 }", "a tolerance is"),
            ("\"shop.orders\" = { shrink = -5 }", "a tolerance is"),
            (
                "\"shop.orders\" = { shrink = \"1.00001%\" }",
                "a tolerance is",
            ),
            ("\"shop.or\\u200bders\" = \"any\"", "U+200B"),
        ] {
            let said = refused(text);
            assert!(said.contains(remedy), "{text}: {said}");
        }
    }
}
