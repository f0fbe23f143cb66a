//! A guest's parameters, checked against the types that the server inferred and encoded for it.

use bytes::BufMut;

use super::calendar;
use super::catalog::{Kind, TypeInfo};
use crate::check::bindings::vhost::check::types::Value;

/// A parameter ready for a Bind message.
pub struct Parameter {
    /// 1 is binary, 0 is text.
    pub format: i16,
    /// `None` is NULL.
    pub bytes: Option<Vec<u8>>,
}

/// Encodes every parameter, or says in one line which one does not fit and why.
pub fn encode(values: &[Value], types: &[TypeInfo]) -> Result<Vec<Parameter>, String> {
    if values.len() != types.len() {
        return Err(format!(
            "the statement has {} parameters and {} were given",
            types.len(),
            values.len()
        ));
    }
    let parameters = values.iter().zip(types).enumerate();
    parameters
        .map(|(index, (value, wanted))| {
            one(value, wanted)
                .map_err(|why| format!("${}: {} {why} {}", index + 1, case(value), wanted.name))
        })
        .collect()
}

/// What does not fit is worded to stand between the case and the type: "the value `text` … integer".
fn one(value: &Value, wanted: &TypeInfo) -> Result<Parameter, &'static str> {
    const MISMATCH: &str = "does not fit";
    const RANGE: &str = "is out of range for";
    let mut out = Vec::new();
    let format = match (value, wanted.kind) {
        (Value::Null, _) => {
            return Ok(Parameter {
                format: 0,
                bytes: None,
            });
        }
        (Value::Boolean(given), Kind::Bool) => binary(&mut out, |out| out.put_u8(u8::from(*given))),
        (Value::Int(given), Kind::Int2) => {
            let given = i16::try_from(*given).map_err(|_| RANGE)?;
            binary(&mut out, |out| out.put_i16(given))
        }
        (Value::Int(given), Kind::Int4) => {
            let given = i32::try_from(*given).map_err(|_| RANGE)?;
            binary(&mut out, |out| out.put_i32(given))
        }
        (Value::Int(given), Kind::Oid) => {
            let given = u32::try_from(*given).map_err(|_| RANGE)?;
            binary(&mut out, |out| out.put_u32(given))
        }
        (Value::Int(given), Kind::Int8) => binary(&mut out, |out| out.put_i64(*given)),
        (Value::Int(given), Kind::Numeric) => text(&mut out, &given.to_string())?,
        (Value::Float(given), Kind::Float4) => binary(&mut out, |out| out.put_f32(*given as f32)),
        (Value::Float(given), Kind::Float8) => binary(&mut out, |out| out.put_f64(*given)),
        (Value::Numeric(given), Kind::Numeric) => {
            if !is_numeric(given) {
                return Err("is not a decimal number for");
            }
            text(&mut out, given)?
        }
        (Value::Text(given), Kind::Text | Kind::Other) => text(&mut out, given)?,
        (Value::Bytes(given), Kind::Bytea) => binary(&mut out, |out| out.put_slice(given)),
        (Value::Json(given), Kind::Json) => text(&mut out, given)?,
        (Value::Uuid(given), Kind::Uuid) => {
            if !is_uuid(given) {
                return Err("is not 8-4-4-4-12 hexadecimal digits for");
            }
            text(&mut out, given)?
        }
        (Value::Date(given), Kind::Date) => {
            let days = calendar::to_days(given).ok_or("is no date for")?;
            binary(&mut out, |out| out.put_i32(days))
        }
        (Value::Timestamp(given), Kind::Timestamp)
        | (Value::Timestamptz(given), Kind::Timestamptz) => {
            let micros = calendar::to_micros(given).ok_or("is no moment for")?;
            binary(&mut out, |out| out.put_i64(micros))
        }
        (Value::Interval(given), Kind::Interval) => binary(&mut out, |out| {
            out.put_i64(given.micros);
            out.put_i32(given.days);
            out.put_i32(given.months);
        }),
        (Value::Other(given), _) if given.type_name == wanted.name => text(&mut out, &given.text)?,
        _ => return Err(MISMATCH),
    };
    Ok(Parameter {
        format,
        bytes: Some(out),
    })
}

fn binary(out: &mut Vec<u8>, put: impl FnOnce(&mut Vec<u8>)) -> i16 {
    put(out);
    1
}

fn text(out: &mut Vec<u8>, given: &str) -> Result<i16, &'static str> {
    if given.contains('\0') {
        return Err("holds a NUL character, which Postgres cannot store in");
    }
    out.put_slice(given.as_bytes());
    Ok(0)
}

fn case(value: &Value) -> &'static str {
    match value {
        Value::Null => "the value `null`",
        Value::Boolean(_) => "the value `boolean`",
        Value::Int(_) => "the value `int`",
        Value::Float(_) => "the value `float`",
        Value::Numeric(_) => "the value `numeric`",
        Value::Text(_) => "the value `text`",
        Value::Bytes(_) => "the value `bytes`",
        Value::Json(_) => "the value `json`",
        Value::Uuid(_) => "the value `uuid`",
        Value::Date(_) => "the value `date`",
        Value::Timestamp(_) => "the value `timestamp`",
        Value::Timestamptz(_) => "the value `timestamptz`",
        Value::Interval(_) => "the value `interval`",
        Value::Other(_) => "the value `other`",
    }
}

/// Digits with at most one point and an exponent, or a word that Postgres knows.
fn is_numeric(text: &str) -> bool {
    if ["NaN", "Infinity", "-Infinity"].contains(&text) {
        return true;
    }
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole)
        && digits(fraction)
        && digits(exponent)
        && !exponent.is_empty()
        && !(whole.is_empty() && fraction.is_empty())
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths = groups.iter().map(|group| group.len());
    lengths.eq([8, 4, 4, 4, 12]) && groups.concat().bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_from_other_text() {
        for good in [
            "0",
            "-1.5",
            "+.5",
            "1.",
            "1e10",
            "1.5E-3",
            "NaN",
            "-Infinity",
        ] {
            assert!(is_numeric(good), "{good}");
        }
        for bad in [
            "", ".", "-", "e1", "1e", "1 ", "0x10", "1_000", "nan", "1,5", "1.2.3",
        ] {
            assert!(!is_numeric(bad), "{bad}");
        }
    }

    #[test]
    fn uuids_are_told_from_other_text() {
        assert!(is_uuid("7c963f27-0000-4000-8000-00000000000a"));
        assert!(!is_uuid("7c963f27000040008000-00000000000a"));
        assert!(!is_uuid("7c963f27-0000-4000-8000-00000000000g"));
    }
}
