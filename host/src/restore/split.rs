//! A plain dump, taken apart into statements, rows and psql's commands.

use bytes::Bytes;

use crate::manifest::lex::Lexer;
use crate::manifest::statement::{CopyTarget, copy_target};
use crate::restore::command::Command;
use crate::restore::copy_end::CopyEnd;

/// Of a statement, this much is held until its end is seen; a longer one is passed on piece by piece.
const HELD: usize = 256 * 1024;

/// One part of a dump, in its order.
#[derive(Debug)]
pub enum Part {
    /// A whole statement with the comments before it, or the start of a long one.
    Statement(Vec<u8>),
    /// More of that long one.
    More(Vec<u8>),
    /// A COPY whose rows follow, and where they begin in the dump, in bytes.
    Copy {
        statement: Vec<u8>,
        target: CopyTarget,
        at: u64,
    },
    /// Rows of that COPY.
    Rows(Bytes),
    EndOfRows,
    Command(Command),
}

/// Takes a dump in pieces of any size.
#[derive(Default)]
pub struct Splitter {
    lexer: Lexer,
    held: Vec<u8>,
    /// Whether the start of this statement was passed on already.
    passing: bool,
    /// What is in the line before the next byte, as far as it matters.
    line: Line,
    /// A COPY whose line has not ended yet: psql takes rows from the next line on.
    copy: Option<(Vec<u8>, CopyTarget)>,
    rows: Option<CopyEnd>,
    /// Bytes taken.
    at: u64,
}

#[derive(Default)]
enum Line {
    #[default]
    Start,
    Within,
    /// A psql command, whose end has not come yet.
    Command(Vec<u8>),
}

/// How a dump ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    Nothing,
    /// Inside rows: their last line is missing.
    Rows,
}

impl Splitter {
    pub fn take(&mut self, mut piece: Bytes) -> Vec<Part> {
        let mut parts = Vec::new();
        while !piece.is_empty() {
            let before = piece.len();
            piece = match (self.copy.take(), self.rows.take()) {
                (Some(copy), _) => self.copy_line(copy, piece, &mut parts),
                (None, Some(end)) => self.rows(end, piece, &mut parts),
                (None, None) => self.text(piece, &mut parts),
            };
            self.at += (before - piece.len()) as u64;
        }
        if self.held.len() > HELD {
            let held = std::mem::take(&mut self.held);
            parts.push(match std::mem::replace(&mut self.passing, true) {
                true => Part::More(held),
                false => Part::Statement(held),
            });
        }
        parts
    }

    /// What is left at the end: a statement without its semicolon, or a command without its line feed.
    pub fn finish(mut self) -> (Vec<Part>, Rest) {
        let mut parts = Vec::new();
        if let Line::Command(line) = self.line {
            parts.push(Part::Command(Command::read(&line)));
        }
        if !self.held.is_empty() {
            let held = std::mem::take(&mut self.held);
            parts.push(match self.passing {
                true => Part::More(held),
                false => Part::Statement(held),
            });
        }
        match (self.copy, self.rows) {
            (None, None) => (parts, Rest::Nothing),
            _ => (parts, Rest::Rows),
        }
    }

    fn copy_line(
        &mut self,
        (statement, target): (Vec<u8>, CopyTarget),
        piece: Bytes,
        parts: &mut Vec<Part>,
    ) -> Bytes {
        let Some(end) = memchr::memchr(b'\n', &piece) else {
            self.copy = Some((statement, target));
            return Bytes::new();
        };
        parts.push(Part::Copy {
            statement,
            target,
            at: self.at + end as u64 + 1,
        });
        self.line = Line::Start;
        self.rows = Some(CopyEnd::default());
        piece.slice(end + 1..)
    }

    fn rows(&mut self, mut end: CopyEnd, piece: Bytes, parts: &mut Vec<Part>) -> Bytes {
        let passed = end.pass(piece);
        if !passed.rows.is_empty() {
            parts.push(Part::Rows(passed.rows));
        }
        match passed.rest {
            Some(rest) => {
                parts.push(Part::EndOfRows);
                rest
            }
            None => {
                self.rows = Some(end);
                Bytes::new()
            }
        }
    }

    /// Takes text up to a COPY's semicolon, or all of it.
    fn text(&mut self, piece: Bytes, parts: &mut Vec<Part>) -> Bytes {
        for (at, byte) in piece.iter().enumerate() {
            if let Line::Command(line) = &mut self.line {
                line.push(*byte);
                if *byte == b'\n' {
                    parts.push(Part::Command(Command::read(line)));
                    self.line = Line::Start;
                }
                continue;
            }
            // Outside quotes psql takes a backslash for a command wherever it stands; pg_dump writes one at the
            // start of a line between statements only.
            if *byte == b'\\' && self.lexer.is_plain() {
                if matches!(self.line, Line::Start) && !self.begun() {
                    self.line = Line::Command(vec![*byte]);
                    continue;
                }
                let name = String::from_utf8_lossy(&piece[at..piece.len().min(at + 32)]);
                let name = name.split_whitespace().next().unwrap_or("\\").to_owned();
                parts.push(Part::Command(Command::Foreign(name)));
            }
            self.held.push(*byte);
            if *byte == b'\n' {
                self.line = Line::Start;
            } else {
                self.line = Line::Within;
            }
            if self.lexer.ends_at(*byte) {
                let statement = std::mem::take(&mut self.held);
                if std::mem::take(&mut self.passing) {
                    parts.push(Part::More(statement));
                    continue;
                }
                match copy_target(&String::from_utf8_lossy(&statement)) {
                    None => parts.push(Part::Statement(statement)),
                    Some(target) => {
                        self.copy = Some((statement, target));
                        return piece.slice(at + 1..);
                    }
                }
            }
        }
        Bytes::new()
    }

    /// Whether something other than comments and white space is held.
    fn begun(&self) -> bool {
        let mut lines = self.held.split(|b| *b == b'\n').map(<[u8]>::trim_ascii);
        self.passing || lines.any(|line| !line.is_empty() && !line.starts_with(b"--"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUMP: &str = "--\n-- c \\! x\n--\n\\restrict k\n\nSET a = '\\';\nCOPY public.t (a) FROM stdin;\n\\N\n2\n\\.\n\n\
        COPY public.e (a) FROM stdin;\n\\.\n\\connect shop\nCREATE FUNCTION f() AS $$\nCOPY t FROM stdin;\n\\! id\n$$;\n-- end\n";

    /// The parts as words, neighbouring rows put together; a COPY with the text that its place points to.
    fn words(text: &str, size: usize) -> Vec<String> {
        let mut splitter = Splitter::default();
        let mut parts = Vec::new();
        for piece in text.as_bytes().chunks(size) {
            parts.extend(splitter.take(Bytes::copy_from_slice(piece)));
        }
        let (more, rest) = splitter.finish();
        parts.extend(more);
        let mut words: Vec<String> = Vec::new();
        for part in parts {
            let utf8 = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
            match part {
                Part::Rows(rows) if words.last().is_some_and(|w| w.starts_with("rows ")) => {
                    words
                        .last_mut()
                        .unwrap()
                        .push_str(std::str::from_utf8(&rows).unwrap());
                }
                Part::Rows(rows) => words.push(format!("rows {}", String::from_utf8_lossy(&rows))),
                Part::Statement(s) => words.push(utf8(&s)),
                Part::More(s) => words.push(format!("more {}", utf8(&s))),
                Part::Copy { target, at, .. } => words.push(format!(
                    "copy {} before {:?}",
                    target.name,
                    text[at as usize..].lines().next().unwrap()
                )),
                Part::EndOfRows => words.push("end".into()),
                Part::Command(command) => words.push(format!("{command:?}")),
            }
        }
        words.push(format!("{rest:?}"));
        words
    }

    #[test]
    fn a_dump_is_taken_apart_alike_whatever_the_pieces() {
        let whole = words(DUMP, DUMP.len());
        assert_eq!(
            whole,
            [
                "Restriction",
                "--\n-- c \\! x\n--\n\nSET a = '\\';",
                "copy t before \"\\\\N\"",
                "rows \\N\n2\n",
                "end",
                "copy e before \"\\\\.\"",
                "end",
                "Connect(\"shop\")",
                "CREATE FUNCTION f() AS $$\nCOPY t FROM stdin;\n\\! id\n$$;",
                "-- end",
                "Nothing",
            ]
        );
        for size in 1..DUMP.len() {
            assert_eq!(words(DUMP, size), whole, "pieces of {size}");
        }
    }

    #[test]
    fn commands_are_seen_wherever_psql_would_take_them() {
        for text in [
            "\\! id\n",
            "SELECT 1; \\! id\n",
            "SELECT 1 \\g x\n",
            "  \\! id\n",
            "\\o |id",
        ] {
            let seen = words(text, 3);
            assert!(
                seen.iter().any(|w| w.starts_with("Foreign")),
                "{text} {seen:?}"
            );
        }
    }

    #[test]
    fn rows_without_their_end_are_told() {
        for text in [
            "COPY t (a) FROM stdin;",
            "COPY t (a) FROM stdin;\n1\n",
            "COPY t (a) FROM stdin;\n1\n\\.",
        ] {
            assert_eq!(words(text, 4).last().unwrap(), "Rows", "{text}");
        }
    }

    #[test]
    fn a_long_statement_is_passed_on_in_pieces() {
        let long = format!("SELECT '{}';\nSELECT 2;\n", "x".repeat(HELD * 3));
        let seen = words(&long, 64 * 1024);
        assert!(seen[0].starts_with("SELECT 'x") && seen[1].starts_with("more x"));
        assert_eq!(seen[seen.len() - 3..], ["SELECT 2;", "", "Nothing"]);
        let all: usize = seen[..seen.len() - 3]
            .iter()
            .map(|w| w.trim_start_matches("more ").len())
            .sum();
        assert_eq!(all, "SELECT '';".len() + HELD * 3);
    }
}
