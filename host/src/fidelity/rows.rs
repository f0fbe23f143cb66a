//! The rows of the restored database, read by several sessions side by side.

mod job;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio_postgres::Client;

pub use self::job::path;
use self::job::{Job, Part, Shape, jobs};
use super::FidelityError;
use super::session::{self, Snapshot, number, text};
use vhost_dump::manifest::{Manifest, Relation, RowSum};

const PURPOSE: &str = "which tables hold rows";

/// The relations of the restored database that can hold rows of their own.
pub struct Holders {
    shapes: BTreeMap<(String, String), Shape>,
    /// Plain tables to the partitioned tables above them.
    above: BTreeMap<(String, String), Vec<(String, String)>>,
    /// Tables whose rows pg_dump leaves out, because an extension brings them.
    of_extensions: BTreeSet<(String, String)>,
    /// How many columns of each pg_dump gives values for: all but generated ones.
    columns: BTreeMap<(String, String), usize>,
}

/// What became of one relation.
pub enum Read {
    /// As the dump's manifest would have it.
    Rows(Relation),
    /// It, or a column of it, is not in the restored database.
    Missing,
    /// The SQLSTATE.
    Failed(String),
}

impl Holders {
    pub async fn look(snapshot: &Snapshot) -> Result<Self, FidelityError> {
        let client = snapshot.client();
        let mut holders = Self {
            shapes: BTreeMap::new(),
            above: BTreeMap::new(),
            of_extensions: BTreeSet::new(),
            columns: BTreeMap::new(),
        };
        let sql = "SELECT n.nspname, c.relname, c.relkind, m.objid IS NOT NULL, coalesce(x.condition, ''), \
             x.rel IS NOT NULL, CASE WHEN a.amname = 'heap' THEN pg_relation_size(c.oid) / 8192 ELSE 0 END, \
             (SELECT count(*) FROM pg_attribute t WHERE t.attrelid = c.oid AND t.attnum > 0 AND NOT t.attisdropped \
             AND t.attgenerated = '') \
             FROM pg_class c LEFT JOIN pg_am a ON a.oid = c.relam JOIN pg_namespace n ON n.oid = c.relnamespace \
             LEFT JOIN pg_depend m ON m.classid = 'pg_class'::regclass AND m.objid = c.oid AND m.objsubid = 0 \
             AND m.refclassid = 'pg_extension'::regclass AND m.deptype = 'e' \
             LEFT JOIN (SELECT u.rel, u.condition FROM pg_extension e, \
             LATERAL unnest(e.extconfig, e.extcondition) AS u (rel, condition)) x ON x.rel = c.oid \
             WHERE c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't' \
             AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";
        for row in session::rows(client, PURPOSE, sql).await? {
            let key = (
                text(&row, 0, PURPOSE)?.to_owned(),
                text(&row, 1, PURPOSE)?.to_owned(),
            );
            let kind = text(&row, 2, PURPOSE)?;
            let (member, named) = (
                text(&row, 3, PURPOSE)? == "t",
                text(&row, 5, PURPOSE)? == "t",
            );
            let condition = text(&row, 4, PURPOSE)?;
            if member && !named {
                holders.of_extensions.insert(key.clone());
            }
            let shape = match kind {
                "p" => Shape::Partitioned,
                "m" => continue,
                _ if !condition.is_empty() => Shape::Condition(condition.to_owned()),
                _ => Shape::Own {
                    pages: number(&row, 6, PURPOSE)?,
                },
            };
            holders
                .columns
                .insert(key.clone(), number(&row, 7, PURPOSE)?);
            holders.shapes.insert(key, shape);
        }
        let sql = "WITH RECURSIVE up AS (SELECT i.inhrelid AS leaf, i.inhparent AS above FROM pg_inherits i \
             JOIN pg_class p ON p.oid = i.inhparent WHERE p.relkind = 'p' \
             UNION SELECT up.leaf, i.inhparent FROM up JOIN pg_inherits i ON i.inhrelid = up.above) \
             SELECT ln.nspname, l.relname, an.nspname, a.relname FROM up \
             JOIN pg_class l ON l.oid = up.leaf JOIN pg_namespace ln ON ln.oid = l.relnamespace \
             JOIN pg_class a ON a.oid = up.above JOIN pg_namespace an ON an.oid = a.relnamespace \
             WHERE l.relkind = 'r'";
        for row in session::rows(client, PURPOSE, sql).await? {
            let at = |i| text(&row, i, PURPOSE).map(str::to_owned);
            let above = holders.above.entry((at(0)?, at(1)?)).or_default();
            above.push((at(2)?, at(3)?));
        }
        Ok(holders)
    }

    /// Tables with rows that the dump gives none for, as what a dump of them would hold.
    ///
    /// A table without rows that the dump leaves out, as `--exclude-table-data` does, is as it should be.
    pub async fn unexpected(
        &self,
        snapshot: &Snapshot,
        expected: &Manifest,
    ) -> Result<Vec<Relation>, FidelityError> {
        let given: BTreeSet<(&str, &str)> = expected
            .relations
            .iter()
            .map(|relation| (relation.schema.as_str(), relation.name.as_str()))
            .collect();
        let is_given = |key: &(String, String)| given.contains(&(key.0.as_str(), key.1.as_str()));
        let mut unexpected = Vec::new();
        for (key, shape) in &self.shapes {
            let above = self.above.get(key).into_iter().flatten();
            let given = is_given(key) || above.into_iter().any(is_given);
            if given || *shape == Shape::Partitioned || self.of_extensions.contains(key) {
                continue;
            }
            let condition = match shape {
                Shape::Condition(condition) => condition.as_str(),
                Shape::Own { .. } | Shape::Partitioned => "",
            };
            let table = path(&key.0, &key.1);
            // Most are empty, which one row tells; the others are counted.
            let some = format!("SELECT EXISTS (SELECT FROM ONLY {table} {condition})");
            if session::one(snapshot.client(), PURPOSE, &some).await? == "f" {
                continue;
            }
            let count = format!("SELECT pg_catalog.count(*) FROM ONLY {table} {condition}");
            let rows = session::one(snapshot.client(), PURPOSE, &count).await?;
            unexpected.push(Relation {
                schema: key.0.clone(),
                name: key.1.clone(),
                columns: Vec::new(),
                rows: rows
                    .parse()
                    .map_err(|_| FidelityError::Shape { purpose: PURPOSE })?,
                bytes: 0,
                content_digest: RowSum::default(),
            });
        }
        Ok(unexpected)
    }

    /// Gives each relation that was read the columns that a dump of it would have. They are asked for where there are more
    /// than the dump lists: a column that it has no values for is empty now, or holds its default.
    pub async fn complete(
        &self,
        snapshot: &Snapshot,
        relations: &mut BTreeMap<usize, Relation>,
    ) -> Result<(), FidelityError> {
        for relation in relations.values_mut() {
            let key = (relation.schema.clone(), relation.name.clone());
            let all = self.columns.get(&key).copied().unwrap_or_default();
            if relation.columns.is_empty() || all <= relation.columns.len() {
                continue;
            }
            let table = path(&key.0, &key.1).replace('\'', "''");
            let sql = format!(
                "SELECT attname FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 \
                 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum"
            );
            let rows = session::rows(snapshot.client(), PURPOSE, &sql).await?;
            let names = rows
                .iter()
                .map(|row| text(row, 0, PURPOSE).map(str::to_owned));
            relation.columns = names.collect::<Result<_, _>>()?;
        }
        Ok(())
    }

    /// Reads these relations of the dump (by their places in its manifest) again, the largest first, so that the
    /// sessions end together.
    pub async fn read(
        &self,
        sessions: &[Arc<Client>],
        expected: &Manifest,
        places: Vec<usize>,
    ) -> Result<Vec<(usize, Read)>, FidelityError> {
        let relations = places
            .into_iter()
            .filter_map(|place| Some((place, expected.relations.get(place)?)));
        let mut jobs: Vec<Job> = relations
            .flat_map(|(place, relation)| {
                let key = (relation.schema.clone(), relation.name.clone());
                jobs(self.shapes.get(&key), place, relation, &expected.form)
            })
            .collect();
        jobs.sort_by_key(|job| std::cmp::Reverse(job.bytes));
        let jobs = Arc::new(jobs);
        let next = Arc::new(AtomicUsize::new(0));
        let mut workers = tokio::task::JoinSet::new();
        for session in sessions {
            let (jobs, next, session) = (jobs.clone(), next.clone(), session.clone());
            workers.spawn(async move {
                let mut read = Vec::new();
                while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    read.push((job.place, job.read(&session).await?));
                }
                Ok::<_, FidelityError>(read)
            });
        }
        let mut all: BTreeMap<usize, Part> = BTreeMap::new();
        while let Some(worker) = workers.join_next().await {
            for (place, part) in worker.map_err(FidelityError::Worker)?? {
                let whole = match all.remove(&place) {
                    Some(other) => other.and(part),
                    None => part,
                };
                all.insert(place, whole);
            }
        }
        let whole = |(place, part): (usize, Part)| {
            let relation = expected.relations.get(place)?;
            Some((place, part.of(relation)))
        };
        Ok(all.into_iter().filter_map(whole).collect())
    }
}
