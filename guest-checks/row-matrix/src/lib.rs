//! Expected numbers of rows, relation by relation and in total.
//!
//! ```toml
//! [checks.row-matrix]
//! relations = { "schema.table" = 5, "schema.other" = 0 }
//! total = 5
//! ```
//!
//! **When to use it.** Where numbers of rows are known beforehand: reference data, a register that only a release may change, the
//! result of a migration or an incident that is to be closed. For relations that live, see `row-drift`.
//!
//! `total` is optional: the sum of the rows restored in these relations.

use std::collections::BTreeMap;

use vhost_check::{Check, CouldNotLook, Findings, Relation};

#[derive(serde::Deserialize)]
struct RowMatrix {
    relations: BTreeMap<Relation, i64>,
    total: Option<i64>,
}

impl Check for RowMatrix {
    fn run(self, findings: &mut Findings) -> Result<(), CouldNotLook> {
        let mut restored = 0;
        for (relation, &expected) in &self.relations {
            findings.about(relation, |findings| {
                let rows = relation.count()?;
                findings.expect_eq("row-count", relation, expected, rows);
                restored += rows;
                Ok(())
            })?;
        }
        if let Some(total) = self.total {
            findings.expect_eq_overall("row-count-total", total, restored);
        }
        Ok(())
    }
}

vhost_check::export!(RowMatrix);
