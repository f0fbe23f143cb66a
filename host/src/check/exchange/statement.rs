//! A statement's text in a recording.
//!
//! A guest can put what it read into the text of its next statement. In a recording of digests each place of a statement
//! that can carry a value holds a digest instead: constants, comments, and quoted identifiers that name nothing in the dump
//! or the grant. Integers of up to 18 digits stay, as they do in a report of counts.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::form::{Detail, Form, quote};
use vhost_dump::digest::Sha256;

/// Digits of a digest in a statement; they need to tell one constant from another and no more.
const DIGITS: usize = 16;
/// An integer of more digits may be no count.
const LONGEST_COUNT: usize = 18;

/// SQL as a guest sent it.
pub struct Statement(pub String);

impl Form for Statement {
    fn write(&self, out: &mut String, detail: Detail<'_>) {
        match detail {
            Detail::Whole | Detail::Lasting => quote(&self.0, out),
            Detail::Digests(known) => quote(&without_values(&self.0, known), out),
        }
    }

    fn read(from: &Json) -> Option<Self> {
        String::read(from).map(Self)
    }
}

/// The statement with a digest wherever a value can stand; see the manual, 4.1 (lexical structure).
pub fn without_values(sql: &str, known: &BTreeSet<String>) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let (token, kind) = next(rest, first);
        match kind {
            Kind::Plain => out.push_str(token),
            Kind::Text => out.push_str(&format!("'{}'", digest(token))),
            Kind::Comment => out.push_str(&format!("/* {} */", digest(token))),
            Kind::Number if is_count(token) => out.push_str(token),
            Kind::Number => out.push_str(&digest(token)),
            Kind::Word if token.is_ascii() || known.contains(token) => out.push_str(token),
            Kind::Word => out.push_str(&digest(token)),
            Kind::Quoted if known.contains(&unquoted(token)) => out.push_str(token),
            Kind::Quoted => out.push_str(&format!("\"{}\"", digest(token))),
        }
        rest = &rest[token.len()..];
    }
    out
}

enum Kind {
    Plain,
    Text,
    Comment,
    Number,
    Word,
    Quoted,
}

/// The token that `rest` begins with; one that is not ended goes to the end.
fn next(rest: &str, first: char) -> (&str, Kind) {
    let word = |c: char| c == '_' || c == '$' || !c.is_ascii() || c.is_ascii_alphanumeric();
    let up_to = |end: Option<usize>| &rest[..end.unwrap_or(rest.len())];
    let run = |of: &dyn Fn(char) -> bool| up_to(rest.find(|c| !of(c)));
    match first {
        '\'' => (up_to(quoted(rest, '\'', Backslash::Plain)), Kind::Text),
        '"' => (up_to(quoted(rest, '"', Backslash::Plain)), Kind::Quoted),
        'e' | 'E' if rest[1..].starts_with('\'') => {
            let end = quoted(&rest[1..], '\'', Backslash::Escapes).map(|end| end + 1);
            (up_to(end), Kind::Text)
        }
        '-' if rest.starts_with("--") => (up_to(rest.find('\n')), Kind::Comment),
        '/' if rest.starts_with("/*") => (up_to(comment(rest)), Kind::Comment),
        '$' => match tag(rest) {
            Some(tag) => {
                let end = rest[tag.len()..].find(tag).map(|at| at + 2 * tag.len());
                (up_to(end), Kind::Text)
            }
            // A parameter.
            None => (up_to(Some(1)), Kind::Plain),
        },
        '0'..='9' => (run(&|c| word(c) || c == '.'), Kind::Number),
        c if word(c) => (run(&word), Kind::Word),
        c => (up_to(Some(c.len_utf8())), Kind::Plain),
    }
}

/// What a backslash in a quoted text is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Backslash {
    Plain,
    Escapes,
}

/// Where a text in these quotes ends. A doubled quote is one of its characters.
fn quoted(rest: &str, quote: char, backslash: Backslash) -> Option<usize> {
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\\' && backslash == Backslash::Escapes {
            chars.next();
        } else if c == quote && chars.next_if(|(_, next)| *next == quote).is_none() {
            return Some(at + c.len_utf8());
        }
    }
    None
}

/// Where a comment ends; they nest.
fn comment(rest: &str) -> Option<usize> {
    let (mut depth, mut at) = (0, 0);
    loop {
        let left = &rest[at..];
        let step = match left {
            _ if left.starts_with("/*") => {
                depth += 1;
                2
            }
            _ if left.starts_with("*/") => {
                depth -= 1;
                2
            }
            _ => left.chars().next()?.len_utf8(),
        };
        at += step;
        if depth == 0 {
            return Some(at);
        }
    }
}

/// The delimiter of a dollar-quoted text: `$$` or `$name$`.
fn tag(rest: &str) -> Option<&str> {
    let end = rest[1..].find('$')? + 2;
    let name = &rest[1..end - 1];
    let plain = |c: char| c == '_' || !c.is_ascii() || c.is_ascii_alphanumeric();
    let named = !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(plain);
    named.then_some(&rest[..end])
}

fn is_count(number: &str) -> bool {
    number.len() <= LONGEST_COUNT && number.bytes().all(|byte| byte.is_ascii_digit())
}

fn unquoted(token: &str) -> String {
    let inner = token.strip_prefix('"').unwrap_or(token);
    inner
        .strip_suffix('"')
        .unwrap_or(inner)
        .replace("\"\"", "\"")
}

fn digest(token: &str) -> String {
    let sha256 = Sha256::of(token.as_bytes()).to_string();
    format!("sha256:{}", &sha256[..DIGITS])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(sql: &str) -> String {
        let known = ["shop", "orders", "a\"b", "größe"].map(str::to_owned);
        without_values(sql, &BTreeSet::from(known))
    }

    #[test]
    fn a_statement_without_values_stays_as_it_is() {
        for sql in [
            "SELECT count(*) FROM \"shop\".\"orders\" WHERE id = $1 AND n > 42 LIMIT 1",
            "SELECT a.b::int8[] -> 3, größe, \"a\"\"b\" FROM e AS t1 -- \n"
                .trim_end_matches("-- \n"),
            "",
        ] {
            assert_eq!(masked(sql), sql);
        }
    }

    #[test]
    fn whatever_can_carry_a_value_is_a_digest() {
        for sql in [
            "SELECT 'canary'",
            "SELECT 'it''s canary'",
            r"SELECT E'\'canary'",
            r"SELECT e'a\\' || 'canary'",
            "SELECT U&'canary'",
            "SELECT $$canary$$, $t$ $$ canary $t$",
            "SELECT 1 -- canary\nFROM t",
            "SELECT 1 /* /* a */ canary */ FROM t",
            "SELECT 1 AS \"canary\"",
            "SELECT 1 AS \"x\"\"canary\"",
            "SELECT 'canary",
            "SELECT \"canary",
            "SELECT /* canary",
            "SELECT $$canary",
            "SELECT canary\u{e4}",
        ] {
            let masked = masked(sql);
            assert!(!masked.contains("canary"), "{masked}");
            assert!(masked.contains("sha256:"), "{masked}");
        }
        for (sql, wanted) in [
            ("WHERE amount = 3.50", "WHERE amount = sha256:"),
            ("LIMIT 1234567890123456789", "LIMIT sha256:"),
            ("LIMIT 0x616c696365", "LIMIT sha256:"),
            ("LIMIT 1e9", "LIMIT sha256:"),
        ] {
            assert!(masked(sql).starts_with(wanted), "{}", masked(sql));
        }
    }

    #[test]
    fn equal_constants_have_equal_digests() {
        assert_eq!(masked("SELECT 'a'"), masked("SELECT 'a'"));
        assert_ne!(masked("SELECT 'a'"), masked("SELECT 'b'"));
        assert_eq!(masked("SELECT 'a' FROM t").matches("sha256:").count(), 1);
    }
}
