//! The session that holds the snapshot and proves that it cannot write.

use tokio_postgres::error::SqlState;

use super::connect::{self, Encryption, Reached, Session};
use super::conninfo::{HostName, Target};
use super::privileges;
use super::secret::Secret;
use super::{SessionProof, SourceError};

/// An open source: a read-only transaction whose snapshot the dump and every fact beside it share.
///
/// It owns the secret. Dropping it ends the session; [`Source::close`] gives the secret back for the last sweep.
pub struct Source {
    pub(super) target: Target,
    pub(super) secret: Option<Secret>,
    pub(super) session: Session,
    proof: SessionProof,
    pub(super) server: Server,
    /// When the snapshot was taken, by the source's clock: RFC 3339 in UTC.
    pub(super) taken_at: String,
}

/// What the session's server is.
pub(super) struct Server {
    /// `server_version_num`, for example 150018.
    pub(super) number: u32,
    /// For example `15.18`.
    pub(super) version: String,
    /// As Postgres spells it, for example `UTF8`.
    pub(super) encoding: String,
}

impl Source {
    /// Connects, takes the snapshot, and looks at what the session and its role can do.
    ///
    /// The transaction stays open until the source is closed or dropped.
    pub async fn open(target: Target, secret: Option<Secret>) -> Result<Self, SourceError> {
        let session = connect::first(&target, secret.as_ref()).await?;
        pin(&session).await?;
        let [number, version, encoding] = session
            .row(
                "the server's version",
                "SELECT pg_catalog.current_setting('server_version_num'), \
                 pg_catalog.current_setting('server_version'), \
                 pg_catalog.current_setting('server_encoding')",
            )
            .await?;
        let server = Server {
            number: number.parse().map_err(|_| SourceError::Shape {
                purpose: "the server's version",
            })?,
            version: first_word(&version).to_owned(),
            encoding,
        };
        let [snapshot, taken_at] = session
            .row(
                "for a snapshot",
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
                 SELECT pg_catalog.pg_export_snapshot(), \
                 pg_catalog.to_char(pg_catalog.now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
            )
            .await?;
        let isolation = prove_read_only(&session).await?;
        let [role] = session
            .row("the session's role", "SELECT session_user")
            .await?;
        let proof = SessionProof {
            role,
            transaction_read_only: true,
            isolation,
            snapshot,
            tls: tls(&session).await?,
            could_write: privileges::could_write(&session, server.number).await?,
        };
        Ok(Self {
            target,
            secret,
            session,
            proof,
            server,
            taken_at,
        })
    }

    pub fn proof(&self) -> &SessionProof {
        &self.proof
    }

    /// The major version, for example 15, or 906 for the days before 10.
    pub fn server_major(&self) -> u32 {
        match self.server.number {
            number if number >= 100_000 => number / 10_000,
            number => number / 100,
        }
    }

    /// The form in which the source's secret shows in `text`, if there is one and it does.
    pub fn secret_appears_in(&self, text: &[u8]) -> Option<&'static str> {
        self.secret
            .as_ref()
            .and_then(|secret| secret.appears_in(text))
    }

    /// Ends the transaction and the session, and gives the secret back for the sweep of what is yet to be written.
    pub async fn close(self) -> (Option<Secret>, Result<(), SourceError>) {
        let ended = self
            .session
            .rows("the transaction to end", "ROLLBACK")
            .await;
        (self.secret, ended.map(|_| ()))
    }

    pub(super) fn reached(&self) -> &Reached {
        &self.session.reached
    }
}

/// Pins what changes how values are written, and lifts what could end a session that waits for its dump.
///
/// The settings are found by name in pg_settings because each version of Postgres has some that others lack.
pub(super) async fn pin(session: &Session) -> Result<(), SourceError> {
    let sql = "SELECT pg_catalog.set_config(pins.name, pins.value, false) FROM (VALUES \
        ('search_path', ''), ('TimeZone', 'UTC'), ('DateStyle', 'ISO'), ('IntervalStyle', 'postgres'), \
        ('extra_float_digits', '3'), ('bytea_output', 'hex'), ('lc_monetary', 'C'), \
        ('quote_all_identifiers', 'off'), ('statement_timeout', '0'), ('lock_timeout', '0'), \
        ('idle_in_transaction_session_timeout', '0'), ('idle_session_timeout', '0'), \
        ('transaction_timeout', '0'), ('client_min_messages', 'error')) AS pins (name, value) \
        WHERE EXISTS (SELECT FROM pg_catalog.pg_settings s WHERE s.name = pins.name)";
    session.rows("for pinned settings", sql).await.map(|_| ())
}

/// Looks at the transaction's settings, then tries to make it writable, which must fail.
async fn prove_read_only(session: &Session) -> Result<String, SourceError> {
    let [read_only, isolation] = session
        .row(
            "whether the transaction is read-only",
            "SELECT pg_catalog.current_setting('transaction_read_only'), \
             pg_catalog.current_setting('transaction_isolation')",
        )
        .await?;
    if read_only != "on" || isolation != "repeatable read" {
        return Err(SourceError::NotReadOnly {
            read_only,
            isolation,
        });
    }
    session
        .rows("for a savepoint", "SAVEPOINT writable")
        .await?;
    let purpose = "for a transaction that writes";
    match session.rows(purpose, "SET TRANSACTION READ WRITE").await {
        Ok(_) => return Err(SourceError::ReadOnlyNotFixed),
        // A primary says that it is too late for that, a standby that it is not the place for it.
        Err(SourceError::Query { cause, .. })
            if cause.code() == Some(&SqlState::ACTIVE_SQL_TRANSACTION)
                || cause.code() == Some(&SqlState::FEATURE_NOT_SUPPORTED) => {}
        Err(error) => return Err(error),
    }
    session
        .rows(
            "for the savepoint's end",
            "ROLLBACK TO writable; RELEASE writable",
        )
        .await?;
    Ok(isolation)
}

/// The connection's encryption as the server sees it, and the certificate as vhost saw it.
async fn tls(session: &Session) -> Result<String, SourceError> {
    let Encryption::Tls(verified) = session.reached.encryption else {
        return Ok(match session.reached.host.name {
            HostName::Unix(_) => "none (Unix socket)".to_owned(),
            HostName::Tcp(_) => "none".to_owned(),
        });
    };
    let [version, cipher] = session
        .row(
            "how the connection is encrypted",
            "SELECT version, cipher FROM pg_catalog.pg_stat_ssl WHERE pid = pg_catalog.pg_backend_pid()",
        )
        .await?;
    Ok(format!("{version}, {cipher}, {}", verified.in_words()))
}

/// `15.20 (Debian 15.20-0+deb12u1)` is version 15.20.
pub(super) fn first_word(version: &str) -> &str {
    version.split_whitespace().next().unwrap_or(version)
}
