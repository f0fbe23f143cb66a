//! Named rows equal their expectation cell for cell.
//!
//! ```toml
//! [[checks.row-exact.rows]]
//! relation = "schema.table"
//! key = { id = 7 }
//! cells = { state = "draft", approved = false, closed_at = { null = true } }
//! ```
//!
//! **When to use it.** For rows that somebody would be held to: contracts, fees, the accounts of the system itself, what a
//! migration wrote. It proves that a row came through whole, cell for cell, where a count says that some row did.
//!
//! A string is compared with the column's text form (TimeZone UTC, DateStyle ISO). Exactly one row must have the key.
//! Equal cells are counted in one finding a row; each unlike cell has its own.

use vhost_check::{Check, CouldNotLook, Findings, Row, Subject};

#[derive(serde::Deserialize)]
struct RowExact {
    rows: Vec<Row>,
}

impl Check for RowExact {
    fn run(self, findings: &mut Findings) -> Result<(), CouldNotLook> {
        for row in &self.rows {
            findings.about(&row.relation, |findings| {
                let seen = row.look()?;
                let here = Subject::from(&row.relation).at(&row.key);
                findings.expect_eq("one-row", here.clone(), 1, seen.rows);
                let equal = seen.cells.values().filter(|held| **held).count();
                findings.expect_eq("cells-equal", here, seen.cells.len(), equal);
                for (column, _) in seen.cells.iter().filter(|(_, held)| !**held) {
                    let cell = Subject::column(&row.relation, column).at(&row.key);
                    findings.expect("cell-equal", cell, false);
                }
                Ok(())
            })?;
        }
        Ok(())
    }
}

vhost_check::export!(RowExact);
