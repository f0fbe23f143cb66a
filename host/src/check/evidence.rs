//! The host interface `evidence`: what was recorded of this drill so far.

use crate::check::bindings::vhost::check::evidence::Host;
use crate::check::disclose::{Contact, Names};
use crate::check::host::State;
use crate::grant::Scope;

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
    /// What a report may name: the dump's own objects, and those that an operator's grant names.
    pub fn names(&self, granted: &[Scope]) -> Names {
        let mut names: Names = self
            .relations
            .iter()
            .map(|(relation, columns)| {
                let name = format!("{}.{}", relation.schema, relation.name);
                (name, columns.clone())
            })
            .collect();
        for scope in granted {
            let (schema, name, columns) = match scope {
                Scope::Schema { .. } => continue,
                Scope::Relation { schema, name } => (schema, name, &[][..]),
                Scope::Columns {
                    schema,
                    name,
                    columns,
                } => (schema, name, &columns[..]),
            };
            let known = names.entry(format!("{schema}.{name}")).or_default();
            known.extend_from_slice(columns);
        }
        names
    }
}

impl Host for State {
    async fn get_dump(&mut self) -> wasmtime::Result<DumpFacts> {
        self.calls.evidence += 1;
        Ok(self.facts.dump.clone())
    }

    async fn get_restore(&mut self) -> wasmtime::Result<RestoreFacts> {
        self.calls.evidence += 1;
        Ok(self.facts.restore.clone())
    }

    async fn relations(&mut self) -> wasmtime::Result<Vec<Relation>> {
        self.calls.evidence += 1;
        self.contact = Contact::Asked;
        let relations = self.facts.relations.iter();
        Ok(relations.map(|(relation, _)| relation.clone()).collect())
    }

    async fn reference(&mut self) -> wasmtime::Result<Option<Vec<Relation>>> {
        self.calls.evidence += 1;
        self.contact = Contact::Asked;
        Ok(self.facts.reference.clone())
    }

    async fn protected_containers(&mut self) -> wasmtime::Result<Vec<Protected>> {
        self.calls.evidence += 1;
        Ok(self.facts.protected.clone())
    }
}
