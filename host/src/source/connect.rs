//! One session with the source, over whichever host and encryption libpq would choose.

mod attempt;

use std::net::IpAddr;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use tokio_postgres::config::SslMode as Wire;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, SimpleQueryMessage, SimpleQueryRow};

use super::SourceError;
use super::conninfo::{Host, HostName, SessionAttrs, SslMode, Target};
use super::secret::Secret;
use super::tls::Verified;

/// How long a server that starts, stops or restarts is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// The server that answered; every later session of the drill goes to it and to no other.
#[derive(Clone)]
pub(super) struct Reached {
    pub(super) host: Host,
    /// What the name resolved to; absent for a Unix socket.
    pub(super) address: Option<IpAddr>,
    pub(super) encryption: Encryption,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Encryption {
    None,
    Tls(Verified),
}

/// A session; it ends when this is dropped.
pub(super) struct Session {
    pub(super) client: Client,
    driver: JoinHandle<()>,
    pub(super) reached: Reached,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Session {
    /// Runs one statement without parameters and gives its rows as text.
    pub(super) async fn rows(
        &self,
        purpose: &'static str,
        sql: &str,
    ) -> Result<Vec<SimpleQueryRow>, SourceError> {
        let messages = self
            .client
            .simple_query(sql)
            .await
            .map_err(|cause| SourceError::Query { purpose, cause })?;
        Ok(messages
            .into_iter()
            .filter_map(|message| match message {
                SimpleQueryMessage::Row(row) => Some(row),
                _ => None,
            })
            .collect())
    }

    /// Runs a statement that gives one row without nulls.
    pub(super) async fn row<const N: usize>(
        &self,
        purpose: &'static str,
        sql: &str,
    ) -> Result<[String; N], SourceError> {
        let rows = self.rows(purpose, sql).await?;
        let row = rows.first().ok_or(SourceError::Shape { purpose })?;
        let mut values = [const { String::new() }; N];
        for (i, value) in values.iter_mut().enumerate() {
            *value = text(row, i, purpose)?.to_owned();
        }
        Ok(values)
    }
}

/// Column `i` of a row, which the statement promises not to be null.
pub(super) fn text<'a>(
    row: &'a SimpleQueryRow,
    i: usize,
    purpose: &'static str,
) -> Result<&'a str, SourceError> {
    row.try_get(i)
        .ok()
        .flatten()
        .ok_or(SourceError::Shape { purpose })
}

/// Tries the target's hosts in their order, as libpq does.
pub(super) async fn first(
    target: &Target,
    secret: Option<&Secret>,
) -> Result<Session, SourceError> {
    let passes: &[SessionAttrs] = match target.session_attrs {
        SessionAttrs::PreferStandby => &[SessionAttrs::Standby, SessionAttrs::Any],
        _ => &[target.session_attrs],
    };
    let mut last = SourceError::NoHost;
    for wanted in passes {
        for host in &target.hosts {
            match host_in_turn(target, secret, host, *wanted).await {
                Ok(session) => return Ok(session),
                // A server that answered and refused has decided; libpq asks no other one either.
                Err(error) if refused(&error) => return Err(error),
                Err(error) => last = error,
            }
        }
    }
    Err(last)
}

/// Connects to a server that answered before, waiting while it restarts.
pub(super) async fn again(
    target: &Target,
    secret: Option<&Secret>,
    reached: &Reached,
) -> Result<Session, SourceError> {
    let give_up = Instant::now() + PATIENCE;
    let mut host = reached.host.clone();
    host.address = reached.address;
    loop {
        match host_in_turn(target, secret, &host, SessionAttrs::Any).await {
            Ok(session) => return Ok(session),
            Err(error) if refused(&error) || Instant::now() >= give_up => return Err(error),
            Err(_) => sleep(Duration::from_millis(250)).await,
        }
    }
}

fn refused(error: &SourceError) -> bool {
    match error {
        SourceError::Connect { cause, .. } => cause.code().is_some_and(|code| {
            ![
                SqlState::CANNOT_CONNECT_NOW,
                SqlState::ADMIN_SHUTDOWN,
                SqlState::CRASH_SHUTDOWN,
            ]
            .contains(code)
        }),
        SourceError::PasswordMissing { .. } | SourceError::Tls { .. } => true,
        _ => false,
    }
}

async fn host_in_turn(
    target: &Target,
    secret: Option<&Secret>,
    host: &Host,
    wanted: SessionAttrs,
) -> Result<Session, SourceError> {
    let addresses: Vec<Option<IpAddr>> = match (&host.name, host.address) {
        (HostName::Unix(_), _) => vec![None],
        (HostName::Tcp(_), Some(address)) => vec![Some(address)],
        (HostName::Tcp(name), None) => {
            let found = tokio::net::lookup_host((name.as_str(), host.port)).await;
            found
                .map_err(|cause| SourceError::LookUp {
                    host: name.clone(),
                    cause,
                })?
                .map(|socket| Some(socket.ip()))
                .collect()
        }
    };
    let mut last = SourceError::NoHost;
    for address in addresses {
        match address_in_turn(target, secret, host, address).await {
            Ok(session) => match suits(&session, wanted).await {
                Ok(()) => return Ok(session),
                Err(error) => last = error,
            },
            Err(error) if refused(&error) => return Err(error),
            Err(error) => last = error,
        }
    }
    Err(last)
}

async fn address_in_turn(
    target: &Target,
    secret: Option<&Secret>,
    host: &Host,
    address: Option<IpAddr>,
) -> Result<Session, SourceError> {
    let attempts: &[Wire] = match (address, target.tls.mode) {
        // libpq: sslmode says nothing about Unix sockets.
        (None, _) | (_, SslMode::Disable) => &[Wire::Disable],
        (_, SslMode::Allow) => &[Wire::Disable, Wire::Require],
        (_, SslMode::Prefer) => &[Wire::Require, Wire::Disable],
        (_, SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull) => &[Wire::Require],
    };
    let mut last = SourceError::NoHost;
    for wire in attempts {
        match attempt::once(target, secret, host, address, *wire).await {
            Ok(session) => return Ok(session),
            Err(error) => {
                let by_encryption = match &error {
                    SourceError::Connect { cause, .. } => match cause.code() {
                        // pg_hba.conf may allow only the other way.
                        Some(code) => *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
                        None => true,
                    },
                    _ => false,
                };
                last = error;
                if !by_encryption {
                    break;
                }
            }
        }
    }
    Err(last)
}

async fn suits(session: &Session, wanted: SessionAttrs) -> Result<(), SourceError> {
    if wanted == SessionAttrs::Any {
        return Ok(());
    }
    let [recovery, read_only] = session
        .row(
            "whether the server suits target_session_attrs",
            "SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('transaction_read_only')",
        )
        .await?;
    let (standby, read_only) = (recovery == "t", recovery == "t" || read_only == "on");
    let suits = match wanted {
        SessionAttrs::Any => true,
        SessionAttrs::ReadWrite => !read_only,
        SessionAttrs::ReadOnly => read_only,
        SessionAttrs::Primary => !standby,
        SessionAttrs::Standby | SessionAttrs::PreferStandby => standby,
    };
    if suits {
        Ok(())
    } else {
        Err(SourceError::Unsuited {
            host: session.reached.host.to_string(),
        })
    }
}
