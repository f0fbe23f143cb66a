//! `vhost new`: what it makes, and what it refuses.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use vhost::grant::Asked;
use vhost::plan::Plan;

use crate::support::{Desk, workspace};

const LANGUAGES: [&str; 4] = ["rust", "python", "javascript", "typescript"];

/// Programs that say what those of a complete toolchain say.
const COMPLETE: [(&str, &str); 5] = [
    ("cargo", "echo cargo 1.95.0"),
    ("rustc", "echo /usr"),
    ("python3", "echo True"),
    ("node", "echo v20.20.2"),
    ("npm", "echo 10.8.2"),
];

/// A desk with a directory to make checks in, and one of these programs.
fn desk(programs: &[(&str, &str)]) -> Desk {
    let desk = Desk::new();
    fs::create_dir(desk.path("checks")).unwrap();
    fs::create_dir(desk.path("bin")).unwrap();
    for (name, says) in programs {
        desk.program(&format!("bin/{name}"), &format!("#!/bin/sh\n{says}\n"));
    }
    desk
}

/// `vhost new ARGS` in the desk's `checks`.
fn new(desk: &Desk, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vhost"))
        .arg("new")
        .args(args)
        .current_dir(desk.path("checks"))
        .env_clear()
        .env("PATH", desk.path("bin"))
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Refused in one line with all of these words, and nothing is there that was not before.
fn refused(desk: &Desk, args: &[&str], words: &[&str]) {
    let before = below(&desk.path("checks"));
    let output = new(desk, args);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
    assert_eq!(
        (said.lines().count(), output.stdout.len()),
        (1, 0),
        "{said}"
    );
    for word in words {
        assert!(said.contains(word), "{word} is not in: {said}");
    }
    assert_eq!(below(&desk.path("checks")), before, "{args:?}");
}

/// Every path below a directory.
fn below(directory: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(below(&path));
        }
        found.insert(path);
    }
    found
}

/// A check made in each language.
fn made(language: &str) -> (Desk, PathBuf, String) {
    let desk = desk(&COMPLETE);
    let output = new(&desk, &["late-orders", "--lang", language]);
    assert!(output.status.success(), "{output:?}");
    let folder = desk.path("checks/late-orders");
    (desk, folder, String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_name_that_no_plan_could_write() {
    let desk = desk(&COMPLETE);
    let long = "a".repeat(49);
    for name in [
        "",
        "Late",
        "1st",
        "late_orders",
        "late orders",
        "../x",
        "a/b",
        "ä",
        &long,
    ] {
        refused(
            &desk,
            &[name],
            &["48 lower-case letters", "such as paid-orders"],
        );
    }
    refused(&desk, &["--", "-x"], &["`-x`"]);
}

#[test]
fn a_name_that_no_crate_can_have() {
    let desk = desk(&COMPLETE);
    for (name, why) in [
        ("match", "keyword"),
        ("gen", "keyword"),
        ("test", "Rust has a crate"),
        ("proc-macro", "Rust has a crate"),
        ("serde", "built together with"),
        ("vhost-check", "built together with"),
    ] {
        let instead = format!("{name}-check");
        refused(&desk, &[name], &[&format!("`{name}`"), why, &instead]);
    }
    // Other languages know no such trouble.
    let output = new(&desk, &["match", "--lang", "python"]);
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn what_is_there_stays_as_it_is() {
    let desk = desk(&COMPLETE);
    fs::create_dir(desk.path("checks/folder")).unwrap();
    desk.write("checks/file", "mine");
    symlink("nowhere", desk.path("checks/link")).unwrap();
    for name in ["folder", "file", "link"] {
        for language in LANGUAGES {
            let words = [name, "is there already", "--in"];
            refused(&desk, &[name, "--lang", language], &words);
        }
    }
    assert_eq!(fs::read(desk.path("checks/file")).unwrap(), b"mine");
}

#[test]
fn a_directory_in_which_nothing_can_be_made() {
    let desk = desk(&COMPLETE);
    let words = ["nowhere", "is no directory", "--in"];
    refused(&desk, &["late-orders", "--in", "nowhere"], &words);
    let words = ["/proc", "another directory"];
    refused(&desk, &["late-orders", "--in", "/proc"], &words);
}

#[test]
fn a_toolchain_that_is_missing() {
    let cargo = ("cargo", "echo cargo 1.95.0");
    let node = ("node", "echo v20.20.2");
    let cases: [(&str, &[(&str, &str)], &[&str]); 8] = [
        ("rust", &[], &["cargo", "https://rustup.rs"]),
        (
            "rust",
            &[("cargo", "exit 1")],
            &["cargo", "https://rustup.rs"],
        ),
        ("rust", &[cargo], &["rustup target add wasm32-wasip2"]),
        (
            "rust",
            &[cargo, ("rustc", "echo /nowhere")],
            &["rustup target add wasm32-wasip2"],
        ),
        ("python", &[], &["python3", "python3-venv"]),
        ("python", &[("python3", "echo False")], &["3.10 or later"]),
        (
            "javascript",
            &[("node", "echo v18.1.0")],
            &["Node.js 20", "https://nodejs.org"],
        ),
        ("typescript", &[node], &["npm"]),
    ];
    for (language, programs, words) in cases {
        refused(&desk(programs), &["late-orders", "--lang", language], words);
    }
}

#[test]
fn a_check_is_made_whole_in_each_language() {
    for language in LANGUAGES {
        let (_desk, folder, said) = made(language);
        let asked = Asked::read(&folder.join("check.toml")).unwrap();
        assert_eq!(asked.name, "late-orders");
        let plan = Plan::load(&folder.join("vhost.toml")).unwrap();
        let settings = plan.checks.get("late-orders").unwrap();
        let schema = fs::read(folder.join("settings.schema.json")).unwrap();
        let schema: Value = serde_json::from_slice(&schema).unwrap();
        assert_eq!(schema["additionalProperties"], false);
        for (key, property) in schema["properties"].as_object().unwrap() {
            assert!(property["description"].is_string(), "{language}: {key}");
            assert!(settings.get(key).is_some(), "{language}: {key}");
        }
        for file in [
            "README.md",
            "build.sh",
            "tests/good.sql",
            "tests/bad.sql",
            "wit/world.wit",
        ] {
            assert!(folder.join(file).is_file(), "{language}: {file}");
        }
        let mode = fs::metadata(folder.join("build.sh"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o111, 0o111, "{language}");
        for path in below(&folder).iter().filter(|path| path.is_file()) {
            let text = fs::read_to_string(path).unwrap();
            for placeholder in ["{{name}}", "{{snake}}", "{{sdk}}"] {
                assert!(!text.contains(placeholder), "{}", path.display());
            }
            assert!(!path.ends_with("Cargo.toml.in"));
        }
        // The commands that the README of the repository's checks has run, with this name and language.
        let lines: Vec<&str> = said.lines().filter(|line| line.starts_with("  ")).collect();
        let [test, build, attempt] = lines[..] else {
            panic!("{said}")
        };
        assert!(test.starts_with("  cd late-orders && "), "{said}");
        assert_eq!(build, "  ./build.sh");
        assert_eq!(attempt, "  vhost try late-orders.wasm --on tests/good.sql");
        // Nothing but the folder was made.
        assert_eq!(fs::read_dir(folder.parent().unwrap()).unwrap().count(), 1);
    }
}

#[test]
fn a_folder_elsewhere_is_named_as_a_shell_needs_it() {
    let desk = desk(&COMPLETE);
    fs::create_dir(desk.path("checks/o'neill's own")).unwrap();
    let output = new(&desk, &["late-orders", "--in", "o'neill's own"]);
    let said = String::from_utf8(output.stdout).unwrap();
    let line = said.lines().find(|line| line.contains("cd ")).unwrap();
    let (cd, _) = line.split_once(" && ").unwrap();
    let shell = Command::new("sh")
        .args(["-c", &format!("{cd} && test -f check.toml")])
        .current_dir(desk.path("checks"))
        .status();
    assert!(shell.unwrap().success(), "{said}");
}

/// A crate of its own has the SDK as it is here, at the versions that are tested here.
#[test]
fn a_crate_has_the_sdk_and_its_locked_versions() {
    let (_desk, folder, _) = made("rust");
    let mut same = 0;
    for (there, here) in [
        ("vendor/vhost-check/src", "guest-checks/sdk/src"),
        ("wit", "wit"),
    ] {
        let original = workspace().join(here);
        for path in below(&original).iter().filter(|path| path.is_file()) {
            let copy = folder
                .join(there)
                .join(path.strip_prefix(&original).unwrap());
            let copy = fs::read(&copy).unwrap_or_else(|e| panic!("{}: {e}", copy.display()));
            assert_eq!(copy, fs::read(path).unwrap(), "{}", path.display());
            same += 1;
        }
    }
    assert!(same > 10, "{same} files");
    let lock = |path: &Path| -> BTreeSet<String> {
        let text = fs::read_to_string(path).unwrap();
        let packages = text.split("[[package]]\n").skip(1);
        packages.map(|package| package.trim().to_owned()).collect()
    };
    let ours = lock(&workspace().join("Cargo.lock"));
    let theirs = lock(&folder.join("Cargo.lock"));
    let other: Vec<_> = theirs.difference(&ours).collect();
    assert!(
        other.is_empty(),
        "not as in Cargo.lock; touch host/build.rs and build again: {other:#?}"
    );
    for package in ["wit-bindgen", "serde_json", "vhost-check"] {
        let name = format!("name = \"{package}\"\n");
        assert!(
            theirs.iter().any(|package| package.starts_with(&name)),
            "{package}"
        );
    }
}

/// A clone as far as cargo looks at it: the workspace, its lock file and the SDK.
fn clone(desk: &Desk) -> PathBuf {
    let root = desk.path("checks/clone");
    fs::create_dir_all(root.join("guest-checks/sdk/src")).unwrap();
    let manifest = fs::read_to_string(workspace().join("Cargo.toml")).unwrap();
    // The other members are not copied.
    let lines = manifest.lines().filter_map(|line| match line {
        line if line.starts_with("default-members") => None,
        line if line.starts_with("members") => Some("members = [\"guest-checks/*\"]"),
        line => Some(line),
    });
    let manifest = lines.collect::<Vec<_>>().join("\n");
    fs::write(root.join("Cargo.toml"), manifest).unwrap();
    for file in [
        "Cargo.lock",
        "guest-checks/sdk/Cargo.toml",
        "guest-checks/sdk/src/lib.rs",
    ] {
        fs::copy(workspace().join(file), root.join(file)).unwrap();
    }
    root
}

#[test]
fn in_a_clone_a_crate_is_a_member_of_its_workspace() {
    let desk = desk(&COMPLETE);
    let root = clone(&desk);
    let output = new(&desk, &["late-orders", "--in", "clone/guest-checks"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains("  cd clone/guest-checks/late-orders && cargo test\n  ../build.sh\n"),
        "{said}"
    );
    assert!(
        said.contains("  vhost try ../late-orders.wasm --on tests/good.sql\n"),
        "{said}"
    );
    let folder = root.join("guest-checks/late-orders");
    for absent in ["vendor", "wit", "build.sh", "Cargo.lock"] {
        assert!(!folder.join(absent).exists(), "{absent}");
    }
    let metadata = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--offline",
            "--no-deps",
            "--format-version",
            "1",
        ])
        .current_dir(&folder)
        .output()
        .unwrap();
    assert!(metadata.status.success(), "{metadata:?}");
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let ours = packages
        .iter()
        .find(|package| package["name"] == "late-orders")
        .unwrap();
    let dependencies = ours["dependencies"].as_array().unwrap();
    let sdk = dependencies
        .iter()
        .find(|on| on["name"] == "vhost-check")
        .unwrap();
    assert_eq!(sdk["path"], root.join("guest-checks/sdk").to_str().unwrap());
    // A member without a manifest would keep cargo from building any.
    for language in ["python", "javascript", "typescript"] {
        let args = ["other", "--in", "clone/guest-checks", "--lang", language];
        refused(&desk, &args, &["a directory of crates", "--in DIR"]);
    }
    // Other members have their names already.
    for taken in ["vhost", "hostile", "tokio"] {
        let args = [taken, "--in", "clone/guest-checks"];
        refused(&desk, &args, &["built together with"]);
    }
}
