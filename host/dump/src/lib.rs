//! What a dump of Postgres holds, read without a server, an engine or a network.
//!
//! Each room uses only those before it:
//!
//! ```text
//! digest · facts · script · manifest · supplied
//! ```
//!
//! [`script`] is the one reader of what pg_dump writes for psql. [`manifest`] is what a dump holds, by digests. [`supplied`] reads
//! the files that people have: plain ones, compressed ones, and archives.

#![deny(unsafe_code)]
#![warn(
    missing_docs,
    rust_2018_idioms,
    clippy::exit,
    clippy::print_stdout,
    clippy::print_stderr
)]
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

pub mod digest;
pub mod facts;
pub mod manifest;
pub mod script;
pub mod supplied;
