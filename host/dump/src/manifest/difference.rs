//! What differs between two manifests, named and never shown.

use serde::Serialize;

use super::{LargeObject, Manifest, Object, Relation, Sequence};

/// One object that is not the same on both sides.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Difference {
    /// pg_dump's own word, for example `POLICY`; `TABLE DATA`, `SEQUENCE SET` and `BLOB` for contents.
    pub kind: String,
    /// Empty for what is in no schema.
    pub schema: String,
    /// As the manifest has it; of a large object, its number.
    pub name: String,
    /// One of the ways in which it differs: an object may have several differences.
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
    /// The canonical text of its statements is not the same.
    DefinitionDiffers,
    /// Its owner.
    OwnerDiffers {
        /// Empty where the expected dump does not say.
        expected: String,
        /// Empty where the actual dump does not say.
        actual: String,
    },
    /// Columns that rows have on one side only.
    ColumnsDiffer {
        /// On the expected side only, unquoted.
        missing: Vec<String>,
        /// On the actual side only, unquoted.
        unexpected: Vec<String>,
    },
    /// A relation's number of rows.
    RowsDiffer {
        /// Rows on the expected side.
        expected: u64,
        /// Rows on the actual side.
        actual: u64,
    },
    /// As many rows, or as many bytes of a large object, and not the same ones.
    ContentDiffers,
    /// A sequence's last value.
    ValueDiffers {
        /// `last_value` on the expected side.
        expected: i64,
        /// `last_value` on the actual side.
        actual: i64,
    },
    /// A sequence's last value is the same, and only on one side it was given out already.
    CalledDiffers {
        /// `is_called` on the expected side.
        expected: bool,
        /// `is_called` on the actual side.
        actual: bool,
    },
    /// A large object's length.
    BytesDiffer {
        /// Bytes on the expected side.
        expected: u64,
        /// Bytes on the actual side.
        actual: u64,
    },
}

/// What of two manifests is held against each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compare {
    /// Whether owners and grants are compared.
    pub access: Access,
    /// Whether contents are compared.
    pub rows: Rows,
}

/// Owners and grants (`ACL`, `DEFAULT ACL`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Owners only where both dumps name them; a dump under `--no-owner` still has its grants compared.
    Compared,
    /// The plan restores without roles, so that both are lost on purpose.
    Aside,
}

/// Rows, sequences' values and large objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// Every relation, sequence and large object that either side has.
    Compared,
    /// Drift judges them by the plan's tolerances.
    Aside,
}

/// Kinds whose heading repeats the owner of what they belong to. pg_dump writes no statement that sets it.
const OWNED_THROUGH_ANOTHER: [&str; 22] = [
    "ACL",
    "CAST",
    "CHECK CONSTRAINT",
    "COMMENT",
    "CONSTRAINT",
    "DATABASE PROPERTIES",
    "DEFAULT",
    "DEFAULT ACL",
    "EXTENSION",
    "FK CONSTRAINT",
    "INDEX",
    "INDEX ATTACH",
    "MATERIALIZED VIEW DATA",
    "POLICY",
    "PUBLICATION TABLE",
    "PUBLICATION TABLES IN SCHEMA",
    "ROW SECURITY",
    "RULE",
    "SECURITY LABEL",
    "SEQUENCE OWNED BY",
    "TABLE ATTACH",
    "TRIGGER",
];

/// Every difference, in the order of kinds, schemas and names.
///
/// Objects of one kind, schema and name, such as the default privileges of several roles, are held against each other
/// as a whole: which of them is which does not matter.
pub fn differences(expected: &Manifest, actual: &Manifest, compare: Compare) -> Vec<Difference> {
    // A dump without owners says nothing about them.
    let owners = match expected.form.no_owner || actual.form.no_owner {
        true => Access::Aside,
        false => compare.access,
    };
    let mut found = Vec::new();
    sides(
        sorted(&expected.objects, compare.access),
        sorted(&actual.objects, compare.access),
        |object| (&*object.kind, &*object.schema, &*object.name),
        |expected, actual| objects(expected, actual, owners, &mut found),
    );
    if compare.rows == Rows::Compared {
        sides(
            expected.relations.iter().collect(),
            actual.relations.iter().collect(),
            |relation| (relation.schema.as_str(), relation.name.as_str()),
            |expected, actual| relations(expected, actual, &mut found),
        );
        sides(
            expected.sequences.iter().collect(),
            actual.sequences.iter().collect(),
            |sequence| (sequence.schema.as_str(), sequence.name.as_str()),
            |expected, actual| sequences(expected, actual, &mut found),
        );
        sides(
            expected.large_objects.iter().collect(),
            actual.large_objects.iter().collect(),
            |object| object.oid,
            |expected, actual| large_objects(expected, actual, &mut found),
        );
    }
    found.sort();
    found
}

/// The objects that are compared at all.
fn sorted(objects: &[Object], access: Access) -> Vec<&Object> {
    let access_only = |object: &&Object| ["ACL", "DEFAULT ACL"].contains(&&*object.kind);
    let compared = objects
        .iter()
        .filter(|object| access == Access::Compared || !access_only(object));
    compared.collect()
}

/// Calls `each` with what both sides have under one key, for every key; one of the two may be empty.
fn sides<'m, T, K: Ord>(
    mut expected: Vec<&'m T>,
    mut actual: Vec<&'m T>,
    key: impl Fn(&'m T) -> K,
    mut each: impl FnMut(&[&'m T], &[&'m T]),
) {
    expected.sort_by_key(|one| key(one));
    actual.sort_by_key(|one| key(one));
    let (mut expected, mut actual) = (&expected[..], &actual[..]);
    loop {
        let least = match (expected.first(), actual.first()) {
            (Some(e), Some(a)) => key(e).min(key(a)),
            (Some(one), None) | (None, Some(one)) => key(one),
            (None, None) => return,
        };
        let (e, a) = (
            expected.partition_point(|one| key(one) <= least),
            actual.partition_point(|one| key(one) <= least),
        );
        each(&expected[..e], &actual[..a]);
        (expected, actual) = (&expected[e..], &actual[a..]);
    }
}

/// Objects of one identity.
fn objects(expected: &[&Object], actual: &[&Object], owners: Access, found: &mut Vec<Difference>) {
    let same_owner = |e: &Object, a: &Object| {
        e.owner == a.owner || owners == Access::Aside || OWNED_THROUGH_ANOTHER.contains(&&*e.kind)
    };
    let (mut expected, mut actual) = (expected.to_vec(), actual.to_vec());
    // Of several, those that are equal are each other; then those whose definitions are.
    let mut pairs = Vec::new();
    let alike: [&dyn Fn(&Object, &Object) -> bool; 3] = [
        &|e, a| e.definition == a.definition && same_owner(e, a),
        &|e, a| e.definition == a.definition,
        &|_, _| true,
    ];
    for alike in alike {
        expected.retain(|e| {
            let at = actual.iter().position(|a| alike(e, a));
            pairs.extend(at.map(|at| (*e, actual.remove(at))));
            at.is_none()
        });
    }
    let mut add = |object: &Object, change| {
        found.push(Difference {
            kind: object.kind.to_string(),
            schema: object.schema.to_string(),
            name: object.name.to_string(),
            change,
        });
    };
    for (e, a) in pairs {
        if e.definition != a.definition {
            add(e, Change::DefinitionDiffers);
        }
        if !same_owner(e, a) {
            let (expected, actual) = (e.owner.to_string(), a.owner.to_string());
            add(e, Change::OwnerDiffers { expected, actual });
        }
    }
    expected.iter().for_each(|e| add(e, Change::Missing));
    actual.iter().for_each(|a| add(a, Change::Unexpected));
}

fn relations(expected: &[&Relation], actual: &[&Relation], found: &mut Vec<Difference>) {
    let name = |relation: &Relation| (relation.schema.clone(), relation.name.clone());
    contents("TABLE DATA", name, expected, actual, found, |e, a| {
        let without = |these: &[String], those: &[String]| -> Vec<String> {
            let without = these.iter().filter(|column| !those.contains(column));
            without.cloned().collect()
        };
        let missing = without(&e.columns, &a.columns);
        let unexpected = without(&a.columns, &e.columns);
        let mut changes = Vec::new();
        if e.rows != a.rows {
            changes.push(Change::RowsDiffer {
                expected: e.rows,
                actual: a.rows,
            });
        }
        if !(missing.is_empty() && unexpected.is_empty()) {
            changes.push(Change::ColumnsDiffer {
                missing,
                unexpected,
            });
        } else if changes.is_empty() && e.content_digest != a.content_digest {
            changes.push(Change::ContentDiffers);
        }
        changes
    });
}

fn sequences(expected: &[&Sequence], actual: &[&Sequence], found: &mut Vec<Difference>) {
    let name = |sequence: &Sequence| (sequence.schema.clone(), sequence.name.clone());
    contents("SEQUENCE SET", name, expected, actual, found, |e, a| {
        if e.last_value != a.last_value {
            let (expected, actual) = (e.last_value, a.last_value);
            vec![Change::ValueDiffers { expected, actual }]
        } else if e.is_called != a.is_called {
            let (expected, actual) = (e.is_called, a.is_called);
            vec![Change::CalledDiffers { expected, actual }]
        } else {
            Vec::new()
        }
    });
}

fn large_objects(expected: &[&LargeObject], actual: &[&LargeObject], found: &mut Vec<Difference>) {
    let name = |object: &LargeObject| (String::new(), object.oid.to_string());
    contents("BLOB", name, expected, actual, found, |e, a| {
        if e.bytes != a.bytes {
            let (expected, actual) = (e.bytes, a.bytes);
            vec![Change::BytesDiffer { expected, actual }]
        } else if e.content != a.content {
            vec![Change::ContentDiffers]
        } else {
            Vec::new()
        }
    });
}

/// Contents of one name: a manifest has it once, and one that somebody made up may have it more often.
fn contents<T>(
    kind: &str,
    name: impl Fn(&T) -> (String, String),
    expected: &[&T],
    actual: &[&T],
    found: &mut Vec<Difference>,
    changes: impl Fn(&T, &T) -> Vec<Change>,
) {
    let mut add = |one: &T, change| {
        let (schema, name) = name(one);
        found.push(Difference {
            kind: kind.to_owned(),
            schema,
            name,
            change,
        });
    };
    let both = expected.len().min(actual.len());
    for (e, a) in expected.iter().zip(actual) {
        for change in changes(e, a) {
            add(e, change);
        }
    }
    expected[both..]
        .iter()
        .for_each(|e| add(e, Change::Missing));
    actual[both..]
        .iter()
        .for_each(|a| add(a, Change::Unexpected));
}

#[cfg(test)]
mod tests;
