//! A container that is journaled before it is made, and what is left of it to remove.

use bollard::models::ContainerCreateBody;
use bollard::query_parameters::CreateContainerOptionsBuilder;

use super::container::Image;
use super::{Docker, is};
use crate::plan::name::RunId;
use crate::sandbox::journal::{Journal, Record};
use crate::sandbox::{Removal, SandboxError};

/// A container that may exist, for its removal.
#[derive(Debug)]
pub(in crate::sandbox) struct Container {
    docker: Docker,
    name: String,
    run: RunId,
    id: Option<String>,
    /// Anonymous volumes that the image declares; they go with the container, and are looked for by name.
    volumes: Vec<String>,
}

impl Container {
    pub(in crate::sandbox) async fn remove(self) -> Vec<Removal> {
        let container = self
            .docker
            .remove_container(&self.name, &self.run, self.id.as_deref())
            .await;
        let mut removals = vec![container];
        for volume in &self.volumes {
            removals.push(self.docker.remove_volume(volume).await);
        }
        removals
    }
}

impl Image {
    /// Creates a container under a name that is in the journal before; `remains` holds whatever may exist, also on
    /// failure. The result is its id and the anonymous volumes that came with it.
    pub(super) async fn create(
        &self,
        name: &str,
        run: &RunId,
        body: ContainerCreateBody,
        journal: &Journal,
        remains: &mut Option<Container>,
    ) -> Result<(String, Vec<String>), SandboxError> {
        let failed = |operation, source| SandboxError::Container {
            operation,
            name: name.to_owned(),
            source,
        };
        let client = &self.docker.client;
        journal.write(&Record::Container {
            engine: self.docker.host.clone(),
            name: name.to_owned(),
        })?;
        let container = remains.insert(Container {
            docker: self.docker.clone(),
            name: name.to_owned(),
            run: run.clone(),
            id: None,
            volumes: Vec::new(),
        });
        let options = CreateContainerOptionsBuilder::new().name(name).build();
        let id = match client.create_container(Some(options), body).await {
            Ok(created) => created.id,
            Err(e) if is(&e, 409) => {
                *remains = None;
                journal.write(&Record::settled("container", name))?;
                return Err(SandboxError::NameTaken {
                    kind: "container",
                    name: name.to_owned(),
                });
            }
            Err(source) => return Err(failed("create", source)),
        };
        container.id = Some(id.clone());
        journal.write(&Record::ContainerMade {
            name: name.to_owned(),
            id: id.clone(),
        })?;
        let found = client
            .inspect_container(&id, None)
            .await
            .map_err(|e| failed("inspect", e))?;
        let mounts = found.mounts.ok_or_else(|| SandboxError::AnswerLacks {
            name: name.to_owned(),
            field: "Mounts",
        })?;
        for volume in mounts
            .into_iter()
            .filter(|mount| mount.typ.as_deref() == Some("volume"))
            .filter_map(|mount| mount.name)
        {
            journal.write(&Record::Volume {
                engine: self.docker.host.clone(),
                name: volume.clone(),
            })?;
            container.volumes.push(volume);
        }
        Ok((id, container.volumes.clone()))
    }
}
