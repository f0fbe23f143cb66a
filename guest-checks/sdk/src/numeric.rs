//! Decimal numbers of any length.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Deserializer};

use crate::bindings::vhost::check::types::Value;
use crate::query::QueryError;
use crate::typed::{NotAValue, Typed};
use crate::value::{FromValue, unexpected};

/// A `numeric`: decimal text of unlimited precision, also `NaN`, `Infinity` and `-Infinity`.
///
/// It compares as a number, so that `1.0` equals `1.00`, and as Postgres does: NaN equals NaN and is the greatest.
/// Let the database add and round; `numeric::int8` and `numeric::float8` are casts there.
#[derive(Clone, Debug)]
pub struct Numeric(String);

impl Numeric {
    /// As the database wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The whole number that it is; none where it has a fraction, or is out of range.
    pub fn to_i128(&self) -> Option<i128> {
        let (whole, fraction) = self.0.split_once('.').unwrap_or((&self.0, ""));
        let whole = whole.parse().ok()?;
        fraction.bytes().all(|digit| digit == b'0').then_some(whole)
    }

    /// The nearest float.
    pub fn to_f64(&self) -> f64 {
        // Whatever `FromStr` lets through is a float's text too.
        self.0.parse().unwrap_or(f64::NAN)
    }

    /// Where it stands: the order of the special values, and of a finite one its sign, the digits before the point
    /// without leading zeros, and those behind it without trailing ones.
    fn place(&self) -> Place<'_> {
        let (negative, digits) = match self.0.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, self.0.as_str()),
        };
        match (digits, negative) {
            ("NaN", _) => return Place::Special(2),
            ("Infinity", false) => return Place::Special(1),
            ("Infinity", true) => return Place::Special(-1),
            _ => {}
        }
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let (whole, fraction) = (
            whole.trim_start_matches('0'),
            fraction.trim_end_matches('0'),
        );
        let zero = whole.is_empty() && fraction.is_empty();
        Place::Finite(negative && !zero, whole, fraction)
    }
}

#[derive(PartialEq, Eq, Hash)]
enum Place<'a> {
    Special(i8),
    /// Less than zero, digits before and behind the point.
    Finite(bool, &'a str, &'a str),
}

impl PartialEq for Numeric {
    fn eq(&self, other: &Self) -> bool {
        self.place() == other.place()
    }
}

impl Eq for Numeric {}

impl Hash for Numeric {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.place().hash(state);
    }
}

impl PartialOrd for Numeric {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Numeric {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.place(), other.place()) {
            (Place::Special(one), Place::Special(other)) => one.cmp(&other),
            (Place::Special(one), Place::Finite(..)) => one.cmp(&0),
            (Place::Finite(..), Place::Special(other)) => 0.cmp(&other),
            (Place::Finite(true, ..), Place::Finite(false, ..)) => Ordering::Less,
            (Place::Finite(false, ..), Place::Finite(true, ..)) => Ordering::Greater,
            (Place::Finite(negative, a, a_rest), Place::Finite(_, b, b_rest)) => {
                let size = (a.len(), a, a_rest).cmp(&(b.len(), b, b_rest));
                if negative { size.reverse() } else { size }
            }
        }
    }
}

impl fmt::Display for Numeric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for Numeric {
    type Err = NotAValue;

    fn from_str(text: &str) -> Result<Self, NotAValue> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let special = ["NaN", "Infinity", "-Infinity"].contains(&text);
        match special || plain(whole) && plain(fraction) {
            true => Ok(Self(text.to_owned())),
            false => Err(NotAValue::new(text, Self::WRITTEN)),
        }
    }
}

impl Typed for Numeric {
    const NAME: &'static str = "vhost_check::Numeric";
    const WRITTEN: &'static str = "a decimal number, written as a string such as \"12.50\"";

    /// A row hands it over as text.
    fn from_bits(_: i128) -> Option<Self> {
        None
    }
}

impl<'de> Deserialize<'de> for Numeric {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(deserializer)
    }
}

macro_rules! from_integers {
    ($($integer:ty)*) => {$(
        impl From<$integer> for Numeric {
            fn from(integer: $integer) -> Self {
                Self(integer.to_string())
            }
        }
    )*};
}

from_integers!(i32 i64 i128 u32 u64 u128);

impl From<Numeric> for Value {
    fn from(numeric: Numeric) -> Self {
        Value::Numeric(numeric.0)
    }
}

impl FromValue for Numeric {
    fn from_value(value: Value) -> Result<Self, QueryError> {
        match value {
            Value::Numeric(text) => Ok(Self(text)),
            other => Err(unexpected("a numeric", &other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Numeric {
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn numerics_compare_as_numbers() {
        let ascending = [
            "-Infinity",
            "-10.5",
            "-9.75",
            "-0.1",
            "0",
            "0.09",
            "0.1",
            "9.99",
            "10",
            "10.01",
            "123456789012345678901234567890",
            "Infinity",
            "NaN",
        ];
        for pair in ascending.windows(2) {
            assert!(read(pair[0]) < read(pair[1]), "{pair:?}");
        }
        assert_eq!(read("1.0"), read("1.00"));
        assert_eq!(read("-0.0"), read("0"));
        assert_eq!(read("007"), Numeric::from(7));
        assert_eq!(read("NaN"), read("NaN"));
    }

    #[test]
    fn a_numeric_becomes_a_number_on_demand() {
        assert_eq!(read("12.00").to_i128(), Some(12));
        assert_eq!(read("-12").to_i128(), Some(-12));
        assert_eq!(read("12.01").to_i128(), None);
        assert_eq!(read("NaN").to_i128(), None);
        assert_eq!(read("0.25").to_f64(), 0.25);
        assert_eq!(read("-Infinity").to_f64(), f64::NEG_INFINITY);
    }

    #[test]
    fn what_is_no_decimal_number_is_refused() {
        for text in [
            "", "-", ".5", "1.", "1e3", "1,5", "+1", "--1", "nan", "1.2.3",
        ] {
            assert!(text.parse::<Numeric>().is_err(), "{text}");
        }
    }
}
