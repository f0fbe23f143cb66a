//! From a dump to a restored database that is proved to be alone.

use serde::Serialize;

use crate::digest::Digest;

/// How grave a server error during the restore is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gravity {
    Benign,
    /// The restored database is not the dumped one.
    Fidelity,
    Serious,
}

/// Equal server errors, counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    pub sqlstate: String,
    /// The kind of statement, for example `GRANT` or `COPY`; never its text.
    pub statement: String,
    /// What it is about in words that hold no row data, for example `role "directus" does not exist`'s `directus`.
    pub subject: String,
    /// The class, for example `missing-role`.
    pub class: &'static str,
    pub gravity: Gravity,
    pub count: u64,
}

/// What was recorded of the restore.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RestoreFacts {
    pub server_version: String,
    pub system_identifier: u64,
    /// For example `psql 15.18`.
    pub tool: String,
    pub database: String,
    /// Of the bytes that the restore tool was given, read from the dump's file again.
    pub read_back: Digest,
    /// Roles created without login before the restore.
    pub roles_created: Vec<String>,
    pub notices: Vec<Notice>,
    /// Things worth knowing, for example a restore tool older than a security fix.
    pub remarks: Vec<String>,
}

/// Rows of one relation as dumped and as restored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RelationRows {
    pub schema: String,
    pub name: String,
    pub dumped: u64,
    pub restored: Counted,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "counted", content = "value")]
pub enum Counted {
    Rows(u64),
    /// The relation is not in the restored database.
    Missing,
    /// SQLSTATE of the failed count.
    Failed(String),
}
