//! The boundary to checks is frozen: components that others built against it must go on running.

use std::fs;

use vhost_dump::digest::Sha256;

use crate::support::workspace;

/// Of every line in `wit/` that is no comment, with its blanks folded. Whoever has to change this changes the version of
/// the package first; `wit/README.md` says how it may grow.
const VERSION_0_1_0: &str = "d2bd7d01793ae4a4aad6ed74935df919711dce9f67881e495abc9ce66c2e48dd";

#[test]
fn the_boundary_is_that_of_0_1_0() {
    let mut files: Vec<_> = fs::read_dir(workspace().join("wit"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "wit"))
        .collect();
    files.sort();
    let mut words = String::new();
    for file in &files {
        let text = fs::read_to_string(file).unwrap();
        for line in text.lines().map(str::trim) {
            if !line.starts_with("//") && !line.is_empty() {
                words.extend(line.split_whitespace().flat_map(|word| [word, " "]));
            }
        }
    }
    assert_eq!(files.len(), 7);
    assert_eq!(words.matches("package vhost:check@0.1.0;").count(), 7);
    let digest = Sha256::of(words.as_bytes()).to_string();
    assert_eq!(digest, VERSION_0_1_0, "wit/ is no longer what 0.1.0 is");
}

/// Interfaces, types and functions: what a check's author reads instead of our code.
#[test]
fn every_item_of_the_boundary_is_documented() {
    let mut resolve = wit_parser::Resolve::default();
    let (package, _) = resolve.push_path(workspace().join("wit")).unwrap();
    let mut items = 0;
    let mut bare = Vec::new();
    let mut look = |name: String, docs: &wit_parser::Docs| {
        items += 1;
        let said = docs.contents.as_deref().unwrap_or_default();
        if said.trim().is_empty() {
            bare.push(name);
        }
    };
    for (name, id) in &resolve.packages[package].interfaces {
        let interface = &resolve.interfaces[*id];
        look(name.clone(), &interface.docs);
        for (of, function) in &interface.functions {
            look(format!("{name}.{of}"), &function.docs);
        }
        for (of, id) in &interface.types {
            let of_its_own = !matches!(
                resolve.types[*id].kind,
                wit_parser::TypeDefKind::Type(_) | wit_parser::TypeDefKind::Handle(_)
            );
            if of_its_own {
                look(format!("{name}.{of}"), &resolve.types[*id].docs);
            }
        }
    }
    assert_eq!(bare, [""; 0]);
    assert!(items > 40, "{items}");
}
