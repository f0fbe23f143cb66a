use super::*;
use crate::grant::section::{self, SECTION};

/// `(component)` in binary, as the component model's specification writes it.
const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";
const CHECKER: &str = "vhost:check/checker@0.1.0";
const QUERY: &str = "vhost:check/query@0.1.0";

fn read(name: &str, bytes: &[u8]) -> Result<Component, ComponentError> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    Component::read(&path)
}

/// A section with its length in LEB128, as every section has it.
fn section(id: u8, body: &[u8]) -> Vec<u8> {
    let mut section = vec![id];
    let mut length = body.len();
    while length >= 0x80 {
        section.push(length as u8 | 0x80);
        length >>= 7;
    }
    section.push(length as u8);
    section.extend_from_slice(body);
    section
}

fn extern_name(name: &str) -> Vec<u8> {
    let mut bytes = vec![0, name.len() as u8];
    bytes.extend_from_slice(name.as_bytes());
    bytes
}

fn manifest_section(data: &[u8]) -> Vec<u8> {
    let mut body = vec![SECTION.len() as u8];
    body.extend_from_slice(SECTION.as_bytes());
    body.extend_from_slice(data);
    section(0, &body)
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

fn manifest() -> Asked {
    let text = "manifest = 1\nname = \"a\"\nversion = \"0.1.0\"\nsummary = \"s\"\ninterfaces = [\"query\"]\nread = []\n";
    Asked::parse(Path::new("check.toml"), text).unwrap()
}

fn fault(bytes: &[u8]) -> ManifestFault {
    read("a.wasm", bytes).unwrap().asked.unwrap_err()
}

#[test]
fn imports_are_listed_and_sorted_into_three_kinds() {
    let component = read(
        "a_check.wasm",
        &component(&[
            QUERY,
            "wasi:io/streams@0.2.6",
            "wasi:sockets/tcp@0.2.6",
            "vhost:check/query@0.2.0",
            "wasi:http/outgoing-handler@0.2.6",
        ]),
    )
    .unwrap();
    assert_eq!(component.name, "a-check");
    assert_eq!(component.world.as_deref(), Some(WORLD));
    let kinds: Vec<_> = component.imports.iter().map(|i| i.kind).collect();
    use ImportKind::{InertWasi, Never, Vhost};
    assert_eq!(kinds, [Vhost, InertWasi, Never, Never, Never]);
}

#[test]
fn imports_and_exports_of_inner_components_are_not_the_components_own() {
    let mut outer = EMPTY.to_vec();
    outer.extend(section(4, &component(&["wasi:sockets/tcp@0.2.6"])));
    let outer = read("a.wasm", &outer).unwrap();
    assert!(outer.imports.is_empty(), "{:?}", outer.imports);
    assert_eq!(outer.world, None);
}

#[test]
fn a_bare_function_is_no_interface() {
    let mut bytes = EMPTY.to_vec();
    // One type: a function of nothing that gives nothing. Then an import of it by an interface's name.
    bytes.extend(section(7, &[1, 0x40, 0, 1, 0]));
    let mut body = vec![1];
    body.extend(extern_name(QUERY));
    body.extend([1, 0]);
    bytes.extend(section(10, &body));
    let component = read("a.wasm", &bytes).unwrap();
    assert_eq!(component.imports[0].kind, ImportKind::Never);
}

#[test]
fn what_is_not_a_component_is_named_with_its_remedy() {
    let error = |name, bytes: &[u8]| read(name, bytes).unwrap_err().to_string();
    assert!(error("a.wasm", b"#!/bin/sh\n").contains("not WebAssembly"));
    assert!(error("a.wasm", b"").contains("not WebAssembly"));
    assert!(error("a.wasm", b"\0asm\x01\0\0\0").contains("core module"));
    assert!(error("Über uns.wasm", EMPTY).contains("rename"));
    let mut whole = component(&[QUERY]);
    whole = section::append(&whole, manifest().canonical().as_bytes());
    read("a.wasm", &whole).unwrap().asked.unwrap();
    // Cut anywhere it is damaged, or, between two sections, no check with this manifest.
    for end in 9..whole.len() {
        match read("a.wasm", &whole[..end]) {
            Ok(cut) => assert_eq!(cut.asked.unwrap_err(), ManifestFault::Absent),
            Err(error) => assert!(error.to_string().contains("damaged"), "{end}: {error}"),
        }
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

#[test]
fn a_manifest_is_read_back_as_it_was_appended() {
    let plain = component(&[QUERY]);
    assert_eq!(fault(&plain), ManifestFault::Absent);
    let text = manifest().canonical();
    let bundled = section::append(&plain, text.as_bytes());
    // The encoder writes what a section is by hand.
    assert_eq!(
        bundled,
        [plain.clone(), manifest_section(text.as_bytes())].concat()
    );
    assert_eq!(read("a.wasm", &bundled).unwrap().asked, Ok(manifest()));
    assert_eq!(section::strip(&bundled).unwrap(), plain);
}

#[test]
fn only_one_whole_manifest_of_the_outermost_component_counts() {
    let text = manifest().canonical();
    let good = manifest_section(text.as_bytes());
    let plain = component(&[QUERY]);
    let with = |sections: &[&[u8]]| [&[&plain[..]], sections].concat().concat();

    let twice = with(&[&good, &good]);
    assert_eq!(fault(&twice), ManifestFault::Several { count: 2 });
    assert_eq!(section::strip(&twice).unwrap(), plain);

    let module = [b"\0asm\x01\0\0\0", &good[..]].concat();
    let inner = [EMPTY, &good[..]].concat();
    for nested in [section(1, &module), section(4, &inner)] {
        assert_eq!(fault(&with(&[&nested])), ManifestFault::Nested);
        assert_eq!(fault(&with(&[&nested, &good])), ManifestFault::Nested);
        let deeper = section(4, &[EMPTY, &nested[..]].concat());
        assert_eq!(fault(&with(&[&good, &deeper])), ManifestFault::Nested);
        // Stripping is for the outermost level alone.
        assert_eq!(
            section::strip(&with(&[&nested, &good])).unwrap(),
            with(&[&nested])
        );
    }

    let at_most = vec![b'#'; section::MOST_BYTES];
    assert!(matches!(
        fault(&with(&[&manifest_section(&at_most)])),
        ManifestFault::Malformed { .. }
    ));
    let more = vec![b'#'; section::MOST_BYTES + 1];
    assert_eq!(
        fault(&with(&[&manifest_section(&more)])),
        ManifestFault::TooLarge {
            bytes: section::MOST_BYTES + 1
        }
    );
    for malformed in [&b""[..], b"\0\xff", b"manifest = 1", &text.as_bytes()[1..]] {
        assert!(matches!(
            fault(&with(&[&manifest_section(malformed)])),
            ManifestFault::Malformed { .. }
        ));
    }
}

#[test]
fn a_manifest_of_another_component_is_none() {
    let bundle =
        |names: &[&str]| section::append(&component(names), manifest().canonical().as_bytes());
    let other = read("b.wasm", &bundle(&[QUERY]))
        .unwrap()
        .asked
        .unwrap_err();
    assert_eq!(
        other,
        ManifestFault::OtherName {
            manifest: "a".into()
        }
    );
    for names in [
        &["vhost:check/log@0.1.0"][..],
        &[QUERY, "vhost:check/log@0.1.0"],
    ] {
        assert!(matches!(
            fault(&bundle(names)),
            ManifestFault::OtherInterfaces { .. }
        ));
    }
    // Inert imports are nobody's to ask for.
    let inert = bundle(&[QUERY, "vhost:check/types@0.1.0", "wasi:io/poll@0.2.6"]);
    assert!(read("a.wasm", &inert).unwrap().asked.is_ok());
}
