//! `manifest.json` in the run's directory: written when the manifest is known, and swept before it is published.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;

use crate::drill::seen::Seen;
use crate::drill::supply::{Supplied, Taken};
use crate::reference::MANIFEST;
use crate::report::seal::secret_in;
use crate::report::{Evidence, Hit, ManifestSeen, Stop, Sweep};
use crate::restore::Restored;
use vhost_dump::digest::{Digest, HashingWriter};
use vhost_dump::facts::{DumpFacts, Origin};
use vhost_dump::manifest::document::WriteError;
use vhost_dump::manifest::{Document, DumpStated, Manifest};

#[derive(Debug, thiserror::Error)]
pub enum NotKept {
    #[error("cannot write {MANIFEST} into the run's directory")]
    Create(#[source] io::Error),
    #[error("cannot write {MANIFEST} into the run's directory")]
    Write(#[source] WriteError),
    #[error("cannot sweep {MANIFEST} for secrets")]
    Sweep(#[source] io::Error),
}

/// A restored database, its dump's manifest, and what is known of how the dump was taken.
pub struct Kept<'s> {
    pub restored: Restored<'s>,
    pub manifest: Arc<Manifest>,
    pub taken: Taken,
}

/// Writes the manifest of what was restored into the run's directory.
pub fn keep<'s>(
    supplied: Supplied<'s>,
    directory: &Path,
    seen: &mut Seen,
) -> Result<Kept<'s>, Stop> {
    let Supplied {
        restored,
        manifest,
        taken,
    } = supplied;
    let kept = |manifest| Kept {
        restored,
        manifest: Arc::new(manifest),
        taken: taken.clone(),
    };
    // A dump that was restored has its facts.
    let Some(dump) = &seen.evidence.dump else {
        return Ok(kept(manifest));
    };
    let (dump, taken_at) = stated(dump);
    let document = Document {
        dump,
        taken_at,
        manifest,
        catalogue: match &taken {
            Taken::Here(catalogue) => Some(catalogue.clone()),
            Taken::Elsewhere(_) => None,
        },
    };
    let written = write(&document, directory).map_err(|e| seen.stop(&e))?;
    seen.evidence.manifest = Some(written);
    Ok(kept(document.manifest))
}

/// Writes the manifest, private to its owner and durable on return.
fn write(document: &Document, directory: &Path) -> Result<ManifestSeen, NotKept> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let file = options.open(directory.join(MANIFEST));
    let mut hashing = HashingWriter::new(file.map_err(NotKept::Create)?);
    document.write(&mut hashing).map_err(NotKept::Write)?;
    let (file, digest) = hashing.finish();
    file.sync_all().map_err(NotKept::Create)?;
    Ok(seen(&document.manifest, digest))
}

/// What a manifest is of.
fn stated(dump: &DumpFacts) -> (DumpStated, Option<String>) {
    let taken_at = match &dump.origin {
        Origin::Fresh { taken_at, .. } => Some(taken_at.clone()),
        Origin::Given => None,
    };
    let stated = DumpStated {
        sha256: dump.digest.sha256,
        bytes: dump.digest.bytes,
        format: dump.format.name().to_owned(),
        server_version: dump.server_version.clone(),
        pg_dump_version: dump.pg_dump_version.clone(),
    };
    (stated, taken_at)
}

fn seen(manifest: &Manifest, digest: Digest) -> ManifestSeen {
    let rows = manifest.relations.iter().map(|relation| relation.rows);
    ManifestSeen {
        digest,
        objects: manifest.objects.len() as u64,
        relations: manifest.relations.len() as u64,
        rows: rows.sum(),
        sequences: manifest.sequences.len() as u64,
        large_objects: manifest.large_objects.len() as u64,
    }
}

/// Looks for secrets in the written manifest; one that holds a secret is removed and told, as any other text would be.
///
/// Names of objects are all that it holds of what others wrote, and one of them can be a secret's.
pub fn sweep(
    evidence: &mut Evidence,
    directory: &Path,
    known: &dyn Fn(&[u8]) -> Option<&'static str>,
) -> Result<(), NotKept> {
    if evidence.manifest.is_none() {
        return Ok(());
    }
    let path = directory.join(MANIFEST);
    let file = File::open(&path).map_err(NotKept::Sweep)?;
    if let Some(secret) = secret_in(file, known).map_err(NotKept::Sweep)? {
        std::fs::remove_file(&path).map_err(NotKept::Sweep)?;
        evidence.manifest = None;
        evidence.sweep = Some(Sweep {
            texts: 0,
            artefacts: Vec::new(),
            hits: vec![Hit {
                place: MANIFEST,
                secret,
            }],
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::report::SourceSeen;
    use vhost_dump::digest::Sha256;
    use vhost_dump::manifest::Relation;

    fn document(name: &str) -> Document {
        let relation = |name: &str, rows| Relation {
            schema: "shop".to_owned(),
            name: name.to_owned(),
            columns: vec!["id".to_owned()],
            rows,
            bytes: 2 * rows,
            content_digest: Default::default(),
        };
        Document {
            dump: DumpStated {
                sha256: Sha256::of(b"dump"),
                bytes: 4,
                format: "plain".to_owned(),
                server_version: "15.18".to_owned(),
                pg_dump_version: "15.18".to_owned(),
            },
            taken_at: None,
            manifest: Manifest {
                relations: vec![relation("orders", 40), relation(name, 2)],
                ..Manifest::default()
            },
            catalogue: None,
        }
    }

    #[test]
    fn it_is_written_whole_and_private() {
        let directory = tempfile::tempdir().unwrap();
        let document = document("units");
        let seen = write(&document, directory.path()).unwrap();
        let path = directory.path().join(MANIFEST);
        let text = std::fs::read(&path).unwrap();
        assert_eq!(seen.digest.sha256, Sha256::of(&text));
        assert_eq!(seen.digest.bytes, text.len() as u64);
        assert_eq!((seen.relations, seen.rows), (2, 42));
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(Document::read(&path).unwrap(), document);
    }

    #[test]
    fn one_that_names_a_secret_is_withheld() {
        let known = |bytes: &[u8]| {
            let found = bytes.windows(7).any(|some| some == b"hunter2");
            found.then_some("the password")
        };
        for (name, hits) in [("units", 0), ("hunter2", 1)] {
            let directory = tempfile::tempdir().unwrap();
            let mut evidence = Evidence::nothing_yet(SourceSeen::GivenDump);
            evidence.manifest = Some(write(&document(name), directory.path()).unwrap());
            sweep(&mut evidence, directory.path(), &known).unwrap();
            let found = evidence.sweep.map_or(0, |sweep| sweep.hits.len());
            assert_eq!(found, hits);
            assert_eq!(evidence.manifest.is_some(), hits == 0);
            assert_eq!(directory.path().join(MANIFEST).exists(), hits == 0);
        }
    }
}
