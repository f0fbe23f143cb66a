//! pg_dump while it runs, on the host or in a container.

use std::io::PipeWriter;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;

use tokio::io::{AsyncRead, BufReader};
use tokio::net::unix::pipe::Sender;

use super::command::Call;
use super::outcome::{DumpError, Exit};
use crate::sandbox::docker::Client;
use crate::sandbox::{Group, Process};
use crate::source::secret::{Secret, anonymous_passfile};

pub(super) enum Child {
    /// pg_dump and whatever it started: a wrapper script's child is in its process group too.
    Host(Group),
    Image(Process),
}

/// Where pg_dump writes; both close with it.
pub(super) struct Outputs {
    pub(super) stdout: PipeWriter,
    pub(super) stderr: PipeWriter,
}

impl Child {
    pub(super) fn on_host(
        program: &std::path::Path,
        call: Call,
        secret: Option<&Secret>,
        outputs: Outputs,
    ) -> Result<Self, DumpError> {
        let passfile = anonymous_passfile(secret).map_err(|cause| DumpError::Passfile { cause })?;
        // The command holds the writing ends of both pipes, which must close with the child; it ends here.
        call.on_host(program)
            .stdin(passfile)
            .stdout(outputs.stdout)
            .stderr(outputs.stderr)
            .spawn()
            .map(|child| Child::Host(Group::new(child)))
            .map_err(|cause| DumpError::Start {
                program: program.to_owned(),
                cause,
            })
    }

    pub(super) async fn in_image(
        client: &Client,
        call: Call,
        outputs: Outputs,
    ) -> Result<Self, DumpError> {
        let started = client.exec(call.in_image()).await;
        let mut process = started.map_err(|cause| DumpError::Image { cause })?;
        for (from, to) in [
            (&mut process.stdout, outputs.stdout),
            (&mut process.stderr, outputs.stderr),
        ] {
            let from = std::mem::replace(from, Box::new(tokio::io::empty()));
            pour(from, to).map_err(|cause| DumpError::Pipe { cause })?;
        }
        Ok(Child::Image(process))
    }

    pub(super) async fn wait(&mut self) -> Result<Exit, DumpError> {
        match self {
            Child::Host(group) => {
                let status = group
                    .wait()
                    .await
                    .map_err(|cause| DumpError::Wait { cause })?;
                Ok(match (status.code(), status.signal()) {
                    (_, Some(signal)) => Exit::Signal(signal),
                    // wait(2) returns for nothing but an exit or a signal unless asked to.
                    (code, None) => Exit::Code(code.unwrap_or(-1)),
                })
            }
            Child::Image(process) => {
                let code = process
                    .wait()
                    .await
                    .map_err(|cause| DumpError::Image { cause })?;
                Ok(match code {
                    signal @ 129..=192 => Exit::Signal(signal - 128),
                    code => Exit::Code(code),
                })
            }
        }
    }

    /// Kills pg_dump; [`Child::wait`] tells when it is gone.
    pub(super) async fn kill(&mut self) {
        match self {
            Child::Host(group) => group.kill(),
            // Where it fails, the removal of the container ends pg_dump and tells of it.
            Child::Image(process) => drop(process.kill().await),
        }
    }
}

/// Pours what an asynchronous reader gives into a pipe, until either end is gone.
fn pour(from: impl AsyncRead + Unpin + Send + 'static, to: PipeWriter) -> std::io::Result<()> {
    let mut to = Sender::from_owned_fd(OwnedFd::from(to))?;
    tokio::spawn(async move {
        let mut from = BufReader::with_capacity(64 * 1024, from);
        // Whether all of it came through is told by pg_dump's end and by the dump's own.
        drop(tokio::io::copy_buf(&mut from, &mut to).await);
    });
    Ok(())
}
