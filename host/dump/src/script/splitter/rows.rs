//! The rows of a COPY, and the rest of its line.

use super::{HELD, Sink, Splitter, State};
use crate::script::event::Part;
use crate::script::foreign::{Foreign, Judge};

/// The lines that end rows (manual, COPY, "Text Format"); psql ends a block at these and no others, whatever the format of the
/// COPY is.
const ENDS: [&[u8]; 2] = [b"\\.\n", b"\\.\r\n"];

impl Splitter {
    pub(super) fn copy_line(
        &mut self,
        bytes: &[u8],
        statement: usize,
        sink: &mut Sink<'_>,
    ) -> usize {
        let room = 2 * HELD - self.held.len();
        let end = memchr::memchr(b'\n', &bytes[..bytes.len().min(room + 1)]);
        let rest = &bytes[..end.map_or(bytes.len().min(room), |end| end + 1)];
        let judged = Judge::beside_copy(rest);
        if judged.is_err() || end.is_none() && bytes.len() > room {
            let from = self.at + rest.iter().take_while(|b| b.is_ascii_whitespace()).count() as u64;
            self.stop_at(from, Foreign::BesideCopy, sink);
            return 0;
        }
        if end.is_none() {
            return self.hold(rest);
        }
        self.state = State::RowStart;
        self.emit(rest, Part::Copy { statement }, sink)
    }

    pub(super) fn rows(&mut self, bytes: &[u8], sink: &mut Sink<'_>) -> usize {
        if !self.held.is_empty() {
            return self.held_row(bytes, sink);
        }
        let mut from = 0;
        while let Some(line) = match (self.state, from) {
            (State::RowStart, 0) => Some(0),
            _ => self.rows_end.find(&bytes[from..]).map(|at| from + at + 1),
        } {
            let found = &bytes[line..];
            if let Some(end) = ENDS.iter().find(|end| found.starts_with(end)) {
                if line > 0 {
                    self.emit(&bytes[..line], Part::Rows, sink);
                }
                self.emit(&found[..end.len()], Part::EndOfRows, sink);
                self.end_rows();
                return line + end.len();
            }
            if !found.is_empty() && ENDS.iter().any(|end| end.starts_with(found)) {
                if line > 0 {
                    self.emit(&bytes[..line], Part::Rows, sink);
                }
                self.state = State::RowStart;
                self.hold(found);
                return bytes.len();
            }
            self.state = State::Row;
            from = line;
        }
        // The finder wants two bytes behind the line feed, of which the piece may have none, or the first.
        let open = match bytes {
            [.., b'\n'] => Some(0),
            [.., b'\n', b'\\'] => Some(1),
            _ => None,
        };
        let whole = bytes.len() - open.unwrap_or(0);
        self.state = match open {
            Some(_) => State::RowStart,
            None => State::Row,
        };
        self.emit(&bytes[..whole], Part::Rows, sink);
        self.hold(&bytes[whole..]);
        bytes.len()
    }

    /// At the start of a line that may end the rows and whose first bytes are held.
    fn held_row(&mut self, bytes: &[u8], sink: &mut Sink<'_>) -> usize {
        for taken in 1..=bytes.len() {
            let line = [&self.held, &bytes[..taken]].concat();
            if ENDS.contains(&&*line) {
                self.emit(&bytes[..taken], Part::EndOfRows, sink);
                self.end_rows();
                return taken;
            }
            if !ENDS.iter().any(|end| end.starts_with(&line)) {
                // What is not the end may be another line's start.
                self.state = State::Row;
                self.emit(b"", Part::Rows, sink);
                return 0;
            }
        }
        self.hold(bytes)
    }

    fn end_rows(&mut self) {
        self.state = self.behind_rows;
        self.line_start = true;
    }
}
