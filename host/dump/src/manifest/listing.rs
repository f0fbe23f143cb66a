//! The relations that a dump or a server has, by name: what a grant's scopes are held against for a reviewer.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Manifest;
use super::declared::declared;

/// One relation that could be read, whether it holds rows or not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Listed {
    /// Unquoted.
    pub schema: String,
    /// Unquoted.
    pub name: String,
    /// [`Kind::Table`] also where a dump has rows and no definition.
    pub kind: Kind,
    /// Unquoted. `None` where a dump does not say: it has a view as a query, and its columns follow from that.
    pub columns: Option<Vec<String>>,
}

/// The kinds of relations that are listed: those that hold or show rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Also a partitioned or an unlogged one, and a partition.
    Table,
    /// Holds no rows of its own.
    View,
    /// Holds the rows of its last refresh.
    MaterializedView,
    /// Leads out of the database; no check is let through.
    ForeignTable,
}

impl Kind {
    /// As people read it, for example `materialized view`.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Table => "table",
            Kind::View => "view",
            Kind::MaterializedView => "materialized view",
            Kind::ForeignTable => "foreign table",
        }
    }
}

/// Follows the statements of a plain dump and keeps the relations that they make.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    listed: BTreeMap<(String, String), Listed>,
}

impl Listing {
    /// Takes one statement; whatever makes no relation is passed over.
    pub(super) fn take(&mut self, statement: &str) {
        let Some(declared) = declared(statement) else {
            return;
        };
        // The server puts inherited columns first, and a parent stands before its children.
        let inherited = declared.parents.iter().flat_map(|parent| {
            let parent = self.listed.get(parent);
            parent
                .and_then(|parent| parent.columns.clone())
                .unwrap_or_default()
        });
        let inherited: Vec<String> = inherited.collect();
        let (schema, name) = (declared.schema, declared.name);
        let mut listed = Listed {
            columns: declared.columns.is_some().then_some(inherited),
            schema: schema.clone(),
            name: name.clone(),
            kind: declared.kind,
        };
        listed.add(declared.columns.unwrap_or_default());
        // pg_dump writes a view of a circle twice: first as a stand-in, then as it is.
        self.listed.entry((schema, name)).or_insert(listed);
    }

    /// Every relation in the order of names, with what the rows say of columns where the definition does not, such as
    /// that of a table of a type.
    pub fn finish(mut self, manifest: &Manifest) -> Vec<Listed> {
        for rows in &manifest.relations {
            let key = (rows.schema.clone(), rows.name.clone());
            // A dump of data alone defines nothing.
            let listed = self.listed.entry(key).or_insert_with(|| Listed {
                schema: rows.schema.clone(),
                name: rows.name.clone(),
                kind: Kind::Table,
                columns: None,
            });
            listed.columns.get_or_insert_default();
            listed.add(rows.columns.clone());
        }
        self.listed.into_values().collect()
    }
}

impl Listed {
    /// Adds columns that are not there yet; to a relation whose columns are not known, none.
    fn add(&mut self, more: Vec<String>) {
        let Some(columns) = &mut self.columns else {
            return;
        };
        for column in more {
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::manifest::scan::Scanner;

    fn listed(dump: &str) -> Vec<String> {
        let mut scanner = Scanner::listing();
        scanner.feed(dump.as_bytes());
        let scanned = scanner.finish();
        let all = scanned.listing.unwrap().finish(&scanned.manifest);
        all.iter()
            .map(|one| {
                let columns = one.columns.as_ref().map(|columns| columns.join(" "));
                let columns = columns.unwrap_or_else(|| "?".to_owned());
                format!(
                    "{} {}.{} ({columns})",
                    one.kind.word(),
                    one.schema,
                    one.name
                )
            })
            .collect()
    }

    #[test]
    fn relations_are_listed_as_pg_dump_writes_them() {
        let dump = r#"
CREATE TABLE app.orders (
    id integer NOT NULL,
    "No, te" text DEFAULT 'a, b (c'::text,
    price numeric(10,2) DEFAULT round((1.5 * (2)::numeric), 2),
    twice numeric GENERATED ALWAYS AS ((price * (2)::numeric)) STORED,
    CONSTRAINT positive CHECK ((price > (0)::numeric))
);
CREATE UNLOGGED TABLE app.child (
    own integer
)
INHERITS (app.orders);
CREATE TABLE app.nothing (
);
CREATE TABLE app.events (
    id integer
)
PARTITION BY RANGE (id);
CREATE FOREIGN TABLE app.far (
    id integer
)
SERVER elsewhere;
CREATE VIEW app.circle AS
SELECT
    NULL::integer AS id;
CREATE OR REPLACE VIEW app.circle AS SELECT 1;
CREATE VIEW app.shown WITH (security_invoker='on') AS SELECT 1;
CREATE MATERIALIZED VIEW app."Kept" AS SELECT 1 WITH NO DATA;
CREATE TABLE public.unquoted_OF OF app.type;
CREATE SEQUENCE app.s;
CREATE INDEX i ON app.orders USING btree (id);
CREATE FUNCTION app.f() RETURNS void LANGUAGE plpgsql AS $$ begin
CREATE TABLE app.trap (id int);
end $$;
COPY app.child (id, own) FROM stdin;
\.
COPY app.orders (id, "No, te", price) FROM stdin;
\.
COPY lost.rows_only (a) FROM stdin;
\.
"#;
        assert_eq!(
            listed(dump),
            [
                "materialized view app.Kept (?)",
                "table app.child (id No, te price twice own)",
                "view app.circle (?)",
                "table app.events (id)",
                "foreign table app.far (id)",
                "table app.nothing ()",
                "table app.orders (id No, te price twice)",
                "view app.shown (?)",
                "table lost.rows_only (a)",
                "table public.unquoted_of (?)",
            ]
        );
    }
}
