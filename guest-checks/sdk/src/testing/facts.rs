//! Evidence for a [`World`](super::World), with what a test does not care about filled in.

use crate::evidence::{
    DatabaseSetting, DumpFacts, Extension, FedColumn, Object, Relation, RestoreFacts, Sequence,
};

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

/// A sequence from 1 by 1 to the greatest bigint that has handed out `last_value` and feeds no column.
pub fn sequence(schema: &str, name: &str, last_value: i64) -> Sequence {
    Sequence {
        schema: schema.to_owned(),
        name: name.to_owned(),
        type_name: "bigint".to_owned(),
        last_value,
        is_called: true,
        increment: 1,
        least: 1,
        greatest: i64::MAX,
        cycles: false,
        feeds: Vec::new(),
    }
}

/// A column for [`Sequence::feeds`]; `type_name` is for example `integer`.
pub fn fed_column(schema: &str, relation: &str, column: &str, type_name: &str) -> FedColumn {
    FedColumn {
        schema: schema.to_owned(),
        relation: relation.to_owned(),
        column: column.to_owned(),
        type_name: type_name.to_owned(),
    }
}

/// An extension whose objects are in the schema `public`.
pub fn extension(name: &str, version: &str) -> Extension {
    Extension {
        name: name.to_owned(),
        schema: "public".to_owned(),
        version: version.to_owned(),
    }
}

/// A setting for every session of the database.
pub fn database_setting(name: &str, value: &str) -> DatabaseSetting {
    DatabaseSetting {
        role: String::new(),
        name: name.to_owned(),
        value: Some(value.to_owned()),
    }
}
