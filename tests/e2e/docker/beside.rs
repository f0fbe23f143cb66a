//! Containers that a drill watches and must not touch, and what somebody else does to them meanwhile.

use std::fs;

use vhost::report::verdict::Verdict;

use crate::support::{
    Container, Database, Desk, Docker, Live, Outcome, Plan, agree, server, unused_name,
};

/// Drills on the local engine; while the dump is taken, `meanwhile` happens.
fn drilled(docker: &Docker, source: &str, rest: &str, meanwhile: impl FnOnce()) -> Outcome {
    let desk = Desk::new();
    let (began, go) = (desk.path("began"), desk.path("go"));
    let pg_dump = desk.program(
        "pg_dump",
        &format!(
            "#!/bin/sh\ncase $* in *--snapshot*) : >{0}; while [ ! -e {1} ]; do sleep 0.05; done;; esac\nexec {2} \"$@\"\n",
            began.display(),
            go.display(),
            server::program("pg_dump").display()
        ),
    );
    let mut plan = Database::new().plan();
    plan.source.as_mut().unwrap().push_str(source);
    desk.plan(&Plan {
        dump: format!("pg_dump = {pg_dump:?}"),
        sandbox: format!("docker_host = {:?}", docker.host),
        rest: rest.to_owned(),
        ..plan
    });
    let mut live = Live::start(&desk, &["--no-checks"]);
    live.until_there(&began);
    meanwhile();
    fs::write(go, "").unwrap();
    live.ended()
}

/// Drills beside one protected container.
fn beside(meanwhile: impl FnOnce(&Container)) -> Option<Outcome> {
    let docker = Docker::engine()?;
    let name = unused_name();
    let neighbour = docker.container(&name, &[]);
    let protected = format!("[protected]\ncontainers = [{name:?}]");
    Some(drilled(&docker, "", &protected, || meanwhile(&neighbour)))
}

#[test]
fn left_alone() {
    let Some(outcome) = beside(|_| ()) else {
        return;
    };
    agree(&outcome, Verdict::Pass);
    assert_eq!(outcome.gate("protected-untouched"), "PASS");
}

#[test]
fn restarted() {
    let Some(outcome) = beside(Container::restart) else {
        return;
    };
    agree(&outcome, Verdict::Fail);
    assert_eq!(outcome.gate("protected-untouched"), "FAIL");
    assert_eq!(outcome.gate("source-unmoved"), "PASS");
}

#[test]
fn removed() {
    let Some(outcome) = beside(Container::remove) else {
        return;
    };
    agree(&outcome, Verdict::Fail);
    assert_eq!(outcome.gate("protected-untouched"), "FAIL");
    assert!(outcome.gate_says("protected-untouched").contains("absent"));
}

/// A name that the plan gets wrong protects nothing.
#[test]
fn never_there() {
    let Some(docker) = Docker::engine() else {
        return;
    };
    let name = unused_name();
    let protected = format!("[protected]\ncontainers = [{name:?}]");
    let outcome = drilled(&docker, "", &protected, || ());
    agree(&outcome, Verdict::Inconclusive);
    assert_eq!(outcome.gate("protected-untouched"), "COULD-NOT-LOOK");
    assert!(outcome.gate_says("protected-untouched").contains(&name));
}

/// Nobody can be asked about the container, so nothing is started.
#[test]
fn without_an_engine_to_ask() {
    let desk = Desk::with(&Plan {
        sandbox: "docker_host = \"unix:///nonexistent/docker.sock\"".to_owned(),
        rest: "[protected]\ncontainers = [\"neighbour\"]".to_owned(),
        ..Database::new().plan()
    });
    let outcome = desk.drill(&["--no-checks"]);
    agree(&outcome, Verdict::Inconclusive);
    let (stage, cause) = outcome.stop().unwrap();
    assert_eq!(stage, "observe");
    assert!(cause.contains("/nonexistent/docker.sock"), "{cause}");
}

/// The container that production itself is in.
#[test]
fn the_sources_own() {
    let Some(docker) = Docker::engine() else {
        return;
    };
    let name = unused_name();
    let production = docker.container(&name, &[]);
    let source = format!("\ncontainer = {name:?}");
    let outcome = drilled(&docker, &source, "", || ());
    agree(&outcome, Verdict::Pass);
    let outcome = drilled(&docker, &source, "", || production.restart());
    agree(&outcome, Verdict::Fail);
    assert_eq!(outcome.gate("source-unmoved"), "FAIL");
    assert!(outcome.gate_says("source-unmoved").contains("StartedAt"));
}
