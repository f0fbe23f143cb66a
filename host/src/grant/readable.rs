//! A grant's scopes, granted on the relations that the restored database really has.

use std::fmt;

use serde::Serialize;
use tokio_postgres::Transaction;

use super::scope::Scope;

/// Something that a grant names and its role did not get. A fact for the report, not an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Withheld {
    /// What was not granted, as the grants file writes it.
    pub scope: String,
    /// The scope of the grant that names it.
    pub of: String,
    pub because: Because,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Because {
    /// The restored database does not have it: the check will see 42P01 or 42703.
    Missing,
    /// It would read with a superuser's rights: grant the tables below it, or make it a `security_invoker` view.
    SuperuserView,
    /// It holds what a superuser's rights read, and only its schema was granted.
    SuperuserMaterialized,
    /// It leads out of the restored database.
    ForeignTable,
    /// Not a relation that can be read, for example an index.
    NotReadable,
}

impl fmt::Display for Withheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.scope)?;
        if self.of != self.scope {
            write!(f, " of {}", self.of)?;
        }
        match self.because {
            Because::Missing if self.scope.ends_with(".*") => {
                f.write_str(", in which the restored database has nothing to read")
            }
            because => write!(f, ", {because}"),
        }
    }
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Because::Missing => "which the restored database does not have",
            Because::SuperuserView => {
                "which reads with a superuser's rights: grant the tables below it, or make it a security_invoker view"
            }
            Because::SuperuserMaterialized => {
                "which holds what a superuser's rights read: grant it by its own name"
            }
            Because::ForeignTable => {
                "which is a foreign table and leads out of the restored database"
            }
            Because::NotReadable => "which is no relation that can be read",
        })
    }
}

/// What was granted, for the audit to hold against what is effective.
#[derive(Debug, Default)]
pub struct Readable {
    /// OIDs of relations granted as a whole.
    pub relations: Vec<u32>,
    /// OID and column number of single columns.
    pub columns: Vec<(u32, i16)>,
    /// OIDs of schemas with USAGE.
    pub schemas: Vec<u32>,
    pub withheld: Vec<Withheld>,
}

const RELATIONS: &str = "
    SELECT c.oid, n.oid, c.relname::text, c.relkind::text,
           c.relkind IN ('v', 'm') AND o.rolsuper AND NOT EXISTS (
               SELECT FROM pg_options_to_table(c.reloptions)
                WHERE option_name = 'security_invoker' AND option_value::bool)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles o ON o.oid = c.relowner
     WHERE n.nspname = $1::text::name
       AND CASE WHEN $2::text IS NULL THEN c.relkind IN ('r', 'v', 'm', 'p', 'f') ELSE c.relname = $2::text::name END
     ORDER BY c.relname";

/// Grants the scopes to `role`, and what every check needs: CONNECT, and USAGE where allowed extensions live.
pub async fn grant(
    begun: &Transaction<'_>,
    scopes: &[Scope],
    role: &str,
    extensions: &[&str],
    database: &str,
) -> Result<Readable, tokio_postgres::Error> {
    let mut readable = Readable::default();
    let role = quote(role);
    let connect = format!("GRANT CONNECT ON DATABASE {} TO {role}", quote(database));
    begun.batch_execute(&connect).await?;
    let homes = begun
        .query(
            "SELECT DISTINCT n.oid, n.nspname::text FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
              WHERE e.extname::text = ANY ($1::text[]) AND n.nspname <> 'pg_catalog'",
            &[&extensions],
        )
        .await?;
    for home in homes {
        let schema: &str = home.try_get(1)?;
        usage(begun, &mut readable, home.try_get(0)?, schema, &role).await?;
    }
    for scope in scopes {
        one(begun, &mut readable, scope, &role).await?;
    }
    let named = |one: &Withheld| scopes.iter().any(|scope| scope.to_string() == one.scope);
    readable
        .withheld
        .retain(|one| one.because != Because::SuperuserMaterialized || !named(one));
    Ok(readable)
}

async fn one(
    begun: &Transaction<'_>,
    readable: &mut Readable,
    scope: &Scope,
    role: &str,
) -> Result<(), tokio_postgres::Error> {
    let (schema, name, columns) = match scope {
        Scope::Schema { schema } => (schema, None, None),
        Scope::Relation { schema, name } => (schema, Some(name), None),
        Scope::Columns {
            schema,
            name,
            columns,
        } => (schema, Some(name), Some(columns)),
    };
    let found = begun.query(RELATIONS, &[schema, &name]).await?;
    if found.is_empty() {
        readable.withhold(scope, scope, Because::Missing);
        return Ok(());
    }
    for row in found {
        let (oid, schema_oid, relation): (u32, u32, String) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let kind: &str = row.try_get(3)?;
        let superusers: bool = row.try_get(4)?;
        let whole = Scope::Relation {
            schema: schema.clone(),
            name: relation.clone(),
        };
        match kind {
            "f" => readable.withhold(scope, &whole, Because::ForeignTable),
            "v" if superusers => readable.withhold(scope, &whole, Because::SuperuserView),
            "m" if superusers && name.is_none() => {
                readable.withhold(scope, &whole, Because::SuperuserMaterialized);
            }
            "r" | "v" | "m" | "p" => {
                usage(begun, readable, schema_oid, schema, role).await?;
                let on = format!("{}.{}", quote(schema), quote(&relation));
                if kind == "v" {
                    // Otherwise the planner may try a check's condition on rows that the view does not show, and an
                    // error quotes them (PostgreSQL manual, "Rules and Privileges").
                    let sql = format!("ALTER VIEW {on} SET (security_barrier = true)");
                    begun.batch_execute(&sql).await?;
                }
                match columns {
                    None => {
                        let sql = format!("GRANT SELECT ON TABLE {on} TO {role}");
                        begun.batch_execute(&sql).await?;
                        readable.relations.push(oid);
                    }
                    Some(columns) => {
                        for column in columns {
                            self::column(begun, readable, scope, (oid, &on), column, role).await?;
                        }
                    }
                }
            }
            _ => readable.withhold(scope, &whole, Because::NotReadable),
        }
    }
    Ok(())
}

async fn column(
    begun: &Transaction<'_>,
    readable: &mut Readable,
    scope: &Scope,
    (oid, on): (u32, &str),
    column: &String,
    role: &str,
) -> Result<(), tokio_postgres::Error> {
    let number = begun
        .query_opt(
            "SELECT attnum FROM pg_attribute
              WHERE attrelid = $1 AND attname = $2::text::name AND attnum > 0 AND NOT attisdropped",
            &[&oid, column],
        )
        .await?;
    let Some(number) = number else {
        if let Scope::Columns { schema, name, .. } = scope {
            let missing = Scope::Columns {
                schema: schema.clone(),
                name: name.clone(),
                columns: vec![column.clone()],
            };
            readable.withhold(scope, &missing, Because::Missing);
        }
        return Ok(());
    };
    let sql = format!("GRANT SELECT ({}) ON TABLE {on} TO {role}", quote(column));
    begun.batch_execute(&sql).await?;
    readable.columns.push((oid, number.try_get(0)?));
    Ok(())
}

async fn usage(
    begun: &Transaction<'_>,
    readable: &mut Readable,
    oid: u32,
    schema: &str,
    role: &str,
) -> Result<(), tokio_postgres::Error> {
    if !readable.schemas.contains(&oid) {
        let sql = format!("GRANT USAGE ON SCHEMA {} TO {role}", quote(schema));
        begun.batch_execute(&sql).await?;
        readable.schemas.push(oid);
    }
    Ok(())
}

impl Readable {
    fn withhold(&mut self, of: &Scope, what: &Scope, because: Because) {
        self.withheld.push(Withheld {
            scope: what.to_string(),
            of: of.to_string(),
            because,
        });
    }
}

/// An identifier as SQL takes it whatever it holds.
fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
