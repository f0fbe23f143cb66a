//! Which relations a check's statements read, told by the locks that its session holds.
//!
//! A statement locks every relation that it reads, and a lock that was taken in a released savepoint is held to the
//! transaction's end (the manual, 13.3), as a session's calls are all released or rolled back. So one look before the
//! session ends tells of every statement that could be opened, for the price of one query a check. Rolling back gives
//! up the locks of the call alone: a statement that was refused, such as one on a relation that is not granted, read
//! nothing and is not told.

use std::time::Duration;

use serde::Serialize;
use tokio_postgres::{Client, Statement};

/// How long the look may take; it reads a table in memory.
const PATIENCE: Duration = Duration::from_secs(5);

/// A relation that a check's statements locked for reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Read {
    pub schema: String,
    pub name: String,
    pub kind: &'static str,
    pub by: By,
}

/// What let a check read a relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// Its role may read the relation, or columns of it, by itself. A statement named it, or something above it did.
    Grant,
    /// A view, or a parent of partitions or in inheritance, that a statement named brought it along.
    Another,
}

/// A connection of the host's own that looks at the sessions of checks.
pub struct Onlooker {
    client: Client,
    look: Statement,
}

/// A session in its transaction holds a lock on its own virtual transaction, so no row means no session.
const LOOK: &str = "
    SELECT DISTINCT n.nspname::text, c.relname::text, c.relkind::text,
           has_any_column_privilege(a.usesysid, c.oid, 'SELECT')
      FROM pg_stat_activity a
      JOIN pg_locks own ON own.pid = a.pid AND own.locktype = 'virtualxid' AND own.granted
      LEFT JOIN (pg_locks l
                 JOIN pg_class c ON c.oid = l.relation AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
                 JOIN pg_namespace n ON n.oid = c.relnamespace
                                    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema')
        ON l.pid = a.pid AND l.locktype = 'relation' AND l.database = a.datid
     WHERE a.usename = $1::text::name AND a.datname = current_database()
     ORDER BY 1, 2";

impl Onlooker {
    /// Takes a connection that the sandbox's superuser has to the restored database.
    pub async fn new(client: Client) -> Result<Self, tokio_postgres::Error> {
        // The dump may have set a search path for the database.
        client
            .batch_execute("SET search_path = pg_catalog, pg_temp")
            .await?;
        let look = client.prepare(LOOK).await?;
        Ok(Self { client, look })
    }

    /// What the session of this role has read so far; `None` where there is no such session in its transaction.
    pub async fn read_by(&self, role: &str) -> Option<Vec<Read>> {
        let looking = async { self.client.query(&self.look, &[&role]).await };
        let rows = tokio::time::timeout(PATIENCE, looking).await.ok()?.ok()?;
        if rows.is_empty() {
            return None;
        }
        let mut read = Vec::with_capacity(rows.len());
        for row in rows {
            let Some(schema) = row.try_get::<_, Option<String>>(0).ok()? else {
                continue;
            };
            read.push(Read {
                schema,
                name: row.try_get(1).ok()?,
                kind: kind(row.try_get(2).ok()?),
                by: match row.try_get(3).ok()? {
                    true => By::Grant,
                    false => By::Another,
                },
            });
        }
        Some(read)
    }
}

/// In words what `pg_class.relkind` says in a letter (the manual, 53.11).
fn kind(letter: &str) -> &'static str {
    match letter {
        "r" => "table",
        "p" => "partitioned table",
        "v" => "view",
        "m" => "materialized view",
        "f" => "foreign table",
        _ => "sequence",
    }
}
