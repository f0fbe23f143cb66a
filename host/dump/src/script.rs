//! The one reader of what pg_dump writes for psql.
//!
//! A plain dump is a script for psql: statements, rows of COPY, comments and a few of psql's own commands. [`Splitter`] cuts it
//! into events whose texts, put together, are the script. Whoever reads a dump consumes these events and no others: the
//! manifest's scanner, the restorer, and [`Wholeness`]. What psql would do besides restoring is decided in [`foreign`], so that
//! a dump that one reader refuses is refused by all.

pub mod command;
pub(crate) mod encoding;
pub mod event;
pub mod foreign;
pub(crate) mod heading;
pub(crate) mod insert;
pub(crate) mod lexer;
pub(crate) mod quoting;
pub mod splitter;
pub mod statement;
pub mod token;
mod whole;

pub use command::Command;
pub use event::{Event, Mark, MarkKind, Part, Piece};
pub use foreign::{Foreign, Refusal, Unterminated};
pub use splitter::Splitter;
pub use whole::{Ending, Wholeness};
