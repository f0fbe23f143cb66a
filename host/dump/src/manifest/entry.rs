//! One entry of a dump while its statements go by.

use sha2::Digest as _;

use super::normalise::{Contents, Session, contents};
use super::{Object, Words};
use crate::digest::Sha256;
use crate::script::heading::Heading;

/// The digest of a definition that is this statement and no other.
pub fn definition_of(statement: &str) -> Sha256 {
    let digest = sha2::Sha256::default().chain_update(statement);
    Sha256::from_state(digest.chain_update(b"\0"))
}

/// What stands under one heading.
pub struct Entry {
    object: Object,
    contents: Contents,
    /// What the session was set to when the heading came; it belongs to this entry.
    session: Session,
    definition: sha2::Sha256,
    /// Whose the next statements are, where they are not the loading role's.
    acting: Option<String>,
    within: bool,
    statements: u64,
}

impl Entry {
    pub fn begin(heading: &Heading<'_>, session: &Session, words: &mut Words) -> Self {
        Self {
            object: Object {
                kind: words.word(heading.kind),
                schema: words.word(heading.schema),
                name: heading.name.into(),
                owner: words.word(heading.owner),
                definition: Sha256::of(b""),
            },
            contents: contents(heading.kind),
            session: session.clone(),
            definition: sha2::Sha256::default(),
            acting: None,
            within: false,
            statements: 0,
        }
    }

    pub fn object(&self) -> &Object {
        &self.object
    }

    pub fn contents(&self) -> Contents {
        self.contents
    }

    pub fn act(&mut self, acting: Option<String>) {
        self.acting = acting;
    }

    /// The role whose the next statements are; empty for the loading one.
    pub fn acting(&self) -> &str {
        self.acting.as_deref().unwrap_or_default()
    }

    /// Says that statements of this entry are in the manifest elsewhere.
    pub fn is_elsewhere(&mut self, contents: Contents) {
        self.contents = contents;
    }

    /// Takes a piece of a statement that belongs to the definition.
    pub fn piece(&mut self, text: &[u8]) {
        if !self.within {
            self.within = true;
            if let Some(role) = &self.acting {
                self.definition.update(b"as ");
                self.definition.update(role.as_bytes());
                self.definition.update(b"\0");
            }
        }
        self.definition.update(text);
    }

    /// Takes the end of such a statement.
    pub fn end_statement(&mut self, partitioned: bool) {
        // No statement holds a zero byte, so that two of them are not one with the same letters.
        self.definition.update(b"\0");
        if self.statements == 0 {
            for (name, value) in self.session.of_the_object(&self.object.kind, partitioned) {
                self.definition.update(name.as_bytes());
                self.definition.update(b"=");
                self.definition.update(value.as_bytes());
                self.definition.update(b"\0");
            }
        }
        self.within = false;
        self.statements += 1;
    }

    /// The object, unless all that stood here were contents, which the manifest has elsewhere.
    ///
    /// A kind is a word in a comment. A statement that is no content is never passed over for it.
    pub fn finish(self) -> Option<Object> {
        let object = Object {
            definition: Sha256::from_state(self.definition),
            ..self.object
        };
        (self.contents == Contents::None || self.statements > 0).then_some(object)
    }
}
