//! The source's password, which has no way out.

mod passfile;
mod sweep;

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{MemfdFlags, Mode};
use zeroize::Zeroizing;

/// libpq reads no longer password from a passfile reliably, and no server needs one.
const LONGEST: usize = 8192;

/// A password on its way to the connection and to pg_dump, and nowhere else.
///
/// It cannot be shown, copied or serialized, and its memory is overwritten when it is dropped. What the
/// connection's library and the kernel hold while they authenticate is theirs.
pub struct Secret {
    bytes: Zeroizing<Vec<u8>>,
}

/// Why there is no secret. No variant holds any part of it.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("secret file {} cannot be read", .path.display())]
    Read {
        path: PathBuf,
        #[source]
        cause: io::Error,
    },
    #[error("the secret cannot be read from standard input")]
    Input {
        #[source]
        cause: io::Error,
    },
    #[error(
        "secret file {} is open to its group or to everybody (mode {mode:04o}): run `chmod 0600 {}`", .path.display(), .path.display()
    )]
    Loose { path: PathBuf, mode: u32 },
    #[error("{} is not a plain file: a password file must be one", .path.display())]
    NotPlain { path: PathBuf },
    #[error("the secret of {origin} is empty: write the password there, or name no secret at all")]
    Empty { origin: String },
    #[error("the secret of {origin} is longer than {LONGEST} bytes: is it the right file?")]
    TooLong { origin: String },
    #[error(
        "the secret of {origin} holds a line break or a NUL byte, which pg_dump cannot be given: write the password alone, on one line"
    )]
    SeveralLines { origin: String },
    #[error("no anonymous file for pg_dump's password could be made")]
    Hand {
        #[source]
        cause: io::Error,
    },
}

impl Secret {
    /// Reads a file that only its owner may read; one line break at its end is not part of the secret.
    pub fn from_file(path: &Path) -> Result<Self, SecretError> {
        let read = |cause| SecretError::Read {
            path: path.to_owned(),
            cause,
        };
        let file = File::open(path).map_err(read)?;
        refuse_loose(&file, path)?;
        let bytes = read_bounded(file).map_err(read)?;
        Self::new(bytes, path.display().to_string())
    }

    /// Takes the value of the environment variable `name`.
    ///
    /// It stays in vhost's own environment, where whoever started vhost put it; no child inherits that.
    pub fn from_variable(name: &str, value: String) -> Result<Self, SecretError> {
        // The string's own memory becomes the secret's, so no copy stays behind.
        let bytes = Zeroizing::new(value.into_bytes());
        Self::new(bytes, format!("environment variable {name}"))
    }

    /// Reads standard input to its end; one line break at its end is not part of the secret.
    pub fn from_input(input: impl Read) -> Result<Self, SecretError> {
        let bytes = read_bounded(input).map_err(|cause| SecretError::Input { cause })?;
        Self::new(bytes, "standard input".to_owned())
    }

    fn new(mut bytes: Zeroizing<Vec<u8>>, origin: String) -> Result<Self, SecretError> {
        if bytes.len() > LONGEST {
            return Err(SecretError::TooLong { origin });
        }
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
            if bytes.last() == Some(&b'\r') {
                bytes.pop();
            }
        }
        if bytes.is_empty() {
            return Err(SecretError::Empty { origin });
        }
        if bytes.iter().any(|b| matches!(b, b'\n' | b'\r' | 0)) {
            return Err(SecretError::SeveralLines { origin });
        }
        Ok(Self { bytes })
    }

    /// For the connection's start-up alone.
    pub(in crate::source) fn for_connection(&self) -> &[u8] {
        &self.bytes
    }
}

/// A libpq password file that has no name and never touches a disk.
///
/// It is meant to be a child's standard input, where the child finds it as `/proc/self/fd/0`: every other
/// descriptor would have to be made inheritable, and then every child that starts meanwhile would inherit it.
/// libpq takes it because a memfd is a plain file of mode 0600. Without a secret it is empty, so that libpq
/// looks for no other password either.
pub(in crate::source) fn anonymous_passfile(secret: Option<&Secret>) -> Result<File, SecretError> {
    let hand = |cause| SecretError::Hand { cause };
    let descriptor = rustix::fs::memfd_create("passfile", MemfdFlags::CLOEXEC)
        .map_err(|errno| hand(errno.into()))?;
    rustix::fs::fchmod(&descriptor, Mode::RUSR | Mode::WUSR).map_err(|errno| hand(errno.into()))?;
    let mut file = File::from(descriptor);
    file.write_all(&passfile_line(secret)).map_err(hand)?;
    file.seek(SeekFrom::Start(0)).map_err(hand)?;
    Ok(file)
}

/// The one line of a libpq password file, for every server there is; empty without a secret.
pub(in crate::source) fn passfile_line(secret: Option<&Secret>) -> Zeroizing<Vec<u8>> {
    let Some(secret) = secret else {
        return Zeroizing::new(vec![b'\n']);
    };
    // Room for every byte to be escaped, because memory that grows leaves an unwiped copy behind.
    let mut line = Zeroizing::new(Vec::with_capacity(2 * secret.bytes.len() + 9));
    line.extend_from_slice(b"*:*:*:*:");
    for &byte in secret.bytes.iter() {
        if matches!(byte, b':' | b'\\') {
            line.push(b'\\');
        }
        line.push(byte);
    }
    line.push(b'\n');
    line
}

/// Looks at the open file, so that it cannot be exchanged between the look and the reading.
fn refuse_loose(file: &File, path: &Path) -> Result<(), SecretError> {
    let mode = file
        .metadata()
        .map_err(|cause| SecretError::Read {
            path: path.to_owned(),
            cause,
        })?
        .mode()
        & 0o7777;
    if mode & 0o077 != 0 {
        return Err(SecretError::Loose {
            path: path.to_owned(),
            mode,
        });
    }
    Ok(())
}

/// Reads a secret, with room for a line break and for one byte more that shows that it is too long.
fn read_bounded(input: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    read_bounded_to(input, LONGEST + 3)
}

/// Reads into memory that never grows, because growing would leave an unwiped copy behind.
fn read_bounded_to(mut input: impl Read, most: usize) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(vec![0; most]);
    let mut filled = 0;
    while filled < bytes.len() {
        match input.read(&mut bytes[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}

#[cfg(test)]
mod tests;
