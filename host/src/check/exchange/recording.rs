//! A recording read again; `exchange.schema.json` beside this file describes it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Level;
use super::call::{Call, Columns, Drop, Fetch, FetchPage, Log, Open, Remaining, Scalar, Settings};
use super::form::{Detail, Form};
use super::recorder::MOST_BYTES;
use crate::check::evidence::call::{
    DatabaseSettings, Extensions, GetDump, GetRestore, Objects, ProtectedContainers, Reference,
    Relations, Sequences,
};
use crate::check::told::Told;
use crate::grant::{Approved, Limits, ReportLevel};
use crate::plan::limits::{CEILINGS, LimitKey};
use vhost_dump::digest::Sha256;

/// The name and version of a recording's shape.
pub const SCHEMA: &str = "vhost.exchange/1";

/// Of which check a recording is, and what besides its calls the check could see or feel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    pub check: String,
    pub component: Sha256,
    pub level: Level,
    /// The version of the vhost that recorded it.
    pub vhost: String,
    /// The granted interfaces.
    pub interfaces: Vec<String>,
    /// The granted directories by their names; nothing of what they hold is recorded.
    pub artefacts: Vec<String>,
    /// The grant's.
    pub report: ReportLevel,
    /// The grant's, by the names of a grants file: bytes, milliseconds or counts.
    pub limits: BTreeMap<String, u64>,
    /// Where the check's clocks stood: RFC 3339 in UTC.
    pub clock: String,
    /// What its random numbers followed from: 64 hexadecimal digits.
    pub seed: Sha256,
}

/// One call, and what the guest was answered.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub call: String,
    pub asked: Json,
    pub answered: Json,
}

/// A recording whose every call is one that this vhost knows.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    pub head: Head,
    pub calls: Vec<Entry>,
    pub outcome: Told,
}

/// Why a file is no recording to rely on.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    #[error("cannot read the recording {}", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{} is larger than {MOST_BYTES} bytes, the most that a recording may have", path.display())]
    TooLarge { path: PathBuf },
    #[error("{} is no recording, or a damaged one: record the check again with `vhost run --record`", path.display())]
    NotJson {
        path: PathBuf,
        #[source]
        source: serde_json::Error,
    },
    #[error("{} is of the schema `{found}`, and this vhost reads {SCHEMA}: record the check again with `vhost run --record`", path.display())]
    Schema { path: PathBuf, found: String },
    #[error("{} is a damaged recording", path.display())]
    Shape {
        path: PathBuf,
        #[source]
        source: serde_json::Error,
    },
    #[error("{} is a damaged recording: its clock is no RFC 3339 time", path.display())]
    Clock {
        path: PathBuf,
        #[source]
        source: time::error::Parse,
    },
    #[error("{} is a damaged recording: it has no amount for the limit {key}, or one that no grant can have", path.display())]
    Limit { path: PathBuf, key: LimitKey },
    #[error("{} is a damaged recording: its call {number} is no call with its answer that this vhost knows", path.display())]
    Call { path: PathBuf, number: usize },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(rename = "schema")]
    _schema: String,
    recorded: Head,
    calls: Vec<Entry>,
    outcome: Told,
}

/// What a recording of digests has of an answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read to see that it is whole")]
struct Digested {
    sha256: Sha256,
    bytes: u64,
    rows: Option<u64>,
    error: Option<String>,
}

/// Gives an answer's lasting text; none where it is no answer of that call.
type Lasting = fn(&Json) -> Option<String>;

/// Every call by its name.
const CALLS: [(&str, Lasting); 18] = [
    known::<Open>(),
    known::<Scalar>(),
    known::<Columns>(),
    known::<Fetch>(),
    known::<FetchPage>(),
    known::<Drop>(),
    known::<Remaining>(),
    known::<Settings>(),
    known::<Log>(),
    known::<GetDump>(),
    known::<GetRestore>(),
    known::<Relations>(),
    known::<Reference>(),
    known::<Objects>(),
    known::<Sequences>(),
    known::<Extensions>(),
    known::<DatabaseSettings>(),
    known::<ProtectedContainers>(),
];

/// The name of every call.
#[cfg(test)]
pub fn names() -> Vec<&'static str> {
    CALLS.iter().map(|(name, _)| *name).collect()
}

const fn known<C: Call>() -> (&'static str, Lasting) {
    (C::NAME, lasting::<C>)
}

fn lasting<C: Call>(answered: &Json) -> Option<String> {
    C::Answer::read(answered).map(|answer| answer.text(Detail::Lasting))
}

impl Head {
    /// Of a check that runs under this approval.
    pub fn of(approved: &Approved, level: Level, started: SystemTime, seed: [u8; 32]) -> Self {
        let limits = approved.limits();
        let limits = LimitKey::ALL.map(|key| (key.name().to_owned(), limits.get(key)));
        let artefacts = approved.artefacts().iter();
        Self {
            check: approved.name().to_owned(),
            component: approved.component().sha256,
            level,
            vhost: env!("CARGO_PKG_VERSION").to_owned(),
            interfaces: approved.imports().to_vec(),
            artefacts: artefacts.map(|artefact| artefact.name.clone()).collect(),
            report: approved.report(),
            limits: limits.into(),
            clock: OffsetDateTime::from(started)
                .format(&Rfc3339)
                // Only a year before 0 or after 9999 has no such form.
                .unwrap_or_else(|_| "1970-01-01T00:00:00Z".to_owned()),
            seed: Sha256::from_bytes(seed),
        }
    }

    pub fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        for key in LimitKey::ALL {
            if let Some(amount) = self.limits.get(key.name()) {
                limits.set(key, *amount);
            }
        }
        limits
    }

    /// Where the check's clocks stood.
    pub fn started(&self) -> Result<SystemTime, time::error::Parse> {
        let clock = OffsetDateTime::parse(&self.clock, &Rfc3339)?;
        let since = clock - OffsetDateTime::UNIX_EPOCH;
        let nanos = since.subsec_nanoseconds().unsigned_abs();
        Ok(match u64::try_from(since.whole_seconds()) {
            Ok(seconds) => SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos),
            // A guest's clock shows nothing before 1970.
            Err(_) => SystemTime::UNIX_EPOCH,
        })
    }
}

impl Recording {
    /// Reads a recording and looks at each of its calls.
    pub fn read(path: &Path) -> Result<Self, RecordingError> {
        let wrap = |source| RecordingError::Read {
            path: path.to_owned(),
            source,
        };
        let mut bytes = Vec::new();
        let most = MOST_BYTES as u64 + 1;
        let file = File::open(path).map_err(wrap)?;
        file.take(most).read_to_end(&mut bytes).map_err(wrap)?;
        if bytes.len() > MOST_BYTES {
            return Err(RecordingError::TooLarge { path: path.into() });
        }
        Self::parse(path, &bytes)
    }

    /// Reads a recording's text; `path` is where errors say that it lies.
    pub fn parse(path: &Path, text: &[u8]) -> Result<Self, RecordingError> {
        let path = || path.to_owned();
        let json: Json =
            serde_json::from_slice(text).map_err(|source| RecordingError::NotJson {
                path: path(),
                source,
            })?;
        // Another version's fields would be called damaged.
        match json.get("schema").and_then(Json::as_str) {
            Some(SCHEMA) => {}
            found => {
                return Err(RecordingError::Schema {
                    path: path(),
                    found: found.unwrap_or("none").to_owned(),
                });
            }
        }
        let shape = |source| RecordingError::Shape {
            path: path(),
            source,
        };
        let document: Document = serde_json::from_value(json).map_err(shape)?;
        let recording = Self {
            head: document.recorded,
            calls: document.calls,
            outcome: document.outcome,
        };
        recording
            .head
            .started()
            .map_err(|source| RecordingError::Clock {
                path: path(),
                source,
            })?;
        let whole = |key: &LimitKey| {
            let amount = recording.head.limits.get(key.name());
            amount.is_some_and(|amount| (1..=CEILINGS.get(*key)).contains(amount))
        };
        if let Some(key) = LimitKey::ALL.into_iter().find(|key| !whole(key)) {
            return Err(RecordingError::Limit { path: path(), key });
        }
        let entries = (1..).zip(&recording.calls);
        let mut odd = entries.filter(|(_, entry)| entry.lasting(recording.head.level).is_none());
        match odd.next() {
            Some((number, _)) => Err(RecordingError::Call {
                path: path(),
                number,
            }),
            None => Ok(recording),
        }
    }
}

impl Entry {
    /// What two drills of one dump answer alike; none where it is no answer to this call.
    pub fn lasting(&self, level: Level) -> Option<String> {
        let (_, lasting) = CALLS.iter().find(|(name, _)| *name == self.call)?;
        match level {
            Level::Values => lasting(&self.answered),
            Level::Digests => {
                let _: Digested = serde_json::from_value(self.answered.clone()).ok()?;
                Some(self.answered.to_string())
            }
        }
    }
}
