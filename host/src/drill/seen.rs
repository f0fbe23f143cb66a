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
    at: Stage,
    began: Instant,
}

impl Seen {
    pub fn nothing_yet(evidence: Evidence, events: Events) -> Self {
        Self {
            evidence,
            events,
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

    /// A stop in the current stage for this reason.
    pub fn stop(&self, error: &(dyn Error + 'static)) -> Stop {
        stop(self.at, error)
    }

    /// Waits for `work` unless the drill is interrupted first.
    pub async fn unless_interrupted<T, E: Error + 'static>(
        &self,
        token: &CancellationToken,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Stop> {
        tokio::select! {
            biased;
            () = token.cancelled() => Err(interrupted(self.at)),
            done = work => done.map_err(|error| self.stop(&error)),
        }
    }
}

/// A stop with the error and its causes in one line.
pub fn stop(stage: Stage, error: &(dyn Error + 'static)) -> Stop {
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
    Stop {
        stage,
        cause: cause.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

pub fn interrupted(stage: Stage) -> Stop {
    Stop {
        stage,
        cause: "the drill was interrupted by a signal".to_owned(),
    }
}
