//! `vhost diff`: two manifests, side by side.

mod json;
mod text;

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use vhost::reference::Reference;
use vhost_dump::manifest::{Access, Change, Compare, Difference, Rows, differences};

use crate::args::Diff;
use crate::fault;

/// The exit status where something differs.
const DIFFERENT: u8 = 1;

pub fn main(asked: &Diff) -> ExitCode {
    match diff(asked) {
        Ok(Answer::Same) => ExitCode::SUCCESS,
        Ok(Answer::Different) => ExitCode::from(DIFFERENT),
        Err(error) => fault::refuse(&error),
    }
}

enum Answer {
    Same,
    /// Or not all of it can be compared.
    Different,
}

/// Prints what differs.
fn diff(asked: &Diff) -> Result<Answer> {
    let (one, other) = (Reference::read(&asked.one)?, Reference::read(&asked.other)?);
    let compare = Compare {
        access: Access::Compared,
        rows: Rows::Compared,
    };
    let mut found = differences(&one.manifest, &other.manifest, compare);
    if let (Some(one), Some(other)) = (&one.catalogue, &other.catalogue) {
        // No dump says of which version an extension is, so no definition differs by it.
        found.extend(one.other_versions(other).map(|(name, _, _)| Difference {
            kind: "EXTENSION".to_owned(),
            schema: String::new(),
            name: name.to_owned(),
            change: Change::DefinitionDiffers,
        }));
        found.sort();
    }
    let otherwise = one.manifest.form.written_otherwise(&other.manifest.form);
    let shown = match asked.json {
        true => json::render(&one, &other, otherwise, &found)?,
        false => text::render(asked, otherwise, &found),
    };
    let mut stdout = std::io::stdout();
    stdout.write_all(shown.as_bytes()).context("cannot print")?;
    Ok(match found.is_empty() && otherwise.is_none() {
        true => Answer::Same,
        false => Answer::Different,
    })
}

/// Which of three lists a difference stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Missing,
    Unexpected,
    Changed,
}

impl Sort {
    const ALL: [Sort; 3] = [Sort::Missing, Sort::Unexpected, Sort::Changed];

    fn of(change: &Change) -> Self {
        match change {
            Change::Missing => Sort::Missing,
            Change::Unexpected => Sort::Unexpected,
            Change::DefinitionDiffers
            | Change::OwnerDiffers { .. }
            | Change::ColumnsDiffer { .. }
            | Change::RowsDiffer { .. }
            | Change::ContentDiffers
            | Change::ValueDiffers { .. }
            | Change::CalledDiffers { .. }
            | Change::BytesDiffer { .. } => Sort::Changed,
        }
    }
}
