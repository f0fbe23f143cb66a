//! The argument of psql's `\connect`, as pg_dump writes it.

/// The database that `\connect` names, and nothing if it says anything else too.
///
/// Reads what `appendPsqlMetaConnect` of Postgres' string_utils.c writes: a simple name as SQL has it, so that one with capitals
/// and a keyword stand in quotes; any other one in a connection string in double quotes.
pub fn database(argument: &str) -> Option<String> {
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
pub fn is_simple(word: &str) -> bool {
    !word.is_empty()
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.')
}
