//! The host interface `evidence`: what was recorded of this drill so far.

use std::sync::Arc;

use crate::check::Calls;
use crate::check::bindings::vhost::check::evidence::{Host, Side};
use crate::check::disclose::{Contact, Names, Salt};
use crate::check::exchange::form::{record, variant};
use crate::check::exchange::{Call, Live};
use crate::check::host::State;
use crate::grant::Scope;
use crate::manifest::{self, Manifest};
use crate::reference::Reference;

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
    pub protected: Vec<Protected>,
}

impl Facts {
    /// What a report may name: the dump's own objects, those of its reference, and those that an operator's grant names.
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

    fn manifest(&self, of: Side) -> Option<&Manifest> {
        match of {
            Side::Dump => Some(&self.manifest),
            Side::Reference => self.reference.as_ref().map(|reference| &reference.manifest),
        }
    }
}

record!(DumpFacts { sha256, bytes, format, server_version, source_role } varies { taken_at });
record!(RestoreFacts {
    server_version,
    differs_from_source,
    benign_errors,
    serious_errors
} varies { system_identifier });
record!(Relation { schema, name, kind, rows } varies { content_digest });
record!(Object { kind, schema, name, owner } varies { definition_digest });
record!(Protected {
    name,
    id,
    started_at,
    status,
    untouched
});
variant!(Side { Dump: "dump", Reference: "reference" } holding {});

/// Declares a call of this interface: what it asks, its answer, and how the facts give it.
macro_rules! fact {
    ($call:ident { $($field:ident: $type:ty),* }, $name:literal, $contact:ident, $answer:ty, |$asked:ident, $facts:ident| $give:expr) => {
        pub struct $call { $(pub $field: $type),* }
        record!($call { $($field),* });

        impl Call for $call {
            const NAME: &'static str = concat!("evidence/", $name);
            const CONTACT: Contact = Contact::$contact;
            type Answer = $answer;

            fn count(calls: &mut Calls) {
                calls.evidence += 1;
            }

            fn answer(&self, live: &mut Live) -> impl Future<Output = $answer> + Send {
                let ($asked, $facts) = (self, &*live.facts);
                std::future::ready($give)
            }
        }
    };
}

fact!(
    GetDump {},
    "get-dump",
    NoneYet,
    DumpFacts,
    |_asked, facts| facts.dump.clone()
);
fact!(
    GetRestore {},
    "get-restore",
    NoneYet,
    RestoreFacts,
    |_asked, facts| facts.restore.clone()
);
fact!(
    Relations {},
    "relations",
    Asked,
    Vec<Relation>,
    |_asked, facts| facts.relations(&facts.manifest)
);
fact!(
    ReferenceRelations {},
    "reference",
    Asked,
    Option<Vec<Relation>>,
    |_asked, facts| {
        let reference = facts.manifest(Side::Reference);
        reference.map(|manifest| facts.relations(manifest))
    }
);
fact!(
    Objects {
        of: Side,
        after: u64,
        at_most: u32
    },
    "objects",
    Asked,
    Option<Vec<Object>>,
    |asked, facts| {
        let after = usize::try_from(asked.after).unwrap_or(usize::MAX);
        let at_most = asked.at_most.min(MOST_OBJECTS) as usize;
        facts.manifest(asked.of).map(|manifest| {
            let objects = manifest.objects.iter().skip(after).take(at_most);
            objects.map(|object| facts.object(object)).collect()
        })
    }
);
fact!(
    ProtectedContainers {},
    "protected-containers",
    NoneYet,
    Vec<Protected>,
    |_asked, facts| facts.protected.clone()
);

impl Host for State {
    async fn get_dump(&mut self) -> wasmtime::Result<DumpFacts> {
        self.ask(&GetDump {}).await
    }

    async fn get_restore(&mut self) -> wasmtime::Result<RestoreFacts> {
        self.ask(&GetRestore {}).await
    }

    async fn relations(&mut self) -> wasmtime::Result<Vec<Relation>> {
        self.ask(&Relations {}).await
    }

    async fn reference(&mut self) -> wasmtime::Result<Option<Vec<Relation>>> {
        self.ask(&ReferenceRelations {}).await
    }

    async fn objects(
        &mut self,
        of: Side,
        after: u64,
        at_most: u32,
    ) -> wasmtime::Result<Option<Vec<Object>>> {
        self.ask(&Objects { of, after, at_most }).await
    }

    async fn protected_containers(&mut self) -> wasmtime::Result<Vec<Protected>> {
        self.ask(&ProtectedContainers {}).await
    }
}
