//! A name of the database as SQL writes it, and as plans and grants do.

/// A name as a plan or a grant must write it.
pub fn quoted(name: &str) -> String {
    if is_plain(name) {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

fn is_plain(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(is_plain_char)
}

fn is_plain_char(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '$'
}

/// Takes one name off the front; the error says what to write instead.
pub(crate) fn identifier(rest: &mut &str) -> Result<String, String> {
    /// NAMEDATALEN - 1: Postgres cuts longer names, so that two of them could meet.
    const LONGEST: usize = 63;
    let name = match rest.strip_prefix('"') {
        Some(inside) => quoted_identifier(inside, rest)?,
        None => {
            let end = rest.find(|c| !is_plain_char(c)).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            if !is_plain(name) || after.starts_with(|c: char| c.is_alphanumeric() || c == '-') {
                return Err(format!(
                    "`{rest}` starts with no name: write names in lower case, or in double quotes exactly as they are"
                ));
            }
            *rest = after;
            name.to_owned()
        }
    };
    if name.is_empty() || name.len() > LONGEST || name.contains('\0') {
        return Err(format!(
            "a name has 1 to {LONGEST} bytes and no NUL: correct `{name}`"
        ));
    }
    Ok(name)
}

fn quoted_identifier<'t>(inside: &'t str, rest: &mut &'t str) -> Result<String, String> {
    let mut name = String::new();
    let mut left = inside;
    loop {
        let (part, after) = left
            .split_once('"')
            .ok_or_else(|| format!("`{rest}` opens a double quote and never closes it"))?;
        name.push_str(part);
        match after.strip_prefix('"') {
            Some(more) => {
                name.push('"');
                left = more;
            }
            None => {
                *rest = after;
                return Ok(name);
            }
        }
    }
}
