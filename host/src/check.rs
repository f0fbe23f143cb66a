//! One store, one role, one outcome a check.
//!
//! ```text
//! Component ─compile─▶ Compiled          in a child process, or from the cache
//! Approved + Compiled + Facts ─run─▶ CheckOutcome
//! ```
//!
//! A check is called once, in a store of its own that is thrown away. Nothing is ever called again after a trap.

mod again;
pub mod bindings;
pub mod cache;
mod code;
pub mod compile;
pub mod disclose;
pub mod evidence;
pub mod exchange;
mod host;
mod limits;
pub mod linker;
pub mod machine;
pub mod query;
pub mod reading;
mod report;
mod run;
pub mod share;
pub mod statements;
mod stdio;
mod told;
mod wall;

use serde::{Deserialize, Serialize};

use crate::finding::{Finding, Status};
use vhost_dump::digest::Sha256;

pub use again::{Again, replay};
pub use cache::{Cache, CacheError, Came, Ready};
pub use compile::{CompileError, Compiled, Compiler, compile_main};
pub use disclose::Salt;
pub use evidence::Facts;
pub use machine::{Machine, MachineError};
pub use reading::{Onlooker, Read};
pub use run::{Database, Job, Ran, Watch, run, run_all};

/// What came of one check.
#[derive(Clone, Debug, Serialize)]
pub struct CheckOutcome {
    pub name: String,
    pub component: Sha256,
    /// Computed from `ended` and `findings`: no finding is no pass.
    pub status: Status,
    pub ended: Ended,
    pub findings: Vec<Finding>,
    pub metrics: Vec<(String, f64)>,
    pub log: Vec<LogLine>,
    pub usage: Usage,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "ended", content = "why")]
pub enum Ended {
    /// `run` returned a report.
    Reported,
    /// `run` returned an `err`: the check could not look.
    CouldNotLook(String),
    /// The host stopped it or it trapped; names the wall, for example `wall time of 30 s`.
    Stopped(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogLine {
    pub level: &'static str,
    pub message: String,
}

/// What a check used, of its budget and of its grant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Usage {
    pub statements: u64,
    pub rows: u64,
    /// Bytes of row data that crossed into the guest.
    pub bytes: u64,
    pub millis: u64,
    /// Highest sum of linear memories, in bytes.
    pub memory: u64,
    pub calls: Calls,
    /// The relations that its statements read; none where it opened no statement. `None` where nobody could look any
    /// more, as after a call that the check's time ended.
    pub read: Option<Vec<Read>>,
}

/// How often a check called each interface that can be granted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Calls {
    pub query: u64,
    pub evidence: u64,
    pub settings: u64,
    pub log: u64,
}
