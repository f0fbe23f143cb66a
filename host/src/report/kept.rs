//! A published run, read back: what it proved, and whether its dump may be the reference of later drills.

use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::SCHEMA;
use crate::reference::{MANIFEST, Sums, SumsError};
use vhost_dump::digest::Sha256;

const REPORT: &str = "report.json";

/// The gate whose failure an acceptance answers.
const DRIFT: &str = "drift";

/// A run whose files are those that were sealed.
#[derive(Debug)]
pub struct KeptRun {
    /// The plan's name.
    pub plan: String,
    /// The run's id.
    pub run: String,
    /// Of `manifest.json`.
    pub manifest: Sha256,
    report: ReportText,
}

#[derive(Debug, thiserror::Error)]
pub enum KeptError {
    #[error("the run {} is not as it was sealed", run.display())]
    Sums {
        run: PathBuf,
        #[source]
        source: SumsError,
    },
    #[error("cannot read {}", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{} is no report that this vhost reads: it needs {SCHEMA} with the plan's name and the manifest", path.display())]
    Report {
        path: PathBuf,
        #[source]
        source: serde_json::Error,
    },
    #[error("{} is of the schema `{found}`, and this vhost reads {SCHEMA}", path.display())]
    Schema { path: PathBuf, found: String },
    #[error("{} tells of another {MANIFEST} than the one beside it", path.display())]
    OtherManifest { path: PathBuf },
}

/// Why a run cannot be accepted.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unacceptable {
    #[error("its verdict is {0}: only a run that looked at everything can be accepted")]
    Verdict(String),
    #[error("more than the gate `drift` failed: {}", .0.join(", "))]
    MoreThanDrift(Vec<String>),
}

/// As much of a `report.json` as an acceptance asks for.
#[derive(Debug, Deserialize)]
struct ReportText {
    schema: String,
    verdict: String,
    gates: Vec<GateText>,
    rows: Vec<RowText>,
    terms: TermsText,
    evidence: EvidenceText,
}

#[derive(Debug, Deserialize)]
struct GateText {
    gate: String,
    standing: String,
}

#[derive(Debug, Deserialize)]
struct RowText {
    title: String,
    standing: String,
    proves: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct TermsText {
    plan: String,
    run_id: String,
}

#[derive(Debug, Deserialize)]
struct EvidenceText {
    manifest: ManifestText,
    checks: Option<Vec<CheckText>>,
    stop: Option<StopText>,
}

#[derive(Debug, Deserialize)]
struct ManifestText {
    digest: DigestText,
}

#[derive(Debug, Deserialize)]
struct DigestText {
    sha256: Sha256,
}

#[derive(Debug, Deserialize)]
struct CheckText {
    name: String,
    status: String,
}

#[derive(Debug, Deserialize)]
struct StopText {
    stage: String,
}

impl KeptRun {
    /// Reads a run's directory and holds each of its files against its seal.
    pub fn read(directory: &Path) -> Result<Self, KeptError> {
        let wrap = |source| KeptError::Sums {
            run: directory.to_owned(),
            source,
        };
        let sums = Sums::verify(directory).map_err(wrap)?;
        sums.of(directory, REPORT).map_err(wrap)?;
        let manifest = sums.of(directory, MANIFEST).map_err(wrap)?;
        let path = directory.join(REPORT);
        let text = std::fs::read_to_string(&path).map_err(|source| KeptError::Read {
            path: path.clone(),
            source,
        })?;
        let parsed: Result<ReportText, _> = serde_json::from_str(&text);
        let report = match parsed {
            Ok(report) => report,
            Err(source) => return Err(KeptError::Report { path, source }),
        };
        if report.schema != SCHEMA {
            let found = report.schema;
            return Err(KeptError::Schema { path, found });
        }
        if report.evidence.manifest.digest.sha256 != manifest {
            return Err(KeptError::OtherManifest { path });
        }
        Ok(Self {
            plan: report.terms.plan.clone(),
            run: report.terms.run_id.clone(),
            manifest,
            report,
        })
    }

    /// Whether somebody may accept it: it passed, or nothing but the gate `drift` failed.
    pub fn acceptable(&self) -> Result<(), Unacceptable> {
        match self.report.verdict.as_str() {
            "PASS" => return Ok(()),
            "FAIL" => {}
            other => return Err(Unacceptable::Verdict(other.to_owned())),
        }
        let wrong = |standing: &str| !matches!(standing, "PASS" | "NOT-APPLICABLE");
        let gates = self.report.gates.iter();
        let gates = gates.filter(|gate| gate.gate != DRIFT && wrong(&gate.standing));
        let checks = self.report.evidence.checks.iter().flatten();
        let checks = checks.filter(|check| check.status != "PASS");
        // A row with `drift` in it stands on members that were just looked at; any other must stand by itself.
        let rows = self.report.rows.iter();
        let rows =
            rows.filter(|row| !row.proves.iter().any(|name| name == DRIFT) && wrong(&row.standing));
        let stop = self.report.evidence.stop.iter();
        let others: Vec<String> = gates
            .map(|gate| format!("gate {} is {}", gate.gate, gate.standing))
            .chain(checks.map(|check| format!("check {} is {}", check.name, check.status)))
            .chain(rows.map(|row| format!("row `{}` is {}", row.title, row.standing)))
            .chain(stop.map(|stop| format!("the drill stopped in stage {}", stop.stage)))
            .collect();
        let drifted = self
            .report
            .gates
            .iter()
            .any(|gate| gate.gate == DRIFT && gate.standing == "FAIL");
        match others.is_empty() && drifted {
            true => Ok(()),
            false => Err(Unacceptable::MoreThanDrift(others)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Status;
    use crate::report::{Evidence, sample, seal::Sealed};
    use crate::sandbox::Removed;

    /// A run as a drill publishes it, with a manifest of eight bytes.
    fn published(change: impl FnOnce(&mut Evidence)) -> (tempfile::TempDir, PathBuf) {
        let runs = tempfile::tempdir().unwrap();
        let partial = runs.path().join("partial");
        std::fs::create_dir(&partial).unwrap();
        std::fs::write(partial.join(MANIFEST), "manifest").unwrap();
        let mut evidence = sample::evidence();
        change(&mut evidence);
        let sealed = Sealed::of(evidence, sample::terms(), &|_| None).unwrap();
        let run = runs.path().join(sample::terms().run_id);
        sealed.publish(&partial, &run).unwrap();
        (runs, run)
    }

    fn drifted(evidence: &mut Evidence) {
        let drift = evidence.drift.as_mut().unwrap();
        drift.findings[0].status = Status::Fail;
    }

    #[test]
    fn a_pass_and_a_drift_alone_are_acceptable() {
        let (_runs, run) = published(|_| {});
        let kept = KeptRun::read(&run).unwrap();
        assert_eq!(kept.acceptable(), Ok(()));
        assert_eq!(
            (kept.plan.as_str(), kept.run),
            ("cutter", sample::terms().run_id)
        );
        assert_eq!(kept.manifest, Sha256::of(b"manifest"));
        let (_runs, run) = published(drifted);
        assert_eq!(KeptRun::read(&run).unwrap().acceptable(), Ok(()));
    }

    #[test]
    fn anything_else_is_refused_with_its_reason() {
        let more: [(&str, fn(&mut Evidence)); 5] = [
            ("gate fidelity is COULD-NOT-LOOK", |evidence| {
                evidence.fidelity = None;
            }),
            ("gate teardown is FAIL", |evidence| {
                evidence.teardown.as_mut().unwrap().removals[0].outcome = Removed::LeftBehind {
                    why: "in use".to_owned(),
                    remove_with: "rm".to_owned(),
                };
            }),
            ("check row-matrix is FAIL", |evidence| {
                evidence.checks.as_mut().unwrap()[0].status = Status::Fail;
            }),
            ("row `Check row-matrix` is COULD-NOT-LOOK", |evidence| {
                evidence.checks = None;
            }),
            ("the drill stopped in stage seal", |evidence| {
                evidence.stop = Some(crate::report::Stop {
                    stage: crate::event::Stage::Seal,
                    cause: "disk full".to_owned(),
                });
            }),
        ];
        for (reason, change) in more {
            let (_runs, run) = published(|evidence| {
                drifted(evidence);
                change(evidence);
            });
            let refused = KeptRun::read(&run).unwrap().acceptable().unwrap_err();
            assert!(refused.to_string().contains(reason), "{refused}");
        }
        let (_runs, run) = published(|evidence| evidence.fidelity = None);
        let refused = KeptRun::read(&run).unwrap().acceptable().unwrap_err();
        assert_eq!(refused, Unacceptable::Verdict("INCONCLUSIVE".to_owned()));
    }

    #[test]
    fn a_changed_file_is_named() {
        for (file, text) in [("report.json", "{}"), ("manifest.json", "manifesto")] {
            let (_runs, run) = published(|_| {});
            std::fs::write(run.join(file), text).unwrap();
            let error = KeptRun::read(&run).unwrap_err();
            let source = std::error::Error::source(&error).unwrap().to_string();
            assert!(
                source.contains(&format!("{file} is not the file that was sealed")),
                "{source}"
            );
        }
        let (_runs, run) = published(|evidence| evidence.manifest = None);
        let error = KeptRun::read(&run).unwrap_err();
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.contains("names no manifest.json"), "{source}");
    }
}
