//! Drills that a Docker engine cannot or must not do.

use vhost::report::verdict::Verdict;

use crate::support::{
    Desk, Docker, Engine, Outcome, Plan, agree, given, on_each_engine, unused_name,
};
use crate::teardown::{restoring, slow};

on_each_engine!(a_second_drill_of_the_same_name);

/// Drills a small given dump, and stops while the sandbox is made for a reason that names this.
fn stopped(sandbox: String, version: &str, names: &str) -> Outcome {
    let desk = Desk::with(&Plan {
        sandbox,
        ..Plan::default()
    });
    let dump = given::of_version(&desk, version, "CREATE TABLE public.empty ();");
    let outcome = desk.drill(&["--no-checks", "--dump", dump.to_str().unwrap()]);
    agree(&outcome, Verdict::Inconclusive);
    let (stage, cause) = outcome.stop().unwrap();
    assert_eq!(stage, "sandbox", "{cause}");
    assert!(cause.contains(names), "{cause}");
    outcome
}

#[test]
fn a_name_that_a_stranger_has() {
    let Some(docker) = Docker::engine() else {
        return;
    };
    let name = unused_name();
    let stranger = docker.container(&name, &[]);
    let before = stranger.identity();
    let sandbox = Engine::Docker(docker).sandbox(&name);
    stopped(sandbox, "15.18", &name);
    assert_eq!(stranger.identity(), before);
}

#[test]
fn an_image_that_is_not_there() {
    let Some(docker) = Docker::engine() else {
        return;
    };
    stopped(
        docker.sandbox("vhost-no-such-image:0"),
        "15.18",
        "pull it first",
    );
}

/// The image has Postgres 15.
#[test]
fn a_dump_from_a_newer_server() {
    let Some(docker) = Docker::engine() else {
        return;
    };
    let name = unused_name();
    let host = docker.host.clone();
    let outcome = stopped(Engine::Docker(docker).sandbox(&name), "16.4", "15");
    assert!(outcome.stop().unwrap().1.contains("16"), "{outcome:#?}");
    // It was seen on the running server, and the container went.
    assert_eq!(outcome.gate("teardown"), "PASS");
    assert!(!Docker::at(&host).has("container", &name));
}

fn a_second_drill_of_the_same_name(engine: &Engine) {
    let (desk, args) = slow(engine);
    let first = restoring(&desk, &args);
    let made = first.made();
    let before = made.left();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let second = desk.drill(&args);
    assert_eq!(second.code, Some(3), "{second:#?}");
    let (stage, cause) = second.stop().unwrap();
    assert_eq!(stage, "sandbox");
    assert!(cause.contains("exists already"), "{cause}");
    assert_eq!(made.left(), before);
    first.signal(rustix::process::Signal::TERM);
    agree(&first.ended(), Verdict::Inconclusive);
    made.assert_gone();
}
