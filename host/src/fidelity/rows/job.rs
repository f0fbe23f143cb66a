//! How one relation's rows are asked for and read.

use futures_util::{StreamExt as _, pin_mut};
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use super::Read;
use crate::fidelity::{FidelityError, session};
use crate::restore::roles::quoted;
use vhost_dump::manifest::{Form, Relation, RowDigest, RowSum};

/// How the rows of a relation are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
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

/// A relation whose rows are more than this, in the dump's text, is read in parts, so that no session is left alone
/// with the largest one.
const PART: u64 = 64 << 20;

/// A relation to read, or a part of it: the dump's own entry and the statement that asks for the same rows.
pub struct Job {
    /// Its place in the dump's manifest.
    pub place: usize,
    pub bytes: u64,
    columns: Vec<String>,
    sql: String,
}

/// The statements that together give a relation's rows.
pub fn jobs(shape: Option<&Shape>, place: usize, relation: &Relation, form: &Form) -> Vec<Job> {
    let table = path(&relation.schema, &relation.name);
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
    match shape {
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

/// What became of one job.
pub enum Part {
    Rows { rows: u64, bytes: u64, sum: RowSum },
    Missing,
    Failed(String),
}

impl Part {
    /// Both parts of one relation together.
    pub fn and(self, other: Self) -> Self {
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

    pub fn of(self, relation: &Relation) -> Read {
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

impl Job {
    /// Reads one relation, or a part of it.
    pub async fn read(&self, session: &Client) -> Result<Part, FidelityError> {
        // A failed statement must leave the snapshot's transaction usable for the next relation.
        session::run(session, "for a savepoint", "SAVEPOINT reading").await?;
        let read = copy(session, self).await;
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
}

/// Each piece of a COPY's answer is one row (manual, 55.4 and 55.7: `CopyData`).
async fn copy(session: &Client, job: &Job) -> Result<Part, tokio_postgres::Error> {
    let mut digest = RowDigest::new(&job.columns);
    let stream = session.copy_out(&job.sql).await?;
    pin_mut!(stream);
    while let Some(row) = stream.next().await {
        let row = row?;
        digest.line(row.strip_suffix(b"\n").unwrap_or(&row));
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
        let jobs = jobs(Some(&shape), 0, &relation, &form).into_iter();
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
