//! Hostile guests against the real host: each wall stops its guest, and the outcome names the wall.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use vhost::check::evidence::{DumpFacts, RestoreFacts};
use vhost::check::{
    CheckOutcome, CompileError, Compiler, Ended, Facts, Job, Machine, Salt, run, run_all,
};
use vhost::finding::Status;
use vhost::grant::{Approved, Component, Limits, ReportLevel};

const GUESTS: &[&str] = &["endless-loop", "memory-hog", "sleeper", "babbler"];

/// Builds the guests once and says where they lie.
fn built() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let target = workspace.join("target");
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .current_dir(workspace)
            .args(["build", "--quiet", "--profile", "guest"])
            .args(["--target", "wasm32-wasip2", "--target-dir"])
            .arg(&target);
        for guest in GUESTS {
            cargo.args(["--package", guest]);
        }
        assert!(cargo.status().unwrap().success(), "the guests do not build");
        target.join("wasm32-wasip2/guest")
    })
}

fn component(name: &str) -> Component {
    let file = format!("{}.wasm", name.replace('-', "_"));
    Component::read(&built().join(file)).unwrap()
}

fn compiler() -> Compiler {
    Compiler::new(
        env!("CARGO_BIN_EXE_vhost").into(),
        vec!["compile-component".into()],
    )
}

fn facts() -> Facts {
    Facts {
        dump: DumpFacts {
            sha256: "0".repeat(64),
            bytes: 1,
            format: "custom".to_owned(),
            server_version: "15.18".to_owned(),
            taken_at: String::new(),
            source_role: String::new(),
        },
        restore: RestoreFacts {
            server_version: "15.18".to_owned(),
            system_identifier: 1,
            differs_from_source: true,
            benign_errors: 0,
            serious_errors: 0,
        },
        relations: Vec::new(),
        reference: None,
        protected: Vec::new(),
    }
}

async fn job(machine: &Arc<Machine>, name: &str, limits: Limits, settings: &str) -> Job {
    let component = component(name);
    let compiled = compiler().compile(machine, &component).await.unwrap();
    Job {
        machine: machine.clone(),
        approved: Arc::new(Approved {
            component,
            report: ReportLevel::Counts,
            limits,
        }),
        compiled,
        database: None,
        facts: Arc::new(facts()),
        names: Arc::new(BTreeMap::new()),
        settings: settings.to_owned(),
        salt: Arc::new(Salt::new([1; 32])),
        started: SystemTime::UNIX_EPOCH,
    }
}

fn limits() -> Limits {
    Limits {
        memory: 16 << 20,
        time: Duration::from_millis(500),
        ..Limits::default()
    }
}

async fn outcome(name: &str, limits: Limits, settings: &str) -> CheckOutcome {
    let machine = Arc::new(Machine::start().unwrap());
    run(job(&machine, name, limits, settings).await).await
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
    let outcome = outcome("endless-loop", limits(), "{}").await;
    assert_eq!(stopped(&outcome), "wall time of 500ms");
    assert!(
        (500..1500).contains(&outcome.usage.millis),
        "{:?}",
        outcome.usage
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn taking_all_memory_ends_at_the_grant() {
    let limits = Limits {
        time: Duration::from_secs(30),
        ..limits()
    };
    let outcome = outcome("memory-hog", limits, "{}").await;
    assert_eq!(stopped(&outcome), "memory of 16777216 bytes");
    assert!(outcome.usage.memory <= 16 << 20, "{:?}", outcome.usage);
    assert!(outcome.usage.memory > 8 << 20, "{:?}", outcome.usage);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sleeping_in_a_host_call_ends_at_the_time() {
    let outcome = outcome("sleeper", limits(), "{}").await;
    assert_eq!(stopped(&outcome), "wall time of 500ms");
    assert!(outcome.usage.millis < 3000, "{:?}", outcome.usage);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_are_cut_and_made_harmless() {
    let limits = Limits {
        log_bytes: 300,
        time: Duration::from_secs(30),
        ..limits()
    };
    let outcome = outcome("babbler", limits, r#"{"lines": 1000, "findings": 1}"#).await;
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
    let limits = Limits {
        findings: 3,
        time: Duration::from_secs(30),
        ..limits()
    };
    let none = outcome("babbler", limits.clone(), r#"{"lines": 0, "findings": 0}"#).await;
    assert_eq!(
        (none.status, none.ended),
        (Status::CouldNotLook, Ended::Reported)
    );
    let many = outcome("babbler", limits.clone(), r#"{"lines": 0, "findings": 4}"#).await;
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
        jobs.push(job(&machine, "endless-loop", limits(), "{}").await);
    }
    jobs.push(
        job(
            &machine,
            "babbler",
            limits(),
            r#"{"lines": 0, "findings": 1}"#,
        )
        .await,
    );
    let begun = Instant::now();
    let outcomes = run_all(jobs, NonZeroUsize::new(8).unwrap()).await;
    assert!(begun.elapsed() < Duration::from_secs(3));
    let statuses: Vec<_> = outcomes.iter().map(|outcome| outcome.status).collect();
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
