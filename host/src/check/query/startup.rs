//! Logging in as a check's role, and the transaction that everything happens in.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use bytes::BytesMut;
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};
use postgres_protocol::message::frontend;
use tokio::net::UnixStream;
use tokio_postgres::Config;
use tokio_postgres::config::Host;

use super::reply::{Reply, ServerError};
use super::wire::{Message, RowBounds, Wire, WireError};

/// No row is expected while logging in.
pub const NO_ROWS: RowBounds = RowBounds { cell: 0, total: 0 };

/// How long the server may take to accept a session.
const PATIENCE: Duration = Duration::from_secs(30);

/// What every session is pinned to, so that text output does not depend on the source's settings. `row_security`
/// turns rows that a policy hides into an error; `cursor_tuple_fraction` makes the planner expect that a cursor is
/// read to its end.
const PINNED: [(&str, &str); 10] = [
    ("client_encoding", "UTF8"),
    ("DateStyle", "ISO, MDY"),
    ("IntervalStyle", "postgres"),
    ("TimeZone", "UTC"),
    ("extra_float_digits", "1"),
    ("bytea_output", "hex"),
    ("standard_conforming_strings", "on"),
    ("row_security", "off"),
    ("cursor_tuple_fraction", "1.0"),
    ("application_name", "vhost check"),
];

/// Why a check's session could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    #[error(
        "the restored database is reached over a Unix socket, user, password and database: one of them is not given"
    )]
    Config,
    #[error("could not connect to {}", path.display())]
    Connect {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("could not open a session on the restored database")]
    Wire(#[from] WireError),
    #[error("the restored database refused the session: {message} (SQLSTATE {sqlstate})")]
    Refused { sqlstate: String, message: String },
    #[error("the restored database did not authenticate the check's role with SCRAM-SHA-256")]
    NotScram,
    #[error("SCRAM-SHA-256 authentication failed")]
    Scram(#[source] io::Error),
    #[error("a check's session must not be a superuser's")]
    Superuser,
    #[error("the restored database did not open a session within {} s", PATIENCE.as_secs())]
    Slow,
}

impl From<Box<ServerError>> for SessionError {
    fn from(error: Box<ServerError>) -> Self {
        SessionError::Refused {
            sqlstate: error.sqlstate,
            message: error.message,
        }
    }
}

/// Connects, authenticates, and begins the one transaction of the session.
pub async fn open(config: &Config) -> Result<Wire, SessionError> {
    tokio::time::timeout(PATIENCE, connect(config))
        .await
        .map_err(|_| SessionError::Slow)?
}

async fn connect(config: &Config) -> Result<Wire, SessionError> {
    let ([Host::Unix(directory)], Some(user), Some(password), Some(database)) = (
        config.get_hosts(),
        config.get_user(),
        config.get_password(),
        config.get_dbname(),
    ) else {
        return Err(SessionError::Config);
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let path = directory.join(format!(".s.PGSQL.{port}"));
    let stream = UnixStream::connect(&path)
        .await
        .map_err(|source| SessionError::Connect { path, source })?;
    let mut wire = Wire::new(stream);

    let parameters = [("user", user), ("database", database)];
    frontend::startup_message(parameters.into_iter().chain(PINNED), &mut wire.output)
        .map_err(WireError::Io)?;
    wire.flush().await?;
    authenticate(&mut wire, password).await?;
    greet(&mut wire).await?;
    begin(&mut wire).await?;
    Ok(wire)
}

/// SCRAM and nothing else: a server that asks for less would also let somebody else in as this role, and one that
/// asks for a plain password would get to see it.
async fn authenticate(wire: &mut Wire, password: &[u8]) -> Result<(), SessionError> {
    const SASL: i32 = 10;
    const SASL_CONTINUE: i32 = 11;
    const SASL_FINAL: i32 = 12;

    let mechanisms = authentication(wire, SASL).await?;
    if !mechanisms
        .split(|byte| *byte == 0)
        .any(|name| name == SCRAM_SHA_256.as_bytes())
    {
        return Err(SessionError::NotScram);
    }
    let mut scram = ScramSha256::new(password, ChannelBinding::unsupported());
    send(wire, |output| {
        frontend::sasl_initial_response(SCRAM_SHA_256, scram.message(), output)
    })
    .await?;
    let challenge = authentication(wire, SASL_CONTINUE).await?;
    scram.update(&challenge).map_err(SessionError::Scram)?;
    send(wire, |output| {
        frontend::sasl_response(scram.message(), output)
    })
    .await?;
    let proof = authentication(wire, SASL_FINAL).await?;
    scram.finish(&proof).map_err(SessionError::Scram)?;
    authentication(wire, 0).await?;
    Ok(())
}

async fn send(
    wire: &mut Wire,
    message: impl FnOnce(&mut BytesMut) -> io::Result<()>,
) -> Result<(), WireError> {
    message(&mut wire.output).map_err(WireError::Io)?;
    wire.flush().await
}

async fn authentication(wire: &mut Wire, expected: i32) -> Result<Vec<u8>, SessionError> {
    match wire.next(NO_ROWS).await? {
        Message::Reply(Reply::Authentication { kind, data }) if kind == expected => Ok(data),
        Message::Reply(Reply::Error(error)) => Err(error.into()),
        _ => Err(SessionError::NotScram),
    }
}

/// Reads what the server says of the session, until it is ready for a query.
async fn greet(wire: &mut Wire) -> Result<(), SessionError> {
    let mut superuser = None;
    loop {
        match wire.next(NO_ROWS).await? {
            Message::Reply(Reply::Status { name, value }) if name == "is_superuser" => {
                superuser = Some(value);
            }
            Message::Reply(Reply::Ready(_)) => break,
            Message::Reply(Reply::Error(error)) => return Err(error.into()),
            Message::Reply(_) => {}
            Message::Row(_) | Message::TooLarge(..) => {
                return Err(WireError::Unexpected("a row while logging in").into());
            }
        }
    }
    match superuser.as_deref() {
        Some("off") => Ok(()),
        _ => Err(SessionError::Superuser),
    }
}

/// The first query takes the snapshot, and only from then on can the transaction no longer be made writable.
async fn begin(wire: &mut Wire) -> Result<(), SessionError> {
    wire.queue("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
    wire.queue("SELECT 1")?;
    frontend::sync(&mut wire.output);
    wire.flush().await?;
    loop {
        match wire
            .next(RowBounds {
                cell: 64,
                total: 64,
            })
            .await?
        {
            Message::Row(length) => wire.row_done(length),
            Message::Reply(Reply::Ready(b'T')) => return Ok(()),
            Message::Reply(Reply::Error(error)) => return Err(error.into()),
            Message::Reply(Reply::Ready(_)) | Message::TooLarge(..) => {
                return Err(WireError::Unexpected("no transaction after BEGIN").into());
            }
            Message::Reply(_) => {}
        }
    }
}
