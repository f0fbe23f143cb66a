//! How a dump was written, from what its statements look like.

use super::preamble::is_preamble;
use super::{Form, RowsAs};
use crate::script::encoding::Encoding;
use crate::script::quoting::needs_no_quotes;
use crate::script::statement::starts_with;
use crate::script::token::{Token, path, tokens};

/// Learns the form while headings and statements go by.
#[derive(Default)]
pub struct Forming {
    form: Form,
    encoding: Encoding,
    headings: u64,
    owners: u64,
    comments: u64,
    other_encoding: Option<String>,
    /// Databases that are removed before the first heading.
    dropped: Vec<String>,
    /// Names in quotes that would need none.
    needless: bool,
    /// Names without quotes.
    bare: bool,
    /// Names in quotes that would need none, in what the server itself writes.
    needless_of_server: bool,
}

/// The version that brought the privilege MAINTAIN.
const MAINTAIN: u32 = 17;

/// What stands above a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Under {
    Heading,
    Nothing,
}

impl Forming {
    /// Takes a comment of the dump's head.
    pub fn comment(&mut self, line: &str) {
        let version = line.strip_prefix("-- Dumped from database version ");
        let major = version.and_then(|version| version.split(|c: char| !c.is_ascii_digit()).next());
        if let Some(major) = major.and_then(|major| major.parse::<u32>().ok()) {
            self.form.before_maintain |= major < MAINTAIN;
        }
    }

    /// Says that privileges are to be read as those of this form are: the server here may be a newer one.
    pub fn read_as(&mut self, form: &Form) {
        self.form.before_maintain |= form.before_maintain;
    }

    pub fn before_maintain(&self) -> bool {
        self.form.before_maintain
    }

    pub fn heading(&mut self, kind: &str, owner: &str) {
        self.headings += 1;
        self.owners += u64::from(!owner.is_empty());
        self.comments += u64::from(kind == "COMMENT");
        self.form.create |= kind == "DATABASE";
    }

    pub fn rows(&mut self, rows: RowsAs) {
        // `DEFAULT VALUES`, of a relation whose columns take none, is what `--column-inserts` writes, and of a relation
        // without columns `--inserts` too.
        if self.form.rows != RowsAs::Inserts {
            self.form.rows = rows;
        }
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
        if under == Under::Nothing && starts_with(statement, "DROP DATABASE ") {
            let dropped = tokens(statement)
                .into_iter()
                .rev()
                .find_map(|t| t.identifier());
            self.dropped.extend(dropped);
        }
        self.form.row_security |= statement == "SET row_security = on;";
        self.form.old_strings |= statement == "SET standard_conforming_strings = off;";
        self.form.no_dollar_quoting |= is_body_in_plain_quotes(statement);
        if !self.bare {
            self.quotes(statement);
        }
        self.needless_of_server |= under == Under::Heading
            && !self.needless_of_server
            && is_quoted_by_the_server(statement);
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

    /// `connects`: the databases that the stream goes on in, which are those that it may remove first.
    pub fn finish(self, connects: &[String]) -> Form {
        let others = self.dropped.iter().filter(|name| !connects.contains(name));
        Form {
            unheaded: self.form.unheaded + others.count() as u64,
            no_owner: self.headings > 0 && self.owners == 0,
            no_comments: self.headings > 0 && self.comments == 0,
            quote_all: self.needless && !self.bare,
            server_quotes_all: self.needless_of_server && self.bare,
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
                Token::Quoted(word) => self.needless |= needs_no_quotes(word),
                Token::Mark(_) => {}
            }
        }
    }
}

/// Whether a definition has names in quotes that need none. Only of kinds that have no text of the user's, but for a
/// routine's body.
fn is_quoted_by_the_server(statement: &str) -> bool {
    const WRITTEN: [&str; 14] = [
        "CREATE TABLE ",
        "CREATE UNLOGGED TABLE ",
        "CREATE INDEX ",
        "CREATE UNIQUE INDEX ",
        "CREATE VIEW ",
        "CREATE MATERIALIZED VIEW ",
        "CREATE TRIGGER ",
        "CREATE POLICY ",
        "CREATE DOMAIN ",
        "CREATE STATISTICS ",
        "CREATE RULE ",
        "CREATE FUNCTION ",
        "CREATE PROCEDURE ",
        "ALTER TABLE ",
    ];
    let before_body = || statement.split("\n    AS ").next().unwrap_or_default();
    let quoted = |token: &Token| matches!(token, Token::Quoted(word) if needs_no_quotes(word));
    memchr::memchr(b'"', statement.as_bytes()).is_some()
        && WRITTEN.iter().any(|start| starts_with(statement, start))
        && tokens(before_body()).iter().any(quoted)
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
