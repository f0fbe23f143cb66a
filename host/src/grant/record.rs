//! The grants file as it is edited: what the operator wrote around the grants stays as it is.
//!
//! Comments, the order of keys, and how values are laid out survive. New grants stand in the order of their checks'
//! names, each under one line that says what the check is, so that the diff of a review reads by itself.

mod replace;
mod stanza;

use std::path::{Path, PathBuf};

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table};

use super::file::{Grant, Grants, GrantsError};

pub use replace::ReplaceError;

/// What a grants file starts with that did not exist before.
const NEW: &str = "# What each check may do. Written by `vhost grants approve`; a diff of this file is a security review.\nversion = 1\n";

/// A grants file that is being edited. Nothing is on disk before [`Record::write`].
pub struct Record {
    path: PathBuf,
    /// The text on disk; `None` where there is no file yet.
    found: Option<String>,
    document: DocumentMut,
    grants: Grants,
}

/// Why a grants file was not written. It is as it was.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error(transparent)]
    Grants(#[from] GrantsError),
    #[error(
        "{}: its grants are not written as [[grant]] tables: write each under a line `[[grant]]` of its own",
        path.display()
    )]
    NoTables { path: PathBuf },
    #[error(transparent)]
    Replace(#[from] ReplaceError),
}

impl Record {
    /// Reads the file; where there is none, one is begun.
    pub fn open(path: &Path) -> Result<Self, RecordError> {
        let found = super::file::text(path)?;
        let text = found.as_deref().unwrap_or(NEW);
        let grants = Grants::parse(path, text)?;
        let no_tables = || RecordError::NoTables {
            path: path.to_owned(),
        };
        // What the reader of grants accepts is TOML, so this does not fail.
        let mut document: DocumentMut = text.parse().map_err(|_| no_tables())?;
        let tables = document
            .entry("grant")
            .or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
        if tables.as_array_of_tables().is_none() {
            return Err(no_tables());
        }
        Ok(Self {
            path: path.to_owned(),
            found,
            document,
            grants,
        })
    }

    /// The grants as they stand on disk.
    pub fn grants(&self) -> &Grants {
        &self.grants
    }

    /// Writes a grant into its stanza, or into a new one in the order of names. `summary` is the author's own line, made
    /// harmless for whoever reads the file.
    pub fn put(&mut self, grant: &Grant, summary: &str) {
        let Some(tables) = self.tables() else {
            return;
        };
        let headline = stanza::headline(grant, summary);
        match place(tables, &grant.check) {
            Some(at) => {
                if let Some(table) = tables.get_mut(at) {
                    stanza::update(table, grant);
                    stanza::head(table, &grant.check, &headline);
                }
            }
            None => {
                let name =
                    |table: &Table| table.get("check").and_then(Item::as_str).map(str::to_owned);
                let after = |table: &Table| name(table).is_some_and(|name| name > grant.check);
                let at = tables.iter().position(after).unwrap_or(tables.len());
                let mut table = Table::new();
                stanza::update(&mut table, grant);
                // What stands above the first stanza and apart from it speaks of the file.
                let above = match tables.get_mut(at) {
                    Some(next) if at == 0 => stanza::take_apart(next),
                    _ => String::new(),
                };
                table.decor_mut().set_prefix(format!("{above}\n"));
                stanza::head(&mut table, &grant.check, &headline);
                tables.insert(at, table);
            }
        }
    }

    /// Takes a check's stanza out, with the comment on it; false where there is none.
    pub fn remove(&mut self, check: &str) -> bool {
        let Some(tables) = self.tables() else {
            return false;
        };
        let Some(at) = place(tables, check) else {
            return false;
        };
        let mut removed = tables.remove(at);
        let kept = stanza::take_apart(&mut removed);
        match tables.get_mut(at) {
            _ if kept.is_empty() => {}
            Some(next) => stanza::put_apart(next, &kept),
            None => {
                let trailing = self.document.trailing().as_str().unwrap_or_default();
                let trailing = format!("{kept}{trailing}");
                self.document.set_trailing(trailing);
            }
        }
        true
    }

    /// Replaces the file as a whole, or leaves it as it was; its mode is kept.
    pub fn write(&self) -> Result<(), RecordError> {
        let text = self.document.to_string();
        // Whatever was done to it, the next reader must be able to read it.
        Grants::parse(&self.path, &text)?;
        replace::replace(&self.path, self.found.as_deref(), &text)?;
        Ok(())
    }

    fn tables(&mut self) -> Option<&mut ArrayOfTables> {
        self.document.get_mut("grant")?.as_array_of_tables_mut()
    }
}

/// The stanza of one grant, as [`Record::put`] writes it into a new file.
pub fn stanza_of(grant: &Grant, summary: &str) -> String {
    let mut table = Table::new();
    stanza::update(&mut table, grant);
    stanza::head(&mut table, &grant.check, &stanza::headline(grant, summary));
    let mut tables = ArrayOfTables::new();
    tables.push(table);
    let mut document = DocumentMut::new();
    document.insert("grant", Item::ArrayOfTables(tables));
    document.to_string().trim_start().to_owned()
}

fn place(tables: &ArrayOfTables, check: &str) -> Option<usize> {
    let named = |table: &Table| table.get("check").and_then(Item::as_str) == Some(check);
    tables.iter().position(named)
}

#[cfg(test)]
mod tests;
