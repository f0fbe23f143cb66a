//! One thing that a gate or a check saw. A finding is not an error.

use serde::{Deserialize, Serialize};

/// What a finding, a gate, a check or a report row amounts to.
///
/// The order is the order of gravity: the worst of several is their maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING-KEBAB-CASE")]
pub enum Status {
    Pass,
    /// It could not be looked at, so nothing is known.
    CouldNotLook,
    Fail,
}

/// One thing seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// A stable kebab-case name of what was asserted.
    pub rule: String,
    pub status: Status,
    /// The object of the database that it is about; never a row value.
    pub subject: String,
    pub expected: Shown,
    pub actual: Shown,
}

/// A value as far as the report may show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "value")]
pub enum Shown {
    /// The finding compares nothing.
    Nothing,
    Null,
    Count(i64),
    Boolean(bool),
    /// Text that the grant `report = "values"` lets through, or that the host itself wrote.
    Text(String),
    /// Length in bytes and a digest salted per drill, for text that the grant withholds.
    Withheld {
        bytes: u64,
        salted_sha256: String,
    },
}
