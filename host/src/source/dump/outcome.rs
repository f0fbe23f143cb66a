//! What became of a dump that did not come off, by name.

use std::io;
use std::path::PathBuf;

use crate::sandbox::SandboxError;
use crate::source::secret::SecretError;

/// Why there is no dump. No variant holds what pg_dump quoted of the data.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    #[error("pg_dump cannot be given the password")]
    Passfile {
        #[source]
        cause: SecretError,
    },
    #[error("no pipe or thread for pg_dump's output could be made")]
    Pipe {
        #[source]
        cause: io::Error,
    },
    #[error("the dump's file cannot be created in the run's directory")]
    Create {
        #[source]
        cause: io::Error,
    },
    #[error("{} cannot be started", .program.display())]
    Start {
        program: PathBuf,
        #[source]
        cause: io::Error,
    },
    #[error("pg_dump cannot be run to its end in the sandbox's image")]
    Image {
        #[source]
        cause: SandboxError,
    },
    #[error("pg_dump's output cannot be read")]
    Read {
        #[source]
        cause: io::Error,
    },
    #[error("pg_dump's end cannot be waited for")]
    Wait {
        #[source]
        cause: io::Error,
    },
    #[error(
        "disk full: the run's directory took {written} bytes of the dump and no more: free some space, or choose another directory"
    )]
    DiskFull {
        written: u64,
        #[source]
        cause: io::Error,
    },
    #[error("the dump's file cannot be written after {written} bytes")]
    Write {
        written: u64,
        #[source]
        cause: io::Error,
    },
    #[error("pg_dump was killed by signal {signal}")]
    Killed { signal: i32 },
    #[error("the dump was stopped")]
    Stopped,
    #[error("the snapshot is gone: the source ended the session that held it, or restarted")]
    SnapshotGone,
    #[error("the source ended pg_dump's session: was it restarted?")]
    SourceLost,
    #[error("row security hides rows from the role, so pg_dump refused: give the role BYPASSRLS")]
    RowSecurity,
    #[error("pg_dump failed (exit status {status}): {message}")]
    Failed { status: i32, message: String },
    #[error(
        "truncated: pg_dump ended well, but after {bytes} bytes the dump lacks pg_dump's closing comment"
    )]
    Truncated { bytes: u64 },
    #[error("what pg_dump wrote {what}")]
    Foreign { what: String },
    #[error("what pg_dump wrote does not start as a dump")]
    NoHeader,
    #[error("the dump was interrupted inside vhost")]
    Interrupted,
}

/// How pg_dump ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    Code(i32),
    Signal(i32),
}

pub(super) fn of_write(cause: io::Error, written: u64) -> DumpError {
    match cause.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            DumpError::DiskFull { written, cause }
        }
        _ => DumpError::Write { written, cause },
    }
}

/// Names what pg_dump's exit status and complaints mean.
///
/// The server's text can quote rows. Of the complaints only the first that pg_dump itself made is passed on: what
/// it heard from the server follows in lines of its own. The words looked for are the server's, which may speak
/// another language; then the first complaint says the same in pg_dump's English.
pub(super) fn of_exit(exit: Exit, words: &[u8]) -> Result<(), DumpError> {
    let status = match exit {
        Exit::Code(0) => return Ok(()),
        Exit::Code(status) => status,
        Exit::Signal(signal) => return Err(DumpError::Killed { signal }),
    };
    let words = String::from_utf8_lossy(words);
    let says = |part: &str| words.contains(part);
    if says("invalid snapshot identifier")
        || says("could not import the requested snapshot")
        || (says("snapshot \"") && says("does not exist"))
    {
        return Err(DumpError::SnapshotGone);
    }
    if says("server closed the connection unexpectedly")
        || says("terminating connection due to")
        || says("the database system is shutting down")
    {
        return Err(DumpError::SourceLost);
    }
    if says("affected by row-level security policy") {
        return Err(DumpError::RowSecurity);
    }
    let message = words
        .lines()
        .find_map(|line| line.strip_prefix("pg_dump: error: "))
        .unwrap_or("it gave no reason that can be shown");
    Err(DumpError::Failed {
        status,
        message: message.chars().take(500).collect(),
    })
}
