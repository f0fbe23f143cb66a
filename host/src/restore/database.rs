//! The database that the rows go to, made before them.

use tokio_postgres::Client;

use crate::restore::RestoreError;
use crate::restore::roles::quoted;
use crate::source::{DatabaseFacts, LocaleProvider};

/// Drops what initdb made under the name that the dump needs, for example `postgres`, which many production databases
/// are called. It is empty: nothing has been restored yet.
pub async fn make_way(host: &Client, database: &str) -> Result<(), RestoreError> {
    host.batch_execute(&format!(
        "DROP DATABASE IF EXISTS {} WITH (FORCE)",
        quoted(database)
    ))
    .await
    .map_err(|source| RestoreError::CreateDatabase {
        database: database.to_owned(),
        source,
    })
}

/// Creates the database; a locale that the sandbox lacks gives way to `C.UTF-8`, and the remark says so.
pub async fn create(
    host: &Client,
    database: &str,
    facts: Option<&DatabaseFacts>,
) -> Result<Option<String>, RestoreError> {
    let literal = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let create = format!("CREATE DATABASE {} TEMPLATE template0", quoted(database));
    let wrap = |source| RestoreError::CreateDatabase {
        database: database.to_owned(),
        source,
    };
    let fallback = format!("{create} ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'");
    let Some(facts) = facts else {
        host.batch_execute(&fallback).await.map_err(wrap)?;
        return Ok(None);
    };
    let provider = match &facts.provider {
        LocaleProvider::Libc => String::new(),
        LocaleProvider::Icu(locale) => {
            format!(" LOCALE_PROVIDER icu ICU_LOCALE {}", literal(locale))
        }
        LocaleProvider::Builtin(locale) => format!(
            " LOCALE_PROVIDER builtin BUILTIN_LOCALE {}",
            literal(locale)
        ),
    };
    let exact = format!(
        "{create} ENCODING {} LC_COLLATE {} LC_CTYPE {}{provider}",
        literal(&facts.encoding),
        literal(&facts.collate),
        literal(&facts.ctype)
    );
    let Err(error) = host.batch_execute(&exact).await else {
        return Ok(None);
    };
    // Whatever the reason, the plain locale tells: a sandbox that can create nothing fails here too.
    let said = error.as_db_error().map_or("", |e| e.message()).to_owned();
    host.batch_execute(&fallback).await.map_err(wrap)?;
    Ok(Some(format!(
        "the database could not be created with the source's encoding {} and locale {} ({said}): restored under UTF8 and C.UTF-8, so text may sort differently",
        facts.encoding, facts.collate
    )))
}
