//! A container for client programs: the image's own, for a host that lacks them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bollard::container::LogOutput;
use bollard::models::HostConfig;
use bollard::query_parameters::AttachContainerOptionsBuilder;
use futures_util::StreamExt;
use tokio::io::AsyncWriteExt;
use tokio_util::sync::CancellationToken;

use super::container::{Access, Image, bind, walls};
use super::created::Container;
use super::exec::{Frames, Input, Place};
use crate::plan::name::{Name, RunId};
use crate::sandbox::journal::Journal;
use crate::sandbox::process::{Exec, Process};
use crate::sandbox::user::User;
use crate::sandbox::{Limits, Removal, SandboxError, scope};

/// Keeps the one line that it is given, then waits for the end of its input.
///
/// The input is held open by vhost alone, so a container whose vhost was killed ends by itself.
const KEEP: &str = r#"
umask 077
head -n 1 >/vhost/pass/passfile && echo kept
exec cat >/dev/null
"#;
/// How long the container may take to say that it has kept its line.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running container in which the image's client programs reach one server outside.
///
/// Its walls are a sandbox's, but for the way to the server and the files in [`Wanted`].
#[derive(Clone, Debug)]
pub struct Client {
    place: Place,
    image: String,
}

/// What a client's container is to be.
pub struct Wanted<'w> {
    pub name: Name,
    pub run: RunId,
    pub limits: Limits,
    pub reach: Reach,
    /// Files of the host, and where they can be read inside.
    pub files: Vec<(PathBuf, &'static str)>,
    /// One line for libpq's password file, with its line feed; it alone where there is no password. It goes through
    /// the container's standard input to memory that is never swapped, and the engine keeps no record of it.
    pub passfile: &'w [u8],
}

/// How the server is reached.
pub enum Reach {
    /// By the host's network.
    Network,
    /// By this one Unix socket, without any network; inside it lies in [`Client::SOCKET_DIR`].
    Socket(PathBuf),
}

/// What may exist of a client's container, for its removal.
///
/// Dropping it instead ends the container and leaves the rest to [`clean`](crate::sandbox::clean::clean).
#[derive(Default)]
pub struct Remains {
    container: Option<Container>,
    /// The container ends with it.
    input: Option<Input>,
}

impl Remains {
    /// Removes the container and looks for it by its exact name; nothing where none was made.
    pub async fn remove(mut self, journal: &Journal) -> Vec<Removal> {
        let Some(container) = self.container.take() else {
            return Vec::new();
        };
        let mut removals = container.remove().await;
        scope::settle(&mut removals, journal);
        removals
    }
}

impl Client {
    /// The directory of [`Reach::Socket`], inside.
    pub const SOCKET_DIR: &str = "/vhost/source";
    /// The password file, inside.
    pub const PASSFILE: &str = "/vhost/pass/passfile";

    /// The image that the programs are of, as the plan names it.
    pub fn image(&self) -> &str {
        &self.image
    }

    /// Runs one of the image's Postgres programs in an environment of the image's own and what `exec` says.
    pub async fn exec(&self, exec: Exec) -> Result<Process, SandboxError> {
        self.place.exec(exec).await
    }
}

impl Image {
    /// Starts a container for client programs; `remains` holds whatever may exist, also on failure.
    ///
    /// Await it to its end: a request to the engine that is dropped half-way may still be granted. It watches `stop`
    /// itself.
    pub async fn client(
        &self,
        wanted: Wanted<'_>,
        journal: &Journal,
        stop: &CancellationToken,
        remains: &mut Remains,
    ) -> Result<Client, SandboxError> {
        let name = wanted.name.as_str();
        let failed = |operation, source| SandboxError::Container {
            operation,
            name: name.to_owned(),
            source,
        };
        let user = User::choose(rand::random())?;
        let mut body = self.body(&wanted.run, user, KEEP, around(&wanted, user));
        body.attach_stdin = Some(true);
        body.open_stdin = Some(true);
        body.stdin_once = Some(true);
        let created = &mut remains.container;
        let (id, _) = self
            .create(name, &wanted.run, body, journal, created)
            .await?;
        if stop.is_cancelled() {
            return Err(SandboxError::Interrupted);
        }
        let client = &self.docker.client;
        // Before the start, so that the engine knows who holds the input when the container first reads it.
        let options = AttachContainerOptionsBuilder::new()
            .stdin(true)
            .stdout(true)
            .stderr(true)
            .stream(true)
            .build();
        let attached = client.attach_container(&id, Some(options)).await;
        let attached = attached.map_err(|e| failed("attach to", e))?;
        let input = remains.input.insert(attached.input);
        client
            .start_container(&id, None)
            .await
            .map_err(|e| failed("start", e))?;
        let given = async {
            input.write_all(wanted.passfile).await?;
            input.flush().await
        };
        given.await.map_err(|source| SandboxError::Follow {
            tool: "the password file".to_owned(),
            name: name.to_owned(),
            source,
        })?;
        tokio::select! {
            biased;
            () = stop.cancelled() => return Err(SandboxError::Interrupted),
            kept = tokio::time::timeout(PATIENCE, kept(attached.output)) => {
                if let Ok(Err(said)) | Err(said) = kept.map_err(|_| "nothing".to_owned()) {
                    return Err(SandboxError::NotKept { name: name.to_owned(), said });
                }
            }
        }
        Ok(Client {
            place: Place {
                docker: self.docker.clone(),
                container: id,
                name: name.to_owned(),
                user,
            },
            image: self.name().to_owned(),
        })
    }
}

/// Waits for the word that the line was kept; what the container said instead is the error.
async fn kept(mut output: Frames) -> Result<(), String> {
    let mut said = Vec::new();
    while let Some(Ok(frame)) = output.next().await {
        if let LogOutput::StdOut { .. } = frame {
            return Ok(());
        }
        said.extend_from_slice(&frame.into_bytes());
    }
    let said = String::from_utf8_lossy(&said);
    Err(said.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn around(wanted: &Wanted<'_>, user: User) -> HostConfig {
    let mut walls = walls(&wanted.limits);
    let mut mounts = Vec::new();
    match &wanted.reach {
        Reach::Network => walls.network_mode = Some("host".to_owned()),
        Reach::Socket(socket) => {
            // Only this socket: its directory may hold anything, /tmp for example.
            let name = socket.file_name().map(Path::new).unwrap_or(socket);
            let inside = Path::new(Client::SOCKET_DIR).join(name);
            mounts.push(bind(socket, &inside.display().to_string(), Access::Read));
        }
    }
    for (file, inside) in &wanted.files {
        mounts.push(bind(file, inside, Access::Read));
    }
    walls.mounts = Some(mounts);
    let (uid, gid) = (user.uid(), user.gid());
    let in_memory = |more: &str| format!("rw,nosuid,nodev,noexec,size=1m,{more}");
    let own = format!("mode=0700,uid={uid},gid={gid}");
    walls.tmpfs = Some(
        [("/tmp", "mode=1777"), ("/vhost/pass", own.as_str())]
            .map(|(place, more)| (place.to_owned(), in_memory(more)))
            .into(),
    );
    walls
}
