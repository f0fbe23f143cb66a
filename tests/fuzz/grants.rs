//! A grants file: reading it ends, an error names a line that is there, and what was written is what is read.

use std::path::Path;
use std::sync::LazyLock;

use tempfile::TempDir;
use vhost::grant::file::{Grants, GrantsError};
use vhost::grant::record::{Record, RecordError, stanza_of};

use crate::component::one_line;

pub const WORDS: &[&str] = &[
    "version = 1\n",
    "[[grant]]\n",
    "grant = [{}]\n",
    "[grant.limits]\n",
    "check = \"row-exact\"\n",
    "version = \"1.0.0-rc.1+5\"\n",
    "component = \"sha256:",
    "imports = [\"vhost:check/query@0.1.0\"]\n",
    "report = \"values\"\n",
    "read = [\"app.orders(id, \\\"a\\\"\\\"b\\\")\", '\"a.b\".*']\n",
    "artefacts = [\"exports\"]\n",
    "withheld = [\"report\", \"memory\", \"audit.*\", \"exports\"]\n",
    "approved_by = \"somebody\"\n",
    "approved_at = \"2026-01-02T03:04:05Z\"\n",
    "approved_at = 1979-05-27T07:32:00Z\n",
    "memory = \"64MiB\"\n",
    "rows = 18446744073709551616\n",
    "\"\"\"",
    "'''",
    "# a comment\n",
    "\\u202e",
    "\u{feff}",
];

/// Where a file is written and read again.
static SCRATCH: LazyLock<TempDir> = LazyLock::new(|| {
    let memory = Path::new("/dev/shm");
    // Each file is synced to its disk; in memory that costs nothing.
    tempfile::tempdir_in(if memory.is_dir() {
        memory
    } else {
        Path::new("/tmp")
    })
    .expect("a temporary directory")
});

pub fn check(input: &[u8]) -> String {
    let path = SCRATCH.path().join("grants.toml");
    let Ok(text) = std::str::from_utf8(input) else {
        std::fs::write(&path, input).expect("the file is written");
        assert!(Grants::read(&path).is_err(), "it is not UTF-8");
        return "not UTF-8".to_owned();
    };
    let grants = match Grants::parse(&path, text) {
        Ok(grants) => grants,
        Err(error) => {
            if let GrantsError::Line { line, .. } = &error {
                // Behind the last line feed is one more.
                let lines = text.split('\n').count();
                assert!((1..=lines).contains(line), "line {line} of {lines}");
            }
            return one_line(error.to_string());
        }
    };
    for grant in &grants.grants {
        let stanza = format!(
            "version = 1\n\n{}",
            stanza_of(grant, "a\n\u{1b}[31msummary")
        );
        let again = Grants::parse(&path, &stanza);
        assert_eq!(
            again.expect("what was written is read").grants,
            [grant.clone()],
            "{stanza}"
        );
    }
    std::fs::write(&path, text).expect("the file is written");
    edited(&path, &grants)
}

/// Puts every grant as it is, and takes every second one out.
fn edited(path: &Path, grants: &Grants) -> String {
    let mut record = match Record::open(path) {
        Ok(record) => record,
        Err(error @ RecordError::NoTables { .. }) => return one_line(error.to_string()),
        Err(error) => panic!("what was read cannot be edited: {error}"),
    };
    for grant in &grants.grants {
        record.put(grant, "a summary");
    }
    record.write().expect("the grants are written");
    assert_eq!(&Grants::read(path).expect("they are read"), grants);

    let mut record = Record::open(path).expect("it is edited again");
    let mut kept = Vec::new();
    for (index, grant) in grants.grants.iter().enumerate() {
        if index % 2 == 0 {
            assert!(record.remove(&grant.check), "{} is not there", grant.check);
        } else {
            kept.push(grant.clone());
        }
    }
    record.write().expect("the others are written");
    assert_eq!(Grants::read(path).expect("they are read").grants, kept);
    format!("{} grants", grants.grants.len().min(3))
}
