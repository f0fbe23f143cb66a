//! Relations have about as many rows as in the dump that was accepted.
//!
//! ```toml
//! [checks.row-drift.rows]
//! "*" = { shrink = "1%", grow = "25%" }
//! "audit.*" = "any"
//! "shop.order" = { shrink = 0, grow = "any" }
//! ```
//!
//! **When to use it.** Every drill after the first: a dump that lost half of a table restores without a fault, and only an
//! earlier one can tell. The gate `drift` judges all relations by the plan's `[reference.rows]`; take this check where who
//! owns the data sets the tolerances of their own relations, or wants a row of the report that speaks of them alone.
//!
//! The numbers are those of the two manifests, the dump's and the reference's (the last accepted run, or `--reference`),
//! so no relation needs to be read; that the restored database holds as many rows as the dump is what the gate `fidelity`
//! asserts. The narrowest entry that fits a relation counts: its own, its schema's, `*`. A relation without one is not
//! judged. An amount is a number of rows, a percentage of the reference's rows with at most four decimals, or `any`; not
//! written, `shrink` is 0 and `grow` is `any`. Of no rows every percentage is none.
//!
//! A relation of the reference that the dump does not have fails (`relation-in-dump`), unless it may have `any` number of
//! rows. One that an entry names and that neither has fails (`relation-exists`). One that an entry names and that is
//! newer than the reference could not be looked at
//! (`relation-in-reference`): accept a run that has it. Without a reference nothing could. The parts
//! of a partitioned table are judged one by one, since it is they that have rows.

mod tolerance;

use std::collections::{BTreeMap, BTreeSet};

use tolerance::{About, Tolerance, narrowest};
use vhost_check::{Check, CouldNotLook, Findings, Relation, evidence};

#[derive(serde::Deserialize)]
struct RowDrift {
    rows: BTreeMap<About, Tolerance>,
}

/// Rows by relation.
type Rows = BTreeMap<Relation, u64>;

impl Check for RowDrift {
    fn run(self, findings: &mut Findings) -> Result<(), CouldNotLook> {
        let reference = evidence::reference().ok_or_else(|| {
            CouldNotLook::because(
                "there is no reference: accept a run of this plan with `vhost accept`, or name one with `--reference`",
            )
        })?;
        self.judge(&rows(reference)?, &rows(evidence::relations())?, findings);
        Ok(())
    }
}

fn rows(relations: Vec<evidence::Relation>) -> Result<Rows, CouldNotLook> {
    let rows = relations.into_iter().map(|relation| {
        let name = Relation {
            schema: relation.schema.parse()?,
            name: relation.name.parse()?,
        };
        Ok((name, relation.rows))
    });
    rows.collect()
}

impl RowDrift {
    /// Judges every relation that an entry is about.
    fn judge(&self, reference: &Rows, dump: &Rows, findings: &mut Findings) {
        let named = self.rows.keys().filter_map(|about| match about {
            About::One(relation) => Some(relation),
            About::Schema(_) | About::Every => None,
        });
        let named: BTreeSet<&Relation> = named.collect();
        let known = reference.keys().chain(dump.keys());
        let all: BTreeSet<&Relation> = known.chain(named.iter().copied()).collect();
        for relation in all {
            let Some(tolerance) = narrowest(&self.rows, relation) else {
                continue;
            };
            match (reference.get(relation), dump.get(relation)) {
                (Some(&before), Some(&now)) => {
                    hold(relation, tolerance, before, now, findings);
                }
                (Some(_), None) if tolerance != Tolerance::Any => {
                    findings.expect("relation-in-dump", relation, false);
                }
                (None, None) => findings.expect("relation-exists", relation, false),
                (None, Some(_)) if named.contains(relation) => {
                    findings.could_not_look("relation-in-reference", relation);
                }
                (Some(_) | None, _) => {}
            }
        }
    }
}

/// One finding, with the bound on the side to which the rows went.
fn hold(relation: &Relation, tolerance: Tolerance, before: u64, now: u64, findings: &mut Findings) {
    let count = |rows: u64| i64::try_from(rows).unwrap_or(i64::MAX);
    match tolerance.most(before) {
        Some(most) if now > before => {
            findings.expect_at_most("row-drift", relation, count(most), count(now));
        }
        _ => {
            let least = count(tolerance.least(before));
            findings.expect_at_least("row-drift", relation, least, count(now));
        }
    }
}

vhost_check::export!(RowDrift);
