//! What the plan says of the dump.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::EmptyDump;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DumpPlan {
    pub format: DumpFormat,
    #[serde(rename = "create")]
    pub of: DumpOf,
    /// Whether the dump stays in the run directory after the drill.
    pub keep: bool,
    /// The pg_dump to use; otherwise one of the source's major version is looked for.
    pub pg_dump: Option<PathBuf>,
    /// Where pg_dump runs; otherwise on this host and, where it has none that fits, in the image of the docker engine.
    pub from: Option<DumpFrom>,
    pub empty: EmptyDump,
}

/// Where pg_dump runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DumpFrom {
    Host,
    /// In a container of the sandbox's image; engine docker only.
    Image,
}

impl Default for DumpPlan {
    fn default() -> Self {
        Self {
            format: DumpFormat::Plain,
            of: DumpOf::default(),
            keep: true,
            pg_dump: None,
            from: None,
            empty: EmptyDump::default(),
        }
    }
}

/// What a fresh dump holds, by the plan's `create`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(from = "bool")]
pub enum DumpOf {
    /// The database itself, with its settings, comment, owner and grants, and all that is in it (`pg_dump --create`).
    #[default]
    Database,
    /// What is in it, and nothing of itself.
    Contents,
}

impl From<bool> for DumpOf {
    fn from(create: bool) -> Self {
        match create {
            true => DumpOf::Database,
            false => DumpOf::Contents,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DumpFormat {
    Plain,
    Custom,
}
