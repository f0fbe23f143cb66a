//! A throw-away Postgres 15 on a Unix socket, and a check's way into it.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, geteuid, kill_process};
use tempfile::TempDir;
use tokio_postgres::{Client, Config, NoTls};
use vhost::check::query::{Session, TypeCatalog};
use vhost::grant::component::{Outline, WORLD};
use vhost::grant::harden::{Hardened, harden};
use vhost::grant::role::{self, CheckLogin};
use vhost::grant::{Approved, Asked, AskedRead, Component, Grants, Import, ImportKind, review};
use vhost::plan::bounds::Bounds;
use vhost_dump::digest::Sha256;

const QUERY: &str = "vhost:check/query@0.1.0";
/// `nobody`: Postgres refuses to run as root, and initdb wants a user with a name.
const UID: u32 = 65_534;

pub struct Server {
    postgres: Child,
    directory: TempDir,
}

impl Server {
    pub async fn start() -> Self {
        let directory = tempfile::Builder::new()
            .prefix("vhost-test-")
            .tempdir_in(crate::server::scratch())
            .unwrap();
        if geteuid().is_root() {
            chown(directory.path(), Some(UID), Some(UID)).unwrap();
        }
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let data = directory.path().join("data");
        crate::server::cluster(&crate::server::bin(), &data);
        fs::write(
            data.join("pg_hba.conf"),
            "local all postgres trust\nlocal all all scram-sha-256\n",
        )
        .unwrap();
        let log = fs::File::create(directory.path().join("log")).unwrap();
        let postgres = program("postgres")
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(directory.path())
            .args([
                "-c",
                "listen_addresses=",
                "-c",
                "fsync=off",
                "-c",
                "log_statement=all",
            ])
            .stderr(log)
            .spawn()
            .unwrap();
        let server = Self {
            postgres,
            directory,
        };
        let patience = Instant::now() + Duration::from_secs(60);
        while server.config("postgres").connect(NoTls).await.is_err() {
            assert!(Instant::now() < patience, "{}", server.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        server
    }

    pub fn config(&self, database: &str) -> Config {
        let mut config = Config::new();
        config
            .host_path(self.directory.path())
            .user("postgres")
            .dbname(database);
        config
    }

    /// The superuser's connection to the database that every test restores into.
    pub async fn host(&self) -> Client {
        connect(&self.config("postgres")).await
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("log")).unwrap()
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A check's session under a grant of these scopes and limits.
    pub async fn session(&self, host: &mut Client, hardened: &Hardened, grant: &str) -> Session {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("probe-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let approved = approved(&name, grant);
        let login = role::create(host, hardened, &approved).await.unwrap();
        self.open(host, &login, &approved).await
    }

    pub async fn open(&self, host: &Client, login: &CheckLogin, approved: &Approved) -> Session {
        let catalog = Arc::new(TypeCatalog::load(host).await.unwrap());
        let config = login.config(&self.config("postgres"));
        Session::open(&config, catalog, approved.limits().clone())
            .await
            .unwrap()
    }

    /// A hardened server with this world in it.
    pub async fn with(sql: &str) -> (Self, Client, Hardened) {
        let server = Self::start().await;
        let mut host = server.host().await;
        host.batch_execute(sql).await.unwrap();
        let hardened = harden(&mut host).await.unwrap();
        (server, host, hardened)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let pid = Pid::from_child(&self.postgres);
        kill_process(pid, Signal::QUIT).unwrap();
        self.postgres.wait().unwrap();
    }
}

fn program(name: &str) -> Command {
    let path = crate::server::program(name);
    if !geteuid().is_root() {
        return Command::new(path);
    }
    let mut command = Command::new("setpriv");
    let uid = UID.to_string();
    command
        .args(["--clear-groups", "--reuid", &uid, "--regid", &uid, "--"])
        .arg(path);
    command
}

pub async fn connect(config: &Config) -> Client {
    let (client, connection) = config.connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// What a review approves for a general check with this grant, of which it asks exactly the limits and the report level;
/// `grant` is TOML without the check's name and component.
pub fn approved(check: &str, grant: &str) -> Approved {
    let bytes = b"component";
    let text = format!(
        "version = 1\n[[grant]]\ncheck = \"{check}\"\ncomponent = \"sha256:{}\"\nimports = [\"{QUERY}\"]\n{grant}",
        Sha256::of(bytes)
    );
    let grants = Grants::parse(Path::new("test"), &text).unwrap();
    let granted = grants.get(check).unwrap();
    let outline = Outline {
        world: Some(WORLD.to_owned()),
        weight: vhost::grant::component::Weight::default(),
        imports: vec![Import {
            interface: QUERY.to_owned(),
            kind: ImportKind::Vhost,
        }],
        asked: Ok(Asked {
            name: check.to_owned(),
            version: semver::Version::new(0, 1, 0),
            summary: "Asks in SQL".to_owned(),
            interfaces: vec![QUERY.to_owned()],
            report: granted.report,
            read: AskedRead::Configured,
            artefacts: Vec::new(),
            settings: None,
            limits: granted.limits.clone(),
        }),
    };
    let component = Component::new(check.to_owned(), bytes.to_vec(), outline);
    review(vec![component], &grants, &Bounds::default())
        .unwrap()
        .remove(0)
}
