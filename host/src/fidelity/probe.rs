//! What is looked at beside the round trip, and what was seen there.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use tokio_postgres::Client;

use super::FidelityError;
use super::session::{self, number, text};
use vhost_dump::manifest::{Manifest, RowsAs};

const PURPOSE: &str = "for invalid indexes and constraints";

/// One thing that is not as it should be, beside the round trip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Probe {
    pub rule: Rule,
    pub weight: Weight,
    /// The object that it is about, for example `schema.name`; never a row value.
    pub subject: String,
    /// What was seen, and what to do where something can be done.
    pub said: String,
}

/// What a probe asserts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// The dump has pg_dump's headings, by which its objects are known.
    Headings,
    EmptyDump,
    /// The dump was not taken under row security.
    RowSecurity,
    /// The rows of a relation could be read.
    RelationRows,
    InvalidIndex,
    UnvalidatedConstraint,
    ConstraintTrigger,
    SequenceCollision,
    /// A dump with rows has a value for each sequence.
    SequenceValue,
    /// What initdb made is as it made it.
    BuiltIn,
    /// Nothing of a user's is in a schema that no dump holds.
    SystemSchema,
    Subscription,
    UserMapping,
    Index,
    Heap,
    Amcheck,
    CollationVersion,
    ExtensionVersion,
    ExtensionRows,
    InvalidIndexAtSource,
    ConstraintTriggerAtSource,
    DatabaseSetting,
    RoleSetting,
    GeneratedColumn,
}

/// What a probe means for the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    Fails,
    /// It could not be looked at.
    CouldNotLook,
    /// Worth knowing; nothing is lost by it.
    Remark,
}

impl Rule {
    pub fn name(self) -> &'static str {
        match self {
            Rule::Headings => "headings",
            Rule::EmptyDump => "empty-dump",
            Rule::RowSecurity => "row-security",
            Rule::SequenceValue => "sequence-value",
            Rule::BuiltIn => "built-in",
            Rule::SystemSchema => "system-schema",
            Rule::Subscription => "subscription",
            Rule::UserMapping => "user-mapping",
            Rule::RelationRows => "relation-rows",
            Rule::InvalidIndex => "invalid-index",
            Rule::UnvalidatedConstraint => "unvalidated-constraint",
            Rule::ConstraintTrigger => "constraint-trigger",
            Rule::SequenceCollision => "sequence-collision",
            Rule::Index => "index",
            Rule::Heap => "heap",
            Rule::Amcheck => "amcheck",
            Rule::CollationVersion => "collation-version",
            Rule::ExtensionVersion => "extension-version",
            Rule::ExtensionRows => "extension-rows",
            Rule::InvalidIndexAtSource => "invalid-index-at-source",
            Rule::ConstraintTriggerAtSource => "constraint-trigger-at-source",
            Rule::DatabaseSetting => "database-setting",
            Rule::RoleSetting => "role-setting",
            Rule::GeneratedColumn => "generated-column",
        }
    }
}

/// Something that initdb made, and that is otherwise since the restore.
pub fn of_built_in(subject: String) -> Probe {
    Probe {
        rule: Rule::BuiltIn,
        weight: Weight::Fails,
        subject,
        said: "one of Postgres' own, or of the whole cluster, was changed by the restore: no dump of one database does that, and what else it says cannot be relied on"
            .to_owned(),
    }
}

/// What the dump itself says of what it lacks.
pub fn of_the_dump(expected: &Manifest) -> Vec<Probe> {
    let mut probes = Vec::new();
    let of_kind = |kind: &'static str| {
        expected
            .objects
            .iter()
            .filter(move |one| &*one.kind == kind)
    };
    if expected.form.row_security {
        probes.extend(of_kind("ROW SECURITY").map(|one| Probe {
            rule: Rule::RowSecurity,
            weight: Weight::CouldNotLook,
            subject: format!("{}.{}", one.schema, one.name),
            said: "dumped with --enable-row-security: rows that the role may not see are not in the dump; dump without it"
                .to_owned(),
        }));
    }
    if expected.form.rows != RowsAs::None {
        let given: BTreeSet<(&str, &str)> = expected
            .sequences
            .iter()
            .map(|one| (one.schema.as_str(), one.name.as_str()))
            .collect();
        let lost = of_kind("SEQUENCE").filter(|one| !given.contains(&(&*one.schema, &*one.name)));
        probes.extend(lost.map(|one| Probe {
            rule: Rule::SequenceValue,
            weight: Weight::Fails,
            subject: format!("{}.{}", one.schema, one.name),
            said: "the dump has rows and no value for this sequence, which starts anew: its SEQUENCE SET is lost"
                .to_owned(),
        }));
    }
    probes
}

/// Invalid indexes and constraints that nobody validated, in the restored database.
pub async fn look(client: &Client) -> Result<Vec<Probe>, FidelityError> {
    let mut probes = Vec::new();
    let sql = "SELECT n.nspname, c.relname, c.relkind FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
         JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT i.indisvalid AND c.relpersistence <> 't' \
         AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1, 2";
    for row in session::rows(client, PURPOSE, sql).await? {
        let subject = format!("{}.{}", text(&row, 0, PURPOSE)?, text(&row, 1, PURPOSE)?);
        // An index of a partitioned table is valid once each partition has its own, and a dump keeps what it is.
        let (weight, said) = match text(&row, 2, PURPOSE)? {
            "I" => (
                Weight::Remark,
                "an index of a partitioned table that not every partition has",
            ),
            _ => (
                Weight::Fails,
                "invalid in the restored database: its build failed there",
            ),
        };
        probes.push(Probe {
            rule: Rule::InvalidIndex,
            weight,
            subject,
            said: said.to_owned(),
        });
    }
    let version = "SELECT pg_catalog.current_setting('server_version_num')";
    let version = session::one(client, PURPOSE, version).await?;
    // Since version 18 a constraint may be there without being enforced, and is never validated then.
    let enforced = match version.parse::<u32>() {
        Ok(180_000..) => "AND c.conenforced",
        _ => "",
    };
    let sql = format!(
        "SELECT count(*), coalesce(min(n.nspname || '.' || r.relname || ' ' || c.conname), '') \
         FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace \
         LEFT JOIN pg_class r ON r.oid = c.conrelid WHERE NOT c.convalidated {enforced} \
         AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
    );
    for row in session::rows(client, PURPOSE, &sql).await? {
        let count: u64 = number(&row, 0, PURPOSE)?;
        if count > 0 {
            probes.push(Probe {
                rule: Rule::UnvalidatedConstraint,
                weight: Weight::Remark,
                subject: text(&row, 1, PURPOSE)?.to_owned(),
                said: format!(
                    "{count} NOT VALID: rows that were there before them were never looked at"
                ),
            });
        }
    }
    // `ALTER TABLE … DISABLE TRIGGER ALL` switches off the triggers that enforce a foreign key too, and no dump says so.
    let sql = "SELECT n.nspname, r.relname, c.conname FROM pg_trigger t JOIN pg_constraint c ON c.oid = t.tgconstraint \
         JOIN pg_class r ON r.oid = c.conrelid JOIN pg_namespace n ON n.oid = r.relnamespace \
         WHERE t.tgisinternal AND t.tgenabled IN ('D', 'R') AND n.nspname !~ '^pg_' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3";
    for row in session::rows(client, PURPOSE, sql).await? {
        let at = |i| text(&row, i, PURPOSE);
        probes.push(Probe {
            rule: Rule::ConstraintTrigger,
            weight: Weight::Fails,
            subject: format!("{}.{} {}", at(0)?, at(1)?, at(2)?),
            said: "its triggers are not enabled, so nothing enforces it: ALTER TABLE … ENABLE TRIGGER ALL"
                .to_owned(),
        });
    }
    Ok(probes)
}

/// The probes in the order of their weight, each rule's up to `most`, with one more that counts the rest.
pub fn bounded(mut probes: Vec<Probe>, most: usize) -> Vec<Probe> {
    probes.sort_by_key(|probe| (probe.weight, probe.rule));
    let mut kept = Vec::new();
    let mut counts: BTreeMap<(Weight, Rule), usize> = BTreeMap::new();
    for probe in probes {
        let count = counts.entry((probe.weight, probe.rule)).or_default();
        *count += 1;
        if *count <= most {
            kept.push(probe);
        }
    }
    for ((weight, rule), count) in counts {
        if count > most {
            kept.push(Probe {
                rule,
                weight,
                subject: String::new(),
                said: format!("and {} more", count - most),
            });
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_named_is_counted() {
        let probe = |n: usize| Probe {
            rule: Rule::Index,
            weight: Weight::Fails,
            subject: format!("i{n}"),
            said: "broken".to_owned(),
        };
        let kept = bounded((0..7).map(probe).collect(), 5);
        assert_eq!(kept.len(), 6);
        assert_eq!(kept[5].said, "and 2 more");
        assert_eq!(kept[5].weight, Weight::Fails);
    }
}
