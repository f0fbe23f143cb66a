//! The rows of the restored database, read by several sessions side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::{StreamExt as _, pin_mut};
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use super::FidelityError;
use super::session::{self, Snapshot, number, text};
use crate::manifest::{Form, Manifest, Relation, RowDigest, RowSum};
use crate::restore::roles::quoted;

const PURPOSE: &str = "which tables hold rows";

/// How the rows of a relation are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Shape {
    /// `COPY table`, which leaves children out.
    Own {
        /// Of its heap.
        pages: u64,
    },
    /// `COPY (SELECT …)`: pg_dump's `--load-via-partition-root` names the partitioned table.
    Partitioned,
    /// A table that an extension names for its own rows, with the condition of those that are dumped.
    Condition(String),
}

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

/// A relation whose rows are more than this, in the dump's text, is read in parts, so that no session is left alone
/// with the largest one.
const PART: u64 = 64 << 20;

/// A relation to read, or a part of it: the dump's own entry and the statement that asks for the same rows.
struct Job {
    /// Its place in the dump's manifest.
    place: usize,
    bytes: u64,
    columns: Vec<String>,
    sql: String,
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

    /// The statements that together give a relation's rows.
    fn jobs(&self, place: usize, relation: &Relation, form: &Form) -> Vec<Job> {
        let key = (relation.schema.clone(), relation.name.clone());
        let table = path(&key.0, &key.1);
        let names: Vec<String> = relation.columns.iter().map(|name| quoted(name)).collect();
        let names = names.join(", ");
        let encoding = match form.encoding.as_str() {
            "" => String::new(),
            encoding => format!(" WITH (ENCODING '{}')", encoding.replace('\'', "''")),
        };
        // Without a list, a table without columns gives its empty rows.
        let list = match names.is_empty() {
            true => String::new(),
            false => format!(" ({names})"),
        };
        let of = |what: String, parts: u64| Job {
            place,
            bytes: relation.bytes / parts,
            columns: relation.columns.clone(),
            sql: format!("COPY {what} TO STDOUT{encoding}"),
        };
        let selected = |rest: &str| format!("(SELECT {names} FROM {rest})");
        let parts = relation.bytes / PART + 1;
        match self.shapes.get(&key) {
            Some(Shape::Partitioned) => vec![of(selected(&table), 1)],
            Some(Shape::Condition(condition)) => {
                vec![of(selected(&format!("ONLY {table} {condition}")), 1)]
            }
            Some(Shape::Own { pages }) if parts > 1 && *pages >= parts && !names.is_empty() => {
                let step = pages.div_ceil(parts);
                let parts = (0..parts).map(|part| {
                    let from = format!("ctid >= '({},0)'", part * step);
                    // The last one has no end, so that nothing depends on the number of pages.
                    let to = match part + 1 == parts {
                        true => String::new(),
                        false => format!(" AND ctid < '({},0)'", (part + 1) * step),
                    };
                    of(selected(&format!("ONLY {table} WHERE {from}{to}")), parts)
                });
                parts.collect()
            }
            Some(Shape::Own { .. }) | None => vec![of(format!("{table}{list}"), 1)],
        }
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
            .flat_map(|(place, relation)| self.jobs(place, relation, &expected.form))
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
                    read.push((job.place, one(&session, job).await?));
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

/// What became of one job.
enum Part {
    Rows { rows: u64, bytes: u64, sum: RowSum },
    Missing,
    Failed(String),
}

impl Part {
    /// Both parts of one relation together.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (
                Part::Rows {
                    rows,
                    bytes,
                    mut sum,
                },
                Part::Rows {
                    rows: more,
                    bytes: wider,
                    sum: other,
                },
            ) => {
                sum.merge(other);
                Part::Rows {
                    rows: rows + more,
                    bytes: bytes + wider,
                    sum,
                }
            }
            (Part::Rows { .. }, wrong) | (wrong, _) => wrong,
        }
    }

    fn of(self, relation: &Relation) -> Read {
        match self {
            Part::Rows { rows, bytes, sum } => Read::Rows(Relation {
                schema: relation.schema.clone(),
                name: relation.name.clone(),
                columns: relation.columns.clone(),
                rows,
                bytes,
                content_digest: sum,
            }),
            Part::Missing => Read::Missing,
            Part::Failed(sqlstate) => Read::Failed(sqlstate),
        }
    }
}

/// Reads one relation, or a part of it.
async fn one(session: &Client, job: &Job) -> Result<Part, FidelityError> {
    // A failed statement must leave the snapshot's transaction usable for the next relation.
    session::run(session, "for a savepoint", "SAVEPOINT reading").await?;
    let read = copy(session, job).await;
    let after = match read {
        Ok(_) => "RELEASE reading",
        Err(_) => "ROLLBACK TO reading; RELEASE reading",
    };
    match session::run(session, "for a savepoint's end", after).await {
        Ok(()) => {}
        Err(error) if read.is_ok() => return Err(error),
        // The session is lost, and why is told below.
        Err(_) => {}
    }
    match read {
        Ok(part) => Ok(part),
        Err(error) => match error.code() {
            Some(
                &SqlState::UNDEFINED_TABLE
                | &SqlState::INVALID_SCHEMA_NAME
                | &SqlState::UNDEFINED_COLUMN,
            ) => Ok(Part::Missing),
            Some(code) => Ok(Part::Failed(code.code().to_owned())),
            None => Err(FidelityError::Query {
                purpose: "for a table's rows",
                source: error,
            }),
        },
    }
}

/// Each piece of a COPY's answer is one row (manual, 55.4 and 55.7: `CopyData`).
async fn copy(session: &Client, job: &Job) -> Result<Part, tokio_postgres::Error> {
    let mut digest = RowDigest::new(&job.columns);
    let stream = session.copy_out(&job.sql).await?;
    pin_mut!(stream);
    while let Some(row) = stream.next().await {
        let row = row?;
        digest.row(row.strip_suffix(b"\n").unwrap_or(&row));
    }
    Ok(Part::Rows {
        rows: digest.rows(),
        bytes: digest.bytes(),
        sum: digest.sum(),
    })
}

/// A relation as SQL names it; a dump may name none of its schemas.
pub fn path(schema: &str, name: &str) -> String {
    match schema {
        "" => quoted(name),
        schema => format!("{}.{}", quoted(schema), quoted(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statements(shape: Shape, bytes: u64, columns: &[&str], encoding: &str) -> Vec<String> {
        let key = ("shop".to_owned(), "t".to_owned());
        let holders = Holders {
            shapes: BTreeMap::from([(key, shape)]),
            above: BTreeMap::new(),
            of_extensions: BTreeSet::new(),
            columns: BTreeMap::new(),
        };
        let relation = Relation {
            schema: "shop".to_owned(),
            name: "t".to_owned(),
            columns: columns.iter().map(|&name| name.to_owned()).collect(),
            rows: 1,
            bytes,
            content_digest: RowSum::default(),
        };
        let form = Form {
            encoding: encoding.to_owned(),
            ..Form::default()
        };
        let jobs = holders.jobs(0, &relation, &form).into_iter();
        jobs.map(|job| job.sql).collect()
    }

    #[test]
    fn rows_are_asked_for_as_pg_dump_asks() {
        let own = || Shape::Own { pages: 9 };
        assert_eq!(
            statements(own(), 9, &["a", "B"], "LATIN1"),
            ["COPY \"shop\".\"t\" (\"a\", \"B\") TO STDOUT WITH (ENCODING 'LATIN1')"]
        );
        assert_eq!(
            statements(own(), 9 << 30, &[], ""),
            ["COPY \"shop\".\"t\" TO STDOUT"]
        );
        assert_eq!(
            statements(Shape::Condition("WHERE a > 0".to_owned()), 9, &["a"], ""),
            ["COPY (SELECT \"a\" FROM ONLY \"shop\".\"t\" WHERE a > 0) TO STDOUT"]
        );
        assert_eq!(
            statements(Shape::Partitioned, 9, &["a"], ""),
            ["COPY (SELECT \"a\" FROM \"shop\".\"t\") TO STDOUT"]
        );
    }

    #[test]
    fn the_parts_of_a_large_table_leave_no_page_out() {
        let parts = statements(Shape::Own { pages: 10 }, 3 * PART, &["a"], "");
        let ranges: Vec<&str> = parts
            .iter()
            .map(|sql| sql.split("WHERE ").nth(1).unwrap())
            .collect();
        assert_eq!(
            ranges,
            [
                "ctid >= '(0,0)' AND ctid < '(3,0)') TO STDOUT",
                "ctid >= '(3,0)' AND ctid < '(6,0)') TO STDOUT",
                "ctid >= '(6,0)' AND ctid < '(9,0)') TO STDOUT",
                "ctid >= '(9,0)') TO STDOUT",
            ]
        );
    }

    #[test]
    fn a_relation_that_was_read_in_part_only_is_not_read() {
        let rows = || Part::Rows {
            rows: 1,
            bytes: 2,
            sum: RowSum::default(),
        };
        assert!(matches!(rows().and(rows()), Part::Rows { rows: 2, .. }));
        assert!(matches!(rows().and(Part::Missing), Part::Missing));
        assert!(matches!(Part::Missing.and(rows()), Part::Missing));
    }
}
