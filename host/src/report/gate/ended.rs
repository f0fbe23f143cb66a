//! The gates on what a drill leaves: `no-secrets` and `teardown`.

use super::{Gate, GateResult, finding};
use crate::event::Stage;
use crate::finding::{Finding, Shown, Status};
use crate::report::Evidence;
use crate::report::shown::{self, text};
use crate::sandbox::Removed;

/// No secret in any artefact.
pub fn no_secrets(evidence: &Evidence) -> GateResult {
    let gate = Gate::NoSecrets;
    let Some(sweep) = &evidence.sweep else {
        return gate.not_reached(evidence, Stage::Seal);
    };
    if sweep.artefacts.is_empty() {
        return gate.saw(Vec::new(), String::new);
    }
    let mut findings: Vec<Finding> = sweep
        .hits
        .iter()
        .map(|hit| {
            let words = text(format!("{}; the text is withheld", hit.secret));
            finding("secret", Status::Fail, hit.place, text("none"), words)
        })
        .collect();
    if findings.is_empty() {
        findings.push(finding(
            "secret",
            Status::Pass,
            "",
            Shown::Count(0),
            Shown::Count(0),
        ));
    }
    gate.saw(findings, || {
        format!(
            "0 hits in {} and {} ({}), swept for every known secret and for well-known token shapes; \
             the dump is referred to by SHA-256",
            shown::many(sweep.texts as usize, "text"),
            shown::many(sweep.artefacts.len(), "artefact"),
            sweep.artefacts.join(", ")
        )
    })
}

/// Everything that the sandbox had made is gone, looked for by exact name.
pub fn teardown(evidence: &Evidence) -> GateResult {
    let gate = Gate::Teardown;
    let Some(teardown) = &evidence.teardown else {
        return gate.not_reached(evidence, Stage::Teardown);
    };
    // A sandbox that made nothing is a sandbox that nobody recorded: no finding, and so no pass.
    let findings = teardown
        .removals
        .iter()
        .map(|removal| {
            let (status, actual) = match &removal.outcome {
                Removed::Gone => (Status::Pass, "gone".to_owned()),
                Removed::LeftBehind { why, remove_with } => (
                    Status::Fail,
                    format!("left behind ({why}); remove it with: {remove_with}"),
                ),
            };
            finding(
                "removed",
                status,
                format!("{} {}", removal.kind, removal.name),
                text("gone"),
                text(actual),
            )
        })
        .collect();
    gate.saw(findings, || {
        let names: Vec<String> = teardown
            .removals
            .iter()
            .map(|removal| format!("{} {}", removal.kind, removal.name))
            .collect();
        format!(
            "{} looked for by exact name and gone: {}",
            names.len(),
            names.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::gate::Standing;
    use crate::report::{Hit, sample};
    use crate::sandbox::Removal;

    #[test]
    fn a_hit_fails_and_names_the_secret_and_its_place() {
        let mut evidence = sample::evidence();
        evidence.sweep.as_mut().unwrap().hits.push(Hit {
            place: "check log",
            secret: "source password",
        });
        let result = no_secrets(&evidence);
        assert_eq!(result.standing, Standing::Fail);
        assert!(result.result.contains("check log"), "{}", result.result);
        assert!(result.result.contains("source password"));
    }

    #[test]
    fn a_sweep_of_nothing_is_no_pass() {
        let mut evidence = sample::evidence();
        evidence.sweep.as_mut().unwrap().artefacts.clear();
        assert_eq!(no_secrets(&evidence).standing, Standing::CouldNotLook);
    }

    #[test]
    fn one_thing_left_behind_fails_and_says_how_to_remove_it() {
        let mut evidence = sample::evidence();
        evidence.teardown.as_mut().unwrap().removals.push(Removal {
            kind: "volume",
            name: "vhost-7f".to_owned(),
            outcome: Removed::LeftBehind {
                why: "in use".to_owned(),
                remove_with: "docker volume rm vhost-7f".to_owned(),
            },
        });
        let result = teardown(&evidence);
        assert_eq!(result.standing, Standing::Fail);
        assert!(result.result.contains("docker volume rm vhost-7f"));
    }

    #[test]
    fn a_teardown_that_removed_nothing_is_no_pass() {
        let mut evidence = sample::evidence();
        evidence.teardown.as_mut().unwrap().removals.clear();
        assert_eq!(teardown(&evidence).standing, Standing::CouldNotLook);
    }
}
