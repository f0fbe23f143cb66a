//! One row is there once and given columns hold given values.
//!
//! ```toml
//! [checks.row-unchanged]
//! relation = "schema.table"
//! key = { address = "a/1" }
//! columns = { state = "draft" }
//! ```

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
