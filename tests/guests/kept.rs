//! Checks kept: nothing but what the compiler made of this very component is ever loaded.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use vhost::check::{Cache, Came, CompileError, Compiler, Job, Machine, run};
use vhost::finding::Status;
use vhost::grant::Component;

use crate::ground::{Ask, compiler, component, job};

const LIMITS: &str = "memory = \"16MiB\"\ntime = \"30s\"";

/// A compiler that cannot be started: what is ready with it was not compiled.
fn no_compiler() -> Compiler {
    Compiler {
        exe: "/nonexistent/vhost".into(),
        ..compiler()
    }
}

fn open(home: &Path) -> Arc<Cache> {
    let authority = cap_std::ambient_authority();
    let cache = Cache::open(&home.join("cache"), &home.join("state"), authority);
    Arc::new(cache.unwrap())
}

/// The only entry that is there and not among those known.
fn new_entry(home: &Path, known: &[&PathBuf]) -> PathBuf {
    let entries = std::fs::read_dir(home.join("cache/vhost")).unwrap();
    let mut new = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| !known.contains(&path));
    let path = new.next().unwrap();
    assert_eq!(new.next(), None);
    path
}

struct Bench {
    home: tempfile::TempDir,
    machine: Arc<Machine>,
}

impl Bench {
    fn new() -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
            machine: Arc::new(Machine::start().unwrap()),
        }
    }

    fn cache(&self) -> Option<Arc<Cache>> {
        Some(open(self.home.path()))
    }

    async fn compiles(&self, component: &Component) -> Option<String> {
        let compiler = compiler();
        let ready = compiler.ready(self.cache(), &self.machine, component);
        let ready = ready.await.unwrap();
        assert_eq!(ready.came, Came::Compiled);
        ready.remark
    }

    /// Ready without a compiler, and it does what it does.
    async fn is_kept(&self, check: &str) {
        let ask = Ask::new(check, LIMITS, r#"{"lines": 0, "findings": 1}"#);
        let (compiler, component) = (no_compiler(), component(check));
        let ready = compiler.ready(self.cache(), &self.machine, &component);
        let ready = ready.await.unwrap();
        assert_eq!((ready.came, ready.remark), (Came::FromCache, None));
        let outcome = run(Job {
            compiled: ready.compiled,
            ..job(&self.machine, ask).await
        });
        assert_eq!(outcome.await.outcome.status, Status::Pass);
    }

    async fn is_not_kept(&self, component: &Component) {
        let compiler = no_compiler();
        let ready = compiler.ready(self.cache(), &self.machine, component);
        assert!(matches!(
            ready.await.err().unwrap(),
            CompileError::Start { .. }
        ));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_drill_starts_no_compiler() {
    let bench = Bench::new();
    let babbler = component("babbler");
    bench.is_not_kept(&babbler).await;
    assert_eq!(bench.compiles(&babbler).await, None);
    bench.is_kept("babbler").await;
    // Another component under the same name is another check.
    let mut other = component("sleeper");
    other.name.clone_from(&babbler.name);
    bench.is_not_kept(&other).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forged_entry_is_refused_told_and_replaced() {
    let bench = Bench::new();
    let home = bench.home.path();
    let (babbler, other) = (component("babbler"), component("endless-loop"));
    bench.compiles(&babbler).await;
    let place = new_entry(home, &[]);
    bench.compiles(&other).await;
    let others = std::fs::read(new_entry(home, &[&place])).unwrap();
    let good = std::fs::read(&place).unwrap();

    // What an attacker compiled, and authenticated with a key of their own.
    let stranger = Bench::new();
    stranger.compiles(&babbler).await;
    let strangers = std::fs::read(new_entry(stranger.home.path(), &[])).unwrap();
    // What the compiler makes, as it comes out of it.
    let bare = good[..good.len() - 32].to_vec();
    assert!(bare.starts_with(b"\x7fELF"));

    let mut flipped = good.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0x80;
    let forgeries = [
        ("another component's good entry", others),
        ("good code under another key", strangers),
        ("code that nobody authenticated", bare),
        ("a flipped bit", flipped),
        ("a cut entry", good[..good.len() / 3].to_vec()),
        ("an empty entry", Vec::new()),
    ];
    for (what, forged) in forgeries {
        std::fs::write(&place, forged).unwrap();
        bench.is_not_kept(&babbler).await;
        assert_eq!(
            bench.compiles(&babbler).await.as_deref(),
            Some("the cache entry of check babbler was not authentic; compiled again"),
            "{what}"
        );
        bench.is_kept("babbler").await;
    }
}

/// A cache that cannot be written costs compiling, not the check.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_that_is_taken_is_told() {
    let bench = Bench::new();
    let babbler = component("babbler");
    bench.compiles(&babbler).await;
    let place = new_entry(bench.home.path(), &[]);
    std::fs::remove_file(&place).unwrap();
    std::fs::create_dir(&place).unwrap();
    let remark = bench.compiles(&babbler).await.unwrap();
    assert!(
        remark.contains("is not a file of this user alone (mode 0600); compiled again"),
        "{remark}"
    );
    assert!(remark.contains("was not kept in the cache"), "{remark}");
}
