//! A real Postgres server that lives as long as a test.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, geteuid, kill_process};

#[path = "place.rs"]
pub mod place;

pub use place::{bin, end_with_this_process, scratch};

/// The role that owns the cluster; it logs in over the socket without a password.
pub const SUPERUSER: &str = "postgres";

/// Over the socket and over TCP every other role needs its password.
pub const HBA: &str = "local all postgres trust\nlocal all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n";

pub struct Server {
    bin: PathBuf,
    dir: tempfile::TempDir,
    pub port: u16,
    process: Child,
}

impl Server {
    /// Starts a new cluster on a Unix socket and on 127.0.0.1, with more settings for postgresql.conf.
    pub fn start(settings: &[(&str, &str)]) -> Self {
        Self::start_with(settings, HBA, |_| {})
    }

    /// As [`Server::start`], with a pg_hba.conf of its own and a look at the data directory before the start.
    pub fn start_with(settings: &[(&str, &str)], hba: &str, prepare: impl FnOnce(&Path)) -> Self {
        Self::start_of(&bin(), settings, hba, prepare)
    }

    /// As [`Server::start_with`], of the Postgres whose programs are in `bin`.
    pub fn start_of(
        bin: &Path,
        settings: &[(&str, &str)],
        hba: &str,
        prepare: impl FnOnce(&Path),
    ) -> Self {
        let dir = tempfile::tempdir_in(scratch()).unwrap();
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        if let Some((uid, gid)) = unprivileged() {
            chown(dir.path(), Some(uid), Some(gid)).unwrap();
        }
        let data = dir.path().join("data");
        cluster(bin, &data);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let mut conf = std::fs::read_to_string(data.join("postgresql.conf")).unwrap();
        let socket_dir = dir.path().display();
        conf.push_str(&format!(
            "\nlisten_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = '{socket_dir}'\nfsync = off\n"
        ));
        for (name, value) in settings {
            conf.push_str(&format!("{name} = '{value}'\n"));
        }
        std::fs::write(data.join("postgresql.conf"), conf).unwrap();
        std::fs::write(data.join("pg_hba.conf"), hba).unwrap();
        prepare(&data);
        let process = postgres(bin, dir.path());
        let bin = bin.to_owned();
        let server = Self {
            bin,
            dir,
            port,
            process,
        };
        server.wait_until_ready();
        server
    }

    pub fn socket_dir(&self) -> &Path {
        self.dir.path()
    }

    /// Of the socket, with a role and a database.
    pub fn conninfo(&self, user: &str, database: &str) -> String {
        format!(
            "host={} port={} user={user} dbname={}",
            self.dir.path().display(),
            self.port,
            value(database)
        )
    }

    /// Runs SQL as the superuser and gives psql's unaligned output.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        let output = Command::new(self.bin.join("psql"))
            .args([
                "-XAtq",
                "-v",
                "ON_ERROR_STOP=1",
                "-d",
                &self.conninfo(SUPERUSER, database),
                "-c",
                sql,
            ])
            .env_clear()
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{sql}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout)
            .unwrap()
            .trim_end()
            .to_owned()
    }

    pub fn restart(&mut self) {
        self.stop();
        self.process = postgres(&self.bin, self.dir.path());
        self.wait_until_ready();
    }

    /// Ends its sessions and waits until it is gone.
    pub fn stop(&mut self) {
        if let Ok(None) = self.process.try_wait() {
            let pid = Pid::from_child(&self.process);
            kill_process(pid, Signal::INT).unwrap();
            self.process.wait().unwrap();
        }
    }

    fn wait_until_ready(&self) {
        let give_up = Instant::now() + Duration::from_secs(60);
        loop {
            let status = Command::new(self.bin.join("pg_isready"))
                .args(["-q", "-d", &self.conninfo(SUPERUSER, "postgres")])
                .status()
                .unwrap();
            if status.success() {
                return;
            }
            assert!(Instant::now() < give_up, "the server did not start");
            sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Makes the data directory of a new cluster: a copy of what initdb made once for this process, which costs a tenth of its time.
///
/// So all clusters of one version have one system identifier here, as a server and its standbys have.
pub fn cluster(bin: &Path, data: &Path) {
    static MADE: Mutex<BTreeMap<PathBuf, PathBuf>> = Mutex::new(BTreeMap::new());
    let made = {
        // A test that failed here has made none.
        let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        let made = made.entry(bin.to_owned());
        made.or_insert_with(|| initdb(bin)).clone()
    };
    let copied = Command::new("cp").arg("-a").arg(made).arg(data).status();
    assert!(copied.unwrap().success());
}

/// A cluster that nothing starts on, until this process ends.
fn initdb(bin: &Path) -> PathBuf {
    let dir = tempfile::tempdir_in(scratch()).unwrap().keep();
    end_with_this_process(&dir);
    if let Some((uid, gid)) = unprivileged() {
        chown(&dir, Some(uid), Some(gid)).unwrap();
    }
    let data = dir.join("data");
    let status = as_unprivileged(&bin.join("initdb"))
        .args(["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C"])
        .args(["-U", SUPERUSER, "-D"])
        .arg(&data)
        .stdout(Stdio::null())
        .status();
    assert!(status.unwrap().success());
    data
}

fn postgres(bin: &Path, dir: &Path) -> Child {
    as_unprivileged(&bin.join("postgres"))
        .arg("-D")
        .arg(dir.join("data"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(dir.join("log")).unwrap())
        .spawn()
        .unwrap()
}

/// Postgres refuses to run as root; setpriv replaces itself with it, so its process id is the server's.
fn as_unprivileged(program: &Path) -> Command {
    match unprivileged() {
        None => Command::new(program),
        Some((uid, gid)) => {
            let mut command = Command::new("setpriv");
            command
                .arg(format!("--reuid={uid}"))
                .arg(format!("--regid={gid}"))
                .arg("--clear-groups")
                .arg(program)
                .current_dir("/");
            command
        }
    }
}

/// The user `nobody`, where the test runs as root.
pub fn unprivileged() -> Option<(u32, u32)> {
    geteuid().is_root().then_some((65534, 65534))
}

/// Gives a file of the data directory to the server's user.
pub fn hand_over(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    if let Some((uid, gid)) = unprivileged() {
        chown(path, Some(uid), Some(gid)).unwrap();
    }
}

/// A program of the server's own version.
pub fn program(name: &str) -> PathBuf {
    bin().join(name)
}

/// A value of a connection string, in quotes where it needs them.
fn value(text: &str) -> String {
    let simple = |c: char| c.is_ascii_alphanumeric() || c == '_';
    match text.chars().all(simple) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
    }
}
