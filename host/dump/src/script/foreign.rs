//! What in a script is not pg_dump's, and would make psql do something else than restore it.
//!
//! This is the one place that decides it. psql runs its meta-commands wherever they stand outside of quotes, on the host that it
//! runs on; and it ends statements, quotes and rows by its own rules, so that a text which breaks off or changes hands within
//! them is another text to psql than to its reader.

use super::command::{self, Command};

/// Something that pg_dump of no version writes. Its text holds nothing of the dump's own but the names of psql's commands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Foreign {
    /// A meta-command that pg_dump never writes; `None` where psql does not know the name either.
    #[error("the psql meta-command{}, which pg_dump does not write", named(.0))]
    Command(Option<&'static str>),
    /// A backslash outside of quotes, before the semicolon: psql would run a command there.
    #[error("the psql meta-command{}, inside a statement, where pg_dump writes none", named(.0))]
    InStatement(Option<&'static str>),
    /// Something else stands before the command on its line.
    #[error(
        "the psql meta-command{}, which does not begin its line, as pg_dump's commands do",
        named(.0)
    )]
    NotAtLineStart(Option<&'static str>),
    /// `\restrict` or `\unrestrict`, with nothing behind it.
    #[error("the psql meta-command{} without the key that pg_dump writes behind it", named(&Some(.0)))]
    WithoutKey(&'static str),
    /// A command of pg_dump's whose argument psql could expand, run, or take for more than pg_dump means by it.
    #[error("the psql meta-command{}, with another argument than pg_dump writes", named(&Some(.0)))]
    Argument(&'static str),
    /// psql takes no second `\restrict` before `\unrestrict`.
    #[error("the psql meta-command \\restrict, although an earlier one is still in force")]
    RestrictedTwice,
    /// Also where no `\restrict` stands before it.
    #[error("the psql meta-command \\unrestrict with another key than \\restrict before it")]
    OtherKey,
    /// `\connect` or `\encoding` before the `\unrestrict`.
    #[error("the psql meta-command{} while \\restrict is in force, where psql refuses it", named(&Some(.0)))]
    Restricted(&'static str),
    /// More than white space between the semicolon of a COPY and the end of its line.
    #[error("text behind a COPY on its line, which psql would run when the rows have ended")]
    BesideCopy,
    /// The tag is longer than 64 KiB, so that the end of the quote is not looked for.
    #[error("a dollar quote whose tag is longer than pg_dump makes one")]
    LongTag,
    /// An `E'…'` string with a line break and another quote behind it. To the server it goes on there, to psql another one begins.
    #[error(
        "a string with escapes that goes on in another line, where psql and the server do not agree on its end"
    )]
    Continued,
    /// psql takes a line for a C string, which ends there.
    #[error("a NUL byte outside of rows, at which psql drops the rest of the line")]
    Nul,
    /// The script ends within it.
    #[error("{0} that has no end")]
    Unterminated(Unterminated),
}

/// What is open where a script ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unterminated {
    /// Its semicolon is missing, and neither a quote nor a block comment is open in it.
    #[error("a statement")]
    Statement,
    /// `'…'` or `E'…'`.
    #[error("a string")]
    String,
    /// `"…"`.
    #[error("a quoted name")]
    Name,
    /// `$tag$…$tag$`.
    #[error("a dollar-quoted string")]
    Dollar,
    /// `/* … */`; a comment that begins with hyphens ends with its line.
    #[error("a comment")]
    Comment,
    /// The `\.` of a COPY is missing.
    #[error("a block of rows")]
    Rows,
}

/// Something foreign and where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// In bytes of the script.
    pub at: u64,
    /// What psql would take for something else than a restore.
    pub foreign: Foreign,
}

/// Where a backslash stands that is outside of quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// At the start of a line, between statements.
    LineStart,
    /// Between statements, and something stands before it on its line.
    WithinLine,
    /// In a statement, outside of its quotes.
    Statement,
}

impl Foreign {
    /// Of a line that begins as a command of pg_dump's and is longer than one.
    pub(super) fn long_command(line: &[u8]) -> Self {
        match command::known(command::name(line)) {
            Some(name) => Foreign::Argument(name),
            None => Foreign::Command(None),
        }
    }
}

/// Follows the meta-commands of a script, of which each depends on those before it.
#[derive(Default)]
pub(crate) struct Judge {
    /// The key of the `\restrict` that is in force.
    key: Option<Vec<u8>>,
}

impl Judge {
    /// Reads a line that begins with a backslash outside of quotes: pg_dump's own command, or what is foreign in it.
    ///
    /// In restricted mode psql takes `\unrestrict` alone (psql's `\restrict`, since the releases of August 2025), and pg_dump
    /// lifts the restriction before it connects to another database.
    pub fn command(&mut self, line: &[u8], standing: Standing) -> Result<Command, Foreign> {
        let name = command::name(line);
        match standing {
            Standing::LineStart => {}
            Standing::WithinLine => return Err(Foreign::NotAtLineStart(command::known(name))),
            Standing::Statement => return Err(Foreign::InStatement(command::known(name))),
        }
        let command = Command::read(line)?;
        match &command {
            Command::Restrict(_) if self.key.is_some() => return Err(Foreign::RestrictedTwice),
            Command::Restrict(key) => self.key = Some(key.clone()),
            Command::Unrestrict(key) => {
                if self.key.take().as_ref() != Some(key) {
                    return Err(Foreign::OtherKey);
                }
            }
            Command::Encoding if self.key.is_some() => {
                return Err(Foreign::Restricted("\\encoding"));
            }
            Command::Connect(_) if self.key.is_some() => {
                return Err(Foreign::Restricted("\\connect"));
            }
            Command::Encoding | Command::Connect(_) => {}
        }
        Ok(command)
    }

    /// Looks at text that psql reads line by line, ending a line at a NUL byte.
    pub fn text(text: &[u8]) -> Result<(), Foreign> {
        match memchr::memchr(0, text) {
            None => Ok(()),
            Some(_) => Err(Foreign::Nul),
        }
    }

    /// Looks at what stands behind the semicolon of a COPY on its line.
    pub fn beside_copy(rest: &[u8]) -> Result<(), Foreign> {
        match rest.trim_ascii().is_empty() {
            true => Ok(()),
            false => Err(Foreign::BesideCopy),
        }
    }
}

fn named(name: &Option<&'static str>) -> String {
    match name {
        Some(name) => format!(" {name}"),
        None => " of a name that psql does not know".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(lines: &[&str]) -> Result<Vec<Command>, Foreign> {
        let mut judge = Judge::default();
        let lines = lines.iter().map(|line| line.as_bytes());
        lines
            .map(|line| judge.command(line, Standing::LineStart))
            .collect()
    }

    #[test]
    fn a_restriction_is_lifted_by_its_own_key_alone() {
        let connect = "\\connect shop\n";
        assert!(judged(&["\\restrict k0\n", "\\unrestrict k0\n", connect]).is_ok());
        // What `pg_dump --create` writes.
        let again = ["\\restrict k0\n", "\\unrestrict k0\n", connect];
        assert!(judged(&[&again[..], &again[..2]].concat()).is_ok());
        assert_eq!(
            judged(&["\\restrict k0\n", connect]),
            Err(Foreign::Restricted("\\connect"))
        );
        assert_eq!(
            judged(&["\\restrict k0\n", "\\encoding SQL_ASCII\n"]),
            Err(Foreign::Restricted("\\encoding"))
        );
        assert_eq!(
            judged(&["\\restrict k0\n", "\\unrestrict k1\n"]),
            Err(Foreign::OtherKey)
        );
        assert_eq!(judged(&["\\unrestrict k0\n"]), Err(Foreign::OtherKey));
        assert_eq!(
            judged(&["\\restrict k0\n", "\\restrict k0\n"]),
            Err(Foreign::RestrictedTwice)
        );
    }

    #[test]
    fn a_command_stands_at_the_start_of_a_line_between_statements() {
        let at = |standing| Judge::default().command(b"\\restrict k0\n", standing);
        assert!(at(Standing::LineStart).is_ok());
        let name = Some("\\restrict");
        assert_eq!(at(Standing::WithinLine), Err(Foreign::NotAtLineStart(name)));
        assert_eq!(at(Standing::Statement), Err(Foreign::InStatement(name)));
    }

    #[test]
    fn nothing_of_the_dump_is_in_the_words() {
        let row = Judge::default().command(b"\\Nsecret\tcell\n", Standing::LineStart);
        let words = row.unwrap_err().to_string();
        assert_eq!(
            words,
            "the psql meta-command of a name that psql does not know, which pg_dump does not write"
        );
        let shell = Judge::default().command(b"\\! rm x\n", Standing::LineStart);
        assert_eq!(
            shell.unwrap_err().to_string(),
            "the psql meta-command \\!, which pg_dump does not write"
        );
    }
}
