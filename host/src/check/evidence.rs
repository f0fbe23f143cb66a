//! The host interface `evidence`: what was recorded of this drill so far.

use crate::check::bindings::vhost::check::evidence::Host;
use crate::check::disclose::Names;
use crate::check::host::State;

pub use crate::check::bindings::vhost::check::evidence::{
    DumpFacts, Protected, Relation, RestoreFacts,
};

/// Facts for checks: never secrets, never row content.
#[derive(Clone, Debug)]
pub struct Facts {
    pub dump: DumpFacts,
    pub restore: RestoreFacts,
    /// Every relation of the dump's manifest, with its columns' names.
    pub relations: Vec<(Relation, Vec<String>)>,
    /// The relations of the last accepted manifest, where there is one.
    pub reference: Option<Vec<Relation>>,
    pub protected: Vec<Protected>,
}

impl Facts {
    /// The names that a report may show whatever the grant says: the dump's own objects.
    pub fn names(&self) -> Names {
        self.relations
            .iter()
            .map(|(relation, columns)| {
                let name = format!("{}.{}", relation.schema, relation.name);
                (name, columns.clone())
            })
            .collect()
    }
}

impl Host for State {
    async fn get_dump(&mut self) -> wasmtime::Result<DumpFacts> {
        Ok(self.facts.dump.clone())
    }

    async fn get_restore(&mut self) -> wasmtime::Result<RestoreFacts> {
        Ok(self.facts.restore.clone())
    }

    async fn relations(&mut self) -> wasmtime::Result<Vec<Relation>> {
        let relations = self.facts.relations.iter();
        Ok(relations.map(|(relation, _)| relation.clone()).collect())
    }

    async fn reference(&mut self) -> wasmtime::Result<Option<Vec<Relation>>> {
        Ok(self.facts.reference.clone())
    }

    async fn protected_containers(&mut self) -> wasmtime::Result<Vec<Protected>> {
        Ok(self.facts.protected.clone())
    }
}
