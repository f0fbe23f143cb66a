//! What can go wrong between vhost and the source.

use std::io;
use std::time::Duration;

use super::tls::TlsError;

/// Why the source could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error("no server was found to connect to: the host's name resolves to no address")]
    NoHost,
    #[error("host name `{host}` does not resolve: check `host` and the resolver")]
    LookUp {
        host: String,
        #[source]
        cause: io::Error,
    },
    #[error("TLS to the source cannot be tried")]
    Tls {
        #[source]
        cause: TlsError,
    },
    #[error("source at {host}: cannot connect")]
    Connect {
        host: String,
        #[source]
        cause: tokio_postgres::Error,
    },
    #[error("source at {host}: no answer within {} s: check host and port, or raise connect_timeout", .limit.as_secs())]
    Timeout { host: String, limit: Duration },
    #[error(
        "source at {host}: the server asks for the password of `{user}` and none was given: give it by a password file, PGPASSFILE, an environment variable named in the plan, or standard input"
    )]
    PasswordMissing { host: String, user: String },
    #[error("source at {host}: this server is not what target_session_attrs asks for")]
    Unsuited { host: String },
    #[error("source: cannot ask {purpose}")]
    Query {
        purpose: &'static str,
        #[source]
        cause: tokio_postgres::Error,
    },
    #[error("source: the server's answer to {purpose} has an unknown shape")]
    Shape { purpose: &'static str },
    #[error(
        "source: the session is not read-only (transaction_read_only = {read_only}, isolation = {isolation}): a pooler may have changed it; connect to the server itself"
    )]
    NotReadOnly {
        read_only: String,
        isolation: String,
    },
    #[error(
        "source: the transaction could be turned into one that writes: a pooler may stand between; connect to the server itself"
    )]
    ReadOnlyNotFixed,
}
