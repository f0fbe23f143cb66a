//! What a script is made of.

use std::ops::Range;

use super::command::Command;
use super::foreign::Foreign;

/// One part of a script, in its order. The texts of all events, put together, are the script.
#[derive(Debug)]
pub struct Event<'a> {
    /// Where the text begins in the script, in bytes.
    pub at: u64,
    /// As it stands in the script, not decoded; empty of [`Part::Foreign`] alone.
    pub text: &'a [u8],
    /// What the text is, and what was learned of it.
    pub part: Part<'a>,
}

/// What the text of an event is.
#[derive(Debug)]
pub enum Part<'a> {
    /// White space between statements, line ends of comments, and what a comment holds beyond 64 KiB.
    Blank,
    /// A comment between statements, from its hyphens to before its line end.
    Comment,
    /// A statement, from its first word to its semicolon.
    Statement(Shape<'a>),
    /// A piece of a statement that is longer than [`HELD`](super::splitter::HELD).
    Long(Piece, Shape<'a>),
    /// A COPY whose rows follow, with the rest of its line.
    Copy {
        /// The length of the statement in bytes, from the start of the text to its semicolon, which is included.
        statement: usize,
    },
    /// Rows of that COPY: any number of whole lines, or pieces of them.
    Rows,
    /// The line that ends them.
    EndOfRows,
    /// A meta-command as pg_dump writes it, with its line.
    Command(Command),
    /// What psql would take for something else than a restore. No text: it begins at [`Event::at`]. All events that follow
    /// are [`Part::Unread`].
    Foreign(Foreign),
    /// Text that nobody may act on: it stands in a statement that holds something foreign, or behind it.
    Unread,
}

/// Which piece of a long statement this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Its first [`HELD`](super::splitter::HELD) bytes.
    First,
    /// Of any length; there may be any number of them.
    Middle,
    /// Ends with the semicolon.
    Last,
}

/// What the lexer learned of a statement, or of a piece of it.
#[derive(Clone, Copy, Debug)]
pub struct Shape<'a> {
    /// Those in this text, in its order.
    pub marks: &'a [Mark],
    /// Whether `PARTITION BY` stands outside of parentheses; known at the end of a statement.
    pub partitioned: bool,
}

/// A byte of a statement, outside of quotes, that somebody may look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Where it stands in the script, in bytes.
    pub at: u64,
    /// Which byte it is, and where among parentheses it stands.
    pub kind: MarkKind,
}

/// What stands at a [`Mark`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// A parenthesis that opens outside of all others.
    Open,
    /// The one that closes it.
    Close,
    /// A comma within them and within no others.
    Comma,
    /// A carriage return before a line feed.
    Return,
}

impl Event<'_> {
    /// Where the event stands in the script, in bytes.
    pub fn range(&self) -> Range<u64> {
        self.at..self.at + self.text.len() as u64
    }
}
