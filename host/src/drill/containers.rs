//! Containers that a drill must not touch, and production's own.

use crate::drill::order::{From, Order};
use crate::drill::{Drill, seen::Seen};
use crate::report::Stop;
use crate::sandbox::ContainerIdentity;
use crate::sandbox::docker::Docker;

impl Drill<'_> {
    /// Connects to the container engine where a container is to be watched, and looks at the protected ones.
    pub(super) async fn containers_before(
        &self,
        order: &Order,
        seen: &mut Seen,
    ) -> Result<Option<Docker>, Stop> {
        let watched = match &order.from {
            From::Source(source) => source.extra.container.is_some(),
            From::Given { .. } => false,
        };
        let docker = if watched || !order.terms.protected.is_empty() {
            let docker = Docker::connect(&order.docker_host);
            Some(seen.unless_interrupted(docker).await?)
        } else {
            None
        };
        let names = order.terms.protected.clone();
        seen.evidence.protected_before = Some(containers(docker.as_ref(), &names, seen).await?);
        Ok(docker)
    }

    pub(super) async fn containers_after(
        &self,
        order: &Order,
        docker: Option<&Docker>,
        seen: &mut Seen,
    ) -> Result<(), Stop> {
        seen.evidence.protected_after =
            Some(containers(docker, &order.terms.protected, seen).await?);
        seen.end();
        Ok(())
    }
}

/// Looks at containers by their exact names.
pub(super) async fn containers(
    docker: Option<&Docker>,
    names: &[String],
    seen: &Seen,
) -> Result<Vec<ContainerIdentity>, Stop> {
    let mut identities = Vec::with_capacity(names.len());
    // Without an engine there is no name to look at: one is connected to as soon as there is.
    for (docker, name) in docker
        .into_iter()
        .flat_map(|docker| names.iter().map(move |name| (docker, name)))
    {
        identities.push(
            docker
                .container_identity(name)
                .await
                .map_err(|e| seen.stop(&e))?,
        );
    }
    Ok(identities)
}
