//! One row is there once and given columns hold given values.
//!
//! ```toml
//! [checks.row-unchanged]
//! relation = "schema.table"
//! key = { address = "a/1" }
//! columns = { state = "draft" }
//! ```
//!
//! **When to use it.** For one row that must not have moved, such as the unit that a trial was not to touch. For many rows, or
//! where cells should be counted and not named, see `row-exact`.

use std::collections::BTreeMap;

use vhost_check::{Cell, Check, CouldNotLook, Findings, Ident, Key, Relation, Row, Subject};

#[derive(serde::Deserialize)]
struct RowUnchanged {
    relation: Relation,
    key: Key,
    columns: BTreeMap<Ident, Cell>,
}

impl Check for RowUnchanged {
    fn run(self, findings: &mut Findings) -> Result<(), CouldNotLook> {
        let row = Row {
            relation: self.relation,
            key: self.key,
            cells: self.columns,
        };
        findings.about(&row.relation, |findings| {
            let seen = row.look()?;
            let here = Subject::from(&row.relation).at(&row.key);
            findings.expect_eq("one-row", here, 1, seen.rows);
            for (column, held) in &seen.cells {
                let cell = Subject::column(&row.relation, column).at(&row.key);
                findings.expect("column-unchanged", cell, *held);
            }
            Ok(())
        })
    }
}

vhost_check::export!(RowUnchanged);
