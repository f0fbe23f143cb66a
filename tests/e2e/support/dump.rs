//! Dumps that somebody took before the drill.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::server;
use super::{Database, Desk};

/// A shop that no test changes, with enough random text for its rows to be most of a dump.
pub fn dumped() -> &'static Database {
    static DUMPED: OnceLock<Database> = OnceLock::new();
    DUMPED.get_or_init(|| {
        Database::changed(
            "SELECT setseed(0.5);
             CREATE TABLE shop.bulk AS SELECT n, md5(random()::text) AS filler FROM generate_series(1, 2000) n",
        )
    })
}

/// Dumps the database in one of pg_dump's formats, or as `gz` or `zst`, and says where the dump lies.
pub fn take(desk: &Desk, database: &Database, format: &str, more: &[&str]) -> PathBuf {
    let path = desk.path(&format!("given.{format}"));
    let as_pg_dump_says = match format {
        "gz" | "zst" => "plain",
        format => format,
    };
    let mut command = Command::new(server::program("pg_dump"));
    command
        .env_clear()
        .arg(format!("--format={as_pg_dump_says}"))
        .arg("--dbname")
        .arg(database.conninfo())
        .args(more);
    if format == "gz" {
        command.arg("--compress=6");
    }
    assert!(command.arg("--file").arg(&path).status().unwrap().success());
    if format == "zst" {
        let text = std::fs::read(&path).unwrap();
        std::fs::write(&path, zstd::encode_all(&text[..], 3).unwrap()).unwrap();
    }
    path
}

/// The largest file of a directory: of a dump, the one with the most rows.
pub fn largest(directory: &Path) -> PathBuf {
    let files = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap());
    let largest = files.max_by_key(|entry| entry.metadata().unwrap().len());
    largest.unwrap().path()
}
