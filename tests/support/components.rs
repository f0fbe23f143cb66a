//! Guests as `guest-checks/build.sh` builds them, so that none is built twice.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Builds these packages, and says where the components are.
pub fn components(packages: &[&str]) -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let output = Command::new(workspace.join("guest-checks/build.sh"))
        .arg("--components")
        .args(packages)
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "the guests do not build");
    String::from_utf8(output.stdout).unwrap().trim_end().into()
}
