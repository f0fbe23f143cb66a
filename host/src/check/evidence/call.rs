//! The calls of `evidence`, each with how the facts answer it and how a recording holds it.

use crate::check::Calls;
use crate::check::bindings::vhost::check::evidence::{
    DatabaseSetting, DumpFacts, Extension, FedColumn, Host, Object, Protected, Relation,
    RestoreFacts, Sequence, Side,
};
use crate::check::disclose::Contact;
use crate::check::exchange::form::{record, variant};
use crate::check::exchange::{Call, Live};
use crate::check::host::State;

record!(DumpFacts { sha256, bytes, format, server_version, source_role } varies { taken_at });
record!(RestoreFacts { server_version, differs_from_source, benign_errors, serious_errors } varies { system_identifier });
record!(Relation { schema, name, kind, rows } varies { content_digest });
record!(Object { kind, schema, name, owner } varies { definition_digest });
record!(Protected {
    name,
    id,
    started_at,
    status,
    untouched
});
record!(Sequence {
    schema,
    name,
    type_name,
    last_value,
    is_called,
    increment,
    least,
    greatest,
    cycles,
    feeds
});
record!(FedColumn {
    schema,
    relation,
    column,
    type_name
});
record!(Extension {
    name,
    schema,
    version
});
record!(DatabaseSetting { role, name, value });
variant!(Side { Dump: "dump", Reference: "reference" } holding {});

/// Declares a call: what it asks, its name, whether names that it gives can be in the guest's words from here on, and
/// how the facts answer it.
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
    Reference {},
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
    |asked, facts| facts.objects(asked.of, asked.after, asked.at_most)
);
fact!(
    Sequences {},
    "sequences",
    Asked,
    Vec<Sequence>,
    |_asked, facts| facts.sequences()
);
fact!(
    Extensions {},
    "extensions",
    NoneYet,
    Vec<Extension>,
    |_asked, facts| facts.extensions()
);
fact!(
    DatabaseSettings {},
    "database-settings",
    NoneYet,
    Vec<DatabaseSetting>,
    |_asked, facts| facts.settings()
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
        self.ask(&Reference {}).await
    }

    async fn objects(
        &mut self,
        of: Side,
        after: u64,
        at_most: u32,
    ) -> wasmtime::Result<Option<Vec<Object>>> {
        self.ask(&Objects { of, after, at_most }).await
    }

    async fn sequences(&mut self) -> wasmtime::Result<Vec<Sequence>> {
        self.ask(&Sequences {}).await
    }

    async fn extensions(&mut self) -> wasmtime::Result<Vec<Extension>> {
        self.ask(&Extensions {}).await
    }

    async fn database_settings(&mut self) -> wasmtime::Result<Vec<DatabaseSetting>> {
        self.ask(&DatabaseSettings {}).await
    }

    async fn protected_containers(&mut self) -> wasmtime::Result<Vec<Protected>> {
        self.ask(&ProtectedContainers {}).await
    }
}
