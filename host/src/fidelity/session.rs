//! Sessions in the restored database that see one state of it and write values as the dump has them.

use std::sync::Arc;

use tokio_postgres::{Client, SimpleQueryMessage, SimpleQueryRow};

use super::FidelityError;
use super::style::Style;
use crate::restore::Restored;

/// What pg_dump pins for its own session (`setup_connection` in pg_dump.c), and what would end or slow a long one.
const PINS: &str = "SET search_path = ''; SET DateStyle = 'ISO'; SET IntervalStyle = 'postgres'; \
    SET extra_float_digits = 3; SET synchronize_seqscans = off; SET row_security = off; \
    SET quote_all_identifiers = off; SET lc_monetary = 'C'; SET statement_timeout = 0; SET lock_timeout = 0; \
    SET idle_in_transaction_session_timeout = 0; SET client_min_messages = error";

/// The state of the restored database that everything here looks at; it stands as long as this does.
pub struct Snapshot {
    holder: Client,
    name: String,
}

impl Snapshot {
    pub async fn take(restored: &Restored<'_>) -> Result<Self, FidelityError> {
        let holder = pinned(restored).await?;
        let began = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        run(&holder, "for a snapshot", began).await?;
        let sql = "SELECT pg_catalog.pg_export_snapshot()";
        let name = one(&holder, "for a snapshot", sql).await?;
        Ok(Self { holder, name })
    }

    /// As `pg_dump --snapshot` takes it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// For questions to the catalogue.
    pub fn client(&self) -> &Client {
        &self.holder
    }

    /// Some more sessions under the same snapshot.
    pub async fn sessions(
        &self,
        restored: &Restored<'_>,
        count: usize,
        style: &Style,
    ) -> Result<Vec<Arc<Client>>, FidelityError> {
        let mut sessions = Vec::new();
        for _ in 0..count {
            let client = pinned(restored).await?;
            // The settings come first: a transaction that reads takes its snapshot at once.
            let sql = format!(
                "{}; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT '{}'",
                style.as_sql(),
                self.name
            );
            run(&client, "for the snapshot's rows", &sql).await?;
            sessions.push(Arc::new(client));
        }
        Ok(sessions)
    }
}

/// A superuser's session with everything pinned, in no transaction.
pub async fn pinned(restored: &Restored<'_>) -> Result<Client, FidelityError> {
    let client = restored.connect().await.map_err(FidelityError::Connect)?;
    run(&client, "for pinned settings", PINS).await?;
    Ok(client)
}

pub async fn run(client: &Client, purpose: &'static str, sql: &str) -> Result<(), FidelityError> {
    client
        .batch_execute(sql)
        .await
        .map_err(|source| FidelityError::Query { purpose, source })
}

/// The rows of one statement, as text.
pub async fn rows(
    client: &Client,
    purpose: &'static str,
    sql: &str,
) -> Result<Vec<SimpleQueryRow>, FidelityError> {
    let messages = client
        .simple_query(sql)
        .await
        .map_err(|source| FidelityError::Query { purpose, source })?;
    let rows = messages.into_iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    Ok(rows.collect())
}

/// The one value of a statement that gives one.
pub async fn one(
    client: &Client,
    purpose: &'static str,
    sql: &str,
) -> Result<String, FidelityError> {
    let rows = rows(client, purpose, sql).await?;
    let row = rows.first().ok_or(FidelityError::Shape { purpose })?;
    Ok(text(row, 0, purpose)?.to_owned())
}

/// Column `i` of a row, which the statement promises not to be null.
pub fn text<'r>(
    row: &'r SimpleQueryRow,
    i: usize,
    purpose: &'static str,
) -> Result<&'r str, FidelityError> {
    row.try_get(i)
        .ok()
        .flatten()
        .ok_or(FidelityError::Shape { purpose })
}

/// A number in column `i` of a row.
pub fn number<T: std::str::FromStr>(
    row: &SimpleQueryRow,
    i: usize,
    purpose: &'static str,
) -> Result<T, FidelityError> {
    let value = text(row, i, purpose)?;
    value.parse().map_err(|_| FidelityError::Shape { purpose })
}
