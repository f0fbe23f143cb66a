//! One cell as whatever type a field has.

use serde::de::value::SeqDeserializer;
use serde::de::{Deserializer, IntoDeserializer, Visitor};

use super::misfit::Misfit;
use crate::bindings::vhost::check::types::Value;
use crate::interval::Interval;
use crate::moment::{Date, Timestamp, TimestampTz};
use crate::numeric::Numeric;
use crate::typed::Typed;
use crate::uuid::Uuid;
use crate::value::{FromValue, unexpected};

/// Reads from bytes that end with the cell, so that nothing is borrowed from it.
type Json<'a> = serde_json::Deserializer<serde_json::de::IoRead<&'a [u8]>>;

pub struct Cell(pub Value);

impl Cell {
    fn read<T: FromValue>(self) -> Result<T, Misfit> {
        Ok(T::from_value(self.0)?)
    }

    /// What is inside of a json cell, or that it is none.
    fn json<T>(
        self,
        wanted: &'static str,
        read: impl FnOnce(&mut Json<'_>) -> serde_json::Result<T>,
    ) -> Result<T, Misfit> {
        match &self.0 {
            Value::Json(text) => read(&mut Json::from_reader(text.as_bytes())).map_err(json_misfit),
            other => Err(unexpected(wanted, other).into()),
        }
    }
}

/// serde_json quotes the value that does not fit, but not where a field is missing.
fn json_misfit(error: serde_json::Error) -> Misfit {
    let text = error.to_string();
    match text.split_once(" at line ") {
        Some((why, _)) if why.starts_with("missing field `") => {
            Misfit::because(format!("json: {why}"))
        }
        _ => Misfit::because(format!(
            "json of another shape than what it is read into, at line {} column {}",
            error.line(),
            error.column()
        )),
    }
}

macro_rules! reads {
    ($($method:ident => $visit:ident $type:ty;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
            visitor.$visit(self.read::<$type>()?)
        }
    )*};
}

impl<'de> Deserializer<'de> for Cell {
    type Error = Misfit;

    reads! {
        deserialize_bool => visit_bool bool;
        deserialize_i8 => visit_i64 i64;
        deserialize_i16 => visit_i64 i64;
        deserialize_i32 => visit_i64 i64;
        deserialize_i64 => visit_i64 i64;
        deserialize_u8 => visit_i64 i64;
        deserialize_u16 => visit_i64 i64;
        deserialize_u32 => visit_i64 i64;
        deserialize_u64 => visit_i64 i64;
        deserialize_f32 => visit_f64 f64;
        deserialize_f64 => visit_f64 f64;
        deserialize_char => visit_string String;
        deserialize_str => visit_string String;
        deserialize_string => visit_string String;
        deserialize_identifier => visit_string String;
        deserialize_bytes => visit_byte_buf Vec<u8>;
        deserialize_byte_buf => visit_byte_buf Vec<u8>;
    }

    fn deserialize_i128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::Numeric(_) => {
                let whole = self.read::<Numeric>()?.to_i128();
                visitor.visit_i128(whole.ok_or_else(|| {
                    Misfit::because("the database answered with a numeric that is no whole number")
                })?)
            }
            _ => visitor.visit_i128(self.read::<i64>()?.into()),
        }
    }

    fn deserialize_u128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_i128(visitor)
    }

    /// For a type that takes what comes, such as `serde_json::Value`: text where there is no closer form.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Boolean(boolean) => visitor.visit_bool(boolean),
            Value::Int(int) => visitor.visit_i64(int),
            Value::Float(float) => visitor.visit_f64(float),
            Value::Bytes(bytes) => visitor.visit_byte_buf(bytes),
            Value::Json(_) => self.json("json", |json| json.deserialize_any(visitor)),
            Value::Date(_) => visitor.visit_string(self.read::<Date>()?.to_string()),
            Value::Timestamp(_) => visitor.visit_string(self.read::<Timestamp>()?.to_string()),
            Value::Timestamptz(_) => visitor.visit_string(self.read::<TimestampTz>()?.to_string()),
            Value::Interval(_) => visitor.visit_string(self.read::<Interval>()?.to_string()),
            Value::Numeric(text) | Value::Text(text) | Value::Uuid(text) => {
                visitor.visit_string(text)
            }
            Value::Other(other) => visitor.visit_string(other.text),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        match name {
            Numeric::NAME => visitor.visit_str(self.read::<Numeric>()?.as_str()),
            Date::NAME => visitor.visit_i128(self.read::<Date>()?.micros().into()),
            Timestamp::NAME => visitor.visit_i128(self.read::<Timestamp>()?.micros().into()),
            TimestampTz::NAME => visitor.visit_i128(self.read::<TimestampTz>()?.micros().into()),
            Interval::NAME => visitor.visit_i128(self.read::<Interval>()?.bits()),
            Uuid::NAME => visitor.visit_i128(self.read::<Uuid>()?.as_u128() as i128),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::Json(_) => self.json("json", |json| {
                json.deserialize_enum(name, variants, visitor)
            }),
            _ => visitor.visit_enum(self.read::<String>()?.into_deserializer()),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::Bytes(bytes) => visitor.visit_seq(SeqDeserializer::new(bytes.into_iter())),
            _ => self.json("bytes or json", |json| json.deserialize_seq(visitor)),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _fields: usize,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: usize,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.json("json", |json| json.deserialize_map(visitor))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.json("json", |json| {
            json.deserialize_struct(name, fields, visitor)
        })
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            other => Err(unexpected("null", &other).into()),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_unit()
    }
}
