//! Drills that a signal ends, in each stage that takes long enough.

use std::time::Duration;

use rustix::process::Signal;
use vhost::report::verdict::Verdict;

use crate::support::{
    Database, Desk, Engine, Grant, Live, Made, Outcome, Plan, agree, component, given, group,
    on_each_engine, server, unused_name,
};

on_each_engine!(
    while_it_starts,
    while_it_dumps,
    while_it_restores,
    while_it_checks
);

/// Sends these signals to a drill in a stage; it ends as a drill that has proved nothing, and nothing of it is left.
fn signalled(live: Live<'_>, engine: &Engine, stage: &str, signals: &[Signal]) -> Outcome {
    let made = live.made();
    for signal in signals {
        live.signal(*signal);
    }
    let outcome = live.ended();
    agree(&outcome, Verdict::Inconclusive);
    let cause = "the drill was interrupted by a signal";
    assert_eq!(outcome.stop(), Some((stage, cause)));
    assert_eq!(outcome.gate("teardown"), "PASS");
    made.assert_gone();
    // What was made between the look and the signal.
    Made::reported(&outcome, engine.docker_host()).assert_gone();
    outcome
}

/// A desk for a drill of a dump that is restored for ten minutes.
pub fn slow(engine: &Engine) -> (Desk, Vec<String>) {
    let desk = Desk::with(&Plan {
        sandbox: engine.sandbox(&unused_name()),
        ..Plan::default()
    });
    let dump = given::plain(&desk, "SELECT pg_catalog.pg_sleep(600);");
    let args = ["--no-checks", "--dump", dump.to_str().unwrap()].map(str::to_owned);
    (desk, args.into())
}

/// That drill, in its restore.
pub fn restoring<'d>(desk: &'d Desk, args: &[String]) -> Live<'d> {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let mut live = Live::start(desk, &args);
    live.until_done("isolation");
    live
}

fn while_it_starts(engine: &Engine) {
    let (desk, args) = slow(engine);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let mut live = Live::start(&desk, &args);
    live.until_made(match engine {
        Engine::Local => "process",
        Engine::Docker(_) => "container",
    });
    signalled(live, engine, "sandbox", &[Signal::TERM]);
}

/// A pg_dump that is a script's child must not outlive the drill either: it would hold its locks in production.
fn while_it_dumps(engine: &Engine) {
    let desk = Desk::new();
    let began = desk.path("began");
    let pg_dump = desk.program(
        "pg_dump",
        &format!(
            "#!/bin/sh\ncase \"$*\" in *--snapshot*) echo $$ >{0}.new && mv {0}.new {0}; sleep 600;; *) exec {1} \"$@\";; esac\n",
            began.display(),
            server::program("pg_dump").display(),
        ),
    );
    desk.plan(&Plan {
        dump: format!("pg_dump = {pg_dump:?}\nformat = \"custom\""),
        sandbox: engine.sandbox(&unused_name()),
        ..Database::new().plan()
    });
    let mut live = Live::start(&desk, &["--no-checks"]);
    live.until_done("isolation");
    live.until_there(&began);
    let dumping = std::fs::read_to_string(began).unwrap();
    let dumping = dumping.trim().parse().unwrap();
    assert!(!group(dumping).is_empty());
    let outcome = signalled(live, engine, "dump", &[Signal::INT]);
    assert_eq!(group(dumping), [0; 0]);
    assert!(!outcome.run().directory.join("dump.dump").exists());
}

fn while_it_restores(engine: &Engine) {
    let (desk, args) = slow(engine);
    let live = restoring(&desk, &args);
    signalled(live, engine, "restore", &[Signal::HUP]);
}

/// Somebody who presses the key twice is no reason to leave anything behind.
fn while_it_checks(engine: &Engine) {
    let plan = Plan {
        sandbox: engine.sandbox(&unused_name()),
        rest: "[checks.sleeper]".to_owned(),
        ..Database::new().plan()
    };
    let desk = Desk::with(&plan);
    desk.grants(&[Grant::counts("sleeper", &["shop.unit"])]);
    let sleeper = component("sleeper");
    let mut live = Live::start(&desk, &["--checks", sleeper.to_str().unwrap()]);
    live.until_done("fidelity");
    let twice = [Signal::INT, Signal::INT];
    signalled(live, engine, "checks", &twice);
}

/// Whenever it comes, a signal finds either nothing to remove or a teardown.
#[test]
fn at_any_moment() {
    for millis in [0, 20, 60, 150, 300, 500, 800] {
        let desk = Desk::with(&Plan {
            sandbox: Engine::Local.sandbox(&unused_name()),
            ..Plan::default()
        });
        let dump = given::plain(&desk, "CREATE TABLE public.empty ();");
        let live = Live::start(&desk, &["--no-checks", "--dump", dump.to_str().unwrap()]);
        std::thread::sleep(Duration::from_millis(millis));
        live.signal(Signal::TERM);
        let outcome = live.ended();
        match outcome.code {
            // It came before the drill began or after it had ended.
            None => assert!(outcome.run.is_none()),
            Some(3) => {
                agree(&outcome, Verdict::Inconclusive);
                assert!(outcome.stop().unwrap().1.contains("signal"));
            }
            Some(_) => assert_eq!(outcome.stop(), None),
        }
        assert!(desk.left().is_empty());
        assert!(desk.partial().is_empty());
    }
}
