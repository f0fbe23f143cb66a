//! No sequence is about to run out.
//!
//! ```toml
//! [checks.sequence-headroom]
//! used_at_most = "80%"
//! left_at_least = 1000000
//! ignore = ["audit.batch_seq"]
//!
//! [checks.sequence-headroom.sequences]
//! "shop.order_id_seq" = { used_at_most = "95%", left_at_least = 5000000 }
//! ```
//!
//! **When to use it.** Always: a table whose key has no next value refuses every insert, from one moment to the next and for as
//! long as a rewrite of the table takes. The classic is a bigint sequence that feeds an integer column, and it is seen
//! here months before, in a copy, without a question to production.
//!
//! Every sequence of the database is judged but those of extensions and those in `ignore`; an entry in `sequences` is about
//! one of them, and one that is not there fails (`sequence-exists`). `used_at_most` (default 80%) is how much of its values
//! may be handed out, with at most four decimals; `left_at_least` (default 0) is how many there must still be; what an
//! entry does not say is as for all. The finding `sequence-headroom` has the values that must be left to meet both, and
//! those that are. What counts is the narrower of the sequence's own range and the types of the columns that it feeds. A
//! sequence that cycles does not run out, unless such a column refuses its values before it begins again. One that
//! counts down is judged by its way down. In a database without sequences there is nothing to look at.

mod headroom;
mod percent;

use std::collections::{BTreeMap, BTreeSet};

use headroom::Headroom;
use percent::Percent;
use vhost_check::{Check, CouldNotLook, Findings, Relation, evidence};

#[derive(serde::Deserialize)]
struct SequenceHeadroom {
    #[serde(default)]
    used_at_most: Percent,
    #[serde(default)]
    left_at_least: u64,
    #[serde(default)]
    ignore: BTreeSet<Relation>,
    #[serde(default)]
    sequences: BTreeMap<Relation, Demand>,
}

/// What is asked of one sequence; what is not said is as for all.
#[derive(serde::Deserialize)]
struct Demand {
    used_at_most: Option<Percent>,
    left_at_least: Option<u64>,
}

impl Check for SequenceHeadroom {
    fn run(self, findings: &mut Findings) -> Result<(), CouldNotLook> {
        if let Some(both) = self
            .sequences
            .keys()
            .find(|name| self.ignore.contains(name))
        {
            return Err(CouldNotLook::because(format!(
                "settings: {} is in `sequences` and in `ignore`; remove it from one of them",
                both.plain()
            )));
        }
        let mut seen = BTreeSet::new();
        for sequence in evidence::sequences() {
            let name = Relation {
                schema: sequence.schema.parse()?,
                name: sequence.name.parse()?,
            };
            seen.insert(name.clone());
            if self.ignore.contains(&name) {
                continue;
            }
            let Some(headroom) = Headroom::of(&sequence) else {
                findings.could_not_look("sequence-headroom", &name);
                continue;
            };
            findings.expect_at_least(
                "sequence-headroom",
                &name,
                count(self.must_be_left(&name, &headroom)),
                count(headroom.left),
            );
        }
        for gone in self.sequences.keys().chain(&self.ignore) {
            if !seen.contains(gone) {
                findings.expect("sequence-exists", gone, false);
            }
        }
        Ok(())
    }
}

impl SequenceHeadroom {
    /// How many values one sequence must still have.
    fn must_be_left(&self, name: &Relation, headroom: &Headroom) -> u128 {
        let own = self.sequences.get(name);
        let used_at_most = own.and_then(|own| own.used_at_most);
        let left_at_least = own.and_then(|own| own.left_at_least);
        if headroom.endless {
            return 0;
        }
        let used_at_most = used_at_most.unwrap_or(self.used_at_most);
        let left_at_least = left_at_least.unwrap_or(self.left_at_least);
        (headroom.all - used_at_most.of(headroom.all)).max(left_at_least.into())
    }
}

/// A bigint sequence has one value more than 64 bits count.
fn count(values: u128) -> i64 {
    i64::try_from(values).unwrap_or(i64::MAX)
}

vhost_check::export!(SequenceHeadroom);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greater_demand_counts_and_the_sequences_own_before_it() {
        let settings: SequenceHeadroom = serde_json::from_str(
            r#"{"used_at_most": "75%", "sequences": {"s.a": {"left_at_least": 30},
                "s.b": {"used_at_most": "99.5%"}}}"#,
        )
        .unwrap();
        let of = |name: &str, all, endless| {
            let headroom = Headroom {
                all,
                left: 0,
                endless,
            };
            settings.must_be_left(&Relation::parse(name).unwrap(), &headroom)
        };
        assert_eq!(of("s.a", 100, false), 30);
        assert_eq!(of("s.a", 1_000, false), 250);
        assert_eq!(of("s.b", 1_000, false), 5);
        assert_eq!(of("s.c", 1_000, true), 0);
        assert_eq!(count(1 << 64), i64::MAX);
    }
}
