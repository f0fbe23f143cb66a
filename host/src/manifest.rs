//! What a dump holds.

pub mod lex;
pub mod listing;
pub mod multiset;
pub mod scan;
pub mod statement;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use listing::{Kind, Listed, Listing};

/// What one pass over a plain-format stream saw of its tables.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// One entry a COPY block, in the order of the stream.
    pub relations: Vec<Relation>,
}

/// The rows of one COPY block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relation {
    /// Unquoted.
    pub schema: String,
    /// Unquoted.
    pub name: String,
    pub columns: Vec<String>,
    pub rows: u64,
    /// Bytes of the rows in COPY's text format, line feeds included.
    pub bytes: u64,
    /// Independent of row order: the sum of the rows' SHA-256 modulo 2^256, as 64 hexadecimal digits.
    pub content_digest: String,
}

/// What else that pass learns, for the restore.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scanned {
    pub manifest: Manifest,
    /// Roles that owners, grants, default privileges, policies and authorizations name.
    pub roles: BTreeSet<String>,
    /// Databases that the stream connects to (`\connect`), in order; empty for a dump without `-C`.
    pub connects: Vec<String>,
    /// psql meta-commands that pg_dump does not write, by name, for example `\!`.
    pub foreign_commands: Vec<String>,
    /// The relations that its statements make.
    pub listing: Listing,
    pub ending: Ending,
}

/// How a stream ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    /// After pg_dump's trailer comment.
    Trailer,
    /// Inside a COPY block or a statement.
    MidStatement,
    /// Between statements, yet without the trailer comment.
    #[default]
    NoTrailer,
}
