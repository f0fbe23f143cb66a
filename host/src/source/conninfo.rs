//! Where the source is: libpq connection strings, service names and libpq's defaults.
//!
//! The rules are those of the PostgreSQL manual, section "Database Connection Control Functions" of the chapter
//! on libpq. Three differences are on purpose: a secret inside a connection string is refused, `PGHOST` and its
//! like are not read (a drill's source stands in the plan), and `connect_timeout` defaults to 30 seconds because
//! a drill that nobody watches must end.

mod keywords;
mod service;
mod settings;
mod syntax;

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use rustls::pki_types::CertificateDer;

pub use keywords::Refusal;
use settings::Settings;

/// What libpq would take from its surroundings; only the binary looks there.
#[derive(Clone, Debug)]
pub struct Ambient {
    /// In the order in which they are searched; one that does not exist is skipped.
    pub service_files: Vec<PathBuf>,
    /// `PGPASSFILE`, or `.pgpass` in the home directory.
    pub passfile: Option<PathBuf>,
    /// Where `.postgresql/root.crt` and its like are looked for.
    pub home: Option<PathBuf>,
    /// The default of `user`.
    pub user: Option<String>,
    /// Where a server's Unix socket may lie when no host is given; the first that has one is taken.
    pub socket_dirs: Vec<PathBuf>,
    /// The machine's certificate authorities, asked for by `sslrootcert=system`.
    pub system_roots: fn() -> Vec<CertificateDer<'static>>,
}

/// Why a source could not be located. No variant holds a value, because a value may be a misplaced secret.
#[derive(Debug, thiserror::Error)]
pub enum ConnInfoError {
    #[error("{place}: at byte {at}: {expected}")]
    Syntax {
        place: Place,
        at: usize,
        expected: &'static str,
    },
    #[error(
        "{place}: unknown keyword `{keyword}`: see the PostgreSQL manual, \"Parameter Key Words\", for those that exist"
    )]
    UnknownKeyword { place: Place, keyword: String },
    #[error("{place}: `{keyword}` {refusal}")]
    Refused {
        place: Place,
        keyword: &'static str,
        refusal: Refusal,
    },
    #[error(
        "{place}: it holds `{keyword}`, a secret: remove it there and give it by a password file, PGPASSFILE, an environment variable named in the plan, or standard input"
    )]
    SecretInside { place: Place, keyword: &'static str },
    #[error("`{keyword}` must be {expected}")]
    Value {
        keyword: &'static str,
        expected: &'static str,
    },
    #[error(
        "`{keyword}` names {found} entries for {hosts} hosts: give one for all hosts, or one for each"
    )]
    Count {
        keyword: &'static str,
        found: usize,
        hosts: usize,
    },
    #[error(
        "no user is given and the name of the operating system's user is unknown: add `user=…`"
    )]
    NoUser,
    #[error("service `{service}` stands in none of: {}", shown(.searched))]
    UnknownService {
        service: String,
        searched: Vec<PathBuf>,
    },
    #[error("service file {} cannot be read: check its owner and mode", .path.display())]
    ServiceFile {
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
}

fn shown(paths: &[PathBuf]) -> String {
    let shown: Vec<_> = paths.iter().map(|p| p.display().to_string()).collect();
    shown.join(", ")
}

/// Where a setting stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    ConnectionString,
    ServiceFile { path: PathBuf, line: usize },
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Place::ConnectionString => f.write_str("connection string"),
            Place::ServiceFile { path, line } => write!(f, "{}, line {line}", path.display()),
        }
    }
}

/// libpq's `sslmode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SslMode {
    Disable,
    Allow,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

impl SslMode {
    /// As libpq spells it.
    pub fn name(self) -> &'static str {
        match self {
            SslMode::Disable => "disable",
            SslMode::Allow => "allow",
            SslMode::Prefer => "prefer",
            SslMode::Require => "require",
            SslMode::VerifyCa => "verify-ca",
            SslMode::VerifyFull => "verify-full",
        }
    }
}

/// What the server's certificate is held against.
#[derive(Clone, Debug)]
pub enum Roots {
    /// A file that was named, or the existing default `~/.postgresql/root.crt`.
    File(PathBuf),
    /// Certificates of the machine, `sslrootcert=system`; libpq has it from version 16 on.
    System(Vec<CertificateDer<'static>>),
    Nothing,
}

/// How the connection is encrypted.
#[derive(Clone, Debug)]
pub struct TlsSettings {
    pub mode: SslMode,
    pub roots: Roots,
    /// The client's certificate, PEM.
    pub certificate: Option<PathBuf>,
    /// Its key, PEM and unencrypted.
    pub key: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelBinding {
    Disable,
    Prefer,
    Require,
}

impl ChannelBinding {
    /// As libpq spells it.
    pub fn name(self) -> &'static str {
        match self {
            ChannelBinding::Disable => "disable",
            ChannelBinding::Prefer => "prefer",
            ChannelBinding::Require => "require",
        }
    }
}

/// Which of several servers will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionAttrs {
    Any,
    ReadWrite,
    ReadOnly,
    Primary,
    Standby,
    PreferStandby,
}

/// One server that may be tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    pub name: HostName,
    /// An address that spares the look-up of the name.
    pub address: Option<IpAddr>,
    pub port: u16,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostName {
    Tcp(String),
    /// The directory of a Unix socket.
    Unix(PathBuf),
}

impl std::fmt::Display for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.name {
            HostName::Tcp(name) => write!(f, "{name}, port {}", self.port),
            HostName::Unix(dir) => write!(f, "{}/.s.PGSQL.{}", dir.display(), self.port),
        }
    }
}

/// A source, located: everything that connecting needs but the secret.
#[derive(Clone, Debug)]
pub struct Target {
    /// At least one, in the order in which they are tried.
    pub hosts: Vec<Host>,
    pub user: String,
    pub database: String,
    pub tls: TlsSettings,
    /// For one address, from the first packet to the end of authentication; `None` waits for ever.
    pub connect_timeout: Option<Duration>,
    pub application_name: String,
    pub options: Option<String>,
    pub session_attrs: SessionAttrs,
    pub channel_binding: ChannelBinding,
    /// Where a password is looked up when none is given.
    pub passfile: Option<PathBuf>,
    /// For pg_dump, which must look for certificates where vhost does.
    pub home: Option<PathBuf>,
}

impl Target {
    /// Reads a connection string (keywords or URI, possibly empty) and a service; the string overrides the service.
    pub fn locate(
        conninfo: &str,
        service: Option<&str>,
        ambient: &Ambient,
    ) -> Result<Self, ConnInfoError> {
        let mut settings = Settings::default();
        let pairs = syntax::parse(conninfo)?;
        settings.take(pairs, &Place::ConnectionString)?;
        if let Some(service) = service {
            settings.default_to("service", service);
        }
        if let Some(service) = settings.text("service").map(str::to_owned) {
            service::read(&service, &ambient.service_files, &mut settings)?;
        }
        settings.into_target(ambient)
    }
}

#[cfg(test)]
mod tests;
