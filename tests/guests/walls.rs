//! Each wall stops its guest, and the outcome names the wall.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use vhost::check::{CheckOutcome, CompileError, Compiler, Ended, Machine, run, run_all};
use vhost::finding::Status;

use crate::ground::{Ask, compiler, component, job};

const TIGHT: &str = "memory = \"16MiB\"\ntime = \"500ms\"";
const SLOW: &str = "memory = \"16MiB\"\ntime = \"30s\"";

async fn outcome(check: &str, limits: &str, settings: &str) -> CheckOutcome {
    let machine = Arc::new(Machine::start().unwrap());
    run(job(&machine, Ask::new(check, limits, settings)).await)
        .await
        .outcome
}

fn stopped(outcome: &CheckOutcome) -> &str {
    assert_eq!(outcome.status, Status::CouldNotLook);
    match &outcome.ended {
        Ended::Stopped(why) => why,
        other => panic!("{} was not stopped: {other:?}", outcome.name),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn computing_for_ever_ends_at_the_time() {
    let outcome = outcome("endless-loop", TIGHT, "{}").await;
    assert_eq!(stopped(&outcome), "wall time of 500ms");
    assert!(
        (500..1500).contains(&outcome.usage.millis),
        "{:?}",
        outcome.usage
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn taking_all_memory_ends_at_the_grant() {
    let outcome = outcome("memory-hog", SLOW, "{}").await;
    assert_eq!(stopped(&outcome), "memory of 16777216 bytes");
    assert!(outcome.usage.memory <= 16 << 20, "{:?}", outcome.usage);
    assert!(outcome.usage.memory > 8 << 20, "{:?}", outcome.usage);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sleeping_in_a_host_call_ends_at_the_time() {
    let outcome = outcome("sleeper", TIGHT, "{}").await;
    assert_eq!(stopped(&outcome), "wall time of 500ms");
    assert!(outcome.usage.millis < 3000, "{:?}", outcome.usage);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_are_cut_and_made_harmless() {
    let limits = format!("{SLOW}\nlog_bytes = 300");
    let outcome = outcome("babbler", &limits, r#"{"lines": 1000, "findings": 1}"#).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:?}");
    let words: String = outcome
        .log
        .iter()
        .map(|line| line.message.as_str())
        .collect();
    assert!(words.len() < 1000, "{words}");
    assert!(words.contains(r"line 0\u{1b}[2J") && words.contains("standard output 0"));
    assert!(words.contains("more lines, over the grant's log bytes"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_findings_and_too_many_are_both_no_pass() {
    let limits = &format!("{SLOW}\nfindings = 3");
    let none = outcome("babbler", limits, r#"{"lines": 0, "findings": 0}"#).await;
    assert_eq!(
        (none.status, none.ended),
        (Status::CouldNotLook, Ended::Reported)
    );
    let many = outcome("babbler", limits, r#"{"lines": 0, "findings": 4}"#).await;
    assert!(stopped(&many).contains("its grant allows 3"), "{many:?}");
    let misspelt = outcome(
        "babbler",
        limits,
        r#"{"lines": 0, "findings": 1, "oops": 1}"#,
    )
    .await;
    assert_eq!(misspelt.status, Status::CouldNotLook);
    assert!(
        matches!(&misspelt.ended, Ended::CouldNotLook(why) if why.contains("`oops`")),
        "{misspelt:?}"
    );
}

/// Two cores, four guests that compute: a well-behaved fifth still gets its turn, and the order is that of the jobs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_guests_do_not_starve_a_good_one() {
    let machine = Arc::new(Machine::start().unwrap());
    let mut jobs = Vec::new();
    for _ in 0..4 {
        jobs.push(job(&machine, Ask::new("endless-loop", TIGHT, "{}")).await);
    }
    let good = Ask::new("babbler", TIGHT, r#"{"lines": 0, "findings": 1}"#);
    jobs.push(job(&machine, good).await);
    let begun = Instant::now();
    let outcomes = run_all(jobs, NonZeroUsize::new(8).unwrap()).await;
    assert!(begun.elapsed() < Duration::from_secs(3));
    let statuses: Vec<_> = outcomes.iter().map(|ran| ran.outcome.status).collect();
    let blind = Status::CouldNotLook;
    assert_eq!(statuses, [blind, blind, blind, blind, Status::Pass]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_compiler_is_held_to_its_limits() {
    let machine = Machine::start().unwrap();
    let component = component("babbler");
    let refused = |compiler: Compiler| {
        let (machine, component) = (&machine, &component);
        async move { compiler.compile(machine, component).await.err().unwrap() }
    };
    let starved = refused(Compiler {
        memory: 32 << 20,
        ..compiler()
    });
    let starved = starved.await;
    assert!(
        matches!(
            starved,
            CompileError::Killed { .. } | CompileError::Refused { .. }
        ),
        "{starved}"
    );
    let cut = refused(Compiler {
        output: 4096,
        ..compiler()
    });
    assert!(matches!(cut.await, CompileError::Killed { .. }));
    let slow = refused(Compiler {
        time: Duration::ZERO,
        ..compiler()
    });
    assert!(matches!(slow.await, CompileError::TimedOut { .. }));
    let absent = refused(Compiler {
        exe: "/nonexistent/vhost".into(),
        ..compiler()
    });
    assert!(matches!(absent.await, CompileError::Start { .. }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damaged_code_is_refused_by_the_compiler() {
    let machine = Machine::start().unwrap();
    let mut component = component("babbler");
    let mut bytes = component.bytes.to_vec();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 64].fill(0xff);
    component.bytes = bytes.into();
    let error = compiler()
        .compile(&machine, &component)
        .await
        .err()
        .unwrap();
    assert!(matches!(error, CompileError::Refused { .. }), "{error}");
}
