//! What a single statement of a dump names.

use super::token::{Token, path, tokens};

/// Whether psql reads rows behind this statement: a `COPY … FROM stdin`, however it is written.
///
/// The server decides that, by the statement alone: no other one makes it ask for rows.
pub fn rows_follow(statement: &[u8]) -> bool {
    let first = significant(statement);
    let Some((word, rest)) = first.split_at_checked(4) else {
        return false;
    };
    if !word.eq_ignore_ascii_case(b"copy") || rest.first().is_some_and(|byte| *byte >= 0x80) {
        return false;
    }
    // Whatever the encoding, a byte that is not of ASCII belongs to a name.
    let letters: String = first
        .iter()
        .map(|byte| {
            if byte.is_ascii() {
                char::from(*byte)
            } else {
                'x'
            }
        })
        .collect();
    let tokens = tokens(&letters);
    tokens.first().is_some_and(|first| first.is("copy"))
        && tokens
            .windows(2)
            .any(|two| two[0].is("from") && two[1].is("stdin"))
}

/// A statement from its first word on, without white space and comments before it.
fn significant(statement: &[u8]) -> &[u8] {
    let mut rest = statement;
    loop {
        rest = rest.trim_ascii_start();
        rest = match rest {
            [0x0b, after @ ..] => after,
            [b'-', b'-', after @ ..] => {
                let end = memchr::memchr2(b'\n', b'\r', after);
                &after[end.unwrap_or(after.len())..]
            }
            [b'/', b'*', after @ ..] => {
                let mut depth = 1;
                let mut at = 0;
                while depth > 0 && at < after.len() {
                    let (step, change) = match &after[at..] {
                        [b'*', b'/', ..] => (2, -1),
                        [b'/', b'*', ..] => (2, 1),
                        _ => (1, 0),
                    };
                    depth += change;
                    at += step;
                }
                &after[at..]
            }
            _ => return rest,
        };
    }
}

/// The target of `COPY … FROM stdin`.
#[derive(Debug, PartialEq, Eq)]
pub struct CopyTarget {
    /// Unquoted; empty where none is named.
    pub schema: String,
    /// Unquoted.
    pub name: String,
    /// Unquoted, in the order of the values; empty where the statement lists none.
    pub columns: Vec<String>,
    /// Whether the statement asks for more than pg_dump's does.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_follow_a_copy_however_it_is_written() {
        for copy in [
            "COPY public.t (a) FROM stdin;",
            "copy t\nfrom STDIN;",
            "COPY\tt FROM stdin WITH (FORMAT csv);",
            "/* a /* b */ */ COPY t FROM stdin;",
            "COPY t FROM /* c */ stdin;",
            "-- a\rCOPY t FROM -- b\n stdin;",
            "\u{b}COPY \"from\" (stdin) FROM stdin;",
            "COPY \"ü\"\"\" FROM stdin;",
        ] {
            assert!(rows_follow(copy.as_bytes()), "{copy}");
        }
        for other in [
            "COPY t TO stdout;",
            "COPY t FROM 'stdin';",
            "COPY t FROM \"stdin\";",
            "SELECT 1 FROM stdin;",
            "COPYFROM stdin;",
            "CREATE TABLE copy (a int);",
            "COP",
        ] {
            assert!(!rows_follow(other.as_bytes()), "{other}");
        }
    }

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
