//! What a new check may be called.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use vhost::plan::name::{LABEL, is_label};

/// Rust's keywords, reserved ones included, in every edition (The Rust Reference, "Keywords").
const KEYWORDS: [&str; 51] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];
/// Crates that every Rust brings along.
const BUILT_IN: [&str; 5] = ["alloc", "core", "proc-macro", "std", "test"];

/// What every check's name must be: plan, grants and database role are made with it.
pub fn fits(name: &str) -> Result<()> {
    match is_label(name) {
        true => Ok(()),
        false => bail!("`{name}` cannot name a check: write {LABEL}, such as paid-orders"),
    }
}

/// What a crate's name must be besides. `packages` are those it is built together with.
pub fn fits_cargo(name: &str, packages: &BTreeSet<String>) -> Result<()> {
    let what = if KEYWORDS.contains(&name) {
        "it is a keyword of Rust"
    } else if BUILT_IN.contains(&name) {
        "Rust has a crate of that name"
    } else if packages.contains(name) {
        "it is built together with a crate of that name"
    } else {
        return Ok(());
    };
    bail!(
        "`{name}` cannot name a check in Rust, because {what}: take another, such as {name}-check"
    )
}
