//! The gate on the restore itself: `restore-log`.

use std::collections::BTreeMap;

use super::{Gate, GateResult, finding};
use crate::event::Stage;
use crate::finding::{Finding, Shown, Status};
use crate::report::Evidence;
use crate::report::shown;
use crate::restore::{Gravity, Notice};

/// How many subjects of one class are named before the rest is counted.
const NAMED_SUBJECTS: usize = 8;

/// Every server error is classified and none is worse than benign.
pub fn restore_log(evidence: &Evidence) -> GateResult {
    let gate = Gate::RestoreLog;
    let Some(restore) = &evidence.restore else {
        return gate.not_reached(evidence, Stage::Restore);
    };
    let (benign, wrong): (Vec<&Notice>, Vec<&Notice>) = restore
        .notices
        .iter()
        .partition(|notice| notice.gravity == Gravity::Benign);
    let mut findings: Vec<Finding> = wrong.into_iter().map(worse_than_benign).collect();
    let counted = benign.iter().map(|notice| notice.count).sum();
    findings.push(finding(
        "benign-errors",
        Status::Pass,
        "",
        Shown::Nothing,
        shown::count(counted),
    ));
    gate.saw(findings, || match classes(&benign).as_slice() {
        [] => "0 server errors".to_owned(),
        classes => format!("0 serious, 0 of fidelity; benign: {}", classes.join("; ")),
    })
}

fn worse_than_benign(notice: &Notice) -> Finding {
    let rule = match notice.gravity {
        Gravity::Serious | Gravity::Benign => "serious-errors",
        Gravity::Fidelity => "fidelity-errors",
    };
    finding(
        rule,
        Status::Fail,
        format!(
            "{} {} {} (SQLSTATE {})",
            notice.class, notice.statement, notice.subject, notice.sqlstate
        ),
        Shown::Count(0),
        shown::count(notice.count),
    )
}

/// Errors by class and subject, most first, for example `1,443 missing-role (directus 870, incomex 162)`.
pub fn classes(notices: &[&Notice]) -> Vec<String> {
    let mut by_class: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
    for notice in notices {
        *by_class
            .entry(notice.class)
            .or_default()
            .entry(&notice.subject)
            .or_insert(0) += notice.count;
    }
    let mut classes: Vec<(u64, String)> = by_class
        .into_iter()
        .map(|(class, subjects)| {
            let total = subjects.values().sum();
            let mut subjects: Vec<(&str, u64)> = subjects
                .into_iter()
                .filter(|(subject, _)| !subject.is_empty())
                .collect();
            subjects.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            let mut named: Vec<String> = subjects
                .iter()
                .take(NAMED_SUBJECTS)
                .map(|(subject, count)| format!("{subject} {}", shown::grouped(*count)))
                .collect();
            if subjects.len() > NAMED_SUBJECTS {
                named.push(format!("and {} more", subjects.len() - NAMED_SUBJECTS));
            }
            let total_in_words = shown::grouped(total);
            let words = match named.as_slice() {
                [] => format!("{total_in_words} {class}"),
                named => format!("{total_in_words} {class} ({})", named.join(", ")),
            };
            (total, words)
        })
        .collect();
    classes.sort_by_key(|(total, _)| std::cmp::Reverse(*total));
    classes.into_iter().map(|(_, words)| words).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::gate::Standing;
    use crate::report::sample;

    fn notice(gravity: Gravity) -> Notice {
        Notice {
            sqlstate: "42704".to_owned(),
            statement: "CREATE POLICY".to_owned(),
            subject: "auditor".to_owned(),
            class: "lost-policy",
            gravity,
            count: 2,
        }
    }

    #[test]
    fn benign_errors_are_counted_by_class_and_role() {
        let result = restore_log(&sample::evidence());
        assert_eq!(result.standing, Standing::Pass);
        assert_eq!(
            result.result,
            "0 serious, 0 of fidelity; benign: 1,443 missing-role (directus 870, \
             context_pack_readonly 262, incomex 162, workflow_admin 112, cutter_ro 37)"
        );
    }

    #[test]
    fn one_error_of_fidelity_or_worse_fails() {
        for gravity in [Gravity::Fidelity, Gravity::Serious] {
            let mut evidence = sample::evidence();
            let restore = evidence.restore.as_mut().unwrap();
            restore.notices.push(notice(gravity));
            let result = restore_log(&evidence);
            assert_eq!(result.standing, Standing::Fail);
            assert!(
                result.result.contains("lost-policy CREATE POLICY auditor"),
                "{}",
                result.result
            );
        }
    }

    #[test]
    fn a_silent_restore_passes() {
        let mut evidence = sample::evidence();
        evidence.restore.as_mut().unwrap().notices.clear();
        assert_eq!(restore_log(&evidence).result, "0 server errors");
    }
}
