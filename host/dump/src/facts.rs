//! What is known of a dump once it lies on disk.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;

/// How a dump is laid out on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// A script for psql (`pg_dump --format=plain`), not compressed.
    Plain,
    /// A script in gzip, of one member or several.
    PlainGzip,
    /// A script in zstd, of one frame or several.
    PlainZstd,
    /// `pg_dump --format=custom`: one file, which pg_restore reads.
    Custom,
    /// `pg_dump --format=directory`: `toc.dat`, and a file for each entry that has data.
    Directory,
    /// `pg_dump --format=tar`: such files as the members of one tar file, `toc.dat` first.
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
        /// The role that pg_dump connected as.
        role: String,
        /// The exported snapshot that it read under, as `pg_export_snapshot()` names it.
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
    /// Whether this drill took the dump, or somebody gave it.
    pub origin: Origin,
    /// Of the file as it lies on disk, so that a plain dump's compression is part of it.
    pub format: Format,
    /// Of what was written, or of the given file as first read. For a directory: of the
    /// concatenation `name NUL sha256 LF` over its files in name order, and the sum of their sizes.
    pub digest: Digest,
    /// The server it was dumped from, as its header says.
    pub server_version: String,
    /// The version of the pg_dump that wrote it, as its header says.
    pub pg_dump_version: String,
}
