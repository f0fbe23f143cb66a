//! Gathers what `vhost new` writes, so that it works without a clone of this repository.
//!
//! Whole directories are taken, so that a file that is new in the SDK is carried without being named anywhere. Each is
//! included from where it lies: a file that changes has the binary compiled anew.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// Every file below these, and these files.
const TAKEN: [&str; 4] = ["guest-checks/sdk", "wit", "LICENSE-APACHE", "LICENSE-MIT"];
/// What builds and test runs leave in a source directory.
const LEAVINGS: [&str; 3] = ["target", "node_modules", "__pycache__"];
/// The package whose dependencies a new check has too.
const SDK: &str = "vhost-check";

/// Writes `carried.rs` into `out`: the files by their paths in the workspace, and what a crate of its own needs of the
/// workspace's `Cargo.toml` and `Cargo.lock`.
pub fn gather(workspace: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let mut files = Vec::new();
    for taken in TAKEN {
        below(&workspace.join(taken), &mut files)?;
    }
    files.sort();
    let mut code = "pub const FILES: &[File] = &[\n".to_owned();
    for file in files {
        let path = file.strip_prefix(workspace)?.display().to_string();
        let executable = fs::metadata(&file)?.permissions().mode() & 0o100 != 0;
        writeln!(
            code,
            "    File {{ path: {path:?}, text: include_str!({file:?}), executable: {executable} }},"
        )?;
        println!("cargo:rerun-if-changed={}", file.display());
    }
    writeln!(code, "];")?;
    let manifest = fs::read_to_string(workspace.join("Cargo.toml"))?;
    for (constant, table) in [
        ("PACKAGE", "workspace.package"),
        ("PROFILE", "profile.guest"),
    ] {
        let lines = lines_of(&manifest, table)?;
        writeln!(code, "pub const {constant}: &str = {lines:?};")?;
    }
    println!(
        "cargo:rerun-if-changed={}",
        workspace.join("Cargo.toml").display()
    );
    // Not looked at again when it changes: every new crate of the workspace would have this binary built anew. A test
    // holds that the versions are those of the workspace.
    let lock = fs::read_to_string(workspace.join("Cargo.lock"))?;
    writeln!(code, "pub const LOCK: &str = {:?};", locked(&lock)?)?;
    fs::write(out.join("carried.rs"), code)?;
    Ok(())
}

fn below(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let hidden = name.starts_with('.') && name != ".gitignore";
    if hidden || LEAVINGS.contains(&&*name) {
        return Ok(());
    }
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        below(&entry?.path(), files)?;
    }
    Ok(())
}

/// The keys of one table, without comments.
fn lines_of(manifest: &str, table: &str) -> Result<String, String> {
    let header = format!("\n[{table}]\n");
    let (_, after) = manifest
        .split_once(&header)
        .ok_or_else(|| format!("Cargo.toml has no table [{table}]"))?;
    let inside = after.split("\n[").next().unwrap_or_default();
    let keys = inside
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(keys.fold(String::new(), |text, line| text + line + "\n"))
}

/// The lock file of the SDK and all that it depends on: a check of somebody's own is built with the versions that the
/// shipped ones are tested with.
fn locked(lock: &str) -> Result<String, String> {
    let (head, packages) = lock
        .split_once("[[package]]\n")
        .ok_or("Cargo.lock lists no package")?;
    let packages: Vec<&str> = packages.split("[[package]]\n").collect();
    let mut versions: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, package) in packages.iter().enumerate() {
        let name = value(package, "name").ok_or("a package of Cargo.lock has no name")?;
        versions.entry(name).or_default().push(at);
    }
    let mut kept = BTreeSet::new();
    let mut wanted = vec![SDK];
    while let Some(dependency) = wanted.pop() {
        // `name`, or `name version` where there are several.
        let mut words = dependency.split(' ');
        let (name, version) = (words.next().unwrap_or_default(), words.next());
        let of_name = versions
            .get(name)
            .ok_or_else(|| format!("Cargo.lock has no package {dependency}"))?;
        for &at in of_name {
            let meant = version.is_none() || value(packages[at], "version") == version;
            if meant && kept.insert(at) {
                let (_, listed) = packages[at]
                    .split_once("dependencies = [\n")
                    .unwrap_or_default();
                let lines = listed.split(']').next().unwrap_or_default().lines();
                wanted.extend(lines.map(|line| line.trim_matches([' ', '"', ','])));
            }
        }
    }
    let kept = kept.into_iter().map(|at| packages[at]);
    Ok(kept.fold(head.to_owned(), |text, package| {
        text + "[[package]]\n" + package
    }))
}

fn value<'t>(package: &'t str, key: &str) -> Option<&'t str> {
    package
        .lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""))
        .and_then(|rest| rest.strip_suffix('"'))
}
