//! What differs between two manifests, named and never shown.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{LargeObject, Manifest, Object, Relation, Sequence};

/// One object that is not the same on both sides.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Difference {
    /// pg_dump's own word, for example `POLICY`; `TABLE DATA`, `SEQUENCE SET` and `BLOB` for contents.
    pub kind: String,
    /// Empty for what is in no schema.
    pub schema: String,
    pub name: String,
    pub change: Change,
}

/// How an object differs; never a row value and never the text of a definition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case", tag = "change")]
pub enum Change {
    /// Expected and not there.
    Missing,
    /// There and not expected.
    Unexpected,
    DefinitionDiffers,
    OwnerDiffers {
        expected: String,
        actual: String,
    },
    /// Columns that rows have on one side only.
    ColumnsDiffer {
        missing: Vec<String>,
        unexpected: Vec<String>,
    },
    RowsDiffer {
        expected: u64,
        actual: u64,
    },
    /// As many rows, and not the same ones.
    ContentDiffers,
    /// A sequence's last value.
    ValueDiffers {
        expected: i64,
        actual: i64,
    },
    /// A sequence's last value is the same, and only on one side it was given out already.
    CalledDiffers {
        expected: bool,
        actual: bool,
    },
    /// A large object's length.
    BytesDiffer {
        expected: u64,
        actual: u64,
    },
}

/// What of two manifests is held against each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compare {
    pub access: Access,
    pub rows: Rows,
}

/// Owners and grants (`ACL`, `DEFAULT ACL`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Compared,
    /// The plan restores without roles, so that both are lost on purpose.
    Aside,
}

/// Rows, sequences' values and large objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    Compared,
    /// Drift judges them by the plan's tolerances.
    Aside,
}

/// Every difference, in the order of kinds, schemas and names.
pub fn differences(expected: &Manifest, actual: &Manifest, compare: Compare) -> Vec<Difference> {
    let mut found = Vec::new();
    let kept = |object: &&Object| {
        let access = matches!(&*object.kind, "ACL" | "DEFAULT ACL");
        !(access && compare.access == Access::Aside)
    };
    let sides = [expected, actual].map(|manifest| manifest.objects.iter().filter(kept));
    let of_object = |object: &Object| (object.kind.to_string(), object.schema.to_string());
    for (before, now) in paired(sides, |object| (&object.kind, &object.schema, &object.name)) {
        let mut add = |object: &Object, change| {
            let (kind, schema) = of_object(object);
            let name = object.name.to_string();
            found.push(Difference {
                kind,
                schema,
                name,
                change,
            });
        };
        match (before, now) {
            (Some(before), Some(now)) => {
                if before.definition != now.definition {
                    add(before, Change::DefinitionDiffers);
                }
                if before.owner != now.owner && compare.access == Access::Compared {
                    let change = Change::OwnerDiffers {
                        expected: before.owner.to_string(),
                        actual: now.owner.to_string(),
                    };
                    add(before, change);
                }
            }
            (Some(before), None) => add(before, Change::Missing),
            (None, Some(now)) => add(now, Change::Unexpected),
            (None, None) => {}
        }
    }
    if compare.rows == Rows::Compared {
        contents(expected, actual, &mut found);
    }
    found.sort();
    found
}

fn contents(expected: &Manifest, actual: &Manifest, found: &mut Vec<Difference>) {
    let mut add = |kind: &str, schema: &str, name: &str, change| {
        found.push(Difference {
            kind: kind.to_owned(),
            schema: schema.to_owned(),
            name: name.to_owned(),
            change,
        });
    };
    let sides = [expected, actual].map(|manifest| manifest.relations.iter());
    for pair in paired(sides, |relation| (&relation.schema, &relation.name)) {
        if let (Some(one), change) = change(pair, of_rows) {
            change.map(|change| add("TABLE DATA", &one.schema, &one.name, change));
        }
    }
    let sides = [expected, actual].map(|manifest| manifest.sequences.iter());
    for pair in paired(sides, |sequence| (&sequence.schema, &sequence.name)) {
        if let (Some(one), change) = change(pair, of_sequence) {
            change.map(|change| add("SEQUENCE SET", &one.schema, &one.name, change));
        }
    }
    let sides = [expected, actual].map(|manifest| manifest.large_objects.iter());
    for pair in paired(sides, |object| object.oid) {
        if let (Some(one), change) = change(pair, of_large_object) {
            change.map(|change| add("BLOB", "", &one.oid.to_string(), change));
        }
    }
}

/// The one that is there, the expected first, and how the two differ.
fn change<'m, T>(
    (before, now): (Option<&'m T>, Option<&'m T>),
    both: impl Fn(&T, &T) -> Option<Change>,
) -> (Option<&'m T>, Option<Change>) {
    let change = match (before, now) {
        (Some(before), Some(now)) => both(before, now),
        (Some(_), None) => Some(Change::Missing),
        (None, _) => Some(Change::Unexpected),
    };
    (before.or(now), change)
}

fn of_rows(before: &Relation, now: &Relation) -> Option<Change> {
    let without = |some: &[String], others: &[String]| -> Vec<String> {
        let some = some.iter().filter(|column| !others.contains(column));
        some.cloned().collect()
    };
    let missing = without(&before.columns, &now.columns);
    let unexpected = without(&now.columns, &before.columns);
    if !missing.is_empty() || !unexpected.is_empty() {
        return Some(Change::ColumnsDiffer {
            missing,
            unexpected,
        });
    }
    if before.rows != now.rows {
        return Some(Change::RowsDiffer {
            expected: before.rows,
            actual: now.rows,
        });
    }
    (before.content_digest != now.content_digest).then_some(Change::ContentDiffers)
}

fn of_sequence(before: &Sequence, now: &Sequence) -> Option<Change> {
    if before.last_value != now.last_value {
        return Some(Change::ValueDiffers {
            expected: before.last_value,
            actual: now.last_value,
        });
    }
    (before.is_called != now.is_called).then_some(Change::CalledDiffers {
        expected: before.is_called,
        actual: now.is_called,
    })
}

fn of_large_object(before: &LargeObject, now: &LargeObject) -> Option<Change> {
    if before.bytes != now.bytes {
        return Some(Change::BytesDiffer {
            expected: before.bytes,
            actual: now.bytes,
        });
    }
    (before.content != now.content).then_some(Change::ContentDiffers)
}

/// What has one name on both sides, in the order of names. Entries that share a name, such as grants on a table and on its
/// columns, are paired in their order once those that are equal have found each other.
fn paired<'m, T: PartialEq + 'm, K: Ord>(
    sides: [impl Iterator<Item = &'m T>; 2],
    name: impl Fn(&'m T) -> K,
) -> Vec<(Option<&'m T>, Option<&'m T>)> {
    let mut names: BTreeMap<K, [Vec<&'m T>; 2]> = BTreeMap::new();
    for (side, all) in sides.into_iter().enumerate() {
        for one in all {
            names.entry(name(one)).or_default()[side].push(one);
        }
    }
    let mut pairs = Vec::new();
    for [mut before, mut now] in names.into_values() {
        before.retain(|one| match now.iter().position(|other| one == other) {
            Some(equal) => {
                now.remove(equal);
                false
            }
            None => true,
        });
        let longest = before.len().max(now.len());
        pairs.extend((0..longest).map(|at| (before.get(at).copied(), now.get(at).copied())));
    }
    pairs
}
