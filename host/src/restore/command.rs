//! The psql meta-commands that pg_dump writes.

/// A line that starts with a backslash, outside quotes and rows.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// `\restrict` or `\unrestrict`: psql runs under a key of the host's own instead.
    Restriction,
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

fn is_simple(word: &str) -> bool {
    !word.is_empty()
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.')
}

/// Reads what `appendPsqlMetaConnect` of Postgres' string_utils.c writes: a simple name as it is, any other one in a
/// connection string in double quotes.
fn database(argument: &str) -> Option<String> {
    if is_simple(argument) {
        return Some(argument.to_owned());
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
            "\\o |id",
        ] {
            assert!(
                matches!(Command::read(line.as_bytes()), Command::Foreign(_)),
                "{line}"
            );
        }
    }
}
