//! Writes down what a check asks and is answered, while it runs.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;

use super::Level;
use super::call::Call;
use super::form::{Detail, Form, quote};
use super::recording::{Head, SCHEMA};
use crate::check::host::without_rows;
use crate::check::told::Told;
use vhost_dump::digest::{Digest, HashingWriter, Sha256};

/// The most that a recording may have, in bytes: a check that reads more in one run is no regression test.
pub const MOST_BYTES: usize = 16 << 20;

/// A check's exchange on its way into a recording.
pub struct Recorder {
    level: Level,
    known: Arc<BTreeSet<String>>,
    /// One line a call.
    lines: String,
    calls: u64,
    over: bool,
}

/// A finished recording, as it is written to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    pub check: String,
    pub level: Level,
    pub calls: u64,
    pub text: String,
}

/// Why nothing of an exchange is kept.
#[derive(Debug, thiserror::Error)]
pub enum NotRecorded {
    #[error("the exchange of check {check} is not recorded: it is larger than {} MiB", MOST_BYTES >> 20)]
    TooLarge { check: String },
    #[error("the exchange of check {check} is not recorded: its outcome has no JSON form")]
    Form {
        check: String,
        #[source]
        source: serde_json::Error,
    },
}

impl Recorded {
    /// Writes it into a new file, private to its owner and durable on return.
    pub fn write(&self, path: &Path) -> io::Result<Digest> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let mut hashing = HashingWriter::new(options.open(path)?);
        hashing.write_all(self.text.as_bytes())?;
        let (file, digest) = hashing.finish();
        file.sync_all()?;
        Ok(digest)
    }
}

impl Recorder {
    /// `known` are the names that a recording of digests may show.
    pub fn new(level: Level, known: Arc<BTreeSet<String>>) -> Self {
        Self {
            level,
            known,
            lines: String::new(),
            calls: 0,
            over: false,
        }
    }

    /// Adds a call and its answer.
    pub fn note<C: Call>(&mut self, call: &C, answer: &C::Answer) {
        if self.over {
            return;
        }
        let (asked, answered) = match self.level {
            Level::Values => (call.text(Detail::Whole), answer.text(Detail::Whole)),
            Level::Digests => (
                call.text(Detail::Digests(&self.known)),
                digested::<C>(answer),
            ),
        };
        let before = if self.calls == 0 { "" } else { ",\n" };
        self.lines.push_str(&format!(
            "{before}{{\"call\":\"{}\",\"asked\":{asked},\"answered\":{answered}}}",
            C::NAME
        ));
        self.calls += 1;
        if self.lines.len() > MOST_BYTES {
            self.over = true;
            self.lines = String::new();
        }
    }

    /// Puts the recording together; `outcome` is what came of the check.
    pub fn finish(self, head: &Head, outcome: &Told) -> Result<Recorded, NotRecorded> {
        let check = head.check.clone();
        let form = |source| NotRecorded::Form {
            check: head.check.clone(),
            source,
        };
        let recorded = serde_json::to_string(head).map_err(form)?;
        let outcome = serde_json::to_string(outcome).map_err(form)?;
        let text = format!(
            "{{\n\"schema\":\"{SCHEMA}\",\n\"recorded\":{recorded},\n\"calls\":[\n{}\n],\n\"outcome\":{outcome}\n}}\n",
            self.lines
        );
        match self.over || text.len() > MOST_BYTES {
            true => Err(NotRecorded::TooLarge { check }),
            false => Ok(Recorded {
                check,
                level: self.level,
                calls: self.calls,
                text,
            }),
        }
    }
}

/// What a recording of digests has of an answer.
fn digested<C: Call>(answer: &C::Answer) -> String {
    let text = answer.text(Detail::Lasting);
    let mut out = format!(
        "{{\"sha256\":\"{}\",\"bytes\":{}",
        Sha256::of(text.as_bytes()),
        text.len()
    );
    if let Some(rows) = C::rows(answer) {
        out.push_str(&format!(",\"rows\":{rows}"));
    }
    if let Some(error) = C::error(answer) {
        out.push_str(",\"error\":");
        quote(&without_rows(error), &mut out);
    }
    out.push('}');
    out
}
