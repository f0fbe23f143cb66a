//! The ephemeral Postgres that a dump is restored into; it owns its own removal.

pub mod clean;
pub mod docker;
mod error;
mod group;
mod home;
pub mod journal;
pub mod local;
mod process;
mod scope;
mod server;
mod user;

use std::path::PathBuf;

use serde::Serialize;

use crate::plan::name::{Name, RunId};
pub use crate::plan::{EngineKind, Wall};
pub use error::SandboxError;
pub use group::Group;
pub use journal::{Journal, JournalError};
pub use process::{Exec, Output, Process, Stdin};
pub use scope::{Ended, Login, Sandbox, Scoped, scope};

/// What runs sandboxes, ready to use.
#[derive(Clone, Debug)]
pub enum Engine {
    Docker(docker::Image),
    Local(local::Local),
}

impl Engine {
    pub fn kind(&self) -> EngineKind {
        match self {
            Engine::Docker(_) => EngineKind::Docker,
            Engine::Local(_) => EngineKind::Local,
        }
    }
}

/// What one sandbox is to be.
#[derive(Clone, Debug)]
pub struct Spec {
    /// The exact name of its directory, and of its container where it has one.
    pub name: Name,
    pub run: RunId,
    /// An existing directory that everybody can enter, for example `/var/tmp`; the sandbox makes its own inside.
    pub base: PathBuf,
    pub limits: Limits,
    /// Server settings beyond the defaults, which they override; the walls stay.
    pub settings: Vec<(String, String)>,
    pub data: Data,
}

/// What a sandbox may use of the machine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// In bytes.
    pub memory: u64,
    /// In processors; parts of one are possible.
    pub cpus: f64,
    pub pids: u32,
}

/// Where the cluster's files lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Data {
    /// In the sandbox's own directory.
    Disk,
    /// In memory, limited by [`Limits::memory`].
    Memory,
}

/// One wall as it was found, by inspection of the running sandbox or by trying from inside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WallSeen {
    pub wall: Wall,
    pub holds: Holds,
    /// How it was looked at and what was seen, for example `inspect: HostConfig.NetworkMode = none`.
    pub seen: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holds {
    Yes,
    No,
}

/// A container by its exact name, as the Docker engine's inspect call gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum ContainerIdentity {
    Present {
        name: String,
        id: String,
        /// As the engine writes it (RFC 3339 with nanoseconds); compared byte for byte.
        started_at: String,
        status: String,
    },
    Absent {
        name: String,
    },
}

/// What removing a sandbox came to: what was made last comes first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Teardown {
    pub removals: Vec<Removal>,
}

/// One thing that a sandbox had made, by its exact name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Removal {
    /// `container`, `volume`, `process`, `socket` or `directory`.
    pub kind: &'static str,
    pub name: String,
    pub outcome: Removed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum Removed {
    /// Looked for by its exact name after removal and not found.
    Gone,
    /// Still there, or nobody could tell.
    LeftBehind {
        why: String,
        /// The one command that removes it.
        remove_with: String,
    },
}
