//! One line of `accepted.jsonl`: a run that somebody says is as it should be.

use serde::{Deserialize, Serialize};

use vhost_dump::digest::Sha256;

/// Who accepted which run as the reference of later drills of the same plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// The plan's name.
    pub plan: String,
    /// The run's id, which is its directory's name.
    pub run: String,
    /// Of the run's `manifest.json`.
    pub manifest: Sha256,
    pub by: String,
    pub why: String,
    /// RFC 3339 in UTC.
    pub at: String,
}
