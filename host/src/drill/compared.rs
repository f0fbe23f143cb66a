//! The comparison with the dump and the checks, one after the other or side by side.

use std::time::Instant;

use crate::check::Watch;
use crate::drill::checks::{Compiling, Shared};
use crate::drill::directory::RunDirectory;
use crate::drill::manifest::Kept;
use crate::drill::order::Order;
use crate::drill::seen::Seen;
use crate::drill::supply::Taken;
use crate::event::{Event, Stage};
use crate::fidelity::{Asked, Comparison, FidelityError, FidelitySeen, Known};
use crate::plan::{Overlap, Roles};
use crate::report::Stop;
use vhost_dump::manifest::Access;

/// Holds the restored database against its dump, and runs the checks on it.
pub async fn compare_and_check(
    kept: Kept<'_>,
    compiling: Compiling,
    order: &Order,
    directory: &RunDirectory,
    seen: &mut Seen,
) -> Result<(), Stop> {
    let Kept {
        restored,
        manifest,
        taken,
    } = kept;
    let asked = Asked {
        expected: &manifest,
        known: match &taken {
            Taken::Here(catalogue) => Known::Fresh(catalogue),
            Taken::Elsewhere(offsets) => Known::Given(offsets),
        },
        access: match order.roles {
            Roles::Create => Access::Compared,
            Roles::Skip => Access::Aside,
        },
        empty: order.empty,
        amcheck: order.amcheck,
        cores: order.cores,
    };
    let shared = Shared {
        started: order.started,
        salt: order.salt,
        cores: order.cores,
        memory: order.spec.limits.memory,
        manifest: manifest.clone(),
        reference: order.beside.reference.clone(),
        record: order.record,
        watch: Watch::Nobody,
        directory: directory.partial().to_owned(),
    };
    seen.begin(Stage::Fidelity);
    let began = Instant::now();
    // The state that is compared is the one before any check, whatever is done for the checks beside it.
    let comparison = Comparison::begin(&restored).await;
    let comparison = comparison.map_err(|e| seen.stop(&e))?;
    let compare = async {
        let compared = comparison.compare(&asked).await;
        (compared, Instant::now())
    };
    match order.overlap {
        Overlap::Before => {
            let (compared, ended) = compare.await;
            record(compared, (began, ended), seen)?;
            seen.begin(Stage::Checks);
            seen.evidence.checks = Some(compiling.run(&restored, shared, seen).await?);
            seen.end();
        }
        Overlap::Beside => {
            seen.events().send(Event::Started {
                stage: Stage::Checks,
            });
            let checks = async {
                let checked = compiling.run(&restored, shared, seen).await;
                (checked, Instant::now())
            };
            let ((compared, compared_at), (checked, checked_at)) = tokio::join!(compare, checks);
            record(compared, (began, compared_at), seen)?;
            seen.evidence.checks = Some(checked?);
            seen.ended_at(Stage::Checks, began, checked_at);
        }
    }
    Ok(())
}

fn record(
    compared: Result<FidelitySeen, FidelityError>,
    (began, ended): (Instant, Instant),
    seen: &mut Seen,
) -> Result<(), Stop> {
    let compared = compared.map_err(|e| seen.stop_in(Stage::Fidelity, &e))?;
    seen.evidence.fidelity = Some(compared);
    seen.ended_at(Stage::Fidelity, began, ended);
    Ok(())
}
