//! How a dump was written, from what its statements look like.

use super::encoding::Encoding;
use super::statement::starts_with;
use super::token::{Token, path, tokens};
use super::{Form, RowsAs};

/// Learns the form while headings and statements go by.
#[derive(Default)]
pub struct Forming {
    form: Form,
    encoding: Encoding,
    headings: u64,
    owners: u64,
    comments: u64,
    other_encoding: Option<String>,
    /// Names in quotes that would need none.
    needless: bool,
    /// Names without quotes.
    bare: bool,
}

/// What stands above a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Under {
    Heading,
    Nothing,
}

impl Forming {
    pub fn heading(&mut self, kind: &str, owner: &str) {
        self.headings += 1;
        self.owners += u64::from(!owner.is_empty());
        self.comments += u64::from(kind == "COMMENT");
        self.form.create |= kind == "DATABASE";
    }

    pub fn rows(&mut self, rows: RowsAs) {
        self.form.rows = rows;
    }

    pub fn statement(&mut self, statement: &str, under: Under) {
        let changes = self.changes_encoding(statement);
        if let Some(encoding) = set_encoding(statement) {
            if changes {
                self.other_encoding
                    .get_or_insert_with(|| encoding.to_owned());
            }
            self.form.encoding = encoding.to_owned();
            self.encoding = Encoding::named(encoding);
        }
        if under == Under::Nothing && (changes || !is_preamble(statement)) {
            self.form.unheaded += 1;
        }
        self.form.no_dollar_quoting |= is_body_in_plain_quotes(statement);
        if !self.bare {
            self.quotes(statement);
        }
    }

    /// A second `client_encoding`, where the stream says two.
    pub fn other_encoding(&self) -> Option<&str> {
        self.other_encoding.as_deref()
    }

    /// Whether the text from here on is written in something else than the text before. No pg_dump does that, and what
    /// is restored from it is compared in one encoding.
    pub fn changes_encoding(&self, statement: &str) -> bool {
        let before = self.form.encoding.as_str();
        set_encoding(statement).is_some_and(|encoding| !before.is_empty() && encoding != before)
    }

    /// What the text from here on is written in.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    pub fn finish(self) -> Form {
        Form {
            no_owner: self.headings > 0 && self.owners == 0,
            no_comments: self.headings > 0 && self.comments == 0,
            quote_all: self.needless && !self.bare,
            ..self.form
        }
    }

    /// Looks at the name that a statement begins with.
    fn quotes(&mut self, statement: &str) {
        const NAMED: [&str; 9] = [
            "COPY ",
            "INSERT INTO ",
            "CREATE SCHEMA ",
            "CREATE TABLE ",
            "CREATE VIEW ",
            "CREATE FUNCTION ",
            "CREATE SEQUENCE ",
            "CREATE TYPE ",
            "CREATE DOMAIN ",
        ];
        let Some(start) = NAMED.iter().find(|start| starts_with(statement, start)) else {
            return;
        };
        // Longer than any name with its schema; a body of a function has no say.
        let end = statement.floor_char_boundary(start.len() + 1024);
        let tokens = tokens(&statement[..end]);
        let mut rest = tokens
            .iter()
            .skip(start.split_whitespace().count())
            .peekable();
        let whole = rest.clone().count();
        if path(&mut rest).is_none() {
            return;
        }
        let named = tokens.len() - whole..tokens.len() - rest.count();
        for token in &tokens[named] {
            match token {
                Token::Bare(_) => self.bare = true,
                Token::Quoted(word) => {
                    let mut letters = word.bytes();
                    let first = letters.next();
                    self.needless |= first.is_some_and(|b| b == b'_' || b.is_ascii_lowercase())
                        && letters
                            .all(|b| b == b'_' || b.is_ascii_lowercase() || b.is_ascii_digit());
                }
                Token::Mark(_) => {}
            }
        }
    }
}

/// Whether this makes a routine whose body stands in plain quotes. The file of one in C does so always (`dumpFunc` in
/// pg_dump.c).
fn is_body_in_plain_quotes(statement: &str) -> bool {
    let routine =
        starts_with(statement, "CREATE FUNCTION ") || starts_with(statement, "CREATE PROCEDURE ");
    let foreign = || {
        ["c", "internal"].iter().any(|language| {
            let line = format!("\n    LANGUAGE {language}");
            let mut after = statement.split(&*line).skip(1);
            after.any(|after| after.starts_with([' ', '\n']))
        })
    };
    routine && statement.contains("\n    AS '") && !foreign()
}

fn set_encoding(statement: &str) -> Option<&str> {
    let value = statement.strip_prefix("SET client_encoding = '")?;
    Some(value.trim_end_matches([';', '\'']))
}

/// What a dump may begin with before its first heading: settings, and with `--clean` the removal of what is there. A view
/// of a circle is made a stand-in before it is removed.
fn is_preamble(statement: &str) -> bool {
    let starts = |start: &str| starts_with(statement, start);
    starts("SET ")
        || starts("SELECT pg_catalog.set_config(")
        || starts("SELECT pg_catalog.lo_unlink(")
        || starts("DROP ")
        || starts("BEGIN;")
        || starts("CREATE OR REPLACE VIEW ")
        || starts("ALTER ") && [" DROP ", " DETACH "].iter().any(|word| statement.contains(word))
        // The rows say themselves whose they are.
        || starts("COPY ")
}
