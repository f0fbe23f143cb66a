//! The manifest of a check: what its author says that it is, and asks for.
//!
//! ```toml
//! manifest = 1
//! name = "row-matrix"                            # the component's file stem, with `_` as `-`
//! version = "0.1.0"
//! summary = "Holds row counts against the plan's" # one line
//! interfaces = ["query", "settings", "log"]      # of vhost:check@0.1.0; exactly those that the component imports
//! report = "counts"                              # or "values"; "counts" if absent
//! read = ["app.orders", "public.units(id)"]      # or "configured": the operator says which at approval
//! settings = "settings.schema.json"              # beside it: the JSON Schema of its settings; none if absent
//! artefacts = ["exports"]                        # directories that the plan names; none if absent
//!
//! [limits]                                       # all optional, see `Limits`
//! memory = "64MiB"
//! ```
//!
//! A component holds it in the canonical form that [`Asked::canonical`] writes, and in no other.

mod text;

pub(super) use text::{artefacts, scopes, twice};

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use semver::Version;

use super::file::GRANTABLE;
use super::level::ReportLevel;
use super::regular;
use super::scope::Scope;
use super::settings::{NotASchema, SettingsSchema};
use crate::plan::limits::{LimitKey, Limits};
use crate::plan::line::toml_string;
use crate::plan::place;

/// The version of the format that this reads and writes.
const MANIFEST: i64 = 1;
/// Characters of a summary.
pub const LONGEST_SUMMARY: usize = 200;
/// What stands in `read` of a general check.
const CONFIGURED: &str = "configured";

/// What a check asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub name: String,
    pub version: Version,
    /// One line of at most [`LONGEST_SUMMARY`] characters, all of them visible, with no two blanks in a row. The
    /// author's words.
    pub summary: String,
    /// As a grant writes them, for example `vhost:check/query@0.1.0`, in the order of [`GRANTABLE`].
    pub interfaces: Vec<String>,
    pub report: ReportLevel,
    pub read: AskedRead,
    pub artefacts: Vec<String>,
    /// What its settings may be, where its author says so.
    pub settings: Option<SettingsSchema>,
    pub limits: Limits,
}

/// Which relations a check asks to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskedRead {
    /// A general check: its settings name the relations, and the operator says at approval which they may be.
    Configured,
    Scopes(Vec<Scope>),
}

/// Why a `check.toml` says nothing.
#[derive(Debug, thiserror::Error)]
pub enum AskedError {
    #[error("{}: the check's manifest cannot be read: name a check.toml that you can read", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{}: the schema of the check's settings cannot be read: name a file that you can read as `settings` in its check.toml", path.display())]
    ReadSettings {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{}: no schema for a check's settings: {why}", path.display())]
    Settings { path: PathBuf, why: NotASchema },
    #[error("{}:{line}: {what}", path.display())]
    Line {
        path: PathBuf,
        /// From 1.
        line: usize,
        /// What is wrong and what to do about it.
        what: String,
    },
}

/// Why the bytes of a section are no manifest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCanonical {
    #[error("it is not UTF-8")]
    NotText,
    #[error("line {line}: {what}")]
    Line { line: usize, what: String },
    #[error("it is not in the one form that `vhost bundle` writes")]
    OtherForm,
}

impl Asked {
    /// Reads a check's `check.toml`, and the schema of its settings from the file beside it that it names.
    pub fn read(path: &Path) -> Result<Self, AskedError> {
        let text = regular::read(path).map_err(|source| AskedError::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(path, &text)
    }

    /// Reads a `check.toml`'s text, which lies at `path`.
    pub fn parse(path: &Path, text: &str) -> Result<Self, AskedError> {
        let read = text::read(text).map_err(|(place, what)| AskedError::Line {
            path: path.to_owned(),
            line: place::line(text, &place),
            what,
        })?;
        let mut asked = read.asked;
        if let Some(file) = read.settings {
            asked.settings = Some(settings(&path.with_file_name(file))?);
        }
        Ok(asked)
    }

    /// Reads a section's bytes, which must be what [`Asked::canonical`] gives.
    pub fn from_section(bytes: &[u8]) -> Result<Self, NotCanonical> {
        let text = std::str::from_utf8(bytes).map_err(|_| NotCanonical::NotText)?;
        let asked = text::read(text)
            .map_err(|(place, what)| NotCanonical::Line {
                line: place::line(text, &place),
                what,
            })?
            .asked;
        // Otherwise a comment or a second spelling could tell a reader of the bytes something else.
        match asked.canonical() == text {
            true => Ok(asked),
            false => Err(NotCanonical::OtherForm),
        }
    }

    /// The one text that says this: every key in a fixed order, every limit written out.
    pub fn canonical(&self) -> String {
        let list = |items: &mut dyn Iterator<Item = String>| {
            let items: Vec<String> = items.map(|item| toml_string(&item)).collect();
            format!("[{}]", items.join(", "))
        };
        let short = self.interfaces.iter().map(|long| short(long).to_owned());
        let read = match &self.read {
            AskedRead::Configured => toml_string(CONFIGURED),
            AskedRead::Scopes(scopes) => list(&mut scopes.iter().map(Scope::to_string)),
        };
        let mut text = format!(
            "manifest = {MANIFEST}\nname = {}\nversion = {}\nsummary = {}\ninterfaces = {}\nreport = \"{}\"\nread = {read}\nartefacts = {}\n\n[limits]\n",
            toml_string(&self.name),
            toml_string(&self.version.to_string()),
            toml_string(&self.summary),
            list(&mut short.into_iter()),
            self.report,
            list(&mut self.artefacts.iter().cloned()),
        );
        if let Some(schema) = &self.settings {
            let limits = text.len() - "\n[limits]\n".len();
            let line = format!("settings_schema = {}\n", toml_string(schema.text()));
            text.insert_str(limits, &line);
        }
        for key in LimitKey::ALL {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{key} = {}", key.written(self.limits.get(key)));
        }
        text
    }
}

/// Reads the schema of a check's settings from its file.
fn settings(path: &Path) -> Result<SettingsSchema, AskedError> {
    let text = regular::read(path).map_err(|source| AskedError::ReadSettings {
        path: path.to_owned(),
        source,
    })?;
    SettingsSchema::parse(&text).map_err(|why| AskedError::Settings {
        path: path.to_owned(),
        why,
    })
}

/// The name of a grantable interface without its package and version.
pub(super) fn short(interface: &str) -> &str {
    interface
        .strip_prefix("vhost:check/")
        .and_then(|rest| rest.split('@').next())
        .unwrap_or(interface)
}

/// The interface that a manifest's short name means.
fn long(short_name: &str) -> Option<&'static str> {
    GRANTABLE
        .into_iter()
        .find(|interface| short(interface) == short_name)
}

#[cfg(test)]
mod tests;
