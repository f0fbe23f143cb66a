//! A check's component: the very bytes that are hashed and compiled, what they import and what they ask for.
//!
//! Reading lists the imports and the manifest from the binary's own sections. Nothing is compiled and nothing runs, so
//! an operator can look at a stranger's component before deciding.

mod import;
mod outline;
mod weight;

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;
use wasmparser::BinaryReaderError;

pub use import::{INTERFACES, Import, ImportKind};
pub use outline::{Outline, OutlineError};
pub use weight::Weight;

use super::asked::Asked;
use super::section::ManifestFault;
use vhost_dump::digest::Sha256;

/// Components of interpreted languages weigh up to about 40 MB; whatever is larger is no check.
pub const MOST_BYTES: u64 = 64 << 20;

/// The version of the world in wit/ that every check is built against.
pub const WORLD: &str = "0.1.0";

/// A component as read from disk.
#[derive(Clone)]
pub struct Component {
    /// The file's stem with `_` as `-`, for example `row-exact` for `row_exact.wasm`.
    pub name: String,
    pub sha256: Sha256,
    pub bytes: Arc<[u8]>,
    /// The version of the world that it is built against, [`WORLD`] if it is a check of this vhost; None if of none.
    pub world: Option<String>,
    /// In the order of the binary, without repetition.
    pub imports: Vec<Import>,
    /// Its manifest, which has its name and exactly its imports of `vhost:check`, or why there is none to rely on.
    pub asked: Result<Asked, ManifestFault>,
    /// What its core instances take of the host beside their memories.
    pub weight: Weight,
}

/// Why a file is not a check.
#[derive(Debug, Error)]
pub enum ComponentError {
    #[error("cannot read the check {}: name a `.wasm` file that you can read", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{} is not a file: name a `.wasm` file", path.display())]
    NotAFile { path: PathBuf },
    #[error("{} is larger than {MOST_BYTES} bytes, the most that a check may have", path.display())]
    TooLarge { path: PathBuf },
    #[error("{} has no name that a plan could use: rename it to `<check>.wasm`, of a-z, 0-9 and `-`", path.display())]
    Name { path: PathBuf },
    #[error("{} is not WebAssembly: build the check with `--target wasm32-wasip2`", path.display())]
    NotWasm { path: PathBuf },
    #[error("{} is a core module, not a component: build the check with `--target wasm32-wasip2`, or make it one with `vhost bundle`", path.display())]
    CoreModule { path: PathBuf },
    #[error("{} is a damaged component: build it again", path.display())]
    Damaged {
        path: PathBuf,
        #[source]
        source: BinaryReaderError,
    },
}

impl Component {
    /// Reads a component, its imports and its manifest.
    pub fn read(path: &Path) -> Result<Self, ComponentError> {
        let name = name(path).ok_or_else(|| ComponentError::Name { path: path.into() })?;
        let bytes = bytes(path)?;
        let outline =
            Outline::of(&bytes).map_err(|error| ComponentError::not_a_check(path, error))?;
        Ok(Self::new(name, bytes, outline))
    }

    /// Puts together what was read; a manifest that is not this component's becomes a fault.
    pub fn new(name: String, bytes: Vec<u8>, outline: Outline) -> Self {
        let asked = outline.asked.and_then(|asked| {
            fits(&name, &outline.imports, &asked)?;
            Ok(asked)
        });
        Self {
            name,
            sha256: Sha256::of(&bytes),
            bytes: bytes.into(),
            world: outline.world,
            imports: outline.imports,
            asked,
            weight: outline.weight,
        }
    }
}

impl Component {
    /// The imported interfaces that need a grant.
    pub fn grantable(&self) -> Vec<String> {
        grantable(&self.imports)
    }
}

impl ComponentError {
    /// What is wrong with the bytes of the file at `path`.
    pub fn not_a_check(path: &Path, error: OutlineError) -> Self {
        let path = path.to_owned();
        match error {
            OutlineError::NotWasm => ComponentError::NotWasm { path },
            OutlineError::CoreModule => ComponentError::CoreModule { path },
            OutlineError::Damaged(source) => ComponentError::Damaged { path, source },
        }
    }
}

/// Holds a manifest against the component that carries it.
fn fits(name: &str, imports: &[Import], asked: &Asked) -> Result<(), ManifestFault> {
    if asked.name != name {
        return Err(ManifestFault::OtherName {
            manifest: asked.name.clone(),
        });
    }
    let mut imported = grantable(imports);
    let mut listed = asked.interfaces.clone();
    imported.sort();
    listed.sort();
    match listed == imported {
        true => Ok(()),
        false => Err(ManifestFault::OtherInterfaces {
            manifest: listed,
            imported,
        }),
    }
}

impl fmt::Debug for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Component")
            .field("name", &self.name)
            .field("sha256", &self.sha256)
            .field("imports", &self.imports)
            .finish_non_exhaustive()
    }
}

fn grantable(imports: &[Import]) -> Vec<String> {
    let vhost = imports.iter().filter(|i| i.kind == ImportKind::Vhost);
    vhost.map(|i| i.interface.clone()).collect()
}

/// The name that a file gives its component; None where no plan could write it.
pub fn name(path: &Path) -> Option<String> {
    let name = path.file_stem()?.to_str()?.replace('_', "-");
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (!name.is_empty() && name.len() <= 64 && name.chars().all(plain)).then_some(name)
}

/// A file's bytes, at most [`MOST_BYTES`].
pub fn bytes(path: &Path) -> Result<Vec<u8>, ComponentError> {
    let read = |source| ComponentError::Read {
        path: path.into(),
        source,
    };
    // Asked before opening: opening a named pipe would wait for somebody to write.
    if !std::fs::metadata(path).map_err(read)?.is_file() {
        return Err(ComponentError::NotAFile { path: path.into() });
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes))
        .map_err(read)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(ComponentError::TooLarge { path: path.into() });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
