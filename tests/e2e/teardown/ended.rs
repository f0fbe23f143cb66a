//! Drills that end by themselves.

use vhost::report::verdict::Verdict;

use crate::support::{
    Database, Desk, Engine, GRANTS, Made, Outcome, Plan, SHIPPED, agree, given, on_each_engine,
    unused_name,
};

on_each_engine!(
    after_success,
    after_a_failing_check,
    after_an_error_in_the_restore,
);

/// The drill's own words about its teardown are looked into.
fn nothing_left(outcome: &Outcome, engine: &Engine, verdict: Verdict) {
    agree(outcome, verdict);
    assert_eq!(outcome.gate("teardown"), "PASS");
    let made = Made::reported(outcome, engine.docker_host());
    match engine {
        Engine::Local => assert!(made.processes.len() > 1, "{made:?}"),
        Engine::Docker(_) => assert_eq!(made.containers.len(), 1, "{made:?}"),
    }
    made.assert_gone();
    // There is nothing that a journal could still tell.
    assert!(!outcome.run().directory.join("journal").exists());
}

fn after_success(engine: &Engine) {
    let plan = Plan {
        sandbox: engine.sandbox(&unused_name()),
        ..Database::new().plan()
    };
    let desk = Desk::with(&plan);
    desk.grants(&GRANTS);
    nothing_left(&desk.check(&SHIPPED), engine, Verdict::Pass);
}

fn after_a_failing_check(engine: &Engine) {
    let plan = Plan {
        sandbox: engine.sandbox(&unused_name()),
        rest: "[checks.relation-empty]\nrelations = [\"shop.alias\"]".to_owned(),
        ..Database::changed("INSERT INTO shop.alias VALUES ('one too many')").plan()
    };
    let desk = Desk::with(&plan);
    desk.grants(&GRANTS);
    let outcome = desk.check(&["relation-empty"]);
    nothing_left(&outcome, engine, Verdict::Fail);
    assert_eq!(outcome.failed("relation-empty"), ["relation-empty"]);
}

/// A dump that ends the server it is restored into.
fn after_an_error_in_the_restore(engine: &Engine) {
    let desk = Desk::with(&Plan {
        sandbox: engine.sandbox(&unused_name()),
        ..Plan::default()
    });
    let dump = given::plain(
        &desk,
        "COPY (SELECT 1) TO PROGRAM 'kill -QUIT $(head -n 1 /vhost/data/postmaster.pid)';\nSELECT pg_catalog.pg_sleep(600);",
    );
    let outcome = desk.drill(&["--no-checks", "--dump", dump.to_str().unwrap()]);
    nothing_left(&outcome, engine, Verdict::Inconclusive);
    assert_eq!(outcome.stop().unwrap().0, "restore", "{outcome:#?}");
}
