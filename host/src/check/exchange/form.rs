//! How what crosses the boundary is written in a recording, and read again.
//!
//! A value's text is canonical: one value has one text, without blanks, fields in the order of `wit/`, so that the
//! SHA-256 of a text stands for its value. Names of fields are those of `wit/` with `_`; a case of a variant that holds
//! something is an object of one field, and any other is its name. Bytes are hexadecimal digits, floats are decimal text
//! that reads back as the same float, and integers are JSON numbers of up to 64 bits.

mod value;

use std::collections::BTreeSet;

use serde_json::Value as Json;

use vhost_dump::digest::Sha256;

/// How much of a value is written.
#[derive(Clone, Copy)]
pub enum Detail<'a> {
    Whole,
    /// Without what is another in each drill of one dump, such as the time that is left.
    Lasting,
    /// Without data: digests in their place. Names that are in here are no data.
    Digests(&'a BTreeSet<String>),
}

/// Something with a canonical text.
pub trait Form: Sized {
    fn write(&self, out: &mut String, detail: Detail<'_>);

    /// None where it is no text of such a value.
    fn read(from: &Json) -> Option<Self>;

    fn text(&self, detail: Detail<'_>) -> String {
        let mut out = String::new();
        self.write(&mut out, detail);
        out
    }
}

/// Data that a guest hands over: a recording of digests holds its SHA-256.
pub struct Private<T>(pub T);

/// Writes a text as JSON has it.
pub fn quote(text: &str, out: &mut String) {
    // Of a `Value`, because writing that cannot fail.
    out.push_str(&Json::from(text).to_string());
}

impl<T: Form> Form for Private<T> {
    fn write(&self, out: &mut String, detail: Detail<'_>) {
        let whole = self.0.text(Detail::Whole);
        match detail {
            Detail::Whole | Detail::Lasting => out.push_str(&whole),
            Detail::Digests(_) => {
                let sha256 = Sha256::of(whole.as_bytes());
                out.push_str(&format!(
                    "{{\"sha256\":\"{sha256}\",\"bytes\":{}}}",
                    whole.len()
                ));
            }
        }
    }

    fn read(from: &Json) -> Option<Self> {
        T::read(from).map(Self)
    }
}

impl Form for () {
    fn write(&self, out: &mut String, _: Detail<'_>) {
        out.push_str("null");
    }

    fn read(from: &Json) -> Option<Self> {
        from.as_null()
    }
}

impl Form for bool {
    fn write(&self, out: &mut String, _: Detail<'_>) {
        out.push_str(if *self { "true" } else { "false" });
    }

    fn read(from: &Json) -> Option<Self> {
        from.as_bool()
    }
}

macro_rules! integers {
    ($($integer:ty: $read:ident),*) => {$(
        impl Form for $integer {
            fn write(&self, out: &mut String, _: Detail<'_>) {
                out.push_str(&self.to_string());
            }

            fn read(from: &Json) -> Option<Self> {
                from.$read()?.try_into().ok()
            }
        }
    )*};
}

integers!(i64: as_i64, i32: as_i64, u64: as_u64, u32: as_u64);

impl Form for f64 {
    fn write(&self, out: &mut String, _: Detail<'_>) {
        // The shortest text that reads back as the same float; also `NaN`, `inf` and `-inf`, which JSON has no number for.
        out.push_str(&format!("\"{self:?}\""));
    }

    fn read(from: &Json) -> Option<Self> {
        from.as_str()?.parse().ok()
    }
}

impl Form for String {
    fn write(&self, out: &mut String, _: Detail<'_>) {
        quote(self, out);
    }

    fn read(from: &Json) -> Option<Self> {
        from.as_str().map(str::to_owned)
    }
}

impl Form for Vec<u8> {
    fn write(&self, out: &mut String, _: Detail<'_>) {
        out.push_str(&format!("\"{}\"", hex::encode(self)));
    }

    fn read(from: &Json) -> Option<Self> {
        hex::decode(from.as_str()?).ok()
    }
}

impl<T: Form> Form for Vec<T> {
    fn write(&self, out: &mut String, detail: Detail<'_>) {
        out.push('[');
        for (index, item) in self.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            item.write(out, detail);
        }
        out.push(']');
    }

    fn read(from: &Json) -> Option<Self> {
        from.as_array()?.iter().map(T::read).collect()
    }
}

impl<T: Form> Form for Option<T> {
    fn write(&self, out: &mut String, detail: Detail<'_>) {
        match self {
            Some(value) => value.write(out, detail),
            None => out.push_str("null"),
        }
    }

    fn read(from: &Json) -> Option<Self> {
        match from {
            Json::Null => Some(None),
            value => T::read(value).map(Some),
        }
    }
}

impl<T: Form, E: Form> Form for Result<T, E> {
    fn write(&self, out: &mut String, detail: Detail<'_>) {
        match self {
            Ok(value) => {
                out.push_str("{\"ok\":");
                value.write(out, detail);
            }
            Err(error) => {
                out.push_str("{\"error\":");
                error.write(out, detail);
            }
        }
        out.push('}');
    }

    fn read(from: &Json) -> Option<Self> {
        Some(match only_field(from)? {
            ("ok", value) => Ok(T::read(value)?),
            ("error", error) => Err(E::read(error)?),
            _ => return None,
        })
    }
}

/// The name and the content of an object of one field.
pub fn only_field(from: &Json) -> Option<(&str, &Json)> {
    let fields = from.as_object()?;
    let mut fields = fields.iter();
    let (name, content) = fields.next()?;
    fields.next().is_none().then_some((name.as_str(), content))
}

/// A record on its way into a text.
pub struct Fields<'a> {
    out: &'a mut String,
    detail: Detail<'a>,
    before: &'static str,
}

impl<'a> Fields<'a> {
    pub fn begin(out: &'a mut String, detail: Detail<'a>) -> Self {
        Self {
            out,
            detail,
            before: "{",
        }
    }

    pub fn add(&mut self, name: &str, value: &impl Form) {
        self.out.push_str(self.before);
        self.before = ",";
        quote(name, self.out);
        self.out.push(':');
        value.write(self.out, self.detail);
    }

    /// Adds what does not last.
    pub fn vary(&mut self, name: &str, value: &impl Form) {
        if !matches!(self.detail, Detail::Lasting) {
            self.add(name, value);
        }
    }

    pub fn end(self) {
        self.out.push_str(match self.before {
            "{" => "{}",
            _ => "}",
        });
    }
}

/// Writes a record field by field; those that vary are left out of what lasts. Each field is named, so that one that is
/// added to `wit/` does not compile until it is named too.
macro_rules! record {
    ($record:ty { $($field:ident),* $(,)? } $(varies { $($varies:ident),* })?) => {
        impl $crate::check::exchange::form::Form for $record {
            #[allow(unused_mut, reason = "a record may have no fields")]
            fn write(&self, out: &mut String, detail: $crate::check::exchange::form::Detail<'_>) {
                let Self { $($field,)* $($($varies,)*)? } = self;
                let mut fields = $crate::check::exchange::form::Fields::begin(out, detail);
                $(fields.add(stringify!($field), $field);)*
                $($(fields.vary(stringify!($varies), $varies);)*)?
                fields.end();
            }

            fn read(from: &serde_json::Value) -> Option<Self> {
                let fields = from.as_object()?;
                let names: &[&str] = &[$(stringify!($field),)* $($(stringify!($varies),)*)?];
                if fields.keys().any(|name| !names.contains(&name.as_str())) {
                    return None;
                }
                Some(Self {
                    $($field: $crate::check::exchange::form::Form::read(fields.get(stringify!($field))?)?,)*
                    $($($varies: $crate::check::exchange::form::Form::read(fields.get(stringify!($varies))?)?,)*)?
                })
            }
        }
    };
}

/// Writes a variant: cases that hold nothing, then cases that hold one thing, each with its name in `wit/`.
macro_rules! variant {
    ($variant:ty { $($plain:ident: $word:literal),* } holding { $($case:ident: $name:literal),* }) => {
        impl $crate::check::exchange::form::Form for $variant {
            fn write(&self, out: &mut String, _detail: $crate::check::exchange::form::Detail<'_>) {
                match self {
                    $(Self::$plain => out.push_str(concat!("\"", $word, "\"")),)*
                    $(Self::$case(held) => {
                        out.push_str(concat!("{\"", $name, "\":"));
                        $crate::check::exchange::form::Form::write(held, out, _detail);
                        out.push('}');
                    })*
                }
            }

            fn read(from: &serde_json::Value) -> Option<Self> {
                if let Some(word) = from.as_str() {
                    return match word {
                        $($word => Some(Self::$plain),)*
                        _ => None,
                    };
                }
                match $crate::check::exchange::form::only_field(from)? {
                    $(($name, held) => Some(Self::$case($crate::check::exchange::form::Form::read(held)?)),)*
                    (_, _) => None,
                }
            }
        }
    };
}

pub(crate) use {record, variant};
