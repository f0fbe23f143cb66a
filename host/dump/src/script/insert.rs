//! `INSERT INTO … VALUES …`, as pg_dump writes it with `--inserts`, `--column-inserts` or `--rows-per-insert`.

use super::statement::starts_with;
use super::token::{Token, path, tokens};

/// The relation of an INSERT, read from the text before its first row.
#[derive(Debug, PartialEq, Eq)]
pub struct InsertTarget {
    /// Unquoted; empty where none is named.
    pub schema: String,
    /// Unquoted.
    pub name: String,
    /// Empty where the statement does not list them.
    pub columns: Vec<String>,
}

/// What every INSERT of pg_dump begins with.
pub const INSERT: &[u8] = b"INSERT INTO ";

/// Whether a row follows, now that the text before it ends.
pub fn ends_in_values(text: &[u8]) -> bool {
    let text = text.trim_ascii_end();
    let Some((before, word)) = text.split_at_checked(text.len().saturating_sub(6)) else {
        return false;
    };
    // A relation or a column of this name stands in quotes.
    word.eq_ignore_ascii_case(b"VALUES") && before.last().is_some_and(u8::is_ascii_whitespace)
}

/// Reads `INSERT INTO schema.table [(columns)] [OVERRIDING …] VALUES`.
pub fn insert_target(text: &str) -> Option<InsertTarget> {
    if !starts_with(text, "INSERT INTO ") {
        return None;
    }
    let tokens = tokens(text);
    let mut rest = tokens.iter().skip(2).peekable();
    let (schema, name) = path(&mut rest)?;
    let mut columns = Vec::new();
    if rest.next_if(|t| **t == Token::Mark('(')).is_some() {
        let listed = rest.take_while(|t| **t != Token::Mark(')'));
        columns.extend(listed.filter_map(Token::identifier));
    }
    Some(InsertTarget {
        schema,
        name,
        columns,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read_as_pg_dump_writes_them() {
        for (text, name, columns) in [
            ("INSERT INTO public.t VALUES", "t", &[][..]),
            (
                "INSERT INTO public.t OVERRIDING SYSTEM VALUE VALUES\n\t",
                "t",
                &[],
            ),
            (
                "INSERT INTO public.\"VALUES\" (\"a, b\", c) VALUES ",
                "VALUES",
                &["a, b", "c"],
            ),
            ("INSERT INTO public.t DEFAULT VALUES", "t", &[]),
        ] {
            let target = insert_target(text).unwrap();
            assert_eq!(
                (target.schema.as_str(), target.name.as_str()),
                ("public", name),
                "{text}"
            );
            assert_eq!(target.columns, columns, "{text}");
            assert!(ends_in_values(text.as_bytes()), "{text}");
        }
        for text in [
            "INSERT INTO public.\"VALUES\" ",
            "INSERT INTO t (a, \"VALUES\"",
            "VALUES",
            "INSERT INTO xvalues",
        ] {
            assert!(!ends_in_values(text.as_bytes()), "{text}");
        }
    }
}
