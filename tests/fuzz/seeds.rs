//! What is mutated first: the manifests of the checks in this repository, alone in a component, and grants of them.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use vhost::grant::asked::{Asked, AskedRead};
use vhost::grant::file::Grant;
use vhost::grant::record::stanza_of;
use vhost::grant::scope::Scope;
use vhost::grant::section::SECTION;
use vhost::grant::withholding::Withholding;
use vhost_dump::digest::Sha256;
use wasm_encoder::{
    Component, ComponentExportKind, ComponentExportSection, ComponentImportSection,
    ComponentTypeRef, ComponentTypeSection, CustomSection, InstanceType, Module, ModuleSection,
};

/// Every `check.toml` of the repository's checks.
fn manifests() -> Result<Vec<Asked>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files: Vec<PathBuf> = Vec::new();
    for directory in ["guest-checks", "tests/guests", "examples"] {
        for entry in std::fs::read_dir(root.join(directory))? {
            files.push(entry?.path().join("check.toml"));
        }
    }
    files.sort();
    let files = files.into_iter().filter(|file| file.is_file());
    files
        .map(|file| Asked::read(&file).with_context(|| file.display().to_string()))
        .collect()
}

/// Each manifest in a component that imports what it lists; once in an inner module too, and once twice.
pub fn components() -> Result<Vec<Vec<u8>>> {
    let manifests = manifests()?;
    let mut components: Vec<Vec<u8>> = manifests
        .iter()
        .map(|asked| component(asked, &Module::new(), 1))
        .collect();
    let first = manifests.first().context("no check.toml was found")?;
    let mut inner = Module::new();
    inner.section(&manifest(first.canonical().as_bytes()));
    components.push(component(first, &inner, 1));
    components.push(component(first, &Module::new(), 2));
    components.push(component(first, &Module::new(), 0));
    components.push(Module::new().finish());
    Ok(components)
}

fn component(asked: &Asked, inner: &Module, manifests: usize) -> Vec<u8> {
    let mut component = Component::new();
    let mut types = ComponentTypeSection::new();
    types.instance(&InstanceType::new());
    component.section(&types);
    let mut imports = ComponentImportSection::new();
    for interface in &asked.interfaces {
        imports.import(interface.as_str(), ComponentTypeRef::Instance(0));
    }
    component.section(&imports);
    component.section(&ModuleSection(inner));
    let mut exports = ComponentExportSection::new();
    let checker = "vhost:check/checker@0.1.0";
    exports.export(checker, ComponentExportKind::Instance, 0, None);
    component.section(&exports);
    for _ in 0..manifests {
        component.section(&manifest(asked.canonical().as_bytes()));
    }
    component.finish()
}

fn manifest(bytes: &[u8]) -> CustomSection<'_> {
    CustomSection {
        name: SECTION.into(),
        data: bytes.into(),
    }
}

/// A file of one grant for each check, and one of all.
pub fn grants() -> Result<Vec<Vec<u8>>> {
    let mut stanzas = Vec::new();
    for asked in manifests()? {
        let read = match &asked.read {
            AskedRead::Scopes(scopes) => scopes.clone(),
            AskedRead::Configured => vec![scope("app.orders(id)")?, scope("\"A.b\".*")?],
        };
        let grant = Grant {
            component: Sha256::of(asked.name.as_bytes()),
            check: asked.name,
            version: Some(asked.version),
            imports: asked.interfaces,
            report: asked.report,
            read,
            artefacts: asked.artefacts,
            withheld: vec![Withholding::Report, Withholding::Scope(scope("audit.*")?)],
            approved_by: Some("somebody".to_owned()),
            approved_at: Some(time::macros::datetime!(2026-01-02 03:04:05 UTC)),
            limits: asked.limits,
        };
        stanzas.push(stanza_of(&grant, &asked.summary));
    }
    let file = |stanzas: &str| format!("version = 1\n\n{stanzas}").into_bytes();
    let mut files: Vec<Vec<u8>> = stanzas.iter().map(|stanza| file(stanza)).collect();
    files.push(file(&stanzas.join("\n# Between two grants.\n\n")));
    files.push(b"version = 1\ngrant = []\n".to_vec());
    Ok(files)
}

fn scope(text: &str) -> Result<Scope> {
    Scope::parse(text).map_err(|what| anyhow::anyhow!("{text}: {what}"))
}
