//! Evidence for a [`World`](super::World), with what a test does not care about filled in.

use crate::evidence::{DumpFacts, Object, Relation, RestoreFacts};

/// A dump in the custom format, taken at 2026-05-17 02:00 UTC.
pub fn dump() -> DumpFacts {
    DumpFacts {
        sha256: "0".repeat(64),
        bytes: 1_048_576,
        format: "custom".to_owned(),
        server_version: "15.18".to_owned(),
        taken_at: "2026-05-17T02:00:00Z".to_owned(),
        source_role: "backup".to_owned(),
    }
}

/// A restore without errors into another system than the source's.
pub fn restore() -> RestoreFacts {
    RestoreFacts {
        server_version: "15.18".to_owned(),
        system_identifier: 7_000_000_000_000_000_001,
        differs_from_source: true,
        benign_errors: 0,
        serious_errors: 0,
    }
}

/// A table with so many rows; equal `content`, equal rows.
pub fn table(schema: &str, name: &str, rows: u64, content: &str) -> Relation {
    Relation {
        schema: schema.to_owned(),
        name: name.to_owned(),
        kind: "table".to_owned(),
        rows,
        content_digest: content.to_owned(),
    }
}

/// One entry of a manifest, owned by `app`; equal `definition`, equal definitions.
pub fn object(kind: &str, schema: &str, name: &str, definition: &str) -> Object {
    Object {
        kind: kind.to_owned(),
        schema: schema.to_owned(),
        name: name.to_owned(),
        owner: "app".to_owned(),
        definition_digest: definition.to_owned(),
    }
}
