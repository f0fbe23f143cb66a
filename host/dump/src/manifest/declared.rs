//! The relation that a statement makes.

use super::listing::Kind;
use crate::script::statement::starts_with;
use crate::script::token::{Token, path, tokens};

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
