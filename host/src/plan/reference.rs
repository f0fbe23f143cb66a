//! What the dump is held against besides itself: the plan's `[reference]`.

use std::path::PathBuf;

use serde::Deserialize;

use crate::plan::tolerance::Tolerances;

/// An earlier manifest, and how far from it the dump may be.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReferencePlan {
    /// A manifest, or the directory of a run that has one; otherwise that of the plan's last accepted run.
    pub manifest: Option<PathBuf>,
    /// pg_dump's words for kinds of objects, for example `COMMENT`, whose changes are told and do not fail.
    pub allow: Vec<String>,
    pub rows: Tolerances,
}

impl ReferencePlan {
    /// Refuses a kind that pg_dump has no word for: all of its words are in capitals.
    pub(super) fn validate(&self) -> Result<(), String> {
        let word = |kind: &&String| {
            let written = |c: char| c.is_ascii_uppercase() || c == ' ';
            kind.is_empty() || !kind.chars().all(written) || kind.trim() != kind.as_str()
        };
        match self.allow.iter().find(word) {
            None => Ok(()),
            Some(kind) => Err(format!(
                "[reference] `allow`: `{kind}` is no kind of object: write pg_dump's own word, in capitals, for example \"COMMENT\""
            )),
        }
    }
}
