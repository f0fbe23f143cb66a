//! What a local sandbox sees of the file system: a short list, and nothing beside it.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::sandbox::home::Home;
use crate::sandbox::{Data, SandboxError, Spec};

/// One place that exists inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mount {
    ReadOnly {
        from: PathBuf,
        to: PathBuf,
    },
    Writable {
        from: PathBuf,
        to: PathBuf,
    },
    Memory {
        to: PathBuf,
        bytes: u64,
        mode: &'static str,
    },
    Link {
        target: PathBuf,
        at: PathBuf,
    },
}

impl Mount {
    fn same(path: impl Into<PathBuf>) -> Mount {
        let path = path.into();
        Mount::ReadOnly {
            from: path.clone(),
            to: path,
        }
    }

    pub(super) fn at(&self) -> &Path {
        match self {
            Mount::ReadOnly { to, .. } | Mount::Writable { to, .. } | Mount::Memory { to, .. } => {
                to
            }
            Mount::Link { at, .. } => at,
        }
    }
}

/// The distribution's own programs, libraries and read-only data.
///
/// Not all of /usr: /usr/local, /usr/src, /usr/sbin and the like are left out, because there a company keeps things
/// of its own. Not only what `postgres` links to either: extensions load libraries, locales, time zones, PROJ grids
/// and Perl at run time, and a narrower list would fail on some of them in the middle of a restore. What is shown is
/// what the distribution's package archive publishes.
const SYSTEM: &[&str] = &[
    "/usr/bin",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/libx32",
    "/usr/share",
];
/// Links into the above on a merged /usr, directories of their own elsewhere.
const TOP: &[&str] = &["/bin", "/lib", "/lib32", "/lib64", "/libx32"];
/// The loader's index, and the links through which Debian names libraries and tools.
const INDEX: &[&str] = &["/etc/ld.so.cache", "/etc/alternatives"];

const UTC: &str = "/usr/share/zoneinfo/UTC";

/// Finds the places that the Postgres programs in `bin_dir` need. `bin_dir` is canonical.
pub(super) fn installation(bin_dir: &Path) -> Result<Vec<Mount>, SandboxError> {
    let looked = |source: io::Error| SandboxError::Look {
        what: format!("the libraries of {}", bin_dir.join("postgres").display()),
        source,
    };
    let mut mounts: Vec<Mount> = SYSTEM
        .iter()
        .chain(INDEX)
        .filter(|path| Path::new(path).exists())
        .map(Mount::same)
        .collect();
    for top in TOP {
        match fs::read_link(top) {
            Ok(target) => mounts.push(Mount::Link {
                target,
                at: PathBuf::from(top),
            }),
            Err(_) if Path::new(top).is_dir() => mounts.push(Mount::same(top)),
            Err(_) => {}
        }
    }
    // Among the zones is a link to the machine's own, and without its end pg_timezone_names is an error. The machine's
    // is nobody's business inside.
    if Path::new(UTC).exists() {
        mounts.push(Mount::Link {
            target: PathBuf::from(UTC),
            at: PathBuf::from("/etc/localtime"),
        });
    }
    let mut own: BTreeSet<PathBuf> = BTreeSet::new();
    if let Some(prefix) = bin_dir.parent() {
        // Of the prefix only these three, because it may be as wide as /usr/local or somebody's home.
        let parts = ["lib", "lib64", "share"].map(|part| prefix.join(part));
        own.extend(parts.into_iter().filter(|part| part.is_dir()));
    }
    own.insert(bin_dir.to_owned());
    for program in ["postgres", "psql"] {
        own.extend(library_dirs(&bin_dir.join(program)).map_err(looked)?);
    }
    for dir in own {
        if !mounts.iter().any(|m| covers(m, &dir)) {
            mounts.push(Mount::same(dir));
        }
    }
    Ok(mounts)
}

fn covers(mount: &Mount, dir: &Path) -> bool {
    match mount {
        // A link such as /lib leads into a directory that is on the list itself.
        Mount::Link { at, .. } => dir.starts_with(at),
        other => dir.starts_with(other.at()),
    }
}

/// Asks the dynamic loader where it finds a program's libraries (ld.so(8), LD_TRACE_LOADED_OBJECTS).
///
/// A loader that does not know the variable runs the program, hence the harmless argument.
fn library_dirs(program: &Path) -> io::Result<Vec<PathBuf>> {
    let output = Command::new(program)
        .arg("--version")
        .env_clear()
        .env("LD_TRACE_LOADED_OBJECTS", "1")
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines()
        .filter_map(|line| line.split_once(" => ")?.1.split_once(" (0x"))
        .filter_map(|(path, _)| Path::new(path).parent())
        .map(fs::canonicalize)
        .collect()
}

/// Whom a view is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seer {
    Server,
    /// A tool talks to the server through the socket; it has no business in the data directory.
    Tool,
}

/// The installation, the sandbox's own directories, and scratch space in memory.
pub(super) fn view(installation: &[Mount], home: &Home, spec: &Spec, seer: Seer) -> Vec<Mount> {
    let scratch = spec.limits.memory / 4;
    let memory = |to: &str, bytes, mode| Mount::Memory {
        to: PathBuf::from(to),
        bytes,
        mode,
    };
    let read_only = |from: PathBuf, to: &str| Mount::ReadOnly {
        from,
        to: PathBuf::from(to),
    };
    let writable = |from: PathBuf, to: &str| Mount::Writable {
        from,
        to: PathBuf::from(to),
    };
    // First, because an installation below /tmp must not disappear under it.
    let mut mounts = vec![
        memory("/tmp", scratch, "1777"),
        memory("/dev/shm", scratch, "1777"),
    ];
    mounts.extend_from_slice(installation);
    mounts.push(read_only(home.etc().join("passwd"), "/etc/passwd"));
    mounts.push(read_only(home.etc().join("group"), "/etc/group"));
    mounts.push(read_only(home.dump(), "/vhost/dump"));
    match seer {
        Seer::Tool => mounts.push(read_only(home.run(), "/vhost/run")),
        Seer::Server => {
            mounts.push(read_only(home.etc(), "/vhost/etc"));
            mounts.push(writable(home.run(), "/vhost/run"));
            mounts.push(writable(home.log(), "/vhost/log"));
            mounts.push(match spec.data {
                Data::Disk => writable(home.data(), "/vhost/data"),
                Data::Memory => memory("/vhost/data", spec.limits.memory, "0700"),
            });
        }
    }
    mounts
}

/// Refuses a place that a user without privileges cannot enter, before a launcher fails on it in its own words.
pub(super) fn within_reach(path: &Path) -> Result<(), SandboxError> {
    for dir in path.ancestors().filter(|dir| dir.is_dir()) {
        let meta = fs::metadata(dir).map_err(|source| SandboxError::Look {
            what: dir.display().to_string(),
            source,
        })?;
        if meta.permissions().mode() & 0o001 == 0 {
            return Err(SandboxError::OutOfReach {
                path: dir.to_owned(),
            });
        }
    }
    Ok(())
}
