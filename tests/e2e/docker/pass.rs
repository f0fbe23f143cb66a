//! Whole drills.

use vhost::report::verdict::Verdict;

use crate::support::{
    Database, Desk, Docker, Engine, GRANTS, Live, Plan, SHIPPED, agree, component, on_each_engine,
    unused_name,
};

on_each_engine!(two_at_once);

#[test]
fn beside_protected_containers() {
    let Some(docker) = Docker::engine() else {
        return;
    };
    let names = [unused_name(), unused_name()];
    let neighbours = names.each_ref().map(|name| docker.container(name, &[]));
    let before = neighbours.each_ref().map(|neighbour| neighbour.identity());
    let mut plan = Plan {
        sandbox: Engine::Docker(docker).sandbox(&unused_name()),
        ..Database::new().plan()
    };
    plan.rest += &format!("[protected]\ncontainers = {names:?}");
    let desk = Desk::with(&plan);
    desk.grants(&GRANTS);
    let outcome = desk.check(&SHIPPED);
    agree(&outcome, Verdict::Pass);
    for name in &names {
        assert!(outcome.gate_says("protected-untouched").contains(name));
    }
    assert!(
        outcome
            .gate_says("isolation")
            .contains("engine docker; 9 of 9 walls hold")
    );
    assert_eq!(
        neighbours.each_ref().map(|neighbour| neighbour.identity()),
        before
    );
}

fn two_at_once(engine: &Engine) {
    let desks = [(), ()].map(|()| {
        let desk = Desk::with(&Plan {
            sandbox: engine.sandbox(&unused_name()),
            ..Database::new().plan()
        });
        desk.grants(&GRANTS);
        desk
    });
    let checks = SHIPPED.map(|check| component(check).to_str().unwrap().to_owned());
    let args: Vec<&str> = std::iter::once("--checks")
        .chain(checks.iter().map(String::as_str))
        .collect();
    let drills = desks.each_ref().map(|desk| Live::start(desk, &args));
    for drill in drills {
        agree(&drill.ended(), Verdict::Pass);
    }
}
