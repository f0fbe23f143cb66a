//! What a dump holds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What one pass over a plain-format stream saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// By schema and name, unquoted.
    pub relations: BTreeMap<(String, String), Relation>,
}

/// The rows of one COPY block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relation {
    pub columns: Vec<String>,
    pub rows: u64,
    /// Bytes of the rows in COPY's text format.
    pub bytes: u64,
    /// Order-independent: the sum of the rows' SHA-256 modulo 2^256, as hexadecimal digits.
    pub content_digest: String,
}
