//! A check's component: the very bytes that are hashed and compiled, and what they import.
//!
//! Reading lists the imports from the binary's own sections. Nothing is compiled and nothing runs, so an operator can
//! look at a stranger's component before deciding.

mod import;

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;
use wasmparser::{BinaryReaderError, Chunk, ComponentExternalKind, Encoding, Parser, Payload};

pub use import::{INTERFACES, Import, ImportKind};

use crate::digest::Sha256;

/// Components of interpreted languages weigh up to about 40 MB; whatever is larger is no check.
pub const MOST_BYTES: u64 = 64 << 20;

/// What every check exports.
pub const CHECKER: &str = "vhost:check/checker@0.1.0";

/// A component as read from disk.
#[derive(Clone)]
pub struct Component {
    /// The file's stem with `_` as `-`, for example `row-exact` for `row_exact.wasm`.
    pub name: String,
    pub sha256: Sha256,
    pub bytes: Arc<[u8]>,
    /// In the order of the binary, without repetition.
    pub imports: Vec<Import>,
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
    #[error("{} is a core module, not a component: build the check with `--target wasm32-wasip2`", path.display())]
    CoreModule { path: PathBuf },
    #[error("{} is a damaged component: build it again", path.display())]
    Damaged {
        path: PathBuf,
        #[source]
        source: BinaryReaderError,
    },
    #[error("{} ends in the middle of a section: copy or build it again", path.display())]
    Truncated { path: PathBuf },
    #[error("{} does not export {CHECKER}: build it against the world in wit/", path.display())]
    NoChecker { path: PathBuf },
}

impl Component {
    /// Reads a component and lists its imports.
    pub fn read(path: &Path) -> Result<Self, ComponentError> {
        let name = name(path).ok_or_else(|| ComponentError::Name { path: path.into() })?;
        let bytes = bytes(path)?;
        let imports = imports(path, &bytes)?;
        Ok(Self {
            name,
            sha256: Sha256::of(&bytes),
            bytes: bytes.into(),
            imports,
        })
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

fn name(path: &Path) -> Option<String> {
    let name = path.file_stem()?.to_str()?.replace('_', "-");
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (!name.is_empty() && name.len() <= 64 && name.chars().all(plain)).then_some(name)
}

fn bytes(path: &Path) -> Result<Vec<u8>, ComponentError> {
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

/// Walks the sections of the outermost component alone: what lies inside it can import only from it.
fn imports(path: &Path, mut rest: &[u8]) -> Result<Vec<Import>, ComponentError> {
    if !rest.starts_with(b"\0asm") {
        return Err(ComponentError::NotWasm { path: path.into() });
    }
    let damaged = |source| ComponentError::Damaged {
        path: path.into(),
        source,
    };
    let mut parser = Parser::new(0);
    let mut imports: Vec<Import> = Vec::new();
    let mut exports_checker = false;
    loop {
        let Chunk::Parsed { consumed, payload } = parser.parse(rest, true).map_err(damaged)? else {
            return Err(ComponentError::Truncated { path: path.into() });
        };
        rest = &rest[consumed..];
        match payload {
            Payload::Version { encoding, .. } if encoding == Encoding::Module => {
                return Err(ComponentError::CoreModule { path: path.into() });
            }
            Payload::ModuleSection {
                unchecked_range, ..
            }
            | Payload::ComponentSection {
                unchecked_range, ..
            } => {
                rest = rest
                    .get(unchecked_range.len()..)
                    .ok_or_else(|| ComponentError::Truncated { path: path.into() })?;
            }
            Payload::ComponentImportSection(section) => {
                for import in section {
                    let import = import.map_err(damaged)?;
                    let import = Import::new(import.name.name, &import.ty);
                    if !imports.contains(&import) {
                        imports.push(import);
                    }
                }
            }
            Payload::ComponentExportSection(section) => {
                for export in section {
                    let export = export.map_err(damaged)?;
                    exports_checker |= export.name.name == CHECKER
                        && export.kind == ComponentExternalKind::Instance;
                }
            }
            Payload::End(_) => break,
            _ => {}
        }
    }
    if !exports_checker {
        return Err(ComponentError::NoChecker { path: path.into() });
    }
    Ok(imports)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `(component)` in binary, as the component model's specification writes it.
    const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

    fn read(name: &str, bytes: &[u8]) -> Result<Component, ComponentError> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        Component::read(&path)
    }

    fn section(id: u8, body: &[u8]) -> Vec<u8> {
        let mut section = vec![id, body.len() as u8];
        section.extend_from_slice(body);
        section
    }

    fn extern_name(name: &str) -> Vec<u8> {
        let mut bytes = vec![0, name.len() as u8];
        bytes.extend_from_slice(name.as_bytes());
        bytes
    }

    /// A component that imports those names as empty instances and exports the first as the checker.
    fn component(names: &[&str]) -> Vec<u8> {
        let mut bytes = EMPTY.to_vec();
        // One type: an instance without exports.
        bytes.extend(section(7, &[1, 0x42, 0]));
        for name in names {
            let mut body = vec![1];
            body.extend(extern_name(name));
            body.extend([5, 0]);
            bytes.extend(section(10, &body));
        }
        let mut body = vec![1];
        body.extend(extern_name(CHECKER));
        body.extend([5, 0, 0]);
        bytes.extend(section(11, &body));
        bytes
    }

    #[test]
    fn imports_are_listed_and_sorted_into_three_kinds() {
        let component = read(
            "a_check.wasm",
            &component(&[
                "vhost:check/query@0.1.0",
                "wasi:io/streams@0.2.6",
                "wasi:sockets/tcp@0.2.6",
                "vhost:check/query@0.2.0",
                "wasi:http/outgoing-handler@0.2.6",
            ]),
        )
        .unwrap();
        assert_eq!(component.name, "a-check");
        let kinds: Vec<_> = component.imports.iter().map(|i| i.kind).collect();
        use ImportKind::{InertWasi, Never, Vhost};
        assert_eq!(kinds, [Vhost, InertWasi, Never, Never, Never]);
    }

    #[test]
    fn what_is_not_a_check_is_named_with_its_remedy() {
        let error = |name, bytes: &[u8]| read(name, bytes).unwrap_err().to_string();
        assert!(error("a.wasm", b"#!/bin/sh\n").contains("not WebAssembly"));
        assert!(error("a.wasm", b"").contains("not WebAssembly"));
        assert!(error("a.wasm", b"\0asm\x01\0\0\0").contains("core module"));
        assert!(error("a.wasm", EMPTY).contains("does not export vhost:check/checker@0.1.0"));
        assert!(error("Über uns.wasm", EMPTY).contains("rename"));
        let whole = component(&["vhost:check/query@0.1.0"]);
        for end in 9..whole.len() {
            let error = error("a.wasm", &whole[..end]);
            assert!(
                ["middle of a section", "damaged", "does not export"]
                    .iter()
                    .any(|words| error.contains(words)),
                "{end}: {error}"
            );
        }
    }

    #[test]
    fn a_directory_and_nothing_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let error = Component::read(directory.path()).unwrap_err();
        assert!(matches!(
            error,
            ComponentError::Name { .. } | ComponentError::NotAFile { .. }
        ));
        let error = Component::read(&directory.path().join("none.wasm")).unwrap_err();
        assert!(matches!(error, ComponentError::Read { .. }));
    }
}
