//! Statements, and the commands that must not stand in them.

use super::{HELD, LONGEST_NAME, Sink, Splitter, State, before_nul};
use crate::script::command;
use crate::script::event::{Mark, MarkKind, Part, Piece, Shape};
use crate::script::foreign::{Foreign, Judge, Standing};
use crate::script::statement::rows_follow;

impl Splitter {
    pub(super) fn statement(&mut self, bytes: &[u8], sink: &mut Sink<'_>) -> usize {
        let mut at = 0;
        while at < bytes.len() {
            at += self.lexer.skip(&bytes[at..]);
            let Some(&byte) = bytes.get(at) else { break };
            let plain = self.lexer.is_plain();
            // psql takes a backslash outside of quotes for a command, wherever it stands.
            if plain && byte == b'\\' {
                self.hold(&bytes[..at]);
                self.pass_on(sink);
                if self.state != State::Stopped {
                    self.state = State::CommandWithin(self.at);
                }
                return at;
            }
            let parens = self.lexer.parens();
            let ended = self.lexer.ends_at(byte);
            if let Some(why) = self.lexer.lost().cloned() {
                let taken = self.hold(&bytes[..at]);
                self.pass_on(sink);
                if self.state != State::Stopped {
                    self.stop_at(self.begun, why, sink);
                }
                return taken;
            }
            let kind = match (parens, self.lexer.parens(), byte) {
                (0, 1, _) => Some(MarkKind::Open),
                (1, 0, _) => Some(MarkKind::Close),
                (1, 1, b',') if plain => Some(MarkKind::Comma),
                (_, _, b'\r') if plain => Some(MarkKind::Return),
                _ => None,
            };
            self.marks.extend(kind.map(|kind| Mark {
                at: self.at + at as u64,
                kind,
            }));
            at += 1;
            if ended {
                return self.end_statement(&bytes[..at], sink);
            }
        }
        let taken = self.hold(bytes);
        self.pass_on(sink);
        taken
    }

    /// In the name of a command that stands in a statement. Its statement is held, or what was not passed on of it.
    pub(super) fn command_within(&mut self, bytes: &[u8], from: u64, sink: &mut Sink<'_>) -> usize {
        let before = (self.at - from) as usize;
        let taken = bytes.len().min(LONGEST_NAME.saturating_sub(before).max(1));
        self.hold(&bytes[..taken]);
        let held = &self.held[self.held.len() - before - taken..];
        if command::name(held).len() < held.len() || held.len() >= LONGEST_NAME {
            self.end_command_within(from, sink);
        }
        taken
    }

    pub(super) fn end_command_within(&mut self, from: u64, sink: &mut Sink<'_>) {
        let start = self.held.len() - (self.at - from) as usize;
        let judged = self.judge.command(&self.held[start..], Standing::Statement);
        // Nothing is pg_dump's there.
        let foreign = judged.err().unwrap_or(Foreign::InStatement(None));
        self.stop_at(from, foreign, sink);
    }

    /// Passes on the start of a statement that is too long to be held.
    fn pass_on(&mut self, sink: &mut Sink<'_>) {
        if self.state == State::Statement && self.held.len() > HELD {
            self.first_piece(sink);
        }
        if self.state == State::Long {
            self.piece(self.held.len(), Piece::Middle, false, sink);
        }
    }

    /// Passes on the first [`HELD`] bytes of what is held.
    fn first_piece(&mut self, sink: &mut Sink<'_>) {
        self.state = State::Long;
        self.piece(HELD, Piece::First, false, sink);
    }

    /// Passes on so much of what is held as a piece of a long statement, unless something foreign stands in it.
    fn piece(&mut self, length: usize, piece: Piece, partitioned: bool, sink: &mut Sink<'_>) {
        let text = &self.held[..length];
        let Err(foreign) = Judge::text(text) else {
            return self.pass_piece(length, piece, partitioned, sink);
        };
        // The first piece is as long wherever the script is cut, and of the others all is passed on that stands before.
        if piece != Piece::First {
            let length = before_nul(text).len();
            self.pass_piece(length, Piece::Middle, false, sink);
        }
        self.stop_at(self.begun, foreign, sink);
    }

    fn pass_piece(&mut self, length: usize, piece: Piece, partitioned: bool, sink: &mut Sink<'_>) {
        let rest = self.held.split_off(length);
        self.at -= rest.len() as u64;
        let later = self.marks.partition_point(|mark| mark.at < self.at);
        let later = self.marks.split_off(later);
        let marks = std::mem::replace(&mut self.marks, later);
        let shape = Shape {
            marks: &marks,
            partitioned,
        };
        self.emit(b"", Part::Long(piece, shape), sink);
        self.at += rest.len() as u64;
        self.held = rest;
    }

    fn end_statement(&mut self, last: &[u8], sink: &mut Sink<'_>) -> usize {
        let partitioned = self.lexer.ended_partitioned();
        let taken = last.len();
        self.line_start = false;
        if self.state == State::Long || self.held.len() + taken > HELD {
            self.hold(last);
            if self.state == State::Statement {
                self.first_piece(sink);
            }
            if self.state != State::Stopped {
                self.piece(self.held.len(), Piece::Last, partitioned, sink);
            }
            if self.state != State::Stopped {
                self.state = State::Blank;
            }
            return taken;
        }
        // What lies in one piece is passed on as it lies there.
        let apart = !self.held.is_empty();
        if apart {
            self.hold(last);
        }
        let text = if apart { &self.held } else { last };
        let (judged, copy) = (Judge::text(text), rows_follow(text).then_some(text.len()));
        if !apart && (judged.is_err() || copy.is_some()) {
            self.hold(last);
        }
        if let Err(foreign) = judged {
            self.stop_at(self.begun, foreign, sink);
        } else if let Some(statement) = copy {
            self.state = State::CopyLine(statement);
            self.marks.clear();
        } else {
            self.state = State::Blank;
            let marks = std::mem::take(&mut self.marks);
            let part = Part::Statement(Shape {
                marks: &marks,
                partitioned,
            });
            let rest = if apart { b"" } else { last };
            self.emit(rest, part, sink);
            self.marks = marks;
            self.marks.clear();
        }
        taken
    }
}
