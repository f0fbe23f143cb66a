//! Looks at a running local sandbox from outside, in /proc (proc(5)).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::view::Mount;
use crate::sandbox::user::User;
use crate::sandbox::{Holds, Limits, SandboxError, Wall, WallSeen};

/// When a process started, in clock ticks since the machine's start; `None` when there is no such process.
///
/// A zombie counts as gone: it runs nothing, and its parent will collect it.
pub(super) fn started(pid: i32) -> Result<Option<u64>, SandboxError> {
    let path = format!("/proc/{pid}/stat");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        // The process ended between open and read.
        Err(e) if e.raw_os_error() == Some(rustix::io::Errno::SRCH.raw_os_error()) => {
            return Ok(None);
        }
        Err(source) => return Err(SandboxError::Look { what: path, source }),
    };
    // The second field is the program's name in parentheses and may hold anything, so fields count from the last one.
    let fields: Vec<&str> = match text.rsplit_once(')') {
        Some((_, rest)) => rest.split_ascii_whitespace().collect(),
        None => Vec::new(),
    };
    match (fields.first(), fields.get(19).and_then(|f| f.parse().ok())) {
        (Some(&("Z" | "X")), _) => Ok(None),
        (Some(_), Some(ticks)) => Ok(Some(ticks)),
        _ => Err(SandboxError::NotUnderstood { what: path, text }),
    }
}

/// Every wall that can be seen from outside.
pub(super) fn walls(
    pid: i32,
    mounts: &[Mount],
    user: User,
    limits: &Limits,
) -> Result<Vec<WallSeen>, SandboxError> {
    let proc = Proc { pid };
    let status = proc.read("status")?;
    let mut seen = network(&proc)?;
    seen.push(capabilities(&proc, &status)?);
    seen.push(privileges(&proc, &status)?);
    seen.extend(file_system(&proc, mounts)?);
    seen.push(namespaces(&proc)?);
    seen.push(unprivileged(&proc, &status, user)?);
    seen.push(resources(&proc, limits)?);
    Ok(seen)
}

fn wall(wall: Wall, holds: bool, seen: String) -> WallSeen {
    let holds = if holds { Holds::Yes } else { Holds::No };
    WallSeen { wall, holds, seen }
}

struct Proc {
    pid: i32,
}

impl Proc {
    fn path(&self, name: &str) -> String {
        format!("/proc/{}/{name}", self.pid)
    }

    fn read(&self, name: &str) -> Result<String, SandboxError> {
        let path = self.path(name);
        fs::read_to_string(&path).map_err(|source| SandboxError::Look { what: path, source })
    }

    /// A namespace's name, for example `net:[4026531840]`; the same name is the same namespace (namespaces(7)).
    fn namespace(&self, kind: &str) -> Result<(PathBuf, PathBuf), SandboxError> {
        let theirs = self.path(&format!("ns/{kind}"));
        let ours = format!("/proc/self/ns/{kind}");
        let link = |path: String| {
            fs::read_link(&path).map_err(|source| SandboxError::Look { what: path, source })
        };
        Ok((link(theirs)?, link(ours)?))
    }

    fn field<'a>(&self, status: &'a str, name: &str) -> Result<&'a str, SandboxError> {
        status
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
            .map(str::trim)
            .ok_or_else(|| SandboxError::NotUnderstood {
                what: self.path("status"),
                text: format!("nothing for {name}"),
            })
    }
}

fn network(proc: &Proc) -> Result<Vec<WallSeen>, SandboxError> {
    let (theirs, ours) = proc.namespace("net")?;
    let dev = proc.read("net/dev")?;
    let devices: Vec<&str> = dev
        .lines()
        .skip(2)
        .filter_map(|line| line.split_once(':'))
        .map(|(name, _)| name.trim())
        .collect();
    let mut listening = Vec::new();
    for table in ["net/tcp", "net/tcp6", "net/udp", "net/udp6"] {
        match fs::read_to_string(proc.path(table)) {
            Ok(text) => listening.extend(
                text.lines()
                    .skip(1)
                    .filter_map(|line| line.split_ascii_whitespace().nth(1))
                    .map(|address| format!("{table} {address}")),
            ),
            // A kernel without IPv6 has no such table, and so no such socket.
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(source) => {
                return Err(SandboxError::Look {
                    what: proc.path(table),
                    source,
                });
            }
        }
    }
    let alone = theirs != ours;
    Ok(vec![
        wall(
            Wall::NoNetwork,
            alone && devices == ["lo"],
            format!(
                "/proc: {} against vhost's {}; devices {}",
                theirs.display(),
                ours.display(),
                devices.join(" ")
            ),
        ),
        wall(
            Wall::NoPublishedPort,
            alone && listening.is_empty(),
            match listening.as_slice() {
                [] => "/proc: no TCP or UDP socket in its network namespace".to_owned(),
                some => format!("/proc: {}", some.join(", ")),
            },
        ),
    ])
}

fn capabilities(proc: &Proc, status: &str) -> Result<WallSeen, SandboxError> {
    let mut none = true;
    let mut seen = Vec::new();
    for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
        let value = proc.field(status, set)?;
        none &= value.bytes().all(|b| b == b'0');
        seen.push(format!("{set} {value}"));
    }
    Ok(wall(
        Wall::NoCapabilities,
        none,
        format!("/proc: {}", seen.join(", ")),
    ))
}

fn privileges(proc: &Proc, status: &str) -> Result<WallSeen, SandboxError> {
    let value = proc.field(status, "NoNewPrivs")?;
    Ok(wall(
        Wall::NoNewPrivileges,
        value == "1",
        format!("/proc: NoNewPrivs {value}"),
    ))
}

fn unprivileged(proc: &Proc, status: &str, user: User) -> Result<WallSeen, SandboxError> {
    let uids: Vec<&str> = proc
        .field(status, "Uid")?
        .split_ascii_whitespace()
        .collect();
    let wanted = user.uid().to_string();
    let holds = user.uid() != 0 && uids.len() == 4 && uids.iter().all(|uid| *uid == wanted);
    let whose = match user {
        User::Own { .. } => "vhost's own user",
        User::Unshared { .. } => "a number that no account has",
    };
    let groups = match proc.field(status, "Groups")? {
        "" => "none",
        groups => groups,
    };
    Ok(wall(
        Wall::UnprivilegedUser,
        holds,
        format!(
            "/proc: Uid {}, {whose}; further groups {groups}",
            uids.join(" ")
        ),
    ))
}

fn namespaces(proc: &Proc) -> Result<WallSeen, SandboxError> {
    let mut own = true;
    let mut seen = Vec::new();
    for kind in ["pid", "mnt", "user", "ipc", "uts"] {
        let (theirs, ours) = proc.namespace(kind)?;
        own &= theirs != ours;
        seen.push(format!(
            "{} against vhost's {}",
            theirs.display(),
            ours.display()
        ));
    }
    Ok(wall(
        Wall::OwnProcesses,
        own,
        format!("/proc: {}", seen.join(", ")),
    ))
}

/// One line of mountinfo: where in its file system, where inside, and whether it is read-only.
struct Mounted<'a> {
    root: &'a str,
    point: &'a str,
    read_only: bool,
}

fn file_system(proc: &Proc, mounts: &[Mount]) -> Result<Vec<WallSeen>, SandboxError> {
    let text = proc.read("mountinfo")?;
    let mut mounted = Vec::new();
    for line in text.lines() {
        let mut fields = line.split_ascii_whitespace().skip(3);
        match (fields.next(), fields.next(), fields.next()) {
            (Some(root), Some(point), Some(options)) => mounted.push(Mounted {
                root,
                point,
                read_only: options.split(',').any(|option| option == "ro"),
            }),
            _ => {
                return Err(SandboxError::NotUnderstood {
                    what: proc.path("mountinfo"),
                    text: line.to_owned(),
                });
            }
        }
    }
    let roots: Vec<&Mounted> = mounted.iter().filter(|m| m.point == "/").collect();
    let strangers: Vec<String> = mounted
        .iter()
        .filter(|m| !expected(m, mounts))
        .map(|m| format!("{} from {}", m.point, m.root))
        .collect();
    let all_there = mounts.iter().all(|mount| {
        matches!(mount, Mount::Link { .. })
            || mounted.iter().any(|m| Path::new(m.point) == mount.at())
    });
    Ok(vec![
        wall(
            Wall::ReadOnlyRoot,
            !roots.is_empty() && roots.iter().all(|m| m.read_only),
            format!(
                "/proc: {} mount at /, read-only: {}",
                roots.len(),
                roots.iter().all(|m| m.read_only)
            ),
        ),
        wall(
            Wall::OnlyOwnMounts,
            strangers.is_empty() && all_there,
            match strangers.as_slice() {
                [] => format!(
                    "/proc: {} mounts: the installation read-only, /proc, /dev, memory, and the sandbox's own directory",
                    mounted.len()
                ),
                some => format!("/proc: not ours: {}", some.join(", ")),
            },
        ),
    ])
}

/// What every launcher puts into /proc and /dev; each device is one of the harmless six, a terminal or memory.
const FURNITURE: &[&str] = &[
    "/",
    "/proc",
    "/dev",
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/random",
    "/dev/urandom",
    "/dev/tty",
    "/dev/pts",
];

fn expected(mounted: &Mounted, mounts: &[Mount]) -> bool {
    FURNITURE.contains(&mounted.point)
        || mounts.iter().any(|mount| {
            let point = Path::new(mounted.point);
            match mount {
                // A mount of the host's below an installed directory comes along, read-only as well.
                Mount::ReadOnly { to, .. } => mounted.read_only && point.starts_with(to),
                // A mount shows the path within its file system, of which the host may see a longer one.
                Mount::Writable { from, to } => {
                    point == to && from.ends_with(mounted.root.trim_start_matches('/'))
                }
                Mount::Memory { to, .. } => point == to && mounted.root == "/",
                Mount::Link { .. } => false,
            }
        })
}

fn resources(proc: &Proc, limits: &Limits) -> Result<WallSeen, SandboxError> {
    let text = proc.read("limits")?;
    let hard = |name: &str| -> Result<Option<u64>, SandboxError> {
        let value = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.split_ascii_whitespace().nth(1))
            .ok_or_else(|| SandboxError::NotUnderstood {
                what: proc.path("limits"),
                text: format!("nothing for {name}"),
            })?;
        Ok(value.parse().ok())
    };
    let processes = hard("Max processes")?;
    let memory = hard("Max address space")?;
    let holds = processes.is_some_and(|n| n <= u64::from(limits.pids))
        && memory.is_some_and(|n| n <= limits.memory);
    let show = |limit: Option<u64>| match limit {
        Some(limit) => limit.to_string(),
        None => "unlimited".to_owned(),
    };
    Ok(wall(
        Wall::ResourceLimits,
        holds,
        format!(
            "/proc: at most {} processes, {} bytes of memory in each and not in sum (rlimits); processor time is not limited",
            show(processes),
            show(memory)
        ),
    ))
}
