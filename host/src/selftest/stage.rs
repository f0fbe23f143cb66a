//! Everything that the drills of a self-test need, in one private directory.

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::check::exchange::Record;
use crate::check::{Cache, Compiler};
use crate::drill::{self, Beside, Dump, From, Keep, RunDirectory, Selected, Stated, Upgrade};
use crate::event::Events;
use crate::grant::component::ComponentError;
use crate::grant::{Component, Grants, review};
use crate::plan::bounds::Bounds;
use crate::plan::name::RunId;
use crate::plan::{Amcheck, EmptyDump, Overlap, Roles};
use crate::report::summary::Colour;
use crate::report::terms::{ChecksAsked, HiddenPath, Terms};
use crate::sandbox::{Data, Limits, Spec};
use crate::selftest::attack::{Attack, Grant, Guest, Interfaces};
use crate::selftest::directory::Directory;
use crate::selftest::fixture::{Engine, OPEN_ROWS};
use crate::selftest::seen::Seen;
use crate::selftest::{Order, SelftestError, embedded, forgery, guest};

/// What the names of honest checks begin with.
pub const HONEST: &str = "honest";
/// Over each byte of a canary in a guest's settings, so that the guest does not find its own question there.
const MASK: u8 = 0x5a;
/// What compiling may take here: attacks are small, and a bomb need not take more of the operator's machine to be seen.
const COMPILER_MEMORY: u64 = 1 << 30;

/// The directory, and the guests that attack.
pub struct Stage {
    directory: Directory,
    hostile: &'static [u8],
    honest: &'static [u8],
}

impl Stage {
    pub fn set(order: &Order) -> Result<Self, SelftestError> {
        let (Some(hostile), Some(honest)) = (embedded::HOSTILE, embedded::ROW_MATRIX) else {
            return Err(SelftestError::NotEmbedded);
        };
        Ok(Self {
            directory: Directory::create(&order.base, &run_id(order))?,
            hostile,
            honest,
        })
    }

    pub fn clear(&self) -> Result<(), SelftestError> {
        self.directory.remove()
    }

    /// The honest check under this name, approved for what it counts.
    pub fn honest(&self, name: &str) -> Result<Vec<Selected>, SelftestError> {
        let grant = Grant {
            report: "counts",
            ..Grant::reading(&["selftest.open(id)"], "time = \"10m\"")
        };
        let bytes = guest::asking(HONEST, name, self.honest, None, grant)?;
        let component =
            self.component(name, &bytes)
                .map_err(|source| SelftestError::Component {
                    attack: HONEST,
                    source,
                })?;
        let grants = grants(HONEST, &component, &component, grant)?;
        let settings = json!({"relations": {"selftest.open": OPEN_ROWS}, "total": OPEN_ROWS});
        let approved = review(vec![component], &grants, &Bounds::default());
        Ok(selected(
            approved.map_err(SelftestError::Honest)?,
            &settings,
        ))
    }

    /// Lets the review decide on an attack, under the grant that the table gives it; the inner error is its refusal.
    pub fn review(
        &self,
        attack: &Attack,
        order: &Order,
    ) -> Result<Result<Vec<Selected>, String>, SelftestError> {
        let name = check_name(attack);
        let asking = |guest, read| guest::asking(attack.name, &name, guest, read, attack.grant);
        let mut reviewed_bytes = None;
        let bytes = match attack.guest {
            Guest::Hostile | Guest::Sql(_) | Guest::Canaries => asking(self.hostile, None)?,
            Guest::Asking(read) => asking(self.hostile, Some(read))?,
            Guest::Assembled => asking(
                embedded::assembled(attack.name).ok_or(SelftestError::NotEmbedded)?,
                None,
            )?,
            Guest::Swapped => {
                // The file is another one by the time it is read for the drill.
                reviewed_bytes = Some(asking(self.honest, None)?);
                asking(self.hostile, None)?
            }
            Guest::Altered(alteration) => {
                guest::altered(alteration, self.hostile, &asking(self.hostile, None)?)
            }
        };
        let reviewed = self.component(&name, reviewed_bytes.as_ref().unwrap_or(&bytes));
        let (reviewed, given) = match (reviewed, self.component(&name, &bytes)) {
            (Ok(reviewed), Ok(given)) => (reviewed, given),
            (Err(refused), _) | (_, Err(refused)) => return Ok(Err(in_one_line(&refused))),
        };
        let grants = grants(attack.name, &reviewed, &given, attack.grant)?;
        let settings = match attack.guest {
            Guest::Sql(statements) => {
                let statements: Vec<_> = statements.iter().map(|one| (one.name, one.sql)).collect();
                json!({"attack": "sql", "statements": statements})
            }
            Guest::Canaries => json!({"attack": "canaries", "canaries": self.canaries(order)}),
            _ => json!({"attack": attack.name}),
        };
        let approved = review(vec![given], &grants, &Bounds::default());
        Ok(approved
            .map(|approved| selected(approved, &settings))
            .map_err(|refused| in_one_line(&refused)))
    }

    /// What belongs to the host, masked. What the attacker brings along is not of the host: the paths that it was built
    /// under may well be a value of an environment.
    fn canaries(&self, order: &Order) -> Vec<String> {
        let directory = self.directory.path().display().to_string();
        let all = order.canaries.iter().chain([&directory]);
        let of_host =
            all.filter(|canary| memchr::memmem::find(self.hostile, canary.as_bytes()).is_none());
        of_host.map(|canary| masked(canary)).collect()
    }

    /// Writes a component and reads it as a drill would.
    fn component(&self, name: &str, bytes: &[u8]) -> Result<Component, ComponentError> {
        let path = self.directory.path().join(format!("{name}.wasm"));
        std::fs::write(&path, bytes).map_err(|source| ComponentError::Read {
            path: path.clone(),
            source,
        })?;
        Component::read(&path)
    }

    /// Where the self-test keeps its compiled checks; both directories are its own.
    fn homes(&self) -> [PathBuf; 2] {
        ["cache", "state"].map(|home| self.directory.path().join(home))
    }

    /// Puts other bytes into every entry that the drill before has left in the cache.
    pub fn forge_cache(&self) -> Result<(), SelftestError> {
        let [cache, _] = self.homes();
        forgery::forge(&cache).map_err(|source| SelftestError::Forge {
            path: cache,
            source,
        })
    }

    /// Drills the fixture with these checks, and reads the report that came of it.
    pub async fn drill(
        &self,
        order: &Order,
        engine: &Engine,
        checks: Vec<Selected>,
        events: Events,
        interrupt: &CancellationToken,
    ) -> Result<Seen, SelftestError> {
        let run = run_id(order);
        let [cache, state] = self.homes();
        let cache = Cache::open(&cache, &state, order.authority).map_err(SelftestError::Cache)?;
        let dump = self
            .directory
            .write("fixture.sql", engine.dump().as_bytes())?;
        let runs = self.directory.path().join("runs");
        let names = checks.iter().map(|check| check.approved.name().to_owned());
        let terms = Terms {
            plan: "selftest".to_owned(),
            title: "vhost selftest".to_owned(),
            run_id: run.to_string(),
            started_at: String::new(),
            engine: engine.kind,
            vhost_version: env!("CARGO_PKG_VERSION").to_owned(),
            writable_role: Default::default(),
            accepted_walls: Vec::new(),
            protected: Vec::new(),
            checks: ChecksAsked::Selected(names.collect()),
            required: Vec::new(),
            hidden_paths: vec![HiddenPath {
                path: self.directory.path().display().to_string(),
                shown: "[the self-test's directory]",
            }],
        };
        let name = format!("vhost-selftest-{run}");
        let drilled = drill::Order {
            from: From::Given {
                path: dump,
                stated: Stated::default(),
            },
            engine: engine.order.clone(),
            docker_host: order.docker_host.clone(),
            spec: Spec {
                name: name.parse().map_err(SelftestError::Name)?,
                run: run.clone(),
                base: order.base.clone(),
                limits: Limits {
                    memory: 2 << 30,
                    cpus: 2.0,
                    pids: 128,
                },
                settings: Vec::new(),
                data: Data::Disk,
            },
            roles: Roles::Create,
            // The fixture is of no server, and the engine has whichever version it has.
            upgrade: Upgrade::Any,
            jobs: 1,
            empty: EmptyDump::default(),
            overlap: Overlap::default(),
            amcheck: Amcheck::default(),
            checks,
            record: Record::Nothing,
            compiler: Compiler {
                memory: COMPILER_MEMORY,
                ..order.compiler.clone()
            },
            keep: Keep::In(Arc::new(cache)),
            cores: order.cores,
            started: order.started,
            salt: rand::random(),
            dump: Dump::Remove,
            beside: Beside::default(),
            terms,
            run: run.clone(),
        };
        let directory = RunDirectory::create(&runs, &run).map_err(SelftestError::Run)?;
        let sealed = drill::run(drilled, &directory, events, interrupt)
            .await
            .map_err(SelftestError::Drill)?;
        let published = sealed
            .publish(directory.partial(), directory.whole())
            .map_err(SelftestError::Publish)?;
        Seen::of(&published, published.summary(Colour::No))
    }
}

/// A new one for each drill of the self-test.
fn run_id(order: &Order) -> RunId {
    RunId::new(order.started.into(), rand::random())
}

/// What the honest check is called that stands before the attack of this number.
pub fn honest_name(number: usize) -> String {
    format!("{HONEST}-{number}")
}

/// What a hostile check is called in plans, grants and reports.
pub fn check_name(attack: &Attack) -> String {
    format!("hostile-{}", attack.name)
}

fn selected(approved: Vec<crate::grant::Approved>, settings: &serde_json::Value) -> Vec<Selected> {
    let selected = approved.into_iter().map(|approved| Selected {
        approved: Arc::new(approved),
        settings: settings.to_string(),
    });
    selected.collect()
}

/// Pins what was reviewed, and grants what `given` imports.
fn grants(
    attack: &'static str,
    reviewed: &Component,
    given: &Component,
    grant: Grant,
) -> Result<Grants, SelftestError> {
    let imports = match grant.interfaces {
        Interfaces::None => Vec::new(),
        Interfaces::AsImported => given.grantable(),
    };
    // Names, interfaces and scopes are this crate's own, and none of them has a character that TOML writes otherwise.
    let text = format!(
        "version = 1\n[[grant]]\ncheck = {:?}\ncomponent = \"sha256:{}\"\nimports = {imports:?}\nreport = {:?}\n\
         read = {:?}\n[grant.limits]\n{}\n",
        given.name, reviewed.sha256, grant.report, grant.read, grant.limits
    );
    let path = std::path::Path::new("the self-test's grants");
    Grants::parse(path, &text).map_err(|source| SelftestError::Grant { attack, source })
}

/// An error and its causes, as one line.
fn in_one_line(error: &dyn Error) -> String {
    let mut words = error.to_string().replace('\n', "; ");
    let mut source = error.source();
    while let Some(cause) = source {
        words = format!("{words}: {cause}");
        source = cause.source();
    }
    words
}

fn masked(canary: &str) -> String {
    let masked: Vec<u8> = canary.bytes().map(|byte| byte ^ MASK).collect();
    hex::encode(masked)
}
