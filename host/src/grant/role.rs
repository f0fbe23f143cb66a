//! The database role of one check: the wall around what it can read.
//!
//! A check logs in as its own role. The role holds SELECT on what its grant lists, USAGE on the schemas these lie in,
//! and nothing else, PUBLIC's share included; [`create`] asks the server itself whether that is so.
//!
//! - **Partitions and inheritance**: a query through the parent needs rights on the parent only, so granting the parent
//!   is enough, and granting a schema grants each part by itself as well.
//! - **Views** read with their owner's rights. Granting a view grants what it shows. A view owned by a superuser would
//!   read anything, so it is withheld unless it is a `security_invoker` view, which reads with the check's own rights.
//!   Routines that a view calls run with the check's rights: a view on a routine of production's own fails with 42501.
//!   A materialized view of a superuser holds what such a view shows, so it is granted by its own name only.
//!   A granted view becomes a security barrier: a check's condition never sees a row that the view does not show.
//! - **Row security**: `row_security = off` makes a hidden row an error, never a smaller count.
//! - **Foreign tables** are withheld: they lead out of the restored database.
//!
//! What leaks and is accepted: whether a name exists (`::regclass`, "permission denied" against "does not exist"), the
//! text of the check's own grants, and the values of unprivileged server settings.

use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, Transaction};
use zeroize::Zeroizing;

use super::audit::Audit;
use super::harden::{EXTENSIONS, Hardened, begin, postgres};
use super::readable;
use super::review::Approved;

pub use super::readable::{Because, Withheld};

/// Temporary files of one check's session; more is the error 53400.
const TEMP_FILES: &str = "1GB";

/// A check's role could not be made as its grant says. Nothing of it is left.
#[derive(Debug, thiserror::Error)]
pub enum RoleError {
    #[error("could not {doing}")]
    Postgres {
        doing: &'static str,
        #[source]
        source: tokio_postgres::Error,
    },
    #[error("hardening needs a superuser of the sandbox: connect as the one that initdb made")]
    NotSuperuser,
    #[error("role `{role}` exists already: it came with the dump, so rename the check")]
    Exists { role: String },
    #[error("PUBLIC would hold what no check may have: {}", differences.join("; "))]
    Public {
        /// One line each, for example `EXECUTE on routine app.f(integer)`.
        differences: Vec<String>,
    },
    #[error("role `{role}` would not hold exactly what check `{check}` was granted: {}", differences.join("; "))]
    Differs {
        check: String,
        role: String,
        /// One line each, for example `EXECUTE on routine app.f(integer)`.
        differences: Vec<String>,
    },
}

/// The login of one check. The password lives here and in the connection that uses it, and has no other way out.
pub struct CheckLogin {
    role: String,
    password: Zeroizing<String>,
    withheld: Vec<Withheld>,
}

impl CheckLogin {
    pub fn role(&self) -> &str {
        &self.role
    }

    /// What the grant names and the role did not get: the check will see 42P01 or 42501 there.
    pub fn withheld(&self) -> &[Withheld] {
        &self.withheld
    }

    /// The way to a sandbox's database, taken by this role.
    pub fn config(&self, sandbox: &Config) -> Config {
        let mut config = sandbox.clone();
        config.user(&self.role).password(self.password.as_bytes());
        config
    }
}

const DOING: &str = "make the checks' roles";

/// Makes the role of one check and audits it. On any error the role does not exist.
pub async fn create(
    client: &mut Client,
    hardened: &Hardened,
    approved: &Approved,
) -> Result<CheckLogin, RoleError> {
    let begun = begin(client, DOING).await?;
    let audit = prepare(&begun).await?;
    let login = one(&begun, hardened, &audit, approved).await?;
    conclude(begun, &audit).await?;
    Ok(login)
}

/// Makes the roles of checks and audits them, and PUBLIC with them. A role that is refused does not exist; where PUBLIC
/// has what no check may have, none does.
///
/// The outcomes are in the order of the checks. The server is told SCRAM-SHA-256 verifiers (RFC 5802), so not even its
/// log gets to see a password.
pub async fn create_all(
    client: &mut Client,
    hardened: &Hardened,
    approved: &[&Approved],
) -> Result<Vec<Result<CheckLogin, RoleError>>, RoleError> {
    let doing = |source| postgres(DOING, source);
    let mut begun = begin(client, DOING).await?;
    let audit = prepare(&begun).await?;
    let mut made = Vec::with_capacity(approved.len());
    for approved in approved {
        // Dropped without a commit, a savepoint is rolled back.
        let part = begun.transaction().await.map_err(doing)?;
        let login = one(&part, hardened, &audit, approved).await;
        match &login {
            Ok(_) => part.commit().await.map_err(doing)?,
            Err(_) => part.rollback().await.map_err(doing)?,
        }
        made.push(login);
    }
    conclude(begun, &audit).await?;
    Ok(made)
}

/// Removes roles of checks by their names, with all that was granted to them.
///
/// What is left of their sessions is ended first: a check that was stopped may have a statement under way, whose locks
/// would hold up the next role.
pub async fn remove_all(client: &mut Client, roles: &[String]) -> Result<(), RoleError> {
    const DOING: &str = "remove the checks' roles";
    let doing = |source| postgres(DOING, source);
    client
        .query(
            "SELECT pg_catalog.pg_terminate_backend(pid, 5000) FROM pg_catalog.pg_stat_activity
              WHERE usename = ANY ($1::text[])",
            &[&roles],
        )
        .await
        .map_err(doing)?;
    let begun = begin(client, DOING).await?;
    for role in roles {
        // A check's name cannot hold a quote: see `one`.
        let sql = format!("DROP OWNED BY \"{role}\"; DROP ROLE \"{role}\"");
        begun.batch_execute(&sql).await.map_err(doing)?;
    }
    begun.commit().await.map_err(doing)
}

async fn prepare(begun: &Transaction<'_>) -> Result<Audit, RoleError> {
    let prepared = Audit::prepare(begun).await;
    prepared.map_err(|source| postgres(DOING, source))
}

async fn conclude(begun: Transaction<'_>, audit: &Audit) -> Result<(), RoleError> {
    let audited = audit.public(&begun).await;
    let differences = audited.map_err(|source| postgres("audit what PUBLIC holds", source))?;
    if !differences.is_empty() {
        return Err(RoleError::Public { differences });
    }
    let committed = begun.commit().await;
    committed.map_err(|source| postgres(DOING, source))
}

async fn one(
    begun: &Transaction<'_>,
    hardened: &Hardened,
    audit: &Audit,
    approved: &Approved,
) -> Result<CheckLogin, RoleError> {
    let doing = |source| postgres("make a check's role", source);
    let role = format!("vhost_check_{}", approved.name());
    let password = Zeroizing::new(hex::encode(Zeroizing::new(rand::random::<[u8; 32]>())));
    let verifier = postgres_protocol::password::scram_sha_256(password.as_bytes());
    // Neither a check's name nor a verifier can hold a quote: see `grant::file` and RFC 5803.
    let created = begun
        .batch_execute(&format!(
            "CREATE ROLE \"{role}\" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION NOBYPASSRLS
                 CONNECTION LIMIT 2 PASSWORD '{verifier}'"
        ))
        .await;
    match created {
        Err(error) if error.code() == Some(&SqlState::DUPLICATE_OBJECT) => {
            return Err(RoleError::Exists { role });
        }
        created => created.map_err(doing)?,
    }
    settings(begun, hardened, approved, &role)
        .await
        .map_err(doing)?;
    let readable = readable::grant(
        begun,
        approved.read(),
        &role,
        &EXTENSIONS,
        hardened.database(),
    )
    .await
    .map_err(doing)?;
    let differences = audit
        .role(begun, &role, &readable)
        .await
        .map_err(|source| postgres("audit a check's role", source))?;
    if !differences.is_empty() {
        return Err(RoleError::Differs {
            check: approved.name().to_owned(),
            role,
            differences,
        });
    }
    Ok(CheckLogin {
        role,
        password,
        withheld: readable.withheld,
    })
}

/// Settings that the role starts each session with.
async fn settings(
    begun: &Transaction<'_>,
    hardened: &Hardened,
    approved: &Approved,
    role: &str,
) -> Result<(), tokio_postgres::Error> {
    let statement_time = approved.limits().statement_time.as_millis().to_string();
    let own = [
        ("row_security", "off"),
        ("statement_timeout", &statement_time),
        ("temp_file_limit", TEMP_FILES),
        // A session whose check is gone ends at the next tick, not at the end of its query (Postgres 14).
        ("client_connection_check_interval", "1s"),
        // Compiling expressions costs more than it gives in a short look, and is one more thing to break.
        ("jit", "off"),
        // Not even through a view (CVE-2024-7348's new setting).
        ("restrict_nonsystem_relation_kind", "foreign-table"),
    ];
    let kept = hardened.kept().iter();
    let kept = kept.map(|(name, value)| (name.as_str(), value.as_str()));
    let known = own.into_iter().chain(kept);
    let known = known.filter(|(name, _)| hardened.knows(name));
    let (names, values): (Vec<&str>, Vec<&str>) = known.unzip();
    // FROM CURRENT takes the value as a value: what a dump says is never spliced into a statement.
    begun
        .execute(
            "SELECT set_config(name, value, true) FROM unnest($1::text[], $2::text[]) AS s (name, value)",
            &[&names, &values],
        )
        .await?;
    let take = names
        .iter()
        .map(|name| format!("ALTER ROLE \"{role}\" SET {name} FROM CURRENT;"));
    // The path and the time were among them: what follows resolves built-in names only, and is the host's own work.
    let back =
        "SET LOCAL search_path = pg_catalog, pg_temp; SET LOCAL statement_timeout = 0".to_owned();
    let take = take.chain([back]);
    begun.batch_execute(&take.collect::<String>()).await
}
