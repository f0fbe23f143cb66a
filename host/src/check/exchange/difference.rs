//! Where two exchanges part, in words.

use std::fmt;

use serde_json::Value as Json;

use super::recording::Recording;
use crate::check::disclose::neutral;

/// Characters of each side that are shown.
const LONGEST: usize = 240;
/// Characters that both sides share and that are shown before the first that differs.
const SHARED: usize = 60;

/// The first thing in which a check did not do what was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// For example `call 7` or `finding 2`.
    pub place: String,
    pub recorded: String,
    pub now: String,
}

impl Difference {
    /// Two long texts are shown from just before they part.
    pub fn new(place: impl Into<String>, recorded: &str, now: &str) -> Self {
        let same = recorded.chars().zip(now.chars());
        let same = same.take_while(|(one, other)| one == other).count();
        let from = match recorded.chars().count().max(now.chars().count()) > LONGEST {
            true => same.saturating_sub(SHARED),
            false => 0,
        };
        Self {
            place: place.into(),
            recorded: excerpt(recorded, from),
            now: excerpt(now, from),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            place,
            recorded,
            now,
        } = self;
        write!(f, "{place}: recorded {recorded}, now {now}")
    }
}

fn excerpt(text: &str, from: usize) -> String {
    let before = if from > 0 { "…" } else { "" };
    let mut rest = text.chars().skip(from);
    let shown: String = rest.by_ref().take(LONGEST).collect();
    let after = if rest.next().is_some() { "…" } else { "" };
    neutral(&format!("{before}{shown}{after}"))
}

/// A call and what it asks: texts between backticks, everything else as JSON.
pub fn words(call: &str, asked: &Json) -> String {
    let fields = || asked.as_object().into_iter().flatten();
    let mut words = call.to_owned();
    // A statement comes before its parameters.
    for (name, text) in fields().filter_map(|(name, value)| Some((name, value.as_str()?))) {
        words.push_str(&format!(" {name} `{text}`"));
    }
    for (name, value) in fields().filter(|(_, value)| !value.is_string()) {
        words.push_str(&format!(" {name} {value}"));
    }
    words
}

/// What the later of two recordings of one level has otherwise; what is another in each drill is left aside.
pub fn between(earlier: &Recording, later: &Recording) -> Option<Difference> {
    let calls = earlier.calls.len().max(later.calls.len());
    let ended = |recording: &Recording| format!("the end after call {}", recording.calls.len());
    for index in 0..calls {
        let place = format!("call {}", index + 1);
        let (one, other) = (earlier.calls.get(index), later.calls.get(index));
        let of = |entry: Option<&super::recording::Entry>, recording| match entry {
            Some(entry) => words(&entry.call, &entry.asked),
            None => ended(recording),
        };
        let (Some(one), Some(other)) = (one, other) else {
            return Some(Difference::new(place, &of(one, earlier), &of(other, later)));
        };
        if (&one.call, &one.asked) != (&other.call, &other.asked) {
            return Some(Difference::new(
                place,
                &words(&one.call, &one.asked),
                &words(&other.call, &other.asked),
            ));
        }
        let (answer, now) = (
            one.lasting(earlier.head.level),
            other.lasting(later.head.level),
        );
        if answer != now {
            let show = |text: Option<String>| text.unwrap_or_default();
            return Some(Difference::new(
                format!("the answer to {place}, {}", words(&one.call, &one.asked)),
                &show(answer),
                &show(now),
            ));
        }
    }
    earlier.outcome.difference(&later.outcome)
}
