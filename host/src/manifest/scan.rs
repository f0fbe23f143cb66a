//! One pass over a plain-format dump, in constant memory.

use super::found::Found;
use super::reading::{Outcome, Reading};
use super::relations::Block;
use super::{Ending, Form, Offsets, Scanned};

/// Of a comment or a command, this much is kept to be read.
const KEPT: usize = 64 * 1024;
const TRAILER: &[u8] = b"-- PostgreSQL database dump complete";

/// Takes a plain stream in pieces of any size and yields what it holds.
#[derive(Default)]
pub struct Scanner {
    place: Place,
    reading: Reading,
    /// The start of a comment, of a command or of a row whose end has not arrived yet.
    partial: Vec<u8>,
    found: Found,
    trailer: bool,
    /// Whether a carriage return was the last byte of the comment so far.
    returned: bool,
}

/// Where in the stream the next byte stands.
#[derive(Default)]
enum Place {
    /// Between statements.
    #[default]
    Between,
    /// In a comment between statements.
    Comment,
    /// In a meta-command of psql, which may stand within a statement.
    Command,
    Statement,
    /// Behind `COPY … FROM stdin;`, on its line.
    RowsFollow(Block),
    /// Between that line and the one that ends its rows.
    Rows(Block),
}

impl Scanner {
    /// A scanner that also keeps the names and columns of all relations, which takes more memory than their digests.
    pub fn listing() -> Self {
        Self {
            found: Found::listing(),
            ..Self::default()
        }
    }

    /// A scanner for a second dump, which reads privileges as the first one's server had them.
    pub fn again(form: &Form) -> Self {
        let mut scanner = Self::default();
        scanner.found.read_as(form);
        scanner
    }

    pub fn feed(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let taken = match &mut self.place {
                Place::Between => self.between(bytes),
                Place::Comment => self.comment(bytes),
                Place::Command => self.line(bytes),
                Place::Statement => self.statement(bytes),
                Place::RowsFollow(_) => self.rows_follow(bytes),
                Place::Rows(_) => self.rows(bytes),
            };
            bytes = &bytes[taken..];
        }
    }

    pub fn finish(mut self) -> Scanned {
        if let Place::Comment | Place::Command = self.place {
            self.end_line();
        }
        let ending = match std::mem::take(&mut self.place) {
            Place::RowsFollow(block) => {
                self.found.end_rows(block);
                Ending::MidStatement
            }
            Place::Rows(mut block) => {
                if !self.partial.is_empty() {
                    block.digest.row(&self.partial);
                }
                self.found.end_rows(block);
                Ending::MidStatement
            }
            Place::Statement => Ending::MidStatement,
            Place::Between | Place::Comment | Place::Command if self.trailer => Ending::Trailer,
            Place::Between | Place::Comment | Place::Command => Ending::NoTrailer,
        };
        self.found.finish(ending)
    }

    fn between(&mut self, bytes: &[u8]) -> usize {
        let blank = bytes.iter().take_while(|b| b.is_ascii_whitespace()).count();
        self.place = match bytes.get(blank) {
            None => Place::Between,
            // No statement begins with a hyphen.
            Some(b'-') => Place::Comment,
            Some(b'\\') => Place::Command,
            Some(_) => Place::Statement,
        };
        blank
    }

    /// Takes a comment, which a carriage return ends as a line feed does (`psqlscan.l`): what follows on that line is run.
    fn comment(&mut self, bytes: &[u8]) -> usize {
        if std::mem::take(&mut self.returned) {
            if bytes.first() == Some(&b'\n') {
                self.found.converted();
            }
            self.end_line();
            return 0;
        }
        match memchr::memchr2(b'\n', b'\r', bytes) {
            Some(end) if bytes[end] == b'\r' => {
                self.keep(&bytes[..end]);
                self.returned = true;
                end + 1
            }
            _ => self.line(bytes),
        }
    }

    fn keep(&mut self, piece: &[u8]) {
        let room = KEPT.saturating_sub(self.partial.len());
        self.partial
            .extend_from_slice(&piece[..piece.len().min(room)]);
    }

    fn line(&mut self, bytes: &[u8]) -> usize {
        let end = memchr::memchr(b'\n', bytes);
        self.keep(&bytes[..end.unwrap_or(bytes.len())]);
        match end {
            Some(end) => {
                self.end_line();
                end + 1
            }
            None => bytes.len(),
        }
    }

    fn end_line(&mut self) {
        let text = self.found.text(&self.partial);
        if let Place::Command = self.place {
            self.found.command(&text);
        } else if self.partial.starts_with(TRAILER) {
            self.trailer = true;
        } else {
            self.found.comment(&text);
        }
        self.partial.clear();
        self.place = match self.reading.has_begun() {
            true => Place::Statement,
            false => Place::Between,
        };
    }

    fn statement(&mut self, bytes: &[u8]) -> usize {
        let (taken, outcome) = self.reading.feed(bytes, &mut self.found);
        self.place = match outcome {
            Outcome::Goes => Place::Statement,
            Outcome::Command => Place::Command,
            Outcome::Ended => Place::Between,
            Outcome::RowsFollow(block) => Place::RowsFollow(block),
        };
        taken
    }

    fn rows_follow(&mut self, bytes: &[u8]) -> usize {
        let end = memchr::memchr(b'\n', bytes);
        self.keep(&bytes[..end.unwrap_or(bytes.len())]);
        let Some(end) = end else {
            return bytes.len();
        };
        // pg_dump writes nothing there. psql takes it for a command or a statement when the rows have ended.
        let more = self.found.text(&self.partial);
        if !more.trim().is_empty() {
            self.found.foreign(more.trim_start());
        }
        self.partial.clear();
        if let Place::RowsFollow(block) = std::mem::take(&mut self.place) {
            self.place = Place::Rows(block);
        }
        end + 1
    }

    fn rows(&mut self, bytes: &[u8]) -> usize {
        let Place::Rows(block) = &mut self.place else {
            return 0;
        };
        let mut at = 0;
        while let Some(length) = memchr::memchr(b'\n', &bytes[at..]) {
            let mut line = &bytes[at..at + length];
            at += length + 1;
            if !self.partial.is_empty() {
                self.partial.extend_from_slice(line);
                line = &self.partial;
            }
            // A carriage return within a value is written as `\r`.
            if let Some(without) = line.strip_suffix(b"\r") {
                line = without;
                self.found.converted();
            }
            let last = line == b"\\.";
            if !last {
                if Offsets::wants(block.digest.rows()) {
                    self.found.sample(line);
                }
                block.digest.row(line);
            }
            self.partial.clear();
            if last {
                // A row may have been long; its room is not kept for good.
                self.partial.shrink_to(KEPT);
                if let Place::Rows(block) = std::mem::take(&mut self.place) {
                    self.found.end_rows(block);
                }
                return at;
            }
        }
        self.partial.extend_from_slice(&bytes[at..]);
        bytes.len()
    }
}

#[cfg(test)]
mod tests;
