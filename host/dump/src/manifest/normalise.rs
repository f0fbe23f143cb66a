//! What of a dump says nothing about its objects. Every normalisation of definitions is in this file, or in one below it.
//!
//! Two dumps of equal databases differ in what stands here, or would under other options of pg_dump:
//!
//! - comments, blank lines and the keys of `\restrict` are no statements; the scanner never has them here.
//! - [`Treatment::Aside`] tells of each statement that is passed over why it is.
//! - [`Session`] holds what is set before a heading and means the entry after it.
//! - large objects have an entry each (`large_entry`), whatever the release that wrote them together.
//! - [`canonical`] puts the roles of a policy and the columns of a table that inherits some in order, and takes the
//!   time zone out of timestamps.
//! - `reread` and `qualified` hold what the server writes in other words at the second reading, and since another version.
//! - a carriage return that ends a line outside of quotes is a space like any other: a dump that went through Windows
//!   restores to the same database. Inside of quotes it belongs to the value.

mod inherited;
mod instants;
mod qualified;
mod reread;
mod settings;

use std::borrow::Cow;

pub use settings::{is_setting, is_string, session_role};

use crate::script::statement::{ends_in_owner, starts_with};
use crate::script::token::{Token, tokens};

/// What a statement under a heading is to the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// Part of its definition, as it stands.
    Definition,
    /// No part of it.
    Aside,
    /// Says whose the next statements of this entry are, or with `None` that they are the loading role's again. It
    /// belongs to a grant that somebody else than the owner gave. Before a heading, where
    /// `--use-set-session-authorization` has it for every object, it says no more than the heading.
    Authorization(Option<String>),
    /// Sets what the entries after the next headings are made with.
    Set(Setting),
}

/// A setting that decides how the objects after it are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// `default_tablespace`; empty for the database's own.
    Tablespace(String),
    /// `default_table_access_method`; empty for `heap`.
    AccessMethod(String),
}

/// What pg_dump sets between entries, and only where it differs from what it set for the entry before. Empty is the
/// server's own choice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    tablespace: String,
    access_method: String,
}

impl Session {
    /// Takes a setting, which holds until the next one of its kind.
    pub fn set(&mut self, setting: Setting) {
        match setting {
            Setting::Tablespace(name) => self.tablespace = name,
            Setting::AccessMethod(name) => self.access_method = name,
        }
    }

    /// What of it an object of this kind is made with; the rest is left from some entry before.
    pub fn of_the_object(
        &self,
        kind: &str,
        partitioned: bool,
    ) -> impl Iterator<Item = (&str, &str)> {
        let stored = ["TABLE", "MATERIALIZED VIEW"].contains(&kind);
        let placed = stored || ["INDEX", "CONSTRAINT"].contains(&kind);
        // A partitioned table stores nothing; pg_dump 17 tells what its partitions are to use by a statement.
        let method = (stored && !partitioned).then_some(("method", self.access_method.as_str()));
        let place = placed.then_some(("tablespace", self.tablespace.as_str()));
        method
            .into_iter()
            .chain(place)
            .filter(|(_, value)| !value.is_empty())
    }
}

/// What the entries of a kind hold beside definitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents {
    /// Nothing.
    None,
    /// The rows of a relation.
    Rows,
    /// A call of `setval`.
    SequenceValue,
    /// The calls that open, write and close large objects.
    LargeObjects,
    /// The planner's, which any ANALYZE changes. pg_dump 18 writes them with `--statistics`.
    Statistics,
}

/// By pg_dump's word for the kind.
pub fn contents(kind: &str) -> Contents {
    match kind {
        "TABLE DATA" => Contents::Rows,
        "SEQUENCE SET" => Contents::SequenceValue,
        "BLOBS" => Contents::LargeObjects,
        "STATISTICS DATA" => Contents::Statistics,
        _ => Contents::None,
    }
}

/// Begins each dump, so that every name stands with its schema.
pub const SEARCH_PATH: &str = "SELECT pg_catalog.set_config('search_path', '', false);";

/// Whether a heading says whose its object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// In its field `Owner:`.
    Said,
    /// As under `--no-owner`; a statement that sets one is then no repetition of it.
    Unsaid,
}

/// Judges a statement that ends in a semicolon, under a heading of this kind.
///
/// What is passed over is compared nowhere, so that it must be what pg_dump writes and nothing more: behind a call of
/// pg_dump's own, another one could stand.
pub fn treatment(statement: &str, heading: &str, owner: Owner) -> Treatment {
    let contents = contents(heading);
    if starts_with(statement, "SET ") {
        return settings::set(statement);
    }
    if statement == "RESET SESSION AUTHORIZATION;" {
        return Treatment::Authorization(None);
    }
    let words = || {
        statement
            .split([' ', ';', '\n'])
            .filter(|word| !word.is_empty())
    };
    let aside = if statement == SEARCH_PATH {
        // The preamble's, as above.
        true
    } else if starts_with(statement, "ALTER ") && statement.contains(" OWNER TO ") {
        // The heading says it, and under `--use-set-session-authorization` no statement does. Of what is shared by all
        // databases, only this one is in its dump.
        let shared = starts_with(statement, "ALTER DATABASE ")
            || starts_with(statement, "ALTER TABLESPACE ");
        owner == Owner::Said
            && ends_in_owner(statement)
            && is_one_action(statement)
            && (!shared || heading == "DATABASE")
    } else if starts_with(statement, "BEGIN") || starts_with(statement, "COMMIT") {
        // Of `pg_restore --single-transaction`, and around large objects.
        words().count() == 1
    } else if starts_with(statement, "ALTER ") && statement.ends_with(");") {
        // A column's option that Postgres 15.20 sets for itself and takes from nobody. Its own pg_dump leaves it out, that
        // of another major version which is older than that release writes it.
        internal_option(statement)
    } else if contents == Contents::Rows {
        // Around the rows of a dump of data alone with `--disable-triggers`; both are undone when the rows are in.
        starts_with(statement, "ALTER TABLE ")
            && is_one_action(statement)
            && (statement.ends_with(" DISABLE TRIGGER ALL;")
                || statement.ends_with(" ENABLE TRIGGER ALL;"))
    } else {
        contents == Contents::Statistics && restores_statistics(statement)
    };
    match aside {
        true => Treatment::Aside,
        false => Treatment::Definition,
    }
}

/// Whether an ALTER does one thing: what else it did would be passed over with it.
fn is_one_action(statement: &str) -> bool {
    let mut depth = 0;
    tokens(statement).iter().all(|token| {
        match token {
            Token::Mark('(') => depth += 1,
            Token::Mark(')') => depth -= 1,
            _ => {}
        }
        depth > 0 || *token != Token::Mark(',')
    })
}

/// Whether this calls a function that restores the planner's statistics, and in its arguments none
/// (`dumpRelationStats` in pg_dump.c): they are strings, cast to types that every database has.
pub fn restores_statistics(statement: &str) -> bool {
    let calls = ["relation", "attribute"].iter().find_map(|of| {
        statement.strip_prefix(&*format!(
            "SELECT * FROM pg_catalog.pg_restore_{of}_stats(\n"
        ))
    });
    let Some(arguments) = calls.and_then(|rest| rest.strip_suffix("\n);")) else {
        return false;
    };
    // Where strings have escapes, this backslash goes on with the string that it seems to end. pg_dump doubles its backslashes
    // then, and a value of an array is in quotes of its own.
    if ends_in_backslash(arguments) {
        return false;
    }
    let tokens = tokens(arguments);
    let cast = [Token::Mark(':'), Token::Mark(':')];
    tokens.iter().enumerate().all(|(at, token)| match token {
        Token::Bare(_) => tokens[..at].ends_with(&cast),
        Token::Mark(mark) => "',:[]".contains(*mark),
        Token::Quoted(_) => false,
    })
}

/// Whether a quote stands behind backslashes of an odd number.
fn ends_in_backslash(text: &str) -> bool {
    text.split('\'').rev().skip(1).any(|before| {
        let backslashes = before.len() - before.trim_end_matches('\\').len();
        backslashes % 2 == 1
    })
}

/// Whether this sets `pg_attver` for a column, and nothing else.
pub fn internal_option(statement: &str) -> bool {
    let option = statement.rsplit_once(" SET (pg_attver=");
    option.is_some_and(|(column, value)| {
        let value = value.strip_suffix(");");
        let number = value.is_some_and(|value| value.bytes().all(|b| b.is_ascii_digit()));
        number && is_one_action(column) && column.contains(" ALTER COLUMN ")
    })
}

/// A definition as it is digested.
pub fn canonical(statement: &str) -> Cow<'_, str> {
    let statement = inherited::columns(one_blank(roles_in_order(statement)));
    qualified::columns(reread::second_reading(instants::in_no_zone(statement)))
}

/// A grant of all that a server before 17 has for tables, which a newer pg_dump lists (`buildACLCommands` in dumputils.c).
pub fn all_but_maintain(statement: &str) -> Cow<'_, str> {
    const ALL: &str = " SELECT,INSERT,REFERENCES,DELETE,TRIGGER,TRUNCATE,UPDATE ON TABLE";
    let grants = ["GRANT ", "REVOKE ", "ALTER DEFAULT PRIVILEGES "]
        .iter()
        .any(|start| starts_with(statement, start));
    match grants && statement.contains(ALL) {
        true => Cow::Owned(statement.replacen(ALL, " ALL ON TABLE", 1)),
        false => Cow::Borrowed(statement),
    }
}

/// Before 16 pg_dump writes two blanks before the role that default privileges are given to.
fn one_blank(statement: Cow<'_, str>) -> Cow<'_, str> {
    match starts_with(&statement, "ALTER DEFAULT PRIVILEGES ") && statement.contains("  TO ") {
        true => Cow::Owned(statement.replacen("  TO ", " TO ", 1)),
        false => statement,
    }
}

/// pg_dump gives the roles of a policy in the order in which pg_authid happens to have them (`getPolicies` in
/// pg_dump.c), which is that of their creation, and says nothing about the policy.
fn roles_in_order(statement: &str) -> Cow<'_, str> {
    let same = Cow::Borrowed(statement);
    if !starts_with(statement, "CREATE POLICY ") {
        return same;
    }
    let Some(start) = outside_of_quotes(statement, &[" TO ", " USING (", " WITH CHECK ("]) else {
        return same;
    };
    if !statement[start..].starts_with(" TO ") {
        return same;
    }
    let start = start + " TO ".len();
    let rest = &statement[start..];
    let Some(end) = outside_of_quotes(rest, &[" USING (", " WITH CHECK (", ";"]) else {
        return same;
    };
    let (mut list, after) = rest.split_at(end);
    let mut roles = Vec::new();
    while let Some(comma) = outside_of_quotes(list, &[", "]) {
        roles.push(&list[..comma]);
        list = &list[comma + ", ".len()..];
    }
    roles.push(list);
    roles.sort_unstable();
    Cow::Owned(format!(
        "{}{}{after}",
        &statement[..start],
        roles.join(", ")
    ))
}

/// Where the first of these texts begins that stands in no quoted identifier.
fn outside_of_quotes(text: &str, sought: &[&str]) -> Option<usize> {
    let mut quoted = false;
    for (at, byte) in text.bytes().enumerate() {
        if byte == b'"' {
            quoted = !quoted;
        } else if !quoted
            && sought
                .iter()
                .any(|one| text.as_bytes()[at..].starts_with(one.as_bytes()))
        {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests;
