//! What progress displays are told while a drill runs.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

/// One stage of a drill, in the order in which stages start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    Review,
    Observe,
    Sandbox,
    Dump,
    Restore,
    Isolation,
    Fidelity,
    Drift,
    Checks,
    Teardown,
    ObserveAgain,
    Seal,
}

impl Stage {
    pub fn name(self) -> &'static str {
        match self {
            Stage::Review => "review",
            Stage::Observe => "observe",
            Stage::Sandbox => "sandbox",
            Stage::Dump => "dump",
            Stage::Restore => "restore",
            Stage::Isolation => "isolation",
            Stage::Fidelity => "fidelity",
            Stage::Drift => "drift",
            Stage::Checks => "checks",
            Stage::Teardown => "teardown",
            Stage::ObserveAgain => "observe-again",
            Stage::Seal => "seal",
        }
    }
}

/// One thing worth showing. Events never carry row data or secrets.
#[derive(Clone, Debug)]
pub enum Event {
    Started {
        stage: Stage,
    },
    /// Bytes done so far; `total` where it is known beforehand.
    Progress {
        stage: Stage,
        bytes: u64,
        total: Option<u64>,
    },
    /// A sentence for the operator, for example which binary was chosen.
    Note {
        stage: Stage,
        text: String,
    },
    Finished {
        stage: Stage,
        elapsed: Duration,
    },
}

/// Where events go. Cheap to clone; the receiver must not block.
#[derive(Clone)]
pub struct Events(Arc<dyn Fn(Event) + Send + Sync>);

impl Events {
    pub fn new(sink: impl Fn(Event) + Send + Sync + 'static) -> Self {
        Self(Arc::new(sink))
    }

    /// Nobody listens.
    pub fn silent() -> Self {
        Self::new(|_| {})
    }

    pub fn send(&self, event: Event) {
        (self.0)(event);
    }

    pub fn note(&self, stage: Stage, text: impl Into<String>) {
        self.send(Event::Note {
            stage,
            text: text.into(),
        });
    }
}
