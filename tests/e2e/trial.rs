//! `vhost try`: what it takes, what it tells, how it watches, and that nothing of it is left.

mod granted;
mod on;
mod removed;
mod watched;

use std::path::PathBuf;

use serde_json::Value;

use crate::schema::violation;
use crate::support::{Desk, Outcome, component, workspace};

/// A file of SQL with the table that `relation-empty` is told to look at.
pub const SQL: &str = "-- A shop.
CREATE SCHEMA shop;

CREATE TABLE shop.alias (
    alias_id text PRIMARY KEY,
    note text
);
";
/// A row that must not be there.
pub const ROW: &str = "INSERT INTO shop.alias VALUES ('a', 'canary-note');\n";
pub const SETTINGS: &str = "relations = [\"shop.alias\"]\n";

/// A desk with a copy of `relation-empty`, its settings, and the file of SQL.
pub fn desk(sql: &str) -> (Desk, PathBuf) {
    let desk = Desk::new();
    let check = desk.path("relation-empty.wasm");
    std::fs::copy(component("relation-empty"), &check).unwrap();
    desk.write("settings.toml", SETTINGS);
    desk.write("shop.sql", sql);
    (desk, check)
}

/// What `vhost try` is called with, for the check of this desk.
pub fn args<'a>(on: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let first = [
        "try",
        "relation-empty.wasm",
        "--on",
        on,
        "--base",
        "sandboxes",
    ];
    [&first, more].concat()
}

/// Tries the check once; nothing is left.
pub fn tried(desk: &Desk, on: &str, more: &[&str]) -> Outcome {
    let outcome = desk.wait_for(desk.vhost(&args(on, more)));
    assert!(outcome.left.is_empty(), "{outcome:#?}");
    assert!(desk.partial().is_empty(), "{outcome:#?}");
    outcome
}

/// The same, as the first check of the JSON.
pub fn as_json(desk: &Desk, on: &str, more: &[&str]) -> (Option<i32>, Value) {
    let outcome = tried(desk, on, &[&["--json"], more].concat());
    let line: Value = serde_json::from_str(&outcome.stdout)
        .unwrap_or_else(|error| panic!("{error}: {outcome:#?}"));
    let schema = workspace().join("host/src/bin/vhost/trial/try.schema.json");
    let schema: Value = serde_json::from_slice(&std::fs::read(schema).unwrap()).unwrap();
    assert_eq!(violation(&schema, &schema, &line, "$"), None);
    (outcome.code, line["checks"][0].clone())
}
