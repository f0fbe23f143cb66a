//! A digest of a relation's rows that depends neither on their order nor on that of the columns.
//!
//! It is the sum, modulo 2^128, of the XXH3-128 of each row. A sum, unlike an exclusive-or, does not cancel a row that
//! stands twice. It guards against accidents: somebody who may choose rows freely could construct a collision. What a
//! dump's bytes are is held by their SHA-256.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The sum of the digests of some rows; shown and serialized as 32 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowSum(u128);

/// What was not a [`RowSum`].
#[derive(Debug, thiserror::Error)]
#[error("a digest of rows is 32 hexadecimal digits")]
pub struct NotRowSum;

impl RowSum {
    /// Adds the digest of one row.
    pub fn add(&mut self, row: u128) {
        self.0 = self.0.wrapping_add(row);
    }

    /// Becomes the digest of both lots of rows together.
    pub fn merge(&mut self, other: Self) {
        self.add(other.0);
    }
}

impl fmt::Display for RowSum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl FromStr for RowSum {
    type Err = NotRowSum;

    fn from_str(text: &str) -> Result<Self, NotRowSum> {
        let digits = text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
        match u128::from_str_radix(text, 16) {
            Ok(sum) if digits => Ok(Self(sum)),
            _ => Err(NotRowSum),
        }
    }
}

impl Serialize for RowSum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RowSum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_reads_back_and_nothing_else_does() {
        let mut sum = RowSum::default();
        sum.add(u128::MAX);
        sum.merge(sum);
        assert_eq!(sum.to_string(), "fffffffffffffffffffffffffffffffe");
        assert_eq!(sum.to_string().parse::<RowSum>().unwrap(), sum);
        for wrong in [
            "",
            "+000000000000000000000000000000f",
            "00",
            "0000000000000000000000000000000g",
        ] {
            assert!(wrong.parse::<RowSum>().is_err(), "{wrong}");
        }
    }
}
