//! Rows as dumped against rows as restored.

use futures_util::StreamExt as _;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::manifest::{Manifest, Relation};
use crate::restore::roles::quoted;
use crate::restore::{Counted, RelationRows};

/// Counts under way at one time, on all connections together. The server of a dump with thousands of small relations
/// would otherwise wait for the next question most of the time.
const UNDER_WAY: usize = 16;

/// Counts every relation that the dump gives rows for, in the manifest's order, on two connections side by side.
///
/// `ONLY`, because pg_dump writes the rows of an inheritance parent and of its children apart.
pub async fn count(clients: [&Client; 2], manifest: &Manifest) -> Vec<RelationRows> {
    let clients = clients.into_iter().cycle();
    let counts = manifest.relations.iter().zip(clients);
    let counts = counts.map(|(relation, client)| one(client, relation));
    futures_util::stream::iter(counts)
        .buffered(UNDER_WAY)
        .collect()
        .await
}

async fn one(client: &Client, relation: &Relation) -> RelationRows {
    let name = match relation.schema.as_str() {
        "" => quoted(&relation.name),
        schema => format!("{}.{}", quoted(schema), quoted(&relation.name)),
    };
    // One message each way, and a transaction of its own: a count that fails leaves the others alone.
    let counted = client
        .simple_query(&format!("SELECT pg_catalog.count(*) FROM ONLY {name}"))
        .await;
    RelationRows {
        schema: relation.schema.clone(),
        name: relation.name.clone(),
        dumped: relation.rows,
        restored: match counted {
            Ok(answer) => match rows(&answer) {
                Some(rows) => Counted::Rows(rows),
                None => Counted::Failed("no number".to_owned()),
            },
            Err(error) => match error.code() {
                Some(&SqlState::UNDEFINED_TABLE | &SqlState::INVALID_SCHEMA_NAME) => {
                    Counted::Missing
                }
                Some(code) => Counted::Failed(code.code().to_owned()),
                None => Counted::Failed("connection lost".to_owned()),
            },
        },
    }
}

fn rows(answer: &[SimpleQueryMessage]) -> Option<u64> {
    answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0)?.parse().ok(),
        _ => None,
    })
}
