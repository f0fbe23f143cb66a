//! The roles that a dump names, made before it is restored.
//!
//! A plain dump carries no `CREATE ROLE`. Without the roles, owners and grants are lost, and so is every policy
//! `TO` such a role, while row security stays on. They are made without login and without a password.

use std::collections::BTreeMap;

use tokio_postgres::Client;

use crate::source::Role;

#[derive(Debug, thiserror::Error)]
#[error("cannot create the role {name:?} that the dump names")]
pub struct RoleError {
    name: String,
    #[source]
    source: tokio_postgres::Error,
}

/// Creates what does not exist yet and returns the names created, in order.
pub async fn create(client: &Client, roles: &[Role]) -> Result<Vec<String>, RoleError> {
    let wrap = |name: &str| {
        let name = name.to_owned();
        |source| RoleError { name, source }
    };
    let mut wanted: BTreeMap<&str, bool> = BTreeMap::new();
    for role in roles {
        *wanted.entry(&role.name).or_default() |= role.superuser;
        for group in &role.member_of {
            wanted.entry(group).or_default();
        }
    }
    let mut created = Vec::new();
    for (name, superuser) in wanted {
        let exists = client
            .query_opt(
                "SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = $1",
                &[&name],
            )
            .await
            .map_err(wrap(name))?;
        // Names that start with `pg_` are the server's own: a role that this version lacks stays missing, and says so.
        if exists.is_some() || name.starts_with("pg_") {
            continue;
        }
        let attributes = if superuser {
            "NOLOGIN SUPERUSER"
        } else {
            "NOLOGIN"
        };
        client
            .batch_execute(&format!("CREATE ROLE {} {attributes}", quoted(name)))
            .await
            .map_err(wrap(name))?;
        created.push(name.to_owned());
    }
    for role in roles {
        for group in &role.member_of {
            client
                .batch_execute(&format!(
                    "GRANT {} TO {}",
                    quoted(group),
                    quoted(&role.name)
                ))
                .await
                .map_err(wrap(&role.name))?;
        }
    }
    Ok(created)
}

/// An identifier as SQL writes it.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
