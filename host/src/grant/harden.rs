//! What PUBLIC may do in a restored database, taken away before the first check looks.

use tokio_postgres::{Client, Transaction};

use super::role::RoleError;

/// Extensions whose non-volatile, non-SECURITY-DEFINER routines in C and SQL a check may run: without them the columns
/// of their types could not be compared. All are shipped with Postgres but `vector` and `postgis`.
pub(super) const EXTENSIONS: [&str; 17] = [
    "citext",
    "hstore",
    "pg_trgm",
    "ltree",
    "intarray",
    "cube",
    "seg",
    "isn",
    "unaccent",
    "fuzzystrmatch",
    "btree_gin",
    "btree_gist",
    "uuid-ossp",
    "pgcrypto",
    "earthdistance",
    "vector",
    "postgis",
];

/// Routines of `pg_catalog` that the rules below would refuse although they act on nothing and tell nothing.
const HARMLESS: [&str; 21] = [
    "random",
    "random_normal",
    "clock_timestamp",
    "timeofday",
    "gen_random_uuid",
    "uuidv4",
    "uuidv7",
    "array_sample",
    "array_shuffle",
    "setseed",
    "current_query",
    "pg_typeof",
    "pg_basetype",
    "pg_column_size",
    "pg_collation_for",
    "pg_client_encoding",
    "pg_input_is_valid",
    "pg_input_error_info",
    "pg_timezone_names",
    "pg_timezone_abbrevs",
    "pg_backend_pid",
];

/// Names of stable routines that look around, or that run SQL from a string.
const INTROSPECTION: &str = "^(pg_|binary_upgrade_|has_|to_reg|txid_|inet_(client|server)|col_description\
    |obj_description|shobj_description|row_security_active|(database|schema|table|query|cursor)_to_xml|ts_stat\
    |ts_rewrite|lo_|lo(read|write)|dblink)";

/// Settings of the source's database that change what a query answers, and that every check therefore keeps.
const KEPT: [&str; 2] = ["search_path", "default_text_search_config"];

/// That [`harden`] ran on a database, and what it found there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hardened {
    database: String,
    kept: Vec<(String, String)>,
    reset: Vec<String>,
    /// The names of all settings of this server.
    known: Vec<String>,
}

impl Hardened {
    pub fn database(&self) -> &str {
        &self.database
    }

    /// Name and value of the database's own settings that each check's role keeps.
    pub fn kept(&self) -> &[(String, String)] {
        &self.kept
    }

    /// Whether this server has such a setting.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.known.iter().any(|known| known == name)
    }

    /// Names of the database's own settings that no longer apply.
    pub fn reset(&self) -> &[String] {
        &self.reset
    }
}

/// Takes from PUBLIC what no check may have. Once per restored database, after fidelity, as its superuser.
pub async fn harden(client: &mut Client) -> Result<Hardened, RoleError> {
    const DOING: &str = "harden the restored database";
    let doing = |source| postgres(DOING, source);
    let begun = begin(client, DOING).await?;
    let row = begun
        .query_one(
            "SELECT current_database()::text, current_setting('is_superuser')::text",
            &[],
        )
        .await
        .map_err(doing)?;
    let database = row.try_get(0).map_err(doing)?;
    if row.try_get::<_, &str>(1).map_err(doing)? != "on" {
        return Err(RoleError::NotSuperuser);
    }
    let settings = begun
        .query(
            "SELECT split_part(s, '=', 1)::text, substr(s, strpos(s, '=') + 1)::text
               FROM pg_db_role_setting r JOIN pg_database d ON d.oid = r.setdatabase
              CROSS JOIN LATERAL unnest(r.setconfig) s
              WHERE r.setrole = 0 AND d.datname = current_database()",
            &[],
        )
        .await
        .map_err(doing)?;
    let (mut kept, mut reset) = (Vec::new(), Vec::new());
    for row in settings {
        let (name, value): (String, String) = (
            row.try_get(0).map_err(doing)?,
            row.try_get(1).map_err(doing)?,
        );
        match KEPT.contains(&name.as_str()) {
            true => kept.push((name, value)),
            false => reset.push(name),
        }
    }
    let known = begun
        .query("SELECT name FROM pg_settings", &[])
        .await
        .map_err(doing)?;
    let known = known.iter().map(|row| row.try_get(0));
    let known = known.collect::<Result<_, _>>().map_err(doing)?;
    begun
        .batch_execute(include_str!("hardening.sql"))
        .await
        .map_err(doing)?;
    begun.commit().await.map_err(doing)?;
    Ok(Hardened {
        database,
        kept,
        reset,
        known,
    })
}

/// Begins a transaction that resolves built-in names only and knows the lists that both SQL files work from.
pub(super) async fn begin<'c>(
    client: &'c mut Client,
    doing: &'static str,
) -> Result<Transaction<'c>, RoleError> {
    let begun = async {
        let begun = client.transaction().await?;
        begun
            .batch_execute("SET LOCAL search_path = pg_catalog, pg_temp")
            .await?;
        for (name, value) in [
            ("vhost.extensions", EXTENSIONS.join(",")),
            ("vhost.harmless", HARMLESS.join(",")),
            ("vhost.introspection", INTROSPECTION.to_owned()),
        ] {
            set(&begun, name, &value).await?;
        }
        Ok(begun)
    };
    begun.await.map_err(|source| postgres(doing, source))
}

async fn set(
    begun: &Transaction<'_>,
    name: &str,
    value: &str,
) -> Result<(), tokio_postgres::Error> {
    begun
        .execute(
            "SELECT set_config($1::text, $2::text, true)",
            &[&name, &value],
        )
        .await?;
    Ok(())
}

pub(super) fn postgres(doing: &'static str, source: tokio_postgres::Error) -> RoleError {
    RoleError::Postgres { doing, source }
}
