//! The rows of the table: what the plan requires, and everything that it does not name.

use serde::Serialize;

use super::gate::Standing;
use super::member::Member;
use super::shown;
use crate::plan::Required;

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    pub number: usize,
    pub title: String,
    pub standing: Standing,
    pub result: String,
    /// Names of the gates and checks that it stands on.
    pub proves: Vec<String>,
}

/// The plan's rows in the plan's order, then a row for each member that none of them names.
pub fn rows(required: &[Required], members: &[Member]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for wanted in required {
        let (mut standing, mut words) = (None, Vec::new());
        for name in &wanted.proves {
            let mut named = members
                .iter()
                .filter(|member| member.name == *name)
                .peekable();
            if named.peek().is_none() {
                standing = standing.max(Some(Standing::CouldNotLook));
                words.push(format!("no gate or check has the name {name}"));
            }
            for member in named {
                standing = standing.max(Some(member.standing));
                words.push(match wanted.proves.as_slice() {
                    [_] => member.result.clone(),
                    _ => format!("{name}: {}", member.result),
                });
            }
        }
        rows.push(Row {
            number: rows.len() + 1,
            title: wanted.title.clone(),
            // A row that stands on nothing proves nothing.
            standing: standing.unwrap_or(Standing::CouldNotLook),
            result: match words.as_slice() {
                [] => "the plan names no gate or check for this row".to_owned(),
                words => words.join(" · "),
            },
            proves: wanted.proves.clone(),
        });
    }
    for member in members {
        if !required.iter().any(|row| row.proves.contains(&member.name)) {
            rows.push(Row {
                number: rows.len() + 1,
                title: member.title.clone(),
                standing: member.standing,
                result: member.result.clone(),
                proves: vec![member.name.clone()],
            });
        }
    }
    rows
}

/// How the rows stand together: `10 of 10 rows PASS`, `8 of 10 rows PASS, 2 N/A`.
pub fn tally(rows: &[Row]) -> String {
    let standing = |standing| rows.iter().filter(|row| row.standing == standing).count();
    let mut words = format!(
        "{} of {} {}",
        standing(Standing::Pass),
        shown::many(rows.len(), "row"),
        Standing::Pass.word()
    );
    for other in [
        Standing::Fail,
        Standing::CouldNotLook,
        Standing::NotApplicable,
    ] {
        let count = standing(other);
        if count > 0 {
            words.push_str(&format!(", {count} {}", other.word()));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::gate::Gate;
    use crate::report::terms::ChecksAsked;
    use crate::report::verdict::Verdict;
    use crate::report::{Report, sample};

    fn row<'a>(report: &'a Report, title: &str) -> &'a Row {
        report.rows.iter().find(|row| row.title == title).unwrap()
    }

    #[test]
    fn without_required_rows_each_gate_and_check_has_its_own() {
        let report = Report::of(sample::evidence(), sample::terms());
        assert_eq!(report.rows.len(), Gate::ALL.len() + 1);
        assert_eq!(report.rows[10].title, "Check row-matrix");
        assert_eq!(
            report.rows[10].result,
            "row-count 2 of 2 as expected (sum 15); row-count-total = 15"
        );
    }

    #[test]
    fn a_row_stands_as_its_worst_member_and_nothing_is_hidden() {
        let mut terms = sample::terms();
        terms.required = vec![Required {
            title: "Restored".to_owned(),
            proves: vec!["isolation".to_owned(), "teardown".to_owned()],
        }];
        let mut evidence = sample::evidence();
        evidence.teardown = None;
        let report = Report::of(evidence, terms);
        assert_eq!(report.rows[0].standing, Standing::CouldNotLook);
        assert!(
            report.rows[0]
                .result
                .contains(" · teardown: stage teardown recorded nothing")
        );
        assert_eq!(report.rows.len(), 1 + 8 + 1);
        let numbers: Vec<usize> = report.rows.iter().map(|row| row.number).collect();
        assert_eq!(numbers, (1..=10).collect::<Vec<_>>());
    }

    #[test]
    fn a_row_that_names_nothing_known_does_not_pass() {
        let mut terms = sample::terms();
        for proves in [vec![], vec!["isolaton".to_owned()]] {
            terms.required = vec![Required {
                title: "Typo".to_owned(),
                proves,
            }];
            let report = Report::of(sample::evidence(), terms.clone());
            assert_eq!(row(&report, "Typo").standing, Standing::CouldNotLook);
            assert_eq!(report.verdict, Verdict::Inconclusive);
        }
    }

    #[test]
    fn a_selected_check_that_did_not_run_is_a_row() {
        let mut terms = sample::terms();
        terms.checks = ChecksAsked::Selected(vec!["row-matrix".to_owned(), "lost".to_owned()]);
        let report = Report::of(sample::evidence(), terms);
        assert_eq!(row(&report, "Check lost").standing, Standing::CouldNotLook);
    }

    #[test]
    fn no_checks_must_be_on_purpose() {
        let mut evidence = sample::evidence();
        evidence.checks = Some(Vec::new());
        let mut terms = sample::terms();
        terms.checks = ChecksAsked::Selected(Vec::new());
        let report = Report::of(evidence.clone(), terms.clone());
        assert_eq!(report.verdict, Verdict::Inconclusive);
        terms.checks = ChecksAsked::NoneOnPurpose;
        let report = Report::of(evidence, terms);
        assert_eq!(report.verdict, Verdict::Pass);
    }
}
