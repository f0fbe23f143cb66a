//! What the plan demands of a drill, as far as the report judges by it.

use serde::Serialize;

use crate::plan::{EngineKind, Required, Wall, WritableRole};

/// The plan's side of a report: what was asked for, against which the evidence is held.
#[derive(Clone, Debug, Serialize)]
pub struct Terms {
    /// The plan's name, by which a later drill finds its reference.
    pub plan: String,
    pub title: String,
    pub run_id: String,
    /// RFC 3339 in UTC.
    pub started_at: String,
    pub engine: EngineKind,
    pub vhost_version: String,
    pub writable_role: WritableRole,
    /// Walls that may be down: the plan's `sandbox.accept`.
    pub accepted_walls: Vec<Wall>,
    /// Exact names of the containers that must not be touched.
    pub protected: Vec<String>,
    pub checks: ChecksAsked,
    pub required: Vec<Required>,
    /// Paths that no artefact may show, such as the dump's and the run directory's.
    #[serde(skip)]
    pub hidden_paths: Vec<HiddenPath>,
}

/// Which checks were to run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "asked", content = "names")]
pub enum ChecksAsked {
    /// `--no-checks`.
    NoneOnPurpose,
    /// By name. An empty list is nobody's purpose and makes the drill INCONCLUSIVE.
    Selected(Vec<String>),
}

/// A path, and the words that stand for it wherever a text has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HiddenPath {
    pub path: String,
    pub shown: &'static str,
}
