//! What a statement is to the manifest: a definition, rows of an INSERT, or a piece of a large object.

use std::borrow::Cow;
use std::ops::Range;

use super::found::Found;
use super::large::WRITE;
use crate::script::event::{Event, Mark, MarkKind, Piece, Shape};
use crate::script::insert::{INSERT, ends_in_values};
use crate::script::splitter::HELD;

/// Reads statements, whole or piece by piece.
#[derive(Default)]
pub struct StatementReader {
    taken: Taken,
    /// The start of a long statement, or the row of an INSERT that is being read.
    text: Vec<u8>,
    /// Where a comma stands between the values of that row.
    commas: Vec<usize>,
    /// Whether the last piece ended with a carriage return, which a line feed in the next one would take away.
    returned: bool,
}

/// What a statement was taken for.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Taken {
    /// A definition that is too long to be held, and goes through the digest as it comes.
    #[default]
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

impl StatementReader {
    /// Takes a whole statement.
    pub fn whole(&mut self, event: &Event<'_>, shape: Shape<'_>, found: &mut Found) {
        let text = event.text;
        match taken_for(text, found) {
            Taken::LargeObject => found.digits(&text[WRITE.len()..]),
            Taken::Insert => {
                self.taken = Taken::Insert;
                self.segments(event, shape.marks, found);
                self.end(shape.partitioned, event.range(), found);
            }
            Taken::Streamed | Taken::Row | Taken::Rows => {
                let text = without_returns(event, shape.marks);
                let letters = found.text(&text).into_owned();
                found.statement(&letters, shape.partitioned, event.range());
            }
        }
    }

    /// Takes a piece of one that is longer than [`HELD`].
    pub fn piece(&mut self, event: &Event<'_>, piece: Piece, shape: Shape<'_>, found: &mut Found) {
        let mut text = event.text;
        if piece == Piece::First {
            self.taken = taken_for(text, found);
            match self.taken {
                Taken::LargeObject => text = &text[WRITE.len()..],
                Taken::Streamed => self.text.extend_from_slice(text),
                Taken::Insert | Taken::Row | Taken::Rows => {}
            }
        }
        match self.taken {
            Taken::LargeObject => found.digits(text),
            Taken::Streamed => {
                found.covers(event.range());
                found.piece(text);
            }
            Taken::Insert | Taken::Row | Taken::Rows => self.segments(event, shape.marks, found),
        }
        if piece == Piece::Last {
            self.end(shape.partitioned, event.range(), found);
        }
    }

    /// Takes the text of an INSERT from mark to mark.
    fn segments(&mut self, event: &Event<'_>, marks: &[Mark], found: &mut Found) {
        let mut from = 0;
        if std::mem::take(&mut self.returned) && !event.text.starts_with(b"\n") {
            self.take(b"\r", found);
        }
        for mark in marks {
            let at = (mark.at - event.at) as usize;
            match mark.kind {
                MarkKind::Return => {
                    self.take(&event.text[from..at], found);
                    // Before a line feed it is passed over.
                    let next = event.text.get(at + 1);
                    from = at + usize::from(next.is_none_or(|next| *next == b'\n'));
                    self.returned = next.is_none();
                    continue;
                }
                MarkKind::Open | MarkKind::Close | MarkKind::Comma => {}
            }
            if mark.kind == MarkKind::Comma {
                self.take(&event.text[from..at], found);
                if self.taken == Taken::Row {
                    self.commas.push(self.text.len());
                }
                from = at;
                continue;
            }
            self.take(&event.text[from..=at], found);
            from = at + 1;
            match mark.kind {
                MarkKind::Open => self.open(found),
                MarkKind::Close => self.close(found),
                MarkKind::Comma | MarkKind::Return => {}
            }
        }
        self.take(&event.text[from..], found);
    }

    fn take(&mut self, text: &[u8], found: &mut Found) {
        if self.taken == Taken::Streamed {
            return found.piece(text);
        }
        self.text.extend_from_slice(text);
        // No INSERT of pg_dump is as long before its first row, or behind one.
        if self.taken != Taken::Row && self.text.len() > HELD {
            found.piece(&self.text);
            self.taken = Taken::Streamed;
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
            Taken::Streamed | Taken::Row | Taken::LargeObject => return,
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

    fn end(&mut self, partitioned: bool, range: Range<u64>, found: &mut Found) {
        match std::mem::take(&mut self.taken) {
            Taken::LargeObject => {}
            Taken::Row => found.beside_rows(&self.text),
            Taken::Rows => {
                let behind = self.text.trim_ascii();
                if ![&b";"[..], b"ON CONFLICT DO NOTHING;"].contains(&behind) {
                    found.beside_rows(behind);
                }
            }
            Taken::Insert => {
                let before = self.text.strip_suffix(b";").unwrap_or(&self.text);
                if ends_in_values(before) && found.begin_insert(&self.text) {
                    // `DEFAULT VALUES`, of a relation without columns.
                    found.inserted(b"", &[]);
                } else {
                    let letters = found.text(&self.text).into_owned();
                    found.statement(&letters, partitioned, range);
                }
            }
            Taken::Streamed => {
                let start = found.text(&self.text).into_owned();
                found.streamed(&start, partitioned);
            }
        }
        self.text.clear();
        // A row may have been long; its room is not kept for good.
        self.text.shrink_to(HELD);
    }
}

/// What a statement is, by its first words.
fn taken_for(text: &[u8], found: &Found) -> Taken {
    if text.starts_with(INSERT) {
        Taken::Insert
    } else if text.starts_with(WRITE) && found.writes_large_object() {
        Taken::LargeObject
    } else {
        Taken::Streamed
    }
}

/// A statement's text without the carriage returns that a line feed follows, outside of quotes.
fn without_returns<'t>(event: &Event<'t>, marks: &[Mark]) -> Cow<'t, [u8]> {
    let returns = marks.iter().filter(|mark| mark.kind == MarkKind::Return);
    let mut returns = returns.map(|mark| (mark.at - event.at) as usize).peekable();
    if returns.peek().is_none() {
        return Cow::Borrowed(event.text);
    }
    let mut text = Vec::with_capacity(event.text.len());
    let mut from = 0;
    for at in returns {
        text.extend_from_slice(&event.text[from..at]);
        from = at + usize::from(event.text.get(at + 1) == Some(&b'\n'));
    }
    text.extend_from_slice(&event.text[from..]);
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::{Part, Splitter};

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
            let mut splitter = Splitter::default();
            let (mut reader, mut found) = (StatementReader::default(), Found::default());
            let mut pieces = 0;
            let mut take = |event: Event<'_>| {
                if let Part::Long(piece, shape) = event.part {
                    reader.piece(&event, piece, shape, &mut found);
                    pieces += 1;
                }
            };
            splitter.feed(start.as_bytes(), &mut take);
            for piece in body.chunks(PIECE) {
                splitter.feed(piece, &mut take);
            }
            assert!(pieces > 10, "{start}: {pieces}");
            let kept = reader.text.capacity();
            assert!(kept <= 2 * (HELD + PIECE), "{start}: {kept}");
        }
    }
}
