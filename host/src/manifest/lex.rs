//! Where a statement of a plain dump ends.
//!
//! The rules are those of psql's own lexer (`psqlscan.l`): quotes, dollar quotes, comments, and the `BEGIN ATOMIC`
//! bodies of SQL functions, whose semicolons end nothing. Without them, a function body that holds a line
//! `COPY t FROM stdin;` would be taken for data.

/// Follows statement text byte by byte.
#[derive(Default)]
pub struct Lexer {
    state: State,
    /// The word that is being read, in lower case; long ones are cut, as no keyword is long.
    word: String,
    words: usize,
    /// In `CREATE [OR REPLACE] FUNCTION | PROCEDURE`, where `BEGIN … END` may nest.
    routine: bool,
    depth: u32,
    previous: u8,
    parens: u32,
    /// After the word PARTITION, outside of parentheses.
    partition: bool,
    partitioned: bool,
}

#[derive(Default, PartialEq, Eq)]
enum State {
    #[default]
    Plain,
    Single {
        escapes: bool,
    },
    /// After a backslash in an `E''` string.
    SingleEscape,
    Double,
    /// `$tag$`, being opened.
    DollarOpening(Vec<u8>),
    Dollar {
        tag: Vec<u8>,
        matched: usize,
    },
    LineComment,
    BlockComment(u32),
}

impl Lexer {
    /// Takes one byte; true if it is the semicolon that ends the statement.
    pub fn ends_at(&mut self, byte: u8) -> bool {
        let state = std::mem::take(&mut self.state);
        let mut ended = false;
        self.state = match state {
            State::Plain => self.plain(byte, &mut ended),
            State::Single { escapes } => match byte {
                b'\'' => State::Plain,
                b'\\' if escapes => State::SingleEscape,
                _ => State::Single { escapes },
            },
            State::SingleEscape => State::Single { escapes: true },
            State::Double if byte == b'"' => State::Plain,
            State::Double => State::Double,
            State::DollarOpening(mut tag) => match byte {
                b'$' => State::Dollar { tag, matched: 0 },
                b if b == b'_' || b.is_ascii_alphanumeric() || b >= 0x80 => {
                    tag.push(b);
                    State::DollarOpening(tag)
                }
                // `$1` and the like: no quote after all.
                b => self.plain(b, &mut ended),
            },
            State::Dollar { tag, matched } => dollar(tag, matched, byte),
            State::LineComment if byte == b'\n' => State::Plain,
            State::LineComment => State::LineComment,
            State::BlockComment(depth) => match (self.previous, byte) {
                (b'*', b'/') if depth == 1 => State::Plain,
                (b'*', b'/') => State::BlockComment(depth - 1),
                (b'/', b'*') => State::BlockComment(depth + 1),
                _ => State::BlockComment(depth),
            },
        };
        // The star that opened or the slash that closed a comment must not serve for the next mark too.
        self.previous = match (self.previous, byte) {
            (b'/', b'*') | (b'*', b'/') => b' ',
            _ => byte,
        };
        if ended {
            *self = Self::default();
        }
        ended
    }

    /// Whether nothing is quoted here, so that a line that starts now is psql's to interpret.
    pub fn is_plain(&self) -> bool {
        self.state == State::Plain
    }

    /// How many bytes from here on are quoted, whatever follows: they may be taken as one.
    pub fn quoted(&self, bytes: &[u8]) -> usize {
        let end = match self.state {
            State::Single { escapes: false } => memchr::memchr(b'\'', bytes),
            State::Single { escapes: true } => memchr::memchr2(b'\'', b'\\', bytes),
            State::Double => memchr::memchr(b'"', bytes),
            State::Dollar { matched: 0, .. } => memchr::memchr(b'$', bytes),
            _ => return 0,
        };
        end.unwrap_or(bytes.len())
    }

    /// Parentheses that are open.
    pub fn parens(&self) -> u32 {
        self.parens
    }

    /// Whether `PARTITION BY` stands outside of parentheses: the statement makes a partitioned table.
    pub fn is_partitioned(&self) -> bool {
        self.partitioned
    }

    fn plain(&mut self, byte: u8, ended: &mut bool) -> State {
        if byte == b'_' || byte.is_ascii_alphanumeric() || byte >= 0x80 {
            if self.word.len() < 16 {
                self.word.push(byte.to_ascii_lowercase() as char);
            }
            return State::Plain;
        }
        let escapes = self.word == "e";
        // A `$` inside a word belongs to the identifier and opens no quote.
        let in_word = !self.word.is_empty();
        self.end_word();
        match byte {
            b'\'' => State::Single { escapes },
            b'"' => State::Double,
            b'$' if !in_word => State::DollarOpening(Vec::new()),
            b'-' if self.previous == b'-' => State::LineComment,
            b'*' if self.previous == b'/' => State::BlockComment(1),
            b'(' => {
                self.parens += 1;
                State::Plain
            }
            b')' => {
                self.parens = self.parens.saturating_sub(1);
                State::Plain
            }
            b';' if self.depth == 0 && self.parens == 0 => {
                *ended = true;
                State::Plain
            }
            _ => State::Plain,
        }
    }

    fn end_word(&mut self) {
        if self.word.is_empty() {
            return;
        }
        self.partitioned |= self.partition && self.word == "by";
        self.partition = self.parens == 0 && self.word == "partition";
        match self.word.as_str() {
            "function" | "procedure" if (1..=3).contains(&self.words) => self.routine = true,
            "begin" | "case" if self.routine => self.depth += 1,
            "end" if self.routine => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.words += 1;
        self.word.clear();
    }
}

fn dollar(tag: Vec<u8>, matched: usize, byte: u8) -> State {
    // The closing delimiter is `$tag$`; `matched` of its bytes have been seen.
    let expected = match matched {
        0 => b'$',
        n if n <= tag.len() => tag[n - 1],
        _ => b'$',
    };
    if byte == expected {
        if matched == tag.len() + 1 {
            return State::Plain;
        }
        let matched = matched + 1;
        return State::Dollar { tag, matched };
    }
    let matched = usize::from(byte == b'$');
    State::Dollar { tag, matched }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statements(text: &str) -> usize {
        let mut lexer = Lexer::default();
        text.bytes().filter(|b| lexer.ends_at(*b)).count()
    }

    #[test]
    fn semicolons_in_quotes_end_nothing() {
        assert_eq!(
            statements("SELECT ';', \";\", E'\\';', $$;$$, $a$;$$;$b$;$a$;"),
            1
        );
        assert_eq!(statements("-- ;\n/* ; /* ; */ ; */ SELECT 1;"), 1);
        assert_eq!(statements("/*/ ; */ SELECT 1;"), 1);
        assert_eq!(statements("SELECT a$b; SELECT $1;"), 2);
        assert_eq!(statements("SELECT 'a\\'; SELECT 2;"), 2);
    }

    #[test]
    fn atomic_bodies_hold_semicolons() {
        let body = "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; SELECT 1;";
        assert_eq!(statements(body), 2);
        assert_eq!(statements("BEGIN; SELECT 1; END;"), 3);
    }

    #[test]
    fn rules_in_parentheses_hold_semicolons() {
        assert_eq!(
            statements("CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2);"),
            1
        );
    }
}
