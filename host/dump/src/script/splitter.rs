//! A script, cut into events.

mod rows;
mod statement;

use super::command;
use super::event::{Event, Mark, Part};
use super::foreign::{Foreign, Judge, Standing, Unterminated};
use super::lexer::Lexer;

/// A statement of at most so many bytes is one event; a longer one comes in pieces, of which the first is this long. The longest
/// that has to be read as a whole is a COPY of 1,600 columns whose names are of 63 signs.
pub const HELD: usize = 256 * 1024;
/// Of a comment or a meta-command, this much is kept to be read.
const LINE: usize = 64 * 1024;
/// No command of psql has a longer name.
const LONGEST_NAME: usize = 32;
/// Takes a script in pieces of any size, and yields its events in constant memory.
///
/// How it was cut into pieces shows in nothing but where rows, white space and pieces of long statements are cut.
pub struct Splitter {
    state: State,
    /// Where the end of rows leads.
    behind_rows: State,
    lexer: Lexer,
    judge: Judge,
    /// The start of an event whose end has not come.
    held: Vec<u8>,
    /// Marks of that event.
    marks: Vec<Mark>,
    /// Where the next byte stands in the script.
    at: u64,
    /// Where the statement, or the COPY whose rows are read, begins.
    begun: u64,
    /// Whether only a line feed, or nothing, stands before the next byte.
    line_start: bool,
    rows_end: memchr::memmem::Finder<'static>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Between statements.
    Blank,
    /// Behind a hyphen between statements, which a comment or a statement begins with.
    Hyphen,
    Comment,
    /// In a comment, beyond what is kept of it.
    LongComment,
    Command,
    Statement,
    /// In a statement whose start was passed on.
    Long,
    /// In a statement, in a command that begins here in the script.
    CommandWithin(u64),
    /// Behind the semicolon of a COPY of this length, on its line.
    CopyLine(usize),
    /// In rows, at the start of a line.
    RowStart,
    Row,
    Stopped,
}

/// What takes the events.
type Sink<'s> = dyn FnMut(Event<'_>) + 's;

impl Default for Splitter {
    fn default() -> Self {
        Self {
            state: State::Blank,
            behind_rows: State::Blank,
            lexer: Lexer::default(),
            judge: Judge::default(),
            held: Vec::new(),
            marks: Vec::new(),
            at: 0,
            begun: 0,
            line_start: true,
            rows_end: memchr::memmem::Finder::new(b"\n\\."),
        }
    }
}

impl Splitter {
    /// A splitter of a text that begins with the first row of a COPY, and is not read beyond the end of its rows.
    pub fn of_rows() -> Self {
        Self {
            state: State::RowStart,
            behind_rows: State::Stopped,
            ..Self::default()
        }
    }

    /// Takes the next piece of the script, and gives `sink` every event that can be told by now.
    pub fn feed(&mut self, mut bytes: &[u8], sink: &mut Sink<'_>) {
        while !bytes.is_empty() {
            let taken = match self.state {
                State::Blank => self.blank(bytes, sink),
                State::Hyphen => self.hyphen(bytes),
                State::Comment => self.comment(bytes, sink),
                State::LongComment => self.long_comment(bytes, sink),
                State::Command => self.command(bytes, sink),
                State::Statement | State::Long => self.statement(bytes, sink),
                State::CommandWithin(from) => self.command_within(bytes, from, sink),
                State::CopyLine(statement) => self.copy_line(bytes, statement, sink),
                State::RowStart | State::Row => self.rows(bytes, sink),
                State::Stopped => self.emit(bytes, Part::Unread, sink),
            };
            bytes = &bytes[taken..];
        }
    }

    /// Takes the end of the script; what is open then is foreign.
    pub fn finish(mut self, sink: &mut Sink<'_>) {
        let open = match self.state {
            State::Blank | State::LongComment | State::Stopped => return,
            State::Comment => {
                self.emit(b"", Part::Comment, sink);
                return;
            }
            State::Command => {
                self.end_command(b"", sink);
                return;
            }
            State::CommandWithin(from) => return self.end_command_within(from, sink),
            State::CopyLine(_) | State::RowStart | State::Row => Unterminated::Rows,
            State::Hyphen => Unterminated::Statement,
            State::Statement | State::Long => self.lexer.open(),
        };
        self.stop_at(self.begun, Foreign::Unterminated(open), sink);
    }

    /// Passes on an event that ends with `piece`, and says how long that is.
    fn emit(&mut self, piece: &[u8], part: Part<'_>, sink: &mut Sink<'_>) -> usize {
        self.at += piece.len() as u64;
        if self.held.is_empty() {
            if !piece.is_empty() {
                let at = self.at - piece.len() as u64;
                sink(Event {
                    at,
                    text: piece,
                    part,
                });
            }
            return piece.len();
        }
        self.held.extend_from_slice(piece);
        let at = self.at - self.held.len() as u64;
        sink(Event {
            at,
            text: &self.held,
            part,
        });
        self.held.clear();
        // A long one's room is not kept for good.
        self.held.shrink_to(LINE);
        piece.len()
    }

    /// Keeps bytes of an event whose end has not come.
    fn hold(&mut self, bytes: &[u8]) -> usize {
        self.held.extend_from_slice(bytes);
        self.at += bytes.len() as u64;
        bytes.len()
    }

    /// Says that something foreign begins at `from`, and reads nothing more.
    fn stop_at(&mut self, from: u64, foreign: Foreign, sink: &mut Sink<'_>) {
        self.state = State::Stopped;
        self.marks.clear();
        sink(Event {
            at: from,
            text: b"",
            part: Part::Foreign(foreign),
        });
        self.emit(b"", Part::Unread, sink);
    }

    fn blank(&mut self, bytes: &[u8], sink: &mut Sink<'_>) -> usize {
        let blank = bytes.iter().take_while(|b| b.is_ascii_whitespace()).count();
        if blank > 0 {
            self.line_start = bytes[blank - 1] == b'\n';
            self.emit(&bytes[..blank], Part::Blank, sink);
        }
        self.begun = self.at;
        self.state = match (bytes.get(blank), bytes.get(blank + 1)) {
            (None, _) => State::Blank,
            (Some(b'-'), Some(b'-')) => State::Comment,
            (Some(b'-'), None) => {
                self.hold(b"-");
                State::Hyphen
            }
            (Some(b'\\'), _) => State::Command,
            (Some(_), _) => State::Statement,
        };
        blank + usize::from(self.state == State::Hyphen)
    }

    /// The hyphen is held, and was not lexed.
    fn hyphen(&mut self, bytes: &[u8]) -> usize {
        self.state = match bytes[0] {
            b'-' => State::Comment,
            _ => {
                self.lexer.ends_at(b'-');
                State::Statement
            }
        };
        0
    }

    /// Takes a comment, which a carriage return ends as a line feed does (`psqlscan.l`): what follows on that line is run.
    fn comment(&mut self, bytes: &[u8], sink: &mut Sink<'_>) -> usize {
        let room = LINE - self.held.len();
        let end = memchr::memchr2(b'\n', b'\r', &bytes[..bytes.len().min(room + 1)]);
        let kept = end.unwrap_or(bytes.len().min(room));
        if let Err(foreign) = Judge::text(&bytes[..kept]) {
            self.stop_at(self.begun, foreign, sink);
            return 0;
        }
        match end {
            Some(end) => {
                self.state = State::Blank;
                self.emit(&bytes[..end], Part::Comment, sink)
            }
            None if bytes.len() <= room => self.hold(bytes),
            None => {
                self.state = State::LongComment;
                self.emit(&bytes[..room], Part::Comment, sink)
            }
        }
    }

    fn long_comment(&mut self, bytes: &[u8], sink: &mut Sink<'_>) -> usize {
        let end = memchr::memchr2(b'\n', b'\r', bytes);
        let text = &bytes[..end.unwrap_or(bytes.len())];
        if let Err(foreign) = Judge::text(text) {
            let taken = self.emit(before_nul(text), Part::Blank, sink);
            self.stop_at(self.begun, foreign, sink);
            return taken;
        }
        if end.is_some() {
            self.state = State::Blank;
        }
        self.emit(text, Part::Blank, sink)
    }

    fn command(&mut self, bytes: &[u8], sink: &mut Sink<'_>) -> usize {
        let room = LINE - self.held.len();
        match memchr::memchr(b'\n', &bytes[..bytes.len().min(room + 1)]) {
            Some(end) => self.end_command(&bytes[..=end], sink),
            None if bytes.len() <= room => self.hold(bytes),
            None => {
                let taken = self.hold(&bytes[..room]);
                let foreign = self.judge_command(b"").err();
                // Its start may read like one of pg_dump's, and psql would read all of it.
                let foreign = foreign.unwrap_or_else(|| Foreign::long_command(&self.held));
                self.stop_at(self.begun, foreign, sink);
                taken
            }
        }
    }

    /// Judges the command whose line is held, but for the last bytes.
    fn judge_command(&mut self, last: &[u8]) -> Result<command::Command, Foreign> {
        let line = [&self.held, last].concat();
        let standing = match self.line_start {
            true => Standing::LineStart,
            false => Standing::WithinLine,
        };
        Judge::text(&line).and_then(|()| self.judge.command(&line, standing))
    }

    fn end_command(&mut self, last: &[u8], sink: &mut Sink<'_>) -> usize {
        match self.judge_command(last) {
            Ok(command) => {
                self.state = State::Blank;
                self.line_start = true;
                self.emit(last, Part::Command(command), sink)
            }
            Err(foreign) => {
                self.stop_at(self.begun, foreign, sink);
                self.emit(last, Part::Unread, sink)
            }
        }
    }
}

/// What stands before the first NUL byte.
fn before_nul(text: &[u8]) -> &[u8] {
    &text[..memchr::memchr(0, text).unwrap_or(text.len())]
}

#[cfg(test)]
mod tests;
