//! A good drill, for this room's tests: the incident, made small.

mod changes;

use super::terms::{ChecksAsked, Terms};
use super::{Evidence, ManifestSeen, RecordingSeen, ServerSeen, SourceSeen, Stop, Sweep, Timing};
use crate::check::exchange::Level;
use crate::check::reading::By;
use crate::check::{Calls, CheckOutcome, Ended, LogLine, Read, Usage};
use crate::event::Stage;
use crate::fidelity::{AmcheckSeen, FidelitySeen, Probe, Rule, Weight};
use crate::finding::{Finding, Shown, Status};
use crate::plan::WritableRole;
use crate::reference::{Acceptance, DriftSeen, ReferenceSeen};
use crate::restore::{Gravity, Notice, RestoreFacts};
use crate::sandbox::{
    ContainerIdentity, EngineKind, Holds, Removal, Removed, Teardown, Wall, WallSeen,
};
use crate::source::{Identity, Known, SessionProof};
use vhost_dump::digest::{Digest, Sha256};
use vhost_dump::facts::{DumpFacts, Format, Origin};
use vhost_dump::manifest::{Change, Difference};

pub const SOURCE_IDENTIFIER: u64 = 7611578671664259111;

pub fn terms() -> Terms {
    Terms {
        plan: "cutter".to_owned(),
        title: "Closeout of the cutter trial".to_owned(),
        run_id: "20260517T134709Z-7f3a".to_owned(),
        started_at: "2026-05-17T13:47:09Z".to_owned(),
        engine: EngineKind::Docker,
        vhost_version: "0.1.0".to_owned(),
        writable_role: WritableRole::Report,
        accepted_walls: Vec::new(),
        protected: vec!["hb05".to_owned()],
        checks: ChecksAsked::Selected(vec!["row-matrix".to_owned()]),
        required: Vec::new(),
        hidden_paths: Vec::new(),
    }
}

pub fn nothing() -> Evidence {
    Evidence::nothing_yet(SourceSeen::Server(Box::default()))
}

/// The source's side of evidence that has one.
pub fn server(evidence: &mut Evidence) -> &mut ServerSeen {
    match &mut evidence.source {
        SourceSeen::Server(server) => server,
        SourceSeen::GivenDump => panic!("the sample has a source"),
    }
}

pub fn container(name: &str, started_at: &str) -> ContainerIdentity {
    ContainerIdentity::Present {
        name: name.to_owned(),
        id: format!("{:.12}", Sha256::of(name.as_bytes()).to_string()),
        started_at: started_at.to_owned(),
        status: "running".to_owned(),
    }
}

fn identity() -> Identity {
    Identity {
        system_identifier: Known::Yes(SOURCE_IDENTIFIER),
        server_started: "2026-04-17T05:35:18.484399Z".to_owned(),
        timeline: Known::Yes(1),
        in_recovery: false,
        database: "directus".to_owned(),
        database_oid: 16384,
        server_version: "16.2".to_owned(),
        wal_lsn: Known::Yes(0x0123_4567_89ab),
        container: vec![container("prod", "2026-04-17T05:35:18.48439927Z")],
    }
}

pub fn finding(rule: &str, subject: &str, count: i64) -> Finding {
    Finding {
        rule: rule.to_owned(),
        status: Status::Pass,
        subject: subject.to_owned(),
        expected: Shown::Count(count),
        actual: Shown::Count(count),
    }
}

fn read(name: &str, by: By) -> Read {
    Read {
        schema: "cutter_governance".to_owned(),
        name: name.to_owned(),
        kind: "table",
        by,
    }
}

pub fn outcome() -> CheckOutcome {
    CheckOutcome {
        name: "row-matrix".to_owned(),
        component: Sha256::of(b"component"),
        status: Status::Pass,
        ended: Ended::Reported,
        findings: vec![
            finding("row-count", "cutter_governance.decision_backlog_history", 5),
            finding("row-count", "cutter_governance.the_rest", 10),
            finding("row-count-total", "", 15),
        ],
        metrics: vec![("relations".to_owned(), 2.0)],
        log: vec![LogLine {
            level: "info",
            message: "two relations looked at".to_owned(),
        }],
        usage: Usage {
            statements: 2,
            rows: 2,
            bytes: 16,
            millis: 7,
            memory: 1_114_112,
            calls: Calls {
                query: 4,
                evidence: 0,
                settings: 1,
                log: 1,
            },
            read: Some(vec![
                read("decision_backlog_history", By::Grant),
                read("the_rest", By::Another),
            ]),
        },
    }
}

fn missing_role(role: &str, count: u64) -> Notice {
    Notice {
        sqlstate: "42704".to_owned(),
        statement: "GRANT".to_owned(),
        subject: role.to_owned(),
        class: "missing-role",
        gravity: Gravity::Benign,
        count,
    }
}

fn fidelity() -> FidelitySeen {
    FidelitySeen {
        objects: 1204,
        relations: 2,
        rows: 40_015,
        bytes: 1 << 20,
        sequences: 12,
        large_objects: 0,
        time_zone: "UTC".to_owned(),
        differences: Vec::new(),
        more_differences: 0,
        probes: Vec::new(),
        amcheck: AmcheckSeen::Looked {
            indexes: 210,
            heaps: 180,
        },
        data_checksums: false,
    }
}

pub fn difference(name: &str, change: Change) -> Difference {
    Difference {
        kind: "TABLE DATA".to_owned(),
        schema: "cutter_governance".to_owned(),
        name: name.to_owned(),
        change,
    }
}

fn drift() -> DriftSeen {
    let compared = |rule: &str, subject: &str, count| Finding {
        expected: Shown::Nothing,
        ..finding(rule, subject, count)
    };
    DriftSeen {
        reference: Some(ReferenceSeen {
            sha256: Sha256::of(b"reference"),
            accepted: Some(Acceptance {
                plan: "cutter".to_owned(),
                run: "20260417T134709Z-7f3a00".to_owned(),
                manifest: Sha256::of(b"reference"),
                by: "alice".to_owned(),
                why: "the first good one".to_owned(),
                at: "2026-04-18T08:00:00Z".to_owned(),
            }),
        }),
        findings: vec![
            compared("definitions-compared", "objects", 4),
            compared("rows-compared", "relations", 2),
            compared("sequences-compared", "sequences", 1),
            Finding {
                rule: "fresh".to_owned(),
                status: Status::Pass,
                subject: "cutter_governance.rows.at".to_owned(),
                expected: Shown::Text("at most 24h old when the dump was taken".to_owned()),
                actual: Shown::Text("fresh".to_owned()),
            },
        ],
        allowed: vec!["COMMENT TABLE rows is new, which the plan allows".to_owned()],
    }
}

/// Every stage reached and everything in order.
pub fn evidence() -> Evidence {
    let digest = Digest {
        sha256: Sha256::of(b"dump"),
        bytes: 683_370_930,
    };
    let mut evidence = nothing();
    *server(&mut evidence) = ServerSeen {
        before: Some(identity()),
        session: Some(SessionProof {
            role: "workflow_admin".to_owned(),
            transaction_read_only: true,
            isolation: "repeatable read".to_owned(),
            snapshot: "00000003-0000001B-1".to_owned(),
            tls: "none: a Unix socket".to_owned(),
            could_write: Vec::new(),
        }),
        after: Some(identity()),
    };
    evidence.dump = Some(DumpFacts {
        origin: Origin::Fresh {
            role: "workflow_admin".to_owned(),
            snapshot: "00000003-0000001B-1".to_owned(),
            taken_at: "2026-05-17T13:47:09Z".to_owned(),
        },
        format: Format::Plain,
        digest,
        server_version: "16.2".to_owned(),
        pg_dump_version: "16.14".to_owned(),
    });
    evidence.read_back = Some(digest);
    evidence.restore = Some(RestoreFacts {
        server_version: "16.14".to_owned(),
        system_identifier: 7640856984682475564,
        data_checksums: true,
        tool: "psql 16.14".to_owned(),
        database: "directus".to_owned(),
        read_back: digest,
        roles_created: Vec::new(),
        notices: vec![
            missing_role("incomex", 162),
            missing_role("directus", 870),
            missing_role("context_pack_readonly", 262),
            missing_role("workflow_admin", 112),
            missing_role("cutter_ro", 37),
        ],
        remarks: vec!["psql 16.14 is older than 16.15".to_owned()],
    });
    let wall = |wall| WallSeen {
        wall,
        holds: Holds::Yes,
        seen: "inspected".to_owned(),
    };
    evidence.walls = Some(
        [
            Wall::NoNetwork,
            Wall::NoPublishedPort,
            Wall::NoCapabilities,
            Wall::NoNewPrivileges,
            Wall::ReadOnlyRoot,
            Wall::OnlyOwnMounts,
            Wall::OwnProcesses,
            Wall::UnprivilegedUser,
            Wall::ResourceLimits,
            Wall::OwnCluster,
        ]
        .map(wall)
        .to_vec(),
    );
    evidence.manifest = Some(ManifestSeen {
        digest: Digest {
            sha256: Sha256::of(b"manifest"),
            bytes: 12_345,
        },
        objects: 4,
        relations: 2,
        rows: 40_015,
        sequences: 1,
        large_objects: 0,
    });
    evidence.fidelity = Some(fidelity());
    evidence.drift = Some(drift());
    evidence.checks = Some(vec![outcome()]);
    evidence.protected_before = Some(vec![container("hb05", "2026-05-16T00:00:00Z")]);
    evidence.protected_after = evidence.protected_before.clone();
    evidence.teardown = Some(Teardown {
        removals: vec![Removal {
            kind: "container",
            name: "vhost-20260517T134709Z-7f3a".to_owned(),
            outcome: Removed::Gone,
        }],
    });
    evidence.remarks =
        vec!["the cache entry of check row-matrix was not authentic; compiled again".to_owned()];
    evidence.timings = vec![Timing {
        stage: Stage::Dump,
        millis: 4_700,
    }];
    evidence.sweep = Some(Sweep {
        texts: 40,
        artefacts: vec!["report.md", "report.json"],
        hits: Vec::new(),
    });
    evidence
}

/// Each variant of the evidence that the good drill does not hold.
pub fn the_other_variants() -> Evidence {
    let mut evidence = evidence();
    let before = server(&mut evidence).before.as_mut().unwrap();
    before.system_identifier = Known::No("revoked".to_owned());
    before.timeline = Known::No("revoked".to_owned());
    before.wal_lsn = Known::No("revoked".to_owned());
    before.container = vec![ContainerIdentity::Absent {
        name: "prod".to_owned(),
    }];
    let session = server(&mut evidence).session.as_mut().unwrap();
    session.could_write = vec!["superuser".to_owned()];
    evidence.recordings = vec![RecordingSeen {
        check: "row-matrix".to_owned(),
        level: Level::Digests,
        calls: 14,
        digest: Digest {
            sha256: Sha256::of(b"recording"),
            bytes: 2_345,
        },
    }];
    evidence.dump.as_mut().unwrap().origin = Origin::Given;
    evidence.restore.as_mut().unwrap().data_checksums = false;
    evidence.restore.as_mut().unwrap().roles_created = vec!["directus".to_owned()];
    let fidelity = evidence.fidelity.as_mut().unwrap();
    fidelity.differences = changes::every()
        .into_iter()
        .map(|change| difference("rows", change))
        .collect();
    fidelity.more_differences = 1;
    fidelity.probes = [Weight::Fails, Weight::CouldNotLook, Weight::Remark]
        .map(|weight| Probe {
            rule: Rule::SequenceCollision,
            weight,
            subject: "cutter_governance.s".to_owned(),
            said: "taken".to_owned(),
        })
        .to_vec();
    fidelity.amcheck = AmcheckSeen::NotAvailable;
    let outcome = &mut evidence.checks.as_mut().unwrap()[0];
    outcome.ended = Ended::Stopped("fuel".to_owned());
    outcome.metrics.push(("nan".to_owned(), f64::NAN));
    let values = [
        Shown::Nothing,
        Shown::Null,
        Shown::Boolean(true),
        Shown::Text("draft".to_owned()),
        Shown::Withheld {
            bytes: 5,
            salted_sha256: "00".to_owned(),
        },
    ];
    for value in values {
        let mut finding = outcome.findings[0].clone();
        finding.actual = value;
        outcome.findings.push(finding);
    }
    let mut silent = outcome.clone();
    silent.usage.read = None;
    silent.ended = Ended::CouldNotLook("no such table".to_owned());
    evidence.checks.as_mut().unwrap().push(silent);
    evidence.teardown.as_mut().unwrap().removals[0].outcome = Removed::LeftBehind {
        why: "in use".to_owned(),
        remove_with: "docker rm -f x".to_owned(),
    };
    evidence.stop = Some(Stop {
        stage: Stage::ObserveAgain,
        cause: "connection refused".to_owned(),
    });
    evidence
}
