//! Names in SQL. Values never become SQL text: they are parameters.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer};

use crate::bindings::vhost::check::types::{Column, Value};
use crate::query::{QueryError, query, scalar};

/// Postgres cuts longer names silently (NAMEDATALEN - 1).
const LONGEST_NAME: usize = 63;

/// A name that Postgres cannot have, or not the form `schema.relation`.
#[derive(Debug)]
pub struct NotAName {
    text: String,
    why: &'static str,
}

impl fmt::Display for NotAName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no name: {}", self.text, self.why)
    }
}

impl std::error::Error for NotAName {}

/// One name as the catalogue has it. It displays quoted, ready to be put into SQL.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ident(String);

impl Ident {
    /// The name without quotes.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Names as a list in SQL: `"a", "b"`.
    pub fn list<'a>(names: impl IntoIterator<Item = &'a Ident>) -> String {
        let names: Vec<_> = names.into_iter().map(Ident::to_string).collect();
        names.join(", ")
    }
}

impl FromStr for Ident {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        let why = if text.is_empty() {
            "it is empty"
        } else if text.len() > LONGEST_NAME {
            "it is longer than 63 bytes"
        } else if text.contains('\0') {
            "it holds a zero byte"
        } else {
            return Ok(Self(text.to_owned()));
        };
        Err(NotAName {
            text: text.to_owned(),
            why,
        })
    }
}

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.replace('"', "\"\""))
    }
}

impl<'de> Deserialize<'de> for Ident {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor(PhantomData))
    }
}

/// Parses inside of the text's own call, so that an error is at the text's own place.
struct NameVisitor<T>(PhantomData<T>);

impl<'de, T: FromStr<Err = NotAName>> Visitor<'de> for NameVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name as a string")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

/// A table, view or materialized view by schema and name. It displays quoted, ready to be put into SQL.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Relation {
    /// Its schema's name.
    pub schema: Ident,
    /// Its own name.
    pub name: Ident,
}

impl Relation {
    /// Reads `schema.relation`, each part as the catalogue has it (no quotes). The first dot parts them, so a
    /// relation's name may hold dots and a schema's may not.
    pub fn parse(text: &str) -> Result<Self, NotAName> {
        let (schema, name) = text.split_once('.').ok_or_else(|| NotAName {
            text: text.to_owned(),
            why: "write `schema.relation`",
        })?;
        Ok(Self {
            schema: schema.parse()?,
            name: name.parse()?,
        })
    }

    /// Counts the rows.
    pub fn count(&self) -> Result<i64, QueryError> {
        scalar(&format!("SELECT count(*) FROM {self}"), &[])
    }

    /// How the database describes these columns, those of an empty relation too; of a domain it is the type below it.
    /// Asking is also how to learn that relation and columns are there.
    pub fn describe(&self, columns: &[Ident]) -> Result<Vec<Column>, QueryError> {
        let sql = format!("SELECT {} FROM {self} LIMIT 0", Ident::list(columns));
        Ok(query(&sql, &[])?.columns())
    }

    /// Counts the rows for which `condition`, SQL with parameters, is true.
    pub fn count_where(&self, condition: &str, params: &[Value]) -> Result<i64, QueryError> {
        let sql = format!("SELECT count(*) FROM {self} WHERE {condition}");
        scalar(&sql, params)
    }

    /// `schema.relation`, as a finding's subject has it.
    pub fn plain(&self) -> String {
        format!("{}.{}", self.schema.as_str(), self.name.as_str())
    }
}

impl FromStr for Relation {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        Self::parse(text)
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.schema, self.name)
    }
}

impl<'de> Deserialize<'de> for Relation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_quoted_whatever_it_holds() {
        let relation = Relation::parse(r#"Odd.a"b; DROP TABLE c"#).unwrap();
        assert_eq!(relation.to_string(), r#""Odd"."a""b; DROP TABLE c""#);
        assert_eq!(relation.plain(), r#"Odd.a"b; DROP TABLE c"#);
        let names = [relation.schema, "b".parse().unwrap()];
        assert_eq!(Ident::list(&names), r#""Odd", "b""#);
    }

    #[test]
    fn a_relation_needs_its_schema() {
        assert!(Relation::parse("orders").is_err());
        assert!(Relation::parse(".orders").is_err());
        assert!(Relation::parse("shop.").is_err());
        assert!("x".repeat(64).parse::<Ident>().is_err());
        assert!("a\0b".parse::<Ident>().is_err());
    }
}
