//! pg_dump's command line and environment.

use std::time::Duration;

use tokio::process::Command;

use super::{DumpAs, PgDump, Source};
use crate::plan::DumpOf;
use crate::sandbox::docker::Client;
use crate::sandbox::{Exec, Stdin};
use crate::source::conninfo::{HostName, Roots};
use crate::source::pg_dump::{Program, ROOT_CERTIFICATE};

/// What pg_dump does not pin itself, though it changes how values are written.
const PINS: &str = "-c bytea_output=hex -c lc_monetary=C -c quote_all_identifiers=off \
    -c standard_conforming_strings=on";

/// What pg_dump is called with; nothing of it is secret.
pub(super) struct Call {
    args: Vec<String>,
    env: Vec<(&'static str, String)>,
}

impl Call {
    /// On the host: an environment made from nothing, so that no PG variable of the operator's shell counts.
    pub(super) fn on_host(self, program: &std::path::Path) -> Command {
        let mut command = Command::new(program);
        command.args(self.args).env_clear().envs(self.env);
        // A signal that the terminal sends to vhost's group is for vhost to answer.
        command.process_group(0).kill_on_drop(true);
        command
    }

    pub(super) fn in_image(self) -> Exec {
        let env = self.env.into_iter();
        Exec {
            tool: "pg_dump".to_owned(),
            args: self.args,
            env: env.map(|(name, value)| (name.to_owned(), value)).collect(),
            stdin: Stdin::Null,
        }
    }
}

/// The server is the very one that holds the snapshot: the same name, address and port.
///
/// The password is in a file that only pg_dump can read: its standard input on the host, see
/// [`crate::source::secret`], or a file in the memory of its container.
pub(super) async fn build(source: &Source, pg_dump: &PgDump, format: DumpAs, of: DumpOf) -> Call {
    let mut args = vec![
        format!("--snapshot={}", source.proof().snapshot),
        "--no-password".to_owned(),
    ];
    match format {
        DumpAs::Plain => args.push("--format=plain".to_owned()),
        DumpAs::Custom => {
            let method = pg_dump.fastest_compression().await;
            args.push("--format=custom".to_owned());
            args.push(format!("--compress={method}"));
        }
    }
    // An archive holds the database itself in any case, and its restore says whether that is wanted.
    if (format, of) == (DumpAs::Plain, DumpOf::Database) {
        args.push("--create".to_owned());
    }
    // Rows of a SQL_ASCII database are bytes of no known encoding, which conversion would refuse.
    if source.server.encoding != "SQL_ASCII" {
        args.push("--encoding=UTF8".to_owned());
    }
    let target = &source.target;
    let reached = source.reached();
    let timeout = target.connect_timeout.unwrap_or(Duration::ZERO).as_secs();
    let options = match &target.options {
        // The last one counts.
        Some(options) => format!("{options} {PINS}"),
        None => PINS.to_owned(),
    };
    let mut env = vec![
        ("LC_ALL", "C".to_owned()),
        ("PGPORT", reached.host.port.to_string()),
        ("PGUSER", target.user.clone()),
        ("PGDATABASE", target.database.clone()),
        ("PGAPPNAME", target.application_name.clone()),
        ("PGSSLMODE", target.tls.mode.name().to_owned()),
        ("PGCHANNELBINDING", target.channel_binding.name().to_owned()),
        ("PGGSSENCMODE", "disable".to_owned()),
        ("PGTZ", "UTC".to_owned()),
        ("PGCONNECT_TIMEOUT", timeout.to_string()),
        ("PGOPTIONS", options),
    ];
    if let Some(address) = reached.address {
        env.push(("PGHOSTADDR", address.to_string()));
    }
    env.extend(match &pg_dump.program {
        Program::Host(_) => on_host(source),
        Program::Image(_) => in_image(source),
    });
    Call { args, env }
}

fn on_host(source: &Source) -> Vec<(&'static str, String)> {
    let target = &source.target;
    // Each of them came from a connection string, which is text.
    let text = |path: &std::path::Path| path.display().to_string();
    let mut env = vec![
        ("PATH", "/usr/bin:/bin".to_owned()),
        (
            "HOME",
            text(target.home.as_deref().unwrap_or("/nonexistent".as_ref())),
        ),
        ("PGPASSFILE", "/proc/self/fd/0".to_owned()),
        (
            "PGHOST",
            match &source.reached().host.name {
                HostName::Unix(dir) => text(dir),
                HostName::Tcp(name) => name.clone(),
            },
        ),
    ];
    match &target.tls.roots {
        Roots::File(path) => env.push(("PGSSLROOTCERT", text(path))),
        Roots::System(_) => env.push(("PGSSLROOTCERT", "system".to_owned())),
        Roots::Nothing => {}
    }
    for (name, path) in [
        ("PGSSLCERT", &target.tls.certificate),
        ("PGSSLKEY", &target.tls.key),
    ] {
        env.extend(path.iter().map(|path| (name, text(path))));
    }
    env
}

fn in_image(source: &Source) -> Vec<(&'static str, String)> {
    let mut env = vec![
        ("HOME", "/nonexistent".to_owned()),
        ("PGPASSFILE", Client::PASSFILE.to_owned()),
        (
            "PGHOST",
            match &source.reached().host.name {
                HostName::Unix(_) => Client::SOCKET_DIR.to_owned(),
                HostName::Tcp(name) => name.clone(),
            },
        ),
    ];
    match &source.target.tls.roots {
        Roots::File(_) => env.push(("PGSSLROOTCERT", ROOT_CERTIFICATE.to_owned())),
        Roots::System(_) => env.push(("PGSSLROOTCERT", "system".to_owned())),
        Roots::Nothing => {}
    }
    env
}
