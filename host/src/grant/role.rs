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
//!   A granted view becomes a security barrier: a check's condition never sees a row that the view does not show.
//! - **Row security**: `row_security = off` makes a hidden row an error, never a smaller count.
//! - **Foreign tables** are withheld: they lead out of the restored database.
//!
//! What leaks and is accepted: whether a name exists (`::regclass`, "permission denied" against "does not exist"), the
//! text of the check's own grants, and the values of unprivileged server settings.

use tokio_postgres::{Client, Config, Transaction};
use zeroize::Zeroizing;

use super::harden::{EXTENSIONS, Hardened, begin, postgres, set};
use super::readable::{self, Readable};
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

/// Makes the role of one check and audits it. On any error the role does not exist.
///
/// The server is told a SCRAM-SHA-256 verifier (RFC 5802), so not even its log gets to see the password.
pub async fn create(
    client: &mut Client,
    hardened: &Hardened,
    approved: &Approved,
) -> Result<CheckLogin, RoleError> {
    const DOING: &str = "make a check's role";
    let doing = |source| postgres(DOING, source);
    let role = format!("vhost_check_{}", approved.name());
    let begun = begin(client, DOING).await?;
    let taken = begun
        .query_opt(
            "SELECT 1 FROM pg_roles WHERE rolname = $1::text::name",
            &[&role],
        )
        .await
        .map_err(doing)?;
    if taken.is_some() {
        return Err(RoleError::Exists { role });
    }

    let password = Zeroizing::new(hex::encode(Zeroizing::new(rand::random::<[u8; 32]>())));
    let verifier = postgres_protocol::password::scram_sha_256(password.as_bytes());
    // Neither a check's name nor a verifier can hold a quote: see `grant::file` and RFC 5803.
    begun
        .batch_execute(&format!(
            "CREATE ROLE \"{role}\" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION NOBYPASSRLS
                 CONNECTION LIMIT 2 PASSWORD '{verifier}'"
        ))
        .await
        .map_err(doing)?;
    settings(&begun, hardened, approved, &role)
        .await
        .map_err(doing)?;
    let readable = readable::grant(
        &begun,
        approved.read(),
        &role,
        &EXTENSIONS,
        hardened.database(),
    )
    .await
    .map_err(doing)?;
    let differences = audit(&begun, &role, &readable)
        .await
        .map_err(|source| postgres("audit a check's role", source))?;
    if !differences.is_empty() {
        return Err(RoleError::Differs {
            check: approved.name().to_owned(),
            role,
            differences,
        });
    }
    begun.commit().await.map_err(doing)?;
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
    let mut settings = vec![
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
    settings.extend(kept.map(|(name, value)| (name.as_str(), value.as_str())));
    for (name, value) in settings {
        let known = begun
            .query_opt("SELECT 1 FROM pg_settings WHERE name = $1::text", &[&name])
            .await?;
        if known.is_none() {
            continue;
        }
        // FROM CURRENT takes the value as a value: what a dump says is never spliced into a statement.
        set(begun, name, value).await?;
        begun
            .batch_execute(&format!("ALTER ROLE \"{role}\" SET {name} FROM CURRENT"))
            .await?;
        begun
            .batch_execute("SET LOCAL search_path = pg_catalog, pg_temp")
            .await?;
    }
    Ok(())
}

/// Every difference between what the role holds and what it should.
async fn audit(
    begun: &Transaction<'_>,
    role: &str,
    readable: &Readable,
) -> Result<Vec<String>, tokio_postgres::Error> {
    let version: i32 = begun
        .query_one("SELECT current_setting('server_version_num')::int4", &[])
        .await?
        .try_get(0)?;
    let mut privileges = vec![
        "SELECT",
        "INSERT",
        "UPDATE",
        "DELETE",
        "TRUNCATE",
        "REFERENCES",
        "TRIGGER",
    ];
    if version >= 170_000 {
        privileges.push("MAINTAIN");
    }
    let (relations, columns): (Vec<u32>, Vec<i16>) = readable.columns.iter().copied().unzip();
    let mut rows = begun
        .query(
            include_str!("audit.sql"),
            &[
                &role,
                &readable.relations,
                &relations,
                &columns,
                &readable.schemas,
                &privileges,
            ],
        )
        .await?;
    if version >= 150_000 {
        let parameters = "
            SELECT format('%s on parameter %I', a.privilege_type, p.parname)
              FROM pg_parameter_acl p CROSS JOIN LATERAL aclexplode(p.paracl) a
             WHERE a.grantee = 0 OR a.grantee = (SELECT oid FROM pg_roles WHERE rolname = $1::text::name)";
        rows.extend(begun.query(parameters, &[&role]).await?);
    }
    rows.iter().map(|row| row.try_get(0)).collect()
}
