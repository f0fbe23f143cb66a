//! The database that the rows go to, made before them.

use tokio_postgres::Client;

use crate::restore::roles::quoted;
use crate::restore::{Creation, RestoreError};
use crate::source::{DatabaseFacts, LocaleProvider};
use vhost_dump::script::token::{Token, tokens};

/// How the database was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// As it was asked for.
    AsAsked,
    /// In another locale or place, which a remark tells.
    Otherwise,
}

/// Drops what initdb made under the name that the dump needs, for example `postgres`, which many production databases
/// are called. It is empty: nothing has been restored yet.
pub async fn make_way(host: &Client, database: &str) -> Result<(), RestoreError> {
    let literal = literal(database);
    // A template cannot be dropped (manual, DROP DATABASE), and one of initdb's may be the namesake.
    let ordinary = format!(
        "UPDATE pg_catalog.pg_database SET datistemplate = false WHERE datname = {literal} AND datistemplate"
    );
    let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", quoted(database));
    for statement in [ordinary, drop] {
        let done = host.batch_execute(&statement).await;
        done.map_err(|source| RestoreError::CreateDatabase {
            database: database.to_owned(),
            source,
        })?;
    }
    Ok(())
}

/// Drops the subscriptions of the database that `client` is in: with one, it cannot be dropped. They have connected to nobody.
pub async fn drop_subscriptions(client: &Client, database: &str) -> Result<(), RestoreError> {
    let wrap = |source| RestoreError::CreateDatabase {
        database: database.to_owned(),
        source,
    };
    let all = "SELECT s.subname::text FROM pg_catalog.pg_subscription s \
               JOIN pg_catalog.pg_database d ON d.oid = s.subdbid WHERE d.datname = pg_catalog.current_database()";
    for row in client.query(all, &[]).await.map_err(wrap)? {
        let name = quoted(row.get(0));
        // Without its slot it is dropped without a word to the publisher (manual, DROP SUBSCRIPTION).
        for how in [
            format!("ALTER SUBSCRIPTION {name} DISABLE"),
            format!("ALTER SUBSCRIPTION {name} SET (slot_name = NONE)"),
            format!("DROP SUBSCRIPTION {name}"),
        ] {
            client.batch_execute(&how).await.map_err(wrap)?;
        }
    }
    Ok(())
}

/// Creates the database; a locale that the sandbox lacks gives way to `C.UTF-8`, and the remark says so.
pub async fn create(
    host: &Client,
    database: &str,
    creation: &Creation,
) -> Result<(Made, Option<String>), RestoreError> {
    let create = format!("CREATE DATABASE {} TEMPLATE template0", quoted(database));
    let wrap = |source| RestoreError::CreateDatabase {
        database: database.to_owned(),
        source,
    };
    let fallback = format!("{create} ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'");
    let (exact, place, was) = match creation {
        Creation::Unknown => {
            host.batch_execute(&fallback).await.map_err(wrap)?;
            return Ok((Made::AsAsked, None));
        }
        Creation::Like(facts) => {
            let place = Some(facts.tablespace.clone()).filter(|place| !place.is_empty());
            let was = format!(
                "the source's encoding {} and locale {}",
                facts.encoding, facts.collate
            );
            (like(&create, facts), place, was)
        }
        Creation::By(statement) => {
            let (exact, place) = without_tablespace(statement);
            (exact, place, "the dump's encoding and locale".to_owned())
        }
    };
    let Err(error) = host.batch_execute(&exact).await else {
        let said = place.map(|place| {
            format!(
                "the database lies in the tablespace {place} at the source: a sandbox has one disk, so it was restored into its default tablespace"
            )
        });
        let made = match said {
            Some(_) => Made::Otherwise,
            None => Made::AsAsked,
        };
        return Ok((made, said));
    };
    // Whatever the reason, the plain locale tells: a sandbox that can create nothing fails here too.
    let said = error.as_db_error().map_or("", |e| e.message()).to_owned();
    host.batch_execute(&fallback).await.map_err(wrap)?;
    Ok((
        Made::Otherwise,
        Some(format!(
            "the database could not be created with {was} ({said}): restored under UTF8 and C.UTF-8, so text may sort differently"
        )),
    ))
}

fn like(create: &str, facts: &DatabaseFacts) -> String {
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
    let rules = match facts.icu_rules.as_str() {
        "" => String::new(),
        rules => format!(" ICU_RULES {}", literal(rules)),
    };
    format!(
        "{create} ENCODING {} LC_COLLATE {} LC_CTYPE {}{provider}{rules}",
        literal(&facts.encoding),
        literal(&facts.collate),
        literal(&facts.ctype)
    )
}

/// pg_dump writes the tablespace last (`dumpDatabase` in pg_dump.c).
fn without_tablespace(statement: &str) -> (String, Option<String>) {
    if let Some((start, place)) = statement.rsplit_once(" TABLESPACE = ")
        && let [name, Token::Mark(';')] = &tokens(place)[..]
        && let Some(name) = name.identifier()
    {
        return (start.to_owned(), Some(name));
    }
    (statement.to_owned(), None)
}

/// A database's name as a connection string, which a bare name with a sign of equality would be taken for.
pub fn conninfo(database: &str) -> String {
    let escaped = database.replace('\\', "\\\\").replace('\'', "\\'");
    format!("dbname='{escaped}'")
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_of_any_name_is_named() {
        assert_eq!(conninfo("shop"), "dbname='shop'");
        assert_eq!(conninfo("a=b' \\"), "dbname='a=b\\' \\\\'");
    }

    #[test]
    fn a_tablespace_is_left_out() {
        let plain = "CREATE DATABASE \"x TABLESPACE = y\" WITH TEMPLATE = template0 LOCALE = 'C';";
        assert_eq!(without_tablespace(plain), (plain.to_owned(), None));
        let placed = plain.replace(';', " TABLESPACE = \"Fast; disk\";");
        let (cut, place) = without_tablespace(&placed);
        assert_eq!(format!("{cut};"), plain);
        assert_eq!(place.as_deref(), Some("Fast; disk"));
    }
}
