//! What every test here stands on: guests built once, and a job as a drill would make it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use vhost::check::evidence::{DumpFacts, RestoreFacts};
use vhost::check::exchange::Record;
use vhost::check::{Cache, Compiler, Database, Facts, Job, Machine, Salt};
use vhost::grant::bundle::{Existing, bundle};
use vhost::grant::component::Outline;
use vhost::grant::{Approved, Asked, Component, Grants, ImportKind, review};
use vhost::plan::bounds::Bounds;
use vhost::reference::Reference;
use vhost_dump::digest::Sha256;
use vhost_dump::manifest::{Manifest, Object, Relation, Words};

use crate::components::components;
use crate::place::{end_with_this_process, scratch};

/// Guests that are only for tests.
const GUESTS: &[&str] = &[
    "endless-loop",
    "memory-hog",
    "sleeper",
    "babbler",
    "rows-reader",
    "comparer",
    "decoder",
];

/// The directories of the shipped checks in Rust, by their names.
pub fn shipped() -> BTreeMap<String, PathBuf> {
    let checks = workspace().join("guest-checks");
    let directories = std::fs::read_dir(checks).unwrap();
    let directories = directories.map(|entry| entry.unwrap().path());
    let named = directories.filter_map(|directory| {
        let name = directory.file_name()?.to_str()?.to_owned();
        (name != "sdk" && directory.join("Cargo.toml").is_file()).then_some((name, directory))
    });
    named.collect()
}

pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Builds the guests once and says where they lie.
fn built() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let shipped = shipped();
        let shipped = shipped.keys().map(String::as_str);
        let packages: Vec<&str> = GUESTS.iter().copied().chain(shipped).collect();
        components(&packages)
    })
}

/// A guest that asks for what every check gets.
pub fn component(check: &str) -> Component {
    asking(check, "counts", "")
}

/// A guest with a manifest of a general check, for what it imports, this report level and these limits.
fn asking(check: &str, report: &str, limits: &str) -> Component {
    let file = format!("{}.wasm", check.replace('-', "_"));
    let bytes = std::fs::read(built().join(file)).unwrap();
    let imports = Outline::of(&bytes).unwrap().imports;
    let interfaces: Vec<_> = imports
        .iter()
        .filter(|import| import.kind == ImportKind::Vhost)
        .map(|import| import.interface.trim_start_matches("vhost:check/"))
        .map(|interface| interface.trim_end_matches("@0.1.0"))
        .collect();
    let text = format!(
        "manifest = 1\nname = {check:?}\nversion = \"0.1.0\"\nsummary = \"A guest\"\ninterfaces = {interfaces:?}\nreport = {report:?}\nread = \"configured\"\n[limits]\n{limits}\n"
    );
    let asked = Asked::parse(Path::new("check.toml"), &text).unwrap();
    bundle(check, &bytes, &asked, Existing::Refuse).unwrap()
}

pub fn compiler() -> Compiler {
    Compiler::new(
        env!("CARGO_BIN_EXE_vhost").into(),
        vec!["compile-component".into()],
    )
}

/// What is compiled here, once for all tests: each of them is about what a guest does.
fn cache() -> Arc<Cache> {
    static CACHE: OnceLock<Arc<Cache>> = OnceLock::new();
    let cache = CACHE.get_or_init(|| {
        let home = tempfile::tempdir_in(scratch()).unwrap();
        end_with_this_process(home.path());
        let home = home.keep();
        let authority = cap_std::ambient_authority();
        let cache = Cache::open(&home.join("cache"), &home.join("state"), authority);
        Arc::new(cache.unwrap())
    });
    cache.clone()
}

/// One check to run and what it is granted.
pub struct Ask<'a> {
    pub check: &'a str,
    /// Lines of `[grant.limits]`.
    pub limits: &'a str,
    pub settings: &'a str,
    pub read: &'a [&'a str],
    /// `counts` or `values`.
    pub report: &'a str,
}

impl<'a> Ask<'a> {
    pub fn new(check: &'a str, limits: &'a str, settings: &'a str) -> Self {
        Self {
            check,
            limits,
            settings,
            read: &[],
            report: "counts",
        }
    }
}

/// Approves a check for exactly what it imports and asks for.
pub fn approved(ask: &Ask<'_>) -> Approved {
    let component = asking(ask.check, ask.report, ask.limits);
    let imports = component.grantable();
    let text = format!(
        "version = 1\n[[grant]]\ncheck = {:?}\ncomponent = \"sha256:{}\"\nimports = {imports:?}\nreport = {:?}\nread = {:?}\n[grant.limits]\n{}\n",
        ask.check, component.sha256, ask.report, ask.read, ask.limits
    );
    let grants = Grants::parse(Path::new("grants"), &text).unwrap();
    review(vec![component], &grants, &Bounds::default())
        .unwrap()
        .remove(0)
}

pub async fn job(machine: &Arc<Machine>, ask: Ask<'_>) -> Job {
    job_on(machine, ask.settings, approved(&ask), None).await
}

pub async fn job_on(
    machine: &Arc<Machine>,
    settings: &str,
    approved: Approved,
    database: Option<Database>,
) -> Job {
    let compiler = compiler();
    let ready = compiler.ready(Some(cache()), machine, approved.component());
    Job {
        machine: machine.clone(),
        compiled: ready.await.unwrap().compiled,
        approved: Arc::new(approved),
        database,
        facts: Arc::new(facts()),
        settings: settings.to_owned(),
        salt: Arc::new(Salt::new([1; 32])),
        started: SystemTime::UNIX_EPOCH,
        record: Record::Nothing,
        watch: vhost::check::Watch::Nobody,
    }
}

fn relation(name: &str, content: u128) -> Relation {
    let columns = ["id", "state", "mail", "score", "first_id", "lane"];
    Relation {
        schema: "app".to_owned(),
        name: name.to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        rows: 2,
        bytes: 10,
        content_digest: format!("{content:032x}").parse().unwrap(),
    }
}

/// The dump's policy is another than the reference's, and its relation `unit` holds other rows.
fn manifest(policy: &str, unit: u128) -> Manifest {
    let mut words = Words::default();
    let mut object = |kind, name: &str, definition: &str| Object {
        kind: words.word(kind),
        schema: words.word("app"),
        name: name.into(),
        owner: words.word("owner"),
        definition: Sha256::of(definition.as_bytes()),
    };
    let mut objects = vec![
        object("TABLE", "unit", "CREATE TABLE"),
        object("POLICY", "unit mine", policy),
    ];
    objects.extend((0..2_500).map(|n| object("INDEX", &format!("i{n}"), "CREATE INDEX")));
    Manifest {
        objects,
        relations: vec![
            relation("unit", unit),
            relation("lane", 1),
            relation("Odd Name", 1),
            relation("absent", 1),
        ],
        ..Manifest::default()
    }
}

pub fn facts() -> Facts {
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
        manifest: Arc::new(manifest("USING (true)", 3)),
        reference: Some(Arc::new(Reference {
            manifest: manifest("USING (owner = me)", 2),
            catalogue: None,
            sha256: Sha256::of(b"reference"),
            accepted: None,
        })),
        salt: Arc::new(Salt::new([1; 32])),
        standing: Default::default(),
        protected: Vec::new(),
    }
}
