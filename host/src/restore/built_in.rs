//! What initdb made, and what all databases of the cluster share.
//!
//! No dump of one database holds it, and pg_dump itself is asked through it: a function of the dump that runs as a superuser
//! could put another `pg_get_expr` in its place, and the second dump would say what that function says.

use std::collections::BTreeSet;

use futures_util::{TryStreamExt as _, pin_mut};
use tokio_postgres::{Client, SimpleQueryMessage};
use xxhash_rust::xxh3::xxh3_64;

/// The catalogue, the column that names an object, the one that numbers it, and what of it may change.
///
/// Grants may, because a dump has those on built-in objects; and what the server counts for itself.
#[rustfmt::skip]
const CATALOGUES: &[(&str, &str, &str, &str)] = &[
    ("pg_aggregate", "aggfnoid", "aggfnoid", ""),
    ("pg_am", "amname", "oid", ""),
    ("pg_amop", "oid", "oid", ""),
    ("pg_amproc", "oid", "oid", ""),
    ("pg_attrdef", "oid", "oid", ""),
    ("pg_attribute", "attname", "attrelid", "attacl"),
    ("pg_cast", "oid", "oid", ""),
    ("pg_class", "relname", "oid", "relacl relfilenode relpages reltuples relallvisible relallfrozen relfrozenxid relminmxid relhasindex relhasrules relhastriggers"),
    ("pg_constraint", "conname", "oid", ""),
    ("pg_conversion", "conname", "oid", ""),
    ("pg_index", "indexrelid", "indexrelid", "indcheckxmin"),
    ("pg_language", "lanname", "oid", "lanacl"),
    ("pg_namespace", "nspname", "oid", "nspacl"),
    ("pg_opclass", "opcname", "oid", ""),
    ("pg_operator", "oprname", "oid", ""),
    ("pg_opfamily", "opfname", "oid", ""),
    ("pg_proc", "proname", "oid", "proacl"),
    ("pg_range", "rngtypid", "rngtypid", ""),
    ("pg_rewrite", "rulename", "oid", ""),
    ("pg_trigger", "tgname", "oid", ""),
    ("pg_ts_config", "cfgname", "oid", ""),
    ("pg_ts_config_map", "mapcfg", "mapcfg", ""),
    ("pg_ts_dict", "dictname", "oid", ""),
    ("pg_ts_parser", "prsname", "oid", ""),
    ("pg_ts_template", "tmplname", "oid", ""),
    ("pg_type", "typname", "oid", "typacl"),
];

/// The same of what the whole cluster has, with a condition in the place of the number.
#[rustfmt::skip]
const SHARED: &[(&str, &str, &str, &str)] = &[
    ("pg_auth_members", "roleid", "true", ""),
    ("pg_authid", "rolname", "true", "rolpassword"),
    // This database is the dump's.
    ("pg_database", "datname", "t.datname <> pg_catalog.current_database()", "datacl datfrozenxid datminmxid"),
    ("pg_db_role_setting", "setrole", "t.setdatabase NOT IN (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())", ""),
    ("pg_tablespace", "spcname", "true", "spcacl"),
];

/// The first number that a user's object can have (`FirstNormalObjectId` in transam.h).
const OF_USERS: u32 = 16384;

/// The rows of these catalogues, by name and digest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuiltIn {
    /// As the server's version has the columns.
    sql: String,
    rows: BTreeSet<(String, String, u64)>,
}

impl BuiltIn {
    /// Reads them in a new database, before anything of a dump has run.
    pub async fn look(client: &Client) -> Result<Self, tokio_postgres::Error> {
        let mut parts = Vec::new();
        for (catalogue, name, number, changing) in CATALOGUES {
            // The schema `public` and the extension plpgsql are initdb's too, and a dump may have them otherwise.
            let condition = format!(
                "t.{number}::oid < {OF_USERS} AND t.{name}::text <> 'public' AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d \
                 WHERE d.classid = 'pg_catalog.{catalogue}'::regclass AND d.objid = t.{number}::oid AND d.deptype = 'e')"
            );
            parts.push(part(client, catalogue, name, &condition, changing).await?);
        }
        for (catalogue, name, condition, changing) in SHARED {
            parts.push(part(client, catalogue, name, condition, changing).await?);
        }
        let sql = parts.join(" UNION ALL ");
        let rows = rows(client, &sql).await?;
        Ok(Self { sql, rows })
    }

    /// What is otherwise now, as `catalogue name`, each once.
    pub async fn changed(
        &self,
        client: &Client,
    ) -> Result<BTreeSet<String>, tokio_postgres::Error> {
        let now = rows(client, &self.sql).await?;
        let changed = self.rows.symmetric_difference(&now);
        Ok(changed
            .map(|(catalogue, name, _)| format!("{catalogue} {name}"))
            .collect())
    }
}

/// The statement that gives the rows of one catalogue.
async fn part(
    client: &Client,
    catalogue: &str,
    name: &str,
    condition: &str,
    changing: &str,
) -> Result<String, tokio_postgres::Error> {
    let columns = format!(
        "SELECT pg_catalog.string_agg('t.' || attname, ', ' ORDER BY attnum) FROM pg_catalog.pg_attribute \
         WHERE attrelid = 'pg_catalog.{catalogue}'::regclass AND attnum > 0 AND NOT attisdropped \
         AND attname <> ALL (pg_catalog.string_to_array('{changing}', ' '))"
    );
    let columns: String = client.query_one(&columns, &[]).await?.try_get(0)?;
    Ok(format!(
        "SELECT '{catalogue}', t.{name}::text, ROW({columns})::text FROM pg_catalog.{catalogue} t WHERE {condition}"
    ))
}

async fn rows(
    client: &Client,
    sql: &str,
) -> Result<BTreeSet<(String, String, u64)>, tokio_postgres::Error> {
    // One by one: together they are some megabytes of text.
    let messages = client.simple_query_raw(sql).await?;
    pin_mut!(messages);
    let mut rows = BTreeSet::new();
    while let Some(message) = messages.try_next().await? {
        if let SimpleQueryMessage::Row(row) = message {
            let at = |i| row.get(i).unwrap_or_default();
            rows.insert((
                at(0).to_owned(),
                at(1).to_owned(),
                xxh3_64(at(2).as_bytes()),
            ));
        }
    }
    Ok(rows)
}
