//! The processes of a local sandbox: known by number and start, killed, and looked for.

use std::fs;
use std::io;
use std::time::Duration;

use tokio::process::Child;

use crate::sandbox::{Group, Removal, Removed, SandboxError};

/// The processes of a server, from the moment that the first one exists.
#[derive(Debug)]
pub(in crate::sandbox) struct Running {
    launcher: Group,
    /// The first process of the sandbox's namespace as the host numbers it, and when it started.
    first: Option<(i32, u64)>,
}

impl Running {
    pub(super) fn new(child: Child) -> Running {
        Running {
            launcher: Group::new(child),
            first: None,
        }
    }

    pub(super) fn first(&mut self, pid: i32, started: u64) {
        self.first = Some((pid, started));
    }

    pub(super) fn ended(&mut self) -> io::Result<bool> {
        Ok(self.launcher.try_wait()?.is_some())
    }

    /// Kills the first process inside, whose end takes every other with it (pid_namespaces(7)), then the launcher.
    ///
    /// In this order the launcher collects its child; the other way round that would be left to the machine's init.
    pub(in crate::sandbox) async fn remove(&mut self) -> Vec<Removal> {
        let mut removals = Vec::new();
        if let Some((pid, started)) = self.first {
            removals.push(kill(pid, started).await);
        }
        // Without a number the launcher has ended and been collected already.
        if let Some(pid) = self.launcher.id() {
            let ended = match self.first {
                // A launcher whose child is gone ends by itself; one that hangs is not waited for any longer.
                Some(_) => tokio::time::timeout(Duration::from_secs(5), self.launcher.wait())
                    .await
                    .is_ok(),
                None => false,
            };
            let killed = if ended {
                Ok(())
            } else {
                self.launcher.kill();
                self.launcher.wait().await.map(drop)
            };
            removals.push(Removal {
                kind: "process",
                name: pid.to_string(),
                outcome: match killed {
                    Ok(()) => Removed::Gone,
                    Err(e) => Removed::LeftBehind {
                        why: format!("it cannot be killed: {e}"),
                        remove_with: format!("sudo kill -KILL {pid}"),
                    },
                },
            });
        }
        removals
    }

    /// What a drop can do without waiting.
    pub(in crate::sandbox) fn start_kill(&mut self) {
        self.launcher.kill();
    }
}

/// Kills one process, known by its number and its start, and waits until it is gone.
pub(in crate::sandbox) async fn kill(pid: i32, since: u64) -> Removal {
    let removal = |outcome| Removal {
        kind: "process",
        name: pid.to_string(),
        outcome,
    };
    let left = |why: String| {
        removal(Removed::LeftBehind {
            why,
            remove_with: format!("sudo kill -KILL {pid}"),
        })
    };
    let mut refused = None;
    for _ in 0..500 {
        match started(pid) {
            Ok(Some(now)) if now == since => {}
            // No process has this number, or another process that came later.
            Ok(_) => return removal(Removed::Gone),
            Err(e) => return left(format!("nobody can tell whether it is gone: {e}")),
        }
        if let Some(pid) = rustix::process::Pid::from_raw(pid)
            && let Err(e) = rustix::process::kill_process(pid, rustix::process::Signal::KILL)
        {
            refused = Some(e);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    left(match refused {
        Some(e) => format!("it cannot be killed: {e}"),
        None => "it is still there 5 s after it was killed".to_owned(),
    })
}

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
