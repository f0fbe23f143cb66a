//! Rows, sequences and large objects against those of the reference.

use std::collections::HashMap;

use super::{Cycling, Judged, LARGE_OBJECTS};
use crate::finding::{Shown, Status};
use crate::plan::tolerance::{Relations, Tolerance, Tolerances};
use vhost_dump::manifest::{Direction, Manifest, Relation, Sequence};

/// Each relation of the reference has its rows, as far as its tolerance asks.
pub fn rows(expected: &Manifest, dump: &Manifest, tolerances: &Tolerances, judged: &mut Judged) {
    let now: HashMap<(&str, &str), &Relation> = by_name(dump);
    for before in &expected.relations {
        let tolerance = tolerances.of(&before.schema, &before.name);
        if tolerance == Tolerance::Any {
            continue;
        }
        let subject = format!("TABLE DATA {}.{}", before.schema, before.name);
        let Some(now) = now.get(&(before.schema.as_str(), before.name.as_str())) else {
            judged.wrong(
                "rows-there",
                subject,
                count(before.rows),
                text("is missing"),
            );
            continue;
        };
        if !tolerance.admits(before.rows, now.rows) {
            judged.wrong(
                "rows-tolerated",
                subject,
                count(before.rows),
                count(now.rows),
            );
            continue;
        }
        if tolerance != Tolerance::Exact || before.rows == 0 {
            continue;
        }
        // The digest is of the rows as the dump has them: in another encoding the same bytes are other letters.
        let encoded = expected.form.encoding != dump.form.encoding;
        if encoded || before.content_digest != now.content_digest {
            let (status, found) = if encoded {
                (
                    Status::CouldNotLook,
                    "as many rows, written in another encoding than the reference's, so they cannot be compared",
                )
            } else if expected.form.rows != dump.form.rows {
                (
                    Status::CouldNotLook,
                    "as many rows, written by other statements than the reference's, so they cannot be compared",
                )
            } else {
                (Status::Fail, "as many rows, and not the same ones")
            };
            let reference = text("the rows of the reference");
            judged.push("rows-equal", status, subject, reference, text(found));
        }
    }
    // A relation that the reference does not have has a definition that it does not have either; but a plan that
    // allows new tables, and wants the rows of this one exact, must not get rows that nobody ever looked at.
    let known = by_name(expected);
    for relation in &dump.relations {
        let name = (relation.schema.as_str(), relation.name.as_str());
        let exact = tolerances.of(name.0, name.1) == Tolerance::Exact;
        if exact && !known.contains_key(&name) && relation.rows > 0 {
            let subject = format!("TABLE DATA {}.{}", name.0, name.1);
            judged.wrong(
                "rows-equal",
                subject,
                text("not in the reference"),
                count(relation.rows),
            );
        }
    }
    // What was not compared is said as well.
    let with = |tolerance: Tolerance| {
        let relations = expected.relations.iter();
        let asked = relations.map(|one| tolerances.of(&one.schema, &one.name));
        asked.filter(|one| *one == tolerance).count()
    };
    let (exact, any) = (with(Tolerance::Exact), with(Tolerance::Any));
    for (rule, subject, relations) in [
        ("rows-compared", "relations row by row", exact),
        (
            "row-counts-compared",
            "relations by their number of rows alone",
            expected.relations.len() - exact - any,
        ),
        ("rows-not-compared", "relations", any),
    ] {
        if relations > 0 {
            judged.compared(rule, subject, relations);
        }
    }
}

/// Large objects have no names that mean anything, so they are counted; where the plan wants them exact, each counts.
pub fn large_objects(
    expected: &Manifest,
    dump: &Manifest,
    tolerances: &Tolerances,
    judged: &mut Judged,
) {
    let (before, now) = (&expected.large_objects, &dump.large_objects);
    let tolerance = tolerances.of(LARGE_OBJECTS.0, LARGE_OBJECTS.1);
    if !tolerance.admits(before.len() as u64, now.len() as u64) {
        judged.wrong(
            "large-objects-tolerated",
            "large objects".to_owned(),
            count(before.len() as u64),
            count(now.len() as u64),
        );
    } else if tolerance == Tolerance::Exact && !same(before, now) {
        judged.wrong(
            "large-objects-equal",
            "large objects".to_owned(),
            text("those of the reference"),
            text("as many, and not the same ones"),
        );
    }
}

fn same<T: Ord>(one: &[T], other: &[T]) -> bool {
    let sorted = |all: &[T]| {
        let mut order: Vec<usize> = (0..all.len()).collect();
        order.sort_by(|a, b| all[*a].cmp(&all[*b]));
        order
    };
    let (a, b) = (sorted(one), sorted(other));
    a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| one[*a] == other[*b])
}

/// No sequence of the reference has gone back: what it gives next would have been given before.
pub fn sequences(expected: &Manifest, dump: &Manifest, cycling: &Cycling, judged: &mut Judged) {
    let now: HashMap<(&str, &str), &Sequence> = dump
        .sequences
        .iter()
        .map(|sequence| ((&*sequence.schema, &*sequence.name), sequence))
        .collect();
    for before in &expected.sequences {
        let subject = format!("SEQUENCE SET {}.{}", before.schema, before.name);
        let Some(now) = now.get(&(&*before.schema, &*before.name)) else {
            let value = Shown::Count(before.last_value);
            judged.wrong("sequence-there", subject, value, text("is missing"));
            continue;
        };
        // Not called yet comes before called with the same value.
        let (was, is) = (place(before), place(now));
        let back = match before.direction {
            Direction::Ascending => is < was,
            Direction::Descending => (-is.0, is.1) < (-was.0, was.1),
        };
        if back && !cycling.contains(&before.schema, &before.name) {
            judged.wrong("sequence-not-back", subject, value(before), value(now));
        }
    }
    judged.compared("sequences-compared", "sequences", expected.sequences.len());
}

fn place(sequence: &Sequence) -> (i128, bool) {
    (sequence.last_value.into(), sequence.is_called)
}

fn value(sequence: &Sequence) -> Shown {
    match sequence.is_called {
        true => Shown::Count(sequence.last_value),
        false => text(&format!("{}, not given yet", sequence.last_value)),
    }
}

/// A tolerance about a relation that neither side has is a slip of the pen, and guards nothing.
pub fn unknown_relations(
    expected: &Manifest,
    dump: &Manifest,
    tolerances: &Tolerances,
    judged: &mut Judged,
) {
    for about in tolerances.about() {
        let mut all = expected.relations.iter().chain(&dump.relations);
        let known = all.any(|relation| about.contain((&relation.schema, &relation.name)))
            || about.contain(LARGE_OBJECTS);
        if !known && *about != Relations::Every {
            judged.push(
                "tolerance-of-a-relation",
                Status::CouldNotLook,
                about.to_string(),
                text("a relation of the reference or of the dump"),
                text("neither has it: correct [reference.rows]"),
            );
        }
    }
}

fn by_name(manifest: &Manifest) -> HashMap<(&str, &str), &Relation> {
    let named = manifest.relations.iter();
    named
        .map(|relation| ((&*relation.schema, &*relation.name), relation))
        .collect()
}

fn count(rows: u64) -> Shown {
    i64::try_from(rows).map_or_else(|_| Shown::Text(rows.to_string()), Shown::Count)
}

fn text(words: &str) -> Shown {
    Shown::Text(words.to_owned())
}
