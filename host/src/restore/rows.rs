//! Rows as dumped against rows as restored.

use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::manifest::Manifest;
use crate::restore::roles::quoted;
use crate::restore::{Counted, RelationRows};

/// Counts every relation that the dump gives rows for.
///
/// `ONLY`, because pg_dump writes the rows of an inheritance parent and of its children apart.
pub async fn count(client: &Client, manifest: &Manifest) -> Vec<RelationRows> {
    let mut rows = Vec::with_capacity(manifest.relations.len());
    for relation in &manifest.relations {
        let name = match relation.schema.as_str() {
            "" => quoted(&relation.name),
            schema => format!("{}.{}", quoted(schema), quoted(&relation.name)),
        };
        let counted = client
            .query_one(&format!("SELECT pg_catalog.count(*) FROM ONLY {name}"), &[])
            .await;
        rows.push(RelationRows {
            schema: relation.schema.clone(),
            name: relation.name.clone(),
            dumped: relation.rows,
            restored: match counted {
                Ok(row) => Counted::Rows(row.get::<_, i64>(0).unsigned_abs()),
                Err(error) => match error.code() {
                    Some(&SqlState::UNDEFINED_TABLE | &SqlState::INVALID_SCHEMA_NAME) => {
                        Counted::Missing
                    }
                    Some(code) => Counted::Failed(code.code().to_owned()),
                    None => Counted::Failed("connection lost".to_owned()),
                },
            },
        });
    }
    rows
}
