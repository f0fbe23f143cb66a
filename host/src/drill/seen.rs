//! What the drill has seen so far, and where it is.

use std::error::Error;
use std::time::Instant;

use tokio_util::sync::CancellationToken;

use crate::event::{Event, Events, Stage};
use crate::report::{Evidence, Stop, Timing};

/// Evidence that grows stage by stage.
pub struct Seen {
    pub evidence: Evidence,
    events: Events,
    interrupt: CancellationToken,
    at: Stage,
    began: Instant,
}

impl Seen {
    pub fn nothing_yet(evidence: Evidence, events: Events, interrupt: CancellationToken) -> Self {
        Self {
            evidence,
            events,
            interrupt,
            at: Stage::Observe,
            began: Instant::now(),
        }
    }

    pub fn events(&self) -> &Events {
        &self.events
    }

    /// The stage that the drill is in, or was in when it stopped.
    pub fn at(&self) -> Stage {
        self.at
    }

    pub fn begin(&mut self, stage: Stage) {
        self.at = stage;
        self.began = Instant::now();
        self.events.send(Event::Started { stage });
    }

    /// Ends the stage that was begun last.
    pub fn end(&mut self) {
        self.ended_at(self.at, self.began, Instant::now());
    }

    /// Records a stage that ran beside another one.
    pub fn ended_at(&mut self, stage: Stage, began: Instant, ended: Instant) {
        let elapsed = ended.saturating_duration_since(began);
        self.evidence.timings.push(Timing {
            stage,
            millis: elapsed.as_millis().try_into().unwrap_or(u64::MAX),
        });
        self.events.send(Event::Finished { stage, elapsed });
    }

    pub fn is_interrupted(&self) -> bool {
        self.interrupt.is_cancelled()
    }

    /// Ends when the drill is interrupted.
    pub async fn interrupted(&self) {
        self.interrupt.cancelled().await;
    }

    /// A stop in the current stage for this reason.
    pub fn stop(&self, error: &(dyn Error + 'static)) -> Stop {
        self.stop_in(self.at, error)
    }

    /// A stop in a stage that ran beside the current one.
    ///
    /// What fails after a signal fails because of it: the parts of a drill hear the signal in no fixed order, and
    /// whichever gives up first would otherwise name its own end as the cause.
    pub fn stop_in(&self, stage: Stage, error: &(dyn Error + 'static)) -> Stop {
        match self.interrupt.is_cancelled() {
            true => interrupted(stage),
            false => Stop {
                stage,
                cause: in_one_line(error),
            },
        }
    }

    /// Waits for `work` unless the drill is interrupted first.
    pub async fn unless_interrupted<T, E: Error + 'static>(
        &self,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Stop> {
        tokio::select! {
            biased;
            () = self.interrupt.cancelled() => Err(interrupted(self.at)),
            done = work => done.map_err(|error| self.stop(&error)),
        }
    }
}

/// The error and its causes in one line.
pub fn in_one_line(error: &(dyn Error + 'static)) -> String {
    let mut cause = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let text = error.to_string();
        // Some libraries repeat their cause in their own words.
        if !cause.ends_with(&text) {
            cause.push_str(": ");
            cause.push_str(&text);
        }
        source = error.source();
    }
    cause.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub fn interrupted(stage: Stage) -> Stop {
    Stop {
        stage,
        cause: "the drill was interrupted by a signal".to_owned(),
    }
}
