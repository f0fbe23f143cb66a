//! What a check declares: `vhost bundle` writes it, `vhost inspect` and every drill read it.

use std::os::unix::fs::symlink;
use std::path::PathBuf;

use serde_json::Value;
use vhost_dump::digest::Sha256;

use crate::schema::violation;
use crate::support::{Database, Desk, GRANTS, Outcome, component, without_manifest, workspace};

const MANIFEST: &str = r#"manifest = 1
name = "babbler"
version = "1.2.3"
summary = "Says more than it may"
interfaces = ["settings", "log"]
report = "values"
read = ["app.orders(id)", "audit.*"]
artefacts = ["exports"]
[limits]
memory = "16MiB"
"#;

/// A desk with the babbler as it was built and this manifest for it.
fn desk(manifest: &str) -> Desk {
    let desk = Desk::new();
    std::fs::copy(without_manifest("babbler"), desk.path("built.wasm")).unwrap();
    desk.write("check.toml", manifest);
    desk
}

fn vhost(desk: &Desk, args: &[&str]) -> Outcome {
    desk.wait_for(desk.vhost(args))
}

/// Refused in one line that holds all of this, and nothing was written.
#[track_caller]
fn refused(desk: &Desk, args: &[&str], words: &[&str]) {
    let before = files(desk);
    let outcome = vhost(desk, args);
    assert_eq!(outcome.code, Some(2), "{outcome:#?}");
    assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
    for word in words {
        assert!(outcome.stderr.contains(word), "{word}: {}", outcome.stderr);
    }
    assert_eq!(files(desk), before);
}

/// Every file of a desk with its bytes' digest.
fn files(desk: &Desk) -> Vec<(PathBuf, Option<Sha256>)> {
    let entries = std::fs::read_dir(desk.path("")).unwrap();
    let mut files: Vec<_> = entries
        .map(|entry| {
            let path = entry.unwrap().path();
            let digest = std::fs::read(&path).ok().map(|bytes| Sha256::of(&bytes));
            (path, digest)
        })
        .collect();
    files.sort();
    files
}

fn inspected(desk: &Desk, file: &str) -> Value {
    let outcome = vhost(desk, &["inspect", "--json", file]);
    assert_eq!(outcome.code, Some(0), "{outcome:#?}");
    let shown: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let schema = workspace().join("host/src/bin/vhost/inspect/inspect.schema.json");
    let schema: Value = serde_json::from_slice(&std::fs::read(schema).unwrap()).unwrap();
    assert_eq!(violation(&schema, &schema, &shown, "inspect"), None);
    shown
}

const BUNDLE: [&str; 4] = ["bundle", "built.wasm", "-o", "babbler.wasm"];

#[test]
fn a_component_is_bundled_and_inspected() {
    let desk = desk(MANIFEST);
    let outcome = vhost(&desk, &BUNDLE);
    assert_eq!(outcome.code, Some(0), "{outcome:#?}");
    let bytes = std::fs::read(desk.path("babbler.wasm")).unwrap();
    let sha256 = Sha256::of(&bytes).to_string();
    assert_eq!(outcome.stdout, format!("{sha256}  babbler.wasm\n"));
    assert!(bytes.starts_with(&std::fs::read(desk.path("built.wasm")).unwrap()));

    let shown = inspected(&desk, "babbler.wasm");
    assert_eq!(shown["sha256"], sha256);
    assert_eq!(shown["bytes"], bytes.len());
    assert_eq!(
        (&shown["name"], &shown["world"]),
        (&"babbler".into(), &"0.1.0".into())
    );
    assert_eq!(shown["fault"], Value::Null);
    let imports = &shown["imports"];
    let grantable = ["vhost:check/log@0.1.0", "vhost:check/settings@0.1.0"];
    for interface in grantable {
        assert!(
            imports["grantable"]
                .as_array()
                .unwrap()
                .contains(&interface.into())
        );
    }
    assert_eq!(imports["grantable"].as_array().unwrap().len(), 2);
    assert_eq!(imports["never"], serde_json::json!([]));
    assert!(imports["inert"].as_array().unwrap().len() > 5);
    let manifest = &shown["manifest"];
    assert_eq!(manifest["version"], "1.2.3");
    assert_eq!(manifest["report"], "values");
    assert_eq!(
        manifest["read"],
        serde_json::json!(["app.orders(id)", "audit.*"])
    );
    assert_eq!(manifest["artefacts"], serde_json::json!(["exports"]));
    assert_eq!(manifest["limits"]["memory"], 16 << 20);
    assert_eq!(manifest["limits"]["time"], 30_000);

    let text = vhost(&desk, &["inspect", "babbler.wasm"]);
    assert_eq!(text.code, Some(0));
    for line in [
        "  component  babbler.wasm",
        &format!("  sha256     {sha256}"),
        &format!("  size       {} bytes", bytes.len()),
        "  world      vhost:check@0.1.0",
        "  grantable  vhost:check/",
        "  never      none",
        "  version    1.2.3",
        "  summary    Says more than it may",
        "  report     values",
        "  read       app.orders(id)",
        "             audit.*",
        "  artefacts  exports",
        "  limits     memory = \"16MiB\"",
        "             time = \"30s\"",
    ] {
        let stands = text.stdout.lines().any(|said| said.starts_with(line));
        assert!(stands, "{line}: {}", text.stdout);
    }
}

#[test]
fn bundling_gives_the_same_bytes_each_time_and_over_itself() {
    let desk = desk(MANIFEST);
    assert_eq!(vhost(&desk, &BUNDLE).code, Some(0));
    let first = std::fs::read(desk.path("babbler.wasm")).unwrap();
    assert_eq!(vhost(&desk, &BUNDLE).code, Some(0));
    assert_eq!(std::fs::read(desk.path("babbler.wasm")).unwrap(), first);

    let again = ["bundle", "babbler.wasm", "-o", "babbler.wasm"];
    refused(&desk, &again, &["carries a manifest already", "--replace"]);
    desk.write("check.toml", MANIFEST.replace("1.2.3", "1.2.4"));
    let replace = [&again[..], &["--replace"]].concat();
    assert_eq!(vhost(&desk, &replace).code, Some(0));
    assert_eq!(
        inspected(&desk, "babbler.wasm")["manifest"]["version"],
        "1.2.4"
    );
    desk.write("check.toml", MANIFEST);
    assert_eq!(vhost(&desk, &replace).code, Some(0));
    assert_eq!(std::fs::read(desk.path("babbler.wasm")).unwrap(), first);
}

#[test]
fn what_cannot_be_bundled_leaves_nothing_behind() {
    let desk = desk(&MANIFEST.replace("summary", "sumary"));
    refused(&desk, &BUNDLE, &["check.toml:4: unknown field `sumary`"]);
    desk.write("check.toml", MANIFEST.replace("\"settings\", ", ""));
    refused(
        &desk,
        &BUNDLE,
        &[
            "cannot bundle built.wasm",
            "write interfaces = [\"log\", \"settings\"] in its check.toml",
        ],
    );
    desk.write("check.toml", MANIFEST);
    refused(
        &desk,
        &["bundle", "built.wasm", "-o", "other.wasm"],
        &["other.wasm", "write it to babbler.wasm"],
    );
    refused(
        &desk,
        &[
            "bundle",
            "built.wasm",
            "--manifest",
            "none.toml",
            "-o",
            "babbler.wasm",
        ],
        &["none.toml", "cannot be read"],
    );
    refused(
        &desk,
        &["bundle", "none.wasm", "-o", "babbler.wasm"],
        &["none.wasm"],
    );
    desk.write("text.wasm", "not WebAssembly");
    refused(
        &desk,
        &["bundle", "text.wasm", "-o", "babbler.wasm"],
        &["text.wasm", "neither a component nor a core module"],
    );
    desk.write("core.wasm", b"\0asm\x01\0\0\0");
    refused(
        &desk,
        &["bundle", "core.wasm", "-o", "babbler.wasm"],
        &["core.wasm", "does not say which world"],
    );
    desk.write("empty.wasm", b"\0asm\x0d\0\x01\0");
    refused(
        &desk,
        &["bundle", "empty.wasm", "-o", "babbler.wasm"],
        &["does not export vhost:check/checker@0.1.0"],
    );
}

#[test]
fn only_a_file_is_written_over() {
    let desk = desk(MANIFEST);
    desk.write("kept.wasm", "kept");
    symlink("kept.wasm", desk.path("babbler.wasm")).unwrap();
    refused(&desk, &BUNDLE, &["babbler.wasm is not a file"]);
    std::fs::remove_file(desk.path("babbler.wasm")).unwrap();
    std::fs::create_dir(desk.path("babbler.wasm")).unwrap();
    refused(&desk, &BUNDLE, &["babbler.wasm is not a file"]);
}

#[test]
fn what_no_drill_would_run_can_still_be_inspected() {
    let desk = desk(MANIFEST);
    let shown = inspected(&desk, "built.wasm");
    assert_eq!(shown["manifest"], Value::Null);
    assert!(shown["fault"].as_str().unwrap().contains("vhost bundle"));

    // An empty component, under a name that no plan could write.
    desk.write("Über.wasm", b"\0asm\x0d\0\x01\0");
    let shown = inspected(&desk, "Über.wasm");
    assert_eq!(
        (&shown["name"], &shown["world"]),
        (&Value::Null, &Value::Null)
    );

    assert_eq!(vhost(&desk, &BUNDLE).code, Some(0));
    std::fs::rename(desk.path("babbler.wasm"), desk.path("other.wasm")).unwrap();
    let shown = inspected(&desk, "other.wasm");
    assert_eq!(shown["manifest"]["name"], "babbler");
    assert!(
        shown["fault"]
            .as_str()
            .unwrap()
            .contains("the manifest of `babbler`")
    );

    desk.write("core.wasm", b"\0asm\x01\0\0\0");
    refused(
        &desk,
        &["inspect", "core.wasm"],
        &["core module", "vhost bundle"],
    );
    refused(&desk, &["inspect", "check.toml"], &["not WebAssembly"]);
    refused(&desk, &["inspect", "none.wasm"], &["none.wasm"]);
}

#[test]
fn a_components_own_words_cannot_command_a_terminal() {
    let desk = desk(&MANIFEST.replace("Says more", "Says \u{202e}erom"));
    let refused = vhost(&desk, &BUNDLE);
    assert_eq!(refused.code, Some(2), "{refused:#?}");
    assert!(!refused.stderr.contains('\u{202e}'), "{}", refused.stderr);
    assert_eq!(refused.stderr.lines().count(), 1, "{}", refused.stderr);
    // An import whose name no toolchain would write: an instance type, then its import by that name.
    let name = "wasi:x/\u{1b}[2J@0.2.0";
    let mut bytes = b"\0asm\x0d\0\x01\0\x07\x03\x01\x42\0".to_vec();
    bytes.extend([10, name.len() as u8 + 5, 1, 0, name.len() as u8]);
    bytes.extend(name.bytes());
    bytes.extend([5, 0]);
    desk.write("odd.wasm", bytes);
    for args in [
        &["inspect", "odd.wasm"][..],
        &["inspect", "--json", "odd.wasm"],
    ] {
        let outcome = vhost(&desk, args);
        assert_eq!(outcome.code, Some(0), "{outcome:#?}");
        let harmless = |c: char| c == '\n' || !(c.is_control() || c == '\u{202e}');
        assert!(outcome.stdout.chars().all(harmless), "{}", outcome.stdout);
    }
    let shown = inspected(&desk, "odd.wasm");
    assert_eq!(
        shown["imports"]["never"],
        serde_json::json!(["wasi:x/\\u{1b}[2J@0.2.0"])
    );
}

#[test]
fn a_drill_refuses_a_check_without_a_manifest() {
    let desk = Desk::with(&Database::new().plan());
    desk.grants(&GRANTS);
    // The same check as it was before it was bundled, under its name.
    let bundled = std::fs::read(component("row-matrix")).unwrap();
    let bare = desk.path("row-matrix.wasm");
    std::fs::write(&bare, &bundled[..bundled.len() - manifest_bytes(&bundled)]).unwrap();
    let mut command = desk.vhost(&["run", "--checks"]);
    command.arg(&bare);
    let outcome = desk.wait_for(command);
    assert_eq!(outcome.code, Some(2), "{outcome:#?}");
    assert!(
        outcome.stderr.contains("check `row-matrix` carries no manifest: write a check.toml and add it with `vhost bundle`"),
        "{}",
        outcome.stderr
    );
    assert!(!desk.runs().exists());
}

/// How long the last section is: it is named, its length takes two bytes, and its identifier one.
fn manifest_bytes(bundled: &[u8]) -> usize {
    let name = b"vhost:check-manifest";
    let at = bundled
        .windows(name.len())
        .rposition(|at| at == name)
        .unwrap();
    bundled.len() - (at - 4)
}
