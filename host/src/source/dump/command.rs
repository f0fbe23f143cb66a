//! pg_dump's command line and environment.

use std::time::Duration;

use tokio::process::Command;

use super::{DumpAs, PgDump, Source};
use crate::source::conninfo::{HostName, Roots};

/// What pg_dump does not pin itself, though it changes how values are written.
const PINS: &str = "-c bytea_output=hex -c lc_monetary=C -c quote_all_identifiers=off";

/// An environment made from nothing, so that no PG variable of the operator's shell counts.
///
/// The server is the very one that holds the snapshot: the same name, address and port. The password is the
/// child's standard input, see [`crate::source::secret`].
pub(super) async fn build(source: &Source, pg_dump: &PgDump, format: DumpAs) -> Command {
    let mut command = Command::new(&pg_dump.path);
    command
        .arg(format!("--snapshot={}", source.proof().snapshot))
        .arg("--no-password");
    match format {
        DumpAs::Plain => {
            command.arg("--format=plain");
        }
        DumpAs::Custom => {
            command.arg("--format=custom").arg(format!(
                "--compress={}",
                pg_dump.fastest_compression().await
            ));
        }
    }
    // Rows of a SQL_ASCII database are bytes of no known encoding, which conversion would refuse.
    if source.server.encoding != "SQL_ASCII" {
        command.arg("--encoding=UTF8");
    }
    let target = &source.target;
    let reached = source.reached();
    command
        .env_clear()
        .env("LC_ALL", "C")
        .env("PATH", "/usr/bin:/bin")
        .env(
            "HOME",
            target.home.as_deref().unwrap_or("/nonexistent".as_ref()),
        )
        .env("PGPASSFILE", "/proc/self/fd/0")
        .env("PGPORT", reached.host.port.to_string())
        .env("PGUSER", &target.user)
        .env("PGDATABASE", &target.database)
        .env("PGAPPNAME", &target.application_name)
        .env("PGSSLMODE", target.tls.mode.name())
        .env("PGCHANNELBINDING", target.channel_binding.name())
        .env("PGGSSENCMODE", "disable")
        .env("PGTZ", "UTC")
        .env(
            "PGCONNECT_TIMEOUT",
            target
                .connect_timeout
                .unwrap_or(Duration::ZERO)
                .as_secs()
                .to_string(),
        )
        .env(
            "PGOPTIONS",
            // The last one counts.
            match &target.options {
                Some(options) => format!("{options} {PINS}"),
                None => PINS.to_owned(),
            },
        );
    match &reached.host.name {
        HostName::Unix(dir) => command.env("PGHOST", dir),
        HostName::Tcp(name) => command.env("PGHOST", name),
    };
    if let Some(address) = reached.address {
        command.env("PGHOSTADDR", address.to_string());
    }
    match &target.tls.roots {
        Roots::File(path) => command.env("PGSSLROOTCERT", path),
        Roots::System(_) => command.env("PGSSLROOTCERT", "system"),
        Roots::Nothing => &mut command,
    };
    for (name, path) in [
        ("PGSSLCERT", &target.tls.certificate),
        ("PGSSLKEY", &target.tls.key),
    ] {
        if let Some(path) = path {
            command.env(name, path);
        }
    }
    // A signal that the terminal sends to vhost's group is for vhost to answer.
    command.process_group(0).kill_on_drop(true);
    command
}
