//! `manifest.json`: a manifest as it is kept beside its dump.
//!
//! `manifest.schema.json` beside this file describes it. It holds names and digests, and no row.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Seek as _, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Catalogue, Form, LargeObject, Manifest, Object, Relation, Sequence, objects};
use crate::digest::Sha256;

/// The name and version of the shape. A change that a reader could trip over changes the number.
pub const SCHEMA: &str = "vhost.manifest/1";

/// A manifest, and what it is the manifest of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Which dump it is, by digest, size and versions.
    pub dump: DumpStated,
    /// When the source's snapshot was taken (RFC 3339, UTC); `None` for a dump that was given.
    pub taken_at: Option<String>,
    /// What that dump holds.
    pub manifest: Manifest,
    /// What the dump cannot hold, as the source had it; `None` where nobody could ask.
    pub catalogue: Option<Catalogue>,
}

/// The dump that a manifest was taken of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DumpStated {
    /// Of the file; of a directory, of its files' names and digests.
    pub sha256: Sha256,
    /// Of the file; of a directory, of all its files together.
    pub bytes: u64,
    /// For example `plain` or `custom`.
    pub format: String,
    /// As the dump says; empty where it does not.
    pub server_version: String,
    /// As the dump says; empty where it does not.
    pub pg_dump_version: String,
}

/// Why there is no manifest to be had from a file.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be opened or read.
    #[error("cannot read the manifest {}: give the manifest.json of a run", path.display())]
    Open {
        /// As the caller gave it.
        path: PathBuf,
        /// The operating system's own error.
        #[source]
        source: io::Error,
    },
    /// The file is not JSON, or its `schema` is no text.
    #[error("{} is not a manifest: give the manifest.json of a run", path.display())]
    NotJson {
        /// As the caller gave it.
        path: PathBuf,
        /// Where the parser stopped, and why.
        #[source]
        source: serde_json::Error,
    },
    /// The JSON names no schema, so that it may be any file.
    #[error("{} is not a manifest: it says no schema; give the manifest.json of a run", path.display())]
    NoSchema {
        /// As the caller gave it.
        path: PathBuf,
    },
    /// The JSON is a manifest of another version, or another document.
    #[error(
        "{} has the schema `{schema}`, and this version of vhost reads `{SCHEMA}`: take the manifest anew",
        path.display()
    )]
    OtherSchema {
        /// As the caller gave it.
        path: PathBuf,
        /// What the file says, without control characters and at most 64 letters of it, because it is shown.
        schema: String,
    },
    /// The schema is the right one; a field is missing, unknown or malformed, or the file breaks off.
    #[error("{} says it is a `{SCHEMA}` and is not a whole one: take the manifest anew", path.display())]
    Malformed {
        /// As the caller gave it.
        path: PathBuf,
        /// Where the parser stopped, and why.
        #[source]
        source: serde_json::Error,
    },
}

/// The manifest could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the manifest")]
pub struct WriteError(#[source] io::Error);

/// The fields in the order of the file. What is written borrows, what is read owns.
#[derive(Serialize)]
struct Writing<'d> {
    schema: &'static str,
    dump: &'d DumpStated,
    taken_at: Option<&'d str>,
    form: &'d Form,
    objects: &'d [Object],
    relations: &'d [Relation],
    sequences: &'d [Sequence],
    large_objects: &'d [LargeObject],
    catalogue: Option<&'d Catalogue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reading {
    #[serde(rename = "schema")]
    _schema: String,
    dump: DumpStated,
    taken_at: Option<String>,
    form: Form,
    #[serde(deserialize_with = "objects::interned")]
    objects: Vec<Object>,
    relations: Vec<Relation>,
    sequences: Vec<Sequence>,
    large_objects: Vec<LargeObject>,
    catalogue: Option<Catalogue>,
}

/// What is looked at first, so that a file of another version is called that.
#[derive(Deserialize)]
struct Head {
    schema: Option<String>,
}

impl Document {
    /// Writes the document as JSON, piece by piece, with a line feed at its end.
    ///
    /// # Errors
    /// What `to` says.
    pub fn write(&self, to: impl Write) -> Result<(), WriteError> {
        let mut to = BufWriter::with_capacity(64 * 1024, to);
        let writing = Writing {
            schema: SCHEMA,
            dump: &self.dump,
            taken_at: self.taken_at.as_deref(),
            form: &self.manifest.form,
            objects: &self.manifest.objects,
            relations: &self.manifest.relations,
            sequences: &self.manifest.sequences,
            large_objects: &self.manifest.large_objects,
            catalogue: self.catalogue.as_ref(),
        };
        serde_json::to_writer(&mut to, &writing).map_err(|e| WriteError(e.into()))?;
        to.write_all(b"\n").map_err(WriteError)?;
        to.flush().map_err(WriteError)
    }

    /// Reads a document from a file.
    ///
    /// # Errors
    /// A file that cannot be read, is no manifest, is one of another version, or is not whole.
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        let path = || path.to_owned();
        let opening = |source| ReadError::Open {
            path: path(),
            source,
        };
        let mut file = File::open(path()).map_err(opening)?;
        let head: Head = serde_json::from_reader(BufReader::new(&file)).map_err(|source| {
            match source.io_error_kind() {
                Some(_) => opening(source.into()),
                None => ReadError::NotJson {
                    path: path(),
                    source,
                },
            }
        })?;
        match head.schema {
            Some(schema) if schema == SCHEMA => {}
            Some(schema) => {
                return Err(ReadError::OtherSchema {
                    path: path(),
                    schema: schema
                        .chars()
                        .filter(|c| !c.is_control())
                        .take(64)
                        .collect(),
                });
            }
            None => return Err(ReadError::NoSchema { path: path() }),
        }
        file.rewind().map_err(opening)?;
        let reading: Reading = serde_json::from_reader(BufReader::new(file)).map_err(|source| {
            ReadError::Malformed {
                path: path(),
                source,
            }
        })?;
        Ok(Self {
            dump: reading.dump,
            taken_at: reading.taken_at,
            manifest: Manifest {
                form: reading.form,
                objects: reading.objects,
                relations: reading.relations,
                sequences: reading.sequences,
                large_objects: reading.large_objects,
            },
            catalogue: reading.catalogue,
        })
    }
}

#[cfg(test)]
mod tests;
