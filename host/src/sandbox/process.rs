//! One of the sandbox's own tools, running inside it.

use std::io;
use std::os::unix::process::ExitStatusExt;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};

use super::docker::Run as DockerRun;
use super::{Group, SandboxError};

/// What to run inside: a Postgres program by its name, for example `psql`.
///
/// Arguments and environment can be seen by other processes of the machine, so neither may hold a secret; none is
/// needed, because the tool connects over the sandbox's socket as its own user.
#[derive(Clone, Debug)]
pub struct Exec {
    pub tool: String,
    pub args: Vec<String>,
    pub env: Vec<(String, String)>,
    pub stdin: Stdin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stdin {
    Null,
    Piped,
}

/// A running tool. Read both outputs while it runs: either one, when full, makes the tool wait.
pub struct Process {
    /// Dropping it after `shutdown` is the end of the tool's input; present when the input was asked for as a pipe.
    pub stdin: Option<Box<dyn AsyncWrite + Unpin + Send>>,
    pub stdout: Box<dyn AsyncRead + Unpin + Send>,
    pub stderr: Box<dyn AsyncRead + Unpin + Send>,
    pub(super) tool: String,
    pub(super) sandbox: String,
    pub(super) run: Run,
}

pub(super) enum Run {
    Local(Group),
    Docker(DockerRun),
}

impl Process {
    /// Waits for the tool's end and returns its exit code; 128 and the signal's number when a signal ended it.
    pub async fn wait(&mut self) -> Result<i32, SandboxError> {
        match &mut self.run {
            Run::Local(group) => group
                .wait()
                .await
                .map(|status| match (status.code(), status.signal()) {
                    (Some(code), _) => code,
                    (None, Some(signal)) => 128 + signal,
                    // wait(2) returns for nothing but an exit or a signal unless asked to.
                    (None, None) => -1,
                })
                .map_err(|source| self.follow(source)),
            Run::Docker(run) => run.wait().await,
        }
    }

    /// Ends the tool at once. Closing its input instead would tell it that the input was whole.
    pub async fn kill(&mut self) -> Result<(), SandboxError> {
        match &mut self.run {
            Run::Local(group) => {
                group.kill();
                let ended = group.wait().await;
                ended.map(drop).map_err(|source| self.follow(source))
            }
            Run::Docker(run) => run.kill().await,
        }
    }

    /// Reads what the tool writes until its end; for tools with small output.
    pub async fn output(mut self) -> Result<Output, SandboxError> {
        drop(self.stdin.take());
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let read = tokio::try_join!(
            self.stdout.read_to_end(&mut stdout),
            self.stderr.read_to_end(&mut stderr)
        );
        read.map_err(|source| self.follow(source))?;
        let code = self.wait().await?;
        Ok(Output {
            code,
            stdout,
            stderr,
        })
    }

    fn follow(&self, source: io::Error) -> SandboxError {
        SandboxError::Follow {
            tool: self.tool.clone(),
            name: self.sandbox.clone(),
            source,
        }
    }
}

/// All that a tool wrote, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    pub code: i32,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}
