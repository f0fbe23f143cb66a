//! The psql meta-commands that pg_dump writes.

use super::foreign::Foreign;

/// A meta-command as pg_dump writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// `\restrict` and its key.
    Restrict(Vec<u8>),
    /// `\unrestrict` and the same key.
    Unrestrict(Vec<u8>),
    /// `\encoding SQL_ASCII`, which pg_dump writes before it connects to a database whose name is no simple one.
    Encoding,
    /// `\connect` and nothing but a database.
    Connect(String),
}

/// The commands of psql 15 to 18 (manual, psql, "Meta-Commands"; `exec_command` in psql's command.c).
const OF_PSQL: &str = "\\! \\? \\C \\H \\T \\a \\bind \\bind_named \\c \\cd \\close_prepared \\conninfo \\connect \\copy \\copyright \
    \\crosstabview \\e \\echo \\ed \\edit \\ef \\elif \\else \\encoding \\endif \\endpipeline \\errverbose \\ev \\f \\flush \
    \\flushrequest \\g \\gdesc \\getenv \\getresults \\gexec \\gset \\gx \\h \\help \\html \\i \\if \\include \\include_relative \\ir \
    \\l \\list \\lo_export \\lo_import \\lo_list \\lo_unlink \\o \\out \\p \\parse \\password \\print \\prompt \\pset \\q \\qecho \\quit \
    \\r \\reset \\restrict \\s \\sendpipeline \\set \\setenv \\sf \\startpipeline \\sv \\syncpipeline \\t \\timing \\unrestrict \\unset \
    \\w \\warn \\watch \\write \\x \\z";

/// The name that psql reads at the start of a line: up to white space or another backslash (`xslashcmd` in psqlscanslash.l).
pub fn name(line: &[u8]) -> &[u8] {
    let end = line
        .iter()
        .skip(1)
        .position(|byte| byte.is_ascii_whitespace() || *byte == 0x0b || *byte == b'\\');
    &line[..end.map_or(line.len(), |end| end + 1)]
}

/// The name, where psql knows it: any other may be part of a row.
pub fn known(name: &[u8]) -> Option<&'static str> {
    OF_PSQL
        .split_ascii_whitespace()
        .find(|known| known.as_bytes() == name)
}

impl Command {
    /// Reads a line that begins with a backslash; an error where it is no command of pg_dump's.
    pub fn read(line: &[u8]) -> Result<Self, Foreign> {
        let name = name(line);
        let argument = line[name.len()..].trim_ascii();
        match name {
            b"\\restrict" => key("\\restrict", argument).map(Command::Restrict),
            b"\\unrestrict" => key("\\unrestrict", argument).map(Command::Unrestrict),
            b"\\encoding" if argument == b"SQL_ASCII" => Ok(Command::Encoding),
            b"\\encoding" => Err(Foreign::Argument("\\encoding")),
            b"\\connect" => database(&String::from_utf8_lossy(argument))
                .map(Command::Connect)
                .ok_or(Foreign::Argument("\\connect")),
            other => Err(Foreign::Command(known(other))),
        }
    }
}

/// The key of a restriction, as psql takes it: one word. pg_dump makes one of letters and digits, and refuses others to
/// `--restrict-key`; psql takes any word that means nothing else to it.
fn key(command: &'static str, argument: &[u8]) -> Result<Vec<u8>, Foreign> {
    /// Quotes, variables and what runs a program (`psqlscanslash.l`).
    const SPECIAL: &[u8] = b"'\"`:\\|";
    if argument.is_empty() {
        return Err(Foreign::WithoutKey(command));
    }
    let simple = |byte: &u8| byte.is_ascii_graphic() && !SPECIAL.contains(byte);
    match argument.iter().all(simple) {
        true => Ok(argument.to_owned()),
        false => Err(Foreign::Argument(command)),
    }
}

/// `\connect`, written anew: what stood in the dump never reaches psql.
pub fn connect(database: &str) -> String {
    let value = database.replace('\\', "\\\\").replace('\'', "\\'");
    format!(
        "\\connect -reuse-previous=on \"dbname='{}'\"\n",
        value.replace('"', "\"\"")
    )
}

/// The database that `\connect` names, and nothing if it says anything else too.
///
/// Reads what `appendPsqlMetaConnect` of Postgres' string_utils.c writes: a simple name as SQL has it, so that one with capitals
/// and a keyword stand in quotes; any other one in a connection string in double quotes.
fn database(argument: &str) -> Option<String> {
    let name = argument
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(argument);
    if is_simple(name) {
        return Some(name.to_owned());
    }
    let quoted = argument
        .strip_prefix("-reuse-previous=on ")?
        .strip_prefix('"')?
        .strip_suffix('"')?;
    if quoted.replace("\"\"", "").contains('"') {
        return None;
    }
    let conninfo = quoted.replace("\"\"", "\"");
    let value = conninfo.strip_prefix("dbname=")?;
    let Some(value) = value.strip_prefix('\'') else {
        return is_simple(value).then(|| value.to_owned());
    };
    let mut name = String::new();
    let mut chars = value.strip_suffix('\'')?.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => name.push(chars.next()?),
            // The value ended, and something of another keyword follows.
            '\'' => return None,
            c => name.push(c),
        }
    }
    Some(name)
}

/// Whether a word means itself to psql.
fn is_simple(word: &str) -> bool {
    !word.is_empty()
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pg_dump_writes_is_read_and_written_alike() {
        for name in ["shop", "it's", "a\"b", "back\\slash", "with space", "é"] {
            let line = connect(name);
            assert_eq!(
                Command::read(line.as_bytes()),
                Ok(Command::Connect(name.to_owned()))
            );
        }
        for (line, command) in [
            ("\\connect shop\n", Command::Connect("shop".into())),
            ("\\connect \"Shop\"\n", Command::Connect("Shop".into())),
            ("\\restrict kEy0\n", Command::Restrict(b"kEy0".to_vec())),
            ("\\restrict a_b-c\r\n", Command::Restrict(b"a_b-c".to_vec())),
            ("\\unrestrict  k ", Command::Unrestrict(b"k".to_vec())),
            ("\\encoding SQL_ASCII\n", Command::Encoding),
        ] {
            assert_eq!(Command::read(line.as_bytes()), Ok(command), "{line}");
        }
    }

    #[test]
    fn whatever_else_is_anothers() {
        for line in [
            "\\! id",
            "\\connect shop mallory",
            "\\connect `id`",
            "\\connect -reuse-previous=on \"dbname='x' host=y\"",
            "\\connect -reuse-previous=on \"dbname='x' host='y'\"",
            "\\connect \"shop\" \\! id",
            "\\connect",
            "\\unrestrict `id`",
            "\\restrict",
            "\\restrict a b",
            "\\restrict k\\! id",
            "\\restrict 'k'",
            "\\restrict :HOST",
            "\\encoding LATIN1",
            "\\encoding SQL_ASCII\\! id",
            "\\o |id",
            "\\.",
            "\\",
        ] {
            assert!(Command::read(line.as_bytes()).is_err(), "{line}");
        }
    }

    #[test]
    fn a_name_is_psqls_or_nobodys() {
        assert_eq!(known(name(b"\\gexec\n")), Some("\\gexec"));
        assert_eq!(known(name(b"\\!\\x")), Some("\\!"));
        for row in [&b"\\N\tsecret"[..], b"\\", b"\\secret", b"\\\\x"] {
            assert_eq!(known(name(row)), None);
        }
    }
}
