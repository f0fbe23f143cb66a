//! No child of a drill has the password in its arguments or its environment.

use std::collections::BTreeSet;
use std::process::Child;
use std::time::Duration;

use vhost::report::verdict::Verdict;

use crate::support::{Database, Desk, GRANTS, Outcome, Plan, SHIPPED, agree, component, password};

/// What was seen of the children of one drill.
#[derive(Default)]
struct Seen {
    programs: BTreeSet<String>,
    /// Command lines and environments with the password in them.
    told: BTreeSet<String>,
}

/// Looks at every process below `root`, again and again, until it ends.
fn watch(root: &mut Child) -> Seen {
    let mut seen = Seen::default();
    let mut own = Vec::new();
    // For a moment after it has become vhost, a process shows no command line.
    while own.is_empty() && root.try_wait().unwrap().is_none() {
        own = std::fs::read(format!("/proc/{}/cmdline", root.id())).unwrap();
    }
    while root.try_wait().unwrap().is_none() {
        for pid in below(root.id()) {
            look(pid, &own, &mut seen);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    seen
}

/// `own` is the drill's command line: a child that still has it has not become another program yet.
fn look(pid: u32, own: &[u8], seen: &mut Seen) {
    // A child may end between two looks; then it shows nothing.
    let read = |file: &str| std::fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
    // In this order: once its command line is another one, so is its environment.
    let command_line = read("cmdline");
    let environment = read("environ");
    if command_line == own {
        return;
    }
    let command_line = String::from_utf8_lossy(&command_line);
    let words = command_line.split('\0').take(2);
    seen.programs
        .extend(words.map(|word| word.rsplit('/').next().unwrap_or(word).to_owned()));
    let secret = password();
    if command_line.contains(&secret) || String::from_utf8_lossy(&environment).contains(&secret) {
        seen.told.insert(command_line.into_owned());
    }
}

fn below(pid: u32) -> Vec<u32> {
    let mut found = Vec::new();
    let Ok(threads) = std::fs::read_dir(format!("/proc/{pid}/task")) else {
        return found;
    };
    for thread in threads.flatten() {
        let children = std::fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        for child in children.split_whitespace() {
            let child = child.parse().unwrap();
            found.push(child);
            found.extend(below(child));
        }
    }
    found
}

/// Drills with every shipped check while somebody watches.
fn watched(plan: &Plan, env: &[(&str, &str)]) {
    // So that a child is seen that compiles a check.
    let desk = Desk::with(plan).with_cache_of_its_own();
    desk.grants(&GRANTS);
    let mut command = desk.vhost(&["run", "--checks"]);
    command.args(SHIPPED.map(component));
    command.envs(env.iter().copied());
    command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    let seen = watch(&mut child);
    let output = child.wait_with_output().unwrap();
    let run = desk.published().into_iter().next();
    agree(&Outcome::of(output, run, Vec::new()), Verdict::Pass);
    assert!(seen.told.is_empty(), "{:?}", seen.told);
    for program in ["pg_dump", "postgres", "psql", "compile-component"] {
        assert!(
            seen.programs.contains(program),
            "{program} was not seen: {:?}",
            seen.programs
        );
    }
}

#[test]
fn where_it_comes_from_a_file() {
    watched(&Database::new().plan(), &[]);
}

/// vhost's own environment has it, because whoever started it put it there; nobody inherits it.
#[test]
fn where_it_comes_from_the_environment() {
    let mut plan = Database::new().plan();
    let source = plan.source.take().unwrap();
    plan.source = Some(source.replace(
        "password_file = \"password\"",
        "password_env = \"DRILL_PW\"",
    ));
    watched(&plan, &[("DRILL_PW", &password())]);
}
