//! One pass over a plain-format dump, in constant memory.

use super::found::Found;
use super::reader::StatementReader;
use super::relations::Block;
use super::{Form, Offsets, Scanned};
use crate::script::{Event, Part, Splitter, Wholeness};

/// Of a row that a piece cut through, this much room is kept for the next one.
const KEPT: usize = 64 * 1024;

/// Takes a plain stream in pieces of any size and yields what it holds.
#[derive(Default)]
pub struct Scanner {
    splitter: Splitter,
    reader: Reader,
}

#[derive(Default)]
struct Reader {
    wholeness: Wholeness,
    statements: StatementReader,
    found: Found,
    /// The rows that are being read; none behind a COPY that names no relation.
    block: Option<Block>,
    /// The start of a row whose end has not arrived yet.
    partial: Vec<u8>,
    /// Whether a carriage return ended the white space so far.
    returned: bool,
}

impl Scanner {
    /// A scanner that also keeps the names and columns of all relations, which takes more memory than their digests.
    pub fn listing() -> Self {
        Self::reading(Found::listing())
    }

    /// A scanner for a second dump, which reads privileges as the first one's server had them.
    pub fn again(form: &Form) -> Self {
        let mut found = Found::default();
        found.read_as(form);
        Self::reading(found)
    }

    fn reading(found: Found) -> Self {
        Self {
            splitter: Splitter::default(),
            reader: Reader {
                found,
                ..Reader::default()
            },
        }
    }

    /// Takes the next piece, which may begin and end anywhere, even within a character.
    pub fn feed(&mut self, bytes: &[u8]) {
        let Self { splitter, reader } = self;
        splitter.feed(bytes, &mut |event| reader.take(&event));
    }

    /// Takes the end of the stream. Whether that came too early is in [`Scanned::ending`].
    pub fn finish(self) -> Scanned {
        let Self {
            splitter,
            mut reader,
        } = self;
        splitter.finish(&mut |event| reader.take(&event));
        reader.end_row();
        reader.end_rows();
        let dumps = reader.wholeness.dumps();
        let ending = reader.wholeness.finish();
        Scanned {
            dumps,
            ..reader.found.finish(ending)
        }
    }
}

impl Reader {
    fn take(&mut self, event: &Event<'_>) {
        self.wholeness.take(event);
        let text = event.text;
        let returned = std::mem::take(&mut self.returned);
        match &event.part {
            Part::Blank => self.blank(text, returned),
            Part::Comment => {
                let line = self.found.text(text).into_owned();
                self.found.comment(&line);
            }
            Part::Statement(shape) => self.statements.whole(event, *shape, &mut self.found),
            Part::Long(piece, shape) => {
                self.statements
                    .piece(event, *piece, *shape, &mut self.found);
            }
            Part::Copy { statement } => {
                let letters = self.found.text(&text[..*statement]).into_owned();
                self.block = self.found.copy(&letters);
            }
            Part::Rows => self.rows(text),
            Part::EndOfRows => {
                if text.ends_with(b"\r\n") {
                    self.found.converted();
                }
                self.end_rows();
            }
            Part::Command(command) => self.found.command(command),
            Part::Foreign(_) | Part::Unread => {}
        }
    }

    /// Looks for the line ends of Windows; `returned` is whether a carriage return stands before the text.
    fn blank(&mut self, text: &[u8], returned: bool) {
        let apart = returned && text.first() == Some(&b'\n');
        if apart || memchr::memmem::find(text, b"\r\n").is_some() {
            self.found.converted();
        }
        self.returned = text.last() == Some(&b'\r');
    }

    fn rows(&mut self, mut bytes: &[u8]) {
        if !self.partial.is_empty() {
            let Some(end) = memchr::memchr(b'\n', bytes) else {
                self.partial.extend_from_slice(bytes);
                return;
            };
            self.partial.extend_from_slice(&bytes[..end]);
            self.end_row();
            bytes = &bytes[end + 1..];
        }
        let whole = memchr::memrchr(b'\n', bytes).map_or(0, |end| end + 1);
        if let Some(block) = &mut self.block {
            let found = &mut self.found;
            block.digest.lines(&bytes[..whole], &mut |row, line| {
                if Offsets::wants(row) {
                    found.sample(line);
                }
            });
        }
        self.partial.extend_from_slice(&bytes[whole..]);
    }

    /// At the end of a row that a piece cut through.
    fn end_row(&mut self) {
        if self.partial.is_empty() {
            return;
        }
        if let Some(block) = &mut self.block {
            let line = &self.partial[..];
            if Offsets::wants(block.digest.rows()) {
                self.found.sample(line);
            }
            block.digest.line(line);
        }
        self.partial.clear();
        // A row may have been long; its room is not kept for good.
        self.partial.shrink_to(KEPT);
    }

    fn end_rows(&mut self) {
        if let Some(block) = self.block.take() {
            if block.digest.returned() {
                self.found.converted();
            }
            self.found.end_rows(block);
        }
    }
}

#[cfg(test)]
mod tests;
