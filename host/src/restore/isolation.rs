//! Proof that a sandbox is alone, by inspection and by trying.
//!
//! It is taken before the first byte of a dump is restored: a dump can carry code that runs as superuser.

use std::path::Path;

use tokio_postgres::Client;

use crate::plan::Wall;
use crate::sandbox::{Holds, Login, Sandbox, SandboxError, WallSeen};

/// A running sandbox whose walls were found to stand. Only [`prove`] makes one.
pub struct Isolated<'s> {
    sandbox: &'s Sandbox,
    system_identifier: u64,
}

impl<'s> Isolated<'s> {
    pub fn sandbox(&self) -> &'s Sandbox {
        self.sandbox
    }

    pub fn system_identifier(&self) -> u64 {
        self.system_identifier
    }
}

/// What was seen of the walls, and the proof where all of them hold or are accepted.
pub struct Proved<'s> {
    pub walls: Vec<WallSeen>,
    pub isolated: Option<Isolated<'s>>,
}

#[derive(Debug, thiserror::Error)]
pub enum IsolationError {
    #[error("cannot inspect the sandbox")]
    Inspect(#[source] SandboxError),
    #[error("cannot connect to the sandbox")]
    Connect(#[source] tokio_postgres::Error),
    #[error("cannot look out of the sandbox from inside")]
    Try(#[source] tokio_postgres::Error),
    #[error("cannot read the sandbox's system identifier")]
    Identifier(#[source] tokio_postgres::Error),
}

/// What a shell inside sees: its privileges, its mounts, network interfaces and routes.
const STATUS: &str = "cat /proc/self/status";
const MOUNTS: &str = "cat /proc/self/mountinfo";
const INTERFACES: &str = "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '";
const ROUTES: &str = "tail -n +2 /proc/net/route";

/// Inspects the sandbox and tries its walls as a superuser inside could.
///
/// `host_paths` are paths that exist on the host and hold what no sandbox may see. `source` is the source's system
/// identifier where it is known.
pub async fn prove<'s>(
    sandbox: &'s Sandbox,
    host_paths: &[&Path],
    source: Option<u64>,
    accepted: &[Wall],
) -> Result<Proved<'s>, IsolationError> {
    let mut walls = sandbox.inspect().await.map_err(IsolationError::Inspect)?;
    let (client, connection) = sandbox
        .config("postgres", Login::Host)
        .connect(tokio_postgres::NoTls)
        .await
        .map_err(IsolationError::Connect)?;
    let connection = tokio::spawn(connection);
    walls.extend(privileges(&client).await?);
    walls.push(root(&client).await?);
    walls.push(network(&client).await?);
    walls.push(files(&client, host_paths).await?);
    let row = client
        .query_one(
            "SELECT system_identifier FROM pg_catalog.pg_control_system()",
            &[],
        )
        .await
        .map_err(IsolationError::Identifier)?;
    let system_identifier = row.get::<_, i64>(0).cast_unsigned();
    drop(client);
    // The connection ends with its client; its result says nothing more.
    let _ = connection.await;
    walls.push(cluster(system_identifier, source));
    let stands = walls
        .iter()
        .all(|seen| seen.holds == Holds::Yes || accepted.contains(&seen.wall));
    let isolated = stands.then_some(Isolated {
        sandbox,
        system_identifier,
    });
    Ok(Proved { walls, isolated })
}

fn cluster(restored: u64, source: Option<u64>) -> WallSeen {
    let (holds, seen) = match source {
        Some(source) if source == restored => (
            Holds::No,
            format!("system identifier {restored} is the source's own"),
        ),
        Some(source) => (
            Holds::Yes,
            format!("system identifier {restored} ≠ source {source}"),
        ),
        None => (
            Holds::Yes,
            format!(
                "system identifier {restored}, made by this drill's own initdb; the source's is not known"
            ),
        ),
    };
    WallSeen {
        wall: Wall::OwnCluster,
        holds,
        seen,
    }
}

/// What the server's own processes may do (proc(5)): an engine's answer only repeats what it was asked for.
async fn privileges(client: &Client) -> Result<[WallSeen; 2], IsolationError> {
    let status = shell(client, STATUS).await?;
    let value = |name: &str| {
        let line = status.iter().find_map(|line| line.strip_prefix(name));
        line.and_then(|rest| rest.strip_prefix(':')).map(str::trim)
    };
    let sets = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"].map(|set| (set, value(set)));
    // A set that is not told is not empty.
    let empty = |value: Option<&str>| value.is_some_and(|v| v.bytes().all(|digit| digit == b'0'));
    let told = |value: Option<&str>| value.unwrap_or("not told").to_owned();
    let held: Vec<String> = sets
        .iter()
        .filter(|(_, value)| !empty(*value))
        .map(|(set, value)| format!("{set} {}", told(*value)))
        .collect();
    let gain = value("NoNewPrivs");
    Ok([
        tried(
            Wall::NoCapabilities,
            held.is_empty(),
            match held.as_slice() {
                [] => "all five capability sets are empty".to_owned(),
                some => some.join(", "),
            },
        ),
        tried(
            Wall::NoNewPrivileges,
            gain == Some("1"),
            format!("NoNewPrivs {}", told(gain)),
        ),
    ])
}

/// How the root directory is mounted (proc(5), mountinfo): the server's user may not write there in any case.
async fn root(client: &Client) -> Result<WallSeen, IsolationError> {
    let mounts = shell(client, MOUNTS).await?;
    let roots: Vec<&str> = mounts
        .iter()
        .filter_map(|line| {
            let mut fields = line.split(' ').skip(4);
            (fields.next() == Some("/")).then(|| fields.next().unwrap_or("without options"))
        })
        .collect();
    let read_only = |options: &&str| options.split(',').any(|option| option == "ro");
    Ok(tried(
        Wall::ReadOnlyRoot,
        !roots.is_empty() && roots.iter().all(read_only),
        format!("mounted at /: {}", roots.join("; ")),
    ))
}

fn tried(wall: Wall, holds: bool, seen: String) -> WallSeen {
    WallSeen {
        wall,
        holds: if holds { Holds::Yes } else { Holds::No },
        seen: format!("tried from inside (COPY FROM PROGRAM): {seen}"),
    }
}

async fn network(client: &Client) -> Result<WallSeen, IsolationError> {
    let interfaces = shell(client, INTERFACES).await?;
    let routes = shell(client, ROUTES).await?;
    let alone = interfaces.iter().all(|name| name == "lo") && routes.is_empty();
    Ok(tried(
        Wall::NoNetwork,
        alone,
        format!(
            "interfaces {}, {} routes",
            if interfaces.is_empty() {
                "none".to_owned()
            } else {
                interfaces.join(" ")
            },
            routes.len()
        ),
    ))
}

async fn files(client: &Client, host_paths: &[&Path]) -> Result<WallSeen, IsolationError> {
    let mut visible = 0;
    for path in host_paths {
        let quoted = path.to_string_lossy().replace('\'', r"'\''");
        let found = shell(
            client,
            &format!("if test -e '{quoted}'; then echo visible; fi"),
        )
        .await?;
        visible += found.len();
    }
    Ok(tried(
        Wall::OnlyOwnMounts,
        visible == 0,
        format!(
            "{visible} of {} private paths of the host visible",
            host_paths.len()
        ),
    ))
}

/// Runs a program as the sandbox's server, the way a hostile dump would.
async fn shell(client: &Client, command: &str) -> Result<Vec<String>, IsolationError> {
    let command = command.replace('\'', "''");
    client
        .batch_execute(&format!(
            "DROP TABLE IF EXISTS pg_temp.seen; CREATE TEMP TABLE seen (line text);
             COPY pg_temp.seen FROM PROGRAM '{command}' (FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02');"
        ))
        .await
        .map_err(IsolationError::Try)?;
    let rows = client
        .query("SELECT line FROM pg_temp.seen", &[])
        .await
        .map_err(IsolationError::Try)?;
    Ok(rows
        .iter()
        .filter_map(|row| row.get::<_, Option<String>>(0))
        .filter(|line| !line.is_empty())
        .collect())
}
