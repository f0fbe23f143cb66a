//! What the types of this crate that stand for one Postgres type have in common.
//!
//! A row hands such a value over exactly, by the type's name; settings and json write it as text.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{self, Deserializer, Visitor};

/// Text that is no value of the type it is read as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAValue {
    text: String,
    wanted: &'static str,
}

impl NotAValue {
    pub(crate) fn new(text: &str, wanted: &'static str) -> Self {
        let text = text.to_owned();
        Self { text, wanted }
    }
}

impl fmt::Display for NotAValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not {}", self.text, self.wanted)
    }
}

impl std::error::Error for NotAValue {}

/// A type with a Postgres type of its own.
pub trait Typed: Sized + FromStr<Err = NotAValue> {
    /// How serde is asked for it. No other type has a name with these colons.
    const NAME: &'static str;
    /// How a person writes it, worded to stand behind "is not".
    const WRITTEN: &'static str;

    /// From the number that a row hands over, where the type fits into one.
    fn from_bits(bits: i128) -> Option<Self>;

    /// What `Deserialize` does for it.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(Self::NAME, TypedVisitor(PhantomData))
    }
}

struct TypedVisitor<T>(PhantomData<T>);

impl<'de, T: Typed> Visitor<'de> for TypedVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::WRITTEN)
    }

    /// Only a row calls this: every text format goes to `visit_newtype_struct`.
    fn visit_i128<E: de::Error>(self, bits: i128) -> Result<T, E> {
        T::from_bits(bits).ok_or_else(|| E::invalid_type(de::Unexpected::Other("a number"), &self))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }

    /// A whole number in settings can be a numeric; every other type says what it wants instead.
    fn visit_i64<E: de::Error>(self, int: i64) -> Result<T, E> {
        self.visit_str(&int.to_string())
    }

    fn visit_u64<E: de::Error>(self, int: u64) -> Result<T, E> {
        self.visit_str(&int.to_string())
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<T, D::Error> {
        inner.deserialize_any(self)
    }
}
