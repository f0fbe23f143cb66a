//! Habits of this house, held as tests.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::support::workspace;

/// The library's rooms, each of which may use only those before it.
const ROOMS: [&str; 14] = [
    "plan",
    "event",
    "finding",
    "reference",
    "sandbox",
    "source",
    "restore",
    "fidelity",
    "grant",
    "check",
    "report",
    "drill",
    "trial",
    "selftest",
];

/// The rooms of `host/dump`, in the same way.
const ROOMS_OF_DUMPS: [&str; 5] = ["digest", "facts", "script", "manifest", "supplied"];

/// What a room may not use although it stands before it: a check knows nothing of production.
const NEVER: [(&str, &str); 1] = [("check", "source")];

/// Every Rust file below a directory.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A library's files, with their paths below its `src`.
fn library(source: &str) -> Vec<(PathBuf, String)> {
    let source = workspace().join(source);
    let library = files(&source).into_iter().filter_map(|path| {
        let name = path.strip_prefix(&source).unwrap().to_owned();
        (!name.starts_with("bin")).then(|| (name, std::fs::read_to_string(path).unwrap()))
    });
    library.collect()
}

/// The lines of a file before its tests, numbered from 1; none of a file that is a test module as a whole.
fn without_tests<'t>(
    name: &Path,
    text: &'t str,
    test_files: &BTreeSet<PathBuf>,
) -> Vec<(usize, &'t str)> {
    let is_of = |file: &PathBuf| name == file || name.starts_with(file.with_extension(""));
    if test_files.iter().any(is_of) {
        return Vec::new();
    }
    let tests = "#[cfg(test)]\nmod tests {";
    let end = text.find(tests).unwrap_or(text.len());
    (1..).zip(text[..end].lines()).collect()
}

/// Files that `#[cfg(test)] mod name;` declares; what lies below one of them is of its tests too.
fn test_files(library: &[(PathBuf, String)]) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for (name, text) in library {
        for declared in text.split("#[cfg(test)]\nmod ").skip(1) {
            if let Some((module, _)) = declared.split_once(';').filter(|(m, _)| !m.contains('{')) {
                found.insert(name.with_extension("").join(format!("{module}.rs")));
            }
        }
    }
    found
}

fn room(name: &Path) -> String {
    let first = name
        .components()
        .next()
        .unwrap()
        .as_os_str()
        .to_str()
        .unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// The rooms that a line names by `crate::room`.
fn named(line: &str) -> Vec<&str> {
    let code = line.split("//").next().unwrap_or_default();
    code.split("crate::")
        .skip(1)
        .map(|rest| {
            rest.split(|c: char| !c.is_ascii_lowercase() && c != '_')
                .next()
                .unwrap()
        })
        .collect()
}

#[test]
fn each_room_uses_only_rooms_before_it() {
    let shown = "plan · event · finding · reference │ sandbox │ source │ restore │ fidelity │ grant │ check │ report │ drill │ trial │ selftest";
    assert!(edges("host/src", &ROOMS, shown) > 50);
    let shown = ROOMS_OF_DUMPS.join(" · ");
    assert!(edges("host/dump/src", &ROOMS_OF_DUMPS, &shown) > 30);
}

/// How many times a room uses another one, which must stand before it in the order that lib.rs shows.
fn edges(source: &str, rooms: &[&str], shown: &str) -> usize {
    let design = std::fs::read_to_string(workspace().join(source).join("lib.rs")).unwrap();
    assert!(
        design.contains(shown),
        "{source}/lib.rs shows another order of rooms than this test holds"
    );
    let place = |room: &str| rooms.iter().position(|known| *known == room);
    let mut edges = 0;
    for (name, text) in library(source) {
        let from = room(&name);
        if from == "lib" {
            continue;
        }
        let own = place(&from).unwrap_or_else(|| panic!("{from} is no room"));
        for (number, line) in (1..).zip(text.lines()) {
            assert!(
                !line.contains("use crate::{"),
                "{}:{number}: one room a line, so that this test can read it",
                name.display()
            );
            for to in named(line) {
                let used = place(to)
                    .unwrap_or_else(|| panic!("{}:{number}: {to} is no room", name.display()));
                assert!(used <= own, "{}:{number}: {from} uses {to}", name.display());
                assert!(
                    !NEVER.contains(&(from.as_str(), to)),
                    "{}:{number}: {from} may not name {to}",
                    name.display()
                );
                edges += usize::from(used < own);
            }
        }
    }
    edges
}

/// The readers of dumps are what is quickest to test and to fuzz: no engine, no database, no runtime.
#[test]
fn a_dump_is_read_without_a_server() {
    let manifest = std::fs::read_to_string(workspace().join("host/dump/Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let needed = manifest["dependencies"].as_table().unwrap();
    assert!(needed.contains_key("memchr"));
    for never in ["wasmtime", "bollard", "tokio", "tokio-postgres", "vhost"] {
        assert!(!needed.contains_key(never), "{never}");
    }
}

#[test]
fn the_library_is_silent_and_takes_nothing_by_itself() {
    for source in ["host/src", "host/dump/src"] {
        is_silent(&library(source));
    }
}

fn is_silent(library: &[(PathBuf, String)]) {
    let test_files = test_files(library);
    for (name, text) in library {
        for (number, line) in without_tests(name, text, &test_files) {
            let code = line.split("//").next().unwrap_or_default();
            for word in [
                "println!(",
                "print!(",
                "dbg!(",
                "process::exit",
                "env::var",
                "env::args",
                "env::current_dir",
                "home_dir(",
                "todo!(",
                "unimplemented!(",
            ] {
                assert!(!code.contains(word), "{}:{number}: {line}", name.display());
            }
        }
    }
}

/// A comment in the three lines before says why it cannot happen.
#[test]
fn nothing_panics_without_a_word_on_why_it_cannot() {
    for source in ["host/src", "host/dump/src"] {
        no_panics(&workspace().join(source));
    }
}

fn no_panics(source: &Path) {
    let all: Vec<_> = files(source)
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(source).unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    let test_files = test_files(&all);
    for (name, text) in &all {
        let lines = without_tests(name, text, &test_files);
        for (at, (number, line)) in lines.iter().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            let panics = [
                ".unwrap()",
                ".expect(",
                "panic!(",
                "unreachable!(",
                "assert!(",
            ];
            if panics.iter().any(|word| code.contains(word)) && !code.contains("debug_assert!(") {
                let said = lines[at.saturating_sub(3)..=at]
                    .iter()
                    .any(|(_, line)| line.contains("//"));
                assert!(said, "{}:{number}: {line}", name.display());
            }
        }
    }
}

/// A file that no `mod` names is never compiled, and its tests pass by not being there.
#[test]
fn no_test_file_is_forgotten() {
    for (root, main) in [
        ("tests/e2e", "main.rs"),
        ("tests/guests", "host.rs"),
        ("tests/rooms", "main.rs"),
        ("tests/corpus", "main.rs"),
        ("host/src", "lib.rs"),
        ("host/dump/src", "lib.rs"),
    ] {
        let root = workspace().join(root);
        for path in files(&root) {
            let name = path.strip_prefix(&root).unwrap();
            // Crates of their own, and a binary, have roots of their own.
            let other_crate = name.components().any(|part| part.as_os_str() == "src");
            if name == Path::new(main) || name.starts_with("bin") || other_crate {
                continue;
            }
            let directory = path.parent().unwrap();
            let parents = [
                directory.with_extension("rs"),
                directory.join(main),
                directory.join("mod.rs"),
            ];
            let module = path.file_stem().unwrap().to_str().unwrap();
            let declared = parents.iter().any(|parent| {
                let text = std::fs::read_to_string(parent).unwrap_or_default();
                let declares = format!("mod {module};");
                text.lines().any(|line| line.trim().ends_with(&declares))
            });
            assert!(declared, "{} is in no module", path.display());
        }
    }
}

#[test]
fn every_shipped_check_is_driven() {
    let drives = ["tests/e2e", "tests/guests"].map(|under| files(&workspace().join(under)));
    let tests: String = drives
        .iter()
        .flatten()
        .filter(|path| !path.ends_with("house.rs"))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    let mut shipped = 0;
    for entry in std::fs::read_dir(workspace().join("guest-checks")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name != "sdk" && path.join("Cargo.toml").is_file() {
            shipped += 1;
            assert!(
                tests.contains(&format!("\"{name}\"")),
                "no test drives {name}"
            );
        }
    }
    assert!(shipped >= 5, "{shipped} checks: guest-checks was not read");
}

/// About 300 lines before a file's tests are the habit; this is where it would be broken.
#[test]
fn files_stay_readable_in_one_sitting() {
    const MOST_LINES: usize = 400;
    let none = BTreeSet::new();
    for root in ["host/src", "host/dump", "tests", "guest-checks"] {
        for path in files(&workspace().join(root)) {
            let text = std::fs::read_to_string(&path).unwrap();
            let lines = without_tests(&path, &text, &none).len();
            assert!(lines <= MOST_LINES, "{}: {lines} lines", path.display());
        }
    }
}
