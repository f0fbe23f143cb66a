//! Indexes and heaps of the restored database, looked at page by page by amcheck.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;
use tokio_postgres::Client;

use super::FidelityError;
use super::probe::{Probe, Rule, Weight};
use super::session::{self, number, pinned, run, text};
use crate::plan::Amcheck;
use crate::restore::Restored;

const PURPOSE: &str = "for broken indexes and pages";

/// What amcheck looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "amcheck")]
pub enum AmcheckSeen {
    /// The plan says so.
    Off,
    /// The sandbox's Postgres does not have it.
    NotAvailable,
    Looked {
        indexes: u64,
        heaps: u64,
    },
}

/// amcheck's functions (manual, F.1) for one transaction alone: the extension itself would be seen by others, and its
/// name can be there once. The signatures are those of amcheck's own scripts.
const FUNCTIONS: &str = "CREATE FUNCTION pg_temp.vhost_index(index regclass, heapallindexed boolean) RETURNS void \
    AS '$libdir/amcheck', 'bt_index_check' LANGUAGE c STRICT; \
    CREATE FUNCTION pg_temp.vhost_heap(relation regclass, on_error_stop boolean, check_toast boolean, skip text, \
    startblock bigint, endblock bigint, blkno OUT bigint, offnum OUT integer, attnum OUT integer, msg OUT text) \
    RETURNS SETOF record AS '$libdir/amcheck', 'verify_heapam' LANGUAGE c";

/// Btree indexes and heaps that the restore made, the largest first.
const RELATIONS: &str = "SELECT c.oid, n.nspname, c.relname, c.relkind FROM pg_class c \
    JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_am a ON a.oid = c.relam \
    LEFT JOIN pg_index i ON i.indexrelid = c.oid WHERE c.oid >= 16384 AND c.relpersistence <> 't' \
    AND ((c.relkind = 'i' AND a.amname = 'btree' AND i.indisvalid AND i.indisready) \
    OR (c.relkind IN ('r', 'm', 't') AND a.amname = 'heap')) ORDER BY c.relpages DESC, c.oid";

struct One {
    oid: u32,
    /// `schema.name`.
    name: String,
    rule: Rule,
}

/// Looks at everything, as far as the plan asks for it and the sandbox has amcheck.
pub async fn look(
    restored: &Restored<'_>,
    asked: Amcheck,
    cores: NonZeroUsize,
) -> Result<(AmcheckSeen, Vec<Probe>), FidelityError> {
    if asked == Amcheck::Off {
        return Ok((AmcheckSeen::Off, Vec::new()));
    }
    let first = pinned(restored).await?;
    let sql = "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'amcheck'), \
         (SELECT count(*) FROM pg_event_trigger WHERE evtenabled <> 'D')";
    let answer = session::rows(&first, PURPOSE, sql).await?;
    let row = answer
        .first()
        .ok_or(FidelityError::Shape { purpose: PURPOSE })?;
    if text(row, 0, PURPOSE)? != "t" {
        let weight = match asked {
            Amcheck::Required => Weight::CouldNotLook,
            Amcheck::IfAvailable | Amcheck::Off => Weight::Remark,
        };
        let probe = Probe {
            rule: Rule::Amcheck,
            weight,
            subject: String::new(),
            said: "the sandbox's Postgres does not have the extension amcheck (it is in postgresql-contrib): indexes and pages were not looked at"
                .to_owned(),
        };
        return Ok((AmcheckSeen::NotAvailable, vec![probe]));
    }
    let triggers: u64 = number(row, 1, PURPOSE)?;
    let mut relations = Vec::new();
    for row in session::rows(&first, PURPOSE, RELATIONS).await? {
        relations.push(One {
            oid: number(&row, 0, PURPOSE)?,
            name: format!("{}.{}", text(&row, 1, PURPOSE)?, text(&row, 2, PURPOSE)?),
            rule: match text(&row, 3, PURPOSE)? {
                "i" => Rule::Index,
                _ => Rule::Heap,
            },
        });
    }
    let count = |rule| relations.iter().filter(|one| one.rule == rule).count() as u64;
    let seen = AmcheckSeen::Looked {
        indexes: count(Rule::Index),
        heaps: count(Rule::Heap),
    };
    let mut sessions = vec![first];
    // The dump's event triggers fire on what is made here. Putting them aside for a transaction locks them, so that
    // there can be one such transaction only.
    if triggers == 0 {
        for _ in 1..cores.get().min(relations.len().max(1)) {
            sessions.push(pinned(restored).await?);
        }
    }
    let relations = Arc::new(relations);
    let next = Arc::new(AtomicUsize::new(0));
    let mut workers = tokio::task::JoinSet::new();
    for session in sessions {
        let (relations, next) = (relations.clone(), next.clone());
        workers.spawn(async move { in_one_transaction(&session, &relations, &next).await });
    }
    let mut probes = Vec::new();
    while let Some(worker) = workers.join_next().await {
        probes.extend(worker.map_err(FidelityError::Worker)??);
    }
    Ok((seen, probes))
}

async fn in_one_transaction(
    session: &Client,
    relations: &[One],
    next: &AtomicUsize,
) -> Result<Vec<Probe>, FidelityError> {
    run(session, PURPOSE, "BEGIN").await?;
    let sql = "SELECT evtname FROM pg_event_trigger WHERE evtenabled <> 'D'";
    for row in session::rows(session, PURPOSE, sql).await? {
        let name = crate::restore::roles::quoted(text(&row, 0, PURPOSE)?);
        // Event triggers do not fire on commands about event triggers (manual, 40.1).
        run(
            session,
            PURPOSE,
            &format!("ALTER EVENT TRIGGER {name} DISABLE"),
        )
        .await?;
    }
    run(session, PURPOSE, FUNCTIONS).await?;
    let mut probes = Vec::new();
    while let Some(one) = relations.get(next.fetch_add(1, Ordering::Relaxed)) {
        run(session, PURPOSE, "SAVEPOINT looking").await?;
        let sql = match one.rule {
            Rule::Index => format!("SELECT pg_temp.vhost_index({}, false), 0", one.oid),
            _ => format!(
                "SELECT 1, count(*) FROM pg_temp.vhost_heap({}, true, false, 'none', NULL, NULL)",
                one.oid
            ),
        };
        let said = match session.simple_query(&sql).await {
            Ok(messages) => broken_pages(&messages),
            Err(error) => Some(failed(error)?),
        };
        probes.extend(said.map(|(weight, said)| Probe {
            rule: one.rule,
            weight,
            subject: one.name.clone(),
            said,
        }));
        run(session, PURPOSE, "ROLLBACK TO looking; RELEASE looking").await?;
    }
    run(session, PURPOSE, "ROLLBACK").await?;
    Ok(probes)
}

fn broken_pages(messages: &[tokio_postgres::SimpleQueryMessage]) -> Option<(Weight, String)> {
    let count = messages.iter().find_map(|message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => row.get(1)?.parse::<u64>().ok(),
        _ => None,
    });
    match count {
        Some(0) => None,
        Some(count) => Some((
            Weight::Fails,
            format!("verify_heapam tells of {count} broken tuples"),
        )),
        None => Some((Weight::CouldNotLook, "amcheck gave no answer".to_owned())),
    }
}

/// What amcheck raised. Its message may quote keys, so that the SQLSTATE stands for it.
fn failed(error: tokio_postgres::Error) -> Result<(Weight, String), FidelityError> {
    let Some(code) = error.code() else {
        return Err(FidelityError::Query {
            purpose: PURPOSE,
            source: error,
        });
    };
    let code = code.code();
    // Class XX, internal errors, has XX001 (data_corrupted) and XX002 (index_corrupted).
    match code.starts_with("XX") {
        true => Ok((
            Weight::Fails,
            format!("amcheck finds it broken (SQLSTATE {code})"),
        )),
        false => Ok((
            Weight::CouldNotLook,
            format!("amcheck could not look at it (SQLSTATE {code})"),
        )),
    }
}
