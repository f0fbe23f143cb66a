//! Why a row does not fit, without a word of what it holds.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

use crate::query::QueryError;

/// Why a row does not fit into the type that it is read into. It names the column and the types, never the value;
/// only the words of a type's own `Deserialize` are passed on as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    column: Option<String>,
    why: String,
}

impl Misfit {
    pub(super) fn because(why: impl Into<String>) -> Self {
        Self {
            column: None,
            why: why.into(),
        }
    }

    pub(super) fn in_column(mut self, name: &str) -> Self {
        self.column.get_or_insert_with(|| name.to_owned());
        self
    }

    /// The column that does not fit; none where it is the row as a whole.
    pub fn column(&self) -> Option<&str> {
        self.column.as_deref()
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(column) = &self.column {
            write!(f, "column `{column}`: ")?;
        }
        f.write_str(&self.why)
    }
}

impl std::error::Error for Misfit {}

impl From<QueryError> for Misfit {
    fn from(error: QueryError) -> Self {
        Self::because(error.to_string())
    }
}

/// serde's own words would quote the value.
impl de::Error for Misfit {
    fn custom<T: fmt::Display>(why: T) -> Self {
        Self::because(why.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        let found = kind(found);
        Self::because(format!(
            "the database answered with {found} instead of {wanted}"
        ))
    }

    fn invalid_value(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        let found = kind(found);
        Self::because(format!(
            "the database answered with {found} that does not fit {wanted}"
        ))
    }

    fn unknown_variant(_: &str, known: &'static [&'static str]) -> Self {
        let known = known.join("`, `");
        Self::because(format!(
            "the database answered with text that is none of `{known}`"
        ))
    }

    fn unknown_field(column: &str, _: &'static [&'static str]) -> Self {
        Self::because(format!("nothing reads the column `{column}`"))
    }

    fn duplicate_field(column: &'static str) -> Self {
        Self::because(format!(
            "two columns are called `{column}`; name one of them with AS"
        ))
    }
}

fn kind(found: Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "a boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "an integer",
        Unexpected::Float(_) => "a float",
        Unexpected::Char(_) | Unexpected::Str(_) => "text",
        Unexpected::Bytes(_) => "bytes",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "a list",
        Unexpected::Map => "a row",
        Unexpected::NewtypeStruct
        | Unexpected::Enum
        | Unexpected::UnitVariant
        | Unexpected::NewtypeVariant
        | Unexpected::TupleVariant
        | Unexpected::StructVariant
        | Unexpected::Other(_) => "a value of another type",
    }
}
