//! `vhost inspect`: what a component is, imports and asks for, without running it.

pub mod json;
pub mod text;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use vhost::grant::component::{self, ComponentError, Outline};
use vhost::grant::{Asked, Component, Import, ImportKind, ManifestFault};
use vhost_dump::digest::Sha256;

use crate::args::Inspect;
use crate::fault;

/// A component as its bytes say that it is.
pub struct Inspected {
    pub file: PathBuf,
    /// None where no plan could write the file's name.
    pub name: Option<String>,
    sha256: Sha256,
    pub bytes: usize,
    world: Option<String>,
    imports: Vec<Import>,
    /// What its manifest says, also where that is another component's.
    pub asked: Option<Asked>,
    /// Why its manifest cannot be relied on.
    pub fault: Option<ManifestFault>,
}

pub fn main(asked: &Inspect) -> ExitCode {
    let shown = inspect(&asked.component)
        .map_err(Into::into)
        .and_then(|inspected| match asked.json {
            true => json::render(&inspected),
            false => Ok(text::render(&inspected)),
        });
    let written = shown.and_then(|text| {
        let mut stdout = std::io::stdout();
        stdout.write_all(text.as_bytes()).context("cannot print")
    });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fault::refuse(&error),
    }
}

/// Reads a component without running it.
pub fn inspect(file: &Path) -> Result<Inspected, ComponentError> {
    let file = file.to_owned();
    let bytes = component::bytes(&file)?;
    let outline = Outline::of(&bytes).map_err(|error| ComponentError::not_a_check(&file, error))?;
    let long = bytes.len();
    let read = outline.asked.clone();
    let name = component::name(&file);
    // The manifest of a file that cannot have a check's name is shown as it is.
    let called = name
        .clone()
        .or(read.as_ref().ok().map(|asked| asked.name.clone()));
    let component = Component::new(called.unwrap_or_default(), bytes, outline);
    Ok(Inspected {
        file,
        name,
        sha256: component.sha256,
        bytes: long,
        world: component.world,
        imports: component.imports,
        asked: read.ok(),
        fault: component.asked.err(),
    })
}

impl Inspected {
    fn imports_of(&self, kind: ImportKind) -> Vec<&str> {
        let of_kind = self.imports.iter().filter(|import| import.kind == kind);
        of_kind.map(|import| import.interface.as_str()).collect()
    }
}
