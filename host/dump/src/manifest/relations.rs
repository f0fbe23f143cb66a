//! The rows of a dump, relation by relation.

use std::collections::HashMap;

use super::row::RowDigest;
use super::{Relation, RowSum};

/// The relations that rows were given for, in the order in which each came first.
#[derive(Default)]
pub struct Relations {
    found: Vec<Relation>,
    by_name: HashMap<(String, String), usize>,
}

/// Some rows of one relation, one after the other.
pub struct Block {
    relation: usize,
    pub digest: RowDigest,
}

impl Relations {
    /// Begins rows of a relation that may have had some before.
    pub fn begin(
        &mut self,
        schema: String,
        name: String,
        columns: Vec<String>,
        digest: RowDigest,
    ) -> Block {
        let relation = self.index(schema, name);
        let known = &mut self.found[relation].columns;
        if known.is_empty() {
            *known = columns;
        } else {
            let more = columns.into_iter().filter(|column| !known.contains(column));
            let more: Vec<String> = more.collect();
            known.extend(more);
        }
        Block { relation, digest }
    }

    pub fn end(&mut self, block: Block) {
        let relation = &mut self.found[block.relation];
        relation.rows += block.digest.rows();
        relation.bytes += block.digest.bytes();
        relation.content_digest.merge(block.digest.sum());
    }

    /// Notes a relation that has rows or has none: under `--inserts`, an empty one is only a heading.
    pub fn note(&mut self, schema: &str, name: &str) {
        self.index(schema.to_owned(), name.to_owned());
    }

    pub fn finish(self) -> Vec<Relation> {
        self.found
    }

    fn index(&mut self, schema: String, name: String) -> usize {
        *self
            .by_name
            .entry((schema, name))
            .or_insert_with_key(|(schema, name)| {
                self.found.push(Relation {
                    schema: schema.clone(),
                    name: name.clone(),
                    columns: Vec::new(),
                    rows: 0,
                    bytes: 0,
                    content_digest: RowSum::default(),
                });
                self.found.len() - 1
            })
    }
}
