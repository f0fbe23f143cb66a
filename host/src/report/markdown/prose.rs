//! The sentences of `report.md`: each stands on evidence, and is left out where there is none.

use super::text;
use crate::fidelity::Weight;
use crate::reference::{Acceptance, MANIFEST};
use crate::report::gate::{Gate, Standing, classes};
use crate::report::{Report, ServerSeen, SourceSeen, shown};
use crate::restore::{Gravity, Notice};
use crate::sandbox::{EngineKind, Holds, Removed};
use vhost_dump::facts::Origin;

/// Differences that the plan allows, before the rest is left to `report.json`.
const ALLOWED: usize = 40;

fn server(report: &Report) -> Option<&ServerSeen> {
    match &report.evidence.source {
        SourceSeen::Server(server) => Some(server),
        SourceSeen::GivenDump => None,
    }
}

/// The steps that were reached, in one line.
pub fn method(report: &Report) -> String {
    let evidence = &report.evidence;
    let mut steps = Vec::new();
    if let Some(dump) = &evidence.dump {
        steps.push(match dump.origin {
            Origin::Fresh { .. } if read_only(report) => "fresh read-only pg_dump".to_owned(),
            Origin::Fresh { .. } => "fresh pg_dump".to_owned(),
            Origin::Given => "given dump".to_owned(),
        });
        steps.push("SHA-256".to_owned());
    }
    if let Some(restore) = &evidence.restore {
        let engine = match report.terms.engine {
            EngineKind::Docker => "docker",
            EngineKind::Local => "local",
        };
        let isolated = match standing(report, Gate::Isolation) {
            Some(Standing::Pass) => "an isolated, ephemeral",
            _ => "an ephemeral",
        };
        let checksums = match restore.data_checksums {
            true => "on",
            false => "off",
        };
        steps.push(format!(
            "restore into {isolated} Postgres {} ({engine}) by {}, data checksums {checksums}",
            restore.server_version, restore.tool
        ));
    }
    if evidence.fidelity.is_some() {
        steps.push("dumped again and compared".to_owned());
    }
    if evidence
        .drift
        .as_ref()
        .is_some_and(|drift| drift.reference.is_some())
    {
        steps.push("manifest held against the reference".to_owned());
    }
    if let Some(checks) = &evidence.checks {
        steps.push(shown::many(checks.len(), "WebAssembly check"));
    }
    if evidence.teardown.is_some() {
        steps.push("teardown".to_owned());
    }
    if server(report).is_some_and(|server| server.after.is_some()) {
        steps.push("source identity looked at again".to_owned());
    }
    if evidence
        .protected_after
        .as_ref()
        .is_some_and(|after| !after.is_empty())
    {
        steps.push("protected containers looked at again".to_owned());
    }
    match steps.as_slice() {
        [] => "nothing was reached".to_owned(),
        steps => text(&steps.join(" → ")),
    }
}

fn standing(report: &Report, gate: Gate) -> Option<Standing> {
    report.gate(gate).map(|result| result.standing)
}

fn read_only(report: &Report) -> bool {
    let session = server(report).and_then(|server| server.session.as_ref());
    session.is_some_and(|session| session.transaction_read_only)
}

/// What the dump holds, and the file that names it.
pub fn manifest(report: &Report) -> String {
    let Some(manifest) = &report.evidence.manifest else {
        return String::new();
    };
    let many = |count: u64, thing| shown::many(usize::try_from(count).unwrap_or(usize::MAX), thing);
    format!(
        "Manifest: {}, {} with {}, {}, {}; {MANIFEST}, {} B, SHA-256 {}.\n\n",
        many(manifest.objects, "object"),
        many(manifest.relations, "relation"),
        many(manifest.rows, "row"),
        many(manifest.sequences, "sequence"),
        many(manifest.large_objects, "large object"),
        shown::grouped(manifest.digest.bytes),
        manifest.digest.sha256,
    )
}

/// What was recorded of the checks' exchanges, and the files that hold it.
pub fn recordings(report: &Report) -> String {
    let recordings = report.evidence.recordings.iter().map(|recording| {
        let check = text(&recording.check);
        format!(
            "exchange/{check}.json ({}, {}, {} B, SHA-256 {})",
            recording.level.name(),
            shown::many(
                usize::try_from(recording.calls).unwrap_or(usize::MAX),
                "call"
            ),
            shown::grouped(recording.digest.bytes),
            recording.digest.sha256,
        )
    });
    let recordings: Vec<String> = recordings.collect();
    match recordings.is_empty() {
        true => String::new(),
        false => format!("Recorded: {}.\n\n", recordings.join("; ")),
    }
}

pub fn notes(report: &Report) -> String {
    let evidence = &report.evidence;
    let mut notes = Vec::new();
    if let Some(restore) = &evidence.restore {
        let benign: Vec<&Notice> = restore
            .notices
            .iter()
            .filter(|notice| notice.gravity == Gravity::Benign)
            .collect();
        if !benign.is_empty() {
            let unaffected = match standing(report, Gate::Fidelity) {
                Some(Standing::Pass) => ". No object and no row was lost by them",
                _ => "",
            };
            notes.push(format!(
                "N-1, benign errors of the restore: {}{unaffected}",
                classes(&benign).join("; ")
            ));
        }
        if !restore.roles_created.is_empty() {
            notes.push(format!(
                "Roles created without login before the restore: {}",
                restore.roles_created.join(", ")
            ));
        }
    }
    let of_restore = evidence.restore.iter().flat_map(|facts| &facts.remarks);
    notes.extend(
        of_restore
            .chain(&evidence.remarks)
            .map(|remark| format!("Remark: {remark}")),
    );
    let probes = evidence.fidelity.iter().flat_map(|seen| &seen.probes);
    for probe in probes.filter(|probe| probe.weight == Weight::Remark) {
        let subject = match probe.subject.as_str() {
            "" => String::new(),
            subject => format!(" {subject}"),
        };
        notes.push(format!(
            "Remark: {}{subject}: {}",
            probe.rule.name(),
            probe.said
        ));
    }
    if let Some(drift) = &evidence.drift {
        let accepted = drift
            .reference
            .as_ref()
            .and_then(|seen| seen.accepted.as_ref());
        notes.extend(accepted.map(|accepted| {
            let Acceptance {
                run, by, why, at, ..
            } = accepted;
            format!("Reference: run {run}, accepted {at} by {by}: {why}")
        }));
        let told = drift.allowed.iter().take(ALLOWED);
        notes.extend(told.map(|allowed| format!("Remark: {allowed}")));
        if drift.allowed.len() > ALLOWED {
            let more = drift.allowed.len() - ALLOWED;
            notes.push(format!(
                "Remark: {more} more that the plan allows are in report.json"
            ));
        }
    }
    for wall in evidence.walls.iter().flatten() {
        if wall.holds == Holds::No && report.terms.accepted_walls.contains(&wall.wall) {
            let name = shown::wall(wall.wall);
            notes.push(format!(
                "Wall {name} is down and accepted by the plan: {}",
                wall.seen
            ));
        }
    }
    let session = server(report).and_then(|server| server.session.as_ref());
    if let Some(session) = session.filter(|session| !session.could_write.is_empty()) {
        notes.push(format!(
            "Role {} could write outside a read-only transaction: {}",
            session.role,
            session.could_write.join(", ")
        ));
    }
    let removals = evidence
        .teardown
        .iter()
        .flat_map(|teardown| &teardown.removals);
    for removal in removals {
        match &removal.outcome {
            Removed::Gone => {}
            Removed::LeftBehind { remove_with, .. } => notes.push(format!(
                "Left behind: {} {}; remove it with: {remove_with}",
                removal.kind, removal.name
            )),
        }
    }
    list(notes)
}

fn list(items: Vec<String>) -> String {
    items
        .iter()
        .map(|item| format!("- {}.\n", text(item)))
        .collect()
}

/// What the drill touched and what it left alone, as far as it was seen.
pub fn net_safety(report: &Report) -> String {
    let evidence = &report.evidence;
    let mut sentences = Vec::new();
    if let Some(session) = server(report).and_then(|server| server.session.as_ref())
        && session.transaction_read_only
    {
        sentences.push(format!(
            "The source was read by role {} in a read-only transaction (TLS: {}).",
            session.role, session.tls
        ));
    }
    if standing(report, Gate::SourceUnmoved) == Some(Standing::Pass) {
        sentences.push("It is the same server, not restarted, before and after.".to_owned());
    }
    if let Some(teardown) = &evidence.teardown
        && standing(report, Gate::Teardown) == Some(Standing::Pass)
    {
        sentences.push(format!(
            "The sandbox was created and removed by exact name: {} looked for afterwards and not found.",
            shown::many(teardown.removals.len(), "thing")
        ));
    }
    if let Some(before) = evidence
        .protected_before
        .as_ref()
        .filter(|before| !before.is_empty())
        && standing(report, Gate::ProtectedUntouched) == Some(Standing::Pass)
    {
        sentences.push(format!(
            "{} untouched.",
            shown::many(before.len(), "protected container")
        ));
    }
    if standing(report, Gate::NoSecrets) == Some(Standing::Pass) {
        sentences.push("No known secret and no token shape is in any artefact.".to_owned());
    }
    if sentences.is_empty() {
        return String::new();
    }
    text(&sentences.join(" "))
}

/// What a PASS of this version does not say.
pub fn not_proved(report: &Report) -> String {
    let mut limits = vec![
        "The comparison guards against accidents: somebody who may choose rows freely could make two tables with one \
         digest"
            .to_owned(),
        "What pg_dump does not carry is not in the backup: planner statistics, subscription state, cluster-wide objects"
            .to_owned(),
    ];
    if server(report).is_some() {
        limits.push(
            "A system identifier tells which initdb a cluster descends from, not that it is production: standbys and \
             clones share it"
                .to_owned(),
        );
    } else {
        limits.push("How the dump was taken, by whom and from where is not known".to_owned());
    }
    list(limits)
}
