//! The round trip: what the restored database would be dumped as, in the dump's own style.

use std::collections::BTreeMap;

use super::definitions::{Part, dump_again};
use super::probe::{Probe, Rule, Weight};
use super::rows::{Holders, Read};
use super::sequence::{self, Found};
use super::session::{self, Snapshot, text};
use super::style::{Bytes, Names, Style};
use super::{Asked, FidelityError, Known, zone};
use crate::restore::Restored;
use vhost_dump::manifest::{
    Access, Change, Compare, Manifest, Object, Relation, Rows, RowsAs, Words, definition_of,
    differences,
};

/// pg_dump's word for what fills a materialized view; a dump of definitions alone has none.
const FILLED: &str = "MATERIALIZED VIEW DATA";
/// Further styles that a dump with INSERT rows is compared in while it differs; each is a whole dump.
const MOST_WHOLE: usize = 8;
/// Of rows that differ, at most this share of all is read again to find a style that makes them equal, and so much
/// more: what is lost must not be looked for in every time zone of the world.
const TRIED: u64 = 2;
const TRIED_AT_LEAST: u64 = 64 << 20;

/// The restored database as a dump of it would be scanned.
pub struct Trip {
    pub actual: Manifest,
    /// What could not be compared.
    pub probes: Vec<Probe>,
    pub sequences: Vec<Found>,
    pub style: Style,
}

impl Trip {
    pub async fn make(
        restored: &Restored<'_>,
        snapshot: &Snapshot,
        asked: &Asked<'_>,
    ) -> Result<Self, FidelityError> {
        let styles = styles(snapshot, asked).await?;
        let sequences = sequence::look(snapshot.client()).await?;
        let mut trip = Self {
            actual: Manifest::default(),
            probes: Vec::new(),
            sequences,
            style: styles.first().cloned().unwrap_or_default(),
        };
        match asked.expected.form.rows {
            RowsAs::Copy | RowsAs::None => {
                let holders = Holders::look(snapshot).await?;
                let relations = trip.rows(restored, snapshot, &holders, asked, &styles);
                let mut relations = relations.await?;
                relations.extend(holders.unexpected(snapshot, asked.expected).await?);
                let part = match large_objects(snapshot, asked.expected).await? {
                    LargeObjects::None => Part::Definitions,
                    LargeObjects::Some => Part::DefinitionsAndLargeObjects,
                };
                trip.definitions(restored, snapshot, part, asked, &styles)
                    .await?;
                trip.actual.relations = relations;
                trip.actual.sequences = sequence::values(&trip.sequences, asked.expected);
                trip.filled(snapshot, asked.expected).await?;
            }
            RowsAs::Inserts | RowsAs::ColumnInserts => {
                trip.definitions(restored, snapshot, Part::Whole, asked, &styles)
                    .await?;
            }
        }
        if asked.expected.objects.is_empty() && !trip.actual.objects.is_empty() {
            trip.actual.objects.clear();
            trip.probes.push(Probe {
                rule: Rule::Headings,
                weight: Weight::CouldNotLook,
                subject: String::new(),
                said: "the dump has none of pg_dump's headings, by which its objects are known: definitions cannot be compared; leave the comments that start with -- Name: where pg_dump writes them"
                    .to_owned(),
            });
        } else if asked.expected.form.unheaded > 0 {
            trip.probes.push(Probe {
                rule: Rule::Headings,
                weight: Weight::CouldNotLook,
                subject: String::new(),
                said: format!(
                    "{} of the dump's statements stand before its first heading, where pg_dump writes none such: nothing tells what they did",
                    asked.expected.form.unheaded
                ),
            });
        }
        trip.actual.form = asked.expected.form.clone();
        Ok(trip)
    }

    /// Reads every relation of the dump again, and again in other styles those that have as many rows and not the same.
    async fn rows(
        &mut self,
        restored: &Restored<'_>,
        snapshot: &Snapshot,
        holders: &Holders,
        asked: &Asked<'_>,
        styles: &[Style],
    ) -> Result<Vec<Relation>, FidelityError> {
        let expected = asked.expected;
        let wanted = expected.relations.len().clamp(1, asked.cores.get());
        let sessions = snapshot.sessions(restored, wanted, &self.style).await?;
        let all = (0..expected.relations.len()).collect();
        let mut relations: BTreeMap<usize, Relation> = BTreeMap::new();
        let mut differing = Vec::new();
        for (place, read) in holders.read(&sessions, expected, all).await? {
            let Some(dumped) = expected.relations.get(place) else {
                continue;
            };
            match read {
                Read::Missing => {}
                Read::Rows(found) => {
                    if found.rows == dumped.rows && found.content_digest != dumped.content_digest {
                        differing.push(place);
                    }
                    relations.insert(place, found);
                }
                Read::Failed(sqlstate) => {
                    self.probes.push(Probe {
                        rule: Rule::RelationRows,
                        weight: Weight::CouldNotLook,
                        subject: format!("{}.{}", dumped.schema, dumped.name),
                        said: format!("its rows could not be read (SQLSTATE {sqlstate})"),
                    });
                    // That it could not be looked at is told; that it differs is not known.
                    relations.insert(place, dumped.clone());
                }
            }
        }
        drop(sessions);
        let all: u64 = expected.relations.iter().map(|one| one.bytes).sum();
        let mut allowed = all.saturating_mul(TRIED).saturating_add(TRIED_AT_LEAST);
        for style in styles.iter().skip(1) {
            // The smallest alone tells whether a style is the dump's.
            differing.sort_by_key(|place| expected.relations.get(*place).map(|one| one.bytes));
            let Some(smallest) = differing.first().copied() else {
                break;
            };
            let bytes = expected.relations.get(smallest).map_or(0, |one| one.bytes);
            match allowed.checked_sub(bytes) {
                Some(rest) => allowed = rest,
                None => break,
            }
            let one = snapshot.sessions(restored, 1, style).await?;
            let tried = holders.read(&one, expected, vec![smallest]).await?;
            let is_it = |(place, read): &(usize, Read)| is_dumped(expected, *place, read);
            if !tried.iter().any(is_it) {
                continue;
            }
            self.style = style.clone();
            let wanted = differing.len().clamp(1, asked.cores.get());
            let sessions = snapshot.sessions(restored, wanted, style).await?;
            let places = std::mem::take(&mut differing);
            for (place, read) in holders.read(&sessions, expected, places).await? {
                let same = is_dumped(expected, place, &read);
                match read {
                    Read::Rows(found) if same => drop(relations.insert(place, found)),
                    _ => differing.push(place),
                }
            }
        }
        holders.complete(snapshot, &mut relations).await?;
        Ok(relations.into_values().collect())
    }

    /// Dumps the definitions again; where they differ, in the other style of bytes too.
    async fn definitions(
        &mut self,
        restored: &Restored<'_>,
        snapshot: &Snapshot,
        part: Part,
        asked: &Asked<'_>,
        styles: &[Style],
    ) -> Result<(), FidelityError> {
        // The zones are those that write the sample alike, and that has the definitions' own moments.
        let mut tried = vec![self.style.clone()];
        if let Some(last) = styles.last().filter(|last| last.bytes != self.style.bytes) {
            tried.push(Style {
                bytes: last.bytes,
                ..self.style.clone()
            });
        }
        if part == Part::Whole {
            // Its rows are in the same stream, and moments that the sample does not have.
            let others = styles.iter().filter(|style| **style != self.style);
            tried.extend(others.take(MOST_WHOLE).cloned());
        }
        let mut best: Option<usize> = None;
        for style in tried {
            let form = &asked.expected.form;
            let scanned = dump_again(restored, form, part, &style, snapshot.name()).await?;
            let differ = of_definitions(asked.expected, &scanned.manifest, part, asked.access);
            if best.is_none_or(|best| differ < best) {
                best = Some(differ);
                self.actual = scanned.manifest;
                self.style = style;
            }
            if best == Some(0) {
                break;
            }
        }
        Ok(())
    }

    /// Adds what fills materialized views: the dump's own entry for each that is filled, as pg_dump writes it.
    async fn filled(
        &mut self,
        snapshot: &Snapshot,
        expected: &Manifest,
    ) -> Result<(), FidelityError> {
        let purpose = "which materialized views are filled";
        let quoted = match expected.form.quote_all {
            true => {
                "'\"' || replace(n.nspname, '\"', '\"\"') || '\".\"' || replace(c.relname, '\"', '\"\"') || '\"'"
            }
            false => "quote_ident(n.nspname) || '.' || quote_ident(c.relname)",
        };
        let sql = format!(
            "SELECT n.nspname, c.relname, {quoted} FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relkind = 'm' AND c.relispopulated AND n.nspname !~ '^pg_'"
        );
        let mut filled = BTreeMap::new();
        for row in session::rows(snapshot.client(), purpose, &sql).await? {
            let at = |i| text(&row, i, purpose).map(str::to_owned);
            filled.insert((at(0)?, at(1)?), at(2)?);
        }
        let mut words = Words::default();
        let expected = expected.objects.iter().filter(|one| &*one.kind == FILLED);
        for object in expected {
            let key = (object.schema.to_string(), object.name.to_string());
            if let Some(name) = filled.get(&key) {
                let refresh = format!("REFRESH MATERIALIZED VIEW {name};");
                self.actual.objects.push(Object {
                    kind: words.word(FILLED),
                    definition: definition_of(&refresh),
                    ..object.clone()
                });
            }
        }
        Ok(())
    }
}

enum LargeObjects {
    None,
    Some,
}

async fn large_objects(
    snapshot: &Snapshot,
    expected: &Manifest,
) -> Result<LargeObjects, FidelityError> {
    let sql = "SELECT EXISTS (SELECT FROM pg_largeobject_metadata)";
    let there = session::one(snapshot.client(), "for large objects", sql).await?;
    Ok(match expected.large_objects.is_empty() && there == "f" {
        true => LargeObjects::None,
        false => LargeObjects::Some,
    })
}

fn is_dumped(expected: &Manifest, place: usize, read: &Read) -> bool {
    let dumped = expected.relations.get(place);
    match (dumped, read) {
        (Some(dumped), Read::Rows(found)) => {
            dumped.rows == found.rows && dumped.content_digest == found.content_digest
        }
        _ => false,
    }
}

/// How many definitions differ, without those that a dump of definitions does not have.
fn of_definitions(expected: &Manifest, actual: &Manifest, part: Part, access: Access) -> usize {
    let rows = match part {
        Part::Whole => Rows::Compared,
        Part::Definitions | Part::DefinitionsAndLargeObjects => Rows::Aside,
    };
    let differences = differences(expected, actual, Compare { access, rows });
    let counted = differences.iter().filter(|one| {
        one.kind != FILLED
            && matches!(
                one.change,
                Change::DefinitionDiffers | Change::ContentDiffers
            )
    });
    counted.count()
}

/// The styles that the dump may be written in, the likeliest first.
async fn styles(snapshot: &Snapshot, asked: &Asked<'_>) -> Result<Vec<Style>, FidelityError> {
    let Known::Given(offsets) = asked.known else {
        return Ok(vec![Style::default()]);
    };
    let form = &asked.expected.form;
    let names = match form.quote_all || form.server_quotes_all {
        true => Names::Quoted,
        false => Names::QuotedIfNeeded,
    };
    let zones = zone::candidates(snapshot.client(), offsets).await?;
    // A server that writes bytea as escapes is rare, so that all zones are tried with hexadecimal digits first.
    let styles = [Bytes::Hex, Bytes::Escape].into_iter().flat_map(|bytes| {
        zones.iter().map(move |zone| Style {
            time_zone: zone.clone(),
            bytes,
            names,
        })
    });
    Ok(styles.collect())
}
