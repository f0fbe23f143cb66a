//! What a drill is about to make, on disk before it is made.
//!
//! A drill that is killed outright cannot tear down. Its journal says by exact name what it may have left, so that
//! [`clean`](super::clean::clean) removes that and nothing else.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use crate::plan::name::RunId;

/// Why a journal could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("cannot create the journal {path}")]
    Create {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("cannot write to the journal {path}")]
    Write {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("cannot read the journal {path}")]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error(
        "line {line} of the journal {path} is not a record: remove by hand what the lines above it name"
    )]
    NotARecord {
        path: PathBuf,
        line: usize,
        #[source]
        source: serde_json::Error,
    },
    #[error("the journal {path} does not begin with a run's id: it is not a vhost journal")]
    NoRun { path: PathBuf },
}

/// One line of a journal, as JSON. Intentions come before the deed, identities right after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "record")]
pub enum Record {
    /// The first line: whose journal this is.
    Run {
        run: RunId,
    },
    Directory {
        path: PathBuf,
    },
    DirectoryMade {
        path: PathBuf,
        device: u64,
        inode: u64,
    },
    /// `engine` is the Docker host, for example `unix:///var/run/docker.sock`.
    Container {
        engine: String,
        name: String,
    },
    ContainerMade {
        name: String,
        id: String,
    },
    Volume {
        engine: String,
        name: String,
    },
    /// A process that waits for its line to be on disk before it does anything.
    Process {
        pid: i32,
        /// Field 22 of `/proc/<pid>/stat`: with the pid it names one process between two starts of the machine.
        started: u64,
        uid: u32,
    },
    /// Nothing of this drill is left under the name.
    Settled {
        kind: String,
        name: String,
    },
}

impl Record {
    pub(super) fn settled(kind: &str, name: impl ToString) -> Record {
        Record::Settled {
            kind: kind.to_owned(),
            name: name.to_string(),
        }
    }
}

/// A journal that is being written, and locked for as long as its drill lives.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// Creates the journal of `run`, which must not exist, readable by its owner alone, and takes its lock.
    pub fn create(path: &Path, run: &RunId) -> Result<Journal, JournalError> {
        let failed = |source: io::Error| JournalError::Create {
            path: path.to_owned(),
            source,
        };
        let file = OpenOptions::new()
            .append(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(failed)?;
        flock(&file, FlockOperation::NonBlockingLockExclusive).map_err(|e| failed(e.into()))?;
        let journal = Journal {
            path: path.to_owned(),
            file,
        };
        journal.write(&Record::Run { run: run.clone() })?;
        // The file's name must survive a crash as well as its content.
        let parent = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        File::open(parent)
            .and_then(|dir| dir.sync_all())
            .map_err(failed)?;
        Ok(journal)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends one record, and returns when it is on disk.
    pub(super) fn write(&self, record: &Record) -> Result<(), JournalError> {
        append(&self.file, &self.path, record)
    }
}

/// What a journal of a drill that is over says.
#[derive(Debug)]
pub(super) struct Left {
    pub(super) run: RunId,
    /// What was made or about to be made and is not settled, in the order of making.
    pub(super) records: Vec<Record>,
    /// Holds the lock while the rest is removed, so that two cleaners do not meet.
    file: File,
    path: PathBuf,
}

/// Whether the drill of a journal lives.
#[derive(Debug)]
pub(super) enum Opened {
    Live,
    Over(Left),
}

impl Left {
    /// Reads the journal at `path`, unless its drill still holds the lock.
    pub(super) fn open(path: &Path) -> Result<Opened, JournalError> {
        let failed = |source: io::Error| JournalError::Read {
            path: path.to_owned(),
            source,
        };
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .open(path)
            .map_err(failed)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => return Ok(Opened::Live),
            Err(e) => return Err(failed(e.into())),
        }
        let text = io::read_to_string(&file).map_err(failed)?;
        let mut records = Vec::new();
        // A last line without its end was being written when the drill died: what it announces was never made.
        for (at, line) in text.split_inclusive('\n').enumerate() {
            let Some(line) = line.strip_suffix('\n') else {
                break;
            };
            records.push(serde_json::from_str(line).map_err(|source| {
                JournalError::NotARecord {
                    path: path.to_owned(),
                    line: at + 1,
                    source,
                }
            })?);
        }
        let mut records = records.into_iter();
        let Some(Record::Run { run }) = records.next() else {
            return Err(JournalError::NoRun {
                path: path.to_owned(),
            });
        };
        Ok(Opened::Over(Left {
            run,
            records: unsettled(records),
            file,
            path: path.to_owned(),
        }))
    }

    /// Notes that something is gone, so that the next cleaning does not look for it.
    pub(super) fn settle(&self, kind: &str, name: &str) -> Result<(), JournalError> {
        append(&self.file, &self.path, &Record::settled(kind, name))
    }
}

fn append(mut file: &File, path: &Path, record: &Record) -> Result<(), JournalError> {
    let failed = |source| JournalError::Write {
        path: path.to_owned(),
        source,
    };
    let mut line = serde_json::to_vec(record).map_err(|e| failed(e.into()))?;
    line.push(b'\n');
    file.write_all(&line).map_err(failed)?;
    file.sync_data().map_err(failed)
}

fn unsettled(records: impl Iterator<Item = Record>) -> Vec<Record> {
    let mut left: Vec<Record> = Vec::new();
    for record in records {
        match &record {
            Record::Settled { kind, name } => {
                left.retain(|r| subject(r).as_ref() != Some(&(kind.clone(), name.clone())));
            }
            _ => left.push(record),
        }
    }
    left
}

fn subject(record: &Record) -> Option<(String, String)> {
    let (kind, name) = match record {
        Record::Directory { path } | Record::DirectoryMade { path, .. } => {
            ("directory", path.display().to_string())
        }
        Record::Container { name, .. } | Record::ContainerMade { name, .. } => {
            ("container", name.clone())
        }
        Record::Volume { name, .. } => ("volume", name.clone()),
        Record::Process { pid, .. } => ("process", pid.to_string()),
        Record::Run { .. } | Record::Settled { .. } => return None,
    };
    Some((kind.to_owned(), name))
}
