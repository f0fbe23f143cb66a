//! What a check may read, as one line of a grant.

use std::fmt;

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

/// A name as it must be written in a grant.
fn quoted(name: &str) -> String {
    if is_plain(name) {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

fn is_plain(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(is_plain_char)
}

fn is_plain_char(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '$'
}

fn identifier(rest: &mut &str) -> Result<String, String> {
    /// NAMEDATALEN - 1: Postgres cuts longer names, so that two of them could meet.
    const LONGEST: usize = 63;
    let name = match rest.strip_prefix('"') {
        Some(inside) => quoted_identifier(inside, rest)?,
        None => {
            let end = rest.find(|c| !is_plain_char(c)).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            if !is_plain(name) || after.starts_with(|c: char| c.is_alphanumeric() || c == '-') {
                return Err(format!(
                    "`{rest}` starts with no name: write names in lower case, or in double quotes exactly as they are"
                ));
            }
            *rest = after;
            name.to_owned()
        }
    };
    if name.is_empty() || name.len() > LONGEST || name.contains('\0') {
        return Err(format!(
            "a name has 1 to {LONGEST} bytes and no NUL: correct `{name}`"
        ));
    }
    Ok(name)
}

fn quoted_identifier<'t>(inside: &'t str, rest: &mut &'t str) -> Result<String, String> {
    let mut name = String::new();
    let mut left = inside;
    loop {
        let (part, after) = left
            .split_once('"')
            .ok_or_else(|| format!("`{rest}` opens a double quote and never closes it"))?;
        name.push_str(part);
        match after.strip_prefix('"') {
            Some(more) => {
                name.push('"');
                left = more;
            }
            None => {
                *rest = after;
                return Ok(name);
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
        ] {
            assert!(Scope::parse(text).is_err(), "{text}");
        }
    }
}
