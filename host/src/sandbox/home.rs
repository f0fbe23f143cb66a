//! The one directory that a sandbox has on the host.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use super::journal::{Journal, Record};
use super::server;
use super::user::User;
use super::{Removal, Removed, SandboxError, Spec};

/// `sockaddr_un.sun_path` holds 108 bytes with its final NUL (unix(7)).
const LONGEST_SOCKET_PATH: usize = 107;
const SOCKET: &str = ".s.PGSQL.5432";
const SERVER_LOG: &str = "server.csv";
/// Names the run that made the directory, so that nothing else is ever removed in its place.
const MARKER: &str = ".vhost-run";

/// A directory that only the sandbox's user and root can enter.
///
/// ```text
/// .vhost-run   the run's id
/// start.log    what the launcher, initdb and the server said before logging began (in log/ for a container)
/// etc/         read-only inside: passwd, group and the server's configuration
/// data/        the cluster, unless it lives in memory
/// run/         the server's Unix socket
/// log/         the server's log
/// dump/        read-only inside: archives that the host puts there
/// root/        empty: where a launcher without bubblewrap builds the sandbox's root
/// door/        not seen inside: the host's own links to the socket and the log
/// ```
#[derive(Clone, Debug)]
pub(super) struct Home {
    path: PathBuf,
}

impl Home {
    /// Where the sandbox's directory will be, before it is made.
    pub(super) fn at(spec: &Spec) -> Result<Home, SandboxError> {
        let home = Home {
            path: spec.base.join(spec.name.as_str()),
        };
        // `door` is as long as the longest of the two directories that hold the socket.
        let socket = home.door().join(SOCKET);
        if socket.as_os_str().len() > LONGEST_SOCKET_PATH {
            return Err(SandboxError::SocketPathTooLong {
                path: socket,
                limit: LONGEST_SOCKET_PATH,
            });
        }
        Ok(home)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn etc(&self) -> PathBuf {
        self.path.join("etc")
    }

    pub(super) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    pub(super) fn run(&self) -> PathBuf {
        self.path.join("run")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.path.join("log")
    }

    pub(super) fn dump(&self) -> PathBuf {
        self.path.join("dump")
    }

    pub(super) fn root(&self) -> PathBuf {
        self.path.join("root")
    }

    pub(super) fn door(&self) -> PathBuf {
        self.path.join("door")
    }

    /// Links the socket and the log to where nothing inside can reach them.
    ///
    /// A hostile dump runs as the owner of `run/` and `log/`. It could put a symbolic link there that leads the host to
    /// production's socket, or to a file that only the host may read. A hard link made before the first byte of the dump
    /// is restored keeps meaning the server that this drill started.
    pub(super) fn open_door(&self) -> Result<(), SandboxError> {
        for (from, name) in [
            (self.socket(), SOCKET),
            (self.log().join(SERVER_LOG), SERVER_LOG),
        ] {
            let to = self.door().join(name);
            fs::hard_link(&from, &to)
                .map_err(|source| SandboxError::Directory { path: to, source })?;
        }
        Ok(())
    }

    pub(super) fn start_log(&self) -> PathBuf {
        self.path.join("start.log")
    }

    pub(super) fn socket(&self) -> PathBuf {
        self.run().join(SOCKET)
    }

    /// Takes the directory's name, journaled before. A directory that exists is a stranger's and refused.
    pub(super) fn claim(&self, journal: &Journal) -> Result<(), SandboxError> {
        journal.write(&Record::Directory {
            path: self.path.clone(),
        })?;
        match DirBuilder::new().mode(0o700).create(&self.path) {
            Ok(()) => Ok(()),
            Err(source) => {
                journal.write(&Record::settled("directory", self.path.display()))?;
                Err(match source.kind() {
                    io::ErrorKind::AlreadyExists => SandboxError::NameTaken {
                        kind: "directory",
                        name: self.path.display().to_string(),
                    },
                    _ => self.failed(source),
                })
            }
        }
    }

    /// Fills the directory that was claimed, and journals which one it is.
    pub(super) fn furnish(
        &self,
        spec: &Spec,
        user: User,
        journal: &Journal,
    ) -> Result<(), SandboxError> {
        self.fill(spec, user)
            .map_err(|source| self.failed(source))?;
        let meta = fs::symlink_metadata(&self.path).map_err(|source| self.failed(source))?;
        journal.write(&Record::DirectoryMade {
            path: self.path.clone(),
            device: meta.dev(),
            inode: meta.ino(),
        })?;
        Ok(())
    }

    /// Removes the cluster's files while a container may still have them open.
    ///
    /// A container's root is unmounted when it ends, and overlayfs then writes to disk whatever its file system still has
    /// in memory (`ovl_sync_fs`): minutes of work on a large cluster that nobody will read. What stays behind here goes
    /// with the directory.
    pub(super) fn drop_data(&self) {
        drop(fs::remove_dir_all(self.data()));
    }

    /// Looks for the socket by its exact name; it goes with the directory.
    pub(super) fn socket_removal(&self) -> Removal {
        let socket = self.socket();
        let outcome = match fs::symlink_metadata(&socket) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Removed::Gone,
            Err(e) => left(
                &self.path,
                format!("nobody can tell whether it is gone: {e}"),
            ),
            Ok(_) => left(&self.path, "its directory could not be removed".to_owned()),
        };
        Removal {
            kind: "socket",
            name: socket.display().to_string(),
            outcome,
        }
    }

    fn failed(&self, source: io::Error) -> SandboxError {
        SandboxError::Directory {
            path: self.path.clone(),
            source,
        }
    }

    fn fill(&self, spec: &Spec, user: User) -> io::Result<()> {
        fs::write(self.path.join(MARKER), format!("{}\n", spec.run))?;
        // These stay vhost's own: the sandbox sees them through read-only mounts or not at all.
        for shown in [self.etc(), self.dump(), self.door()] {
            make_dir(&shown, 0o755)?;
        }
        for (name, text) in server::files(spec, user) {
            let path = self.etc().join(name);
            fs::write(&path, text)?;
            // Whatever the umask is, the sandbox's user must be able to read these; the parent keeps others out.
            fs::set_permissions(&path, Permissions::from_mode(0o644))?;
        }
        for owned in [self.data(), self.run(), self.log(), self.root()] {
            make_dir(&owned, 0o700)?;
            give(&owned, user)?;
        }
        give(&self.path, user)
    }
}

fn make_dir(path: &Path, mode: u32) -> io::Result<()> {
    DirBuilder::new().mode(mode).create(path)?;
    fs::set_permissions(path, Permissions::from_mode(mode))
}

fn give(path: &Path, user: User) -> io::Result<()> {
    match user {
        User::Own { .. } => Ok(()),
        User::Unshared { uid } => chown(path, Some(uid), Some(uid)),
    }
}

/// Which run's marker lies in a directory; `None` where there is no marker.
pub(super) fn marked_by(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path.join(MARKER)) {
        Ok(text) => Ok(Some(text.trim_end().to_owned())),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// Removes a directory that is known to be ours, and looks whether it is gone.
///
/// What ran inside may have taken its own directories' permissions away; its owner and root can give them back.
/// Links are removed, never followed.
pub(super) fn remove(path: &Path) -> Removal {
    let first = fs::remove_dir_all(path);
    let last = match first {
        Err(e) if e.kind() == io::ErrorKind::PermissionDenied => {
            reopen(path).and_then(|()| fs::remove_dir_all(path))
        }
        other => other,
    };
    let outcome = match (fs::symlink_metadata(path), last) {
        (Err(e), _) if e.kind() == io::ErrorKind::NotFound => Removed::Gone,
        (_, Err(e)) => left(path, format!("it cannot be removed: {e}")),
        (Err(e), Ok(())) => left(path, format!("nobody can tell whether it is gone: {e}")),
        (Ok(_), Ok(())) => left(path, "it is there again after its removal".to_owned()),
    };
    Removal {
        kind: "directory",
        name: path.display().to_string(),
        outcome,
    }
}

fn left(path: &Path, why: String) -> Removed {
    // An immutable or append-only file stops even root until the attribute is taken off (chattr(1)).
    let quoted = quote(path);
    Removed::LeftBehind {
        why,
        remove_with: format!("sudo sh -c 'chattr -R -f -ia \"$1\"; rm -rf -- \"$1\"' - {quoted}"),
    }
}

/// Quotes a path for a POSIX shell.
pub(super) fn quote(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

fn reopen(path: &Path) -> io::Result<()> {
    if !fs::symlink_metadata(path)?.is_dir() {
        return Ok(());
    }
    fs::set_permissions(path, Permissions::from_mode(0o700))?;
    for entry in fs::read_dir(path)? {
        reopen(&entry?.path())?;
    }
    Ok(())
}
