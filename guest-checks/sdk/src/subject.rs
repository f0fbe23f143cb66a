//! What a finding is about.

use crate::evidence;
use crate::row::Key;
use crate::sql::{Ident, Relation};

/// The object of the database that a finding is about; never a row value.
///
/// Most are made by `into`: from a `&Relation`, from the evidence's relations and objects, or from text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject(Option<String>);

impl Subject {
    /// All that the check looked at.
    pub fn overall() -> Self {
        Self(None)
    }

    /// `schema.relation.column`
    pub fn column(relation: &Relation, column: &Ident) -> Self {
        Self(Some(format!("{}.{}", relation.plain(), column.as_str())))
    }

    /// Says which row of it, by a digest of its key.
    pub fn at(self, key: &Key) -> Self {
        let key = key.digest();
        Self(self.0.map(|object| format!("{object} key:{key}")))
    }

    pub(crate) fn into_text(self) -> Option<String> {
        self.0
    }
}

impl From<&Relation> for Subject {
    fn from(relation: &Relation) -> Self {
        Self(Some(relation.plain()))
    }
}

impl From<&evidence::Relation> for Subject {
    fn from(relation: &evidence::Relation) -> Self {
        Self(Some(format!("{}.{}", relation.schema, relation.name)))
    }
}

impl From<&evidence::Sequence> for Subject {
    fn from(sequence: &evidence::Sequence) -> Self {
        Self(Some(format!("{}.{}", sequence.schema, sequence.name)))
    }
}

impl From<&evidence::FedColumn> for Subject {
    fn from(fed: &evidence::FedColumn) -> Self {
        Self(Some(format!(
            "{}.{}.{}",
            fed.schema, fed.relation, fed.column
        )))
    }
}

impl From<&evidence::Object> for Subject {
    fn from(object: &evidence::Object) -> Self {
        Self(Some(match object.schema.is_empty() {
            true => object.name.clone(),
            false => format!("{}.{}", object.schema, object.name),
        }))
    }
}

/// The report shows `schema.relation` and `schema.relation.column` of the restored database. Any other text it shows
/// under the grant `report = "values"` alone.
impl From<&str> for Subject {
    fn from(name: &str) -> Self {
        Self(Some(name.to_owned()))
    }
}

impl From<String> for Subject {
    fn from(name: String) -> Self {
        Self(Some(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_names_the_object_and_hides_the_key() {
        let relation = Relation::parse("s.t").unwrap();
        let key: Key = serde_json::from_str(r#"{"mail": "a@b"}"#).unwrap();
        let subject = Subject::column(&relation, &"c".parse().unwrap()).at(&key);
        let subject = subject.into_text().unwrap();
        assert!(subject.starts_with("s.t.c key:"), "{subject:?}");
        assert!(!subject.contains("a@b"));
    }
}
