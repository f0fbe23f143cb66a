//! Whether the restored database is the dumped one, object by object and row by row.
//!
//! The round trip: the restored database is dumped again, in the dump's own form, and held against the dump's manifest.
//! What no dump shows is looked at beside it: broken indexes and pages, constraints that were never validated,
//! sequences that stand behind their columns, and what the source's catalogue has and no dump of one database holds.

mod amcheck;
mod catalogue;
mod definitions;
mod probe;
mod rows;
mod sequence;
mod session;
pub mod standing;
mod style;
mod trip;
mod zone;

use std::num::NonZeroUsize;

use serde::Serialize;

use crate::plan::{Amcheck, EmptyDump};
use crate::restore::{Made, RestoreError, Restored};
use crate::sandbox::SandboxError;
use vhost_dump::manifest::{
    Access, Catalogue, Change, Compare, Difference, Form, Manifest, Offsets, Rows, differences,
};

pub use amcheck::AmcheckSeen;
pub use probe::{Probe, Rule, Weight};
pub use standing::{Standing, standing};

use session::Snapshot;
use style::Style;
use trip::Trip;

/// Differences and probes of one rule that are named; what goes beyond is counted.
const MOST_NAMED: usize = 1000;

/// What is held against the restored database, and how.
pub struct Asked<'a> {
    pub expected: &'a Manifest,
    pub known: Known<'a>,
    pub access: Access,
    pub empty: EmptyDump,
    pub amcheck: Amcheck,
    /// Sessions side by side.
    pub cores: NonZeroUsize,
}

/// What is known of how the dump was taken.
pub enum Known<'a> {
    /// Taken in this drill, under pins, with what the source's catalogue had.
    Fresh(&'a Catalogue),
    /// Given: its time zone follows from a sample of what it writes.
    Given(&'a Offsets),
}

/// What the comparison came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FidelitySeen {
    /// What the dump holds, and so what was compared.
    pub objects: u64,
    pub relations: u64,
    pub rows: u64,
    /// Of the rows, in the dump's text.
    pub bytes: u64,
    pub sequences: u64,
    pub large_objects: u64,
    /// The time zone that both sides are written in.
    pub time_zone: String,
    /// The first of them by kind and name; the text of no definition and no row.
    pub differences: Vec<Difference>,
    /// How many more there are.
    pub more_differences: u64,
    pub probes: Vec<Probe>,
    pub amcheck: AmcheckSeen,
    /// Whether the sandbox's cluster has data checksums.
    pub data_checksums: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum FidelityError {
    #[error("the restored database cannot be looked at")]
    Connect(#[source] RestoreError),
    #[error("the restored database cannot be asked {purpose}")]
    Query {
        purpose: &'static str,
        #[source]
        source: tokio_postgres::Error,
    },
    #[error("the restored database's answer has another shape than it must have: {purpose}")]
    Shape { purpose: &'static str },
    #[error("pg_dump cannot be started inside the sandbox")]
    Start(#[source] SandboxError),
    #[error("what pg_dump writes inside the sandbox cannot be read")]
    Read(#[source] std::io::Error),
    #[error("pg_dump inside the sandbox cannot be waited for")]
    Wait(#[source] SandboxError),
    #[error("pg_dump cannot dump the restored database again (exit status {status}): {said}")]
    PgDump { status: i32, said: String },
    #[error("pg_dump's second dump of the restored database ends too early")]
    Cut,
    #[error("a thread that read the restored database's rows failed")]
    Worker(#[source] tokio::task::JoinError),
}

/// A comparison that has begun: the state that it looks at is fixed, whatever becomes of the database meanwhile.
pub struct Comparison<'r, 's> {
    restored: &'r Restored<'s>,
    snapshot: Snapshot,
}

/// The manifest of a restored database that no dump made: that of the dump that it would be taken as.
pub async fn manifest(restored: &Restored<'_>) -> Result<Manifest, FidelityError> {
    let snapshot = Snapshot::take(restored).await?;
    let (form, style) = (Form::default(), Style::default());
    let part = definitions::Part::Whole;
    let scanned = definitions::dump_again(restored, &form, part, &style, snapshot.name()).await?;
    Ok(scanned.manifest)
}

impl<'r, 's> Comparison<'r, 's> {
    pub async fn begin(restored: &'r Restored<'s>) -> Result<Self, FidelityError> {
        let snapshot = Snapshot::take(restored).await?;
        Ok(Self { restored, snapshot })
    }

    /// Dumps the restored database again, holds it against the dump, and looks at what no dump shows.
    ///
    /// Nothing is written that anybody else sees: one transaction reads, others are rolled back.
    pub async fn compare(self, asked: &Asked<'_>) -> Result<FidelitySeen, FidelityError> {
        let (restored, client) = (self.restored, self.snapshot.client());
        let expected = asked.expected;
        let trip = Trip::make(restored, &self.snapshot, asked).await?;
        let compare = Compare {
            access: asked.access,
            rows: Rows::Compared,
        };
        let mut differences = differences(expected, &trip.actual, compare);
        if restored.made() == Made::Otherwise {
            // A remark of the restore says in what, and why.
            differences
                .retain(|one| one.kind != "DATABASE" || one.change != Change::DefinitionDiffers);
        }
        let more_differences = differences.len().saturating_sub(MOST_NAMED) as u64;
        differences.truncate(MOST_NAMED);
        let mut probes = trip.probes;
        let rows = expected.relations.iter().map(|one| one.rows).sum();
        if rows == 0 && asked.empty == EmptyDump::Refused {
            probes.push(Probe {
                rule: Rule::EmptyDump,
                weight: Weight::Fails,
                subject: String::new(),
                said: "the dump holds no row; if the database is meant to be empty, write `empty = true` in the plan's [dump]".to_owned(),
            });
        }
        probes.extend(probe::of_the_dump(expected));
        probes.extend(probe::look(client).await?);
        probes.extend(sequence::collisions(client, &trip.sequences).await?);
        let changed = restored.built_in().changed(client).await;
        let changed = changed.map_err(|source| FidelityError::Query {
            purpose: "for what is built in",
            source,
        })?;
        probes.extend(changed.into_iter().map(probe::of_built_in));
        let here = catalogue::answer(client).await?;
        probes.extend(catalogue::of_the_restored(&here));
        if let Known::Fresh(source) = asked.known {
            probes.extend(catalogue::held_against(source, &here));
        }
        let (amcheck, found) = amcheck::look(restored, asked.amcheck, asked.cores).await?;
        probes.extend(found);
        Ok(FidelitySeen {
            objects: expected.objects.len() as u64,
            relations: expected.relations.len() as u64,
            rows,
            bytes: expected.relations.iter().map(|one| one.bytes).sum(),
            sequences: expected.sequences.len() as u64,
            large_objects: expected.large_objects.len() as u64,
            time_zone: trip.style.time_zone,
            differences,
            more_differences,
            probes: probe::bounded(probes, MOST_NAMED),
            amcheck,
            data_checksums: here.data_checksums,
        })
    }
}
