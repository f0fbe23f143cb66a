use serde_json::Value;

use super::*;
use crate::manifest::{Direction, RowSum, RowsAs};

#[path = "../../../../../tests/schema.rs"]
mod schema;

fn document() -> Document {
    let mut content_digest = RowSum::default();
    content_digest.add(7);
    Document {
        dump: DumpStated {
            sha256: Sha256::of(b"dump"),
            bytes: 4,
            format: "plain".into(),
            server_version: "15.18".into(),
            pg_dump_version: "15.18".into(),
        },
        taken_at: Some("2026-01-01T00:00:00Z".into()),
        manifest: Manifest {
            form: Form {
                encoding: "UTF8".into(),
                rows: RowsAs::ColumnInserts,
                ..Form::default()
            },
            objects: vec![Object {
                kind: "TABLE".into(),
                schema: "public".into(),
                name: "odd \"name\"\n☃".into(),
                owner: "alice".into(),
                definition: Sha256::of(b"CREATE TABLE"),
            }],
            relations: vec![Relation {
                schema: "public".into(),
                name: "t".into(),
                columns: vec!["a".into()],
                rows: u64::MAX,
                bytes: 1,
                content_digest,
            }],
            sequences: vec![Sequence {
                schema: "public".into(),
                name: "s".into(),
                last_value: i64::MIN,
                is_called: true,
                direction: Direction::Descending,
            }],
            large_objects: vec![LargeObject {
                oid: u32::MAX,
                bytes: 0,
                content: Sha256::of(b""),
            }],
        },
        catalogue: Some(Catalogue::default()),
    }
}

fn written(document: &Document) -> String {
    let mut text = Vec::new();
    document.write(&mut text).unwrap();
    String::from_utf8(text).unwrap()
}

/// What is said of a file that holds this.
fn said_of(text: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("manifest.json");
    std::fs::write(&path, text).unwrap();
    let error = Document::read(&path).unwrap_err().to_string();
    error.replace(&path.display().to_string(), "PATH")
}

#[test]
fn a_document_reads_back() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("manifest.json");
    for catalogue in [None, Some(Catalogue::default())] {
        let document = Document {
            catalogue,
            ..document()
        };
        std::fs::write(&path, written(&document)).unwrap();
        assert_eq!(Document::read(&path).unwrap(), document);
    }
}

#[test]
fn a_document_is_what_its_schema_says() {
    let rules: Value = serde_json::from_str(include_str!("../manifest.schema.json")).unwrap();
    let given = Document {
        taken_at: None,
        catalogue: None,
        ..document()
    };
    for document in [document(), given] {
        let value = serde_json::from_str(&written(&document)).unwrap();
        assert_eq!(schema::violation(&rules, &rules, &value, "manifest"), None);
    }
    assert_eq!(rules["properties"]["schema"]["const"], SCHEMA);
    let mut value: Value = serde_json::from_str(&written(&document())).unwrap();
    value["objects"][0]["text"] = "CREATE TABLE".into();
    assert!(schema::violation(&rules, &rules, &value, "manifest").is_some());
}

#[test]
fn what_is_no_manifest_is_told_with_a_remedy() {
    let whole = written(&document());
    let anew = "take the manifest anew";
    let of_a_run = "give the manifest.json of a run";
    for (text, expected) in [
        (
            "not json".to_owned(),
            format!("PATH is not a manifest: {of_a_run}"),
        ),
        (
            whole[..whole.len() / 2].to_owned(),
            format!("PATH is not a manifest: {of_a_run}"),
        ),
        (
            "{\"verdict\": \"PASS\"}".to_owned(),
            format!("PATH is not a manifest: it says no schema; {of_a_run}"),
        ),
        (
            whole.replace("vhost.manifest/1", "vhost.manifest/2"),
            format!(
                "PATH has the schema `vhost.manifest/2`, and this version of vhost reads `vhost.manifest/1`: {anew}"
            ),
        ),
        (
            whole.replace("\"objects\"", "\"things\""),
            format!("PATH says it is a `vhost.manifest/1` and is not a whole one: {anew}"),
        ),
        (
            whole.replace(&Sha256::of(b"CREATE TABLE").to_string(), "00"),
            format!("PATH says it is a `vhost.manifest/1` and is not a whole one: {anew}"),
        ),
    ] {
        assert_eq!(said_of(&text), expected);
    }
    let dir = tempfile::tempdir().unwrap();
    for path in [dir.path().join("nothing"), dir.path().to_owned()] {
        let error = Document::read(&path).unwrap_err();
        assert!(matches!(error, ReadError::Open { .. }), "{error}");
    }
}

#[test]
fn what_cannot_be_written_is_told() {
    /// A disk that is full after some bytes.
    struct Full(usize);
    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let room = self.0.min(bytes.len());
            self.0 -= room;
            match room {
                0 => Err(io::ErrorKind::StorageFull.into()),
                room => Ok(room),
            }
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let WriteError(cause) = document().write(Full(100)).unwrap_err();
    assert_eq!(cause.kind(), io::ErrorKind::StorageFull);
}
