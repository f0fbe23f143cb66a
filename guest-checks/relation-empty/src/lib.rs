//! Relations that must have no rows.
//!
//! ```toml
//! [checks.relation-empty]
//! relations = ["schema.table"]
//! ```
//!
//! **When to use it.** For relations whose first row is news: a queue of failed jobs, a table that is to be dropped, aliases that
//! nobody may make. Also for tables that a backup must not carry, whose rows were excluded from the dump.

use vhost_check::{Check, CouldNotLook, Findings, Relation};

#[derive(serde::Deserialize)]
struct RelationEmpty {
    relations: Vec<Relation>,
}

impl Check for RelationEmpty {
    fn run(self, findings: &mut Findings) -> Result<(), CouldNotLook> {
        for relation in &self.relations {
            findings.about(relation, |findings| {
                findings.expect_none("relation-empty", relation, relation.count()?);
                Ok(())
            })?;
        }
        Ok(())
    }
}

vhost_check::export!(RelationEmpty);
