//! How old the newest rows of the restored database are.

use time::OffsetDateTime;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

use crate::finding::{Finding, Shown, Status};
use crate::plan::freshness::{Age, Column, Freshness};
use crate::plan::identifier::quoted;

/// The time that rows must be fresh at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// When the dump's snapshot was taken.
    Dump(OffsetDateTime),
    /// When the drill began: nobody knows when a given dump was taken.
    Drill(OffsetDateTime),
}

/// Only relations with rows of their own: a view would run what the dump brought along.
const COLUMN: &str = "
    SELECT a.atttypid
      FROM pg_catalog.pg_attribute a
      JOIN pg_catalog.pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'm')
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname = $2 AND a.attname = $3 AND a.attnum > 0 AND NOT a.attisdropped";

/// Looks at each column of the plan; a finding for each, and never a row's value.
pub async fn look(client: &Client, freshness: &Freshness, moment: Moment) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (column, age) in freshness.columns() {
        let seen = one(client, column, age, moment.at()).await;
        let (status, actual) = match &seen {
            Ok(Seen::Fresh) => (Status::Pass, "fresh"),
            Ok(Seen::Older) => (Status::Fail, "older"),
            Ok(Seen::Empty) => (Status::Fail, "no row has a value up to then"),
            Ok(Seen::NoColumn) => (Status::Fail, "no such column of a table"),
            Ok(Seen::NoTime) => (
                Status::Fail,
                "a column of another type: name one of dates or timestamps",
            ),
            Err(_) => (Status::CouldNotLook, "the database did not answer"),
        };
        let code = seen.as_ref().err().and_then(|error| error.code());
        let sqlstate = code.map_or(String::new(), |code| format!(": SQLSTATE {}", code.code()));
        findings.push(Finding {
            rule: "fresh".to_owned(),
            status,
            subject: column.to_string(),
            expected: Shown::Text(format!("at most {age} old {}", moment.words())),
            actual: Shown::Text(format!("{actual}{sqlstate}")),
        });
    }
    findings
}

/// How far a value without a time zone may lie ahead of UTC, in seconds, with something for clocks that go fast.
const ZONES: i64 = 15 * 60 * 60;

enum Seen {
    Fresh,
    Older,
    Empty,
    NoColumn,
    NoTime,
}

async fn one(
    client: &Client,
    column: &Column,
    age: Age,
    at: OffsetDateTime,
) -> Result<Seen, tokio_postgres::Error> {
    let named: [&(dyn tokio_postgres::types::ToSql + Sync); 3] =
        [&column.schema, &column.relation, &column.column];
    let Some(row) = client.query_opt(COLUMN, &named).await? else {
        return Ok(Seen::NoColumn);
    };
    let oid: u32 = row.try_get(0)?;
    if ![Type::DATE, Type::TIMESTAMP, Type::TIMESTAMPTZ]
        .iter()
        .any(|known| known.oid() == oid)
    {
        return Ok(Seen::NoTime);
    }
    // Infinite values tell nothing of when a row was written. Values without a time zone are taken for UTC.
    let name = sql_quoted(&column.column);
    // One row of the far future would make all others fresh: what is later than the clocks and zones of the world allow
    // tells nothing either.
    let latest = at.unix_timestamp() + ZONES;
    let newest = format!(
        "SELECT pg_catalog.floor(EXTRACT(epoch FROM (pg_catalog.max({name}) FILTER (WHERE pg_catalog.isfinite({name}) \
         AND {name} <= pg_catalog.to_timestamp({latest}) AT TIME ZONE 'UTC'))::pg_catalog.timestamp \
         AT TIME ZONE 'UTC'))::pg_catalog.int8 FROM {}.{}",
        sql_quoted(&column.schema),
        sql_quoted(&column.relation)
    );
    client.batch_execute("SET TimeZone = 'UTC'").await?;
    let newest: Option<i64> = client.query_one(&newest, &[]).await?.try_get(0)?;
    let Some(newest) = newest else {
        return Ok(Seen::Empty);
    };
    let old = i128::from(at.unix_timestamp()) - i128::from(newest);
    Ok(match old <= i128::from(age.0.as_secs()) {
        true => Seen::Fresh,
        false => Seen::Older,
    })
}

/// Always in quotes: a plain name may be a keyword.
fn sql_quoted(name: &str) -> String {
    let written = quoted(name);
    match written.starts_with('"') {
        true => written,
        false => format!("\"{written}\""),
    }
}

impl Moment {
    fn at(self) -> OffsetDateTime {
        match self {
            Moment::Dump(at) | Moment::Drill(at) => at,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Moment::Dump(_) => "when the dump was taken",
            Moment::Drill(_) => {
                "when the drill began, because nobody knows when a given dump was taken"
            }
        }
    }
}
