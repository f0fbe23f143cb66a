//! The docker engine: an image's Postgres programs, in a container that vhost hardens.

mod client;
mod container;
mod created;
mod exec;
mod inspect;

use std::time::Duration;

use bollard::errors::Error;
use bollard::models::ContainerInspectResponse;
use bollard::query_parameters::{RemoveContainerOptionsBuilder, RemoveVolumeOptions};

use super::{ContainerIdentity, Removal, Removed, SandboxError};
use crate::plan::name::RunId;
pub use client::{Client, Reach, Remains, Wanted};
pub use container::Image;
pub(super) use container::Server;
pub(super) use created::Container;
pub(super) use exec::Run;

/// The label by which vhost knows its own containers; its value is the run's id.
const LABEL: &str = "io.vhost.run";
/// How long the engine may take to answer one request.
const ANSWER_SECONDS: u64 = 60;

/// A Docker engine on this machine.
#[derive(Clone, Debug)]
pub struct Docker {
    client: bollard::Docker,
    host: String,
}

impl Docker {
    /// Connects to the engine at `host`, for example `unix:///var/run/docker.sock`.
    ///
    /// Other machines are refused: the dump is bind-mounted, and a socket's directory is shared with the host.
    pub async fn connect(host: &str) -> Result<Docker, SandboxError> {
        if !host.starts_with("unix://") {
            return Err(SandboxError::HostNotLocal {
                host: host.to_owned(),
            });
        }
        let failed = |source| SandboxError::EngineUnreachable {
            host: host.to_owned(),
            source,
        };
        let client =
            bollard::Docker::connect_with_unix(host, ANSWER_SECONDS, bollard::API_DEFAULT_VERSION)
                .map_err(failed)?
                .negotiate_version()
                .await
                .map_err(failed)?;
        Ok(Docker {
            client,
            host: host.to_owned(),
        })
    }

    pub fn host(&self) -> &str {
        &self.host
    }

    /// Takes an image to make sandboxes from. It has to be there: vhost never pulls.
    pub async fn image(&self, image: &str) -> Result<Image, SandboxError> {
        match self.client.inspect_image(image).await {
            Ok(_) => Ok(Image::new(self.clone(), image.to_owned())),
            Err(e) if is(&e, 404) => Err(SandboxError::NoImage {
                host: self.host.clone(),
                image: image.to_owned(),
            }),
            Err(source) => Err(SandboxError::EngineUnreachable {
                host: self.host.clone(),
                source,
            }),
        }
    }

    /// Who the container of this exact name is, as the engine writes it.
    pub async fn container_identity(&self, name: &str) -> Result<ContainerIdentity, SandboxError> {
        let Some(found) = self.look(name).await? else {
            return Ok(ContainerIdentity::Absent {
                name: name.to_owned(),
            });
        };
        let lacks = |field| SandboxError::AnswerLacks {
            name: name.to_owned(),
            field,
        };
        let state = found.state.ok_or_else(|| lacks("State"))?;
        Ok(ContainerIdentity::Present {
            name: name.to_owned(),
            id: found.id.ok_or_else(|| lacks("Id"))?,
            started_at: state.started_at.ok_or_else(|| lacks("State.StartedAt"))?,
            status: state
                .status
                .ok_or_else(|| lacks("State.Status"))?
                .to_string(),
        })
    }

    /// Looks for a container by its exact name. The engine would also take the beginning of an id for a name.
    async fn look(&self, name: &str) -> Result<Option<ContainerInspectResponse>, SandboxError> {
        match self.client.inspect_container(name, None).await {
            Ok(found) => {
                let exact = format!("/{name}");
                Ok((found.name.as_deref() == Some(exact.as_str())).then_some(found))
            }
            Err(e) if is(&e, 404) => Ok(None),
            Err(source) => Err(SandboxError::Container {
                operation: "inspect",
                name: name.to_owned(),
                source,
            }),
        }
    }

    /// Removes the container `name` with its anonymous volumes if it is that of `run`, and looks whether it is gone.
    pub(super) async fn remove_container(
        &self,
        name: &str,
        run: &RunId,
        id: Option<&str>,
    ) -> Removal {
        let outcome = match self.try_remove(name, run, id).await {
            Ok(None) => Removed::Gone,
            Ok(Some(why)) => self.left(why, "rm --force --volumes", name),
            Err(e) => {
                let why = match std::error::Error::source(&e) {
                    Some(cause) => format!("{e}: {cause}"),
                    None => e.to_string(),
                };
                self.left(why, "rm --force --volumes", name)
            }
        };
        Removal {
            kind: "container",
            name: name.to_owned(),
            outcome,
        }
    }

    async fn try_remove(
        &self,
        name: &str,
        run: &RunId,
        id: Option<&str>,
    ) -> Result<Option<String>, SandboxError> {
        let Some(found) = self.look(name).await? else {
            return Ok(None);
        };
        let label = found
            .config
            .and_then(|config| config.labels)
            .and_then(|labels| labels.get(LABEL).cloned());
        if label.as_deref() != Some(run.as_str()) {
            return Ok(Some(format!(
                "it is not ours: its label {LABEL} is not {run}"
            )));
        }
        let found = found.id.ok_or_else(|| SandboxError::AnswerLacks {
            name: name.to_owned(),
            field: "Id",
        })?;
        if id.is_some_and(|id| id != found) {
            return Ok(Some(format!("it is not ours: its id is {found}")));
        }
        let options = RemoveContainerOptionsBuilder::new()
            .force(true)
            .v(true)
            .build();
        match self.client.remove_container(&found, Some(options)).await {
            Ok(()) => {}
            // Somebody else removed it, or is about to: the look below tells.
            Err(e) if is(&e, 404) || is(&e, 409) => {}
            Err(source) => {
                return Err(SandboxError::Container {
                    operation: "remove",
                    name: name.to_owned(),
                    source,
                });
            }
        }
        for _ in 0..100 {
            match self.look(name).await? {
                Some(now) if now.id.as_deref() == Some(found.as_str()) => {}
                _ => return Ok(None),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(Some("it is still there 10 s after its removal".to_owned()))
    }

    /// Removes one volume by its exact name, and looks whether it is gone.
    pub(super) async fn remove_volume(&self, name: &str) -> Removal {
        // It goes with its container; this is for a container that went without it.
        let removed = self
            .client
            .remove_volume(name, None::<RemoveVolumeOptions>)
            .await;
        let outcome = match (self.client.inspect_volume(name).await, removed) {
            (Err(e), _) if is(&e, 404) => Removed::Gone,
            (Err(e), _) => self.left(
                format!("nobody can tell whether it is gone: {e}"),
                "volume rm",
                name,
            ),
            (Ok(_), Err(e)) => self.left(e.to_string(), "volume rm", name),
            (Ok(_), Ok(())) => self.left(
                "it is there again after its removal".to_owned(),
                "volume rm",
                name,
            ),
        };
        Removal {
            kind: "volume",
            name: name.to_owned(),
            outcome,
        }
    }

    fn left(&self, why: String, command: &str, name: &str) -> Removed {
        Removed::LeftBehind {
            why,
            remove_with: format!("docker --host {} {command} {name}", self.host),
        }
    }
}

/// Whether the engine answered with this HTTP status.
fn is(error: &Error, status: u16) -> bool {
    matches!(error, Error::DockerResponseServerError { status_code, .. } if *status_code == status)
}
