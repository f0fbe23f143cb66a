//! The source room against real Postgres servers.

mod broken_off;
mod dumping;
mod encryption;
mod in_image;
mod reading;
mod structure;

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use vhost::event::Events;
use vhost::source::{Ambient, DumpAs, Dumping, Growing, Secret, Source, SourceError, Tap, Target};

use crate::server::{self, Server, program};

/// A password that needs escaping everywhere, and that must show nowhere.
const CANARY: &str = r#"c4n:ary\pw "é"#;

fn ambient() -> Ambient {
    Ambient {
        service_files: Vec::new(),
        passfile: None,
        home: None,
        user: Some("nobody".into()),
        socket_dirs: Vec::new(),
        system_roots: Vec::new,
    }
}

fn target(conninfo: &str) -> Target {
    Target::locate(conninfo, None, &ambient()).unwrap()
}

fn canary() -> Option<Secret> {
    Some(Secret::from_variable("CANARY", CANARY.to_owned()).unwrap())
}

async fn open(conninfo: &str) -> Result<Source, SourceError> {
    Source::open(target(conninfo), canary()).await
}

/// A role that can read all and write nothing, and a table of some megabytes.
fn with_reader(server: &server::Server) {
    server.sql(
        "postgres",
        &format!(
            "CREATE ROLE reader LOGIN PASSWORD '{CANARY}'; GRANT pg_read_all_data TO reader; \
             CREATE TABLE bulk AS SELECT g, repeat('row ', 20) AS filler FROM generate_series(1, 40000) g"
        ),
    );
}

/// An error with all its causes, as a terminal would show it, and as a debugger would.
fn shown(error: &dyn std::error::Error) -> String {
    let mut text = format!("{error} {error:?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(" {error} {error:?}"));
        cause = error.source();
    }
    text
}

/// A tap that keeps what it saw.
fn keeping() -> (Arc<Mutex<Vec<u8>>>, vhost::source::Tap) {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let into = Arc::clone(&kept);
    (
        kept,
        Box::new(move |piece| into.lock().unwrap().extend_from_slice(piece)),
    )
}

fn pg_dump() -> vhost::source::PgDump {
    vhost::source::PgDump {
        program: vhost::source::Program::Host(program("pg_dump")),
        version: vhost::source::Version {
            major: 15,
            minor: 0,
        },
        note: None,
    }
}

async fn start(
    source: &Source,
    path: &Path,
    tap: Tap,
    stop: &CancellationToken,
) -> (Growing, Dumping) {
    source
        .start_dump(
            &pg_dump(),
            DumpAs::Plain,
            vhost::plan::DumpOf::Contents,
            path,
            Some(tap),
            stop.clone(),
            Events::silent(),
        )
        .await
        .unwrap()
}

/// A tap that stops at the first piece until the sender is dropped, so that pg_dump waits in the middle.
fn pausing() -> (mpsc::Sender<()>, Tap) {
    let (go, wait) = mpsc::channel::<()>();
    (
        go,
        Box::new(move |_| {
            let _ = wait.recv();
        }),
    )
}

fn children_named_pg_dump() -> Vec<u32> {
    let me = std::process::id();
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse::<u32>() else {
            continue;
        };
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        if status.starts_with("Name:\tpg_dump\n") && status.contains(&format!("\nPPid:\t{me}\n")) {
            found.push(pid);
        }
    }
    found
}

/// The pg_dump that takes the dump of this server: its environment names the socket.
fn the_pg_dump(server: &Server) -> u32 {
    let dir = server.socket_dir().to_str().unwrap().to_owned();
    for _ in 0..200 {
        for pid in children_named_pg_dump() {
            let environ = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            if String::from_utf8_lossy(&environ).contains(&dir) {
                return pid;
            }
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("no pg_dump runs");
}
