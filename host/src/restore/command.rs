//! The psql meta-commands that pg_dump writes.

use crate::manifest::connect::{database, is_simple};

/// A line that starts with a backslash, outside quotes and rows.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// `\restrict` or `\unrestrict`: psql runs under a key of the host's own instead.
    Restriction,
    /// `\encoding SQL_ASCII`, which pg_dump writes before it connects to a database whose name is no simple one. The host
    /// writes `\connect` itself, in UTF-8.
    Encoding,
    /// `\connect` and nothing but a database.
    Connect(String),
    /// Not pg_dump's; only its name is kept.
    Foreign(String),
}

impl Command {
    pub fn read(line: &[u8]) -> Self {
        let text = String::from_utf8_lossy(line);
        let line = text.trim_end();
        let (name, argument) = line.split_once(' ').unwrap_or((line, ""));
        match name {
            "\\restrict" | "\\unrestrict" if is_simple(argument) => Command::Restriction,
            "\\encoding" if argument == "SQL_ASCII" => Command::Encoding,
            "\\connect" => match database(argument) {
                Some(database) => Command::Connect(database),
                None => Command::Foreign(name.to_owned()),
            },
            _ => Command::Foreign(
                name.split_whitespace()
                    .next()
                    .unwrap_or("\\")
                    .chars()
                    .take(32)
                    .collect(),
            ),
        }
    }
}

/// The same command, written anew: what stood in the dump never reaches psql.
pub fn connect(database: &str) -> String {
    let value = database.replace('\\', "\\\\").replace('\'', "\\'");
    format!(
        "\\connect -reuse-previous=on \"dbname='{}'\"\n",
        value.replace('"', "\"\"")
    )
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
                Command::Connect(name.to_owned())
            );
        }
        assert_eq!(
            Command::read(b"\\connect shop\n"),
            Command::Connect("shop".into())
        );
        assert_eq!(Command::read(b"\\restrict kEy0\n"), Command::Restriction);
        assert_eq!(Command::read(b"\\encoding SQL_ASCII\n"), Command::Encoding);
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
            "\\unrestrict `id`",
            "\\restrict",
            "\\encoding LATIN1",
            "\\encoding SQL_ASCII\\! id",
            "\\o |id",
        ] {
            assert!(
                matches!(Command::read(line.as_bytes()), Command::Foreign(_)),
                "{line}"
            );
        }
    }
}
