//! How the throw-away server is configured, alike on every engine.

use std::time::Duration;

use tokio_postgres::NoTls;
use tokio_util::sync::CancellationToken;

use super::home::Home;
use super::user::User;
use super::{SandboxError, Spec};

const MIB: u64 = 1 << 20;
/// How long initdb and the server's start may take before the sandbox counts as failed.
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs inside, in the image's or the machine's own shell: `$1` is the directory of Postgres' programs.
///
/// The cluster is thrown away, so nothing is synced; its pages have checksums, so that what is read back of the restore is
/// what was written. Settings that only newer servers know live in a file of
/// their own, because an older server refuses to start on an unknown name. initdb is told a time zone, which `files` set
/// anyway: it would find one out by comparing this machine's clock with every zone that there is.
pub(super) const START: &str = r#"
umask 077
TZ=UTC "$1/initdb" --pgdata=/vhost/data --username=postgres --encoding=UTF8 --locale=C.UTF-8 \
    --data-checksums --no-sync --no-instructions --auth-local=peer --auth-host=reject || exit 1
bin=$1
set -- $("$bin/postgres" --version)
major=${3%%[!0-9]*}
settings=/vhost/etc/postgresql.conf
if [ "$major" -ge 17 ]; then settings=/vhost/etc/since-17.conf; fi
exec "$bin/postgres" -D /vhost/data -c config_file="$settings"
"#;

/// The files of `/vhost/etc`, by name. None of them holds a secret: there is none.
pub(super) fn files(spec: &Spec, user: User) -> Vec<(&'static str, String)> {
    let (uid, gid) = (user.uid(), user.gid());
    vec![
        (
            "passwd",
            format!(
                "root:x:0:0:root:/:/bin/false\nvhost:x:{uid}:{gid}:vhost:/tmp:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"
            ),
        ),
        (
            "group",
            format!("root:x:0:\nvhost:x:{gid}:\nnogroup:x:65534:\n"),
        ),
        ("postgresql.conf", settings(spec)),
        (
            "since-17.conf",
            "event_triggers = off\nallow_alter_system = off\ninclude 'postgresql.conf'\n"
                .to_owned(),
        ),
        // Roles log in with scram over the same socket; there is no line for TCP, so none can connect by it.
        (
            "pg_hba.conf",
            "local all postgres peer map=vhost\nlocal all all scram-sha-256\n".to_owned(),
        ),
        // Who may be the superuser: the sandbox's own user, which its tools have; root, as the host's root is seen
        // from a container; and nobody (65534), as any host user is seen from a user namespace that does not map it.
        // That is no wider than it has to be, because the socket lies in a 0700 directory that only the sandbox's
        // user and root can enter: nobody else reaches the place where this question is asked.
        (
            "pg_ident.conf",
            "vhost vhost postgres\nvhost root postgres\nvhost nobody postgres\n".to_owned(),
        ),
    ]
}

/// `postgresql.conf`: the tuning of a cluster that will be thrown away, then what the plan says.
fn settings(spec: &Spec) -> String {
    let shared_buffers = (spec.limits.memory / 4).clamp(32 * MIB, 1024 * MIB) / MIB;
    let maintenance = (spec.limits.memory / 8).clamp(32 * MIB, 1024 * MIB) / MIB;
    let workers = (spec.limits.cpus.ceil() as u64).clamp(1, 8);
    let sized = [
        ("shared_buffers", format!("{shared_buffers}MB")),
        ("maintenance_work_mem", format!("{maintenance}MB")),
        ("max_parallel_maintenance_workers", workers.to_string()),
    ];
    let mut text = String::new();
    let fixed = FIXED.iter().map(|(k, v)| (*k, *v));
    let sized = sized.iter().map(|(k, v)| (*k, v.as_str()));
    let asked = spec.settings.iter().map(|(k, v)| (k.as_str(), v.as_str()));
    // The last line of a name wins (Postgres manual, 20.1.2), so the walls come after what the plan asks for.
    for (name, value) in fixed.chain(sized).chain(asked).chain(WALLS.iter().copied()) {
        let value = value.replace('\\', r"\\").replace('\'', "''");
        text.push_str(&format!("{name} = '{value}'\n"));
    }
    text
}

const FIXED: &[(&str, &str)] = &[
    // Durability is of no use to a cluster that lives for one drill.
    ("fsync", "off"),
    ("synchronous_commit", "off"),
    ("full_page_writes", "off"),
    ("wal_level", "minimal"),
    ("max_wal_senders", "0"),
    ("wal_init_zero", "off"),
    ("max_wal_size", "20GB"),
    ("checkpoint_timeout", "1d"),
    ("bgwriter_lru_maxpages", "0"),
    ("autovacuum", "off"),
    ("jit", "off"),
    // A dump of many relations is restored in one transaction, and dumped again in another.
    ("max_locks_per_transaction", "2048"),
    ("max_connections", "60"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    ("lc_messages", "C"),
    ("password_encryption", "scram-sha-256"),
];

/// Where the server listens, who may come in and where it logs: the host relies on each, so a plan cannot move them.
const WALLS: &[(&str, &str)] = &[
    ("listen_addresses", ""),
    ("port", "5432"),
    ("unix_socket_directories", "/vhost/run"),
    ("unix_socket_permissions", "0777"),
    ("hba_file", "/vhost/etc/pg_hba.conf"),
    ("ident_file", "/vhost/etc/pg_ident.conf"),
    ("logging_collector", "on"),
    ("log_destination", "csvlog"),
    ("log_directory", "/vhost/log"),
    ("log_filename", "server.log"),
    ("log_rotation_age", "0"),
    ("log_rotation_size", "0"),
    ("log_min_messages", "warning"),
    // What a warning means depends on the statement that caused it.
    ("log_min_error_statement", "warning"),
];

/// Waits until the server answers a query, and returns its version.
///
/// `ended` says whether what runs the server has ended. The wait ends early when `stop` fires.
pub(super) async fn ready(
    home: &Home,
    name: &str,
    stop: &CancellationToken,
    mut ended: impl AsyncFnMut() -> Result<Option<String>, SandboxError>,
) -> Result<String, SandboxError> {
    let began = std::time::Instant::now();
    let mut config = tokio_postgres::Config::new();
    config
        .host_path(home.run())
        .user("postgres")
        .dbname("postgres");
    loop {
        if stop.is_cancelled() {
            return Err(SandboxError::Interrupted);
        }
        if let Some(said) = ended().await? {
            return Err(SandboxError::Died {
                name: name.to_owned(),
                said,
            });
        }
        if home.socket().exists()
            && let Ok((client, connection)) = config.connect(NoTls).await
        {
            let version = async {
                let row = client.query_one("SHOW server_version", &[]).await?;
                row.try_get(0)
            };
            return tokio::select! {
                answer = version => answer,
                broken = connection => Err(match broken {
                    Err(e) => e,
                    // The client is alive, so the connection ends only in error or when the server closes it.
                    Ok(()) => return Err(closed(name, home, began.elapsed())),
                }),
            }
            .map_err(|source| SandboxError::Ask {
                name: name.to_owned(),
                source,
            });
        }
        if began.elapsed() > PATIENCE {
            return Err(closed(name, home, began.elapsed()));
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(Duration::from_millis(10)) => {}
        }
    }
}

fn closed(name: &str, home: &Home, after: Duration) -> SandboxError {
    SandboxError::NotReady {
        name: name.to_owned(),
        after,
        said: tail(home),
    }
}

/// The end of what was said while starting: no row of the dump can be in it, for none has been restored yet.
pub(super) fn tail(home: &Home) -> String {
    let mut said = String::new();
    for file in [
        home.start_log(),
        home.log().join("start.log"),
        home.log().join("server.log"),
        home.log().join("server.csv"),
    ] {
        match std::fs::read(&file) {
            Ok(bytes) => {
                let text = String::from_utf8_lossy(&bytes);
                let lines: Vec<&str> = text.lines().filter(|l| !l.is_empty()).collect();
                said.push_str(&lines[lines.len().saturating_sub(8)..].join("; "));
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => said.push_str(&format!("({} cannot be read: {e})", file.display())),
        }
    }
    if said.is_empty() {
        "nothing".to_owned()
    } else {
        said
    }
}
