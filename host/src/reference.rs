//! What a dump is held against besides itself: an earlier manifest, and how old its rows may be.
//!
//! ```text
//! accepted.jsonl ─last of the plan─▶ Acceptance ─its SHA-256─▶ Reference ─drift─▶ findings
//! ```

pub mod acceptance;
pub mod cycling;
pub mod drift;
pub mod freshness;
mod held;
pub mod ledger;
pub mod sums;

use serde::Serialize;

use crate::finding::Finding;
use vhost_dump::digest::Sha256;

pub use acceptance::Acceptance;
pub use cycling::Cycling;
pub use drift::{Dump, drift};
pub use held::{Reference, ReferenceError};
pub use ledger::{Ledger, LedgerError};
pub use sums::{Sums, SumsError};

/// The file of a run that holds its dump's manifest.
pub const MANIFEST: &str = "manifest.json";

/// What was seen beyond the dump itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DriftSeen {
    /// `None`: there is none to hold the dump against.
    pub reference: Option<ReferenceSeen>,
    pub findings: Vec<Finding>,
    /// Differences that the plan allows, in sentences without their full stop.
    pub allowed: Vec<String>,
}

/// The manifest that the dump was held against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReferenceSeen {
    pub sha256: Sha256,
    /// Who accepted it; `None` where the operator named a manifest.
    pub accepted: Option<Acceptance>,
}
