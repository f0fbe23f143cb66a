//! The scopes that a check's grant would have to open, out of the statements that it sent.
//!
//! The server parses each statement once more, and does not run it: what it demands of the role stands in the parse tree. What
//! the tree does not tell, such as a statement that this vhost cannot read the tree of, the locks of the check's session
//! do, relation by relation.

use std::collections::{BTreeMap, BTreeSet};

use tokio::sync::mpsc::UnboundedReceiver;
use tokio_postgres::Client;
use tokio_postgres::error::DbError;

use super::tree::{Demanded, demanded};
use crate::check::Ran;
use crate::check::reading::By;
use crate::check::statements::Sent;
use crate::grant::{Hardened, Scope};
use crate::restore::{RestoreError, Restored};

/// The trees are long, and nobody reads the sandbox's log for them.
const SHOW_TREES: &str = "SET log_min_messages = panic; SET debug_pretty_print = off; SET debug_print_rewritten = on; \
    SET client_min_messages = log";

/// What a check read, or was refused to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needed {
    /// In the order of their names; columns where they are known.
    pub read: Vec<Scope>,
    /// Why the scopes may be wider or fewer than what the check reads.
    pub remark: Option<String>,
}

#[derive(Debug, thiserror::Error)]
enum NeededError {
    #[error(transparent)]
    Connect(#[from] RestoreError),
    #[error("the restored database cannot be asked which columns are read")]
    Ask(#[from] tokio_postgres::Error),
}

pub async fn of(restored: &Restored<'_>, hardened: &Hardened, ran: &Ran) -> Needed {
    let mut needed = match columns(restored, hardened, &ran.statements).await {
        Ok(read) => Needed { read, remark: None },
        Err(error) => Needed {
            read: Vec::new(),
            remark: Some(format!(
                "columns are not known, so whole relations are named: {}",
                crate::drill::in_one_line(&error)
            )),
        },
    };
    if ran.more_statements > 0 {
        needed.remark = Some(format!(
            "columns of {} more statements were not looked at: of what they alone read, whole relations are named",
            ran.more_statements
        ));
    }
    match &ran.outcome.usage.read {
        Some(read) => {
            for one in read.iter().filter(|one| one.by == By::Grant) {
                let whole = Scope::Relation {
                    schema: one.schema.clone(),
                    name: one.name.clone(),
                };
                // What a granted relation brings along, such as its partitions, needs no grant of its own.
                let told = needed.remark.is_none()
                    || needed.read.iter().any(|scope| whole.contains(scope));
                if !told {
                    needed.read.push(whole);
                }
            }
        }
        None => {
            needed.remark.get_or_insert_with(|| {
                "what the check read could not be looked at to the end".to_owned()
            });
        }
    }
    needed.read.sort();
    needed
}

async fn columns(
    restored: &Restored<'_>,
    hardened: &Hardened,
    statements: &[Sent],
) -> Result<Vec<Scope>, NeededError> {
    let mut all = Demanded::new();
    if statements.is_empty() {
        return Ok(Vec::new());
    }
    let (client, mut heard) = restored.connect_hearing().await?;
    let path = hardened
        .kept()
        .iter()
        .find(|(name, _)| name == "search_path");
    let path = path.map_or("\"$user\", public", |(_, value)| value.as_str());
    client
        .execute(
            "SELECT pg_catalog.set_config('search_path', $1::text, false)",
            &[&path],
        )
        .await?;
    client.batch_execute(SHOW_TREES).await?;
    let mut parsed = BTreeSet::new();
    for sent in statements {
        // One that failed for another reason than its rights needs none.
        let looked_at = sent
            .failed
            .as_ref()
            .is_none_or(|failed| failed.is_denied() || sent.rows > 0);
        if !looked_at || !parsed.insert(&sent.sql) {
            continue;
        }
        drain(&mut heard);
        if client.prepare(&sent.sql).await.is_err() {
            continue;
        }
        while let Ok(notice) = heard.try_recv() {
            let tree = notice
                .detail()
                .filter(|_| notice.message().starts_with("rewritten parse tree"));
            for (relation, columns) in tree.and_then(demanded).unwrap_or_default() {
                all.entry(relation).or_default().extend(columns);
            }
        }
    }
    scopes(restored, &all).await
}

fn drain(heard: &mut UnboundedReceiver<DbError>) {
    while heard.try_recv().is_ok() {}
}

const NAMES: &str = "
    SELECT c.oid, n.nspname::text, c.relname::text, a.attnum::int4, a.attname::text,
           coalesce(a.attnum = (SELECT i.indkey[0] FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisprimary), false)
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE c.oid = ANY ($1) AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
     ORDER BY c.oid, a.attnum";

/// A relation of the copy.
struct Named {
    schema: String,
    name: String,
    columns: Vec<(i32, String)>,
    /// The first of its primary key.
    key: Option<String>,
}

async fn scopes(restored: &Restored<'_>, demanded: &Demanded) -> Result<Vec<Scope>, NeededError> {
    let client = restored.connect().await?;
    let named = named(&client, demanded).await?;
    let scopes = named.iter().filter_map(|(oid, named)| {
        let wanted = demanded.get(oid)?;
        let (schema, name) = (named.schema.clone(), named.name.clone());
        let mut columns: Vec<String> = named
            .columns
            .iter()
            .filter(|(number, _)| wanted.contains(number))
            .map(|(_, name)| name.clone())
            .collect();
        // The whole row, or a system column, which only a whole relation opens.
        let whole =
            wanted.iter().any(|number| *number <= 0) || columns.len() == named.columns.len();
        if columns.is_empty() {
            // Any column gives the right to count rows.
            let first = named.columns.first().map(|(_, name)| name);
            columns.extend(named.key.as_ref().or(first).cloned());
        }
        Some(match whole || columns.is_empty() {
            true => Scope::Relation { schema, name },
            false => Scope::Columns {
                schema,
                name,
                columns,
            },
        })
    });
    Ok(scopes.collect())
}

async fn named(
    client: &Client,
    demanded: &Demanded,
) -> Result<BTreeMap<u32, Named>, tokio_postgres::Error> {
    let oids: Vec<u32> = demanded.keys().copied().collect();
    let mut found: BTreeMap<u32, Named> = BTreeMap::new();
    for row in client.query(NAMES, &[&oids]).await? {
        let (schema, name) = (row.try_get(1)?, row.try_get(2)?);
        let named = found.entry(row.try_get(0)?).or_insert(Named {
            schema,
            name,
            columns: Vec::new(),
            key: None,
        });
        if let (Some(number), Some(column)) = (
            row.try_get::<_, Option<i32>>(3)?,
            row.try_get::<_, Option<String>>(4)?,
        ) {
            if row.try_get(5)? {
                named.key = Some(column.clone());
            }
            named.columns.push((number, column));
        }
    }
    Ok(found)
}
