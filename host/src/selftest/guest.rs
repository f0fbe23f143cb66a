//! The bytes of a hostile check: a guest and its manifest, or what stands in their place.

use wasm_encoder::{ComponentSection as _, CustomSection, Encode as _, Module, ModuleSection};

use crate::grant::bundle::{BundleError, Existing, bundle};
use crate::grant::component::Outline;
use crate::grant::section::SECTION;
use crate::grant::{Asked, ImportKind};
use crate::selftest::SelftestError;
use crate::selftest::attack::{Alteration, Grant};

/// More than a manifest may have.
const OVERSIZED: usize = (64 << 10) + 1;

/// A guest with the manifest of a check that asks for what it is to be granted.
pub fn asking(
    attack: &'static str,
    name: &str,
    guest: &[u8],
    read: Option<&[&str]>,
    grant: Grant,
) -> Result<Vec<u8>, SelftestError> {
    let wrong = |source: BundleError| SelftestError::Bundle { attack, source };
    let imports = Outline::of(guest).map_or_else(|_| Vec::new(), |outline| outline.imports);
    let interfaces: Vec<_> = imports
        .iter()
        .filter(|import| import.kind == ImportKind::Vhost)
        .filter_map(|import| {
            import
                .interface
                .strip_prefix("vhost:check/")?
                .strip_suffix("@0.1.0")
        })
        .collect();
    let read = match read {
        None => "\"configured\"".to_owned(),
        Some(scopes) => format!("{scopes:?}"),
    };
    let text = format!(
        "manifest = 1\nname = {name:?}\nversion = \"0.1.0\"\nsummary = \"Attacks: {attack}\"\ninterfaces = {interfaces:?}\n\
         report = {:?}\nread = {read}\n[limits]\n{}\n",
        grant.report, grant.limits
    );
    let path = std::path::Path::new("the self-test's check.toml");
    let asked =
        Asked::parse(path, &text).map_err(|source| SelftestError::Manifest { attack, source })?;
    let bundled = bundle(name, guest, &asked, Existing::Replace).map_err(wrong)?;
    Ok(bundled.bytes.to_vec())
}

/// A check whose manifest is not what `vhost bundle` writes.
pub fn altered(alteration: Alteration, guest: &[u8], bundled: &[u8]) -> Vec<u8> {
    let with = |component: &[u8], data: &[u8]| {
        let mut bytes = component.to_vec();
        manifest(data).append_to_component(&mut bytes);
        bytes
    };
    match alteration {
        Alteration::None => guest.to_vec(),
        Alteration::Twice => with(bundled, b"manifest = 1\n"),
        Alteration::Oversized => with(guest, &[b'#'; OVERSIZED]),
        Alteration::Malformed => with(guest, b"manifest = 1\nread = [\"*.*\"]\n"),
        Alteration::NotText => with(guest, b"\xff\xfe"),
        Alteration::Nested => {
            let mut module = Module::new();
            module.section(&manifest(b"manifest = 1\n"));
            let mut bytes = bundled.to_vec();
            ModuleSection(&module).append_to_component(&mut bytes);
            bytes
        }
        Alteration::Cut => {
            let mut bytes = guest.to_vec();
            bytes.push(manifest(b"").id());
            // A section that says to be longer than the file.
            1_000_000_usize.encode(&mut bytes);
            bytes
        }
    }
}

fn manifest(data: &[u8]) -> CustomSection<'_> {
    CustomSection {
        name: SECTION.into(),
        data: data.into(),
    }
}
