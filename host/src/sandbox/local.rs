//! The local engine: this machine's own Postgres programs, in namespaces of their own.

mod inspect;
mod launcher;
mod running;
mod spawner;
mod view;

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use super::home::Home;
use super::journal::{Journal, Record};
use super::process::{Exec, Process, Run, Stdin};
use super::user::User;
use super::{Group, SandboxError, Spec, WallSeen, server};
use launcher::{Launcher, Tell};
pub(super) use running::{Running, kill};
use spawner::Spawner;
use view::{Mount, Seer};

/// Postgres programs and a launcher that were found on this machine.
#[derive(Clone, Debug)]
pub struct Local {
    bin_dir: PathBuf,
    installation: Vec<Mount>,
    launcher: Launcher,
    spawner: Arc<Spawner>,
}

/// Runs first inside: waits until the host has journaled this process, then takes the limits upon itself.
///
/// dash calls the number of processes `-p`, other shells `-u`. The process's own user namespace is what it is
/// counted in, so a user's other processes do not matter.
const LIMITS: &str = r#"
ulimit -c 0
ulimit -u "$1" 2>/dev/null || ulimit -p "$1" || exit 1
ulimit -v "$2" || exit 1
shift 2
"#;
const GATE: &str = r#"
read -r go || exit 1
exec </dev/null >&2
"#;
/// A pipe that holds this much keeps the writer and the tool from waking each other for every 64 KiB.
const PIPE: usize = 1 << 20;

impl Local {
    /// Looks for the Postgres programs in `bin_dir`, and for a launcher in the directories of `search`.
    pub fn find(bin_dir: &Path, search: &[PathBuf]) -> Result<Local, SandboxError> {
        for program in ["postgres", "initdb", "psql"] {
            if !bin_dir.join(program).is_file() {
                return Err(SandboxError::NoPostgres {
                    program,
                    bin_dir: bin_dir.to_owned(),
                });
            }
        }
        let bin_dir = fs::canonicalize(bin_dir).map_err(|source| SandboxError::Look {
            what: bin_dir.display().to_string(),
            source,
        })?;
        Ok(Local {
            installation: view::installation(&bin_dir)?,
            launcher: Launcher::find(search).ok_or(SandboxError::NoLauncher)?,
            spawner: Arc::new(Spawner::new().map_err(|source| SandboxError::Spawn {
                program: "the spawning thread".to_owned(),
                source,
            })?),
            bin_dir,
        })
    }

    /// Where the Postgres programs are.
    pub fn bin_dir(&self) -> &Path {
        &self.bin_dir
    }

    /// Starts the server and waits until it answers; `remains` holds whatever exists, also when this fails.
    pub(super) async fn start(
        &self,
        spec: &Spec,
        home: &Home,
        user: User,
        journal: &Journal,
        stop: &CancellationToken,
        remains: &mut Option<Running>,
    ) -> Result<(Server, String), SandboxError> {
        if let User::Unshared { .. } = user {
            view::within_reach(&self.bin_dir)?;
            view::within_reach(&spec.base)?;
        }
        let failed = |source| SandboxError::Spawn {
            program: "the sandbox's server".to_owned(),
            source,
        };
        let mounts = view::view(&self.installation, home, spec, Seer::Server);
        let script = [GATE, LIMITS, server::START].concat();
        let mut command = self.command(
            spec,
            home,
            user,
            &mounts,
            Tell::ChildPid,
            &script,
            &[self.bin_dir.clone().into()],
        );
        let log = OpenOptions::new()
            .append(true)
            .create_new(true)
            .mode(0o600)
            .open(home.start_log())
            .map_err(failed)?;
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::from(log));
        let mut child = self.spawner.spawn(command).await.map_err(failed)?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let running = remains.insert(Running::new(child));

        let mut told = String::new();
        if let Some(mut output) = output {
            // The launcher closes its end when the program starts, or when it gives up.
            let mut chunk = [0; 512];
            while !told.contains('}') {
                match output.read(&mut chunk).await.map_err(failed)? {
                    0 => break,
                    n => told.push_str(&String::from_utf8_lossy(&chunk[..n])),
                }
            }
        }
        let first = child_pid(&told).ok_or_else(|| SandboxError::Died {
            name: spec.name.to_string(),
            said: server::tail(home),
        })?;
        let started = running::started(first)?.ok_or_else(|| SandboxError::Died {
            name: spec.name.to_string(),
            said: server::tail(home),
        })?;
        running.first(first, started);
        journal.write(&Record::Process {
            pid: first,
            started,
            uid: user.uid(),
        })?;
        if let Some(mut input) = input {
            match input.write_all(b"go\n").await {
                // What was to read it has ended; the wait below finds that out, and what it said.
                Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
                written => written.map_err(failed)?,
            }
        }
        let version = server::ready(home, spec.name.as_str(), stop, async || {
            let ended = running.ended().map_err(failed)?;
            Ok(ended.then(|| server::tail(home)))
        })
        .await?;
        let server = Server {
            local: self.clone(),
            spec: spec.clone(),
            home: home.clone(),
            user,
            pid: first,
        };
        Ok((server, version))
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "each is one part of a command line"
    )]
    fn command(
        &self,
        spec: &Spec,
        home: &Home,
        user: User,
        mounts: &[Mount],
        tell: Tell,
        script: &str,
        args: &[OsString],
    ) -> Command {
        let mut all: Vec<OsString> = vec![
            spec.limits.pids.to_string().into(),
            (spec.limits.memory / 1024).to_string().into(),
        ];
        all.extend_from_slice(args);
        let line = self
            .launcher
            .command_line(mounts, home, user, tell, script, &all);
        let mut command = Command::new(&line[0]);
        command
            .args(&line[1..])
            .env_clear()
            .env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin")
            .env("LC_ALL", "C.UTF-8")
            .env("HOME", "/tmp")
            // The caller's directory may be one that the sandbox's user cannot enter.
            .current_dir("/")
            .kill_on_drop(true)
            .process_group(0);
        if let User::Unshared { uid } = user {
            // As root the standard library also drops the supplementary groups here.
            command.uid(uid).gid(uid);
        }
        command
    }
}

fn child_pid(told: &str) -> Option<i32> {
    let info: serde_json::Value = serde_json::from_str(told).ok()?;
    i32::try_from(info.get("child-pid")?.as_i64()?).ok()
}

/// A local server that answers.
#[derive(Debug)]
pub(super) struct Server {
    local: Local,
    spec: Spec,
    home: Home,
    user: User,
    /// The postmaster, which is the first process of its namespace, as the host numbers it.
    pid: i32,
}

impl Server {
    pub(super) async fn exec(&self, exec: Exec) -> Result<Process, SandboxError> {
        let mounts = view::view(&self.local.installation, &self.home, &self.spec, Seer::Tool);
        let mut args: Vec<OsString> = vec![self.local.bin_dir.join(&exec.tool).into()];
        args.extend(exec.args.iter().map(OsString::from));
        let script = [LIMITS, "exec \"$@\"\n"].concat();
        let mut command = self.local.command(
            &self.spec,
            &self.home,
            self.user,
            &mounts,
            Tell::Nothing,
            &script,
            &args,
        );
        command
            .env("PGHOST", "/vhost/run")
            .env("PGUSER", "postgres")
            .envs(exec.env)
            .stdin(match exec.stdin {
                Stdin::Null => Stdio::null(),
                Stdin::Piped => Stdio::piped(),
            })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let failed = |source| SandboxError::Spawn {
            program: exec.tool.clone(),
            source,
        };
        let mut child = self.local.spawner.spawn(command).await.map_err(failed)?;
        let outputs = (child.stdout.take(), child.stderr.take());
        let stdin = child.stdin.take();
        if let Some(pipe) = &stdin {
            // A user's pipes may have used up their allowance (pipe(7), pipe-user-pages-soft); a smaller one works too.
            let _smaller = rustix::pipe::fcntl_setpipe_size(pipe, PIPE);
        }
        let group = Group::new(child);
        let (Some(stdout), Some(stderr)) = outputs else {
            return Err(failed(std::io::Error::other("its output is not connected")));
        };
        Ok(Process {
            stdin: stdin.map(|pipe| Box::new(pipe) as _),
            stdout: Box::new(stdout),
            stderr: Box::new(stderr),
            tool: exec.tool,
            sandbox: self.spec.name.to_string(),
            run: Run::Local(group),
        })
    }

    pub(super) fn inspect(&self) -> Result<Vec<WallSeen>, SandboxError> {
        let mounts = view::view(
            &self.local.installation,
            &self.home,
            &self.spec,
            Seer::Server,
        );
        inspect::walls(self.pid, &mounts, self.user, &self.spec.limits)
    }
}
