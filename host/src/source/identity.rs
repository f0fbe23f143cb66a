//! Whether the source is the same server, unmoved, before and after.

use std::fmt;

use serde::Serialize;
use tokio_postgres::error::SqlState;

use super::connect::{self, Session};
use super::session::{Source, first_word, pin};
use super::{Identity, Known, SourceError};
use crate::sandbox::ContainerIdentity;

/// One respect in which two identities are not known to be equal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The field of [`Identity`], for example `server-started`.
    pub field: &'static str,
    pub kind: DifferenceKind,
    pub before: String,
    pub after: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DifferenceKind {
    Moved,
    /// On one side at least it could not be looked at, so nothing is known.
    CouldNotLook,
}

impl Source {
    /// Looks at the source through a session of its own, so that a restart is seen and not suffered.
    ///
    /// A server that is just restarting is waited for, 20 seconds at most. The caller, who can ask a container
    /// engine, gives what it saw of production's own container.
    pub async fn observe(
        &self,
        container: Vec<ContainerIdentity>,
    ) -> Result<Identity, SourceError> {
        let session = connect::again(&self.target, self.secret.as_ref(), self.reached()).await?;
        pin(&session).await?;
        let [database, database_oid, in_recovery, server_started, server_version] = session
            .row(
                "who the server is",
                "SELECT datname, oid, pg_is_in_recovery(), \
                 to_char(pg_postmaster_start_time() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), \
                 current_setting('server_version') FROM pg_database WHERE datname = current_database()",
            )
            .await?;
        let in_recovery = in_recovery == "t";
        // A primary's WAL file names tell its timeline to everybody; the control file's may lag behind a promotion.
        let (timeline, wal) = if in_recovery {
            (
                "SELECT timeline_id FROM pg_control_checkpoint()",
                "SELECT pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')",
            )
        } else {
            (
                "SELECT ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int8",
                "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')",
            )
        };
        Ok(Identity {
            system_identifier: known(
                &session,
                "the system identifier",
                "SELECT system_identifier FROM pg_control_system()",
            )
            .await?,
            server_started,
            timeline: known(&session, "the timeline", timeline).await?,
            in_recovery,
            database,
            database_oid: database_oid.parse().map_err(|_| SourceError::Shape {
                purpose: "the database's oid",
            })?,
            server_version: first_word(&server_version).to_owned(),
            wal_lsn: known(&session, "the WAL position", wal).await?,
            container,
        })
    }
}

/// A number that some providers withhold by revoking the function or leaving it out.
async fn known<T: std::str::FromStr>(
    session: &Session,
    purpose: &'static str,
    sql: &str,
) -> Result<Known<T>, SourceError> {
    match session.row::<1>(purpose, sql).await {
        Ok([value]) => match value.parse() {
            Ok(value) => Ok(Known::Yes(value)),
            Err(_) => Err(SourceError::Shape { purpose }),
        },
        Err(SourceError::Query { cause, .. })
            if cause.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) =>
        {
            Ok(Known::No(format!("the role may not ask for {purpose}")))
        }
        Err(SourceError::Query { cause, .. })
            if cause.code() == Some(&SqlState::UNDEFINED_FUNCTION) =>
        {
            Ok(Known::No(format!(
                "the server has no function for {purpose}"
            )))
        }
        Err(error) => Err(error),
    }
}

/// Every respect in which the source is not known to have stayed the same; empty is good.
///
/// The WAL position may grow and may not shrink; all else must be equal, and containers byte for byte. A
/// container that is absent is evidence of nothing.
pub fn unmoved(before: &Identity, after: &Identity) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut held = |field, holds: bool, before: &dyn fmt::Display, after: &dyn fmt::Display| {
        if !holds {
            differences.push(Difference {
                field,
                kind: DifferenceKind::Moved,
                before: before.to_string(),
                after: after.to_string(),
            });
        }
    };
    let (b, a) = (before, after);
    let started = (&b.server_started, &a.server_started);
    held(
        "server-started",
        started.0 == started.1,
        started.0,
        started.1,
    );
    held(
        "in-recovery",
        b.in_recovery == a.in_recovery,
        &b.in_recovery,
        &a.in_recovery,
    );
    held(
        "database",
        b.database == a.database,
        &b.database,
        &a.database,
    );
    held(
        "database-oid",
        b.database_oid == a.database_oid,
        &b.database_oid,
        &a.database_oid,
    );
    let versions = (&b.server_version, &a.server_version);
    held(
        "server-version",
        versions.0 == versions.1,
        versions.0,
        versions.1,
    );
    differences.extend(known_held(
        "system-identifier",
        &b.system_identifier,
        &a.system_identifier,
        u64::eq,
    ));
    differences.extend(known_held("timeline", &b.timeline, &a.timeline, u32::eq));
    differences.extend(known_held(
        "wal-lsn",
        &b.wal_lsn,
        &a.wal_lsn,
        |before, after| before <= after,
    ));
    differences.extend(containers_held(&b.container, &a.container));
    differences
}

fn known_held<T: fmt::Display>(
    field: &'static str,
    before: &Known<T>,
    after: &Known<T>,
    holds: fn(&T, &T) -> bool,
) -> Option<Difference> {
    let shown = |known: &Known<T>| match known {
        Known::Yes(value) => value.to_string(),
        Known::No(reason) => format!("unknown: {reason}"),
    };
    let kind = match (before, after) {
        (Known::Yes(before), Known::Yes(after)) if holds(before, after) => return None,
        (Known::Yes(_), Known::Yes(_)) => DifferenceKind::Moved,
        (Known::No(_), _) | (_, Known::No(_)) => DifferenceKind::CouldNotLook,
    };
    Some(Difference {
        field,
        kind,
        before: shown(before),
        after: shown(after),
    })
}

fn containers_held(before: &[ContainerIdentity], after: &[ContainerIdentity]) -> Vec<Difference> {
    let shown = |container: Option<&ContainerIdentity>| match container {
        Some(ContainerIdentity::Present {
            name,
            id,
            started_at,
            status,
        }) => {
            format!("{name}: {id}, started {started_at}, {status}")
        }
        Some(ContainerIdentity::Absent { name }) => format!("{name}: absent"),
        None => "not looked at".to_owned(),
    };
    let mut differences = Vec::new();
    for i in 0..before.len().max(after.len()) {
        let (before, after) = (before.get(i), after.get(i));
        let kind = match (before, after) {
            (Some(b @ ContainerIdentity::Present { .. }), Some(a)) if b == a => continue,
            (None, _)
            | (_, None)
            | (Some(ContainerIdentity::Absent { .. }), Some(ContainerIdentity::Absent { .. })) => {
                DifferenceKind::CouldNotLook
            }
            (Some(_), Some(_)) => DifferenceKind::Moved,
        };
        differences.push(Difference {
            field: "container",
            kind,
            before: shown(before),
            after: shown(after),
        });
    }
    differences
}

#[cfg(test)]
mod tests;
