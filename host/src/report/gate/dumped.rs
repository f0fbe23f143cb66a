//! The gates on the dump: `fresh-dump` and `digest`.

use super::{Gate, GateResult, equal, finding};
use crate::event::Stage;
use crate::finding::{Finding, Shown, Status};
use crate::plan::WritableRole;
use crate::report::shown::{self, text};
use crate::report::{Evidence, SourceSeen};
use crate::source::SessionProof;
use vhost_dump::digest::Digest;
use vhost_dump::facts::{DumpFacts, Origin};

/// Taken in this drill, under one snapshot, by a session that could not write.
pub fn fresh_dump(evidence: &Evidence, writable_role: WritableRole) -> GateResult {
    let gate = Gate::FreshDump;
    let SourceSeen::Server(server) = &evidence.source else {
        return gate.not_applicable("a given dump: it was not taken in this drill");
    };
    let Some(session) = &server.session else {
        return gate.not_reached(evidence, Stage::Observe);
    };
    let mut findings = session_findings(session, writable_role);
    // A session that could write fails the gate also where the drill stopped because of it, before any dump.
    let failed = findings.iter().any(|found| found.status == Status::Fail);
    let Some(dump) = &evidence.dump else {
        if failed {
            return gate.saw(findings, String::new);
        }
        return gate.not_reached(evidence, Stage::Dump);
    };
    let Origin::Fresh {
        role,
        snapshot,
        taken_at,
    } = &dump.origin
    else {
        findings.push(finding(
            "dump-origin",
            Status::Fail,
            "",
            text("taken in this drill"),
            text("a given file"),
        ));
        return gate.saw(findings, String::new);
    };
    findings.push(equal(
        "snapshot",
        "",
        text(session.snapshot.as_str()),
        text(snapshot.as_str()),
    ));
    findings.push(equal(
        "dump-role",
        "",
        text(session.role.as_str()),
        text(role.as_str()),
    ));
    gate.saw(findings, || passed(session, dump, taken_at))
}

fn session_findings(session: &SessionProof, writable_role: WritableRole) -> Vec<Finding> {
    let mut findings = vec![equal(
        "transaction-read-only",
        session.role.as_str(),
        Shown::Boolean(true),
        Shown::Boolean(session.transaction_read_only),
    )];
    // Under a weaker level each statement has a snapshot of its own (manual, 13.2.2), so that facts taken beside
    // the dump would be of another moment.
    let one_snapshot = ["repeatable read", "serializable"]
        .iter()
        .any(|level| session.isolation.eq_ignore_ascii_case(level));
    findings.push(finding(
        "one-snapshot",
        if one_snapshot {
            Status::Pass
        } else {
            Status::Fail
        },
        "",
        text("repeatable read"),
        text(session.isolation.as_str()),
    ));
    if writable_role == WritableRole::Refuse {
        findings.push(finding(
            "role-could-not-write",
            if session.could_write.is_empty() {
                Status::Pass
            } else {
                Status::Fail
            },
            session.role.as_str(),
            text("no way to write"),
            text(match session.could_write.as_slice() {
                [] => "no way to write".to_owned(),
                ways => ways.join(", "),
            }),
        ));
    }
    findings
}

fn passed(session: &SessionProof, dump: &DumpFacts, taken_at: &str) -> String {
    let role = match session.could_write.len() {
        0 => format!("role {} has no way to write", session.role),
        ways => format!(
            "role {} could write elsewhere in {}, see notes",
            session.role,
            shown::many(ways, "way")
        ),
    };
    format!(
        "taken {taken_at} by pg_dump {} of server {}, read-only {} transaction, snapshot {}; {role}",
        dump.pg_dump_version, dump.server_version, session.isolation, session.snapshot
    )
}

/// What was written is what was read back for the restore.
pub fn digest(evidence: &Evidence) -> GateResult {
    let gate = Gate::Digest;
    if !evidence.defects.is_empty() {
        let defect = |defect: &String| Finding {
            rule: "whole-dump".to_owned(),
            status: Status::Fail,
            subject: "dump".to_owned(),
            expected: text("a whole dump"),
            actual: text(defect.clone()),
        };
        return gate.saw(evidence.defects.iter().map(defect).collect(), String::new);
    }
    let Some(dump) = &evidence.dump else {
        return gate.not_reached(evidence, Stage::Dump);
    };
    let in_words = |digest: Digest| {
        text(format!(
            "{} · {} B",
            digest.sha256,
            shown::grouped(digest.bytes)
        ))
    };
    let read_again = evidence.read_back.map(|digest| ("file", digest));
    let given = evidence
        .restore
        .as_ref()
        .map(|restore| ("given to the restore", restore.read_back));
    let findings: Vec<Finding> = [read_again, given]
        .into_iter()
        .flatten()
        .map(|(subject, digest)| {
            equal(
                "read-back",
                subject,
                in_words(dump.digest),
                in_words(digest),
            )
        })
        .collect();
    if findings.is_empty() {
        return gate.not_reached(evidence, Stage::Restore);
    }
    gate.saw(findings, || {
        format!(
            "{} · {} B; read back for the restore: equal",
            dump.digest.sha256,
            shown::grouped(dump.digest.bytes)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_that_is_not_whole_fails_however_far_the_drill_came() {
        let mut evidence = crate::report::sample::evidence();
        assert_eq!(
            digest(&evidence).standing,
            crate::report::gate::Standing::Pass
        );
        evidence
            .defects
            .push("the given dump is truncated".to_owned());
        assert_eq!(
            digest(&evidence).standing,
            crate::report::gate::Standing::Fail
        );
        evidence.dump = None;
        assert_eq!(
            digest(&evidence).standing,
            crate::report::gate::Standing::Fail
        );
    }
    use crate::report::gate::Standing;
    use crate::report::sample;
    use vhost_dump::digest::Sha256;

    fn with_session(change: impl FnOnce(&mut SessionProof)) -> Evidence {
        let mut evidence = sample::evidence();
        change(sample::server(&mut evidence).session.as_mut().unwrap());
        evidence
    }

    #[test]
    fn a_session_that_could_write_fails() {
        let evidence = with_session(|session| session.transaction_read_only = false);
        let result = fresh_dump(&evidence, WritableRole::Report);
        assert_eq!(result.standing, Standing::Fail);
        assert!(
            result.result.contains("expected true, found false"),
            "{}",
            result.result
        );
    }

    #[test]
    fn a_snapshot_per_statement_fails() {
        let evidence = with_session(|session| session.isolation = "read committed".to_owned());
        let result = fresh_dump(&evidence, WritableRole::Report);
        assert_eq!(result.standing, Standing::Fail);
    }

    #[test]
    fn a_dump_under_another_snapshot_fails() {
        let evidence = with_session(|session| session.snapshot = "00000009-1".to_owned());
        let result = fresh_dump(&evidence, WritableRole::Report);
        assert_eq!(result.standing, Standing::Fail);
        assert!(result.result.contains("snapshot"));
    }

    #[test]
    fn a_writable_role_is_refused_or_reported_as_the_plan_says() {
        let mut evidence = with_session(|session| {
            session.could_write = vec!["superuser".to_owned()];
        });
        assert_eq!(
            fresh_dump(&evidence, WritableRole::Report).standing,
            Standing::Pass
        );
        let refused = fresh_dump(&evidence, WritableRole::Refuse);
        assert_eq!(refused.standing, Standing::Fail);
        assert!(refused.result.contains("superuser"));
        evidence.dump = None;
        let refused = fresh_dump(&evidence, WritableRole::Refuse);
        assert_eq!(refused.standing, Standing::Fail);
    }

    #[test]
    fn a_given_dump_is_not_judged_as_fresh_and_a_source_does_not_excuse_one() {
        let mut evidence = sample::evidence();
        evidence.dump.as_mut().unwrap().origin = Origin::Given;
        let result = fresh_dump(&evidence, WritableRole::Report);
        assert_eq!(result.standing, Standing::Fail);
        evidence.source = SourceSeen::GivenDump;
        let result = fresh_dump(&evidence, WritableRole::Report);
        assert_eq!(result.standing, Standing::NotApplicable);
    }

    #[test]
    fn one_flipped_bit_fails_the_digest_even_when_the_restore_did_not_end() {
        let mut evidence = sample::evidence();
        evidence.restore = None;
        assert_eq!(digest(&evidence).standing, Standing::Pass);
        evidence.read_back.as_mut().unwrap().sha256 = Sha256::of(b"another");
        assert_eq!(digest(&evidence).standing, Standing::Fail);
        evidence.read_back = None;
        assert_eq!(digest(&evidence).standing, Standing::CouldNotLook);
    }

    #[test]
    fn what_the_restore_was_given_counts_too() {
        let mut evidence = sample::evidence();
        evidence.restore.as_mut().unwrap().read_back.bytes -= 1;
        assert_eq!(digest(&evidence).standing, Standing::Fail);
    }
}
