//! The section of a component that holds its manifest.
//!
//! One custom section named [`SECTION`], of the outermost component. What lies in an inner module or component was
//! put there by whoever built that part, and may not speak for the whole.

use wasm_encoder::{ComponentSection as _, CustomSection, Encode as _};
use wasmparser::{BinaryReaderError, Parser, Payload};

use super::asked::{Asked, NotCanonical};

pub const SECTION: &str = "vhost:check-manifest";

/// The most bytes that a manifest may have.
pub const MOST_BYTES: usize = 64 << 10;

/// Why a component's manifest cannot be relied on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestFault {
    #[error("carries no manifest: write a check.toml and add it with `vhost bundle`")]
    Absent,
    #[error("carries {count} manifests: build it again and add one with `vhost bundle`")]
    Several { count: usize },
    #[error(
        "carries a manifest inside an inner module or component, where none may stand: build it without one and add it with `vhost bundle`"
    )]
    Nested,
    #[error(
        "carries a manifest of {bytes} bytes, and the most is {MOST_BYTES}: shorten its check.toml and add it with `vhost bundle --replace`"
    )]
    TooLarge { bytes: usize },
    #[error(
        "carries a manifest that cannot be read ({why}): write it again with `vhost bundle --replace`"
    )]
    Malformed { why: NotCanonical },
    #[error(
        "carries the manifest of `{manifest}`: name the file `{manifest}.wasm`, or write the manifest of this check with `vhost bundle --replace`"
    )]
    OtherName { manifest: String },
    #[error(
        "carries a manifest whose `interfaces` are {}, but imports {}: correct its check.toml and write it again with `vhost bundle --replace`",
        listed(manifest),
        listed(imported)
    )]
    OtherInterfaces {
        manifest: Vec<String>,
        imported: Vec<String>,
    },
}

fn listed(interfaces: &[String]) -> String {
    match interfaces {
        [] => "none".to_owned(),
        some => some.join(", "),
    }
}

/// Every manifest section of a component, as a walk over all its sections finds them.
#[derive(Default)]
pub(super) struct Found<'a> {
    /// In the outermost component.
    outermost: Vec<&'a [u8]>,
    nested: usize,
}

impl<'a> Found<'a> {
    /// Notes a custom section; `depth` is 1 in the outermost component.
    pub(super) fn note(&mut self, name: &str, data: &'a [u8], depth: usize) {
        match depth {
            _ if name != SECTION => {}
            1 => self.outermost.push(data),
            _ => self.nested += 1,
        }
    }

    /// The one manifest, or why there is none to rely on.
    pub(super) fn manifest(&self) -> Result<Asked, ManifestFault> {
        if self.nested > 0 {
            return Err(ManifestFault::Nested);
        }
        match self.outermost[..] {
            [] => Err(ManifestFault::Absent),
            [bytes] if bytes.len() > MOST_BYTES => {
                Err(ManifestFault::TooLarge { bytes: bytes.len() })
            }
            [bytes] => Asked::from_section(bytes).map_err(|why| ManifestFault::Malformed { why }),
            ref several => Err(ManifestFault::Several {
                count: several.len(),
            }),
        }
    }
}

/// The component with `manifest` as its last section.
pub(super) fn append(component: &[u8], manifest: &[u8]) -> Vec<u8> {
    let section = CustomSection {
        name: SECTION.into(),
        data: manifest.into(),
    };
    let mut bytes = component.to_vec();
    // The identifier of a custom section, then its length, name and data.
    bytes.push(section.id());
    section.encode(&mut bytes);
    bytes
}

/// The component without any manifest section of its outermost level.
pub(super) fn strip(component: &[u8]) -> Result<Vec<u8>, BinaryReaderError> {
    let mut parser = Parser::new(0);
    let (mut kept, mut rest) = (Vec::with_capacity(component.len()), component);
    loop {
        let wasmparser::Chunk::Parsed { consumed, payload } = parser.parse(rest, true)? else {
            return Ok(kept);
        };
        let inner = match &payload {
            Payload::ModuleSection {
                unchecked_range, ..
            }
            | Payload::ComponentSection {
                unchecked_range, ..
            } => unchecked_range.len(),
            _ => 0,
        };
        let (section, after) = rest.split_at((consumed + inner).min(rest.len()));
        let manifest =
            matches!(&payload, Payload::CustomSection(custom) if custom.name() == SECTION);
        if !manifest {
            kept.extend_from_slice(section);
        }
        rest = after;
        if matches!(payload, Payload::End(_)) {
            return Ok(kept);
        }
    }
}
