//! Which pg_dump takes the dump: the host's, or one in a container of the sandbox's image.

use tokio_util::sync::CancellationToken;

use crate::drill::major::Upgrade;
use crate::drill::order::{Order, PgDumpAt, SourceExtra};
use crate::plan::name::{Name, NotAName};
use crate::sandbox::docker::Remains;
use crate::sandbox::{Journal, SandboxError};
use crate::source::{Lodging, PgDump, PgDumpError, Source};

#[derive(Debug, thiserror::Error)]
pub enum FindError {
    #[error(transparent)]
    PgDump(#[from] PgDumpError),
    #[error("pg_dump cannot be looked for in the sandbox's image")]
    Engine(#[source] SandboxError),
    #[error(
        "pg_dump's container has the sandbox's name and `-dump`: give the sandbox a shorter name"
    )]
    Name(#[source] NotAName),
}

/// Finds the pg_dump, and starts its container where it is in the image; `remains` holds what may exist of that.
///
/// Await it to its end, also when `stop` fires: a container that is asked for may still be granted.
pub async fn find(
    asked: &SourceExtra,
    order: &Order,
    source: &Source,
    journal: &Journal,
    stop: &CancellationToken,
    remains: &mut Remains,
) -> Result<PgDump, FindError> {
    let major = source.server_major();
    if let Upgrade::To(to) = order.upgrade
        && let Some(newer) = of_upgrade(asked, to).await
    {
        return Ok(newer);
    }
    let on_host = PgDump::find(asked.pg_dump.as_deref(), &asked.path_dirs, major);
    let image = match &asked.pg_dump_at {
        PgDumpAt::Host => return Ok(on_host.await?),
        PgDumpAt::Image(image) => image,
        // The sandbox's own image has the newer one.
        PgDumpAt::HostElseImage(image) if matches!(order.upgrade, Upgrade::To(_)) => image,
        PgDumpAt::HostElseImage(image) => match on_host.await {
            Err(PgDumpError::NotFound { .. } | PgDumpError::TooOld { .. }) => image,
            found => return Ok(found?),
        },
    };
    let image = image.open().await.map_err(FindError::Engine)?;
    let name = format!("{}-dump", order.spec.name);
    let lodging = Lodging {
        name: name.parse::<Name>().map_err(FindError::Name)?,
        run: order.spec.run.clone(),
        limits: order.spec.limits,
        journal,
        stop,
    };
    Ok(PgDump::in_image(&image, source, lodging, remains).await?)
}

/// The host's pg_dump of exactly the major version that the dump is to be restored into.
///
/// A newer release's own pg_dump knows what that release no longer takes as the older one wrote it (Postgres manual, 18.6.1).
async fn of_upgrade(asked: &SourceExtra, to: u32) -> Option<PgDump> {
    if matches!(asked.pg_dump_at, PgDumpAt::Image(_)) {
        return None;
    }
    let found = PgDump::find(asked.pg_dump.as_deref(), &asked.path_dirs, to).await;
    found.ok().filter(|found| found.version.major == to)
}
