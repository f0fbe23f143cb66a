//! `vhost bundle`: a check and its manifest, as one component.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use vhost::grant::Asked;
use vhost::grant::bundle::{Existing, bundle, write};
use vhost::grant::component;

use crate::args::Bundle;
use crate::fault;

pub fn main(asked: &Bundle) -> ExitCode {
    match run(asked) {
        Ok(line) => {
            // Standard output may be closed; the component is there all the same.
            let _ = writeln!(std::io::stdout(), "{line}");
            ExitCode::SUCCESS
        }
        Err(error) => fault::refuse(&error),
    }
}

/// Writes the component; the line says what came of it, as `sha256sum` would.
fn run(given: &Bundle) -> Result<String> {
    let asked = Asked::read(&given.manifest)?;
    let name = component::name(&given.output);
    if name.as_ref() != Some(&asked.name) {
        bail!(
            "{}: a check's file has its name: write it to {}.wasm",
            given.output.display(),
            asked.name
        );
    }
    let bytes = component::bytes(&given.input)?;
    let existing = match given.replace {
        true => Existing::Replace,
        false => Existing::Refuse,
    };
    let check = bundle(&asked.name, &bytes, &asked, existing)
        .with_context(|| format!("cannot bundle {}", given.input.display()))?;
    write(&given.output, &check.bytes)?;
    Ok(format!("{}  {}", check.sha256, given.output.display()))
}
