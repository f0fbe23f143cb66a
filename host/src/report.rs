//! What a drill saw, and what it amounts to.
//!
//! [`Evidence`] is filled stage by stage. [`seal::Sealed::of`] turns it into a [`Report`]: every gate judged, every
//! row worked out and one verdict computed. Nothing in a report is set by hand, and what was not seen never passes.

pub mod gate;
pub mod json;
pub mod kept;
pub mod markdown;
mod member;
pub mod neutral;
pub mod past;
pub mod row;
#[cfg(test)]
mod sample;
#[cfg(test)]
#[path = "../../tests/schema.rs"]
mod schema;
pub mod seal;
mod shape;
pub mod shown;
pub mod summary;
pub mod terms;
mod text;
pub mod verdict;
mod withhold;

use serde::Serialize;

use crate::check::CheckOutcome;
use crate::check::exchange::Level;
use crate::event::Stage;
use crate::fidelity::FidelitySeen;
use crate::reference::DriftSeen;
use crate::restore::RestoreFacts;
use crate::sandbox::{ContainerIdentity, Removal, Teardown, WallSeen};
use crate::source::{Identity, SessionProof};
use vhost_dump::digest::Digest;
use vhost_dump::facts::DumpFacts;

use gate::{Gate, GateResult};
use row::Row;
use terms::Terms;
use verdict::Verdict;

/// The name and version of `report.json`'s shape; `report/report.schema.json` describes it.
pub const SCHEMA: &str = "vhost.report/1";

/// All that a drill saw. `None` means that the stage did not record it, and never passes.
#[derive(Clone, Debug, Serialize)]
pub struct Evidence {
    pub source: SourceSeen,
    pub dump: Option<DumpFacts>,
    /// What makes a given dump no whole dump, in words; one suffices to fail the gate `digest`.
    pub defects: Vec<String>,
    /// Of the dump's file read again. Filled as soon as it is known, also when the restore then fails;
    /// [`RestoreFacts::read_back`] is held against it and against what was written.
    pub read_back: Option<Digest>,
    pub restore: Option<RestoreFacts>,
    pub walls: Option<Vec<WallSeen>>,
    /// `manifest.json` in the run's directory.
    pub manifest: Option<ManifestSeen>,
    pub fidelity: Option<FidelitySeen>,
    /// The dump against its reference, and how old its rows are.
    pub drift: Option<DriftSeen>,
    /// One outcome a check that was started; a selected check without one counts as not looked.
    pub checks: Option<Vec<CheckOutcome>>,
    /// `exchange/<check>.json` in the run's directory, one for each check whose exchange was recorded.
    pub recordings: Vec<RecordingSeen>,
    pub protected_before: Option<Vec<ContainerIdentity>>,
    pub protected_after: Option<Vec<ContainerIdentity>>,
    pub teardown: Option<Teardown>,
    /// Where and why the drill did not run to its end. A clean teardown after a stop does not clear it.
    pub stop: Option<Stop>,
    /// What no gate judges and an operator should know, in sentences without their full stop.
    pub remarks: Vec<String>,
    /// In the order in which the stages ended.
    pub timings: Vec<Timing>,
    /// Filled by [`seal::Sealed::of`], which keeps the hits of files that were swept before.
    pub sweep: Option<Sweep>,
}

/// What the dump holds, counted; `manifest.json` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ManifestSeen {
    /// Of the file.
    pub digest: Digest,
    pub objects: u64,
    /// Relations with rows in the dump.
    pub relations: u64,
    /// Of all relations together.
    pub rows: u64,
    pub sequences: u64,
    pub large_objects: u64,
}

/// A recording of a check's exchange, by the digest of its file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordingSeen {
    pub check: String,
    pub level: Level,
    pub calls: u64,
    pub digest: Digest,
}

/// Where the dump comes from, and what was seen there.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case", tag = "from")]
pub enum SourceSeen {
    /// A dump that somebody gave: there is no source, and the gates about it do not apply.
    GivenDump,
    Server(Box<ServerSeen>),
}

/// What was seen of the source, on both sides of the drill.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ServerSeen {
    pub before: Option<Identity>,
    pub session: Option<SessionProof>,
    pub after: Option<Identity>,
}

/// Why a drill did not run to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stop {
    pub stage: Stage,
    /// The error and its causes in one line.
    pub cause: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Timing {
    pub stage: Stage,
    pub millis: u64,
}

/// What the sweep for secrets came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sweep {
    /// Texts that were looked at one by one before rendering.
    pub texts: u64,
    /// Rendered artefacts that were looked at as a whole.
    pub artefacts: Vec<&'static str>,
    pub hits: Vec<Hit>,
}

/// A secret found, never the secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// The kind of text or the artefact that held it.
    pub place: &'static str,
    /// The secret's name or the token's shape.
    pub secret: &'static str,
}

impl Evidence {
    /// Nothing is seen yet.
    pub fn nothing_yet(source: SourceSeen) -> Self {
        Self {
            source,
            dump: None,
            defects: Vec::new(),
            read_back: None,
            restore: None,
            walls: None,
            manifest: None,
            fidelity: None,
            drift: None,
            checks: None,
            recordings: Vec::new(),
            protected_before: None,
            protected_after: None,
            teardown: None,
            stop: None,
            remarks: Vec::new(),
            timings: Vec::new(),
            sweep: None,
        }
    }

    /// Records something seen of the source; a given dump has none.
    pub fn see_server(&mut self, see: impl FnOnce(&mut ServerSeen)) {
        if let SourceSeen::Server(server) = &mut self.source {
            see(server);
        }
    }

    /// Records the removal of something that was made beside the sandbox; nothing where nothing was made.
    pub fn see_removed(&mut self, removals: Vec<Removal>) {
        if removals.is_empty() {
            return;
        }
        let nothing = Teardown {
            removals: Vec::new(),
        };
        let teardown = self.teardown.get_or_insert(nothing);
        teardown.removals.extend(removals);
    }

    /// Why a stage's evidence is not there, in words for a table.
    fn absence(&self, stage: Stage) -> String {
        match &self.stop {
            Some(stop) if stop.stage == stage => {
                format!("stage {} did not finish", stage.name())
            }
            Some(stop) => format!(
                "stage {} recorded nothing: the drill stopped in stage {}",
                stage.name(),
                stop.stage.name()
            ),
            None => format!("stage {} recorded nothing", stage.name()),
        }
    }
}

/// Evidence, judged. Its fields are private so that no verdict is set apart from what it follows from.
#[derive(Debug, Serialize)]
pub struct Report {
    schema: &'static str,
    verdict: Verdict,
    exit_code: u8,
    rows: Vec<Row>,
    gates: Vec<GateResult>,
    terms: Terms,
    evidence: Evidence,
}

impl Report {
    fn of(evidence: Evidence, terms: Terms) -> Self {
        let gates: Vec<GateResult> = Gate::ALL
            .into_iter()
            .map(|gate| gate.judge(&evidence, &terms))
            .collect();
        let members = member::members(&gates, &evidence, &terms);
        // Rows, not members: each member is in a row, and a row may ask for something that is no member.
        let rows = row::rows(&terms.required, &members);
        let standings: Vec<_> = rows.iter().map(|row| row.standing).collect();
        let verdict = Verdict::of(&standings, evidence.stop.as_ref());
        Self {
            schema: SCHEMA,
            verdict,
            exit_code: verdict.exit_code(),
            rows,
            gates,
            terms,
            evidence,
        }
    }

    fn gate(&self, gate: Gate) -> Option<&GateResult> {
        self.gates.iter().find(|result| result.gate == gate)
    }
}
