//! A Docker engine that dies under a drill.

use vhost::report::verdict::Verdict;

use crate::support::{Docker, Engine, Made, Plan, Proxy, agree, unused_name};
use crate::teardown::{restoring, slow};

/// The container lives on where nobody can reach it. That is said, with the command that removes it, and
/// `vhost clean` removes it once the engine is back.
#[test]
fn in_the_restore() {
    let Some(docker) = Docker::engine() else {
        return;
    };
    let sockets = tempfile::tempdir().unwrap();
    let socket = sockets.path().join("docker.sock");
    let mut proxy = Proxy::open(&socket, &docker.host);
    let engine = Engine::Docker(Docker::at(&proxy.host()));
    let (desk, args) = slow(&engine);
    let neighbour = unused_name();
    let _neighbour = docker.container(&neighbour, &[]);
    desk.plan(&Plan {
        sandbox: engine.sandbox(&unused_name()),
        rest: format!("[protected]\ncontainers = [{neighbour:?}]"),
        ..Plan::default()
    });
    let live = restoring(&desk, &args);
    let made = live.made();
    let _left = docker.left_by_a_drill(&made.containers[0].1);
    proxy.cut();
    let outcome = live.ended();
    agree(&outcome, Verdict::Fail);
    assert_eq!(outcome.gate("teardown"), "FAIL");
    let (engine, name) = &made.containers[0];
    let command = format!("docker --host {engine} rm --force --volumes {name}");
    assert!(
        outcome.gate_says("teardown").contains(&command),
        "{outcome:#?}"
    );
    // The first thing that nobody could do, though the neighbour could not be looked at either.
    assert_eq!(outcome.stop().unwrap().0, "restore");
    assert_eq!(outcome.gate("protected-untouched"), "COULD-NOT-LOOK");
    assert!(docker.has("container", name));

    // Until the engine is back nothing can be cleaned, and nothing is forgotten.
    let clean = || desk.vhost(&["clean", "runs"]).output().unwrap();
    let refused = clean();
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stdout).contains(&command));
    let _proxy = Proxy::open(&socket, &docker.host);
    assert_eq!(clean().status.code(), Some(0));
    made.assert_gone();
    // The published run stays, without its journal.
    let run = &outcome.run().directory;
    assert!(run.join("report.md").exists() && !run.join("journal").exists());
    Made::reported(&outcome, &docker.host).assert_gone();
}
