//! Holds the objects and the relations of the dump's manifest against those of its reference.

use std::collections::BTreeMap;

use vhost_check::evidence::{Side, reference, relations};
use vhost_check::{Check, CouldNotLook, Findings, evidence, objects};

#[derive(serde::Deserialize)]
struct Comparer {
    /// How many objects are asked for at a time.
    portion: u32,
    /// Whether there is a reference.
    reference: bool,
}

impl Check for Comparer {
    fn run(self, findings: &mut Findings) -> Result<(), CouldNotLook> {
        let dump = self.definitions(Side::Dump, findings);
        findings.expect_eq_overall("objects-there", 1, dump.is_some().into());
        let held = self.definitions(Side::Reference, findings);
        findings.expect_eq_overall(
            "reference-there",
            self.reference.into(),
            held.is_some().into(),
        );
        findings.expect_eq_overall(
            "relations-there",
            self.reference.into(),
            reference().is_some().into(),
        );
        let (Some(dump), Some(held)) = (dump, held) else {
            return Ok(());
        };
        let differ = |one: &Definitions, other: &Definitions| {
            let different = one
                .iter()
                .filter(|(name, digest)| other.get(*name) != Some(*digest));
            different.count() as i64
        };
        findings.expect_eq_overall("objects-changed-or-new", 0, differ(&dump, &held));
        findings.expect_eq_overall("objects-changed-or-lost", 0, differ(&held, &dump));
        let before = reference().unwrap_or_default();
        let changed = relations().into_iter().filter(|now| {
            let name = (&now.schema, &now.name);
            let same = before.iter().find(|one| (&one.schema, &one.name) == name);
            same.is_none_or(|one| one.content_digest != now.content_digest)
        });
        findings.expect_eq_overall("contents-changed", 0, changed.count() as i64);
        Ok(())
    }
}

/// Kind, schema and name to the definition's digest.
type Definitions = BTreeMap<(String, String, String), String>;

impl Comparer {
    /// Every object of a manifest, and that a portion is as long as it was asked to be.
    fn definitions(&self, side: Side, findings: &mut Findings) -> Option<Definitions> {
        let mut portions = Vec::new();
        loop {
            let after = portions.len() as u64;
            let portion = evidence::objects(side, after, self.portion)?;
            if portion.is_empty() {
                break;
            }
            portions.extend(portion);
        }
        let all: Vec<_> = objects(side)?.collect();
        let same = all.iter().zip(&portions);
        let same = same.filter(|(one, other)| one.definition_digest == other.definition_digest);
        findings.expect_eq_overall("portions-whole", all.len() as i64, same.count() as i64);
        let past = evidence::objects(side, u64::MAX, u32::MAX)?;
        findings.expect_eq_overall("nothing-past-the-end", 0, past.len() as i64);
        let bounded = evidence::objects(side, 0, u32::MAX)?.len() <= 1_000;
        findings.expect_eq_overall("portions-bounded", 1, bounded.into());
        let named = all.into_iter().map(|object| {
            let name = (object.kind, object.schema, object.name);
            (name, object.definition_digest)
        });
        Some(named.collect())
    }
}

vhost_check::export!(Comparer);
