//! What is wrong with a given dump.

use std::error::Error;
use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::Path;

use crate::facts::Format;

/// A fault of a given dump, with the name of its file: never its path, because these texts reach the report.
#[derive(Debug)]
pub struct SuppliedError {
    name: String,
    fault: Fault,
}

/// What is wrong; its text goes on after the dump's name.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It cannot be opened, read, or, as with a pipe, read from the start again.
    #[error("cannot be read")]
    Read {
        /// The operating system's own error.
        #[source]
        cause: io::Error,
    },
    /// It is a pipe, a device or a socket.
    #[error(
        "is neither a file nor a directory: a drill reads a dump twice, so write it into a file and give that"
    )]
    NeitherFileNorDirectory,
    /// It has no bytes.
    #[error("is empty: take it again, or give another copy of it")]
    Empty,
    /// It is recognised as something that is not read here, such as a zip file or pg_dumpall's dump of a cluster.
    #[error("is {what}: {remedy}")]
    Unsupported {
        /// What it is, to stand behind `is`.
        what: &'static str,
        /// What to do about it, for example `unpack it first`.
        remedy: &'static str,
    },
    /// It is not recognised, or is a script whose header names no versions.
    #[error(
        "is no dump of one database: it has neither pg_dump's header comment nor an archive's signature"
    )]
    Unknown,
    /// Something else than comments stands in front of pg_dump's heading.
    #[error(
        "has words in line {words}, in front of pg_dump's heading in line {line}, which psql would take for SQL: give the dump as pg_dump wrote it"
    )]
    WordsInFront {
        /// Their line, from 1.
        words: usize,
        /// The heading's line, from 1.
        line: usize,
    },
    /// It claims to be an archive, and its header is not as pg_dump writes it.
    #[error(
        "has an archive's signature and a header that cannot be read: it is damaged, or older than PostgreSQL 8.0"
    )]
    BadHeader,
    /// It ends too early.
    #[error(
        "is truncated: {missing} is missing at its end; take it again, or give another copy of it"
    )]
    Truncated {
        /// Which part is not there, for example `the rest of the compressed data`.
        missing: String,
    },
    /// Its parts contradict each other, or are not as pg_dump writes them.
    #[error("is damaged: {what}; take it again, or give another copy of it")]
    Damaged {
        /// Which part, and how, to stand behind `is damaged:`.
        what: String,
    },
    /// A script's compressed data is not valid.
    #[error("is damaged: it cannot be decompressed; take it again, or give another copy of it")]
    Corrupt {
        /// The decompressor's own error.
        #[source]
        cause: io::Error,
    },
    /// It is a plain dump that must not be given to psql.
    #[error("{what}")]
    Refused {
        /// Why, as in [`Inspection::refusal`](super::Inspection::refusal).
        what: String,
    },
    /// It is a directory that holds a link, a directory or a device. A link could lead out of what was given.
    #[error("holds {name:?}, which is not a plain file: an archive has plain files only")]
    NotPlain {
        /// Within the directory.
        name: OsString,
    },
    /// Writing the copy failed, which says nothing of the dump.
    #[error("cannot be copied: its private copy cannot be written")]
    Copy {
        /// The operating system's own error.
        #[source]
        cause: io::Error,
    },
    /// Nothing was read, which says nothing of the dump.
    #[error("cannot be read: no thread to read it could be started")]
    Thread {
        /// The operating system's own error.
        #[source]
        cause: io::Error,
    },
    /// A plain dump's text was asked for.
    #[error("is a {} archive and not a stream: copy it and give the copy to pg_restore", .format.name())]
    NotAStream {
        /// What the dump is instead.
        format: Format,
    },
    /// A table of contents was asked for.
    #[error("is a {} dump and no archive: it has no table of contents", .format.name())]
    NotAnArchive {
        /// What the dump is instead.
        format: Format,
    },
}

impl SuppliedError {
    pub(super) fn of(path: &Path) -> impl FnOnce(Fault) -> Self {
        let name = name(path);
        |fault| Self { name, fault }
    }

    /// What is wrong, without the dump's name.
    pub fn fault(&self) -> &Fault {
        &self.fault
    }

    /// Whether the dump itself is at fault, and not the looking at it.
    pub fn is_defect(&self) -> bool {
        match self.fault {
            Fault::Empty
            | Fault::Unknown
            | Fault::WordsInFront { .. }
            | Fault::BadHeader
            | Fault::Truncated { .. }
            | Fault::Damaged { .. }
            | Fault::Corrupt { .. }
            | Fault::Refused { .. } => true,
            Fault::Read { .. }
            | Fault::NeitherFileNorDirectory
            | Fault::Unsupported { .. }
            | Fault::NotPlain { .. }
            | Fault::Copy { .. }
            | Fault::Thread { .. }
            | Fault::NotAStream { .. }
            | Fault::NotAnArchive { .. } => false,
        }
    }
}

/// The last part of a path, in one line: what no line can hold stands in it as an escape.
pub(super) fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

impl fmt::Display for SuppliedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the given dump {:?} ", self.name)?;
        // A damaged table of contents can have a line feed in any name, and the text is one line.
        for letter in self.fault.to_string().chars() {
            match letter.is_control() {
                true => write!(f, "{}", letter.escape_default())?,
                false => write!(f, "{letter}")?,
            }
        }
        Ok(())
    }
}

impl Error for SuppliedError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.fault.source()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_out_of_a_damaged_archive_begins_no_line() {
        let what = "toc\n.t is missing".to_owned();
        let error = SuppliedError::of(Path::new("/a/night.dump"))(Fault::Damaged { what });
        let text = error.to_string();
        assert!(text.contains("toc\\n.t is missing"), "{text}");
        assert!(!text.contains('\n'), "{text}");
    }
}
