//! One sandbox's life: made, used, and removed whatever happens.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;

use futures_util::FutureExt;
use tokio_util::sync::CancellationToken;

use super::home::{self, Home};
use super::journal::{Journal, Record};
use super::process::{Exec, Process, Stdin};
use super::user::User;
use super::{
    Engine, EngineKind, Removal, Removed, SandboxError, Spec, Teardown, WallSeen, docker, local,
};

/// What became of the body, and of everything that was made for it.
#[derive(Debug)]
#[must_use = "the teardown says whether anything was left behind"]
pub struct Scoped<T> {
    pub body: Result<T, Ended>,
    pub teardown: Teardown,
}

/// Why the body gave no value.
#[derive(Debug, thiserror::Error)]
pub enum Ended {
    #[error("the sandbox could not be started")]
    CouldNotStart(#[source] SandboxError),
    /// The message is the program's own, but may quote what it worked on: not for an artefact.
    #[error("a stage panicked: {0}")]
    Panicked(String),
    #[error("the drill was interrupted")]
    Interrupted,
    #[error("the engine under the sandbox answers no more")]
    EngineLost(#[source] SandboxError),
}

/// Starts a sandbox, runs `body` with it, and removes it: on return, error, panic and when `stop` fires.
///
/// Each name is in the journal, on disk, before anything has it. A start that fails or is interrupted is torn down
/// as well. So is one whose engine no longer answers: what the body waits for may never come. Dropping the returned future instead of awaiting it kills local processes and leaves the rest to
/// [`clean`](super::clean::clean).
pub async fn scope<T>(
    engine: &Engine,
    spec: &Spec,
    journal: &Journal,
    stop: &CancellationToken,
    body: impl AsyncFnOnce(&Sandbox) -> T,
) -> Scoped<T> {
    let mut remains = Remains::default();
    // The start is not raced against `stop` from outside: a request for a container that is dropped half-way may
    // still be granted, after the teardown has looked. It watches `stop` itself, between its steps.
    let start = AssertUnwindSafe(start(engine, spec, journal, stop, &mut remains));
    let body = match start.catch_unwind().await {
        Err(panic) => Err(Ended::Panicked(message(panic))),
        Ok(Err(SandboxError::Interrupted)) => Err(Ended::Interrupted),
        Ok(Err(e)) => Err(Ended::CouldNotStart(e)),
        Ok(Ok(sandbox)) => {
            // Calling the closure may panic as well as awaiting it.
            let whole = AssertUnwindSafe(async { body(&sandbox).await }).catch_unwind();
            tokio::select! {
                biased;
                ended = whole => ended.map_err(|panic| Ended::Panicked(message(panic))),
                () = stop.cancelled() => Err(Ended::Interrupted),
                error = sandbox.engine_lost() => Err(Ended::EngineLost(error)),
            }
        }
    };
    let teardown = remains.remove(journal).await;
    Scoped { body, teardown }
}

fn message(panic: Box<dyn Any + Send>) -> String {
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => match panic.downcast::<&'static str>() {
            Ok(text) => (*text).to_owned(),
            Err(_) => "without a message".to_owned(),
        },
    }
}

async fn start(
    engine: &Engine,
    spec: &Spec,
    journal: &Journal,
    stop: &CancellationToken,
    remains: &mut Remains,
) -> Result<Sandbox, SandboxError> {
    if stop.is_cancelled() {
        return Err(SandboxError::Interrupted);
    }
    let home = Home::at(spec)?;
    let user = User::choose(rand::random())?;
    home.claim(journal)?;
    remains.home = Some(home.clone());
    home.furnish(spec, user, journal)?;
    let (running, server_version) = match engine {
        Engine::Local(local) => {
            let (server, version) = local
                .start(spec, &home, user, journal, stop, &mut remains.running)
                .await?;
            (Running::Local(server), version)
        }
        Engine::Docker(docker) => {
            let (server, version) = docker
                .start(spec, &home, user, journal, stop, &mut remains.container)
                .await?;
            (Running::Docker(server), version)
        }
    };
    home.open_door()?;
    Ok(Sandbox {
        name: spec.name.to_string(),
        home,
        running,
        server_version,
    })
}

/// What exists of a sandbox at any moment, for its removal.
#[derive(Debug, Default)]
struct Remains {
    home: Option<Home>,
    running: Option<local::Running>,
    container: Option<docker::Container>,
}

impl Remains {
    /// Removes what is there, last made first, and looks for each by its exact name. A second call finds nothing.
    async fn remove(&mut self, journal: &Journal) -> Teardown {
        let mut removals = Vec::new();
        if let Some(mut running) = self.running.take() {
            removals.extend(running.remove().await);
        }
        if let Some(container) = self.container.take() {
            if let Some(home) = &self.home {
                home.drop_data();
            }
            removals.extend(container.remove().await);
        }
        if let Some(home) = self.home.take() {
            let directory = home::remove(home.path());
            removals.push(home.socket_removal());
            removals.push(directory);
        }
        settle(&mut removals, journal);
        Teardown { removals }
    }
}

/// Notes in the journal what is gone.
pub(super) fn settle(removals: &mut [Removal], journal: &Journal) {
    for removal in removals {
        let settled = Record::settled(removal.kind, &removal.name);
        if removal.outcome == Removed::Gone
            && let Err(e) = journal.write(&settled)
        {
            // The thing is gone; only the journal will name it again, and cleaning will find nothing.
            removal.outcome = Removed::LeftBehind {
                why: format!("it is gone, but {e}"),
                remove_with: format!("rm -- {}", home::quote(journal.path())),
            };
        }
    }
}

impl Drop for Remains {
    fn drop(&mut self) {
        if let Some(running) = &mut self.running {
            running.start_kill();
        }
    }
}

/// Who logs in to the restored server.
pub enum Login<'a> {
    /// The host itself, as the cluster's superuser, known by its operating system user.
    Host,
    /// A role with a password that lives in memory only.
    Role { name: &'a str, password: &'a str },
}

/// A running, empty Postgres that nothing but this drill can reach.
#[derive(Debug)]
pub struct Sandbox {
    name: String,
    home: Home,
    running: Running,
    server_version: String,
}

#[derive(Debug)]
enum Running {
    Local(local::Server),
    Docker(docker::Server),
}

impl Sandbox {
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn kind(&self) -> EngineKind {
        match self.running {
            Running::Local(_) => EngineKind::Local,
            Running::Docker(_) => EngineKind::Docker,
        }
    }

    /// For example `15.18 (Debian 15.18-1.pgdg12+1)`.
    pub fn server_version(&self) -> &str {
        &self.server_version
    }

    /// How to connect to one of its databases from the host.
    pub fn config(&self, database: &str, login: Login<'_>) -> tokio_postgres::Config {
        let mut config = tokio_postgres::Config::new();
        config.host_path(self.home.door()).dbname(database);
        match login {
            Login::Host => config.user("postgres"),
            Login::Role { name, password } => config.user(name).password(password),
        };
        config
    }

    /// The host's directory with the server's log, `server.csv`: warnings and worse, with SQLSTATE.
    ///
    /// The file is a hard link that nothing inside can redirect; what runs inside as superuser can still shorten it.
    pub fn log_dir(&self) -> PathBuf {
        self.home.door()
    }

    /// The host's directory that is `/vhost/dump`, read-only, inside.
    ///
    /// What is put there must be readable by everybody (0644); the directory around it keeps everybody else out.
    pub fn dump_dir(&self) -> PathBuf {
        self.home.dump()
    }

    /// Runs one of the sandbox's own Postgres programs inside, connected as the superuser by the socket.
    pub async fn exec(&self, exec: Exec) -> Result<Process, SandboxError> {
        match &self.running {
            Running::Local(server) => server.exec(exec).await,
            Running::Docker(server) => server.exec(exec).await,
        }
    }

    /// Ends when the engine no longer answers.
    async fn engine_lost(&self) -> SandboxError {
        match &self.running {
            // There is nobody between vhost and the server.
            Running::Local(_) => std::future::pending().await,
            Running::Docker(server) => server.engine_lost().await,
        }
    }

    /// What a tool says of itself, for example `psql (PostgreSQL) 15.18`.
    pub async fn tool_version(&self, tool: &str) -> Result<String, SandboxError> {
        let process = self
            .exec(Exec {
                tool: tool.to_owned(),
                args: vec!["--version".to_owned()],
                env: Vec::new(),
                stdin: Stdin::Null,
            })
            .await?;
        let output = process.output().await?;
        if output.code != 0 {
            return Err(SandboxError::ToolFailed {
                tool: tool.to_owned(),
                name: self.name.clone(),
                code: output.code,
                said: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            });
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Looks at each wall from outside, except whose cluster it is, which the restore proves.
    ///
    /// A wall that does not hold is an answer, not an error; an error is a wall that could not be looked at.
    pub async fn inspect(&self) -> Result<Vec<WallSeen>, SandboxError> {
        match &self.running {
            Running::Local(server) => server.inspect(),
            Running::Docker(server) => server.inspect().await,
        }
    }
}
