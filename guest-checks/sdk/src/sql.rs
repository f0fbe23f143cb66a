//! Names in SQL. Values never become SQL text: they are parameters.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};

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
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// A table, view or materialized view by schema and name. It displays quoted, ready to be put into SQL.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Relation {
    pub schema: Ident,
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

    /// What the database calls the types of these columns, for example `int4`; of an empty relation too, and of a domain
    /// the type below it. Asking is also how to learn that relation and columns are there.
    pub fn types_of(&self, columns: &[Ident]) -> Result<Vec<String>, QueryError> {
        let names: Vec<String> = columns.iter().map(Ident::to_string).collect();
        let rows = query(
            &format!("SELECT {} FROM {self} LIMIT 0", names.join(", ")),
            &[],
        )?;
        let columns = rows.columns().into_iter();
        Ok(columns.map(|column| column.type_name).collect())
    }

    /// `schema.relation`, as a finding's subject has it.
    pub fn plain(&self) -> String {
        format!("{}.{}", self.schema.as_str(), self.name.as_str())
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.schema, self.name)
    }
}

impl<'de> Deserialize<'de> for Relation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Relation::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
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
