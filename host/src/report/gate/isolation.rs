//! The gate `isolation`: inspected, not assumed.

use super::{Gate, GateResult, finding};
use crate::event::Stage;
use crate::finding::{Finding, Shown, Status};
use crate::report::shown::{self, text};
use crate::report::terms::Terms;
use crate::report::{Evidence, SourceSeen};
use crate::sandbox::{EngineKind, Holds, Wall, WallSeen};
use crate::source::Known;

/// The walls around a sandbox. `own-cluster` stands apart: it is about the source, and cannot be accepted away.
const AROUND: [Wall; 9] = [
    Wall::NoNetwork,
    Wall::NoPublishedPort,
    Wall::NoCapabilities,
    Wall::NoNewPrivileges,
    Wall::ReadOnlyRoot,
    Wall::OnlyOwnMounts,
    Wall::OwnProcesses,
    Wall::UnprivilegedUser,
    Wall::ResourceLimits,
];

/// Every wall holds or is accepted by name, and the restored cluster is not the source's.
pub fn isolation(evidence: &Evidence, terms: &Terms) -> GateResult {
    let gate = Gate::Isolation;
    let Some(walls) = &evidence.walls else {
        return gate.not_reached(evidence, Stage::Isolation);
    };
    let mut findings: Vec<Finding> = AROUND
        .into_iter()
        .map(|wall| around(wall, walls, terms))
        .collect();
    findings.extend(own_cluster(evidence, walls, terms));
    gate.saw(findings, || passed(evidence, walls, terms))
}

fn around(wall: Wall, walls: &[WallSeen], terms: &Terms) -> Finding {
    let seen: Vec<&WallSeen> = walls.iter().filter(|seen| seen.wall == wall).collect();
    let down = seen.iter().find(|seen| seen.holds == Holds::No);
    let accepted = terms.accepted_walls.contains(&wall);
    let (status, words) = match (down, seen.first()) {
        (None, Some(first)) => (Status::Pass, first.seen.clone()),
        (Some(down), _) if accepted => {
            (Status::Pass, format!("accepted by the plan: {}", down.seen))
        }
        (None, None) if accepted => (
            Status::Pass,
            "accepted by the plan: not looked at".to_owned(),
        ),
        (None, None) => (Status::CouldNotLook, "not looked at".to_owned()),
        (Some(down), _) => (
            match terms.engine {
                // What a machine without Docker can give differs; the operator decides by name.
                EngineKind::Local => Status::CouldNotLook,
                // Every container is started with this wall asked for: one that lacks it is not the one asked for.
                EngineKind::Docker => Status::Fail,
            },
            format!("does not hold: {}", down.seen),
        ),
    };
    finding(
        "wall",
        status,
        shown::wall(wall),
        Shown::Nothing,
        text(words),
    )
}

/// The restored cluster is another than the source's; `None` where there is no source.
fn own_cluster(evidence: &Evidence, walls: &[WallSeen], terms: &Terms) -> Option<Finding> {
    let wall = Wall::OwnCluster;
    let of = |status, expected, actual: String| {
        Some(finding(
            "wall",
            status,
            shown::wall(wall),
            expected,
            text(actual),
        ))
    };
    let down = walls
        .iter()
        .find(|seen| seen.wall == wall && seen.holds == Holds::No);
    let SourceSeen::Server(server) = &evidence.source else {
        return down.and_then(|down| of(Status::Fail, Shown::Nothing, down.seen.clone()));
    };
    let Some(before) = &server.before else {
        return of(
            Status::CouldNotLook,
            Shown::Nothing,
            evidence.absence(Stage::Observe),
        );
    };
    let source = match &before.system_identifier {
        Known::Yes(identifier) => *identifier,
        Known::No(_) if terms.accepted_walls.contains(&wall) => {
            return of(
                Status::Pass,
                Shown::Nothing,
                "accepted by the plan: the source withholds its system identifier".to_owned(),
            );
        }
        Known::No(why) => {
            return of(
                Status::CouldNotLook,
                Shown::Nothing,
                format!("the source's system identifier is unknown: {why}"),
            );
        }
    };
    let Some(restore) = &evidence.restore else {
        return of(
            Status::CouldNotLook,
            Shown::Nothing,
            evidence.absence(Stage::Restore),
        );
    };
    let differs = restore.system_identifier != source;
    let status = match (differs, down) {
        (true, None) => Status::Pass,
        (false, _) | (_, Some(_)) => Status::Fail,
    };
    of(
        status,
        text(format!("another than the source's {source}")),
        restore.system_identifier.to_string(),
    )
}

fn passed(evidence: &Evidence, walls: &[WallSeen], terms: &Terms) -> String {
    let holds = |wall: &Wall| {
        let mut seen = walls.iter().filter(|seen| seen.wall == *wall).peekable();
        seen.peek().is_some() && seen.all(|seen| seen.holds == Holds::Yes)
    };
    let up: Vec<&str> = AROUND.into_iter().filter(holds).map(shown::wall).collect();
    let engine = match terms.engine {
        EngineKind::Docker => "docker",
        EngineKind::Local => "local",
    };
    let mut words = format!(
        "engine {engine}; {} of {} walls hold ({})",
        up.len(),
        AROUND.len(),
        up.join(", ")
    );
    let down: Vec<&str> = AROUND
        .into_iter()
        .filter(|wall| !holds(wall))
        .map(shown::wall)
        .collect();
    if !down.is_empty() {
        words.push_str(&format!("; accepted by the plan: {}", down.join(", ")));
    }
    let source = match &evidence.source {
        SourceSeen::Server(server) => server
            .before
            .as_ref()
            .map(|before| &before.system_identifier),
        SourceSeen::GivenDump => None,
    };
    match (&evidence.restore, source) {
        (Some(restore), Some(Known::Yes(source))) => words.push_str(&format!(
            "; system identifier {} ≠ source {source}",
            restore.system_identifier
        )),
        (Some(restore), Some(Known::No(_))) => words.push_str(&format!(
            "; system identifier {}, the source's unknown and accepted so",
            restore.system_identifier
        )),
        (Some(restore), None) => words.push_str(&format!(
            "; system identifier {}, no source to differ from",
            restore.system_identifier
        )),
        (None, _) => words.push_str("; system identifier not recorded"),
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::gate::Standing;
    use crate::report::sample;

    fn down(wall: Wall) -> (Evidence, Terms) {
        let (mut evidence, terms) = (sample::evidence(), sample::terms());
        // A second look at the same wall: one that holds does not make up for one that does not.
        evidence.walls.as_mut().unwrap().push(WallSeen {
            wall,
            holds: Holds::No,
            seen: "tried from inside: eth0 is up".to_owned(),
        });
        (evidence, terms)
    }

    #[test]
    fn a_missing_wall_is_inconclusive_on_local_and_fails_on_docker() {
        let (evidence, mut terms) = down(Wall::NoNetwork);
        terms.engine = EngineKind::Docker;
        assert_eq!(isolation(&evidence, &terms).standing, Standing::Fail);
        terms.engine = EngineKind::Local;
        let result = isolation(&evidence, &terms);
        assert_eq!(result.standing, Standing::CouldNotLook);
        assert!(result.result.contains("no-network"), "{}", result.result);
        terms.accepted_walls = vec![Wall::ReadOnlyRoot];
        assert_eq!(
            isolation(&evidence, &terms).standing,
            Standing::CouldNotLook
        );
        terms.accepted_walls = vec![Wall::NoNetwork];
        let result = isolation(&evidence, &terms);
        assert_eq!(result.standing, Standing::Pass);
        assert!(
            result.result.contains("accepted by the plan: no-network"),
            "{}",
            result.result
        );
        assert!(result.result.contains("8 of 9 walls hold"));
    }

    #[test]
    fn a_wall_that_nobody_looked_at_does_not_hold() {
        let (mut evidence, terms) = (sample::evidence(), sample::terms());
        evidence
            .walls
            .as_mut()
            .unwrap()
            .retain(|seen| seen.wall != Wall::ReadOnlyRoot);
        assert_eq!(
            isolation(&evidence, &terms).standing,
            Standing::CouldNotLook
        );
    }

    #[test]
    fn the_sources_own_cluster_fails_and_cannot_be_accepted() {
        let (mut evidence, mut terms) = (sample::evidence(), sample::terms());
        terms.accepted_walls = vec![Wall::OwnCluster];
        evidence.restore.as_mut().unwrap().system_identifier = sample::SOURCE_IDENTIFIER;
        assert_eq!(isolation(&evidence, &terms).standing, Standing::Fail);
        let (evidence, mut terms) = down(Wall::OwnCluster);
        terms.accepted_walls = vec![Wall::OwnCluster];
        assert_eq!(isolation(&evidence, &terms).standing, Standing::Fail);
    }

    #[test]
    fn an_unknown_source_identifier_is_never_another() {
        let (mut evidence, mut terms) = (sample::evidence(), sample::terms());
        sample::server(&mut evidence)
            .before
            .as_mut()
            .unwrap()
            .system_identifier = Known::No("permission denied".to_owned());
        assert_eq!(
            isolation(&evidence, &terms).standing,
            Standing::CouldNotLook
        );
        terms.accepted_walls = vec![Wall::OwnCluster];
        assert_eq!(isolation(&evidence, &terms).standing, Standing::Pass);
    }

    #[test]
    fn a_given_dump_has_no_cluster_to_differ_from() {
        let (mut evidence, terms) = (sample::evidence(), sample::terms());
        evidence.source = SourceSeen::GivenDump;
        let result = isolation(&evidence, &terms);
        assert_eq!(result.standing, Standing::Pass);
        assert!(result.result.ends_with("no source to differ from"));
    }
}
