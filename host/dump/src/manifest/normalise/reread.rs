//! What the server writes in other words once it has read its own text back.
//!
//! A definition that was made by a user's statement is written in one way, and after a restore, which makes it by that text,
//! in another. The tree is the same but for casts that were moved (`get_rule_expr` in ruleutils.c).

use std::borrow::Cow;

use crate::script::lexer::Lexer;
use crate::script::statement::starts_with;

/// A definition in the words of a second reading.
pub fn second_reading(statement: Cow<'_, str>) -> Cow<'_, str> {
    // A routine's body is the user's text.
    let routine = ["CREATE FUNCTION ", "CREATE PROCEDURE "]
        .iter()
        .any(|start| starts_with(&statement, start));
    if routine && !statement.contains("BEGIN ATOMIC") {
        return statement;
    }
    aliases(values(arrays(statement)))
}

/// `(ARRAY['a'::character varying, …])::text[]`, of `a IN ('a', …)` where `a` is no text, is read as
/// `ARRAY[('a'::character varying)::text, …]`.
fn arrays(statement: Cow<'_, str>) -> Cow<'_, str> {
    const START: &str = "(ARRAY[";
    let found = outside(&statement, START);
    if found.is_empty() {
        return statement;
    }
    let mut out = String::with_capacity(statement.len());
    let mut done = 0;
    for at in found {
        if at < done {
            continue;
        }
        let Some((elements, kind, end)) = array(&statement[at + START.len()..]) else {
            continue;
        };
        out.push_str(&statement[done..at]);
        let cast: Vec<String> = elements
            .iter()
            .map(|element| format!("({element})::{kind}"))
            .collect();
        out.push_str(&format!("ARRAY[{}]", cast.join(", ")));
        done = at + START.len() + end;
    }
    if done == 0 {
        return statement;
    }
    out.push_str(&statement[done..]);
    Cow::Owned(out)
}

/// Reads `'a'::t, …])::T[]`: the elements, what they are cast to, and where it ends.
fn array(text: &str) -> Option<(Vec<&str>, &str, usize)> {
    let mut elements = Vec::new();
    let mut rest = text;
    loop {
        let literal = constant(rest)?;
        let cast = rest[literal..].strip_prefix("::")?;
        let end = literal + 2 + kind(cast)?;
        elements.push(&rest[..end]);
        rest = &rest[end..];
        match rest.strip_prefix(", ") {
            Some(more) => rest = more,
            None => break,
        }
    }
    let after = rest.strip_prefix("])::")?;
    let end = kind(after)?;
    let tail = after[end..].strip_prefix("[]")?;
    Some((elements, &after[..end], text.len() - tail.len()))
}

/// The length of a string constant, or of a number or NULL, that a text begins with.
fn constant(text: &str) -> Option<usize> {
    if let Some(number) = text.strip_prefix("NULL") {
        return Some(text.len() - number.len());
    }
    let mut inner = text.strip_prefix('\'')?;
    loop {
        let quote = inner.find('\'')?;
        inner = &inner[quote + 1..];
        match inner.strip_prefix('\'') {
            Some(more) => inner = more,
            None => return Some(text.len() - inner.len()),
        }
    }
}

/// The length of a type's name without modifiers, for example `character varying`.
fn kind(text: &str) -> Option<usize> {
    let end = text.find(|c: char| !(c.is_alphanumeric() || "_. \"".contains(c)));
    let name = text[..end.unwrap_or(text.len())].trim_end();
    (!name.is_empty()).then_some(name.len())
}

/// A list of values within FROM has a blank before it that one of a view's own has not.
fn values(statement: Cow<'_, str>) -> Cow<'_, str> {
    const START: &str = "FROM (VALUES (";
    let found = outside(&statement, START);
    if found.is_empty() {
        return statement;
    }
    let mut out = statement.into_owned();
    for at in found.into_iter().rev() {
        out.insert("FROM (".len() + at, ' ');
    }
    Cow::Owned(out)
}

/// A constant that is the one column of a subquery has no name, and once its cast was read the name of its type.
fn aliases(statement: Cow<'_, str>) -> Cow<'_, str> {
    const START: &str = "( SELECT ";
    let found = outside(&statement, START);
    let mut out: Option<String> = None;
    for at in found.into_iter().rev() {
        let from = at + START.len();
        let Some(alias) = alias(&statement[from..]) else {
            continue;
        };
        let out = out.get_or_insert_with(|| statement.to_string());
        out.replace_range(from + alias.start..from + alias.end, "");
    }
    out.map_or(statement, Cow::Owned)
}

/// Where ` AS text` stands in `'x'::text AS text)`.
fn alias(text: &str) -> Option<std::ops::Range<usize>> {
    let start = constant(text)?;
    let cast = text[start..].strip_prefix("::")?;
    let (name, rest) = cast.split_once(" AS ")?;
    let (alias, _) = rest.split_once(')')?;
    let own = match name {
        "character varying" => "\"varchar\"",
        "integer" => "int4",
        "bigint" => "int8",
        "smallint" => "int2",
        "boolean" => "bool",
        "double precision" => "float8",
        "real" => "float4",
        "timestamp with time zone" => "timestamptz",
        "timestamp without time zone" => "\"timestamp\"",
        name => name,
    };
    let start = start + 2 + name.len();
    (alias == own).then(|| start..start + " AS ".len() + alias.len())
}

/// Where a text stands outside of quotes.
fn outside(statement: &str, sought: &str) -> Vec<usize> {
    let places: Vec<usize> = memchr::memmem::find_iter(statement.as_bytes(), sought).collect();
    if places.is_empty() {
        return places;
    }
    let mut lexer = Lexer::default();
    let mut plain = Vec::new();
    let mut next = places.into_iter().peekable();
    for (at, byte) in statement.bytes().enumerate() {
        if next.next_if_eq(&at).is_some() && lexer.is_plain() {
            plain.push(at);
        }
        lexer.ends_at(byte);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(statement: &str) -> String {
        second_reading(Cow::Borrowed(statement)).into_owned()
    }

    /// First as 15.18 and 18.4 write what a user made, then what they write of that.
    #[test]
    fn both_readings_are_one() {
        for (first, second) in [
            (
                "CHECK (((a)::text = ANY ((ARRAY['it''s'::character varying, 'b, ]'::character varying])::text[])))",
                "CHECK (((a)::text = ANY (ARRAY[('it''s'::character varying)::text, ('b, ]'::character varying)::text])))",
            ),
            (
                "CREATE VIEW s.v AS\n SELECT \"*VALUES*\".column1 AS id\n   FROM (VALUES (1,'a'::text), (2,NULL::text)) \"*VALUES*\";",
                "CREATE VIEW s.v AS\n SELECT \"*VALUES*\".column1 AS id\n   FROM ( VALUES (1,'a'::text), (2,NULL::text)) \"*VALUES*\";",
            ),
            (
                "SELECT ('x'::text IN ( SELECT NULL::text)) AS a,\n    ARRAY( SELECT 'z'::character varying) AS b;",
                "SELECT ('x'::text IN ( SELECT NULL::text AS text)) AS a,\n    ARRAY( SELECT 'z'::character varying AS \"varchar\") AS b;",
            ),
        ] {
            assert_eq!(read(first), read(second));
        }
    }

    #[test]
    fn what_means_something_else_stays_another() {
        let check = |list: &str| read(&format!("CHECK (((a)::text = ANY (({list})::text[])))"));
        let two = check("ARRAY['a'::character varying, 'b'::character varying]");
        for other in [
            "ARRAY['a'::character varying]",
            "ARRAY['b'::character varying, 'a'::character varying]",
            "ARRAY['a'::character varying, 'b'::bpchar]",
            "ARRAY['a, b'::character varying]",
        ] {
            assert_ne!(check(other), two, "{other}");
        }
        for same in [
            "DEFAULT '(ARRAY[''a''::text])::text[]'::text",
            "CREATE FUNCTION f() AS $$SELECT (ARRAY['a'::character varying])::text[]$$;",
            "SELECT ( SELECT 'x'::text AS other)",
            "CHECK ((ARRAY[f(1), g])::text[])",
        ] {
            assert_eq!(read(same), same);
        }
    }
}
