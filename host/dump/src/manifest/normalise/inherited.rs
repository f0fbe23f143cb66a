//! The columns of a table that inherits some.

use std::borrow::Cow;

use crate::script::statement::starts_with;

/// A definition with the columns of an inheriting table in the order of their text.
///
/// The server puts inherited columns first, wherever the statement has them (manual, CREATE TABLE, INHERITS), so that a
/// table that got its parent by ALTER TABLE has another order when it is restored, and its next dump says so.
pub fn columns(statement: Cow<'_, str>) -> Cow<'_, str> {
    let creates = [
        "CREATE TABLE ",
        "CREATE UNLOGGED TABLE ",
        "CREATE FOREIGN TABLE ",
    ];
    if !creates.iter().any(|start| starts_with(&statement, start)) {
        return statement;
    }
    let Some((open, close, mut columns)) = list(&statement) else {
        return statement;
    };
    if !statement[close..].starts_with("\n)\nINHERITS (") {
        return statement;
    }
    columns.sort_unstable();
    let (before, after) = (&statement[..open], &statement[close..]);
    Cow::Owned(format!("{before}{}{after}", columns.join(",")))
}

/// The first list in parentheses: where its text begins and ends, and what stands between its commas.
fn list(statement: &str) -> Option<(usize, usize, Vec<&str>)> {
    let mut entries = Vec::new();
    let (mut depth, mut open, mut begins) = (0, 0, 0);
    let mut quote = None;
    for (at, byte) in statement.bytes().enumerate() {
        match (quote, byte) {
            // A quote that is doubled ends and begins another.
            (Some(one), byte) if one == byte => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'(' | b'[') => {
                depth += 1;
                if depth == 1 {
                    (open, begins) = (at + 1, at + 1);
                }
            }
            (None, b',') if depth == 1 => {
                entries.push(&statement[begins..at]);
                begins = at + 1;
            }
            (None, b')' | b']') => {
                depth -= 1;
                if depth == 0 {
                    let last = statement[begins..at].trim_end();
                    entries.push(last);
                    return Some((open, begins + last.len(), entries));
                }
            }
            (None, _) => {}
        }
    }
    None
}
