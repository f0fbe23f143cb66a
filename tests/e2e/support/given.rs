//! Plain dumps that no pg_dump wrote.

use std::path::PathBuf;

use super::Desk;

/// A file with these statements between what pg_dump writes first and last.
pub fn plain(desk: &Desk, sql: &str) -> PathBuf {
    of_version(desk, "15.18", sql)
}

/// The same, from a server of another version.
pub fn of_version(desk: &Desk, version: &str, sql: &str) -> PathBuf {
    desk.write(
        "given.sql",
        format!(
            "--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version {version}\n\
             -- Dumped by pg_dump version {version}\n\n{sql}\n\n\
             --\n-- PostgreSQL database dump complete\n--\n\n"
        ),
    )
}
