//! What must be installed before a check can be built.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::args::Language;

const TARGET: &str = "wasm32-wasip2";

/// Looks for what builds a check of this language in `here`, where a toolchain of its own may be set.
pub fn present(language: Language, here: &Path) -> Result<()> {
    match language {
        Language::Rust => rust(here),
        Language::Python => python(here),
        Language::Javascript | Language::Typescript => node(here),
    }
}

fn rust(here: &Path) -> Result<()> {
    if said(here, "cargo", &["--version"]).is_none() {
        bail!(
            "a check in Rust needs cargo, which is not on PATH: install Rust from https://rustup.rs"
        );
    }
    let library = said(
        here,
        "rustc",
        &["--print", "target-libdir", "--target", TARGET],
    );
    if !library.is_some_and(|library| Path::new(library.trim()).is_dir()) {
        bail!("this Rust does not build for {TARGET}: run `rustup target add {TARGET}`");
    }
    Ok(())
}

fn python(here: &Path) -> Result<()> {
    let asked = "import sys, venv, ensurepip; print(sys.version_info >= (3, 10))";
    match said(here, "python3", &["-c", asked]) {
        Some(answer) if answer.trim() == "True" => Ok(()),
        _ => bail!(
            "a check in Python needs Python 3.10 or later with venv, and no such python3 is on PATH: install python3 and python3-venv"
        ),
    }
}

fn node(here: &Path) -> Result<()> {
    let major = said(here, "node", &["--version"]).and_then(|version| {
        let digits = version.trim().strip_prefix('v')?.split('.').next()?;
        digits.parse::<u32>().ok()
    });
    if major.is_none_or(|major| major < 20) {
        bail!(
            "a check in JavaScript or TypeScript needs Node.js 20 or later, and no such node is on PATH: install it from https://nodejs.org"
        );
    }
    if said(here, "npm", &["--version"]).is_none() {
        bail!("a check in JavaScript or TypeScript needs npm, which is not on PATH: install npm");
    }
    Ok(())
}

/// What a program says on standard output; none where it is missing or fails.
fn said(here: &Path, program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program)
        .args(args)
        .current_dir(here)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then_some(text)
}
