//! What a scan has found so far.

use std::borrow::Cow;
use std::ops::Range;

use crate::digest::Sha256;

use super::definitions::Definitions;
use super::entry::Entry;
use super::form::{Forming, Under};
use super::large::LargeObjects;
use super::large_entry::LargeEntries;
use super::normalise::{
    Contents, Owner, Session, Treatment, all_but_maintain, canonical, treatment,
};
use super::relations::{Block, Relations};
use super::roles::collect_roles;
use super::row::RowDigest;
use super::sequences::Sequences;
use super::{Form, Listing, Manifest, Object, Offsets, RowsAs, Scanned, Words};
use crate::script::heading::Heading;
use crate::script::insert::insert_target;
use crate::script::statement::{Tail, copy_target, starts_with};
use crate::script::{Command, Ending};

/// What the heading and the closing comment of a whole script begin with.
const SCRIPT: &str = "-- PostgreSQL database dump";

/// Whether materialized views were filled, which no dump does before its rows are in.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Refreshed {
    #[default]
    No,
    Yes,
    /// And rows followed.
    TooEarly,
}

#[derive(Default)]
pub struct Found {
    scanned: Scanned,
    forming: Forming,
    words: Words,
    objects: Vec<Object>,
    relations: Relations,
    sequences: Sequences,
    large_objects: LargeObjects,
    large_entries: LargeEntries,
    definitions: Definitions,
    session: Session,
    entry: Option<Entry>,
    /// Whether rows were found under the heading.
    rows: bool,
    refreshed: Refreshed,
    /// The rows of INSERTs into one relation, and what stood before the first of them.
    inserting: Option<(Vec<u8>, Block)>,
}

impl Found {
    /// Also lists the relations that statements make.
    pub fn listing() -> Self {
        Self {
            scanned: Scanned {
                listing: Some(Listing::default()),
                ..Scanned::default()
            },
            ..Self::default()
        }
    }

    /// Reads privileges as those of a dump of this form are read.
    pub fn read_as(&mut self, form: &Form) {
        self.forming.read_as(form);
    }

    /// The letters of some bytes of the dump, in the encoding that it has here.
    pub fn text<'b>(&self, bytes: &'b [u8]) -> Cow<'b, str> {
        self.forming.encoding().text(bytes)
    }

    /// Takes a comment that stands between statements.
    pub fn comment(&mut self, line: &str) {
        self.forming.comment(line);
        // Behind its closing comment, and in front of the next dump's first heading, nothing belongs to an entry.
        if line.starts_with(SCRIPT) {
            self.end_entry();
        }
        if let Some(heading) = Heading::read(line) {
            self.end_entry();
            self.forming.heading(heading.kind, heading.owner);
            self.entry = Some(Entry::begin(&heading, &self.session, &mut self.words));
        }
    }

    /// Takes the end of a line that is one of Windows.
    pub fn converted(&mut self) {
        self.scanned.carriage_returns = true;
    }

    /// Takes a meta-command of psql.
    pub fn command(&mut self, command: &Command) {
        if let Command::Connect(database) = command {
            self.scanned.connects.push(database.clone());
            // The new session is set to nothing.
            self.session = Session::default();
        }
    }

    /// Takes what stands beside the rows of an INSERT, where pg_dump writes nothing more.
    pub fn beside_rows(&mut self, text: &[u8]) {
        let letters = self.text(text).into_owned();
        self.forming.statement(&letters, self.under());
        if let Some(entry) = &mut self.entry {
            entry.piece(text);
            entry.end_statement(false);
        }
    }

    /// Whether a large object is open, so that a piece of it can follow.
    pub fn writes_large_object(&self) -> bool {
        self.large_objects.is_open()
    }

    /// Takes a COPY whose rows follow; none where it names no relation as pg_dump does.
    pub fn copy(&mut self, text: &str) -> Option<Block> {
        let target = copy_target(text);
        self.forming.statement(text, self.under());
        let tail = target.as_ref().map_or(Tail::Foreign, |target| target.tail);
        if let (Tail::Foreign, Some(entry)) = (tail, &mut self.entry) {
            entry.piece(text.as_bytes());
            entry.end_statement(false);
        }
        let target = target?;
        self.begin_rows();
        self.forming.rows(RowsAs::Copy);
        let digest = RowDigest::new(&target.columns);
        let (schema, name) = (target.schema, target.name);
        Some(self.relations.begin(schema, name, target.columns, digest))
    }

    /// Takes the place of a statement, or of a piece of one, in the stream.
    pub fn covers(&mut self, range: Range<u64>) {
        if self.entry.is_some() {
            self.definitions.cover(range);
        }
    }

    /// Takes a whole statement, which no rows follow.
    pub fn statement(&mut self, text: &str, partitioned: bool, range: Range<u64>) {
        let changes_encoding = self.forming.changes_encoding(text);
        self.forming.statement(text, self.under());
        if starts_with(text, "REFRESH MATERIALIZED VIEW ") && self.refreshed == Refreshed::No {
            self.refreshed = Refreshed::Yes;
        }
        if self.sequences.set(text) || self.large_objects.call(text) {
            return;
        }
        self.names(text);
        if let Some(object) = self.entry.as_ref().map(Entry::object) {
            self.scanned.database.take(&object.kind, &object.name, text);
        }
        if let Some(entry) = &mut self.entry
            && self
                .large_entries
                .take(entry, text, &range, &mut self.words)
        {
            entry.is_elsewhere(Contents::LargeObjects);
            return;
        }
        let treatment = match changes_encoding {
            true => Treatment::Definition,
            false => treatment(text, self.heading(), self.owner()),
        };
        match treatment {
            Treatment::Definition => {
                let text = match self.forming.before_maintain() {
                    true => all_but_maintain(text),
                    false => Cow::Borrowed(text),
                };
                if let Some(entry) = &mut self.entry {
                    entry.piece(canonical(&text).as_bytes());
                    entry.end_statement(partitioned);
                    let object = entry.object();
                    if partitioned && &*object.kind == "TABLE" {
                        let name = (object.schema.to_string(), object.name.to_string());
                        self.scanned.partitioned.insert(name);
                    }
                }
                self.covers(range);
            }
            Treatment::Authorization(role) => {
                self.definitions.set(range);
                if let Some(entry) = &mut self.entry {
                    entry.act(role);
                }
            }
            Treatment::Set(setting) => {
                self.definitions.set(range);
                self.session.set(setting);
            }
            // The statement that sets the owner, for one.
            Treatment::Aside => self.covers(range),
        }
    }

    /// Takes a piece of a definition that is too long to be kept.
    pub fn piece(&mut self, piece: &[u8]) {
        if let Some(entry) = &mut self.entry {
            entry.piece(piece);
        }
    }

    /// Takes the end of such a definition, with as much of its start as was kept.
    pub fn streamed(&mut self, start: &str, partitioned: bool) {
        self.names(start);
        self.forming.statement(start, self.under());
        if let Some(entry) = &mut self.entry {
            entry.end_statement(partitioned);
        }
    }

    /// The kind that the heading says, empty before the first.
    fn heading(&self) -> &str {
        self.entry.as_ref().map_or("", |entry| &entry.object().kind)
    }

    fn owner(&self) -> Owner {
        match &self.entry {
            Some(entry) if !entry.object().owner.is_empty() => Owner::Said,
            _ => Owner::Unsaid,
        }
    }

    fn under(&self) -> Under {
        match self.entry {
            Some(_) => Under::Heading,
            None => Under::Nothing,
        }
    }

    /// What a statement names beside the object that it is of.
    fn names(&mut self, text: &str) {
        self.scanned.offsets.take(text.as_bytes());
        collect_roles(text, &mut self.scanned.roles);
        if let Some(listing) = &mut self.scanned.listing {
            listing.take(text);
        }
        self.sequences.define(text);
    }

    fn begin_rows(&mut self) {
        self.rows = true;
        if self.refreshed == Refreshed::Yes {
            self.refreshed = Refreshed::TooEarly;
        }
    }

    /// Begins the rows of an INSERT by the text before the first of them; false if that names no relation.
    pub fn begin_insert(&mut self, text: &[u8]) -> bool {
        self.begin_rows();
        if self
            .inserting
            .as_ref()
            .is_some_and(|(before, _)| before == text)
        {
            return true;
        }
        self.end_inserts();
        let letters = self.text(text);
        let Some(target) = insert_target(&letters) else {
            return false;
        };
        self.forming.statement(&letters, self.under());
        let unlisted = target.columns.is_empty()
            && !letters.trim_end_matches(';').ends_with(" DEFAULT VALUES");
        self.forming.rows(match unlisted {
            true => RowsAs::Inserts,
            false => RowsAs::ColumnInserts,
        });
        let digest = RowDigest::new(&target.columns);
        let (schema, name) = (target.schema, target.name);
        let block = self.relations.begin(schema, name, target.columns, digest);
        self.inserting = Some((text.to_owned(), block));
        true
    }

    /// Takes a row of the INSERT that has begun, and where a comma stands between its values.
    pub fn inserted(&mut self, row: &[u8], commas: &[usize]) {
        if let Some((_, block)) = &mut self.inserting {
            if Offsets::wants(block.digest.rows()) {
                self.scanned.offsets.take(row);
            }
            block.digest.values(row, commas);
        }
    }

    /// Takes a row that is looked at for its moments.
    pub fn sample(&mut self, row: &[u8]) {
        self.scanned.offsets.take(row);
    }

    /// Takes digits of the call that writes a piece of a large object.
    pub fn digits(&mut self, digits: &[u8]) {
        self.large_objects.digits(digits);
    }

    /// Takes the rows of a COPY.
    pub fn end_rows(&mut self, block: Block) {
        self.relations.end(block);
    }

    fn end_inserts(&mut self) {
        if let Some((_, block)) = self.inserting.take() {
            self.relations.end(block);
        }
    }

    fn end_entry(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        let Some(entry) = self.entry.take() else {
            return;
        };
        if entry.contents() == Contents::Rows && !rows {
            let object = entry.object();
            self.relations.note(&object.schema, &object.name);
        }
        match entry.finish() {
            Some(object) => {
                self.objects.push(object);
                self.definitions.end_object();
            }
            None => self.definitions.forget(),
        }
    }

    pub fn finish(mut self, ending: Ending) -> Scanned {
        self.end_entry();
        self.end_inserts();
        if self.refreshed == Refreshed::TooEarly {
            let filled = self.objects.iter_mut();
            for object in filled.filter(|one| &*one.kind == "MATERIALIZED VIEW DATA") {
                object.definition = Sha256::of(b"filled before the rows");
            }
        }
        for (object, statements) in self.large_entries.finish(&mut self.words) {
            self.objects.push(object);
            statements
                .into_iter()
                .for_each(|range| self.definitions.cover(range));
            self.definitions.end_object();
        }
        self.objects.shrink_to_fit();
        let other_encoding = self.forming.other_encoding().map(str::to_owned);
        Scanned {
            manifest: Manifest {
                form: self.forming.finish(&self.scanned.connects),
                objects: self.objects,
                relations: self.relations.finish(),
                sequences: self.sequences.finish(),
                large_objects: self.large_objects.finish(),
            },
            definitions: self.definitions.finish(),
            other_encoding,
            ending,
            ..self.scanned
        }
    }
}
