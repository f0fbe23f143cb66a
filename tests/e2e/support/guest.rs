//! Where checks lie: the shipped ones as `guest-checks/build.sh` leaves them, the tests' own as
//! cargo builds them and `vhost bundle` puts a manifest on them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Guests of `tests/guests` that drills here run.
const OWN: &[&str] = &[
    "endless-loop",
    "memory-hog",
    "sleeper",
    "babbler",
    "teller",
    "reader",
    "hostile",
    "comparer",
];

#[path = "../../support/components.rs"]
mod components;

use components::components;

/// The component of a check by its name.
pub fn component(check: &str) -> PathBuf {
    if OWN.contains(&check) {
        return bundled().join(format!("{check}.wasm"));
    }
    let file = format!("{check}.wasm");
    let shipped = workspace().join("guest-checks").join(&file);
    let other = workspace().join("target/languages").join(&file);
    match (shipped.is_file(), other.is_file()) {
        (true, _) => shipped,
        (false, true) => other,
        (false, false) => panic!(
            "{file} is missing: run guest-checks/build.sh --languages and tests/languages/run.sh first"
        ),
    }
}

pub fn workspace() -> &'static Path {
    // Cargo gives an absolute path below the workspace.
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The tests' own guests with their manifests.
fn bundled() -> &'static Path {
    static BUNDLED: OnceLock<PathBuf> = OnceLock::new();
    BUNDLED.get_or_init(|| {
        let directory = workspace().join("target/guests");
        std::fs::create_dir_all(&directory).unwrap();
        for guest in OWN {
            let bundled = Command::new(env!("CARGO_BIN_EXE_vhost"))
                .arg("bundle")
                .arg(without_manifest(guest))
                .arg("--manifest")
                .arg(workspace().join(format!("tests/guests/{guest}/check.toml")))
                .arg("--output")
                .arg(directory.join(format!("{guest}.wasm")))
                .output()
                .unwrap();
            assert!(bundled.status.success(), "{guest}: {bundled:?}");
        }
        directory
    })
}

/// One of the tests' own guests as cargo builds it.
pub fn without_manifest(guest: &str) -> PathBuf {
    built().join(format!("{}.wasm", guest.replace('-', "_")))
}

/// Builds the tests' own guests once.
fn built() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| components(OWN))
}
