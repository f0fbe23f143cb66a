//! What a plan sets around every grant of its drill.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::plan::limits::{CEILINGS, Limits};

/// The ceilings over every check's limits, and the directories that a grant's artefacts stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The plan's `[limits]`; what it does not name has the ceiling of every plan, [`CEILINGS`].
    pub ceilings: Limits,
    /// The plan's `[artefacts]`: names that grants may use, and directories of this host.
    pub artefacts: BTreeMap<String, PathBuf>,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            ceilings: CEILINGS,
            artefacts: BTreeMap::new(),
        }
    }
}
