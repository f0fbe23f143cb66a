//! What the plan says of the comparison with the dump.

use serde::{Deserialize, Serialize};

/// Whether a dump without rows is what there should be (`empty = true`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(from = "bool")]
pub enum EmptyDump {
    /// It is no healthy backup.
    #[default]
    Refused,
    Accepted,
}

impl From<bool> for EmptyDump {
    fn from(empty: bool) -> Self {
        match empty {
            true => EmptyDump::Accepted,
            false => EmptyDump::Refused,
        }
    }
}

/// How the restored database is held against the dump.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FidelityPlan {
    pub overlap: Overlap,
    pub amcheck: Amcheck,
}

/// Whether the comparison ends before the checks start (`overlap = true`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(from = "bool")]
pub enum Overlap {
    /// A check that broke Postgres itself cannot reach the comparison.
    #[default]
    Before,
    Beside,
}

impl From<bool> for Overlap {
    fn from(overlap: bool) -> Self {
        match overlap {
            true => Overlap::Beside,
            false => Overlap::Before,
        }
    }
}

/// Whether indexes and heaps are looked at page by page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Amcheck {
    /// Where the sandbox's Postgres has the extension; a remark says where it has not.
    #[default]
    IfAvailable,
    /// Without it, nothing is known.
    Required,
    Off,
}
