//! The gate `drift`: the dump against an earlier one that somebody accepted, and how old its rows are.

use super::{Gate, GateResult};
use crate::event::Stage;
use crate::finding::Finding;
use crate::reference::ReferenceSeen;
use crate::report::{Evidence, shown};

/// The rule that counts the relations whose rows the plan leaves out.
const NOT_COMPARED: &str = "rows-not-compared";

/// Definitions, rows and sequences are as near to the reference as the plan asks, and rows as fresh.
pub fn drift(evidence: &Evidence) -> GateResult {
    let gate = Gate::Drift;
    let Some(drift) = &evidence.drift else {
        return gate.not_reached(evidence, Stage::Drift);
    };
    if drift.reference.is_none() && drift.findings.is_empty() {
        return gate.not_applicable(
            "no run of this plan was accepted as its reference: look at this one, then \
             vhost accept RUN --by WHO --why TEXT",
        );
    }
    gate.saw(drift.findings.clone(), || {
        let mut words = Vec::new();
        match &drift.reference {
            Some(reference) => {
                let compared: Vec<String> = drift
                    .findings
                    .iter()
                    .filter(|finding| {
                        finding.rule.ends_with("-compared") && finding.rule != NOT_COMPARED
                    })
                    .map(counted)
                    .collect();
                words.push(format!(
                    "{} as in {}",
                    compared.join(", "),
                    named(reference)
                ));
            }
            None => words.push("no run of this plan was accepted as its reference".to_owned()),
        }
        let left = drift
            .findings
            .iter()
            .find(|finding| finding.rule == NOT_COMPARED);
        if let Some(left) = left {
            words.push(format!("the rows of {} not compared", counted(left)));
        }
        if !drift.allowed.is_empty() {
            let differences = shown::many(drift.allowed.len(), "difference");
            words.push(format!("{differences} that the plan allows"));
        }
        let fresh = drift
            .findings
            .iter()
            .filter(|finding| finding.rule == "fresh");
        match fresh.count() {
            0 => {}
            fresh => words.push(format!("{} fresh", shown::many(fresh, "column"))),
        }
        words.join("; ")
    })
}

/// `468 objects`
fn counted(finding: &Finding) -> String {
    format!("{} {}", shown::value(&finding.actual), finding.subject)
}

/// The reference, by its digest and by who accepted it.
fn named(reference: &ReferenceSeen) -> String {
    let sha256 = reference.sha256;
    match &reference.accepted {
        Some(accepted) => format!(
            "manifest {sha256} of run {}, accepted {} by {}",
            accepted.run, accepted.at, accepted.by
        ),
        None => format!("the given manifest {sha256}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Shown, Status};
    use crate::reference::DriftSeen;
    use crate::report::gate::Standing;
    use crate::report::sample;

    #[test]
    fn it_says_what_it_was_held_against() {
        let mut evidence = sample::evidence();
        let result = drift(&evidence);
        assert_eq!(result.standing, Standing::Pass);
        assert!(
            result
                .result
                .starts_with("4 objects, 2 relations, 1 sequences as in manifest ")
        );
        assert!(
            result.result.ends_with(
                " of run 20260417T134709Z-7f3a00, accepted 2026-04-18T08:00:00Z by alice; \
             1 difference that the plan allows; 1 column fresh"
            ),
            "{}",
            result.result
        );
        evidence
            .drift
            .as_mut()
            .unwrap()
            .reference
            .as_mut()
            .unwrap()
            .accepted = None;
        assert!(
            drift(&evidence)
                .result
                .contains(" as in the given manifest ")
        );
    }

    #[test]
    fn without_a_reference_it_names_the_command_and_freshness_still_counts() {
        let mut evidence = sample::evidence();
        let fresh = evidence.drift.take().unwrap().findings.pop().unwrap();
        evidence.drift = Some(DriftSeen::default());
        let result = drift(&evidence);
        assert_eq!(result.standing, Standing::NotApplicable);
        assert!(result.result.contains("vhost accept RUN"));
        let seen = |status| DriftSeen {
            findings: vec![Finding {
                status,
                ..fresh.clone()
            }],
            ..DriftSeen::default()
        };
        evidence.drift = Some(seen(Status::Fail));
        assert_eq!(drift(&evidence).standing, Standing::Fail);
        evidence.drift = Some(seen(Status::Pass));
        let result = drift(&evidence);
        assert_eq!(result.standing, Standing::Pass);
        assert_eq!(
            result.result,
            "no run of this plan was accepted as its reference; 1 column fresh"
        );
    }

    #[test]
    fn one_difference_fails_and_is_named() {
        let mut evidence = sample::evidence();
        evidence.drift.as_mut().unwrap().findings.push(Finding {
            rule: "definition-equal".to_owned(),
            status: Status::Fail,
            subject: "POLICY shop.orders mine".to_owned(),
            expected: Shown::Text("as in the reference".to_owned()),
            actual: Shown::Text("is defined otherwise".to_owned()),
        });
        let result = drift(&evidence);
        assert_eq!(result.standing, Standing::Fail);
        assert!(
            result.result.contains("POLICY shop.orders mine"),
            "{}",
            result.result
        );
    }
}
