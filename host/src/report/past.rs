//! What earlier reports recorded of a check.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::SCHEMA;
use crate::grant::Used;
use crate::plan::name::RunId;
use vhost_dump::digest::Sha256;

/// The directory of runs could not be looked through.
#[derive(Debug, thiserror::Error)]
#[error("cannot list the runs in {}", path.display())]
pub struct PastError {
    path: PathBuf,
    #[source]
    source: io::Error,
}

/// The published runs of one directory, the latest first.
pub struct Past {
    runs: Vec<PathBuf>,
}

/// As much of a `report.json` as is asked for here.
#[derive(Deserialize)]
struct ReportText {
    schema: String,
    evidence: EvidenceText,
}

#[derive(Deserialize)]
struct EvidenceText {
    checks: Option<Vec<CheckText>>,
}

#[derive(Deserialize)]
struct CheckText {
    name: String,
    component: Sha256,
    usage: UsageText,
}

#[derive(Deserialize)]
struct UsageText {
    /// Reports from before it was recorded have none.
    calls: Option<BTreeMap<String, u64>>,
    #[serde(default)]
    read: Option<Vec<RelationText>>,
}

#[derive(Deserialize)]
struct RelationText {
    schema: String,
    name: String,
}

impl Past {
    /// Lists the runs; none where there is no such directory, because no drill has made it yet.
    pub fn list(directory: &Path) -> Result<Self, PastError> {
        let wrap = |source| PastError {
            path: directory.to_owned(),
            source,
        };
        let entries = match std::fs::read_dir(directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { runs: Vec::new() });
            }
            Err(error) => return Err(wrap(error)),
        };
        let mut runs = Vec::new();
        for entry in entries {
            let entry = entry.map_err(wrap)?;
            // A run's name sorts by its time; unpublished ones begin with a dot.
            let name = entry.file_name();
            if let Some(run) = name.to_str().and_then(|name| name.parse::<RunId>().ok()) {
                runs.push(run);
            }
        }
        runs.sort_by(|one, other| other.cmp(one));
        Ok(Self {
            runs: runs
                .iter()
                .map(|run| directory.join(run.as_str()))
                .collect(),
        })
    }

    /// What the last run with this very component recorded of its use; `None` where there is none.
    ///
    /// A run without a report of this format is passed over: it proves nothing of any check.
    pub fn last_use(&self, check: &str, component: Sha256) -> Option<Used> {
        self.runs.iter().find_map(|run| {
            let bytes = std::fs::read(run.join("report.json")).ok()?;
            let report: ReportText = serde_json::from_slice(&bytes).ok()?;
            if report.schema != SCHEMA {
                return None;
            }
            let checks = report.evidence.checks?;
            let ours = |one: &CheckText| one.name == check && one.component == component;
            let usage = checks.into_iter().find(ours)?.usage;
            let named = |one: RelationText| (one.schema, one.name);
            Some(Used {
                run: run.file_name()?.to_str()?.to_owned(),
                calls: usage.calls?,
                read: usage.read.map(|read| read.into_iter().map(named).collect()),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Report, json, sample};

    /// Publishes the sample's report as a run, changed.
    fn publish(runs: &Path, run: &str, change: impl FnOnce(&mut serde_json::Value)) {
        let report = Report::of(sample::evidence(), sample::terms());
        let mut report = serde_json::from_str(&json::render(&report).unwrap()).unwrap();
        change(&mut report);
        std::fs::create_dir(runs.join(run)).unwrap();
        std::fs::write(runs.join(run).join("report.json"), report.to_string()).unwrap();
    }

    #[test]
    fn the_last_run_of_the_very_component_is_found() {
        let component = Sha256::of(b"component");
        let directory = tempfile::tempdir().unwrap();
        let runs = directory.path();
        let nowhere = Past::list(&runs.join("none")).unwrap();
        assert_eq!(nowhere.last_use("row-matrix", component), None);

        publish(runs, "20261101T000000Z-ffffff", |_| {});
        publish(runs, "20261103T000000Z-000000", |report| {
            report["evidence"]["checks"][0]["usage"]["calls"]["query"] = 9.into();
        });
        // Later ones that say nothing of it: another component, another format, no report, and no run at all.
        publish(runs, "20261104T000000Z-000000", |report| {
            let other = Sha256::of(b"other").to_string();
            report["evidence"]["checks"][0]["component"] = other.into();
        });
        publish(runs, "20261105T000000Z-000000", |report| {
            report["schema"] = "vhost.report/2".into();
        });
        publish(runs, "20261106T000000Z-000000", |report| {
            let usage = report["evidence"]["checks"][0]["usage"].as_object_mut();
            usage.unwrap().remove("calls");
        });
        std::fs::create_dir(runs.join("20261107T000000Z-000000")).unwrap();
        publish(runs, "kept", |_| {});

        let past = Past::list(runs).unwrap();
        let used = past.last_use("row-matrix", component).unwrap();
        assert_eq!(used.run, "20261103T000000Z-000000");
        assert_eq!(used.calls["query"], 9);
        assert_eq!(used.read.unwrap().len(), 2);
        assert_eq!(past.last_use("other", component), None);
    }
}
