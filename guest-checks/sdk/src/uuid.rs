//! Universally unique identifiers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};

use crate::bindings::vhost::check::types::Value;
use crate::query::QueryError;
use crate::typed::{NotAValue, Typed};
use crate::value::{FromValue, unexpected};

/// A `uuid`. It compares as Postgres does, byte by byte, and displays as 36 lower-case characters with hyphens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uuid(u128);

impl Uuid {
    /// From its number, most significant byte first.
    pub const fn from_u128(number: u128) -> Self {
        Self(number)
    }

    /// Its number, most significant byte first.
    pub const fn as_u128(self) -> u128 {
        self.0
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:032x}", self.0);
        let (a, b, c) = (&digits[..8], &digits[8..12], &digits[12..16]);
        write!(f, "{a}-{b}-{c}-{}-{}", &digits[16..20], &digits[20..])
    }
}

impl FromStr for Uuid {
    type Err = NotAValue;

    fn from_str(text: &str) -> Result<Self, NotAValue> {
        let lengths = text.split('-').map(str::len);
        let digits = text.replace('-', "");
        let hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if lengths.eq([8, 4, 4, 4, 12])
            && hexadecimal
            && let Ok(number) = u128::from_str_radix(&digits, 16)
        {
            return Ok(Self(number));
        }
        Err(NotAValue::new(text, Self::WRITTEN))
    }
}

impl Typed for Uuid {
    const NAME: &'static str = "vhost_check::Uuid";
    const WRITTEN: &'static str = "a uuid such as 7c963f27-0000-4000-8000-000000000001";

    fn from_bits(bits: i128) -> Option<Self> {
        Some(Self(bits as u128))
    }
}

impl<'de> Deserialize<'de> for Uuid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(deserializer)
    }
}

impl From<Uuid> for Value {
    fn from(uuid: Uuid) -> Self {
        Value::Uuid(uuid.to_string())
    }
}

impl FromValue for Uuid {
    fn from_value(value: Value) -> Result<Self, QueryError> {
        match &value {
            Value::Uuid(text) => text.parse().ok(),
            _ => None,
        }
        .ok_or_else(|| unexpected("a uuid", &value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_has_one_text() {
        let text = "7c963f27-0000-4000-8000-00000000000a";
        let uuid: Uuid = text.to_uppercase().parse().unwrap();
        assert_eq!(uuid.to_string(), text);
        assert_eq!(Uuid::from_bits(uuid.as_u128() as i128), Some(uuid));
        assert_eq!(Uuid::from_value(uuid.into()).unwrap(), uuid);
    }

    #[test]
    fn what_is_no_uuid_is_refused() {
        for text in [
            "7c963f27000040008000-00000000000a",
            "7c963f27-0000-4000-8000-00000000000g",
            "+c963f27-0000-4000-8000-00000000000a",
            "",
        ] {
            assert!(text.parse::<Uuid>().is_err(), "{text}");
        }
    }
}
