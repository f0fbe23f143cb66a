//! One statement while it is read: how much of it is kept, and what has to be known before it ends.

use super::found::Found;
use super::insert::{INSERT, ends_in_values};
use super::large::WRITE;
use super::lex::Lexer;
use super::relations::Block;

/// Of a statement, this much is kept to be read. The longest that has to be is a COPY of 1,600 columns whose names are
/// of 63 signs. Of a longer definition the rest goes by through its digest.
const KEPT: usize = 256 * 1024;

/// How far a piece of the stream led.
pub enum Outcome {
    /// The statement goes on.
    Goes,
    /// A command of psql begins at the first byte that was not taken.
    Command,
    Ended,
    RowsFollow(Block),
}

/// Follows a statement from its first byte to its semicolon.
#[derive(Default)]
pub struct Reading {
    lexer: Lexer,
    taken: Taken,
    /// The statement so far, or the row of it that is being read.
    text: Vec<u8>,
    /// Where a comma stands between the values of that row.
    commas: Vec<usize>,
    begun: bool,
    /// A carriage return that is passed over if a line feed follows.
    carriage: bool,
}

/// What a statement was taken for.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Taken {
    /// Too short yet to say.
    #[default]
    Unknown,
    /// Kept as a whole, unless it is longer than [`KEPT`].
    Statement,
    /// Longer than that: what was kept has gone through the digest of its definition.
    Streamed,
    /// An INSERT before its first row.
    Insert,
    /// In a row of it.
    Row,
    /// Behind a row of it.
    Rows,
    /// The call that writes a piece of a large object; its digits are not kept.
    LargeObject,
}

impl Reading {
    pub fn has_begun(&self) -> bool {
        self.begun
    }

    /// Takes bytes up to the statement's end, and says how many and why no more.
    pub fn feed(&mut self, bytes: &[u8], found: &mut Found) -> (usize, Outcome) {
        self.begun = true;
        let mut at = 0;
        while at < bytes.len() {
            let quoted = self.lexer.quoted(&bytes[at..]);
            if quoted > 0 {
                self.take(&bytes[at..at + quoted], found);
                at += quoted;
                continue;
            }
            let byte = bytes[at];
            let plain = self.lexer.is_plain();
            // psql takes a backslash outside of quotes for a command, wherever it stands.
            if plain && byte == b'\\' {
                return (at, Outcome::Command);
            }
            if std::mem::take(&mut self.carriage) && byte != b'\n' {
                self.take(b"\r", found);
            }
            let parens = self.lexer.parens();
            let partitioned = self.lexer.is_partitioned();
            let ended = self.lexer.ends_at(byte);
            if parens == 1 && plain && byte == b',' && self.taken == Taken::Row {
                self.commas.push(self.text.len());
            }
            self.carriage = plain && byte == b'\r';
            if !self.carriage {
                self.take(&bytes[at..=at], found);
            }
            at += 1;
            if ended {
                return (at, self.end(partitioned, found));
            }
            match (parens, self.lexer.parens()) {
                (0, 1) => self.open(found),
                (1, 0) => self.close(found),
                _ => {}
            }
        }
        (at, Outcome::Goes)
    }

    fn take(&mut self, piece: &[u8], found: &mut Found) {
        match self.taken {
            Taken::LargeObject => found.digits(piece),
            Taken::Streamed => found.piece(piece),
            _ => self.text.extend_from_slice(piece),
        }
        if self.taken == Taken::Unknown {
            self.tell(found);
        }
        // No INSERT of pg_dump is as long before its first row, or behind one.
        let kept = matches!(self.taken, Taken::Statement | Taken::Insert | Taken::Rows);
        if kept && self.text.len() > KEPT {
            found.piece(&self.text);
            self.taken = Taken::Streamed;
        }
    }

    /// Takes the statement for something as soon as its first words allow.
    fn tell(&mut self, found: &mut Found) {
        let may_be = |start: &[u8]| {
            let common = start.len().min(self.text.len());
            start[..common] == self.text[..common]
        };
        if self.text.len() >= INSERT.len() && may_be(INSERT) {
            self.taken = Taken::Insert;
        } else if self.text.len() >= WRITE.len() && may_be(WRITE) {
            self.taken = match found.writes_large_object() {
                true => Taken::LargeObject,
                false => Taken::Statement,
            };
            found.digits(&self.text[WRITE.len()..]);
        } else if !may_be(INSERT) && !may_be(WRITE) {
            self.taken = Taken::Statement;
        }
    }

    /// At a parenthesis that opens outside of all others.
    fn open(&mut self, found: &mut Found) {
        match self.taken {
            Taken::Insert => {
                let before = &self.text[..self.text.len() - 1];
                if !ends_in_values(before) || !found.begin_insert(before) {
                    return;
                }
            }
            Taken::Rows => {
                let between = self.text[..self.text.len() - 1].trim_ascii();
                if between != b"," {
                    found.beside_rows(between);
                }
            }
            _ => return,
        }
        self.text.clear();
        self.commas.clear();
        self.taken = Taken::Row;
    }

    /// At the parenthesis that closes it.
    fn close(&mut self, found: &mut Found) {
        if self.taken == Taken::Row {
            found.inserted(&self.text[..self.text.len() - 1], &self.commas);
            self.text.clear();
            self.taken = Taken::Rows;
        }
    }

    fn end(&mut self, partitioned: bool, found: &mut Found) -> Outcome {
        self.begun = false;
        let block = match std::mem::take(&mut self.taken) {
            Taken::LargeObject => None,
            Taken::Row => {
                found.beside_rows(&self.text);
                None
            }
            Taken::Rows => {
                let behind = self.text.trim_ascii();
                if ![&b";"[..], b"ON CONFLICT DO NOTHING;"].contains(&behind) {
                    found.beside_rows(behind);
                }
                None
            }
            Taken::Insert
                if ends_in_values(self.text.strip_suffix(b";").unwrap_or(&self.text))
                    && found.begin_insert(&self.text) =>
            {
                // `DEFAULT VALUES`, of a relation without columns.
                found.inserted(b"", &[]);
                None
            }
            Taken::Streamed => {
                found.streamed(&found.text(&self.text), partitioned);
                None
            }
            Taken::Unknown | Taken::Statement | Taken::Insert => {
                found.statement(&found.text(&self.text), partitioned)
            }
        };
        self.text.clear();
        // A row may have been long; its room is not kept for good.
        self.text.shrink_to(KEPT);
        block.map_or(Outcome::Ended, Outcome::RowsFollow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_of_a_long_statement_is_kept() {
        const PIECE: usize = 64 * 1024;
        let body = vec![b'x'; 64 * PIECE];
        for start in [
            "CREATE FUNCTION f() AS $$",
            "COMMENT ON TABLE t IS '",
            "CREATE VIEW v AS SELECT ",
            "INSERT INTO t ",
            "INSERT INTO t VALUES (1) ",
            "SELECT pg_catalog.lowrite(0, '\\x",
        ] {
            let (mut reading, mut found) = (Reading::default(), Found::default());
            reading.feed(start.as_bytes(), &mut found);
            for piece in body.chunks(PIECE) {
                reading.feed(piece, &mut found);
            }
            let kept = reading.text.capacity();
            assert!(kept <= 2 * (KEPT + PIECE), "{start}: {kept}");
        }
    }
}
