//! `SET`, as pg_dump writes it.

use super::{Setting, Treatment};
use crate::script::quoting::needs_no_quotes;
use crate::script::token::{Token, tokens};

/// Settings of the session that loads the dump. They begin each dump, and with `--create` stand a second time, behind
/// `\connect` and so under the heading of the database. None of them is kept by the server.
const SESSION_ONLY: [&str; 13] = [
    "statement_timeout",
    "lock_timeout",
    "idle_in_transaction_session_timeout",
    "transaction_timeout",
    "client_encoding",
    "standard_conforming_strings",
    "escape_string_warning",
    "check_function_bodies",
    "xmloption",
    "client_min_messages",
    "row_security",
    "default_with_oids",
    // pg_dump's `--disable-triggers` does without; others write it in front of rows whose keys are there already.
    "session_replication_role",
];

/// Whether this is one `SET`, of a setting or of the role that acts, and nothing more. By another word than pg_dump's own, strings could come to end
/// elsewhere than the scanner has it.
pub fn is_setting(statement: &str) -> bool {
    let text = statement.strip_suffix(';').unwrap_or(statement);
    if authorization(text).is_some() {
        return true;
    }
    let setting = text
        .strip_prefix("SET ")
        .and_then(|rest| rest.split_once(" = "));
    setting.is_some_and(|(name, value)| {
        let own = name != "standard_conforming_strings" || ["on", "off"].contains(&value);
        own && name
            .bytes()
            .all(|b| b == b'_' || b == b'.' || b.is_ascii_alphanumeric())
            && (is_name(value) || value.split(", ").all(is_value))
    })
}

/// Whether this is one word or number, or a string that holds nothing to be read further.
fn is_value(value: &str) -> bool {
    let quoted = value
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''));
    let plain = |text: &str, more: &[u8]| {
        text.bytes()
            .all(|b| more.contains(&b) || b.is_ascii_alphanumeric())
    };
    match quoted {
        Some(text) => plain(text, b" _-.,:/+"),
        None => !value.is_empty() && plain(value, b"_-."),
    }
}

/// The role of `SET SESSION AUTHORIZATION`, in its quotes, or DEFAULT.
fn authorization(text: &str) -> Option<&str> {
    let role = text.strip_prefix("SET SESSION AUTHORIZATION ")?;
    (role == "DEFAULT" || is_string(role)).then_some(role)
}

/// The role that `SET SESSION AUTHORIZATION` makes the acting one; none of DEFAULT, or where this is another statement.
pub fn session_role(statement: &str) -> Option<String> {
    let text = statement.strip_suffix(';').unwrap_or(statement);
    let quoted = authorization(text)?
        .strip_prefix('\'')?
        .strip_suffix('\'')?;
    Some(quoted.replace("''", "'"))
}

/// Whether this is one string in quotes, as pg_dump writes the name of a role or a database.
pub fn is_string(value: &str) -> bool {
    let text = value
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''));
    text.is_some_and(|text| !text.replace("''", "").contains(['\'', '\\']))
}

/// Whether this is one identifier.
fn is_name(value: &str) -> bool {
    matches!(&tokens(value)[..], [Token::Bare(_) | Token::Quoted(_)])
}

/// Judges `SET name = value;`.
pub fn set(statement: &str) -> Treatment {
    let text = statement.trim_end_matches(';');
    if let Some(role) = authorization(text) {
        return Treatment::Authorization((role != "DEFAULT").then(|| role.to_owned()));
    }
    let Some((name, value)) = text
        .get("SET ".len()..)
        .and_then(|rest| rest.split_once(" = "))
    else {
        return Treatment::Definition;
    };
    match name {
        _ if !is_value(value) && !is_name(value) => Treatment::Definition,
        "default_tablespace" => Treatment::Set(Setting::Tablespace(unquoted(value, ""))),
        "default_table_access_method" => {
            Treatment::Set(Setting::AccessMethod(unquoted(value, "heap")))
        }
        "standard_conforming_strings" if !["on", "off"].contains(&value) => Treatment::Definition,
        name if SESSION_ONLY.contains(&name) => Treatment::Aside,
        _ => Treatment::Definition,
    }
}

/// `''` and the default mean what they mean without the statement. pg_restore leaves out quotes that pg_dump writes when it is
/// told to quote all names.
fn unquoted(value: &str, default: &str) -> String {
    let quoted = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    match quoted.filter(|name| needs_no_quotes(name)).unwrap_or(value) {
        "''" => String::new(),
        other if other == default => String::new(),
        other => other.to_owned(),
    }
}
