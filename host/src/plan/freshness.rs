//! How old the newest row of a relation may be: the plan's `[freshness]`.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::Deserialize;

use crate::plan::identifier::{identifier, quoted};
use crate::plan::line::visible;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Columns and how old their highest value may be when the dump is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Freshness(BTreeMap<Column, Age>);

/// A column of dates or timestamps: `shop.orders.created_at`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Column {
    pub schema: String,
    pub relation: String,
    pub column: String,
}

/// How old a value may be, in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Age(pub Duration);

impl Freshness {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn columns(&self) -> impl Iterator<Item = (&Column, Age)> {
        self.0.iter().map(|(column, age)| (column, *age))
    }
}

impl TryFrom<String> for Column {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        visible(&text).map_err(|why| format!("`{}`: {why}", text.escape_debug()))?;
        let named = |why: String| {
            format!("`{text}` names no column: {why}; write `schema.relation.column`")
        };
        let mut rest = text.as_str();
        let mut next = |last: bool| {
            let name = identifier(&mut rest).map_err(named)?;
            match rest.strip_prefix('.') {
                Some(more) if !last => rest = more,
                None if last && rest.is_empty() => {}
                _ => return Err(named("it has three parts".to_owned())),
            }
            Ok(name)
        };
        Ok(Self {
            schema: next(false)?,
            relation: next(false)?,
            column: next(true)?,
        })
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}.{}.{}",
            quoted(&self.schema),
            quoted(&self.relation),
            quoted(&self.column)
        )
    }
}

impl TryFrom<String> for Age {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let units = [("s", 1), ("m", MINUTE), ("h", HOUR), ("d", DAY)];
        let seconds = units.iter().find_map(|(unit, seconds)| {
            let number = text.strip_suffix(unit)?;
            let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            let number: u64 = digits.then(|| number.parse().ok()).flatten()?;
            // As far as a signed number of microseconds goes, Postgres' own measure.
            number
                .checked_mul(*seconds)
                .filter(|seconds| *seconds <= i64::MAX as u64 / 1_000_000)
        });
        match seconds {
            Some(0) | None => Err(format!(
                "`{text}` is no age: write, for example, \"30m\", \"24h\" or \"7d\""
            )),
            Some(seconds) => Ok(Self(Duration::from_secs(seconds))),
        }
    }
}

/// In the largest unit that leaves nothing over.
impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let (unit, name) = [(HOUR, "h"), (MINUTE, "m")]
            .into_iter()
            .find(|(unit, _)| seconds >= *unit && seconds.is_multiple_of(*unit))
            .unwrap_or((1, "s"));
        write!(f, "{}{name}", seconds / unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_and_ages_are_read() {
        let text = "\"shop.orders.created_at\" = \"24h\"\n'\"Shop\".t.\"At\"' = \"2d\"\n";
        let freshness: Freshness = toml::from_str(text).unwrap();
        let read: Vec<String> = freshness
            .columns()
            .map(|(column, age)| format!("{column} {age}"))
            .collect();
        assert_eq!(
            read,
            ["\"Shop\".t.\"At\" 48h", "shop.orders.created_at 24h"]
        );
    }

    #[test]
    fn what_is_no_column_or_age_is_refused_with_what_to_write() {
        for (text, remedy) in [
            ("\"shop.orders\" = \"24h\"", "`schema.relation.column`"),
            ("\"shop.orders.a.b\" = \"24h\"", "three parts"),
            ("\"a.b.C\" = \"24h\"", "lower case"),
            ("\"a.b.c\" = \"24\"", "\"30m\""),
            ("\"a.b.c\" = \"0h\"", "\"30m\""),
            ("\"a.b.c\" = \"-1h\"", "\"30m\""),
            ("\"a.b.c\" = \"1.5h\"", "\"30m\""),
            ("\"a.b.c\" = \"99999999999999d\"", "\"30m\""),
        ] {
            let error = toml::from_str::<Freshness>(text).unwrap_err();
            assert!(error.message().contains(remedy), "{text}: {error}");
        }
    }
}
