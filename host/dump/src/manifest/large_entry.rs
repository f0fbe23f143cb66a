//! Entries of large objects: who owns each and who may use it.

use std::collections::BTreeMap;
use std::ops::Range;

use sha2::Digest as _;

use super::entry::Entry;
use super::{Object, Word, Words};
use crate::digest::Sha256;

const CREATE: &str = "SELECT pg_catalog.lo_create('";
const GRANTED: &str = " ON LARGE OBJECT ";

/// Makes of each large object an entry of its own, as a pg_dump before 17 writes them.
///
/// A later one writes those of one owner and with the same grants as one entry, `4711..4713` (`getLOs` in pg_dump.c), so
/// that its entries say something of the numbers in between.
#[derive(Default)]
pub struct LargeEntries {
    objects: Vec<(Object, Range<u64>)>,
    granted: BTreeMap<u32, Granted>,
}

struct Granted {
    schema: Word,
    owner: Word,
    definition: sha2::Sha256,
    statements: Vec<Range<u64>>,
}

impl LargeEntries {
    /// Takes a statement under the heading of `entry`, and its place; false if it is about no single large object.
    pub fn take(
        &mut self,
        entry: &Entry,
        statement: &str,
        place: &Range<u64>,
        words: &mut Words,
    ) -> bool {
        let object = entry.object();
        match &*object.kind {
            "BLOB" | "BLOB METADATA" => self.create(object, statement, place, words),
            "ACL" if object.name.starts_with("LARGE OBJECT") => self.grant(entry, statement, place),
            _ => false,
        }
    }

    fn create(
        &mut self,
        entry: &Object,
        statement: &str,
        place: &Range<u64>,
        words: &mut Words,
    ) -> bool {
        let oid = statement
            .strip_prefix(CREATE)
            .and_then(|rest| rest.strip_suffix("');"))
            .filter(|oid| oid.parse::<u32>().is_ok());
        let Some(oid) = oid else { return false };
        let object = Object {
            kind: words.word("BLOB"),
            name: oid.into(),
            definition: Sha256::of(statement.as_bytes()),
            ..entry.clone()
        };
        self.objects.push((object, place.clone()));
        true
    }

    fn grant(&mut self, entry: &Entry, statement: &str, place: &Range<u64>) -> bool {
        let oid = statement
            .split_once(GRANTED)
            .and_then(|(_, rest)| rest.split_once(' '))
            .and_then(|(oid, _)| oid.parse().ok());
        let Some(oid) = oid else { return false };
        let granted = self.granted.entry(oid).or_insert_with(|| Granted {
            schema: entry.object().schema.clone(),
            owner: entry.object().owner.clone(),
            definition: sha2::Sha256::default(),
            statements: Vec::new(),
        });
        granted.statements.push(place.clone());
        granted.definition.update(entry.acting().as_bytes());
        granted.definition.update(b"\0");
        granted.definition.update(statement.as_bytes());
        granted.definition.update(b"\0");
        true
    }

    /// The objects, each with the places of its statements.
    pub fn finish(self, words: &mut Words) -> Vec<(Object, Vec<Range<u64>>)> {
        let created = self.objects.into_iter();
        let created = created.map(|(object, place)| (object, vec![place]));
        let granted = self.granted.into_iter().map(|(oid, granted)| {
            let object = Object {
                kind: words.word("ACL"),
                schema: granted.schema,
                name: format!("LARGE OBJECT {oid}").into(),
                owner: granted.owner,
                definition: Sha256::from_state(granted.definition),
            };
            (object, granted.statements)
        });
        created.chain(granted).collect()
    }
}
