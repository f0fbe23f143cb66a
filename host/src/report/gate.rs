//! The host's own invariants: asserted on every drill, and no grant can switch them off.

mod container;
mod drifted;
mod dumped;
mod ended;
mod fidelity;
mod isolation;
mod restored;
mod unmoved;

pub(super) use restored::classes;

use serde::Serialize;

use super::terms::Terms;
use super::{Evidence, shown};
use crate::event::Stage;
use crate::finding::{Finding, Shown, Status};

/// One invariant of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gate {
    FreshDump,
    Digest,
    Isolation,
    RestoreLog,
    Fidelity,
    Drift,
    SourceUnmoved,
    ProtectedUntouched,
    NoSecrets,
    Teardown,
}

/// How a gate, a check or a row stands. The order is that of gravity: a row stands as its worst member does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING-KEBAB-CASE")]
pub enum Standing {
    /// There is nothing that it could be about, such as the source of a given dump: neither passes nor fails.
    NotApplicable,
    Pass,
    CouldNotLook,
    Fail,
}

impl From<Status> for Standing {
    fn from(status: Status) -> Self {
        match status {
            Status::Pass => Standing::Pass,
            Status::CouldNotLook => Standing::CouldNotLook,
            Status::Fail => Standing::Fail,
        }
    }
}

impl Standing {
    pub fn word(self) -> &'static str {
        match self {
            Standing::NotApplicable => "N/A",
            Standing::Pass => "PASS",
            Standing::CouldNotLook => "COULD-NOT-LOOK",
            Standing::Fail => "FAIL",
        }
    }
}

/// What one gate came to.
#[derive(Clone, Debug, Serialize)]
pub struct GateResult {
    pub gate: Gate,
    pub standing: Standing,
    /// One line for the table of required checks.
    pub result: String,
    pub findings: Vec<Finding>,
}

impl Gate {
    pub const ALL: [Gate; 10] = [
        Gate::FreshDump,
        Gate::Digest,
        Gate::Isolation,
        Gate::RestoreLog,
        Gate::Fidelity,
        Gate::Drift,
        Gate::SourceUnmoved,
        Gate::ProtectedUntouched,
        Gate::NoSecrets,
        Gate::Teardown,
    ];

    /// The name that a plan's `[[required]]` uses.
    pub fn name(self) -> &'static str {
        match self {
            Gate::FreshDump => "fresh-dump",
            Gate::Digest => "digest",
            Gate::Isolation => "isolation",
            Gate::RestoreLog => "restore-log",
            Gate::Fidelity => "fidelity",
            Gate::Drift => "drift",
            Gate::SourceUnmoved => "source-unmoved",
            Gate::ProtectedUntouched => "protected-untouched",
            Gate::NoSecrets => "no-secrets",
            Gate::Teardown => "teardown",
        }
    }

    /// The title of its row where the plan gives none.
    pub fn title(self) -> &'static str {
        match self {
            Gate::FreshDump => "Fresh backup, taken by a session that could not write",
            Gate::Digest => "SHA-256 recorded and read back",
            Gate::Isolation => "Restored into an isolated Postgres",
            Gate::RestoreLog => "Every server error of the restore classified",
            Gate::Fidelity => "The restored database is the dumped one",
            Gate::Drift => "As the accepted reference, and fresh",
            Gate::SourceUnmoved => "Source unchanged before and after",
            Gate::ProtectedUntouched => "No protected container touched",
            Gate::NoSecrets => "No secret value in any artefact",
            Gate::Teardown => "Sandbox removed, looked for by exact name",
        }
    }

    /// What the evidence says of this gate.
    pub fn judge(self, evidence: &Evidence, terms: &Terms) -> GateResult {
        match self {
            Gate::FreshDump => dumped::fresh_dump(evidence, terms.writable_role),
            Gate::Digest => dumped::digest(evidence),
            Gate::Isolation => isolation::isolation(evidence, terms),
            Gate::RestoreLog => restored::restore_log(evidence),
            Gate::Fidelity => fidelity::fidelity(evidence),
            Gate::Drift => drifted::drift(evidence),
            Gate::SourceUnmoved => unmoved::source_unmoved(evidence),
            Gate::ProtectedUntouched => container::protected_untouched(evidence, &terms.protected),
            Gate::NoSecrets => ended::no_secrets(evidence),
            Gate::Teardown => ended::teardown(evidence),
        }
    }

    /// A result that stands as its worst finding does. No finding is no pass.
    fn saw(self, findings: Vec<Finding>, when_it_passes: impl FnOnce() -> String) -> GateResult {
        let (standing, result) = match findings.iter().map(|finding| finding.status).max() {
            Some(Status::Pass) => (Standing::Pass, when_it_passes()),
            Some(status) => (status.into(), shown::trouble(&findings)),
            None => (
                Standing::CouldNotLook,
                "there was nothing to look at".to_owned(),
            ),
        };
        GateResult {
            gate: self,
            standing,
            result,
            findings,
        }
    }

    fn not_reached(self, evidence: &Evidence, stage: Stage) -> GateResult {
        let absence = evidence.absence(stage);
        GateResult {
            gate: self,
            standing: Standing::CouldNotLook,
            findings: vec![finding(
                "stage-reached",
                Status::CouldNotLook,
                stage.name(),
                Shown::Nothing,
                shown::text(absence.clone()),
            )],
            result: absence,
        }
    }

    fn not_applicable(self, reason: &str) -> GateResult {
        GateResult {
            gate: self,
            standing: Standing::NotApplicable,
            result: reason.to_owned(),
            findings: Vec::new(),
        }
    }
}

fn finding(
    rule: &str,
    status: Status,
    subject: impl Into<String>,
    expected: Shown,
    actual: Shown,
) -> Finding {
    Finding {
        rule: rule.to_owned(),
        status,
        subject: subject.into(),
        expected,
        actual,
    }
}

/// A finding that passes where both sides are equal, and fails where they are not.
fn equal(rule: &str, subject: impl Into<String>, expected: Shown, actual: Shown) -> Finding {
    let status = if expected == actual {
        Status::Pass
    } else {
        Status::Fail
    };
    finding(rule, status, subject, expected, actual)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    /// A drill that saw nothing passes no gate but the one that has nothing to look after.
    #[test]
    fn no_evidence_is_no_pass() {
        let evidence = sample::nothing();
        let terms = sample::terms();
        for gate in Gate::ALL {
            let result = gate.judge(&evidence, &terms);
            assert_eq!(result.standing, Standing::CouldNotLook, "{result:?}");
        }
    }

    #[test]
    fn a_good_drill_passes_every_gate() {
        let (evidence, terms) = (sample::evidence(), sample::terms());
        for gate in Gate::ALL {
            let result = gate.judge(&evidence, &terms);
            assert_eq!(result.standing, Standing::Pass, "{result:?}");
            assert!(!result.result.is_empty());
        }
    }

    #[test]
    fn an_absence_names_its_stage_and_where_the_drill_stopped() {
        let mut evidence = sample::nothing();
        evidence.stop = Some(crate::report::Stop {
            stage: Stage::Dump,
            cause: "disk full".to_owned(),
        });
        let terms = sample::terms();
        let result = Gate::RestoreLog.judge(&evidence, &terms).result;
        assert_eq!(
            result,
            "stage restore recorded nothing: the drill stopped in stage dump"
        );
        let result = Gate::Digest.judge(&evidence, &terms).result;
        assert_eq!(result, "stage dump did not finish");
    }
}
