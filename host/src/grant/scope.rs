//! What a check may read, as one line of a grant.

use std::fmt;

use crate::plan::identifier::{identifier, quoted};
use crate::plan::line::visible;

/// One entry of a grant's `read` list. Names are exact: no patterns, no folding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// `app.*`: every relation that the schema has when the check's role is made.
    Schema { schema: String },
    /// `app.orders`: every column.
    Relation { schema: String, name: String },
    /// `app.orders(id, status)`: these columns.
    Columns {
        schema: String,
        name: String,
        columns: Vec<String>,
    },
}

impl Scope {
    /// Reads one entry; the error says what to write instead.
    ///
    /// Names are written as SQL writes them: in lower case as they are, otherwise in double quotes.
    pub fn parse(text: &str) -> Result<Self, String> {
        // Postgres takes them in names; in a review they would look like something else.
        visible(text)?;
        let mut rest = text;
        let schema = identifier(&mut rest)?;
        if schema.starts_with("pg_") || schema == "information_schema" {
            return Err(format!(
                "no grant opens the system schema `{schema}`: remove it"
            ));
        }
        rest = rest
            .strip_prefix('.')
            .ok_or("name the schema too: write `schema.relation`, `schema.relation(column, …)` or `schema.*`")?;
        if rest == "*" {
            return Ok(Scope::Schema { schema });
        }
        let name = identifier(&mut rest)?;
        if rest.is_empty() {
            return Ok(Scope::Relation { schema, name });
        }
        rest = rest
            .strip_prefix('(')
            .ok_or("after a relation's name write nothing, or its columns in parentheses")?;
        let mut columns = Vec::new();
        loop {
            rest = rest.trim_start();
            let column = identifier(&mut rest)?;
            if columns.contains(&column) {
                return Err(format!("column `{column}` is listed twice: remove one"));
            }
            columns.push(column);
            rest = rest.trim_start();
            match rest.strip_prefix(',') {
                Some(more) => rest = more,
                None if rest == ")" => break,
                None => {
                    return Err("end the columns with `)` and write nothing after it".to_owned());
                }
            }
        }
        Ok(Scope::Columns {
            schema,
            name,
            columns,
        })
    }

    /// What of this none of `scopes` contains; None where they contain all of it together.
    ///
    /// `app.*` contains `app.orders`, which contains `app.orders(id)`. Of columns those are returned that are left over.
    pub fn beyond(&self, scopes: &[Scope]) -> Option<Scope> {
        let whole = scopes.iter().any(|other| other.contains(self));
        match self {
            _ if whole => None,
            Scope::Schema { .. } | Scope::Relation { .. } => Some(self.clone()),
            Scope::Columns {
                schema,
                name,
                columns,
            } => {
                let of = |columns| Scope::Columns {
                    schema: schema.clone(),
                    name: name.clone(),
                    columns,
                };
                let mut left = columns.clone();
                left.retain(|column| {
                    let one = of(vec![column.clone()]);
                    !scopes.iter().any(|other| other.contains(&one))
                });
                (!left.is_empty()).then(|| of(left))
            }
        }
    }

    /// Whether all that `other` names is named here too.
    pub fn contains(&self, other: &Scope) -> bool {
        if self.schema() != other.schema() {
            return false;
        }
        match (self, other) {
            (Scope::Schema { .. }, _) => true,
            (_, Scope::Schema { .. }) => false,
            (Scope::Relation { name, .. }, _) => Some(name.as_str()) == other.relation(),
            (Scope::Columns { .. }, Scope::Relation { .. }) => false,
            (
                Scope::Columns { name, columns, .. },
                Scope::Columns {
                    name: of,
                    columns: others,
                    ..
                },
            ) => name == of && others.iter().all(|column| columns.contains(column)),
        }
    }

    /// Whether both name something that the other names too.
    pub fn overlaps(&self, other: &Scope) -> bool {
        match (self, other) {
            (
                Scope::Columns { name, columns, .. },
                Scope::Columns {
                    name: of,
                    columns: others,
                    ..
                },
            ) => {
                self.schema() == other.schema()
                    && name == of
                    && others.iter().any(|column| columns.contains(column))
            }
            _ => self.contains(other) || other.contains(self),
        }
    }

    /// The one relation's name; None for a whole schema.
    pub fn relation(&self) -> Option<&str> {
        match self {
            Scope::Schema { .. } => None,
            Scope::Relation { name, .. } | Scope::Columns { name, .. } => Some(name),
        }
    }

    pub fn schema(&self) -> &str {
        match self {
            Scope::Schema { schema }
            | Scope::Relation { schema, .. }
            | Scope::Columns { schema, .. } => schema,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scope::Schema { schema } => write!(f, "{}.*", quoted(schema)),
            Scope::Relation { schema, name } => write!(f, "{}.{}", quoted(schema), quoted(name)),
            Scope::Columns {
                schema,
                name,
                columns,
            } => {
                let columns: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
                write!(
                    f,
                    "{}.{}({})",
                    quoted(schema),
                    quoted(name),
                    columns.join(", ")
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_reads_back_as_written() {
        for text in [
            "app.*",
            "public.tac_logical_unit(id, status)",
            "cutter_governance.decision_backlog_entry",
            "\"App Data\".\"Straße \"\"x\"\"\"(\"Id\", plain)",
        ] {
            assert_eq!(Scope::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_schema_contains_its_relations_and_they_their_columns() {
        let scope = |text| Scope::parse(text).unwrap();
        for (wide, narrow) in [
            ("app.*", "app.orders"),
            ("app.*", "app.orders(id)"),
            ("app.orders", "app.orders(id)"),
            ("app.orders(id, status)", "app.orders(status)"),
        ] {
            let (wide, narrow) = (scope(wide), scope(narrow));
            assert!(wide.contains(&narrow) && !narrow.contains(&wide));
            assert!(wide.contains(&wide) && narrow.contains(&narrow));
            assert!(wide.overlaps(&narrow) && narrow.overlaps(&wide));
        }
        for (one, other) in [
            ("app.*", "apps.orders"),
            ("app.orders", "app.order"),
            ("app.orders(id)", "app.orders(status)"),
            ("app.orders(id)", "app.units(id)"),
            ("a.orders(id)", "b.orders(id)"),
            ("app.\"*\"", "app.orders"),
        ] {
            let (one, other) = (scope(one), scope(other));
            assert!(!one.contains(&other) && !other.contains(&one));
            assert!(!one.overlaps(&other) && !other.overlaps(&one));
        }
        let (one, other) = (scope("app.o(a, b)"), scope("app.o(b, c)"));
        assert!(one.overlaps(&other) && !one.contains(&other) && !other.contains(&one));
    }

    #[test]
    fn what_several_scopes_leave_over_is_told() {
        let beyond = |text: &str, others: &[&str]| {
            let others: Vec<Scope> = others.iter().map(|o| Scope::parse(o).unwrap()).collect();
            let left = Scope::parse(text).unwrap().beyond(&others);
            left.map(|scope| scope.to_string())
        };
        assert_eq!(
            beyond("app.o(a, b, c)", &["app.o(a)", "app.o(c)"]).as_deref(),
            Some("app.o(b)")
        );
        assert_eq!(beyond("app.o(a, b)", &["app.o(a)", "app.o(b)"]), None);
        assert_eq!(beyond("app.o(a)", &["app.*"]), None);
        assert_eq!(beyond("app.o", &["app.o(a)"]).as_deref(), Some("app.o"));
        assert_eq!(
            beyond("app.*", &["app.o", "app.p"]).as_deref(),
            Some("app.*")
        );
    }

    #[test]
    fn what_is_not_exact_is_refused() {
        for text in [
            "",
            "orders",
            "App.orders",
            "app.",
            "app.orders()",
            "app.orders(id",
            "app.orders(id,)",
            "app.orders(id) x",
            "app.ord*",
            "*.*",
            "app.\"open",
            "app.orders(id, id)",
            "app.ord-ers",
            "pg_catalog.pg_authid",
            "information_schema.*",
            "app. orders",
            "1app.x",
            "\"\".x",
            "shop.\"a\n]\nread = [\"",
            "shop.\"a\u{202e}b\"",
            "shop.\"a\u{2028}b\"",
            "shop.a(\"\u{2066}\")",
            "\"a\u{3164}\".*",
        ] {
            assert!(Scope::parse(text).is_err(), "{text}");
        }
    }
}
