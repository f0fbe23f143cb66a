//! A component and its manifest put together, as `vhost bundle` does.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use wasmparser::{BinaryReaderError, Encoding, Parser, Payload};
use wit_component::ComponentEncoder;

use super::asked::{Asked, short};
use super::component::{Component, MOST_BYTES, Outline, OutlineError, WORLD};
use super::section::{self, ManifestFault};

/// What becomes of a manifest that the component carries already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    Refuse,
    Replace,
}

/// Why no component came of it. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    #[error("it is neither a component nor a core module: build the check for WebAssembly first")]
    NotWasm,
    #[error("it is damaged: build it again")]
    Damaged {
        #[source]
        source: BinaryReaderError,
    },
    #[error(
        "it is a core module that does not say which world it is built against: build it with bindings of the world in wit/, or for the target wasm32-wasip2"
    )]
    NoWorld,
    #[error(
        "it is a core module that imports wasi_snapshot_preview1: build it for the target wasm32-wasip2, or make it a component with an adapter first (`wasm-tools component new --adapt`)"
    )]
    Preview1,
    #[error(
        "it is a core module that cannot be made a component: build it with bindings of the world in wit/"
    )]
    Encode {
        #[source]
        source: anyhow::Error,
    },
    #[error("it carries a manifest already: give --replace to write this one instead")]
    Carries,
    #[error("it does not export vhost:check/checker@{WORLD}: build it against the world in wit/")]
    NoChecker,
    #[error(
        "with its manifest it has {bytes} bytes, more than the {MOST_BYTES} that a check may have"
    )]
    TooLarge { bytes: u64 },
    #[error(
        "its manifest lists other interfaces than it imports of vhost:check: write interfaces = {} in its check.toml",
        short_names(imported)
    )]
    Interfaces { imported: Vec<String> },
    #[error("it {fault}")]
    Manifest { fault: ManifestFault },
    #[error("{} is not a file: name another output", path.display())]
    NotAFile { path: PathBuf },
    #[error("cannot write {}", path.display())]
    Write {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

/// The component named `name` with `asked` as its manifest, from a component or from a core module.
///
/// A core module must say in its own sections which world it is built against, as bindings generators make it do.
/// What this gives is a check that [`super::review`] can approve, but for imports that no grant allows.
pub fn bundle(
    name: &str,
    given: &[u8],
    asked: &Asked,
    existing: Existing,
) -> Result<Component, BundleError> {
    let damaged = |source| BundleError::Damaged { source };
    let mut bytes = match Outline::of(given) {
        Ok(_) => given.to_vec(),
        Err(OutlineError::CoreModule) => encode(given)?,
        Err(OutlineError::NotWasm) => return Err(BundleError::NotWasm),
        Err(OutlineError::Damaged(source)) => return Err(damaged(source)),
    };
    let stripped = section::strip(&bytes).map_err(damaged)?;
    if stripped.len() != bytes.len() {
        match existing {
            Existing::Refuse => return Err(BundleError::Carries),
            Existing::Replace => bytes = stripped,
        }
    }
    let bytes = section::append(&bytes, asked.canonical().as_bytes());
    if bytes.len() as u64 > MOST_BYTES {
        return Err(BundleError::TooLarge {
            bytes: bytes.len() as u64,
        });
    }
    // Read again as a drill will read it: what cannot be approved is not written.
    let outline = Outline::of(&bytes).map_err(|error| match error {
        OutlineError::Damaged(source) => damaged(source),
        OutlineError::NotWasm | OutlineError::CoreModule => BundleError::NotWasm,
    })?;
    let component = Component::new(name.to_owned(), bytes, outline);
    if component.world.as_deref() != Some(WORLD) {
        return Err(BundleError::NoChecker);
    }
    match &component.asked {
        Ok(_) => Ok(component),
        Err(ManifestFault::OtherInterfaces { imported, .. }) => Err(BundleError::Interfaces {
            imported: imported.clone(),
        }),
        Err(fault) => Err(BundleError::Manifest {
            fault: fault.clone(),
        }),
    }
}

/// As a check.toml writes them.
fn short_names(interfaces: &[String]) -> String {
    format!(
        "{:?}",
        interfaces
            .iter()
            .map(|long| short(long))
            .collect::<Vec<_>>()
    )
}

/// Makes a core module a component.
fn encode(module: &[u8]) -> Result<Vec<u8>, BundleError> {
    let damaged = |source| BundleError::Damaged { source };
    let mut world = false;
    for payload in Parser::new(0).parse_all(module) {
        match payload.map_err(damaged)? {
            Payload::Version {
                encoding: Encoding::Component,
                ..
            } => return Err(BundleError::NotWasm),
            Payload::CustomSection(custom) => world |= custom.name().starts_with("component-type"),
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    if import.map_err(damaged)?.module == "wasi_snapshot_preview1" {
                        return Err(BundleError::Preview1);
                    }
                }
            }
            _ => {}
        }
    }
    if !world {
        return Err(BundleError::NoWorld);
    }
    ComponentEncoder::default()
        .validate(true)
        .module(module)
        .and_then(|mut encoder| encoder.encode())
        .map_err(|source| BundleError::Encode { source })
}

/// Writes a file whole or not at all; what stands there already is replaced only if it is a regular file.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), BundleError> {
    let failed = |source| BundleError::Write {
        path: path.to_owned(),
        source,
    };
    match path.symlink_metadata() {
        Ok(found) if !found.is_file() => {
            return Err(BundleError::NotAFile {
                path: path.to_owned(),
            });
        }
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let beside = directory.join(format!(".vhost-bundle-{:016x}", rand::random::<u64>()));
    let written = durable(&beside, bytes)
        .and_then(|()| std::fs::rename(&beside, path))
        .and_then(|()| File::open(directory)?.sync_all());
    if written.is_err() {
        // It is there or not; the error that is returned says what went wrong first.
        let _ = std::fs::remove_file(&beside);
    }
    written.map_err(failed)
}

fn durable(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests;
