//! What is known of a dump once it lies on disk.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;

/// How a dump is laid out on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    Plain,
    PlainGzip,
    PlainZstd,
    Custom,
    Directory,
    Tar,
}

impl Format {
    /// As reports and checks are told it.
    pub fn name(self) -> &'static str {
        match self {
            Format::Plain => "plain",
            Format::PlainGzip => "plain-gzip",
            Format::PlainZstd => "plain-zstd",
            Format::Custom => "custom",
            Format::Directory => "directory",
            Format::Tar => "tar",
        }
    }
}

/// Where a dump comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "origin")]
pub enum Origin {
    /// Taken in this drill.
    Fresh {
        role: String,
        snapshot: String,
        /// RFC 3339 in UTC.
        taken_at: String,
    },
    /// A file that somebody gave; nothing is known of how it was taken.
    Given,
}

/// What is known of a dump once it lies on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DumpFacts {
    pub origin: Origin,
    pub format: Format,
    /// Of what was written, or of the given file as first read. For a directory: of the
    /// concatenation `name NUL sha256 LF` over its files in name order, and the sum of their sizes.
    pub digest: Digest,
    /// The server it was dumped from, as its header says.
    pub server_version: String,
    pub pg_dump_version: String,
}
