//! What a dump holds.

pub mod catalogue;
mod database;
mod declared;
mod definitions;
pub mod difference;
pub mod document;
mod entry;
mod form;
mod found;
mod large;
mod large_entry;
pub mod listing;
mod moment;
pub mod multiset;
pub mod normalise;
mod objects;
pub mod offsets;
pub mod preamble;
mod reader;
mod relations;
mod roles;
pub mod row;
pub mod scan;
mod sequences;
mod word;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::digest::Sha256;
use crate::script::Ending;

pub use catalogue::Catalogue;
pub use database::Database;
pub use definitions::Definitions;
pub use difference::{Access, Change, Compare, Difference, Rows, differences};
pub use document::{Document, DumpStated};
pub use entry::definition_of;
pub use listing::{Kind, Listed, Listing};
pub use multiset::RowSum;
pub use offsets::Offsets;
pub use row::RowDigest;
pub use word::{Word, Words};

/// What a dump holds, as one pass over its plain-format stream sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// What a second dump has to share to be comparable.
    pub form: Form,
    /// Every entry of the dump but those of rows, in the order of the stream.
    #[serde(deserialize_with = "objects::interned")]
    pub objects: Vec<Object>,
    /// One entry for each relation that the dump has rows of, or the heading of rows, in the order of the stream. Several
    /// blocks of one relation are one entry.
    pub relations: Vec<Relation>,
    /// One entry for each call of `setval`, in the order of the stream.
    pub sequences: Vec<Sequence>,
    /// In the order of the stream, without those that are not written as pg_dump writes them.
    pub large_objects: Vec<LargeObject>,
}

/// How the dump was written, as far as a second dump has to be written in the same way to be comparable.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// As in `SET client_encoding`; empty where the stream does not say.
    pub encoding: String,
    /// `--create`: the database itself, with its settings, comment and grants, is an entry.
    pub create: bool,
    /// `--no-owner`: no entry says who owns it.
    pub no_owner: bool,
    /// `--quote-all-identifiers`.
    pub quote_all: bool,
    /// `--disable-dollar-quoting`.
    pub no_dollar_quoting: bool,
    /// `--no-comments`: no entry is a comment, although every extension comes with one.
    pub no_comments: bool,
    /// The server that was dumped takes a backslash in `'…'` for an escape (`standard_conforming_strings` is off), and its
    /// definitions are written so. Written where it is so alone, as hardly any server has been since 9.1.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub old_strings: bool,
    /// The server that was dumped puts all names into quotes (`quote_all_identifiers` is on for its sessions), and pg_dump
    /// does not: what the server writes is quoted, and what pg_dump writes is not. Written where it is so alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub server_quotes_all: bool,
    /// The server that was dumped is older than 17, whose privilege MAINTAIN it does not know: all privileges of a table are
    /// those without it, and a newer pg_dump lists them. Written where it is so alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub before_maintain: bool,
    /// `--enable-row-security`: of tables with row security, only the rows that the dumping role may see. Written where it is so
    /// alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub row_security: bool,
    /// By COPY or by which kind of INSERT: the digests of the rows depend on it.
    pub rows: RowsAs,
    /// Statements that no heading stands above, the settings and removals that every dump begins with aside. pg_dump
    /// writes none; of a stream that has some, nothing tells what they define.
    pub unheaded: u64,
}

impl Form {
    /// The first in which two dumps differ that shows in every definition, or takes the owners out of all.
    pub fn written_otherwise(&self, other: &Self) -> Option<&'static str> {
        [
            ("--create", self.create != other.create),
            ("--no-owner", self.no_owner != other.no_owner),
            ("--quote-all-identifiers", self.quote_all != other.quote_all),
            (
                "--disable-dollar-quoting",
                self.no_dollar_quoting != other.no_dollar_quoting,
            ),
            (
                "the server's standard_conforming_strings",
                self.old_strings != other.old_strings,
            ),
            (
                "the server's quote_all_identifiers",
                self.server_quotes_all != other.server_quotes_all,
            ),
        ]
        .into_iter()
        .find_map(|(flag, differs)| differs.then_some(flag))
    }
}

/// How the rows stand in a plain dump.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowsAs {
    /// The dump holds none: of a database without relations, or `--schema-only`.
    #[default]
    None,
    /// `COPY … FROM stdin`, which is what pg_dump writes unless it is told otherwise.
    Copy,
    /// `--inserts`.
    Inserts,
    /// `--column-inserts`.
    ColumnInserts,
}

/// One entry of a dump: a definition, a grant, a comment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Object {
    /// pg_dump's own word, for example `TABLE`, `FK CONSTRAINT`, `ACL`, `POLICY`.
    pub kind: Word,
    /// Empty for what is in no schema.
    pub schema: Word,
    /// As pg_dump's heading has it: of a constraint, for example, the table and its own name.
    pub name: Box<str>,
    /// Empty where the dump does not say.
    pub owner: Word,
    /// Of the canonical text of its statements, without the one that sets its owner.
    pub definition: Sha256,
}

/// The rows of one relation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relation {
    /// Unquoted.
    pub schema: String,
    /// Unquoted.
    pub name: String,
    /// Unquoted, in the order of the dump; empty where it does not say.
    pub columns: Vec<String>,
    /// How many there are in all its blocks together.
    pub rows: u64,
    /// Bytes of the rows in COPY's text format, line feeds included; of INSERT rows, of the text in their parentheses.
    pub bytes: u64,
    /// Independent of the order of rows and of columns.
    pub content_digest: RowSum,
}

/// What `setval` gives a sequence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sequence {
    /// Unquoted.
    pub schema: String,
    /// Unquoted.
    pub name: String,
    /// The value that `setval` is given.
    pub last_value: i64,
    /// Whether that value was given out already, so that `nextval` gives the one after it and not the value itself.
    pub is_called: bool,
    /// Tells whether the higher or the lower of two values is the later one.
    pub direction: Direction,
}

/// Where a sequence's values go: which of two values is the later one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Also where the dump holds the value alone and not the sequence.
    #[default]
    Ascending,
    /// `INCREMENT BY` is negative.
    Descending,
}

/// What one large object holds. Its owner and its grants are [`Object`]s, of the kinds `BLOB` and `ACL`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LargeObject {
    /// Its number in `pg_largeobject_metadata`, which a restore keeps.
    pub oid: u32,
    /// The length of the content, not of the hexadecimal digits that the dump writes it in.
    pub bytes: u64,
    /// Of the content as a whole, however the dump cuts it into pieces.
    pub content: Sha256,
}

/// What else that pass learns, for the restore.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scanned {
    /// What the dump holds; of one that breaks off, what stands before the break.
    pub manifest: Manifest,
    /// Roles that owners, grants, default privileges, policies and authorizations name.
    pub roles: BTreeSet<String>,
    /// Databases that the stream connects to (`\connect`), in order; empty for a dump without `-C`.
    pub connects: Vec<String>,
    /// How the dump makes the database itself; empty for one without `-C`.
    pub database: Database,
    /// Where the statements of each object stand.
    pub definitions: Definitions,
    /// The relations that its statements make; `None` unless the scanner was made to list them.
    pub listing: Option<Listing>,
    /// Of the time zone that it was taken in.
    pub offsets: Offsets,
    /// Whether lines of comments or rows end as on Windows, which is how a text that was converted shows.
    pub carriage_returns: bool,
    /// A second `client_encoding`: pg_dump writes one for the whole text.
    pub other_encoding: Option<String>,
    /// Whether the dump came to pg_dump's own end. If it did not, the rest is no more than a part.
    pub ending: Ending,
    /// Schema and name of each partitioned table, which has no rows of its own.
    pub partitioned: BTreeSet<(String, String)>,
    /// How many scripts of pg_dump it is made of, one behind another.
    pub dumps: u64,
}
