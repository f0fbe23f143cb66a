//! The source room against real Postgres servers.

#[path = "support/server.rs"]
mod server;

mod source {
    mod dumping;
    mod encryption;
    mod in_image;
    mod reading;
    mod structure;
}

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use vhost::source::{Ambient, Secret, Source, SourceError, Target};

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
        program: vhost::source::Program::Host(PathBuf::from(server::BIN).join("pg_dump")),
        version: vhost::source::Version {
            major: 15,
            minor: 0,
        },
        note: None,
    }
}
