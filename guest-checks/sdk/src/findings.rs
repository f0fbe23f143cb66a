//! What a check saw.

use std::ops::RangeInclusive;

use crate::bindings::exports::vhost::check::checker::{Finding, Report, Status};
use crate::bindings::vhost::check::types::Value;
use crate::error::CouldNotLook;
use crate::query::QueryError;
use crate::sql::Relation;
use crate::subject::Subject;

/// Collects what a check saw.
///
/// Each `expect` adds one finding: a `rule`, which is a stable kebab-case name of what is asserted, the object of the
/// database that it is about, what was expected and what is there. Counts and booleans reach the report as they are;
/// other values do under the grant `report = "values"`, and as a digest otherwise.
///
/// ```
/// use vhost_check::{Findings, QueryError, Relation, Subject};
///
/// fn look(invoices: &Relation, findings: &mut Findings) -> Result<(), QueryError> {
///     let rows = invoices.count()?;
///     findings.expect_between("rows-plausible", invoices, 1_000..=50_000, rows);
///     let lost = invoices.count_where("customer_id IS NULL", &[])?;
///     findings.expect_none("customer-known", invoices, lost);
///     findings.expect_at_least("rows-in-all", Subject::overall(), 1, rows);
///     Ok(())
/// }
/// ```
#[derive(Default)]
pub struct Findings {
    findings: Vec<Finding>,
    metrics: Vec<(String, f64)>,
}

impl Findings {
    /// Passes where `actual` is `expected`.
    pub fn expect_eq<T: PartialEq + Into<Value>>(
        &mut self,
        rule: &str,
        subject: impl Into<Subject>,
        expected: T,
        actual: T,
    ) {
        let holds = expected == actual;
        self.add(rule, subject, holds, expected, actual);
    }

    /// Passes where `actual` is `least` or more.
    pub fn expect_at_least<T: PartialOrd + Into<Value>>(
        &mut self,
        rule: &str,
        subject: impl Into<Subject>,
        least: T,
        actual: T,
    ) {
        let holds = actual >= least;
        self.add(rule, subject, holds, least, actual);
    }

    /// Passes where `actual` is `most` or less.
    pub fn expect_at_most<T: PartialOrd + Into<Value>>(
        &mut self,
        rule: &str,
        subject: impl Into<Subject>,
        most: T,
        actual: T,
    ) {
        let holds = actual <= most;
        self.add(rule, subject, holds, most, actual);
    }

    /// Passes where `actual` is in `range`. The report has the bound that `actual` is beyond, and the upper one where
    /// it is in between.
    pub fn expect_between<T: PartialOrd + Into<Value>>(
        &mut self,
        rule: &str,
        subject: impl Into<Subject>,
        range: RangeInclusive<T>,
        actual: T,
    ) {
        let holds = range.contains(&actual);
        let (least, most) = range.into_inner();
        let bound = if actual < least { least } else { most };
        self.add(rule, subject, holds, bound, actual);
    }

    /// Passes where a count of rows that must not be is 0.
    pub fn expect_none(&mut self, rule: &str, subject: impl Into<Subject>, rows: i64) {
        self.expect_eq(rule, subject, 0, rows);
    }

    /// Passes where `actual` is true.
    pub fn expect(&mut self, rule: &str, subject: impl Into<Subject>, actual: bool) {
        self.expect_eq(rule, subject, true, actual);
    }

    /// [`expect_eq`](Self::expect_eq) for counts of all that the check looked at; other values and other
    /// comparisons take [`Subject::overall`].
    pub fn expect_eq_overall(&mut self, rule: &str, expected: i64, actual: i64) {
        self.expect_eq(rule, Subject::overall(), expected, actual);
    }

    /// Something that could not be looked at. The check is then INCONCLUSIVE where nothing else fails, and never
    /// PASS; what it saw besides stays in the report.
    pub fn could_not_look(&mut self, rule: &str, subject: impl Into<Subject>) {
        self.push(rule, subject, Status::CouldNotLook, None, None);
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

    /// Looks as far as the grant's limits go. An error would take all findings with it; where a limit is used up, this
    /// adds a finding that could not look instead (rule `within-limits`, with what the limit allows), so that what was
    /// seen until then is reported and a failure stays a failure. Every other error is returned.
    ///
    /// ```
    /// use vhost_check::{Findings, QueryError, Relation, query_as};
    ///
    /// fn look(events: &Relation, findings: &mut Findings) -> Result<(), QueryError> {
    ///     let mut wrong = 0;
    ///     findings.within_limits(events, |findings| {
    ///         let sql = format!("SELECT begins, ends FROM {events}");
    ///         for event in query_as::<(i64, i64)>(&sql, &[])? {
    ///             let (begins, ends) = event?;
    ///             wrong += i64::from(ends < begins);
    ///         }
    ///         Ok(())
    ///     })?;
    ///     // True of the rows that were read, whether or not these are all.
    ///     findings.expect_none("ends-after-it-begins", events, wrong);
    ///     Ok(())
    /// }
    /// ```
    pub fn within_limits(
        &mut self,
        subject: impl Into<Subject>,
        look: impl FnOnce(&mut Self) -> Result<(), QueryError>,
    ) -> Result<(), QueryError> {
        let Err(error) = look(self) else {
            return Ok(());
        };
        let Some(hit) = error.limit() else {
            return Err(error);
        };
        let allowed = Some(hit.allowed.into());
        self.push(
            "within-limits",
            subject,
            Status::CouldNotLook,
            allowed,
            None,
        );
        Ok(())
    }

    fn add(
        &mut self,
        rule: &str,
        subject: impl Into<Subject>,
        holds: bool,
        expected: impl Into<Value>,
        actual: impl Into<Value>,
    ) {
        let status = if holds { Status::Pass } else { Status::Fail };
        let (expected, actual) = (expected.into(), actual.into());
        self.push(rule, subject, status, Some(expected), Some(actual));
    }

    fn push(
        &mut self,
        rule: &str,
        subject: impl Into<Subject>,
        status: Status,
        expected: Option<Value>,
        actual: Option<Value>,
    ) {
        self.findings.push(Finding {
            rule: rule.to_owned(),
            status,
            subject: subject.into().into_text(),
            expected,
            actual,
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
    use crate::bindings::vhost::check::types::{Error, Limit, LimitHit};
    use crate::moment::Date;
    use crate::testing::sql_error;

    fn relation() -> Relation {
        Relation::parse("s.t").unwrap()
    }

    /// The rules that fail, after all of `look`.
    fn failed(look: impl FnOnce(&mut Findings)) -> Vec<String> {
        let mut findings = Findings::default();
        look(&mut findings);
        let findings = findings.into_report().findings.into_iter();
        let failed = findings.filter(|finding| finding.status == Status::Fail);
        failed.map(|finding| finding.rule).collect()
    }

    #[test]
    fn a_missing_relation_fails_and_a_forbidden_one_could_not_be_looked_at() {
        let sql = |sqlstate| Err(QueryError::from(sql_error(sqlstate, "no")));
        let failed = failed(|findings| {
            findings.about(&relation(), |_| sql("42P01")).unwrap();
            findings.about(&relation(), |_| sql("42703")).unwrap();
            assert!(findings.about(&relation(), |_| sql("42501")).is_err());
        });
        assert_eq!(failed, ["relation-exists", "columns-exist"]);
    }

    #[test]
    fn each_comparison_includes_its_bound_and_nothing_beyond_it() {
        let date = |day| Date::new(2026, 5, day).unwrap();
        let failed = failed(|findings| {
            let about = &relation();
            findings.expect_eq("eq", about, "a", "a");
            findings.expect_eq("eq-fails", about, "a", "b");
            findings.expect_at_least("least", about, 3, 3);
            findings.expect_at_least("least-fails", about, 3, 2);
            findings.expect_at_most("most", about, date(17), date(17));
            findings.expect_at_most("most-fails", about, date(17), date(18));
            findings.expect_between("between-low", about, 1..=2, 1);
            findings.expect_between("between-high", about, 1..=2, 2);
            findings.expect_between("below-fails", about, 1..=2, 0);
            findings.expect_between("above-fails", about, 1..=2, 3);
            findings.expect_at_most("nan-fails", about, 1.0, f64::NAN);
            findings.expect_none("none", about, 0);
            findings.expect_none("none-fails", about, 1);
            findings.expect("true", about, true);
            findings.expect("false-fails", about, false);
        });
        assert_eq!(failed.len(), 8, "{failed:?}");
        assert!(
            failed.iter().all(|rule| rule.ends_with("-fails")),
            "{failed:?}"
        );
    }

    #[test]
    fn the_bound_that_is_broken_is_what_was_expected() {
        let mut findings = Findings::default();
        for actual in [0, 1, 9] {
            findings.expect_between("between", Subject::overall(), 1..=5, actual);
        }
        let report = findings.into_report().findings;
        let bounds: Vec<_> = report.iter().map(|finding| &finding.expected).collect();
        let int = |int| Some(Value::Int(int));
        assert_eq!(bounds, [&int(1), &int(5), &int(5)]);
    }

    #[test]
    fn a_limit_keeps_what_was_seen() {
        let (what, allowed) = (Limit::Rows, 1_000);
        let mut findings = Findings::default();
        let looked = findings.within_limits(&relation(), |findings| {
            findings.expect("seen", &relation(), true);
            Err(Error::Limit(LimitHit { what, allowed }).into())
        });
        assert!(looked.is_ok());
        let gone = || Err(Error::Unavailable("gone".to_owned()).into());
        assert!(findings.within_limits(&relation(), |_| gone()).is_err());
        let report = findings.into_report().findings;
        let statuses: Vec<_> = report.iter().map(|finding| finding.status).collect();
        assert_eq!(statuses, [Status::Pass, Status::CouldNotLook]);
        assert_eq!(report[1].expected, Some(Value::Int(1_000)));
    }
}
