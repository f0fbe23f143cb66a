//! What a check saw.

use crate::bindings::exports::vhost::check::checker::{Finding, Report, Status};
use crate::bindings::vhost::check::types::Value;
use crate::error::CouldNotLook;
use crate::query::QueryError;
use crate::row::Key;
use crate::sql::{Ident, Relation};

/// The object of the database that a finding is about; never a row value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject(String);

impl Subject {
    pub fn column(relation: &Relation, column: &Ident) -> Self {
        Self(format!("{}.{}", relation.plain(), column.as_str()))
    }

    /// Says which row of it, by a digest of its key.
    pub fn at(self, key: &Key) -> Self {
        Self(format!("{} key:{}", self.0, key.digest()))
    }
}

impl From<&Relation> for Subject {
    fn from(relation: &Relation) -> Self {
        Self(relation.plain())
    }
}

/// Any other text than the name of a relation or column is shown under the grant `report = "values"` alone.
impl From<&str> for Subject {
    fn from(name: &str) -> Self {
        Self(name.to_owned())
    }
}

/// Collects what a check saw.
#[derive(Default)]
pub struct Findings {
    findings: Vec<Finding>,
    metrics: Vec<(String, f64)>,
}

impl Findings {
    /// Passes where `actual` is `expected`, and fails otherwise. `rule` is a stable kebab-case name.
    pub fn expect_eq(
        &mut self,
        rule: &str,
        subject: impl Into<Subject>,
        expected: i64,
        actual: i64,
    ) {
        self.add(
            rule,
            subject.into().0.into(),
            expected == actual,
            Value::Int(expected),
            Value::Int(actual),
        );
    }

    /// Passes where `actual` is `least` or more.
    pub fn expect_at_least(
        &mut self,
        rule: &str,
        subject: impl Into<Subject>,
        least: i64,
        actual: i64,
    ) {
        self.add(
            rule,
            subject.into().0.into(),
            actual >= least,
            Value::Int(least),
            Value::Int(actual),
        );
    }

    /// Passes where `actual` is `most` or less.
    pub fn expect_at_most(
        &mut self,
        rule: &str,
        subject: impl Into<Subject>,
        most: i64,
        actual: i64,
    ) {
        self.add(
            rule,
            subject.into().0.into(),
            actual <= most,
            Value::Int(most),
            Value::Int(actual),
        );
    }

    /// Something that could not be looked at.
    pub fn could_not_look(&mut self, rule: &str, subject: impl Into<Subject>) {
        self.findings.push(Finding {
            rule: rule.to_owned(),
            status: Status::CouldNotLook,
            subject: subject.into().0.into(),
            expected: None,
            actual: None,
        });
    }

    /// Passes where `actual` is true.
    pub fn expect(&mut self, rule: &str, subject: impl Into<Subject>, actual: bool) {
        self.add(
            rule,
            subject.into().0.into(),
            actual,
            Value::Boolean(true),
            Value::Boolean(actual),
        );
    }

    /// Like [`expect_eq`](Self::expect_eq), about all that the check looked at.
    pub fn expect_eq_overall(&mut self, rule: &str, expected: i64, actual: i64) {
        self.add(
            rule,
            None,
            expected == actual,
            Value::Int(expected),
            Value::Int(actual),
        );
    }

    /// A number worth keeping, by a kebab-case name.
    pub fn metric(&mut self, name: &str, value: f64) {
        self.metrics.push((name.to_owned(), value));
    }

    /// Looks at one relation. That the relation, or a column which `look` asks for, is not in the restored database
    /// is a finding that fails (rules `relation-exists` and `columns-exist`): the backup does not hold it. Every
    /// other error, permission denied among them, is a check that could not look.
    pub fn about(
        &mut self,
        relation: &Relation,
        look: impl FnOnce(&mut Self) -> Result<(), QueryError>,
    ) -> Result<(), CouldNotLook> {
        match look(self) {
            Ok(()) => Ok(()),
            Err(error) if error.is_missing_relation() => {
                self.expect("relation-exists", relation, false);
                Ok(())
            }
            Err(error) if error.is_missing_column() => {
                self.expect("columns-exist", relation, false);
                Ok(())
            }
            Err(error) => Err(CouldNotLook::because(format!(
                "{}: {error}",
                relation.plain()
            ))),
        }
    }

    fn add(
        &mut self,
        rule: &str,
        subject: Option<String>,
        holds: bool,
        expected: Value,
        actual: Value,
    ) {
        self.findings.push(Finding {
            rule: rule.to_owned(),
            status: if holds { Status::Pass } else { Status::Fail },
            subject,
            expected: Some(expected),
            actual: Some(actual),
        });
    }

    pub(crate) fn into_report(self) -> Report {
        Report {
            findings: self.findings,
            metrics: self.metrics,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bindings::vhost::check::types::{Error, SqlError};

    fn sql(sqlstate: &str) -> QueryError {
        QueryError::Asked(Error::Sql(SqlError {
            sqlstate: sqlstate.to_owned(),
            severity: "ERROR".to_owned(),
            message: "no".to_owned(),
            detail: None,
            hint: None,
            position: None,
            constraint: None,
            table: None,
        }))
    }

    #[test]
    fn a_missing_relation_fails_and_a_forbidden_one_could_not_be_looked_at() {
        let relation = Relation::parse("s.t").unwrap();
        let mut findings = Findings::default();
        findings.about(&relation, |_| Err(sql("42P01"))).unwrap();
        findings.about(&relation, |_| Err(sql("42703"))).unwrap();
        assert!(findings.about(&relation, |_| Err(sql("42501"))).is_err());
        let report = findings.into_report();
        let rules: Vec<_> = report.findings.iter().map(|f| f.rule.as_str()).collect();
        assert_eq!(rules, ["relation-exists", "columns-exist"]);
        assert!(report.findings.iter().all(|f| f.status == Status::Fail));
    }

    #[test]
    fn a_subject_names_the_object_and_hides_the_key() {
        let relation = Relation::parse("s.t").unwrap();
        let key: Key = serde_json::from_str(r#"{"mail": "a@b"}"#).unwrap();
        let subject = Subject::column(&relation, &"c".parse().unwrap()).at(&key);
        assert!(subject.0.starts_with("s.t.c key:"), "{subject:?}");
        assert!(!subject.0.contains("a@b"));
    }
}
