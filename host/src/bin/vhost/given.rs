//! The dump that was given, and what was said of it.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use vhost::drill::{From, Stated};
use vhost_dump::manifest::{Document, Manifest};

use crate::args::Run;

pub fn from(path: &Path, run: &Run) -> Result<From> {
    // A path that leads nowhere is a slip of the pen and no evidence about any dump.
    std::fs::metadata(path).with_context(|| format!("--dump: cannot find {}", path.display()))?;
    let manifest = run.dump_manifest.as_deref().map(manifest).transpose()?;
    Ok(From::Given {
        // Whole, so that what is hidden of it in artefacts leaves the file's name.
        path: whole(path)?,
        stated: Stated {
            sha256: run.dump_sha256,
            size: run.dump_size,
            manifest,
        },
    })
}

/// What a manifest says that its dump holds. That it is another file's says nothing: one database gives one manifest in
/// every format.
fn manifest(path: &Path) -> Result<Box<Manifest>> {
    let document = Document::read(path).context("--dump-manifest")?;
    Ok(Box::new(document.manifest))
}

/// The path from the root: what is used from elsewhere than here.
pub fn whole(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).with_context(|| format!("cannot tell where {} is", path.display()))
}
