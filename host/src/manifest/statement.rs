//! What a single statement of a dump names.

use super::listing::Kind;
use super::token::{Token, path, tokens};

/// The target of `COPY … FROM stdin`.
#[derive(Debug, PartialEq, Eq)]
pub struct CopyTarget {
    pub schema: String,
    pub name: String,
    pub columns: Vec<String>,
    pub tail: Tail,
}

/// What stands behind `FROM stdin`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    /// The semicolon, as pg_dump writes it.
    Nothing,
    /// A format or a condition, so that the rows are not all that the statement is.
    Foreign,
}

/// Whether a statement starts with `keyword`, comments and white space before it aside.
pub fn starts_with(statement: &str, keyword: &str) -> bool {
    without_comments(statement)
        .get(..keyword.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(keyword))
}

/// A statement from its first word on.
pub fn without_comments(statement: &str) -> &str {
    let mut rest = statement.trim_start();
    while let Some(comment) = rest.strip_prefix("--") {
        rest = comment
            .split_once('\n')
            .map_or("", |(_, after)| after)
            .trim_start();
    }
    rest
}

/// Whether the last words of a statement are `OWNER TO name`.
pub fn ends_in_owner(statement: &str) -> bool {
    let tokens = tokens(statement);
    let [.., owner, to, name, Token::Mark(';')] = &tokens[..] else {
        return false;
    };
    owner.is("owner") && to.is("to") && name.identifier().is_some()
}

/// Reads `COPY schema.table (columns) FROM stdin;`.
pub fn copy_target(statement: &str) -> Option<CopyTarget> {
    if !starts_with(statement, "COPY ") {
        return None;
    }
    let tokens = tokens(statement);
    let mut rest = tokens.iter().skip(1).peekable();
    let (schema, name) = path(&mut rest)?;
    let mut columns = Vec::new();
    if rest.next_if(|t| **t == Token::Mark('(')).is_some() {
        for token in rest.by_ref() {
            match token {
                Token::Mark(')') => break,
                Token::Mark(',') => {}
                other => columns.push(other.identifier()?),
            }
        }
    }
    if !(rest.next()?.is("from") && rest.next()?.is("stdin")) {
        return None;
    }
    let tail = match (rest.next(), rest.next()) {
        (Some(Token::Mark(';')), None) => Tail::Nothing,
        _ => Tail::Foreign,
    };
    Some(CopyTarget {
        schema,
        name,
        columns,
        tail,
    })
}

/// A relation that a statement makes.
#[derive(Debug, PartialEq, Eq)]
pub struct Declared {
    pub schema: String,
    pub name: String,
    pub kind: Kind,
    /// `None` where the statement does not list them. Without those that are inherited.
    pub columns: Option<Vec<String>>,
    /// Schema and name of each parent.
    pub parents: Vec<(String, String)>,
}

/// Reads `CREATE TABLE schema.table (…)`, and the same of views and foreign tables.
///
/// pg_dump writes constraints of a table behind CONSTRAINT; the other words that could begin one are reserved, so that
/// a column of such a name stands in quotes.
pub fn declared(statement: &str) -> Option<Declared> {
    if !starts_with(statement, "CREATE ") {
        return None;
    }
    let tokens = tokens(statement);
    let mut rest = tokens.iter().skip(1).peekable();
    if rest.next_if(|t| t.is("or")).is_some() {
        rest.next_if(|t| t.is("replace"))?;
    }
    let mut kind = None;
    let (mut materialized, mut foreign) = (false, false);
    while kind.is_none() {
        match rest.next()? {
            t if t.is("materialized") => materialized = true,
            t if t.is("foreign") => foreign = true,
            t if t.is("unlogged") || t.is("recursive") => {}
            t if t.is("table") && foreign => kind = Some(Kind::ForeignTable),
            t if t.is("table") => kind = Some(Kind::Table),
            t if t.is("view") && materialized => kind = Some(Kind::MaterializedView),
            t if t.is("view") => kind = Some(Kind::View),
            _ => return None,
        }
    }
    let kind = kind?;
    let (schema, name) = path(&mut rest)?;
    let listed = matches!(kind, Kind::Table | Kind::ForeignTable)
        && rest.next_if(|t| **t == Token::Mark('(')).is_some();
    let columns = listed.then(|| columns(&mut rest));
    let mut parents = Vec::new();
    if listed && rest.next_if(|t| t.is("inherits")).is_some() {
        while let Some(Token::Mark('(' | ',')) = rest.next() {
            parents.push(path(&mut rest)?);
        }
    }
    Some(Declared {
        schema,
        name,
        kind,
        columns,
        parents,
    })
}

/// The first word of each entry between parentheses, of which the opening one is behind us.
fn columns<'t>(tokens: &mut impl Iterator<Item = &'t Token>) -> Vec<String> {
    const NO_COLUMN: [&str; 6] = [
        "constraint",
        "check",
        "unique",
        "primary",
        "foreign",
        "like",
    ];
    let mut columns = Vec::new();
    let (mut depth, mut begins) = (0, true);
    for token in tokens {
        match token {
            Token::Mark(')') if depth == 0 => break,
            Token::Mark(')') => depth -= 1,
            Token::Mark('(') => depth += 1,
            Token::Mark(',') if depth == 0 => {
                begins = true;
                continue;
            }
            _ if begins && !NO_COLUMN.iter().any(|word| token.is(word)) => {
                columns.extend(token.identifier());
            }
            _ => {}
        }
        begins = false;
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copy_targets_are_read_with_their_quotes() {
        let target = copy_target(
            "--\n-- Data for Name: x\n--\n\nCOPY public.\"We\"\"ird, t\" (id, \"b (c\") FROM stdin;",
        );
        assert_eq!(
            target,
            Some(CopyTarget {
                schema: "public".into(),
                name: "We\"ird, t".into(),
                columns: vec!["id".into(), "b (c".into()],
                tail: Tail::Nothing,
            })
        );
        let filtered = copy_target("COPY t (a) FROM stdin WHERE a > 1;");
        assert_eq!(filtered.map(|target| target.tail), Some(Tail::Foreign));
        assert_eq!(copy_target("COPY public.t TO stdout;"), None);
        assert_eq!(
            copy_target("CREATE FUNCTION f() AS 'COPY t FROM stdin;';"),
            None
        );
    }
}
