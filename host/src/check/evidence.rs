//! The host interface `evidence`: what was recorded of this drill so far.

pub mod call;

use std::sync::Arc;

use crate::check::bindings::vhost::check::evidence::{
    DatabaseSetting, Extension, FedColumn, Sequence, Side,
};
use crate::check::disclose::{Names, Salt};
use crate::fidelity::Standing;
use crate::grant::Scope;
use crate::reference::Reference;
use vhost_dump::manifest::{self, Manifest};

pub use crate::check::bindings::vhost::check::evidence::{
    DumpFacts, Object, Protected, Relation, RestoreFacts,
};

/// The most objects that one call gives.
const MOST_OBJECTS: u32 = 1_000;

/// Facts for checks: never secrets, never row content.
pub struct Facts {
    pub dump: DumpFacts,
    pub restore: RestoreFacts,
    /// The dump's.
    pub manifest: Arc<Manifest>,
    /// What the dump is held against, where there is something.
    pub reference: Option<Arc<Reference>>,
    /// Digests of both manifests are salted alike: a small table's plain digest could be guessed back into its rows.
    pub salt: Arc<Salt>,
    pub standing: Standing,
    pub protected: Vec<Protected>,
}

impl Facts {
    /// What a report may name: relations of the dump and of its reference, sequences, and what an operator's grant names.
    pub fn names(&self, granted: &[Scope]) -> Names {
        let reference = self.manifest(Side::Reference);
        let manifests = reference.into_iter().chain([&*self.manifest]);
        let mut names: Names = manifests
            .flat_map(|manifest| &manifest.relations)
            .map(|relation| {
                let name = format!("{}.{}", relation.schema, relation.name);
                (name, relation.columns.clone())
            })
            .collect();
        for sequence in &self.standing.sequences {
            names
                .entry(format!("{}.{}", sequence.schema, sequence.name))
                .or_default();
        }
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

    fn relations(&self, of: &Manifest) -> Vec<Relation> {
        let relations = of.relations.iter().map(|relation| Relation {
            schema: relation.schema.clone(),
            name: relation.name.clone(),
            kind: "table".to_owned(),
            rows: relation.rows,
            content_digest: self.salted(
                "content of a relation",
                relation.content_digest.to_string().as_bytes(),
            ),
        });
        relations.collect()
    }

    fn object(&self, object: &manifest::Object) -> Object {
        Object {
            kind: object.kind.to_string(),
            schema: object.schema.to_string(),
            name: object.name.to_string(),
            owner: object.owner.to_string(),
            definition_digest: self.salted("definition of an object", object.definition.as_bytes()),
        }
    }

    fn salted(&self, purpose: &str, digest: &[u8]) -> String {
        hex::encode(self.salt.digest(purpose, digest))
    }

    fn sequences(&self) -> Vec<Sequence> {
        let sequences = self.standing.sequences.iter().map(|one| Sequence {
            schema: one.schema.clone(),
            name: one.name.clone(),
            type_name: one.type_name.clone(),
            last_value: one.last_value,
            is_called: one.is_called,
            increment: one.increment,
            least: one.least,
            greatest: one.greatest,
            cycles: one.cycles,
            feeds: one
                .feeds
                .iter()
                .map(|fed| FedColumn {
                    schema: fed.schema.clone(),
                    relation: fed.relation.clone(),
                    column: fed.column.clone(),
                    type_name: fed.type_name.clone(),
                })
                .collect(),
        });
        sequences.collect()
    }

    fn extensions(&self) -> Vec<Extension> {
        let extensions = self.standing.extensions.iter().map(|one| Extension {
            name: one.name.clone(),
            schema: one.schema.clone(),
            version: one.version.clone(),
        });
        extensions.collect()
    }

    fn settings(&self) -> Vec<DatabaseSetting> {
        let settings = self.standing.settings.iter();
        let settings = settings.map(|one| DatabaseSetting {
            role: one.role.clone(),
            name: one.name.clone(),
            value: one.value.clone(),
        });
        settings.collect()
    }

    /// At most `at_most` objects of a manifest from the one behind the first `after` on.
    fn objects(&self, of: Side, after: u64, at_most: u32) -> Option<Vec<Object>> {
        let after = usize::try_from(after).unwrap_or(usize::MAX);
        let at_most = at_most.min(MOST_OBJECTS) as usize;
        self.manifest(of).map(|manifest| {
            let objects = manifest.objects.iter().skip(after).take(at_most);
            objects.map(|object| self.object(object)).collect()
        })
    }

    fn manifest(&self, of: Side) -> Option<&Manifest> {
        match of {
            Side::Dump => Some(&self.manifest),
            Side::Reference => self.reference.as_ref().map(|reference| &reference.manifest),
        }
    }
}
