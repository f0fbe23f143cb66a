//! How a dump was written, from what its statements look like.

use super::encoding::Encoding;
use super::normalise::{SEARCH_PATH, is_setting};
use super::quoting::needs_no_quotes;
use super::statement::{Tail, copy_target, starts_with, without_comments};
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

/// What a dump may begin with before its first heading: settings, and with `--clean` the removal of what is there. A view
/// of a circle is made a stand-in before it is removed.
///
/// No statement passes here that does something outside of the database or calls what it likes: nothing that is compared
/// would tell.
fn is_preamble(statement: &str) -> bool {
    let starts = |start: &str| starts_with(statement, start);
    let outside = || {
        // A user mapping is the database's own.
        !starts("DROP USER MAPPING ")
            && [
                "SYSTEM",
                "ROLE",
                "USER",
                "GROUP",
                "TABLESPACE",
                "OWNED",
                "DATABASE",
            ]
            .iter()
            .any(|kind| starts(&format!("DROP {kind} ")) || starts(&format!("ALTER {kind} ")))
    };
    is_setting(statement)
        || statement == SEARCH_PATH
        || statement == "BEGIN;"
        || is_unlink(statement)
        // Before a template is dropped (`dumpDatabase` in pg_dump.c).
        || starts("UPDATE pg_catalog.pg_database SET datistemplate = false WHERE datname = '")
        // With `--create`, the database itself; which one is known when the dump connects to it.
        || starts("DROP DATABASE ")
        || !outside()
            && is_removal(statement)
        // The rows say themselves whose they are.
        || copy_target(statement).is_some_and(|target| target.tail == Tail::Nothing)
}

/// Whether this is of what `--clean` begins with, and does nothing else: nothing is called, and in an ALTER nothing is added.
pub fn is_removal(statement: &str) -> bool {
    if is_stand_in(statement) || is_unlink(statement) {
        return true;
    }
    let tokens = tokens(statement);
    let [first, rest @ ..] = &tokens[..] else {
        return false;
    };
    let without = |marks: &[char]| {
        let mut marks = marks.iter();
        marks.all(|mark| !rest.contains(&Token::Mark(*mark)))
    };
    if first.is("drop") {
        return without(&['\'']);
    }
    let removes = rest
        .iter()
        .any(|token| token.is("drop") || token.is("detach"));
    first.is("alter") && removes && without(&['\'', '(', ',', '='])
}

/// Whether this makes a view of nothing, which stands in for one that others need (`createDummyViewAsClause` in pg_dump.c).
fn is_stand_in(statement: &str) -> bool {
    let Some((view, columns)) = statement.split_once(" AS\nSELECT\n    ") else {
        return false;
    };
    let simple = |column: &str| {
        let tokens = tokens(column.trim_end_matches(';'));
        let called = tokens.windows(2).any(|two| {
            two[0] == Token::Mark('(')
                && !matches!(&two[1], Token::Bare(word) if word.parse::<u32>().is_ok())
        });
        let of_types =
            |token: &Token| !matches!(token, Token::Mark(mark) if !":.[](),".contains(*mark));
        column.starts_with("NULL::") && !called && tokens.iter().all(of_types)
    };
    starts_with(view, "CREATE OR REPLACE VIEW ")
        && !tokens(view).contains(&Token::Mark(';'))
        && columns.split(",\n    ").all(simple)
}

/// Whether this removes a large object, as pg_dump writes it with and without `--if-exists` (`DropLOIfExists` in
/// pg_backup_db.c).
fn is_unlink(statement: &str) -> bool {
    let rest = without_comments(statement).strip_prefix("SELECT pg_catalog.lo_unlink(");
    let oid = rest.and_then(|rest| {
        let plain = rest
            .strip_prefix('\'')
            .and_then(|rest| rest.strip_suffix("');"));
        let there = "oid) FROM pg_catalog.pg_largeobject_metadata WHERE oid = '";
        plain.or_else(|| rest.strip_prefix(there)?.strip_suffix("';"))
    });
    oid.is_some_and(|oid| oid.parse::<u32>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_outside_of_the_database_is_no_preamble() {
        for own in [
            "SET statement_timeout = 0;",
            "SELECT pg_catalog.set_config('search_path', '', false);",
            "SELECT pg_catalog.lo_unlink('4711');",
            "DROP USER MAPPING IF EXISTS FOR a SERVER s;",
            "SELECT pg_catalog.lo_unlink(oid) FROM pg_catalog.pg_largeobject_metadata WHERE oid = '4711';",
            "ALTER TABLE IF EXISTS ONLY a.t DROP CONSTRAINT IF EXISTS t_pkey;",
            "ALTER PUBLICATION p DROP TABLE ONLY a.t;",
            "DROP POLICY IF EXISTS p ON a.t;",
            "COPY a.t (a) FROM stdin;",
            "SET search_path = a, b;",
            "SET client_encoding = 'UTF8';",
            "ALTER TABLE IF EXISTS a.t ALTER COLUMN id DROP DEFAULT;",
            "ALTER TABLE IF EXISTS a.\"the (parts)\" DETACH PARTITION a.\"p, '1\";",
            "DROP OPERATOR IF EXISTS a.+ (integer, double precision);",
            "DROP FUNCTION IF EXISTS a.f(a integer[], b numeric);",
            "CREATE OR REPLACE VIEW a.v AS\nSELECT\n    NULL::integer AS a,\n    NULL::numeric(8,2) AS \"b(\",\n    NULL::a.t[] COLLATE a.c AS d;",
        ] {
            assert!(is_preamble(own), "{own}");
        }
        for other in [
            "COPY (SELECT 1) TO PROGRAM 'true';",
            "COPY a.t FROM PROGRAM 'true';",
            "COPY a.t (a) FROM stdin WHERE pg_catalog.pg_reload_conf();",
            "ALTER SYSTEM SET archive_command = ' DROP ';",
            "ALTER ROLE alice SET a.b = ' DROP ';",
            "DROP ROLE alice;",
            "DROP OWNED BY alice;",
            "SELECT pg_catalog.set_config('search_path', '', false), pg_catalog.pg_reload_conf();",
            "SELECT pg_catalog.lo_unlink('4711'), pg_catalog.pg_reload_conf();",
            "BEGIN; DELETE FROM a.t;",
            "SET standard_conforming_strings = false;",
            "SET client_encoding = E'UTF8'\n'\\''; SELECT f(); --';",
            "SET a.b = f();",
            "ALTER FUNCTION a.f(text) SET search_path = ' DROP ';",
            "ALTER TABLE a.t ADD COLUMN x text DEFAULT a.f(), DROP COLUMN IF EXISTS y;",
            "CREATE OR REPLACE VIEW a.v AS SELECT 1 AS one;",
            "CREATE OR REPLACE VIEW a.v AS\nSELECT\n    NULL::integer AS a,\n    f() AS b;",
            "CREATE OR REPLACE VIEW a.v AS\nSELECT\n    NULL::integer + f(1) AS a;",
            "CREATE OR REPLACE VIEW a.v AS\nSELECT\n    NULL::integer AS a FROM (SELECT 1);",
        ] {
            assert!(!is_preamble(other), "{other}");
        }
    }
}
