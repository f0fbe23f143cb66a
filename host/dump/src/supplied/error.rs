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
    #[error("cannot be read")]
    Read {
        #[source]
        cause: io::Error,
    },
    #[error("is empty: take it again, or give another copy of it")]
    Empty,
    #[error("is {what}: {remedy}")]
    Unsupported {
        what: &'static str,
        remedy: &'static str,
    },
    #[error(
        "is no dump of one database: it has neither pg_dump's header comment nor an archive's signature"
    )]
    Unknown,
    #[error(
        "has an archive's signature and a header that cannot be read: it is damaged, or older than PostgreSQL 8.0"
    )]
    BadHeader,
    #[error(
        "is truncated: {missing} is missing at its end; take it again, or give another copy of it"
    )]
    Truncated { missing: String },
    #[error("is damaged: {what}; take it again, or give another copy of it")]
    Damaged { what: String },
    #[error("is damaged: it cannot be decompressed; take it again, or give another copy of it")]
    Corrupt {
        #[source]
        cause: io::Error,
    },
    #[error("{what}")]
    Refused { what: String },
    #[error("holds {name:?}, which is not a plain file: an archive has plain files only")]
    NotPlain { name: OsString },
    #[error("cannot be copied: its private copy cannot be written")]
    Copy {
        #[source]
        cause: io::Error,
    },
    #[error("cannot be read: no thread to read it could be started")]
    Thread {
        #[source]
        cause: io::Error,
    },
    #[error("is a {format:?} archive and not a stream: copy it and give the copy to pg_restore")]
    NotAStream { format: Format },
    #[error("is a {} dump and no archive: it has no table of contents", .format.name())]
    NotAnArchive { format: Format },
}

impl SuppliedError {
    pub(super) fn of(path: &Path) -> impl FnOnce(Fault) -> Self {
        let name = name(path);
        |fault| Self { name, fault }
    }

    pub fn fault(&self) -> &Fault {
        &self.fault
    }

    /// Whether the dump itself is at fault, and not the looking at it.
    pub fn is_defect(&self) -> bool {
        match self.fault {
            Fault::Empty
            | Fault::Unknown
            | Fault::BadHeader
            | Fault::Truncated { .. }
            | Fault::Damaged { .. }
            | Fault::Corrupt { .. }
            | Fault::Refused { .. } => true,
            Fault::Read { .. }
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
