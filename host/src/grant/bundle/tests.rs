use wasm_encoder::{
    CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection,
    MemorySection, MemoryType, Module, TypeSection, ValType,
};
use wit_component::{StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use super::*;

const RUN: &str = "vhost:check/checker@0.1.0#run";
const LOG: &str = "vhost:check/log@0.1.0";

/// A core module as a compiler makes it: it exports the check's one function and imports these functions.
fn module(imports: &[(&str, &str, &[ValType])]) -> Vec<u8> {
    let (mut types, mut imported) = (TypeSection::new(), ImportSection::new());
    types.ty().function([], [ValType::I32]);
    for (number, (module, name, parameters)) in (1..).zip(imports) {
        types.ty().function(parameters.iter().copied(), []);
        imported.import(module, name, EntityType::Function(number));
    }
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    exports.export(RUN, ExportKind::Func, imports.len() as u32);
    let mut code = CodeSection::new();
    let mut run = Function::new([]);
    run.instructions().unreachable().end();
    code.function(&run);
    let mut module = Module::new();
    module
        .section(&types)
        .section(&imported)
        .section(&functions)
        .section(&memories)
        .section(&exports)
        .section(&code);
    module.finish()
}

/// The module with the section in which bindings say which world it is built against.
fn of_the_world(mut module: Vec<u8>) -> Vec<u8> {
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(wit).unwrap();
    let world = resolve.select_world(&[package], Some("check")).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    module
}

fn asked(interfaces: &str) -> Asked {
    let text = format!(
        "manifest = 1\nname = \"a\"\nversion = \"0.1.0\"\nsummary = \"s\"\ninterfaces = {interfaces}\nread = \"configured\"\n"
    );
    Asked::parse(Path::new("check.toml"), &text).unwrap()
}

#[test]
fn a_core_module_of_the_world_becomes_a_check() {
    let log: &[(&str, &str, &[ValType])] = &[(LOG, "log", &[ValType::I32; 3])];
    for (imports, interfaces) in [(&[][..], "[]"), (log, "[\"log\"]")] {
        let module = of_the_world(module(imports));
        let asked = asked(interfaces);
        let check = bundle("a", &module, &asked, Existing::Refuse).unwrap();
        assert_eq!(check.grantable().len(), imports.len());
        assert_eq!(check.asked, Ok(asked.clone()));
        // The component is one: it can be bundled again.
        let again = bundle("a", &check.bytes, &asked, Existing::Replace).unwrap();
        assert_eq!(again.sha256, check.sha256);
    }
}

#[test]
fn what_cannot_become_a_check_is_told_apart() {
    let refused = |given: &[u8], interfaces| {
        bundle("a", given, &asked(interfaces), Existing::Refuse).unwrap_err()
    };
    assert!(matches!(refused(b"#!/bin/sh", "[]"), BundleError::NotWasm));
    assert!(matches!(refused(&module(&[]), "[]"), BundleError::NoWorld));
    let preview1 = [("wasi_snapshot_preview1", "sched_yield", &[][..])];
    let error = refused(&of_the_world(module(&preview1)), "[]");
    assert!(matches!(error, BundleError::Preview1), "{error}");
    let unknown = [("env", "system", &[ValType::I32][..])];
    let error = refused(&of_the_world(module(&unknown)), "[]");
    assert!(matches!(error, BundleError::Encode { .. }), "{error}");
    let whole = of_the_world(module(&[]));
    assert!(matches!(
        refused(&whole[..whole.len() - 1], "[]"),
        BundleError::Damaged { .. }
    ));
    let error = refused(&whole, "[\"log\"]");
    assert!(matches!(error, BundleError::Interfaces { .. }), "{error}");
    let other = bundle("b", &whole, &asked("[]"), Existing::Refuse).unwrap_err();
    assert!(matches!(
        other,
        BundleError::Manifest {
            fault: ManifestFault::OtherName { .. }
        }
    ));
}

#[test]
fn a_manifest_inside_the_module_is_refused() {
    let mut module = of_the_world(module(&[]));
    module = section::append(&module, asked("[]").canonical().as_bytes());
    for existing in [Existing::Refuse, Existing::Replace] {
        let error = bundle("a", &module, &asked("[]"), existing).unwrap_err();
        assert!(matches!(
            error,
            BundleError::Manifest {
                fault: ManifestFault::Nested
            }
        ));
    }
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.wasm");
    write(&path, b"first").unwrap();
    write(&path, b"second").unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"second");
    let nowhere = directory.path().join("none/a.wasm");
    assert!(matches!(
        write(&nowhere, b"x"),
        Err(BundleError::Write { .. })
    ));
    assert!(matches!(
        write(directory.path(), b"x"),
        Err(BundleError::NotAFile { .. })
    ));
    let left = std::fs::read_dir(directory.path()).unwrap();
    assert_eq!(left.count(), 1);
}
