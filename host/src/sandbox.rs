//! The ephemeral Postgres that a dump is restored into; it owns its own removal.

use serde::Serialize;

/// What a sandbox runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EngineKind {
    Docker,
    Local,
}

/// One wall around a sandbox. The names are those that a plan's `sandbox.accept` uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wall {
    NoNetwork,
    NoPublishedPort,
    NoCapabilities,
    NoNewPrivileges,
    ReadOnlyRoot,
    OnlyOwnMounts,
    OwnProcesses,
    UnprivilegedUser,
    ResourceLimits,
    /// The restored cluster is not the source's: another system identifier.
    OwnCluster,
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

/// What removing a sandbox came to.
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
