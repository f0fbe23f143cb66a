//! The dump beside its reference: what drifted, and how old the restored rows are.

use std::sync::Arc;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::drill::manifest::Kept;
use crate::drill::order::Order;
use crate::drill::seen::Seen;
use crate::drill::supply::Taken;
use crate::plan::freshness::Freshness;
use crate::plan::reference::ReferencePlan;
use crate::reference::freshness::{self, Moment};
use crate::reference::{Cycling, DriftSeen, Dump, Reference, drift};
use crate::report::Stop;
use vhost_dump::facts::Origin;

/// What a dump is held against besides itself.
#[derive(Default)]
pub struct Beside {
    /// `None`: nobody accepted a run of this plan, and none was named.
    pub reference: Option<Arc<Reference>>,
    pub tolerated: ReferencePlan,
    pub freshness: Freshness,
}

#[derive(Debug, thiserror::Error)]
enum BesideError {
    #[error("the dump's time `{taken_at}` cannot be read")]
    TakenAt {
        taken_at: String,
        #[source]
        source: time::error::Parse,
    },
    #[error("the sequences of the restored database cannot be listed")]
    Sequences(#[source] tokio_postgres::Error),
}

/// Holds the manifest against the reference, and the restored rows against the plan's ages.
pub async fn look(kept: &Kept<'_>, order: &Order, seen: &Seen) -> Result<DriftSeen, Stop> {
    let beside = &order.beside;
    if beside.reference.is_none() && beside.freshness.is_empty() {
        return Ok(DriftSeen::default());
    }
    let client = kept.restored.connect().await.map_err(|e| seen.stop(&e))?;
    let mut found = match &beside.reference {
        Some(reference) => {
            let cycling = Cycling::look(&client).await;
            let cycling = cycling.map_err(|e| seen.stop(&BesideError::Sequences(e)))?;
            let dump = Dump {
                manifest: &kept.manifest,
                catalogue: match &kept.taken {
                    Taken::Here(catalogue) => Some(catalogue),
                    Taken::Elsewhere(_) => None,
                },
            };
            drift(reference, dump, &beside.tolerated, &cycling)
        }
        None => DriftSeen::default(),
    };
    if !beside.freshness.is_empty() {
        let moment = moment(order, seen).map_err(|e| seen.stop(&e))?;
        let fresh = freshness::look(&client, &beside.freshness, moment).await;
        found.findings.extend(fresh);
    }
    Ok(found)
}

/// When the rows of the dump were as they are in it, as far as it is known.
fn moment(order: &Order, seen: &Seen) -> Result<Moment, BesideError> {
    match seen.evidence.dump.as_ref().map(|dump| &dump.origin) {
        Some(Origin::Fresh { taken_at, .. }) => OffsetDateTime::parse(taken_at, &Rfc3339)
            .map(Moment::Dump)
            .map_err(|source| BesideError::TakenAt {
                taken_at: taken_at.clone(),
                source,
            }),
        Some(Origin::Given) | None => Ok(Moment::Drill(order.started.into())),
    }
}
