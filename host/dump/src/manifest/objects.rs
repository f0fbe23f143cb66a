//! Objects out of a file, with the words that they share kept once.

use std::fmt;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Object, Words};
use crate::digest::Sha256;

/// An object as it is written; each word of it is a text of its own until it is interned.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    kind: String,
    schema: String,
    name: Box<str>,
    owner: String,
    definition: Sha256,
}

/// Reads a list of objects: of 100,000, the words would otherwise take more memory than all the rest.
pub fn interned<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Object>, D::Error> {
    deserializer.deserialize_seq(Interning)
}

struct Interning;

impl<'de> Visitor<'de> for Interning {
    type Value = Vec<Object>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut written: A) -> Result<Vec<Object>, A::Error> {
        let mut words = Words::default();
        let mut objects = Vec::new();
        while let Some(one) = written.next_element::<Written>()? {
            objects.push(Object {
                kind: words.word(&one.kind),
                schema: words.word(&one.schema),
                name: one.name,
                owner: words.word(&one.owner),
                definition: one.definition,
            });
        }
        objects.shrink_to_fit();
        Ok(objects)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Manifest;

    #[test]
    fn words_are_kept_once() {
        let object = |name: &str| Object {
            kind: "TABLE".into(),
            schema: "public".into(),
            name: name.into(),
            owner: "alice".into(),
            definition: Sha256::of(name.as_bytes()),
        };
        let manifest = Manifest {
            objects: vec![object("a"), object("b")],
            ..Manifest::default()
        };
        let text = serde_json::to_string(&manifest).unwrap();
        let read: Manifest = serde_json::from_str(&text).unwrap();
        assert_eq!(read, manifest);
        let [a, b] = &read.objects[..] else {
            panic!("two objects")
        };
        for (one, other) in [
            (&a.kind, &b.kind),
            (&a.schema, &b.schema),
            (&a.owner, &b.owner),
        ] {
            assert!(std::ptr::eq(&**one, &**other), "{one}");
        }
    }
}
