//! The two spellings of a connection string, as pairs of keyword and value.

use percent_encoding::percent_decode_str;

use super::{ConnInfoError, Place};

pub(super) type Pairs = Vec<(String, String)>;

pub(super) fn parse(text: &str) -> Result<Pairs, ConnInfoError> {
    for scheme in ["postgresql://", "postgres://"] {
        if let Some(rest) = text.strip_prefix(scheme) {
            return uri(rest, scheme.len());
        }
    }
    keywords(text)
}

fn wrong(at: usize, expected: &'static str) -> ConnInfoError {
    ConnInfoError::Syntax {
        place: Place::ConnectionString,
        at,
        expected,
    }
}

/// `keyword = value` with optional blanks around `=`, quotes around the value, and backslash escapes in either.
fn keywords(text: &str) -> Result<Pairs, ConnInfoError> {
    let mut pairs = Vec::new();
    let mut rest = text.char_indices().peekable();
    loop {
        while rest.next_if(|(_, c)| c.is_ascii_whitespace()).is_some() {}
        let Some(&(start, _)) = rest.peek() else {
            return Ok(pairs);
        };
        let mut keyword = String::new();
        while let Some((_, c)) = rest.next_if(|(_, c)| *c != '=' && !c.is_ascii_whitespace()) {
            keyword.push(c);
        }
        while rest.next_if(|(_, c)| c.is_ascii_whitespace()).is_some() {}
        if rest.next_if(|(_, c)| *c == '=').is_none() {
            return Err(wrong(
                start,
                "a keyword without `=`: write `keyword=value`, and quote a value that holds blanks",
            ));
        }
        while rest.next_if(|(_, c)| c.is_ascii_whitespace()).is_some() {}
        let quoted = rest.next_if(|(_, c)| *c == '\'').map(|(at, _)| at);
        let mut value = String::new();
        loop {
            match (rest.next(), quoted) {
                (None, Some(at)) => return Err(wrong(at, "this quote is not closed")),
                (None, None) => break,
                (Some((_, '\'')), Some(_)) => break,
                (Some((_, c)), None) if c.is_ascii_whitespace() => break,
                (Some((_, '\\')), _) => value.extend(rest.next().map(|(_, c)| c)),
                (Some((_, c)), _) => value.push(c),
            }
        }
        pairs.push((keyword, value));
    }
}

/// `[user[:password]@][host[:port],…][/database][?keyword=value&…]`, percent-encoded (RFC 3986).
fn uri(rest: &str, at: usize) -> Result<Pairs, ConnInfoError> {
    let mut pairs = Vec::new();
    let authority_end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (mut authority, mut tail) = rest.split_at(authority_end);
    let mut here = at;
    if let Some((userinfo, hosts)) = authority.split_once('@') {
        let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
        push(&mut pairs, "user", user, here)?;
        push(&mut pairs, "password", password, here)?;
        here += userinfo.len() + 1;
        authority = hosts;
    }
    hosts(authority, here, &mut pairs)?;
    here = at + authority_end;
    let query = match tail.find('?') {
        Some(mark) => {
            let query = (&tail[mark + 1..], here + mark + 1);
            tail = &tail[..mark];
            Some(query)
        }
        None => None,
    };
    if let Some(database) = tail.strip_prefix('/') {
        push(&mut pairs, "dbname", database, here + 1)?;
    }
    let Some((query, mut here)) = query else {
        return Ok(pairs);
    };
    for parameter in query.split('&').filter(|p| !p.is_empty()) {
        let Some((keyword, value)) = parameter.split_once('=') else {
            return Err(wrong(
                here,
                "a parameter without `=`: write `?keyword=value`",
            ));
        };
        // What JDBC writes; libpq reads it too.
        let (keyword, value) = match (keyword, value) {
            ("ssl", "true") => ("sslmode", "require"),
            as_written => as_written,
        };
        let keyword = decode(keyword, here)?;
        let value = decode(value, here)?;
        pairs.push((keyword, value));
        here += parameter.len() + 1;
    }
    Ok(pairs)
}

fn hosts(authority: &str, at: usize, pairs: &mut Pairs) -> Result<(), ConnInfoError> {
    if authority.is_empty() {
        return Ok(());
    }
    let mut names = Vec::new();
    let mut ports = Vec::new();
    let mut here = at;
    for host in authority.split(',') {
        let (name, port) = match host.strip_prefix('[') {
            Some(v6) => {
                let Some((name, after)) = v6.split_once(']') else {
                    return Err(wrong(
                        here,
                        "`[` opens an IPv6 address and no `]` closes it",
                    ));
                };
                match after.strip_prefix(':') {
                    Some(port) => (name, port),
                    None if after.is_empty() => (name, ""),
                    None => return Err(wrong(here, "after `]` comes `:`, `/`, `,` or the end")),
                }
            }
            None => host.split_once(':').unwrap_or((host, "")),
        };
        names.push(decode(name, here)?);
        ports.push(decode(port, here)?);
        here += host.len() + 1;
    }
    pairs.push(("host".to_owned(), names.join(",")));
    if ports.iter().any(|port| !port.is_empty()) {
        pairs.push(("port".to_owned(), ports.join(",")));
    }
    Ok(())
}

fn push(pairs: &mut Pairs, keyword: &str, value: &str, at: usize) -> Result<(), ConnInfoError> {
    if !value.is_empty() {
        pairs.push((keyword.to_owned(), decode(value, at)?));
    }
    Ok(())
}

fn decode(text: &str, at: usize) -> Result<String, ConnInfoError> {
    let bytes = text.as_bytes();
    for (i, _) in text.match_indices('%') {
        let digits = bytes.get(i + 1..i + 3);
        if !digits.is_some_and(|d| d.iter().all(u8::is_ascii_hexdigit)) || digits == Some(b"00") {
            return Err(wrong(
                at,
                "`%` starts two hexadecimal digits, not 00: write a percent sign as %25",
            ));
        }
    }
    percent_decode_str(text)
        .decode_utf8()
        .map(|decoded| decoded.into_owned())
        .map_err(|_| wrong(at, "percent-encoded bytes must be UTF-8"))
}
