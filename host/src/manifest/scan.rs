//! One pass over a plain-format dump, in constant memory.

use crate::manifest::lex::Lexer;
use crate::manifest::multiset::RowSum;
use crate::manifest::statement::{collect_roles, copy_target, starts_with};
use crate::manifest::{Ending, Relation, Scanned};

/// Of a statement, this much is kept to be read; what names tables and roles is far shorter.
const KEPT: usize = 64 * 1024;
const TRAILER: &[u8] = b"-- PostgreSQL database dump complete";
/// psql meta-commands that pg_dump itself writes.
const OWN_COMMANDS: [&str; 4] = ["\\restrict", "\\unrestrict", "\\connect", "\\."];

/// Takes a plain stream in pieces of any size and yields what it holds.
#[derive(Default)]
pub struct Scanner {
    scanned: Scanned,
    lexer: Lexer,
    /// The statement so far, at most [`KEPT`] bytes of it.
    statement: Vec<u8>,
    /// The start of a line whose end has not arrived yet.
    partial: Vec<u8>,
    /// Whether a statement has begun: something other than white space and comments stands in it.
    begun: bool,
    copy: Option<Copy>,
    trailer: bool,
}

struct Copy {
    relation: Relation,
    sum: RowSum,
}

impl Scanner {
    pub fn feed(&mut self, mut bytes: &[u8]) {
        while let Some(end) = memchr::memchr(b'\n', bytes) {
            let (line, rest) = bytes.split_at(end + 1);
            if self.partial.is_empty() {
                self.line(line);
            } else {
                let mut whole = std::mem::take(&mut self.partial);
                whole.extend_from_slice(line);
                self.line(&whole);
                // The buffer is used again, so that a stream of long rows does not allocate one each.
                whole.clear();
                self.partial = whole;
            }
            bytes = rest;
        }
        self.partial.extend_from_slice(bytes);
    }

    pub fn finish(mut self) -> Scanned {
        let unfinished = !self.partial.is_empty();
        if unfinished {
            let rest = std::mem::take(&mut self.partial);
            self.line(&rest);
        }
        self.scanned.ending = if self.copy.is_some() || self.begun {
            Ending::MidStatement
        } else if self.trailer {
            Ending::Trailer
        } else {
            Ending::NoTrailer
        };
        if let Some(copy) = self.copy.take() {
            self.close(copy);
        }
        self.scanned
    }

    fn line(&mut self, line: &[u8]) {
        if let Some(copy) = &mut self.copy {
            if line.strip_suffix(b"\n").unwrap_or(line).trim_ascii_end() == b"\\." {
                if let Some(copy) = self.copy.take() {
                    self.close(copy);
                }
            } else {
                copy.relation.rows += 1;
                copy.relation.bytes += line.len() as u64;
                copy.sum.add(line.strip_suffix(b"\n").unwrap_or(line));
            }
            return;
        }
        if self.lexer.is_plain() {
            if line.starts_with(b"\\") {
                return self.command(line);
            }
            if !self.begun && line.starts_with(TRAILER) {
                self.trailer = true;
            }
        }
        for (at, byte) in line.iter().enumerate() {
            // psql takes a command wherever it stands outside quotes, and pg_dump writes one at a line's start only.
            if *byte == b'\\' && self.lexer.is_plain() {
                return self.foreign(&line[at..]);
            }
            if self.statement.len() < KEPT {
                self.statement.push(*byte);
            }
            if self.lexer.ends_at(*byte) {
                self.end_statement();
            } else if !self.begun && self.lexer.is_plain() && !byte.is_ascii_whitespace() {
                // A line that starts with two hyphens is a comment; any other sign begins a statement.
                self.begun = !line[..=at].trim_ascii_start().starts_with(b"-")
                    || line[..=at].trim_ascii_start().len() > 2;
            }
        }
    }

    fn end_statement(&mut self) {
        let statement = std::mem::take(&mut self.statement);
        self.begun = false;
        let text = String::from_utf8_lossy(&statement);
        if starts_with(&text, "COPY ") {
            if let Some(target) = copy_target(&text) {
                self.copy = Some(Copy {
                    relation: Relation {
                        schema: target.schema,
                        name: target.name,
                        columns: target.columns,
                        rows: 0,
                        bytes: 0,
                        content_digest: String::new(),
                    },
                    sum: RowSum::default(),
                });
            }
        } else {
            collect_roles(&text, &mut self.scanned.roles);
            self.scanned.listing.take(&text);
        }
        // Keep the allocation for the next statement.
        self.statement = statement;
        self.statement.clear();
    }

    fn command(&mut self, line: &[u8]) {
        let text = String::from_utf8_lossy(line);
        let mut words = text.split_whitespace();
        let name = words.next().unwrap_or("\\");
        if name == "\\connect" {
            self.scanned
                .connects
                .extend(words.find(|w| !w.starts_with('-')).map(database_name));
        } else if !OWN_COMMANDS.contains(&name) {
            self.foreign(line);
        }
    }

    fn foreign(&mut self, from: &[u8]) {
        let text = String::from_utf8_lossy(from);
        let name = text.split_whitespace().next().unwrap_or("\\");
        self.scanned
            .foreign_commands
            .push(name.chars().take(32).collect());
    }

    fn close(&mut self, copy: Copy) {
        self.scanned.manifest.relations.push(Relation {
            content_digest: copy.sum.to_hex(),
            ..copy.relation
        });
    }
}

/// The database of `\connect`, which pg_dump writes as a name or as `"dbname='…'"`.
fn database_name(word: &str) -> String {
    let word = word.trim_matches('"');
    word.strip_prefix("dbname=")
        .unwrap_or(word)
        .trim_matches('\'')
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUMP: &str = "--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\n\n-- Dumped from database version 15.18\n
CREATE FUNCTION public.f() RETURNS void LANGUAGE plpgsql AS $$\nbegin\nCOPY public.t (a) FROM stdin;\n\\! id\nend $$;\n
ALTER FUNCTION public.f() OWNER TO alice;\n
COPY public.t (a, b) FROM stdin;\n1\tx\n2\t\\\\.\n\\.\n\nCOPY public.empty (a) FROM stdin;\n\\.\n\nCOPY public.nocolumns  FROM stdin;\n\n\n\\.\n
--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict abc\n\n";

    fn scan(text: &str, piece: usize) -> Scanned {
        let mut scanner = Scanner::default();
        text.as_bytes().chunks(piece).for_each(|c| scanner.feed(c));
        scanner.finish()
    }

    #[test]
    fn rows_are_counted_whatever_the_pieces() {
        let whole = scan(DUMP, DUMP.len());
        for piece in [1, 2, 3, 7, 64] {
            assert_eq!(scan(DUMP, piece), whole, "pieces of {piece}");
        }
        let rows: Vec<_> = whole
            .manifest
            .relations
            .iter()
            .map(|r| (r.name.as_str(), r.rows))
            .collect();
        assert_eq!(rows, [("t", 2), ("empty", 0), ("nocolumns", 2)]);
        assert_eq!(whole.ending, Ending::Trailer);
        assert_eq!(whole.roles.into_iter().collect::<Vec<_>>(), ["alice"]);
        assert!(
            whole.foreign_commands.is_empty(),
            "text in a function body is no command"
        );
    }

    #[test]
    fn a_cut_stream_is_told_from_a_whole_one() {
        let at = |needle: &str| DUMP.find(needle).unwrap();
        assert_eq!(scan(&DUMP[..at("2\t")], 9).ending, Ending::MidStatement);
        assert_eq!(
            scan(&DUMP[..at("ALTER") + 12], 9).ending,
            Ending::MidStatement
        );
        assert_eq!(
            scan(&DUMP[..at("begin") + 3], 9).ending,
            Ending::MidStatement
        );
        assert_eq!(
            scan(&DUMP[..at("--\n-- PostgreSQL database dump complete")], 9).ending,
            Ending::NoTrailer
        );
        // The trailer's text inside a row is not the trailer.
        let row = format!(
            "COPY t (a) FROM stdin;\n{}\n\\.\n",
            std::str::from_utf8(TRAILER).unwrap()
        );
        assert_eq!(scan(&row, 9).ending, Ending::NoTrailer);
    }

    #[test]
    fn commands_of_others_are_named() {
        let scanned = scan(
            "\\! id\n\\connect shop\n\\connect -reuse-previous=on \"dbname='other'\"\nSELECT 1;\n",
            5,
        );
        assert_eq!(scanned.foreign_commands, ["\\!"]);
        let hidden = scan("SELECT '\\! a'; -- \\! b\n SELECT 1 \\g |id\n", 5);
        assert_eq!(hidden.foreign_commands, ["\\g"]);
        assert_eq!(scanned.connects, ["shop", "other"]);
    }
}
