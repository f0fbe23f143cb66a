//! libpq's password file (PostgreSQL manual, "The Password File").

use std::fs::File;
use std::io;
use std::path::Path;

use zeroize::Zeroizing;

use super::{Secret, SecretError, read_bounded_to, refuse_loose};
use crate::source::conninfo::{HostName, Target};

/// More entries than any password file holds.
const LARGEST_FILE: usize = 1 << 20;

impl Secret {
    /// Looks the target up in its password file; `None` where no entry fits or the file does not exist.
    ///
    /// Where the target has several hosts, the first host that has an entry decides: the hosts of one cluster
    /// share their roles, and so their passwords.
    pub fn from_passfile(target: &Target) -> Result<Option<Self>, SecretError> {
        let Some(path) = target.passfile.as_deref() else {
            return Ok(None);
        };
        let Some(text) = read(path)? else {
            return Ok(None);
        };
        for host in &target.hosts {
            let name = match &host.name {
                HostName::Tcp(name) => name.as_str(),
                // The directories that libpq is built with go by the name of localhost.
                HostName::Unix(dir)
                    if dir == Path::new("/var/run/postgresql") || dir == Path::new("/tmp") =>
                {
                    "localhost"
                }
                HostName::Unix(dir) => dir.to_str().unwrap_or("localhost"),
            };
            let port = host.port.to_string();
            let wanted = [name, &port, &target.database, &target.user];
            if let Some(password) = text
                .split(|b| *b == b'\n')
                .find_map(|line| matching(line, &wanted))
            {
                return Self::new(password, path.display().to_string()).map(Some);
            }
        }
        Ok(None)
    }
}

fn read(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, SecretError> {
    let unreadable = |cause| SecretError::Read {
        path: path.to_owned(),
        cause,
    };
    // Looked at before it is opened, because opening a named pipe would wait for its writer.
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) => {
            return Err(SecretError::NotPlain {
                path: path.to_owned(),
            });
        }
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(unreadable(cause)),
    }
    let file = File::open(path).map_err(unreadable)?;
    refuse_loose(&file, path)?;
    let text = read_bounded_to(file, LARGEST_FILE).map_err(unreadable)?;
    Ok(Some(text))
}

/// The password of a line `host:port:database:user:password` whose fields fit.
fn matching(line: &[u8], wanted: &[&str; 4]) -> Option<Zeroizing<Vec<u8>>> {
    if line.first() == Some(&b'#') {
        return None;
    }
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let mut rest = line;
    for wanted in wanted {
        let (field, after) = field(rest);
        if after.is_none()
            || (rest.first_chunk() != Some(b"*:") && field.as_slice() != wanted.as_bytes())
        {
            return None;
        }
        rest = after?;
    }
    let (password, _) = field(rest);
    (!password.is_empty()).then_some(password)
}

/// One field without its escapes, and what follows its colon.
fn field(text: &[u8]) -> (Zeroizing<Vec<u8>>, Option<&[u8]>) {
    let mut value = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut i = 0;
    while i < text.len() {
        match text[i] {
            b':' => return (value, Some(&text[i + 1..])),
            b'\\' if i + 1 < text.len() => {
                value.push(text[i + 1]);
                i += 2;
            }
            byte => {
                value.push(byte);
                i += 1;
            }
        }
    }
    (value, None)
}
