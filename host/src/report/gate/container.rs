//! Containers that a drill must leave alone, and the gate `protected-untouched`.

use super::{Gate, GateResult, equal, finding};
use crate::event::Stage;
use crate::finding::{Finding, Shown, Status};
use crate::report::Evidence;
use crate::report::shown::{self, text};
use crate::sandbox::ContainerIdentity;

/// Every listed container is byte for byte what it was.
pub fn protected_untouched(evidence: &Evidence, listed: &[String]) -> GateResult {
    let gate = Gate::ProtectedUntouched;
    if listed.is_empty() {
        let words = "no protected container listed in the plan";
        let nothing_to_touch = finding("listed", Status::Pass, "", Shown::Nothing, text(words));
        return gate.saw(vec![nothing_to_touch], || words.to_owned());
    }
    let Some(before) = &evidence.protected_before else {
        return gate.not_reached(evidence, Stage::Observe);
    };
    let Some(after) = &evidence.protected_after else {
        return gate.not_reached(evidence, Stage::ObserveAgain);
    };
    let mut findings = untouched(before, after);
    let unseen = listed
        .iter()
        .filter(|wanted| !before.iter().any(|seen| name(seen) == wanted.as_str()));
    findings.extend(unseen.map(|name| not_looked_at(name, "before")));
    gate.saw(findings, || {
        let names: Vec<&str> = before.iter().map(name).collect();
        format!(
            "{} ({}): Id, StartedAt and Status byte-identical before == after",
            shown::many(names.len(), "container"),
            names.join(", ")
        )
    })
}

/// Holds each container against itself, by exact name.
pub fn untouched(before: &[ContainerIdentity], after: &[ContainerIdentity]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = before
        .iter()
        .map(|was| {
            let subject = name(was);
            let Some(is) = after.iter().find(|is| name(is) == subject) else {
                return not_looked_at(subject, "after");
            };
            match was {
                ContainerIdentity::Absent { .. } => finding(
                    "container",
                    Status::CouldNotLook,
                    subject,
                    text("present"),
                    text("not there before the drill: start it, or take it off the plan's list"),
                ),
                ContainerIdentity::Present { .. } => {
                    equal("container", subject, in_words(was), in_words(is))
                }
            }
        })
        .collect();
    findings.extend(
        after
            .iter()
            .map(name)
            .filter(|subject| !before.iter().any(|was| name(was) == *subject))
            .map(|subject| not_looked_at(subject, "before")),
    );
    findings
}

fn not_looked_at(subject: &str, when: &str) -> Finding {
    let words = text(format!("not looked at {when}"));
    finding(
        "container",
        Status::CouldNotLook,
        subject,
        Shown::Nothing,
        words,
    )
}

fn name(container: &ContainerIdentity) -> &str {
    match container {
        ContainerIdentity::Present { name, .. } | ContainerIdentity::Absent { name } => name,
    }
}

fn in_words(container: &ContainerIdentity) -> Shown {
    match container {
        ContainerIdentity::Present {
            id,
            started_at,
            status,
            ..
        } => text(format!("Id {id}, StartedAt {started_at}, Status {status}")),
        ContainerIdentity::Absent { .. } => text("absent"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::gate::Standing;
    use crate::report::sample;

    #[test]
    fn a_restarted_or_removed_container_fails() {
        let listed = ["hb05".to_owned()];
        let mut evidence = sample::evidence();
        assert_eq!(
            protected_untouched(&evidence, &listed).standing,
            Standing::Pass
        );
        evidence.protected_after = Some(vec![sample::container("hb05", "2026-05-17T14:00:00Z")]);
        assert_eq!(
            protected_untouched(&evidence, &listed).standing,
            Standing::Fail
        );
        evidence.protected_after = Some(vec![ContainerIdentity::Absent {
            name: "hb05".to_owned(),
        }]);
        assert_eq!(
            protected_untouched(&evidence, &listed).standing,
            Standing::Fail
        );
        evidence.protected_after = Some(vec![]);
        assert_eq!(
            protected_untouched(&evidence, &listed).standing,
            Standing::CouldNotLook
        );
    }

    #[test]
    fn a_listed_container_must_have_been_there() {
        let mut evidence = sample::evidence();
        let absent = vec![ContainerIdentity::Absent {
            name: "hb05".to_owned(),
        }];
        evidence.protected_before = Some(absent.clone());
        evidence.protected_after = Some(absent);
        let result = protected_untouched(&evidence, &["hb05".to_owned()]);
        assert_eq!(result.standing, Standing::CouldNotLook);
        let listed = ["hb05".to_owned(), "forgotten".to_owned()];
        let result = protected_untouched(&sample::evidence(), &listed);
        assert_eq!(result.standing, Standing::CouldNotLook);
        assert!(result.result.contains("forgotten"));
    }

    #[test]
    fn an_empty_list_is_said() {
        let result = protected_untouched(&sample::nothing(), &[]);
        assert_eq!(result.standing, Standing::Pass);
        assert_eq!(result.result, "no protected container listed in the plan");
    }
}
