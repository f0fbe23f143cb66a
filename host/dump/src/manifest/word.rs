//! A short text that many entries of a manifest share.

use std::collections::HashSet;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A kind, a schema or an owner. A dump of 100,000 objects has few of them, so they are kept once.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word(Arc<str>);

impl Deref for Word {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Word {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl Serialize for Word {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(String::deserialize(deserializer)?.into()))
    }
}

/// Gives equal texts the same [`Word`].
#[derive(Default)]
pub struct Words(HashSet<Arc<str>>);

impl Words {
    /// The one word of this text, which every later call for the text shares.
    pub fn word(&mut self, text: &str) -> Word {
        match self.0.get(text) {
            Some(known) => Word(known.clone()),
            None => {
                let new: Arc<str> = text.into();
                self.0.insert(new.clone());
                Word(new)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_kept_once() {
        let mut words = Words::default();
        let (one, other) = (words.word("TABLE"), words.word("TABLE"));
        assert!(Arc::ptr_eq(&one.0, &other.0));
        assert_ne!(one, words.word("VIEW"));
    }
}
