//! Drills that are killed outright, and `vhost clean` after them.

use std::fs;
use std::path::Path;

use rustix::process::Signal;
use vhost::report::verdict::Verdict;

use super::{restoring, slow};
use crate::support::{Container, Desk, Docker, Engine, Made, Outcome, agree, on_each_engine};

on_each_engine!(what_is_left_is_removed, a_live_drill_is_left_alone);

/// A desk with what a drill left that was killed in its restore; the containers are held so that a test leaves none.
fn abandoned(engine: &Engine) -> (Desk, Made, Vec<Container>) {
    let (desk, args) = slow(engine);
    let made = restoring(&desk, &args).killed();
    let held = made
        .containers
        .iter()
        .map(|(host, name)| Docker::at(host).left_by_a_drill(name))
        .collect();
    assert!(!made.left().is_empty());
    assert_eq!(desk.partial().len(), 1);
    assert!(desk.published().is_empty());
    (desk, made, held)
}

fn clean(desk: &Desk) -> Outcome {
    desk.wait_for(desk.vhost(&["clean", "runs"]))
}

/// Cleans and finds nothing more to clean.
fn cleaned(desk: &Desk, made: &Made) {
    let outcome = clean(desk);
    assert_eq!(outcome.code, Some(0), "{outcome:#?}");
    made.assert_gone();
    assert!(desk.partial().is_empty());
    let again = clean(desk);
    assert_eq!((again.code, again.stdout.lines().count()), (Some(0), 1));
    assert!(
        again.stdout.contains("no drill left anything"),
        "{}",
        again.stdout
    );
}

/// Refuses for this reason.
fn refused(desk: &Desk, because: &str) {
    let outcome = clean(desk);
    assert_eq!(outcome.code, Some(1), "{outcome:#?}");
    assert!(outcome.stdout.contains(because), "{}", outcome.stdout);
    assert_eq!(desk.partial().len(), 1);
}

fn what_is_left_is_removed(engine: &Engine) {
    let (desk, made, _held) = abandoned(engine);
    // Two things that nobody asked to be removed: beside the sandbox, and beside the unfinished run.
    let beside = desk.sandboxes().join("beside");
    fs::create_dir(&beside).unwrap();
    let published = desk.runs().join("20200101T000000Z-000000");
    fs::create_dir(&published).unwrap();
    cleaned(&desk, &made);
    assert!(beside.exists() && published.exists());
}

fn a_live_drill_is_left_alone(engine: &Engine) {
    let (desk, args) = slow(engine);
    let live = restoring(&desk, &args);
    let made = live.made();
    let before = made.left();
    let outcome = desk.vhost(&["clean", "runs"]).output().unwrap();
    assert_eq!(outcome.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&outcome.stdout).contains("still running"));
    assert_eq!(made.left(), before);
    live.signal(Signal::TERM);
    agree(&live.ended(), Verdict::Inconclusive);
    made.assert_gone();
}

#[test]
fn a_directory_of_another_run_is_refused() {
    let (desk, made, _held) = abandoned(&Engine::Local);
    let marker = made.directories[0].join(".vhost-run");
    let ours = fs::read_to_string(&marker).unwrap();
    fs::write(&marker, "20200101T000000Z-000000\n").unwrap();
    refused(&desk, "marker");
    assert!(marker.exists());
    fs::write(&marker, ours).unwrap();
    cleaned(&desk, &made);
}

/// The name is free again once somebody has removed the container by hand, and anybody may take it.
#[test]
fn a_container_of_somebody_else_is_refused() {
    let Some(docker) = Docker::engine() else {
        return;
    };
    let (desk, made, _held) = abandoned(&Engine::Docker(Docker::at(&docker.host)));
    let name = made.containers[0].1.as_str();
    docker.call(&["rm", "--force", "--volumes", name]);
    let partial = desk.partial().pop_first().unwrap();
    let run = partial.file_stem().unwrap().to_str().unwrap();
    let label = format!("io.vhost.run={}", run.strip_prefix('.').unwrap());
    for (labels, because) in [(&[][..], "label"), (&[label.as_str()], "id is")] {
        let stranger = docker.container(name, labels);
        let before = stranger.identity();
        refused(&desk, because);
        assert_eq!(stranger.identity(), before);
    }
    cleaned(&desk, &made);
}

/// A journal that cannot be read is named, and the others are cleaned all the same.
#[test]
fn one_bad_journal_does_not_stop_the_rest() {
    let (desk, made, _held) = abandoned(&Engine::Local);
    for (name, journal) in [
        (".0.partial", Some("not a journal\n")),
        (".1.partial", None),
    ] {
        let partial = desk.runs().join(name);
        fs::create_dir(&partial).unwrap();
        if let Some(text) = journal {
            fs::write(partial.join("journal"), text).unwrap();
        }
    }
    let outcome = clean(&desk);
    assert_eq!(outcome.code, Some(1), "{outcome:#?}");
    assert!(
        outcome.stderr.contains(".0.partial/journal"),
        "{outcome:#?}"
    );
    assert!(outcome.stdout.contains(".1.partial"), "{outcome:#?}");
    made.assert_gone();
    assert_eq!(desk.partial().len(), 2);
}

#[test]
fn a_directory_without_runs_is_said() {
    let desk = Desk::new();
    let missing = clean(&desk);
    assert_eq!(missing.code, Some(2));
    assert_eq!(missing.stderr.lines().count(), 1, "{}", missing.stderr);
    assert!(missing.stderr.contains("runs"), "{}", missing.stderr);
    fs::create_dir(desk.runs()).unwrap();
    let empty = clean(&desk);
    assert_eq!((empty.code, empty.stdout.lines().count()), (Some(0), 1));
    assert!(Path::new(&desk.runs()).exists());
}
