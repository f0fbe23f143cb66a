//! `vhost new`: a check to start from, which builds and has a passing test at once.

mod carried;
mod folder;
mod name;
mod rust;
mod toolchain;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::args::{Language, New};
use crate::fault;
use folder::NewFile;
use rust::Place;

pub fn main(asked: &New) -> ExitCode {
    match make(asked) {
        Ok(text) => {
            // Standard output may be closed; the folder is there all the same.
            let _ = std::io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(error) => fault::refuse(&error),
    }
}

/// Makes the folder, whole or not at all; the text says what to do with it.
fn make(asked: &New) -> Result<String> {
    let parent = &asked.parent;
    name::fits(&asked.name)?;
    if !parent.is_dir() {
        bail!(
            "{} is no directory: make it first, or name another with --in",
            parent.display()
        );
    }
    let folder = parent.join(&asked.name);
    folder::absent(&folder)?;
    let place = Place::of(parent);
    match (asked.lang, &place) {
        (Language::Rust, _) => name::fits_cargo(&asked.name, &rust::packages(&place)?)?,
        // Cargo builds nothing of a workspace in which a member lacks its manifest.
        (_, Place::Clone { .. }) => bail!(
            "{} is a directory of crates, in which cargo takes every folder for one: make it elsewhere, with --in DIR",
            parent.display()
        ),
        (_, Place::Alone) => {}
    }
    toolchain::present(asked.lang, parent)?;
    let mut files = carried::template(template(asked.lang), &asked.name);
    match asked.lang {
        Language::Rust => rust::complete(&mut files, &place),
        Language::Python => with_module(&mut files, "python"),
        Language::Javascript | Language::Typescript => with_module(&mut files, "javascript"),
    }
    folder::make(parent, &folder, &files)?;
    Ok(next(&folder, &asked.name, asked.lang, &place))
}

/// Adds the language's module with the script that builds, and the boundary. A file of the template goes over one of the
/// module.
fn with_module(files: &mut Vec<NewFile>, language: &str) {
    let mut module = carried::as_new(&format!("guest-checks/sdk/{language}"), "");
    module.retain(|file| !files.iter().any(|own| own.path == file.path));
    files.append(&mut module);
    files.extend(carried::as_new("wit", "wit"));
}

/// What was made, and three commands that can be run as they stand.
fn next(folder: &Path, name: &str, language: Language, place: &Place) -> String {
    let (shown, test) = match language {
        Language::Rust => ("Rust", "cargo test"),
        Language::Python => ("Python", "python3 -m unittest"),
        Language::Javascript => ("JavaScript", "npm test"),
        Language::Typescript => ("TypeScript", "npm test"),
    };
    let folder = folder.strip_prefix(".").unwrap_or(folder);
    let (build, built) = match (language, place) {
        (Language::Rust, Place::Clone { .. }) => ("../build.sh", format!("../{name}.wasm")),
        _ => ("./build.sh", format!("{name}.wasm")),
    };
    format!(
        "made {}: a check in {shown} with its manifest, settings, tests and sample data\n\n  cd {} && {test}\n  {build}\n  vhost try {built} --on tests/good.sql\n",
        folder.display(),
        word(&folder.display().to_string()),
    )
}

/// One word of a shell's command.
fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    match text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

/// The directory of a language's template.
fn template(language: Language) -> &'static str {
    match language {
        Language::Rust => "rust",
        Language::Python => "python",
        Language::Javascript => "javascript",
        Language::Typescript => "typescript",
    }
}
