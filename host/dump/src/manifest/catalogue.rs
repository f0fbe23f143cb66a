//! What a dump of one database cannot hold, as the server's catalogue has it.
//!
//! The same questions are put to the source, under the dump's snapshot, and to the restored database.

mod question;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::digest::Sha256;

pub use question::questions;

/// The answers, sorted so that two of them can be held against each other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// `server_version` with a packager's suffix where there is one, for example `15.20 (Debian 15.20-0+deb12u1)`.
    pub server_version: String,
    /// Extension to installed version (`pg_extension.extversion`).
    pub extensions: BTreeMap<String, String>,
    /// Tables that belong to an extension, as `schema.name`, to their number of rows: pg_dump leaves rows out, but for
    /// those of the tables and conditions that the extension names. `None` where they could not be counted.
    pub member_tables: BTreeMap<String, Option<u64>>,
    /// Indexes that pg_dump leaves out because `indisvalid` or `indisready` is false, as `schema.name`.
    pub invalid_indexes: BTreeSet<String>,
    /// Constraints whose triggers are not enabled, as `schema.table constraint`: pg_dump leaves the state of these triggers
    /// out, and restores them enabled. Written where there are some.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub unenforced_constraints: BTreeSet<String>,
    /// What somebody put into a schema of the system, as `kind schema.name`: no dump holds these schemas. Written where there is
    /// some.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub in_system_schemas: BTreeSet<String>,
    /// Subscriptions of this database: a role that is no superuser dumps none. Written where there are some.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub subscriptions: BTreeSet<String>,
    /// User mappings, as `server role`, whose options the asking role may not see, and so does not dump. Written where there
    /// are some.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub hidden_mappings: BTreeSet<String>,
    /// `pg_db_role_setting` of this database: the role, empty for all roles, to settings as `name=digest`: the SHA-256
    /// of the value, because a setting may hold anything.
    pub database_settings: BTreeMap<String, BTreeSet<String>>,
    /// The same of roles in every database, for the roles that this database refers to. A dump of one database has none.
    pub role_settings: BTreeMap<String, BTreeSet<String>>,
    /// Stored generated columns, as `schema.table.column`, to the SHA-256 of their expression: pg_dump leaves their
    /// values out and the restore computes them anew.
    pub generated: BTreeMap<String, String>,
    /// Collations in use to their recorded version (`pg_collation.collversion`); the database's own is `(database)`.
    pub collations: BTreeMap<String, String>,
    /// Those of them whose recorded version is not the one that the server's library has now.
    pub stale_collations: BTreeSet<String>,
    /// Whether the cluster has data checksums.
    pub data_checksums: bool,
}

impl Catalogue {
    /// Takes one row of the answer to [`questions`]: what it is about, a name, and a value.
    ///
    /// Returns the SQL that counts the rows of a member table, whose answer goes to [`Catalogue::count`].
    pub fn take(&mut self, about: &str, name: &str, value: &str) -> Option<String> {
        let digest = |text: &str| Sha256::of(text.as_bytes()).to_string();
        let setting = || {
            let (key, value) = value.split_once('=').unwrap_or((value, ""));
            format!("{key}={}", digest(value))
        };
        match about {
            "server-version" => value.clone_into(&mut self.server_version),
            "data-checksums" => self.data_checksums = value == "on",
            "extension" => {
                self.extensions.insert(name.to_owned(), value.to_owned());
            }
            "member-table" => {
                self.member_tables.insert(name.to_owned(), None);
                return Some(format!("SELECT pg_catalog.count(*) FROM ONLY {value}"));
            }
            "invalid-index" => {
                self.invalid_indexes.insert(name.to_owned());
            }
            "system-schema" => {
                self.in_system_schemas.insert(name.to_owned());
            }
            "subscription" => {
                self.subscriptions.insert(name.to_owned());
            }
            "hidden-mapping" => {
                self.hidden_mappings.insert(name.to_owned());
            }
            "unenforced-constraint" => {
                self.unenforced_constraints.insert(name.to_owned());
            }
            "database-setting" => {
                let settings = self.database_settings.entry(name.to_owned());
                settings.or_default().insert(setting());
            }
            "role-setting" => {
                let settings = self.role_settings.entry(name.to_owned());
                settings.or_default().insert(setting());
            }
            "generated" => {
                self.generated.insert(name.to_owned(), digest(value));
            }
            "collation" => {
                self.collations.insert(name.to_owned(), value.to_owned());
            }
            "stale-collation" => {
                self.stale_collations.insert(name.to_owned());
            }
            // Both ends of the questions are in this room; a word that one end does not know is passed over.
            _ => {}
        }
        None
    }

    /// Extensions that both have, in different versions: name, version here, version there. No dump says which it is of.
    pub fn other_versions<'c>(
        &'c self,
        there: &'c Self,
    ) -> impl Iterator<Item = (&'c str, &'c str, &'c str)> {
        self.extensions.iter().filter_map(|(name, here)| {
            let there = there.extensions.get(name)?;
            (here != there).then_some((name.as_str(), here.as_str(), there.as_str()))
        })
    }

    /// Notes the rows of a member table.
    pub fn count(&mut self, table: &str, rows: Option<u64>) {
        self.member_tables.insert(table.to_owned(), rows);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_settings_value_is_not_kept() {
        let mut catalogue = Catalogue::default();
        catalogue.take("database-setting", "", "app.token=hunter2=x");
        let kept = format!("{catalogue:?}");
        assert!(kept.contains("app.token="), "{kept}");
        assert!(!kept.contains("hunter2"), "{kept}");
    }

    #[test]
    fn every_question_has_its_answer() {
        for version in [90_600, 110_000, 150_000, 180_000] {
            let sql = questions(version);
            let mut catalogue = Catalogue::default();
            for about in sql.split("SELECT '").skip(1) {
                let about = about.split('\'').next().unwrap();
                catalogue.take(about, "name", "on");
            }
            let empty = format!("{:?}", Catalogue::default());
            let filled = format!("{catalogue:?}");
            let fields = |text: &str| text.matches("{}").count();
            assert!(fields(&filled) < fields(&empty), "{filled}");
            if version >= 150_000 {
                assert_eq!(fields(&filled), 0, "{filled}");
            }
        }
    }
}
