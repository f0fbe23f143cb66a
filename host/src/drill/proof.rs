//! Whether a given dump is whole and the stated one, before anything of it is restored.

use std::collections::HashSet;

use crate::drill::order::Stated;
use crate::drill::seen::Seen;
use crate::report::Stop;
use vhost_dump::digest::Digest;
use vhost_dump::manifest::{
    Access, Change, Compare, Difference, Manifest, Rows, Scanned, differences,
};
use vhost_dump::supplied::SuppliedDump;

/// Differences from a stated manifest that are named before the rest is counted.
const NAMED: usize = 20;

impl Stated {
    /// What of the file's size and digest is not as stated.
    pub fn against(&self, found: Digest) -> Vec<String> {
        let size = self.size.filter(|stated| *stated != found.bytes);
        let sha256 = self.sha256.filter(|stated| *stated != found.sha256);
        let size = size.map(|stated| format!("has {} bytes, not the stated {stated}", found.bytes));
        let sha256 = sha256
            .map(|stated| format!("has the SHA-256 {}, not the stated {stated}", found.sha256));
        size.into_iter().chain(sha256).collect()
    }
}

/// Why the text of an archive, as pg_restore writes it, is not what pg_dump would have written.
pub fn unfinished(scanned: &Scanned) -> Option<String> {
    scanned.ending.defect(None)
}

/// What is worth knowing of a file that several dumps were put into.
pub fn put_together(scanned: &Scanned) -> Option<String> {
    (scanned.dumps > 1).then(|| {
        format!(
            "the file holds {} of pg_dump's scripts, one behind another; they were restored as one, in this order",
            scanned.dumps
        )
    })
}

/// Which tables a supplied dump makes and holds no entry for the rows of. pg_dump writes one for an empty table as well, so that it
/// was left out on purpose or lost.
pub fn without_rows(scanned: &Scanned) -> Option<String> {
    let manifest = &scanned.manifest;
    let with_rows: HashSet<(&str, &str)> = manifest
        .relations
        .iter()
        .map(|relation| (&*relation.schema, &*relation.name))
        .collect();
    let tables = manifest
        .objects
        .iter()
        .filter(|object| &*object.kind == "TABLE")
        .filter(|object| {
            let name = (object.schema.to_string(), object.name.to_string());
            !scanned.partitioned.contains(&name)
        });
    let (with, without): (Vec<_>, Vec<_>) =
        tables.partition(|object| with_rows.contains(&(&*object.schema, &*object.name)));
    let number = match without.len() {
        0 => return None,
        1 => "1 table".to_owned(),
        more => format!("{more} tables"),
    };
    if with.is_empty() {
        return Some(format!(
            "the dump is partial: it holds the definitions of {number} and no entry for rows, as with --schema-only"
        ));
    }
    let mut names: Vec<String> = without
        .iter()
        .take(NAMED)
        .map(|object| format!("{}.{}", object.schema, object.name))
        .collect();
    if without.len() > NAMED {
        names.push(format!("{} more", without.len() - NAMED));
    }
    Some(format!(
        "the dump is partial: it holds the definition of {number} and no entry for the rows: {}; they were left out when it was taken \
         (--exclude-table-data), or lost",
        names.join(", ")
    ))
}

/// Whether a dump's line ends were converted on its way.
///
/// In rows and between statements they mean nothing to Postgres, and inside a function's body or a comment they are text.
pub fn converted(scanned: &Scanned) -> Option<String> {
    scanned.carriage_returns.then(|| {
        "was converted to the line ends of Windows (CR LF), and so were the texts in it: give the dump as pg_dump wrote it, or convert it back"
            .to_owned()
    })
}

/// Whether a dump's text changes its encoding on the way, so that some of its letters mean others.
pub fn reencoded(scanned: &Scanned) -> Option<String> {
    let other = scanned.other_encoding.as_deref()?;
    Some(format!(
        "sets client_encoding again, to {other:?}, which pg_dump does once: its text was changed"
    ))
}

/// Whether a dump's statements go to a database that it does not make.
pub fn elsewhere(scanned: &Scanned) -> Option<String> {
    let (first, rest) = scanned.connects.split_first()?;
    let other = rest.iter().find(|other| *other != first);
    let other = match (&scanned.database.create, other) {
        (Some(_), None) => return None,
        (Some(_), Some(other)) => other,
        (None, _) => first,
    };
    Some(format!(
        "connects to the database {other:?}, which it does not create: pg_dump writes no such dump"
    ))
}

/// How what a dump holds differs from the stated manifest.
pub fn other(stated: &Manifest, scanned: &Scanned) -> Vec<String> {
    let compare = Compare {
        access: Access::Compared,
        rows: Rows::Compared,
    };
    let found = differences(stated, &scanned.manifest, compare);
    let mut named: Vec<String> = found.iter().take(NAMED).map(told).collect();
    // The same bytes are other letters then.
    if stated.form.encoding != scanned.manifest.form.encoding {
        named.push(
            "is not the dump of the stated manifest: it sets another client_encoding".to_owned(),
        );
    }
    // Without it, a dump from which somebody took all owners would be the stated one.
    if let Some(flag) = stated.form.written_otherwise(&scanned.manifest.form) {
        named.push(format!(
            "is not the dump of the stated manifest: it was not written alike, but differs in {flag}"
        ));
    }
    if found.len() > NAMED {
        named.push(format!(
            "has {} more differences from the stated manifest",
            found.len() - NAMED
        ));
    }
    named
}

fn told(difference: &Difference) -> String {
    let Difference {
        kind,
        schema,
        name,
        change,
    } = difference;
    let object = match schema.as_str() {
        "" => format!("{kind} {name}"),
        _ => format!("{kind} {schema}.{name}"),
    };
    let how = match change {
        Change::Missing => "is missing in it".to_owned(),
        Change::Unexpected => "is in it and not in the manifest".to_owned(),
        Change::DefinitionDiffers => "has another definition".to_owned(),
        Change::OwnerDiffers { expected, actual } => {
            format!("has the owner {actual:?}, not {expected:?}")
        }
        Change::ColumnsDiffer {
            missing,
            unexpected,
        } => format!(
            "has other columns: {} missing, {} unexpected",
            missing.len(),
            unexpected.len()
        ),
        Change::RowsDiffer { expected, actual } => format!("has {actual} rows, not {expected}"),
        Change::ContentDiffers => "has as many rows, and not the same ones".to_owned(),
        Change::ValueDiffers { expected, actual } => {
            format!("has the value {actual}, not {expected}")
        }
        Change::CalledDiffers { .. } => "gives another next value".to_owned(),
        Change::BytesDiffer { expected, actual } => {
            format!("has {actual} bytes, not {expected}")
        }
    };
    format!("is not the dump of the stated manifest: {object} {how}")
}

/// Records the defects of a dump and stops the drill because of the first.
pub fn refuse(given: &SuppliedDump, defects: Vec<String>, seen: &mut Seen) -> Result<(), Stop> {
    let named = |defect: &String| format!("the given dump {:?} {defect}", given.name());
    let Some(first) = defects.first() else {
        return Ok(());
    };
    let cause = named(first);
    seen.evidence.defects.extend(defects.iter().map(named));
    Err(Stop {
        stage: seen.at(),
        cause,
    })
}
