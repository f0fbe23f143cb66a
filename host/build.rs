//! Builds the guests that `vhost selftest` carries: hostile checks, and the honest one beside them; and gathers what
//! `vhost new` writes.
//!
//! They are part of the binary so that an operator without a clone of this repository can try the walls on the machine
//! that the drills run on. Rust's go through a cargo of their own, with a target directory and an environment of their
//! own, so that neither waits for the other; what Rust cannot say is assembled from text.

#[path = "build/carried.rs"]
mod carried;

use std::env;
use std::error::Error;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "wasm32-wasip2";
/// The attacker, and the shipped check beside which it attacks.
const GUESTS: [&str; 2] = ["hostile", "row-matrix"];
/// What the guests are made of; nothing else has them built again.
const SOURCES: [&str; 5] = [
    "tests/guests/hostile/Cargo.toml",
    "tests/guests/hostile/src",
    "guest-checks/row-matrix",
    "guest-checks/sdk",
    "wit",
];
const ASSEMBLED: &str = "tests/guests/hostile/wat";

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let workspace = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("..");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=build");
    carried::gather(&workspace, &out)?;
    for source in SOURCES.iter().chain([&ASSEMBLED]) {
        println!(
            "cargo:rerun-if-changed={}",
            workspace.join(source).display()
        );
    }
    let mut code = String::new();
    let built = built(&workspace, &out)?;
    for guest in GUESTS {
        let constant = guest.to_uppercase().replace('-', "_");
        let value = match &built {
            Some(built) => format!("Some(include_bytes!({:?}))", built.join(file(guest))),
            None => "None".to_owned(),
        };
        writeln!(code, "pub const {constant}: Option<&[u8]> = {value};")?;
    }
    writeln!(code, "pub const ASSEMBLED: &[(&str, &[u8])] = &[")?;
    for (name, bytes) in assembled(&workspace.join(ASSEMBLED), &out)? {
        writeln!(code, "    ({name:?}, include_bytes!({bytes:?})),")?;
    }
    writeln!(code, "];")?;
    fs::write(out.join("embedded.rs"), code)?;
    Ok(())
}

/// Where the guests of Rust lie; none where this Rust cannot build them.
fn built(workspace: &Path, out: &Path) -> Result<Option<PathBuf>, Box<dyn Error>> {
    let library = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()?;
    if !Path::new(String::from_utf8(library.stdout)?.trim()).is_dir() {
        println!(
            "cargo:warning=this vhost has no `selftest`: its hostile checks need Rust's target {TARGET} (rustup target add {TARGET})"
        );
        return Ok(None);
    }
    let target = beside_other_builds(out)?;
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in env::vars_os() {
        if belongs_to_the_outer_build(&name) {
            cargo.env_remove(name);
        }
    }
    cargo
        .current_dir(workspace)
        .args(["build", "--quiet", "--profile", "guest", "--target", TARGET])
        .arg("--target-dir")
        .arg(&target);
    for guest in GUESTS {
        cargo.args(["--package", guest]);
    }
    let output = cargo.output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("the guests of `vhost selftest` do not build:\n{said}").into());
    }
    // Copied, because another build of this workspace may build its guests there next.
    for guest in GUESTS {
        let file = file(guest);
        fs::copy(
            target.join(TARGET).join("guest").join(&file),
            out.join(&file),
        )?;
    }
    Ok(Some(out.to_owned()))
}

/// One place for all profiles and versions of this build script, `target/selftest`: the guests are the same for all of
/// them, and the host's own target directory is locked while this runs.
fn beside_other_builds(out: &Path) -> Result<PathBuf, Box<dyn Error>> {
    // target/<profile>/build/<package>-<hash>/out
    let target = out
        .ancestors()
        .nth(4)
        .ok_or("OUT_DIR does not lie in a target directory")?;
    Ok(target.join("selftest"))
}

fn file(guest: &str) -> String {
    format!("{}.wasm", guest.replace('-', "_"))
}

/// Flags, wrappers and the target of the build that this is a part of; where crates come from stays.
fn belongs_to_the_outer_build(name: &OsStr) -> bool {
    const STAYS: [&str; 5] = [
        "CARGO_HOME",
        "CARGO_HTTP",
        "CARGO_NET",
        "CARGO_REGISTR",
        "CARGO_SOURCE",
    ];
    let Some(name) = name.to_str() else {
        return false;
    };
    let cargos = name.starts_with("CARGO_") && !STAYS.iter().any(|stays| name.starts_with(stays));
    cargos
        || name.starts_with("RUSTC")
        || ["RUSTFLAGS", "RUSTDOCFLAGS", "TARGET", "HOST", "PROFILE"].contains(&name)
}

/// Each text of the directory as a component, in the order of their names.
fn assembled(directory: &Path, out: &Path) -> Result<Vec<(String, PathBuf)>, Box<dyn Error>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.extension() != Some(OsStr::new("wat")) {
            continue;
        }
        let name = path
            .file_stem()
            .and_then(OsStr::to_str)
            .ok_or("a guest's name is not UTF-8")?;
        let to = out.join(format!("{name}.wasm"));
        fs::write(&to, wat::parse_file(&path)?)?;
        found.push((name.to_owned(), to));
    }
    found.sort();
    Ok(found)
}
