//! What a check is tried under: its grant, or what it asks for where nobody has approved it.

use time::OffsetDateTime;
use tokio_postgres::Client;

use crate::grant::{
    Approved, AskedRead, Component, Decision, Grants, NotApproved, Refused, Scope, approve, review,
};
use crate::plan::bounds::Bounds;

/// Stands in a grant that nobody has given.
const BY: &str = "vhost try";

/// Under what a check runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Under {
    /// A grants file.
    Grant,
    /// What it asks for.
    Asked,
    /// The same, and every relation of these schemas, because its settings name what it reads.
    Everything(Vec<String>),
}

#[derive(Debug, thiserror::Error)]
pub enum NotTried {
    #[error("check `{check}` {why}")]
    NotApproved {
        check: String,
        #[source]
        why: NotApproved,
    },
    #[error(transparent)]
    Refused(#[from] Refused),
}

/// Reviews the component under these grants, or under what it asks for.
pub fn under(
    component: Component,
    grants: Option<&Grants>,
    bounds: &Bounds,
    schemas: &[String],
) -> Result<(Approved, Under), NotTried> {
    let (granted, under) = match grants {
        Some(grants) => (grants.clone(), Under::Grant),
        None => {
            let configured = component
                .asked
                .as_ref()
                .is_ok_and(|asked| asked.read == AskedRead::Configured);
            let under = match configured {
                true => Under::Everything(schemas.to_vec()),
                false => Under::Asked,
            };
            let read = match configured {
                true => every(schemas),
                false => Vec::new(),
            };
            let decision = Decision {
                read,
                withhold: Vec::new(),
                by: BY.to_owned(),
                at: OffsetDateTime::UNIX_EPOCH,
            };
            let grant = approve(&component, None, &decision);
            let grant = grant.map_err(|why| NotTried::NotApproved {
                check: component.name.clone(),
                why,
            })?;
            let grants = vec![grant];
            (Grants { grants }, under)
        }
    };
    let mut approved = review(vec![component], &granted, bounds)?;
    // One component was given, and the review gives as many.
    match approved.pop() {
        Some(approved) => Ok((approved, under)),
        None => Err(NotTried::Refused(Refused {
            refusals: Vec::new(),
        })),
    }
}

fn every(schemas: &[String]) -> Vec<Scope> {
    let scopes = schemas.iter().map(|schema| Scope::Schema {
        schema: schema.clone(),
    });
    scopes.collect()
}

/// The schemas that a grant can open.
pub(super) async fn schemas(client: &Client) -> Result<Vec<String>, tokio_postgres::Error> {
    let rows = client
        .query(
            "SELECT nspname::text FROM pg_catalog.pg_namespace
              WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1",
            &[],
        )
        .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}
