//! The only door to production.
//!
//! [`Target::locate`] reads where the source is, [`Source::open`] takes the read-only session and its snapshot,
//! [`Source::observe`] looks at who the source is, and [`Source::start_dump`] takes the dump. A dump that somebody
//! gave comes in by [`vhost_dump::supplied`].

mod catalogue;
mod connect;
mod conninfo;
mod dump;
mod error;
mod facts;
mod growing;
mod identity;
mod listing;
mod pg_dump;
mod places;
mod privileges;
mod reading;
mod secret;
mod session;
mod tls;

pub use conninfo::{
    Ambient, ChannelBinding, ConnInfoError, Host, HostName, Place, Refusal, Roots, SessionAttrs,
    SslMode, Target, TlsSettings,
};
pub use dump::{DumpAs, DumpError, Dumped, Dumping, Tap};
pub use error::SourceError;
pub use facts::{DatabaseFacts, LocaleProvider, Role};
pub use growing::Growing;
pub use identity::{Difference, DifferenceKind, unmoved};
pub use pg_dump::{Lodging, PgDump, PgDumpError, Program, Version};
pub use places::Places;
pub use reading::Reading;
pub use secret::{Secret, SecretError};
pub use session::Source;
pub use tls::TlsError;

use serde::Serialize;

use crate::sandbox::ContainerIdentity;

/// A fact that some servers withhold. Unknown never equals anything, not even unknown.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case", tag = "known", content = "value")]
pub enum Known<T> {
    Yes(T),
    No(String),
}

/// Who the source is: taken before and after, and held equal by the gate `source-unmoved`.
#[derive(Clone, Debug, Serialize)]
pub struct Identity {
    pub system_identifier: Known<u64>,
    /// RFC 3339 in UTC with microseconds.
    pub server_started: String,
    pub timeline: Known<u32>,
    pub in_recovery: bool,
    pub database: String,
    pub database_oid: u32,
    /// For example `15.18`.
    pub server_version: String,
    /// `pg_current_wal_lsn()` as a number, or the replay position of a standby: may only grow.
    pub wal_lsn: Known<u64>,
    /// Production's own container, when the plan names it.
    pub container: Vec<ContainerIdentity>,
}

/// What was seen of the session that the dump was taken under.
#[derive(Clone, Debug, Serialize)]
pub struct SessionProof {
    pub role: String,
    /// `SHOW transaction_read_only` inside the transaction that exported the snapshot.
    pub transaction_read_only: bool,
    pub isolation: String,
    /// `pg_export_snapshot()`'s name.
    pub snapshot: String,
    pub tls: String,
    /// Every way in which the role could write outside a read-only transaction, in words; empty is good.
    pub could_write: Vec<String>,
}
