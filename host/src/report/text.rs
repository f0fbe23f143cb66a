//! Every text of a report that others wrote, one by one.
//!
//! Each struct is taken apart field by field and without `..`: a new field does not compile until somebody says
//! whether it is a text.

mod compared;

use compared::{of_drift, of_fidelity};

use super::terms::{ChecksAsked, Terms};
use super::{Evidence, RecordingSeen, ServerSeen, SourceSeen, Stop};
use crate::check::{CheckOutcome, Ended, LogLine, Read, Usage};
use crate::finding::{Finding, Shown};
use crate::restore::{Notice, RestoreFacts};
use crate::sandbox::{ContainerIdentity, Removal, Removed, Teardown, WallSeen};
use crate::source::{Identity, Known, SessionProof};
use vhost_dump::facts::{DumpFacts, Origin};

/// Is told the kind of place that a text stands in, and may change the text.
pub type Visit<'a> = &'a mut dyn FnMut(&'static str, &mut String);

/// Visits every text that others wrote.
pub fn each_text(evidence: &mut Evidence, terms: &mut Terms, visit: Visit) {
    let Evidence {
        source,
        dump,
        defects,
        read_back: _,
        restore,
        walls,
        manifest: _,
        fidelity,
        drift,
        checks,
        recordings,
        protected_before,
        protected_after,
        teardown,
        stop,
        remarks,
        timings: _,
        sweep: _,
    } = evidence;
    if let SourceSeen::Server(server) = source {
        of_server(server, visit);
    }
    if let Some(dump) = dump {
        of_dump(dump, visit);
    }
    if let Some(restore) = restore {
        of_restore(restore, visit);
    }
    for remark in remarks {
        visit("drill", remark);
    }
    for defect in defects {
        visit("defect", defect);
    }
    for WallSeen {
        wall: _,
        holds: _,
        seen,
    } in walls.iter_mut().flatten()
    {
        visit("wall", seen);
    }
    if let Some(fidelity) = fidelity {
        of_fidelity(fidelity, visit);
    }
    if let Some(drift) = drift {
        of_drift(drift, visit);
    }
    for outcome in checks.iter_mut().flatten() {
        of_check(outcome, visit);
    }
    for RecordingSeen {
        check,
        level: _,
        calls: _,
        digest: _,
    } in recordings
    {
        visit("recording", check);
    }
    for container in protected_before.iter_mut().chain(protected_after).flatten() {
        of_container(container, visit);
    }
    if let Some(Teardown { removals }) = teardown {
        for Removal {
            kind: _,
            name,
            outcome,
        } in removals
        {
            visit("teardown", name);
            match outcome {
                Removed::Gone => {}
                Removed::LeftBehind { why, remove_with } => {
                    visit("teardown", why);
                    visit("teardown", remove_with);
                }
            }
        }
    }
    if let Some(Stop { stage: _, cause }) = stop {
        visit("cause of the stop", cause);
    }
    of_terms(terms, visit);
}

fn of_terms(terms: &mut Terms, visit: Visit) {
    let Terms {
        plan,
        title,
        run_id,
        started_at,
        engine: _,
        vhost_version,
        writable_role: _,
        accepted_walls: _,
        protected,
        checks,
        required,
        hidden_paths: _,
    } = terms;
    for text in [plan, title, run_id, started_at, vhost_version] {
        visit("plan", text);
    }
    for name in protected {
        visit("plan", name);
    }
    match checks {
        ChecksAsked::NoneOnPurpose => {}
        ChecksAsked::Selected(names) => names.iter_mut().for_each(|name| visit("plan", name)),
    }
    for row in required {
        visit("plan", &mut row.title);
        row.proves.iter_mut().for_each(|name| visit("plan", name));
    }
}

fn of_server(server: &mut ServerSeen, visit: Visit) {
    let ServerSeen {
        before,
        session,
        after,
    } = server;
    for identity in [before, after].into_iter().flatten() {
        let Identity {
            system_identifier,
            server_started,
            timeline,
            in_recovery: _,
            database,
            database_oid: _,
            server_version,
            wal_lsn,
            container,
        } = identity;
        for text in [server_started, database, server_version] {
            visit("source identity", text);
        }
        for why in [
            unknown(system_identifier),
            unknown(timeline),
            unknown(wal_lsn),
        ] {
            why.into_iter()
                .for_each(|why| visit("source identity", why));
        }
        for container in container {
            of_container(container, visit);
        }
    }
    if let Some(session) = session {
        let SessionProof {
            role,
            transaction_read_only: _,
            isolation,
            snapshot,
            tls,
            could_write,
        } = session;
        for text in [role, isolation, snapshot, tls]
            .into_iter()
            .chain(could_write)
        {
            visit("source session", text);
        }
    }
}

fn unknown<T>(known: &mut Known<T>) -> Option<&mut String> {
    match known {
        Known::Yes(_) => None,
        Known::No(why) => Some(why),
    }
}

fn of_dump(dump: &mut DumpFacts, visit: Visit) {
    let DumpFacts {
        origin,
        format: _,
        digest: _,
        server_version,
        pg_dump_version,
    } = dump;
    if let Origin::Fresh {
        role,
        snapshot,
        taken_at,
    } = origin
    {
        for text in [role, snapshot, taken_at] {
            visit("dump", text);
        }
    }
    for text in [server_version, pg_dump_version] {
        visit("dump", text);
    }
}

fn of_restore(restore: &mut RestoreFacts, visit: Visit) {
    let RestoreFacts {
        server_version,
        system_identifier: _,
        data_checksums: _,
        tool,
        database,
        read_back: _,
        roles_created,
        notices,
        remarks,
    } = restore;
    let texts = [server_version, tool, database].into_iter();
    for text in texts.chain(roles_created).chain(remarks) {
        visit("restore", text);
    }
    for notice in notices {
        let Notice {
            sqlstate,
            statement,
            subject,
            class: _,
            gravity: _,
            count: _,
        } = notice;
        for text in [sqlstate, statement, subject] {
            visit("restore error", text);
        }
    }
}

fn of_check(outcome: &mut CheckOutcome, visit: Visit) {
    let CheckOutcome {
        name,
        component: _,
        status: _,
        ended,
        findings,
        metrics,
        log,
        usage,
    } = outcome;
    visit("check", name);
    match ended {
        Ended::Reported => {}
        Ended::CouldNotLook(why) | Ended::Stopped(why) => visit("check", why),
    }
    for finding in findings {
        of_finding("check finding", finding, visit);
    }
    for (name, _) in metrics {
        visit("check metric", name);
    }
    for LogLine { level: _, message } in log {
        visit("check log", message);
    }
    let Usage {
        statements: _,
        rows: _,
        bytes: _,
        millis: _,
        memory: _,
        calls: _,
        read,
    } = usage;
    for Read {
        schema,
        name,
        kind: _,
        by: _,
    } in read.iter_mut().flatten()
    {
        visit("check", schema);
        visit("check", name);
    }
}

fn of_finding(place: &'static str, finding: &mut Finding, visit: Visit) {
    let Finding {
        rule,
        status: _,
        subject,
        expected,
        actual,
    } = finding;
    visit(place, rule);
    visit(place, subject);
    for shown in [expected, actual] {
        match shown {
            Shown::Text(text) => visit(place, text),
            Shown::Withheld {
                bytes: _,
                salted_sha256,
            } => visit(place, salted_sha256),
            Shown::Nothing | Shown::Null | Shown::Count(_) | Shown::Boolean(_) => {}
        }
    }
}

fn of_container(container: &mut ContainerIdentity, visit: Visit) {
    match container {
        ContainerIdentity::Absent { name } => visit("container", name),
        ContainerIdentity::Present {
            name,
            id,
            started_at,
            status,
        } => {
            for text in [name, id, started_at, status] {
                visit("container", text);
            }
        }
    }
}
