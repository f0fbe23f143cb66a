//! Answers a check as a recording has it.

use std::sync::Arc;

use serde_json::Value as Json;

use super::Level;
use super::call::Call;
use super::difference::{Difference, words};
use super::form::{Detail, Form as _};
use super::recording::Recording;

/// Why a recording answers nobody.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotReplayable {
    #[error(
        "it holds digests and no answers: record values, of data that are made up, with `vhost run --record=values --synthetic`, or hold it against another recording with --against"
    )]
    Digests,
    #[error("it is of check {recorded}, and the component is {component}")]
    OtherCheck { recorded: String, component: String },
    #[error("the check could read the artefacts `{names}`, of which a recording holds nothing")]
    Artefacts { names: String },
}

impl Recording {
    /// Whether a component of this name can be answered.
    pub fn replayable(&self, component: &str) -> Result<(), NotReplayable> {
        let head = &self.head;
        if head.check != component {
            return Err(NotReplayable::OtherCheck {
                recorded: head.check.clone(),
                component: component.to_owned(),
            });
        }
        if head.level == Level::Digests {
            return Err(NotReplayable::Digests);
        }
        match head.artefacts.is_empty() {
            true => Ok(()),
            false => Err(NotReplayable::Artefacts {
                names: head.artefacts.join("`, `"),
            }),
        }
    }
}

/// A recording on its way from the first call to the last.
pub struct Replay {
    recording: Arc<Recording>,
    answered: usize,
    difference: Option<Difference>,
}

/// The guest asked for something else than was recorded, and cannot be answered.
#[derive(Debug, thiserror::Error)]
#[error("the replay ended, because the check did not ask what was recorded")]
pub struct ReplayEnded;

impl Replay {
    pub fn new(recording: Arc<Recording>) -> Self {
        Self {
            recording,
            answered: 0,
            difference: None,
        }
    }

    pub fn answer<C: Call>(&mut self, call: &C) -> Result<C::Answer, ReplayEnded> {
        let found = self.next(call);
        found.map_err(|difference| {
            self.difference = Some(difference);
            ReplayEnded
        })
    }

    fn next<C: Call>(&mut self, call: &C) -> Result<C::Answer, Difference> {
        let place = format!("call {}", self.answered + 1);
        // Its own text, which is JSON.
        let asked: Json = serde_json::from_str(&call.text(Detail::Whole)).unwrap_or_default();
        let now = || words(C::NAME, &asked);
        let Some(entry) = self.recording.calls.get(self.answered) else {
            let end = format!("the end after call {}", self.answered);
            return Err(Difference::new(place, &end, &now()));
        };
        let recorded = || words(&entry.call, &entry.asked);
        if entry.call != C::NAME || entry.asked != asked {
            return Err(Difference::new(place, &recorded(), &now()));
        }
        // Each answer was looked at when the recording was read.
        let answer = C::Answer::read(&entry.answered)
            .ok_or_else(|| Difference::new(place, &recorded(), "no answer that can be read"))?;
        self.answered += 1;
        Ok(answer)
    }

    /// Where the calls were not those that are recorded, also where they ended too early.
    pub fn difference(self) -> Option<Difference> {
        let unasked = || {
            let entry = self.recording.calls.get(self.answered)?;
            Some(Difference::new(
                format!("call {}", self.answered + 1),
                &words(&entry.call, &entry.asked),
                &format!("the end after call {}", self.answered),
            ))
        };
        self.difference.or_else(unasked)
    }
}
