//! What a check in Rust has besides its template: the SDK, and where it is built.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::carried::{self, LOCK, PACKAGE, PROFILE};
use super::folder::NewFile;

/// The SDK's package.
const SDK: &str = "vhost-check";
/// Where it lies in a folder of its own. The path of `wit/` in its sources then leads to the folder's.
const VENDORED: &str = "vendor/vhost-check";
/// What a folder of its own has besides: the SDK as it is in the repository, and the boundary that it is generated from.
const BESIDE: [(&str, &str); 5] = [
    (
        "guest-checks/sdk/Cargo.toml",
        "vendor/vhost-check/Cargo.toml",
    ),
    ("guest-checks/sdk/src", "vendor/vhost-check/src"),
    ("LICENSE-APACHE", "vendor/vhost-check/LICENSE-APACHE"),
    ("LICENSE-MIT", "vendor/vhost-check/LICENSE-MIT"),
    ("wit", "wit"),
];

/// Where the new crate is made.
pub enum Place {
    /// In `guest-checks/` of a clone: a member of its workspace, built by the script that is there.
    Clone { workspace: PathBuf },
    /// Anywhere else: with the SDK in the folder itself.
    Alone,
}

impl Place {
    pub fn of(parent: &Path) -> Self {
        let named = |manifest: &Path| -> Option<String> {
            let table: toml::Table = fs::read_to_string(manifest).ok()?.parse().ok()?;
            Some(table.get("package")?.get("name")?.as_str()?.to_owned())
        };
        let sdk = parent.join("sdk/Cargo.toml");
        match parent.canonicalize().ok().as_deref().and_then(Path::parent) {
            Some(workspace) if named(&sdk).as_deref() == Some(SDK) => Self::Clone {
                workspace: workspace.to_owned(),
            },
            _ => Self::Alone,
        }
    }
}

/// The packages that a new crate is built together with: no name serves two of them.
pub fn packages(place: &Place) -> Result<BTreeSet<String>> {
    let text = match place {
        Place::Alone => LOCK.to_owned(),
        Place::Clone { workspace } => {
            let lock = workspace.join("Cargo.lock");
            fs::read_to_string(&lock).with_context(|| format!("cannot read {}", lock.display()))?
        }
    };
    let names = text.lines().filter_map(|line| {
        let quoted = line.strip_prefix("name = \"")?;
        Some(quoted.strip_suffix('"')?.to_owned())
    });
    Ok(names.collect())
}

/// Adds what the crate needs where it is made.
pub fn complete(files: &mut Vec<NewFile>, place: &Place) {
    let sdk = match place {
        Place::Clone { .. } => "../sdk",
        Place::Alone => VENDORED,
    };
    for file in files.iter_mut() {
        file.text = file.text.replace("{{sdk}}", sdk);
    }
    match place {
        // The script of the directory builds it.
        Place::Clone { .. } => files.retain(|file| file.path != "build.sh"),
        Place::Alone => {
            for file in files.iter_mut().filter(|file| file.path == "Cargo.toml") {
                file.text += &alone();
            }
            files.extend(
                BESIDE
                    .iter()
                    .flat_map(|(from, to)| carried::as_new(from, to)),
            );
            files.push(NewFile {
                path: "Cargo.lock".to_owned(),
                text: LOCK.to_owned(),
                executable: false,
            });
        }
    }
}

/// The end of the `Cargo.toml` of a folder of its own.
fn alone() -> String {
    format!(
        "
# A workspace of its own, which none around it claims.
[workspace]
members = [\"{VENDORED}\"]

# What the SDK inherits.
[workspace.package]
{PACKAGE}
# Checks are small and loaded cold: size is what their load time follows.
[profile.guest]
{PROFILE}"
    )
}
