//! What a dump of one database cannot hold, as the server's catalogue has it.
//!
//! The same questions are put to the source, under the dump's snapshot, and to the restored database.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// The answers, sorted so that two of them can be held against each other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    pub server_version: String,
    /// Extension to installed version (`pg_extension.extversion`).
    pub extensions: BTreeMap<String, String>,
    /// Tables that belong to an extension, hold data, and whose rows pg_dump leaves out (not in `extconfig`), as
    /// `schema.name`.
    pub member_tables: BTreeSet<String>,
    /// Indexes that pg_dump leaves out because `indisvalid` is false, as `schema.name`.
    pub invalid_indexes: BTreeSet<String>,
    /// `pg_db_role_setting` of this database: the role, empty for all roles, to settings as `name=value`. Values are
    /// digests, because a setting may hold anything.
    pub database_settings: BTreeMap<String, BTreeSet<String>>,
    /// The same of roles in every database, for the roles that this database refers to. A dump of one database has none.
    pub role_settings: BTreeMap<String, BTreeSet<String>>,
    /// Stored generated columns, as `schema.table.column`, to the digest of their expression: pg_dump leaves their values
    /// out and the restore computes them anew.
    pub generated: BTreeMap<String, String>,
    /// Collations in use to their recorded version (`pg_collation.collversion`); the database's own is `(database)`.
    pub collations: BTreeMap<String, String>,
    /// Whether the cluster has data checksums.
    pub data_checksums: bool,
}
