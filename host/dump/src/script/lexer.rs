//! Where a statement of a plain dump ends.
//!
//! The rules are those of psql's own lexer (`psqlscan.l`): quotes, dollar quotes, comments, and the `BEGIN ATOMIC`
//! bodies of SQL functions, whose semicolons end nothing. Without them, a function body that holds a line
//! `COPY t FROM stdin;` would be taken for data. Where they were not psql's to the letter, a dump could hide from one
//! reader what the other one runs.

mod strings;

use super::foreign::{Foreign, Unterminated};
use strings::{Closed, Letters};

/// Follows statement text byte by byte.
#[derive(Default)]
pub struct Lexer {
    state: State,
    /// The word that is being read, in lower case; long ones are cut, as no keyword is long.
    word: String,
    names: usize,
    /// The first letters of those words of `CREATE [OR REPLACE] FUNCTION | PROCEDURE` that the statement begins with; it
    /// is by these alone that psql knows where `BEGIN … END` may nest.
    start: [u8; 4],
    depth: u32,
    /// Whether the statement sets what a backslash is in strings.
    sets_strings: bool,
    strings: Strings,
    /// Whether the statement sets the encoding of the dump, and what it says so far.
    sets_encoding: bool,
    encoding: Vec<u8>,
    letters: Letters,
    /// Whether the next byte is the second one of a letter.
    trails: bool,
    closed: Closed,
    previous: u8,
    parens: u32,
    /// After the word PARTITION, outside of parentheses.
    partition: bool,
    partitioned: bool,
    /// The same of the statement that ended last.
    ended_partitioned: bool,
}

/// What a backslash is in `'…'`: `standard_conforming_strings`, as the dump last set it.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Strings {
    #[default]
    Standard,
    /// It escapes.
    Old,
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
    /// In a quote whose end cannot be known, and why.
    Lost(Foreign),
}

impl Lexer {
    /// Takes one byte; true if it is the semicolon that ends the statement.
    pub fn ends_at(&mut self, byte: u8) -> bool {
        // Most of a statement is words, which change nothing but the word.
        if self.state == State::Plain && is_word(byte) {
            self.add(byte);
            self.previous = byte;
            self.closed = Closed::No;
            return false;
        }
        let state = std::mem::take(&mut self.state);
        let trails = std::mem::take(&mut self.trails);
        let mut ended = false;
        self.state = match state {
            State::Plain => self.plain(byte, &mut ended),
            State::Single { escapes } => match byte {
                b'\'' => {
                    self.closed = match escapes {
                        true => Closed::Now,
                        false => Closed::No,
                    };
                    State::Plain
                }
                b'\\' if escapes && !trails => State::SingleEscape,
                byte => {
                    self.trails = !trails && escapes && self.letters.leads(byte);
                    if self.sets_encoding && self.encoding.len() < KEPT {
                        self.encoding.push(byte);
                    }
                    State::Single { escapes }
                }
            },
            State::SingleEscape => State::Single { escapes: true },
            State::Double if byte == b'"' => State::Plain,
            State::Double => State::Double,
            State::DollarOpening(mut tag) => match byte {
                b'$' => State::Dollar { tag, matched: 0 },
                _ if tag.len() == LONGEST_TAG => State::Lost(Foreign::LongTag),
                // A tag is named as identifiers are (manual, 4.1.2.4); `$1` is a parameter.
                b if is_word(b) && !(tag.is_empty() && b.is_ascii_digit()) => {
                    tag.push(b);
                    State::DollarOpening(tag)
                }
                // No quote after all, and what follows the sign is a word.
                b => {
                    tag.into_iter().for_each(|letter| self.add(letter));
                    self.plain(b, &mut ended)
                }
            },
            State::Dollar { tag, matched } => dollar(tag, matched, byte),
            State::LineComment if byte == b'\n' || byte == b'\r' => {
                self.closed = self.closed.then(byte);
                State::Plain
            }
            State::LineComment => State::LineComment,
            State::Lost(why) => State::Lost(why),
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
            *self = Self {
                ended_partitioned: self.partitioned,
                strings: self.strings,
                letters: match self.sets_encoding && !self.encoding.is_empty() {
                    true => Letters::of(&self.encoding),
                    false => self.letters,
                },
                ..Self::default()
            };
        }
        ended
    }

    /// Whether nothing is quoted here, so that a line that starts now is psql's to interpret.
    pub fn is_plain(&self) -> bool {
        self.state == State::Plain
    }

    /// Why the end of the statement can no longer be known, where that is so.
    pub fn lost(&self) -> Option<&Foreign> {
        match &self.state {
            State::Lost(why) => Some(why),
            _ => None,
        }
    }

    /// Takes bytes that change nothing, whatever follows, and says how many: what is quoted, and words.
    pub fn skip(&mut self, bytes: &[u8]) -> usize {
        if self.state != State::Plain {
            return self.quoted(bytes);
        }
        let word = bytes.iter().take_while(|byte| is_word(**byte)).count();
        if let Some(last) = word.checked_sub(1) {
            let room = KEPT.saturating_sub(self.word.len());
            bytes[..word.min(room)]
                .iter()
                .for_each(|byte| self.add(*byte));
            self.previous = bytes[last];
            self.closed = Closed::No;
        }
        word
    }

    /// How many bytes from here on are quoted, whatever follows: they may be taken as one.
    fn quoted(&self, bytes: &[u8]) -> usize {
        let end = match self.state {
            State::Single { .. } if self.sets_encoding => return 0,
            State::Single { escapes: false } => memchr::memchr(b'\'', bytes),
            State::Single { escapes: true } if self.letters != Letters::Alone => return 0,
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

    /// Whether `PARTITION BY` stands outside of parentheses in the statement that ended last: it makes a partitioned table.
    pub fn ended_partitioned(&self) -> bool {
        self.ended_partitioned
    }

    /// What is open here.
    pub fn open(&self) -> Unterminated {
        match self.state {
            State::Plain | State::DollarOpening(_) | State::LineComment => Unterminated::Statement,
            State::Single { .. } | State::SingleEscape => Unterminated::String,
            State::Double => Unterminated::Name,
            State::Dollar { .. } | State::Lost(_) => Unterminated::Dollar,
            State::BlockComment(_) => Unterminated::Comment,
        }
    }

    fn plain(&mut self, byte: u8, ended: &mut bool) -> State {
        // A `$` within a name belongs to it. Behind a number it opens a quote.
        if is_word(byte) || byte == b'$' && self.is_name() {
            self.add(byte);
            return State::Plain;
        }
        let own = self.word == "e" || self.strings == Strings::Old;
        let escapes = own || self.closed.goes_on();
        // To the server the string goes on, with its escapes. psql reads line by line, and to it this is a string of its own,
        // without any (`quotecontinue` in psqlscan.l, which sees no line break).
        let parted = !own && self.closed.goes_on() && self.closed != Closed::Now;
        self.closed = self.closed.then(byte);
        self.end_word();
        match byte {
            b'\'' if parted => State::Lost(Foreign::Continued),
            b'\'' => State::Single { escapes },
            b'"' => State::Double,
            b'$' => State::DollarOpening(Vec::new()),
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

    fn add(&mut self, byte: u8) {
        if self.word.len() < KEPT {
            self.word.push(byte.to_ascii_lowercase() as char);
        }
    }

    fn is_name(&self) -> bool {
        let first = self.word.bytes().next();
        first.is_some_and(|first| !first.is_ascii_digit())
    }

    fn end_word(&mut self) {
        if self.is_name() {
            self.name();
        }
        self.word.clear();
    }

    /// At the end of a word that is no number.
    fn name(&mut self) {
        let word = self.word.as_str();
        self.partitioned |= self.partition && word == "by";
        self.partition = self.parens == 0 && word == "partition";
        match (self.names, word) {
            (0, "set") => self.sets_strings = true,
            (1, word) => {
                self.sets_encoding = self.sets_strings && word == "client_encoding";
                self.sets_strings &= word == "standard_conforming_strings";
            }
            (_, "to") if self.sets_encoding => {}
            (2.., word) if self.sets_encoding => self.encoding = word.as_bytes().to_vec(),
            (2, "off") if self.sets_strings => self.strings = Strings::Old,
            (2, "on") if self.sets_strings => self.strings = Strings::Standard,
            _ => {}
        }
        if let ("create" | "or" | "replace" | "function" | "procedure", Some(start)) =
            (word, self.start.get_mut(self.names))
        {
            *start = word.as_bytes()[0];
        }
        let routine = matches!(
            self.start,
            [b'c', b'f' | b'p', ..] | [b'c', b'o', b'r', b'f' | b'p']
        );
        match word {
            "begin" if routine && self.parens == 0 => self.depth += 1,
            "case" if routine && self.parens == 0 && self.depth > 0 => self.depth += 1,
            "end" if routine && self.parens == 0 => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.names += 1;
    }
}

/// Letters of a word that are kept; the longest that is sought has fewer.
const KEPT: usize = 32;

/// Bytes of a dollar quote's tag. pg_dump lengthens a tag until the text that it quotes does not hold it (`appendStringLiteralDQ` in
/// dumputils.c), and one of this length would stand for a text of gigabytes.
const LONGEST_TAG: usize = 64 * 1024;

fn is_word(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric() || byte >= 0x80
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
mod tests;
