//! The operating system user that a sandbox runs as.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;

use super::SandboxError;

/// systemd's DynamicUser range: set aside for users that exist only while a service runs (systemd.exec(5)).
const FIRST: u32 = 61184;
const LAST: u32 = 65519;

/// A user without privileges, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum User {
    /// vhost's own user, because vhost is not root and can be nobody else.
    Own { uid: u32, gid: u32 },
    /// A number that no account and no process on this machine has.
    Unshared { uid: u32 },
}

impl User {
    /// Chooses the user for one sandbox; `random` only spreads concurrent drills over the range.
    pub(super) fn choose(random: u32) -> Result<User, SandboxError> {
        let uid = rustix::process::geteuid().as_raw();
        if uid != 0 {
            let gid = rustix::process::getegid().as_raw();
            return Ok(User::Own { uid, gid });
        }
        let used = used().map_err(|source| SandboxError::Look {
            what: "the users of this machine in /etc/passwd and /proc".to_owned(),
            source,
        })?;
        let span = LAST - FIRST + 1;
        (0..span)
            .map(|step| FIRST + (random % span + step) % span)
            .find(|uid| !used.contains(uid))
            .map(|uid| User::Unshared { uid })
            .ok_or(SandboxError::NoUnusedUser {
                first: FIRST,
                last: LAST,
            })
    }

    pub(super) fn uid(self) -> u32 {
        match self {
            User::Own { uid, .. } | User::Unshared { uid } => uid,
        }
    }

    pub(super) fn gid(self) -> u32 {
        match self {
            User::Own { gid, .. } => gid,
            User::Unshared { uid } => uid,
        }
    }
}

fn used() -> io::Result<Vec<u32>> {
    let accounts = fs::read_to_string("/etc/passwd")?;
    let mut used: Vec<u32> = accounts
        .lines()
        .filter_map(|line| line.split(':').nth(2)?.parse().ok())
        .collect();
    for entry in fs::read_dir("/proc")? {
        let entry = entry?;
        let is_process = entry
            .file_name()
            .to_str()
            .is_some_and(|name| name.bytes().all(|b| b.is_ascii_digit()));
        if is_process {
            // A process may end between the two calls; then it uses nothing.
            if let Ok(meta) = entry.metadata() {
                used.push(meta.uid());
            }
        }
    }
    Ok(used)
}
