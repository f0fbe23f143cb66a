//! The manifest that a drill's dump is held against.

use std::sync::Arc;

use anyhow::Result;
use vhost::drill::Beside;
use vhost::plan::Plan;
use vhost::reference::Reference;

use crate::args::Run;

/// What the dump is held against: the named manifest, the plan's, or that of the plan's last accepted run.
pub fn beside(plan: &Plan, run: &Run) -> Result<Beside> {
    let named = run.reference.as_ref().or(plan.reference.manifest.as_ref());
    let reference = match named {
        Some(path) => Some(Reference::read(path)?),
        None => Reference::last_accepted(&plan.report.dir, &plan.name.to_string())?,
    };
    Ok(Beside {
        reference: reference.map(Arc::new),
        tolerated: plan.reference.clone(),
        freshness: plan.freshness.clone(),
    })
}
