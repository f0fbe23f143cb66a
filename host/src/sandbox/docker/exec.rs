//! The image's own tools, run in the container by the engine.

use std::pin::Pin;
use std::time::Duration;

use bollard::container::LogOutput;
use bollard::errors::Error;
use bollard::exec::{CreateExecOptions, StartExecOptions, StartExecResults};
use futures_util::{Stream, StreamExt};
use tokio::io::{AsyncWriteExt, DuplexStream, duplex};
use tokio::task::JoinHandle;

use super::Docker;
use super::container::{FIND, Server};
use crate::sandbox::SandboxError;
use crate::sandbox::process::{self, Exec, Process, Stdin};
use crate::sandbox::user::User;

/// Leaves the process's own number where [`Run::kill`] finds it: the engine can start a process but not end one.
const WRAP: &str = r#"
echo $$ >"$1"
shift
tool=$1
shift
exec "$bin/$tool" "$@"
"#;
const OUTPUT: usize = 256 << 10;

impl Server {
    pub(in crate::sandbox) async fn exec(&self, mut exec: Exec) -> Result<Process, SandboxError> {
        let own = [("PGHOST", "/vhost/run"), ("PGUSER", "postgres")];
        let own = own.map(|(key, value)| (key.to_owned(), value.to_owned()));
        exec.env.splice(..0, own);
        let place = Place {
            docker: self.docker.clone(),
            container: self.id.clone(),
            name: self.spec.name.to_string(),
            user: self.user,
        };
        place.exec(exec).await
    }
}

/// A running container, and the user that its tools run as.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) docker: Docker,
    /// The container's id.
    pub(super) container: String,
    pub(super) name: String,
    pub(super) user: User,
}

impl Place {
    pub(super) async fn exec(&self, exec: Exec) -> Result<Process, SandboxError> {
        let failed = |source| SandboxError::Container {
            operation: "run a tool in",
            name: self.name.clone(),
            source,
        };
        let pid_file = format!("/tmp/vhost-{:016x}", rand::random::<u64>());
        let script = [FIND, WRAP].concat();
        let mut cmd = vec!["/bin/sh", "-c", &script, "vhost", &pid_file, &exec.tool];
        cmd.extend(exec.args.iter().map(String::as_str));
        let cmd = cmd.into_iter().map(str::to_owned).collect();
        let env = exec.env.iter().map(|(key, value)| format!("{key}={value}"));
        let user = format!("{}:{}", self.user.uid(), self.user.gid());
        let (docker, container) = (&self.docker, &self.container);
        let run = start(
            docker,
            container,
            cmd,
            env.collect(),
            user.clone(),
            exec.stdin,
        )
        .await;
        let (id, output, input) = run.map_err(failed)?;
        let (stdout, for_stdout) = duplex(OUTPUT);
        let (stderr, for_stderr) = duplex(OUTPUT);
        let reader = tokio::spawn(split(output, for_stdout, for_stderr));
        Ok(Process {
            stdin: match exec.stdin {
                Stdin::Null => None,
                Stdin::Piped => Some(Box::new(input)),
            },
            stdout: Box::new(stdout),
            stderr: Box::new(stderr),
            tool: exec.tool,
            sandbox: self.name.clone(),
            run: process::Run::Docker(Run {
                docker: self.docker.clone(),
                container: self.container.clone(),
                name: self.name.clone(),
                user,
                id,
                pid_file,
                reader: Some(reader),
            }),
        })
    }
}

pub(super) type Frames = Pin<Box<dyn Stream<Item = Result<LogOutput, Error>> + Send>>;
pub(super) type Input = Pin<Box<dyn tokio::io::AsyncWrite + Send>>;

async fn start(
    docker: &Docker,
    container: &str,
    cmd: Vec<String>,
    env: Vec<String>,
    user: String,
    stdin: Stdin,
) -> Result<(String, Frames, Input), Error> {
    let options = CreateExecOptions {
        attach_stdin: Some(stdin == Stdin::Piped),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        cmd: Some(cmd),
        env: Some(env),
        user: Some(user),
        ..CreateExecOptions::default()
    };
    let id = docker.client.create_exec(container, options).await?.id;
    let options = StartExecOptions {
        detach: false,
        tty: false,
        output_capacity: Some(OUTPUT),
    };
    match docker.client.start_exec(&id, Some(options)).await? {
        StartExecResults::Attached { output, input } => Ok((id, output, input)),
        // The engine was asked not to detach; if it did, there is no output to read.
        StartExecResults::Detached => Err(Error::RequestTimeoutError),
    }
}

/// Takes the engine's one stream apart. A reader that is gone is not waited for.
async fn split(
    mut frames: Frames,
    mut stdout: DuplexStream,
    mut stderr: DuplexStream,
) -> Result<(), Error> {
    while let Some(frame) = frames.next().await {
        let _gone = match frame? {
            LogOutput::StdOut { message } | LogOutput::Console { message } => {
                stdout.write_all(&message).await
            }
            LogOutput::StdErr { message } => stderr.write_all(&message).await,
            LogOutput::StdIn { .. } => Ok(()),
        };
    }
    Ok(())
}

/// A tool that the engine runs.
pub(in crate::sandbox) struct Run {
    docker: Docker,
    container: String,
    name: String,
    user: String,
    id: String,
    pid_file: String,
    /// Ends with the tool's output; taken by the first wait.
    reader: Option<JoinHandle<Result<(), Error>>>,
}

impl Run {
    pub(in crate::sandbox) async fn wait(&mut self) -> Result<i32, SandboxError> {
        // The task neither panics nor is cancelled; were it so, the exit code below still says how the tool ended.
        if let Some(reader) = self.reader.take()
            && let Ok(read) = reader.await
        {
            read.map_err(|e| self.failed("read a tool's output from", e))?;
        }
        loop {
            if let Some(code) = self.ended().await? {
                return Ok(code);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub(in crate::sandbox) async fn kill(&mut self) -> Result<(), SandboxError> {
        // Nobody may be reading the rest of the output, and it would not be whole.
        if let Some(reader) = self.reader.take() {
            reader.abort();
        }
        let script = "kill -KILL \"$(cat \"$1\")\"";
        let cmd = ["/bin/sh", "-c", script, "vhost", &self.pid_file].map(str::to_owned);
        // A tool that has only just been started may not have left its number yet, so once may not be enough.
        while self.ended().await?.is_none() {
            let (_, mut output, _) = start(
                &self.docker,
                &self.container,
                cmd.to_vec(),
                Vec::new(),
                self.user.clone(),
                Stdin::Null,
            )
            .await
            .map_err(|e| self.failed("end a tool in", e))?;
            while output.next().await.is_some() {}
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// The tool's exit code once it has one.
    async fn ended(&self) -> Result<Option<i32>, SandboxError> {
        let seen = self
            .docker
            .client
            .inspect_exec(&self.id)
            .await
            .map_err(|e| self.failed("ask after a tool in", e))?;
        Ok(match (seen.running, seen.exit_code) {
            (Some(false), Some(code)) => Some(i32::try_from(code).unwrap_or(i32::MAX)),
            _ => None,
        })
    }

    fn failed(&self, operation: &'static str, source: Error) -> SandboxError {
        SandboxError::Container {
            operation,
            name: self.name.clone(),
            source,
        }
    }
}
