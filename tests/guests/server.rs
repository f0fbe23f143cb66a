//! A throw-away Postgres with a few rows, hardened as a drill would.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use tempfile::TempDir;
use tokio_postgres::{Client, Config, NoTls};
use vhost::check::Database;
use vhost::check::query::TypeCatalog;
use vhost::grant::Approved;
use vhost::grant::role::{Hardened, create, harden};

const BIN: &str = "/usr/lib/postgresql/15/bin";

const ROWS: &str = r#"
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
"#;

/// Stopped and removed when dropped.
pub struct Server {
    directory: TempDir,
    pub client: Client,
    hardened: Hardened,
    catalog: Arc<TypeCatalog>,
}

/// A program of Postgres as a user that it accepts: it refuses to run as root.
fn postgres(program: &str) -> Command {
    let program = format!("{BIN}/{program}");
    if !rustix::process::getuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]);
    command.arg(program).current_dir("/");
    command
}

fn succeed(command: &mut Command) {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
}

impl Server {
    pub async fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        if rustix::process::getuid().is_root() {
            succeed(
                Command::new("chown")
                    .arg("nobody:nogroup")
                    .arg(directory.path()),
            );
        }
        let data = data(directory.path());
        succeed(
            postgres("initdb")
                .args([
                    "--username=boss",
                    "--auth=trust",
                    "--encoding=UTF8",
                    "--locale=C",
                ])
                .args(["--no-sync", "--pgdata"])
                .arg(&data),
        );
        let hba = "local all boss trust\nlocal all all scram-sha-256\n";
        std::fs::write(data.join("pg_hba.conf"), hba).unwrap();
        let options = format!(
            "-c listen_addresses= -c fsync=off -c unix_socket_directories={}",
            directory.path().display()
        );
        succeed(
            postgres("pg_ctl")
                .args([
                    "start",
                    "--wait",
                    "--silent",
                    "--options",
                    &options,
                    "--log",
                ])
                .arg(directory.path().join("log"))
                .arg("--pgdata")
                .arg(&data),
        );
        let (mut client, connection) = config(directory.path()).connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute(ROWS).await.unwrap();
        let hardened = harden(&mut client).await.unwrap();
        let catalog = Arc::new(TypeCatalog::load(&client).await.unwrap());
        Self {
            directory,
            client,
            hardened,
            catalog,
        }
    }

    /// Makes the check's role and says how it logs in.
    pub async fn admit(&mut self, approved: &Approved) -> Database {
        let login = create(&mut self.client, &self.hardened, approved)
            .await
            .unwrap();
        Database {
            config: login.config(&config(self.directory.path())),
            catalog: self.catalog.clone(),
        }
    }

    /// Forgets a check's role, so that it can be admitted again.
    pub async fn dismiss(&mut self, check: &str) {
        let role = format!("\"vhost_check_{check}\"");
        let sql = format!("DROP OWNED BY {role}; DROP ROLE {role}");
        self.client.batch_execute(&sql).await.unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        succeed(
            postgres("pg_ctl")
                .args(["stop", "--mode=immediate", "--silent", "--pgdata"])
                .arg(data(self.directory.path())),
        );
    }
}

fn data(directory: &Path) -> PathBuf {
    directory.join("data")
}

fn config(directory: &Path) -> Config {
    let mut config = Config::new();
    config.host_path(directory).user("boss").dbname("postgres");
    config
}
