//! The words of a statement.

use std::iter::Peekable;

/// A word of a statement: an identifier as the server folds it, or a punctuation mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// Not quoted: may be a keyword. In the case in which it was written.
    Bare(String),
    /// Without the double quotes around it; of two that stand together in it, one is left.
    Quoted(String),
    /// Any other sign; of a string, `'` alone.
    Mark(char),
}

impl Token {
    /// Whether this is that keyword, in capitals or not. A quoted word is no keyword.
    pub fn is(&self, keyword: &str) -> bool {
        matches!(self, Token::Bare(word) if word.eq_ignore_ascii_case(keyword))
    }

    /// As the server folds it; `None` of a mark.
    pub fn identifier(&self) -> Option<String> {
        match self {
            Token::Bare(word) => Some(word.to_lowercase()),
            Token::Quoted(word) => Some(word.clone()),
            Token::Mark(_) => None,
        }
    }
}

/// The tokens, without comments. A string becomes a mark, since nothing here reads it; a number is a bare word.
pub fn tokens(statement: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut chars = statement.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                let mut word = String::new();
                while let Some(c) = chars.next() {
                    if c != '"' {
                        word.push(c);
                    } else if chars.peek() == Some(&'"') {
                        chars.next();
                        word.push('"');
                    } else {
                        break;
                    }
                }
                out.push(Token::Quoted(word));
            }
            '\'' => {
                while let Some(c) = chars.next() {
                    if c == '\'' && chars.next_if_eq(&'\'').is_none() {
                        break;
                    }
                }
                out.push(Token::Mark('\''));
            }
            '-' if chars.peek() == Some(&'-') => {
                for c in chars.by_ref() {
                    if c == '\n' || c == '\r' {
                        break;
                    }
                }
            }
            '/' if chars.next_if_eq(&'*').is_some() => {
                let mut depth = 1_u32;
                while depth > 0
                    && let Some(c) = chars.next()
                {
                    match (c, chars.peek()) {
                        ('*', Some('/')) => depth -= 1,
                        ('/', Some('*')) => depth += 1,
                        _ => continue,
                    }
                    chars.next();
                }
            }
            c if c.is_whitespace() => {}
            c if c == '_' || c.is_alphanumeric() => {
                let mut word = String::from(c);
                while let Some(c) = chars.next_if(|c| *c == '_' || *c == '$' || c.is_alphanumeric())
                {
                    word.push(c);
                }
                out.push(Token::Bare(word));
            }
            c => out.push(Token::Mark(c)),
        }
    }
    out
}

/// The schema, empty where none is named, and the name.
pub fn path<'t>(
    tokens: &mut Peekable<impl Iterator<Item = &'t Token>>,
) -> Option<(String, String)> {
    let mut path = vec![tokens.next()?.identifier()?];
    while tokens.next_if(|t| **t == Token::Mark('.')).is_some() {
        path.push(tokens.next()?.identifier()?);
    }
    let name = path.pop()?;
    Some((path.pop().unwrap_or_default(), name))
}
