//! A few rows, restored into a real sandbox and hardened as a drill does it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_postgres::Client;
use tokio_util::sync::CancellationToken;
use vhost::check::query::TypeCatalog;
use vhost::check::{CheckOutcome, Database, Machine, Onlooker, run};
use vhost::event::Events;
use vhost::fidelity::{Standing, standing};
use vhost::grant::harden::{Hardened, harden};
use vhost::grant::role::create;
use vhost::plan::Roles;
use vhost::plan::name::RunId;
use vhost::restore::isolation::prove;
use vhost::restore::{Creation, Input, Plain, Restored, Target, restore};
use vhost::sandbox::local::Local;
use vhost::sandbox::{Data, Engine, Journal, Limits, Removed, Spec, scope};
use vhost::source::{Places, Reading};
use vhost_dump::manifest::scan::Scanner;
use vhost_dump::supplied::SuppliedDump;

use crate::ground::{Ask, approved, facts, job_on};
use crate::place::{bin, scratch};

const DUMP: &str = r#"--
-- PostgreSQL database dump
--

-- Dumped from database version 15.18
-- Dumped by pg_dump version 15.18

CREATE SCHEMA app;
CREATE TYPE app.state AS ENUM ('draft', 'live');
CREATE TABLE app.unit (id int PRIMARY KEY, state app.state, mail text, score numeric(6, 2), held bool,
                       at timestamptz, body jsonb);
INSERT INTO app.unit VALUES
    (1, 'draft', 'canary@example.org', 12.5, true, '2026-05-17 12:30:00.25+00', '{"a": [1, 2]}'),
    (2, 'live', NULL, NULL, false, NULL, NULL);
CREATE TABLE app.lane (id text PRIMARY KEY, lane text, first_id uuid, second_id uuid);
INSERT INTO app.lane VALUES
    ('DOT-991', 'executor', '7c963f27-5b0e-4d6a-9c41-e2a8f3b1d704', NULL),
    ('DOT-992', 'verifier', NULL, '633f2c51-9a7d-4e83-b6f0-1c52d8e94ab7');
CREATE TABLE app."Odd Name" ("Id" int);
CREATE TABLE app.forbidden (id int);

--
-- PostgreSQL database dump complete
--
"#;

/// A restored database and what runs checks on it.
pub struct Bench<'r, 's> {
    restored: &'r Restored<'s>,
    pub client: Client,
    hardened: Hardened,
    catalog: Arc<TypeCatalog>,
    machine: Arc<Machine>,
    onlooker: Arc<Onlooker>,
    /// What was found before the hardening, as a drill does it.
    pub standing: Standing,
    /// When the dump was taken, in RFC 3339; empty for one that was given.
    pub taken_at: String,
}

/// Restores the rows, runs `body`, and removes the sandbox.
pub async fn within(body: impl AsyncFnOnce(&mut Bench<'_, '_>)) {
    within_restored(DUMP, body).await;
}

/// The same with a plain dump of one's own.
pub async fn within_restored(dump_text: &str, body: impl AsyncFnOnce(&mut Bench<'_, '_>)) {
    let home = tempfile::tempdir_in(scratch()).unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o711);
    std::fs::set_permissions(home.path(), open).unwrap();
    let dump = home.path().join("dump.sql");
    std::fs::write(&dump, dump_text).unwrap();
    let run: RunId = RunId::new(time::OffsetDateTime::now_utc(), rand::random());
    let journal = Journal::create(&home.path().join("journal"), &run).unwrap();
    let search: Vec<_> = std::env::split_paths(&std::env::var_os("PATH").unwrap()).collect();
    let engine = Engine::Local(Local::find(&bin(), &search).unwrap());
    let spec = Spec {
        name: format!("guests-{run}").parse().unwrap(),
        run,
        base: home.path().to_owned(),
        limits: Limits {
            memory: 1 << 30,
            cpus: 2.0,
            pids: 128,
        },
        settings: Vec::new(),
        data: Data::Disk,
    };
    let never = CancellationToken::new();
    let scoped = scope(&engine, &spec, &journal, &never, async |sandbox| {
        let isolated = prove(sandbox, &[], None, &[])
            .await
            .unwrap()
            .isolated
            .unwrap();
        let inspected = SuppliedDump::inspect(&dump, Scanner::default()).unwrap();
        let (given, _) = inspected.whole().unwrap();
        let target = Target {
            database: "rows".to_owned(),
            creation: Creation::Unknown,
            statements: Vec::new(),
            roles: Vec::new(),
            mode: Roles::Create,
        };
        let input = Input::Plain(Plain {
            reading: Reading::of_supplied(&given).unwrap(),
            places: Places::of_supplied(&given).unwrap(),
            sessions: 1,
        });
        let restored = restore(isolated, input, target, &Events::silent())
            .await
            .unwrap();
        assert_eq!(restored.facts().notices, []);
        let standing = standing(&restored).await.unwrap();
        let mut client = restored.connect().await.unwrap();
        let beside = restored.connect().await.unwrap();
        let mut bench = Bench {
            hardened: harden(&mut client).await.unwrap(),
            catalog: Arc::new(TypeCatalog::load(&client).await.unwrap()),
            machine: Arc::new(Machine::start().unwrap()),
            onlooker: Arc::new(Onlooker::new(beside).await.unwrap()),
            restored: &restored,
            client,
            standing,
            taken_at: String::new(),
        };
        body(&mut bench).await;
    })
    .await;
    scoped.body.unwrap();
    assert!(
        scoped
            .teardown
            .removals
            .iter()
            .all(|r| r.outcome == Removed::Gone)
    );
}

impl Bench<'_, '_> {
    /// Changes the restored database, and asks its catalogue again.
    pub async fn change(&mut self, sql: &str) {
        self.client.batch_execute(sql).await.unwrap();
        self.standing = standing(self.restored).await.unwrap();
    }

    /// Admits a check, runs it, and forgets its role, so that it can be admitted again.
    pub async fn ask(&mut self, ask: Ask<'_>) -> CheckOutcome {
        self.timed(ask).await.0
    }

    /// The same, with how long it ran.
    pub async fn timed(&mut self, ask: Ask<'_>) -> (CheckOutcome, Duration) {
        let approved = approved(&ask);
        let login = create(&mut self.client, &self.hardened, &approved)
            .await
            .unwrap();
        let database = Database::of(
            self.restored,
            &login,
            self.catalog.clone(),
            self.onlooker.clone(),
        );
        let mut job = job_on(&self.machine, ask.settings, approved, Some(database)).await;
        let mut facts = facts();
        facts.standing = self.standing.clone();
        facts.dump.taken_at = self.taken_at.clone();
        job.facts = Arc::new(facts);
        let began = Instant::now();
        let outcome = run(job).await.outcome;
        let took = began.elapsed();
        let role = format!("\"vhost_check_{}\"", ask.check);
        let sql = format!("DROP OWNED BY {role}; DROP ROLE {role}");
        self.client.batch_execute(&sql).await.unwrap();
        (outcome, took)
    }
}
