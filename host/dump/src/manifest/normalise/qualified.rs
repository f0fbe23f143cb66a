//! Columns of a view of one relation.

use std::borrow::Cow;

use crate::script::statement::starts_with;
use crate::script::token::{Token, tokens};

/// A view of one relation without that relation's name before its columns.
///
/// Since 16 the server leaves it out where there is only one; before, a view had always more in its range table
/// (`make_viewdef` in ruleutils.c). An upgrade would change every such view.
pub fn columns(statement: Cow<'_, str>) -> Cow<'_, str> {
    let view = ["CREATE VIEW ", "CREATE MATERIALIZED VIEW "]
        .iter()
        .any(|start| starts_with(&statement, start));
    if !view {
        return statement;
    }
    let Some(name) = only_relation(&statement) else {
        return statement;
    };
    let prefix = format!("{name}.");
    let mut out = String::with_capacity(statement.len());
    let (mut rest, mut quote) = (&*statement, None);
    let mut before = ' ';
    // Of each parenthesis that is open, whether it is of a subquery: there, every column has its relation's name.
    let mut within = Vec::new();
    while let Some(letter) = rest.chars().next() {
        let begins = quote.is_none()
            && !within.contains(&true)
            && !(before.is_alphanumeric() || "_$.\"".contains(before));
        if begins
            && let Some(after) = rest.strip_prefix(&*prefix)
            && is_column(&out, after, within.is_empty())
        {
            rest = after;
            before = '.';
            continue;
        }
        match (quote, letter) {
            (Some(one), letter) if one == letter => quote = None,
            (None, '\'' | '"') => quote = Some(letter),
            (None, '(') => within.push(begins_query(&rest[1..])),
            (None, ')') => drop(within.pop()),
            _ => {}
        }
        out.push(letter);
        before = letter;
        rest = &rest[letter.len_utf8()..];
    }
    Cow::Owned(out)
}

/// Whether a name with a dot is a column's with its relation, and not a function's, a type's, a collation's or the relation's with
/// its schema, which may have the relation's name. `after` is what stands behind the dot.
///
/// In parentheses FROM is a function's, such as `extract`'s; `outermost` says that there are none.
fn is_column(before: &str, after: &str, outermost: bool) -> bool {
    let behind = match after.strip_prefix('"') {
        // A quote within the name is doubled, so that what follows its first half is no parenthesis.
        Some(quoted) => quoted.split_once('"').map(|(_, behind)| behind),
        None if after.starts_with(|c: char| c == '_' || c.is_alphabetic()) => {
            let end = |c: char| !(c.is_alphanumeric() || c == '_' || c == '$');
            Some(after.trim_start_matches(|c| !end(c)))
        }
        None => None,
    };
    let last = before.trim_end();
    let word = last.rsplit(|c: char| !c.is_alphanumeric()).next();
    let names_another = match word {
        Some("COLLATE" | "VIEW") => true,
        Some("FROM" | "ONLY") => outermost,
        _ => false,
    };
    behind.is_some_and(|behind| !behind.starts_with('(')) && !last.ends_with("::") && !names_another
}

/// Words of a query of several relations, of which none stands in parentheses.
const SEVERAL: [&str; 4] = ["join", "union", "intersect", "except"];

fn begins_query(text: &str) -> bool {
    ["SELECT", "VALUES", "WITH"]
        .iter()
        .any(|word| text.trim_start().starts_with(word))
}

/// The name of the one relation of a view, as it stands before columns.
fn only_relation(statement: &str) -> Option<String> {
    let tokens = tokens(statement);
    let (mut depth, mut selects) = (0, 0);
    let mut from = None;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Mark('(') => depth += 1,
            Token::Mark(')') => depth -= 1,
            _ if depth > 0 => {}
            token if token.is("select") => selects += 1,
            token if SEVERAL.iter().any(|word| token.is(word)) => return None,
            token if token.is("from") && from.replace(at).is_some() => return None,
            _ => {}
        }
    }
    if selects != 1 {
        return None;
    }
    let mut rest = tokens.iter().skip(from? + 1).peekable();
    let mut name = None;
    while let Some(token @ (Token::Bare(_) | Token::Quoted(_))) = rest.next() {
        name = Some(token);
        if rest.next_if(|token| **token == Token::Mark('.')).is_none() {
            break;
        }
    }
    // An alias, the end or what else may follow one relation.
    let ends = |token: &Token| {
        *token == Token::Mark(';')
            || [
                "where", "group", "having", "window", "order", "limit", "offset", "with", "for",
                "fetch",
            ]
            .iter()
            .any(|word| token.is(word))
    };
    if let Some(alias) = rest.next_if(|token| !ends(token)) {
        name = Some(alias);
    }
    if !rest.next().is_some_and(ends) {
        return None;
    }
    match name? {
        Token::Bare(word) => Some(word.clone()),
        Token::Quoted(word) => Some(format!("\"{}\"", word.replace('"', "\"\""))),
        Token::Mark(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_schema_of_the_relations_name_holds_keeps_its_schema() {
        for other in [
            "SELECT audit.lower(audit.a) AS x",
            "SELECT lower(audit.a)::audit.date AS x",
            "SELECT (audit.a COLLATE audit.de) AS x",
            "SELECT audit.\"Lower\"(audit.a) AS x",
        ] {
            let view = format!("CREATE VIEW audit.v AS\n {other}\n   FROM audit.audit;");
            let built_in = format!(
                "CREATE VIEW audit.v AS\n {}\n   FROM audit.audit;",
                other
                    .replace("audit.lower", "lower")
                    .replace("audit.date", "date")
                    .replace("audit.de", "de")
                    .replace("audit.\"Lower\"", "\"Lower\"")
            );
            let without = view.replace("audit.a ", "a ").replace("audit.a)", "a)");
            assert_eq!(read(&view), without);
            assert_ne!(read(&view), read(&built_in), "{other}");
        }
    }

    fn read(statement: &str) -> String {
        columns(Cow::Borrowed(statement)).into_owned()
    }

    /// First as 15 writes it, then as 16 and 18 do.
    #[test]
    fn one_relation_is_not_named_before_its_columns() {
        for (older, newer) in [
            (
                "CREATE VIEW s.v AS\n SELECT t.id,\n    't.id'::text AS b,\n    lower(t.\"Name\") AS c\n   FROM s.t\n  WHERE (t.id > 0);",
                "CREATE VIEW s.v AS\n SELECT id,\n    't.id'::text AS b,\n    lower(\"Name\") AS c\n   FROM s.t\n  WHERE (id > 0);",
            ),
            (
                "CREATE MATERIALIZED VIEW s.m AS\n SELECT EXTRACT(year FROM \"O t\".at) AS y\n   FROM s.orders \"O t\"\n  WITH NO DATA;",
                "CREATE MATERIALIZED VIEW s.m AS\n SELECT EXTRACT(year FROM at) AS y\n   FROM s.orders \"O t\"\n  WITH NO DATA;",
            ),
            (
                "CREATE VIEW s.c AS\n WITH RECURSIVE c(n) AS (\n         VALUES (1)\n        UNION ALL\n         SELECT (c_1.n + 1)\n           FROM c c_1\n          WHERE (c_1.n < c.n)\n        )\n SELECT c.n\n   FROM c;",
                "CREATE VIEW s.c AS\n WITH RECURSIVE c(n) AS (\n         VALUES (1)\n        UNION ALL\n         SELECT (c_1.n + 1)\n           FROM c c_1\n          WHERE (c_1.n < c.n)\n        )\n SELECT n\n   FROM c;",
            ),
            (
                "CREATE VIEW v AS\n SELECT a.id\n   FROM s.a\n  WHERE (EXISTS ( SELECT FROM s.b WHERE (b.id = a.id)));",
                "CREATE VIEW v AS\n SELECT id\n   FROM s.a\n  WHERE (EXISTS ( SELECT FROM s.b WHERE (b.id = a.id)));",
            ),
        ] {
            assert_eq!(read(older), newer);
            assert_eq!(read(newer), newer);
        }
    }

    #[test]
    fn of_several_each_is_named() {
        for view in [
            "CREATE VIEW v AS\n SELECT a.id,\n    b.id AS other\n   FROM s.a,\n    s.b;",
            "CREATE VIEW v AS\n SELECT a.id\n   FROM (s.a\n     JOIN s.b ON ((a.id = b.id)));",
            "CREATE VIEW v AS\n SELECT a.id\n   FROM s.a\nUNION\n SELECT b.id\n   FROM s.b;",
            "CREATE VIEW v AS\n SELECT t.*::s.t AS whole\n   FROM s.t;",
            "CREATE TABLE t (a int DEFAULT t.id FROM t);",
        ] {
            assert_eq!(read(view), view);
        }
    }
}
