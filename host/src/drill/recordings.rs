//! `exchange/<check>.json` in the run's directory: written when a check has ended, and swept before it is published.

use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use serde_json::Value;

use crate::check::exchange::{NotRecorded, Recorded};
use crate::drill::seen::{Seen, in_one_line};
use crate::report::{Evidence, Hit, RecordingSeen, Stop, Sweep};

/// Where recordings lie in a run's directory.
pub const EXCHANGE: &str = "exchange";

#[derive(Debug, thiserror::Error)]
pub enum NotKept {
    #[error("cannot make the directory {EXCHANGE} in the run's directory")]
    Create(#[source] io::Error),
    #[error("cannot write the recording of check {check} into the run's directory")]
    Write {
        check: String,
        #[source]
        source: io::Error,
    },
    #[error("cannot sweep the recording of check {check} for secrets")]
    Sweep {
        check: String,
        #[source]
        source: io::Error,
    },
}

/// Writes what was recorded into the run's directory; a remark says of each exchange that is not kept why.
pub fn keep(
    recorded: Vec<Result<Recorded, NotRecorded>>,
    directory: &Path,
    seen: &mut Seen,
) -> Result<(), Stop> {
    if recorded.is_empty() {
        return Ok(());
    }
    let exchange = directory.join(EXCHANGE);
    let made = DirBuilder::new().mode(0o700).create(&exchange);
    made.map_err(|source| seen.stop(&NotKept::Create(source)))?;
    for recorded in recorded {
        let recorded = match recorded {
            Ok(recorded) => recorded,
            Err(why) => {
                seen.evidence.remarks.push(in_one_line(&why));
                continue;
            }
        };
        let written = recorded.write(&exchange.join(file_of(&recorded.check)));
        let written = written.map_err(|source| {
            seen.stop(&NotKept::Write {
                check: recorded.check.clone(),
                source,
            })
        });
        seen.evidence.recordings.push(RecordingSeen {
            level: recorded.level,
            calls: recorded.calls,
            digest: written?,
            check: recorded.check,
        });
    }
    let durable = File::open(&exchange).and_then(|open| open.sync_all());
    durable.map_err(|source| seen.stop(&NotKept::Create(source)))
}

fn file_of(check: &str) -> String {
    format!("{check}.json")
}

/// Looks for secrets in each recording, as it lies there and in each of its texts, which JSON may have escaped. One that
/// holds a secret is removed and told, as any other text would be.
pub fn sweep(
    evidence: &mut Evidence,
    directory: &Path,
    detect: &dyn Fn(&[u8]) -> Option<&'static str>,
) -> Result<(), NotKept> {
    let mut clean = Vec::new();
    for recording in std::mem::take(&mut evidence.recordings) {
        let path = directory.join(EXCHANGE).join(file_of(&recording.check));
        let wrap = |source| NotKept::Sweep {
            check: recording.check.clone(),
            source,
        };
        let bytes = std::fs::read(&path).map_err(wrap)?;
        let json: Value =
            serde_json::from_slice(&bytes).map_err(|error| wrap(io::Error::from(error)))?;
        let secret = detect(&bytes)
            .or_else(|| in_texts(&json, detect))
            .or_else(|| detect(recording.check.as_bytes()));
        let Some(secret) = secret else {
            clean.push(recording);
            continue;
        };
        std::fs::remove_file(&path).map_err(wrap)?;
        let nothing = Sweep {
            texts: 0,
            artefacts: Vec::new(),
            hits: Vec::new(),
        };
        let swept = evidence.sweep.get_or_insert(nothing);
        swept.hits.push(Hit {
            place: "recording",
            secret,
        });
    }
    evidence.recordings = clean;
    Ok(())
}

fn in_texts(json: &Value, detect: &dyn Fn(&[u8]) -> Option<&'static str>) -> Option<&'static str> {
    match json {
        Value::String(text) => detect(text.as_bytes()),
        Value::Array(items) => items.iter().find_map(|item| in_texts(item, detect)),
        Value::Object(fields) => fields.values().find_map(|item| in_texts(item, detect)),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::exchange::Level;
    use crate::report::SourceSeen;
    use vhost_dump::digest::Digest;

    const SECRET: &str = "pa\"ss\\word";

    fn known(bytes: &[u8]) -> Option<&'static str> {
        let found = bytes.windows(SECRET.len());
        let mut found = found.filter(|some| *some == SECRET.as_bytes());
        found.next().map(|_| "the password")
    }

    fn seen(recorded: &Recorded, digest: Digest) -> RecordingSeen {
        RecordingSeen {
            check: recorded.check.clone(),
            level: recorded.level,
            calls: recorded.calls,
            digest,
        }
    }

    #[test]
    fn one_that_holds_a_secret_is_withheld_and_the_others_stay() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join(EXCHANGE)).unwrap();
        let mut evidence = Evidence::nothing_yet(SourceSeen::GivenDump);
        for (check, text) in [("clean", "nothing"), ("leaky", SECRET)] {
            let recorded = Recorded {
                check: check.to_owned(),
                level: Level::Values,
                calls: 1,
                text: serde_json::json!({ "calls": [{ "answered": text }] }).to_string(),
            };
            // JSON escapes it, so that the file as a whole does not hold it.
            assert_eq!(known(recorded.text.as_bytes()), None);
            let path = directory.path().join(EXCHANGE).join(file_of(check));
            let digest = recorded.write(&path).unwrap();
            evidence.recordings.push(seen(&recorded, digest));
        }
        sweep(&mut evidence, directory.path(), &known).unwrap();
        let left: Vec<_> = evidence.recordings.iter().map(|r| &r.check).collect();
        assert_eq!(left, ["clean"]);
        assert_eq!(evidence.sweep.unwrap().hits.len(), 1);
        let path = |check| directory.path().join(EXCHANGE).join(file_of(check));
        assert!(path("clean").exists() && !path("leaky").exists());
    }
}
