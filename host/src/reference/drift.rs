//! How far a dump is from its reference, and whether the plan lets it be.

mod contents;

use std::collections::BTreeSet;

use super::{Cycling, DriftSeen, Reference, ReferenceSeen};
use crate::finding::{Finding, Shown, Status};
use crate::plan::reference::ReferencePlan;
use vhost_dump::manifest::{
    Access, Catalogue, Change, Compare, Difference, Manifest, Rows, differences,
};

/// Differences that are named, of those that fail and of those that are allowed; the rest is counted.
const NAMED: usize = 200;

/// pg_dump's word for the entry of one.
const EXTENSION: &str = "EXTENSION";

/// How the database's own large objects are called in a tolerance, after the catalogue that holds them.
const LARGE_OBJECTS: (&str, &str) = ("pg_catalog", "pg_largeobject");

/// What is held against the reference.
#[derive(Clone, Copy)]
pub struct Dump<'d> {
    pub manifest: &'d Manifest,
    /// Of the source, where this drill has taken the dump.
    pub catalogue: Option<&'d Catalogue>,
}

/// Holds a dump's manifest against the reference.
///
/// Definitions must be equal, but for kinds that the plan allows to change. Rows must be within the plan's tolerances,
/// and sequences must not have gone back.
pub fn drift(
    reference: &Reference,
    dump: Dump<'_>,
    plan: &ReferencePlan,
    cycling: &Cycling,
) -> DriftSeen {
    let expected = &reference.manifest;
    let mut judged = Judged::default();
    if let (Some(before), Some(now)) = (&reference.catalogue, dump.catalogue) {
        extensions(before, now, plan, &mut judged);
    }
    let dump = dump.manifest;
    definitions(expected, dump, plan, &mut judged);
    contents::rows(expected, dump, &plan.rows, &mut judged);
    contents::large_objects(expected, dump, &plan.rows, &mut judged);
    contents::sequences(expected, dump, cycling, &mut judged);
    contents::unknown_relations(expected, dump, &plan.rows, &mut judged);
    let (findings, allowed) = judged.bounded();
    DriftSeen {
        reference: Some(ReferenceSeen {
            sha256: reference.sha256,
            accepted: reference.accepted.clone(),
        }),
        findings,
        allowed,
    }
}

/// What is known so far.
#[derive(Default)]
struct Judged {
    wrong: Vec<Finding>,
    /// What passes as a whole, counted.
    fine: Vec<Finding>,
    allowed: Vec<String>,
}

impl Judged {
    /// Counts what was compared, which passes where nothing is wrong.
    fn compared(&mut self, rule: &str, subject: &str, count: usize) {
        let count = Shown::Count(i64::try_from(count).unwrap_or(i64::MAX));
        self.fine.push(Finding {
            rule: rule.to_owned(),
            status: Status::Pass,
            subject: subject.to_owned(),
            expected: Shown::Nothing,
            actual: count,
        });
    }

    fn wrong(&mut self, rule: &str, subject: String, expected: Shown, actual: Shown) {
        self.push(rule, Status::Fail, subject, expected, actual);
    }

    fn push(
        &mut self,
        rule: &str,
        status: Status,
        subject: String,
        expected: Shown,
        actual: Shown,
    ) {
        self.wrong.push(Finding {
            rule: rule.to_owned(),
            status,
            subject,
            expected,
            actual,
        });
    }

    /// The findings and the allowed differences, each cut with a count of what is left out.
    fn bounded(mut self) -> (Vec<Finding>, Vec<String>) {
        // What could not be looked at must not be cut off by what fails.
        self.wrong.sort_by_key(|finding| finding.status);
        if let Some(more) = self.wrong.len().checked_sub(NAMED).filter(|more| *more > 0) {
            self.wrong.truncate(NAMED);
            self.wrong(
                "more-differences",
                String::new(),
                Shown::Count(0),
                Shown::Count(i64::try_from(more).unwrap_or(i64::MAX)),
            );
        }
        if let Some(more) = self
            .allowed
            .len()
            .checked_sub(NAMED)
            .filter(|more| *more > 0)
        {
            self.allowed.truncate(NAMED);
            self.allowed
                .push(format!("{more} more differences that the plan allows"));
        }
        self.wrong.append(&mut self.fine);
        (self.wrong, self.allowed)
    }
}

/// What an extension's objects are goes by its version, which no dump says.
fn extensions(before: &Catalogue, now: &Catalogue, plan: &ReferencePlan, judged: &mut Judged) {
    for (name, before, now) in before.other_versions(now) {
        let subject = format!("{EXTENSION} {name}");
        match plan.allow.iter().any(|kind| kind == EXTENSION) {
            true => judged.allowed.push(format!(
                "{subject} is of version {now} and was of {before}, which the plan allows"
            )),
            false => {
                let text = |version: &str| Shown::Text(format!("version {version}"));
                judged.wrong("extension-version", subject, text(before), text(now));
            }
        }
    }
}

fn definitions(expected: &Manifest, dump: &Manifest, plan: &ReferencePlan, judged: &mut Judged) {
    let text = |words: &str| Shown::Text(words.to_owned());
    let without = [("the reference", expected), ("the dump", dump)];
    for (which, manifest) in without {
        // A dump of rows alone names no object; of one without its headings nothing tells what it defines.
        let bare = manifest.objects.is_empty() && !manifest.relations.is_empty();
        if bare || manifest.form.unheaded > 0 {
            let words = format!("{which} does not name all that it defines, as pg_dump does");
            judged.push(
                "definitions-readable",
                Status::CouldNotLook,
                String::new(),
                Shown::Nothing,
                text(&words),
            );
            return;
        }
    }
    if let Some(other) = expected.form.written_otherwise(&dump.form) {
        judged.push(
            "dumped-alike",
            Status::CouldNotLook,
            String::new(),
            text("a dump with the reference's flags of pg_dump"),
            text(&format!(
                "they differ in {other}, so definitions cannot be compared"
            )),
        );
        return;
    }
    let compare = Compare {
        access: Access::Compared,
        rows: Rows::Aside,
    };
    let oids = |manifest: &Manifest| -> BTreeSet<u32> {
        manifest.large_objects.iter().map(|one| one.oid).collect()
    };
    let kept = &oids(expected) & &oids(dump);
    for difference in differences(expected, dump, compare) {
        if counted_as_large_object(&difference, &kept) {
            continue;
        }
        let subject = subject(&difference);
        let (before, now) = change(&difference.change);
        match plan.allow.contains(&difference.kind) {
            true => judged
                .allowed
                .push(format!("{subject} {now}, which the plan allows")),
            false => judged.wrong(
                "definition-equal",
                subject,
                Shown::Text(before),
                Shown::Text(now),
            ),
        }
    }
    judged.compared("definitions-compared", "objects", expected.objects.len());
}

/// Whether this is about a large object that comes or goes, which is counted like a row: a dump has an entry for each, or
/// for some of them together. Of one that was there before and is there now (`kept`), owner, grants and comment must be equal.
fn counted_as_large_object(difference: &Difference, kept: &BTreeSet<u32>) -> bool {
    let oid = match (
        difference.kind.as_str(),
        difference.name.strip_prefix("LARGE OBJECT "),
    ) {
        ("BLOBS" | "BLOB METADATA" | "BLOB COMMENTS", _) => return true,
        ("BLOB", _) => difference.name.as_str(),
        (_, Some(oid)) => oid,
        _ => return false,
    };
    // Of a name that is none, both sides have what they have.
    !oid.parse().is_ok_and(|oid| kept.contains(&oid))
}

fn subject(difference: &Difference) -> String {
    match difference.schema.as_str() {
        "" => format!("{} {}", difference.kind, difference.name),
        schema => format!("{} {schema}.{}", difference.kind, difference.name),
    }
}

/// What the reference has, and what the dump has instead.
fn change(change: &Change) -> (String, String) {
    let both = |before: &str, now: &str| (before.to_owned(), now.to_owned());
    match change {
        Change::Missing => both("as in the reference", "is missing"),
        Change::Unexpected => both("not in the reference", "is new"),
        Change::DefinitionDiffers => both("as in the reference", "is defined otherwise"),
        Change::OwnerDiffers { expected, actual } => (
            format!("owned by {expected}"),
            format!("is owned by {actual}"),
        ),
        Change::ColumnsDiffer { .. } => both("as in the reference", "has other columns"),
        Change::RowsDiffer { .. }
        | Change::ContentDiffers
        | Change::ValueDiffers { .. }
        | Change::CalledDiffers { .. }
        | Change::BytesDiffer { .. } => both("as in the reference", "holds something else"),
    }
}

#[cfg(test)]
mod tests;
