//! What a check asked and what it was answered, call by call: recorded in a drill, and replayed without a database.
//!
//! ```text
//! guest ─call─▶ State::ask ─┬▶ Answers ── Live       the restored database
//!                           │         └── Recorded   a recording, as long as the calls are those that it holds
//!                           └▶ Recorder              the call and its answer, as far as the level lets them
//! ```
//!
//! A guest is in a world of its own: its clock stands, its random numbers follow from a seed, and all else that it sees
//! comes through [`Call`]s. So a component that is answered as recorded does what the recorded one did, or is another.

pub mod call;
mod difference;
pub(super) mod form;
mod live;
mod recorder;
mod recording;
mod replay;
#[cfg(test)]
#[path = "../../../tests/schema.rs"]
mod schema;
mod statement;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use call::Call;
pub use difference::{Difference, between};
pub use live::Live;
pub use recorder::{NotRecorded, Recorded, Recorder};
pub use recording::{Head, Recording, RecordingError, SCHEMA};
pub use replay::{NotReplayable, Replay};
pub use statement::Statement;

use crate::check::disclose::Names;
use crate::check::query::{Session, Spent};

/// What of a check's exchange is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Record {
    #[default]
    Nothing,
    Exchange(Level),
}

/// How much a recording shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// SHA-256 of data, with rows and bytes as counts: two recordings can be held against each other.
    Digests,
    /// Everything as it is, so that it can be replayed: for data that are made up.
    Values,
}

impl Level {
    pub fn name(self) -> &'static str {
        match self {
            Level::Digests => "digests",
            Level::Values => "values",
        }
    }
}

/// Where a check's calls are answered.
pub enum Answers {
    Live(Live),
    Recorded(Replay),
}

impl Answers {
    /// What the check has used of the database so far.
    pub fn spent(&self) -> Spent {
        match self {
            Answers::Live(live) => live
                .session
                .as_ref()
                .map(Session::spent)
                .unwrap_or_default(),
            Answers::Recorded(_) => Spent::default(),
        }
    }

    /// # Errors
    ///
    /// Where a replay has no answer, because the call is not the recorded one; it ends there.
    pub async fn to<C: Call>(&mut self, call: &C) -> wasmtime::Result<C::Answer> {
        match self {
            Answers::Live(live) => Ok(call.answer(live).await),
            Answers::Recorded(replay) => Ok(replay.answer(call)?),
        }
    }
}

/// The names that a recording of digests shows: schemas, relations and columns, each by itself.
pub fn known(names: &Names) -> Arc<BTreeSet<String>> {
    let mut known = BTreeSet::new();
    for (relation, columns) in names {
        // A name may hold a dot itself.
        for (dot, _) in relation.match_indices('.') {
            known.insert(relation[..dot].to_owned());
            known.insert(relation[dot + 1..].to_owned());
        }
        known.extend(columns.iter().cloned());
    }
    Arc::new(known)
}
