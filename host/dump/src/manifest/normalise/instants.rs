//! Constants of type `timestamp with time zone`.

use std::borrow::Cow;
use std::ops::Range;

use crate::manifest::moment::moments;
use crate::script::lexer::Lexer;
use crate::script::statement::starts_with;

/// A definition with such constants in no time zone.
///
/// The server writes them in the time zone of the session that asks (`get_const_expr` in ruleutils.c), and pg_dump does
/// not pin it. With its offset each is one instant, whatever the zone. Text that only looks like one is left alone.
pub fn in_no_zone(statement: Cow<'_, str>) -> Cow<'_, str> {
    if moments(statement.as_bytes()).next().is_none() {
        return statement;
    }
    // The bounds of a partition have no type with them.
    let bounds =
        starts_with(&statement, "ALTER TABLE ") && statement.contains(" ATTACH PARTITION ");
    let mut same = String::with_capacity(statement.len());
    let mut done = 0;
    for literal in literals(&statement) {
        if !(bounds || has_a_zone(&statement[literal.end..])) {
            continue;
        }
        let text = &statement[literal.clone()];
        for (bytes, moment) in moments(text.as_bytes()) {
            // Within a range or an array, each stands in quotes of its own.
            let alone = |at: Option<&u8>| matches!(at, Some(b'\'' | b'"'));
            let before = bytes.start.checked_sub(1);
            let before = before.and_then(|at| text.as_bytes().get(at));
            if !(alone(before) && alone(text.as_bytes().get(bytes.end))) {
                continue;
            }
            same.push_str(&statement[done..literal.start + bytes.start]);
            same.push_str(&format!("@{}.{}", moment.epoch, moment.fraction));
            done = literal.start + bytes.end;
        }
    }
    same.push_str(&statement[done..]);
    Cow::Owned(same)
}

/// Where string constants stand that are in no other quotes, with their own.
fn literals(statement: &str) -> Vec<Range<usize>> {
    let mut lexer = Lexer::default();
    let mut literals = Vec::new();
    let mut start = None;
    for (at, byte) in statement.bytes().enumerate() {
        let plain = lexer.is_plain();
        lexer.ends_at(byte);
        if plain && byte == b'\'' && !lexer.is_plain() {
            start = Some(at);
        } else if lexer.is_plain()
            && let Some(start) = start.take()
        {
            literals.push(start..at + 1);
        }
    }
    literals
}

/// Whether what follows a constant says that it is of a type of timestamps with time zone.
fn has_a_zone(after: &str) -> bool {
    let Some(name) = after.strip_prefix("::") else {
        return false;
    };
    let name = name.strip_prefix('"').unwrap_or(name);
    if name.starts_with("tstzrange") || name.starts_with("tstzmultirange") {
        return true;
    }
    let Some(rest) = name.strip_prefix("timestamp") else {
        return false;
    };
    let precision = rest.strip_prefix('(').and_then(|rest| rest.split_once(')'));
    precision
        .map_or(rest, |(_, rest)| rest)
        .starts_with(" with time zone")
}
