//! What a test says of the plan, the database and the host.

use std::fmt;

use super::{Answer, facts};
use crate::bindings::vhost::check::query::Budget;
use crate::bindings::vhost::check::types::{Error, Value};
use crate::evidence::{
    DatabaseSetting, DumpFacts, Extension, Object, Protected, Relation, RestoreFacts, Sequence,
};
use crate::moment::TimestampTz;
use crate::sql;

/// The world that a check is run in.
///
/// A statement that nothing answers ends the test: a check must not pass on what nobody thought of.
#[derive(Clone, Debug)]
pub struct World {
    pub(super) settings: String,
    scripts: Vec<Script>,
    pub(super) budget: Budget,
    pub(super) now: TimestampTz,
    pub(super) dump: DumpFacts,
    pub(super) restore: RestoreFacts,
    pub(super) relations: Vec<Relation>,
    pub(super) reference: Option<Vec<Relation>>,
    pub(super) objects: Vec<Object>,
    pub(super) reference_objects: Option<Vec<Object>>,
    pub(super) sequences: Vec<Sequence>,
    pub(super) extensions: Vec<Extension>,
    pub(super) database_settings: Vec<DatabaseSetting>,
    pub(super) protected: Vec<Protected>,
}

/// One answer, and what it answers.
#[derive(Clone, Debug)]
struct Script {
    /// Whitespace is one space.
    parts: Vec<String>,
    params: Option<Vec<Value>>,
    answer: Answer,
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// No settings, no answers, a dump of 2026-05-17 without relations, and a grant that is hardly used.
    pub fn new() -> Self {
        Self {
            settings: "{}".to_owned(),
            scripts: Vec::new(),
            budget: Budget {
                rows_left: 1_000_000,
                bytes_left: 1 << 30,
                statements_left: 1_000,
                millis_left: 60_000,
            },
            // 2026-05-17 03:00 UTC, an hour behind the dump.
            now: TimestampTz::from_micros(832_302_000_000_000),
            dump: facts::dump(),
            restore: facts::restore(),
            relations: Vec::new(),
            reference: None,
            objects: Vec::new(),
            reference_objects: None,
            sequences: Vec::new(),
            extensions: Vec::new(),
            database_settings: Vec::new(),
            protected: Vec::new(),
        }
    }

    /// The plan's table `[checks.<name>]` as a JSON object: `json!({...})` or its text.
    pub fn settings(mut self, json: impl fmt::Display) -> Self {
        self.settings = json.to_string();
        self
    }

    /// Answers every statement that holds this SQL, whatever its parameters are. Whitespace is one space. Where
    /// several answers fit, the first one does.
    pub fn answer(self, sql: &str, answer: impl Into<Answer>) -> Self {
        self.script([sql], None, answer.into())
    }

    /// Answers every statement that holds this SQL and has these parameters.
    pub fn answer_to(self, sql: &str, params: &[Value], answer: impl Into<Answer>) -> Self {
        self.script([sql], Some(params.to_vec()), answer.into())
    }

    /// The restored database does not have this relation, `schema.relation`. Like an answer to every statement that
    /// names it quoted, as [`Relation`](crate::Relation) displays.
    #[track_caller]
    pub fn missing(self, relation: &str) -> Self {
        self.script([&quoted(relation)], None, Answer::missing_relation())
    }

    /// The relation does not have this column. Like an answer to every statement that names both quoted.
    #[track_caller]
    pub fn missing_column(self, relation: &str, column: &str) -> Self {
        let column: sql::Ident = column.parse().unwrap_or_else(|error| panic!("{error}"));
        let parts = [quoted(relation), column.to_string()];
        self.script([&parts[0], &parts[1]], None, Answer::missing_column())
    }

    /// The grant does not open this relation, `schema.relation`. Like an answer to every statement that names it
    /// quoted.
    #[track_caller]
    pub fn denied(self, relation: &str) -> Self {
        let name = relation.rsplit('.').next().unwrap_or(relation);
        let error = Error::Denied(format!(
            "permission denied for table {name}; ask for a grant in this check's `read` list"
        ));
        self.script([&quoted(relation)], None, Answer::error(error))
    }

    /// What [`remaining`](crate::remaining) says, however much is asked.
    pub fn budget(mut self, budget: Budget) -> Self {
        self.budget = budget;
        self
    }

    /// When the drill began; 2026-05-17 03:00 UTC where a test does not care.
    pub fn now(mut self, now: TimestampTz) -> Self {
        self.now = now;
        self
    }

    /// What is known of the dump; see [`facts::dump`].
    pub fn dump(mut self, dump: DumpFacts) -> Self {
        self.dump = dump;
        self
    }

    /// What is known of the restore; see [`facts::restore`].
    pub fn restore(mut self, restore: RestoreFacts) -> Self {
        self.restore = restore;
        self
    }

    /// The relations of the dump's manifest; see [`facts::table`].
    pub fn relations(mut self, relations: impl IntoIterator<Item = Relation>) -> Self {
        self.relations = relations.into_iter().collect();
        self
    }

    /// The relations of the manifest that the dump is held against. Without this there is none.
    pub fn reference(mut self, relations: impl IntoIterator<Item = Relation>) -> Self {
        self.reference = Some(relations.into_iter().collect());
        self
    }

    /// The objects of the dump's manifest; see [`facts::object`].
    pub fn objects(mut self, objects: impl IntoIterator<Item = Object>) -> Self {
        self.objects = objects.into_iter().collect();
        self
    }

    /// The objects of the manifest that the dump is held against. Without this there is none.
    pub fn reference_objects(mut self, objects: impl IntoIterator<Item = Object>) -> Self {
        self.reference_objects = Some(objects.into_iter().collect());
        self
    }

    /// The sequences of the restored database; see [`facts::sequence`].
    pub fn sequences(mut self, sequences: impl IntoIterator<Item = Sequence>) -> Self {
        self.sequences = sequences.into_iter().collect();
        self
    }

    /// The extensions of the restored database; see [`facts::extension`].
    pub fn extensions(mut self, extensions: impl IntoIterator<Item = Extension>) -> Self {
        self.extensions = extensions.into_iter().collect();
        self
    }

    /// What the restored database sets for its sessions; see [`facts::database_setting`].
    pub fn database_settings(mut self, all: impl IntoIterator<Item = DatabaseSetting>) -> Self {
        self.database_settings = all.into_iter().collect();
        self
    }

    /// The containers that the drill must leave alone.
    pub fn protected_containers(mut self, all: impl IntoIterator<Item = Protected>) -> Self {
        self.protected = all.into_iter().collect();
        self
    }

    fn script<const PARTS: usize>(
        mut self,
        parts: [&str; PARTS],
        params: Option<Vec<Value>>,
        answer: Answer,
    ) -> Self {
        self.scripts.push(Script {
            parts: parts.map(spaced).into(),
            params,
            answer,
        });
        self
    }

    /// # Panics
    ///
    /// Where nothing answers: then the test is not written yet.
    pub(super) fn answer_for(&self, sql: &str, params: &[Value]) -> &Answer {
        let spaced = spaced(sql);
        let fits = |script: &&Script| {
            let asked = script.params.as_ref().is_none_or(|these| these == params);
            asked && script.parts.iter().all(|part| spaced.contains(part))
        };
        match self.scripts.iter().find(fits) {
            Some(script) => &script.answer,
            None => panic!("the world of this test has no answer for\n  {spaced}\n  {params:?}"),
        }
    }
}

fn spaced(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn quoted(relation: &str) -> String {
    let relation = sql::Relation::parse(relation).unwrap_or_else(|error| panic!("{error}"));
    relation.to_string()
}
