//! What a component's sections say of it, read without compiling or running anything.

use wasmparser::{BinaryReaderError, ComponentExternalKind, Encoding, Parser, Payload};

use super::import::Import;
use super::weight::Weight;
use crate::grant::asked::Asked;
use crate::grant::section::{Found, ManifestFault};

/// What every check exports, without its version.
const CHECKER: &str = "vhost:check/checker@";

/// What one component imports, exports and asks for.
#[derive(Clone, Debug)]
pub struct Outline {
    /// The version of `vhost:check/checker` that it exports, for example `0.1.0`; None where it exports none.
    pub world: Option<String>,
    /// In the order of the binary, without repetition.
    pub imports: Vec<Import>,
    /// As the section says it; whether it fits the component, [`super::Component`] knows.
    pub asked: Result<Asked, ManifestFault>,
    /// What its core instances take of the host beside their memories.
    pub weight: Weight,
}

/// Why bytes are no component.
#[derive(Debug, thiserror::Error)]
pub enum OutlineError {
    #[error("not WebAssembly")]
    NotWasm,
    #[error("a core module")]
    CoreModule,
    #[error("damaged")]
    Damaged(#[from] BinaryReaderError),
}

impl Outline {
    /// Walks every section, those of inner modules and components too.
    ///
    /// Imports are those of the outermost component: an inner part gets what the outer one hands it, an alias
    /// reaches outwards to an enclosing component at most, and a host gives nothing but by an outermost import.
    pub fn of(bytes: &[u8]) -> Result<Self, OutlineError> {
        if !bytes.starts_with(b"\0asm") {
            return Err(OutlineError::NotWasm);
        }
        let mut depth = 0;
        let mut found = Found::default();
        let mut outline = Outline {
            world: None,
            imports: Vec::new(),
            asked: Err(ManifestFault::Absent),
            weight: Weight::default(),
        };
        for payload in Parser::new(0).parse_all(bytes) {
            let payload = payload?;
            outline.weight.note(&payload, depth)?;
            match payload {
                Payload::Version { encoding, .. } => {
                    depth += 1;
                    if depth == 1 && encoding == Encoding::Module {
                        return Err(OutlineError::CoreModule);
                    }
                }
                Payload::End(_) => depth -= 1,
                Payload::CustomSection(custom) => found.note(custom.name(), custom.data(), depth),
                Payload::ComponentImportSection(section) if depth == 1 => {
                    for import in section {
                        let import = import?;
                        let import = Import::new(import.name.name, &import.ty);
                        if !outline.imports.contains(&import) {
                            outline.imports.push(import);
                        }
                    }
                }
                Payload::ComponentExportSection(section) if depth == 1 => {
                    for export in section {
                        let export = export?;
                        let version = export.name.name.strip_prefix(CHECKER);
                        if let (Some(version), ComponentExternalKind::Instance) =
                            (version, export.kind)
                        {
                            outline.world = Some(version.to_owned());
                        }
                    }
                }
                _ => {}
            }
        }
        outline.asked = found.manifest();
        Ok(outline)
    }
}
