//! The healthy databases: each is made once, and each case gets a copy of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard};

use anyhow::{Context as _, Result, ensure};

use crate::case::head;
use crate::server::{HBA, SUPERUSER, Server, end_with_this_process};

/// Servers of every version that is needed, and the databases on them.
pub struct Bases {
    /// Where the SQL of the bases is.
    sql: PathBuf,
    /// Major version to the directory of its programs.
    bins: BTreeMap<u32, PathBuf>,
    servers: Mutex<BTreeMap<u32, &'static Mutex<Base>>>,
}

/// One server; whoever holds its lock is the only one who has a copy there, so that all copies can have one name.
pub struct Base {
    server: Server,
    bin: PathBuf,
    sql: PathBuf,
    made: Vec<String>,
}

/// A copy of a base under the base's own name, until it is dropped.
pub struct Copy<'b> {
    base: MutexGuard<'b, Base>,
    name: String,
}

impl Bases {
    /// `bins` are directories of Postgres' programs, of different major versions.
    pub fn new(sql: PathBuf, bins: &[PathBuf]) -> Result<Self> {
        let bins = bins
            .iter()
            .map(|bin| Ok((major(bin)?, bin.clone())))
            .collect::<Result<_>>()?;
        Ok(Self {
            sql,
            bins,
            servers: Mutex::default(),
        })
    }

    pub fn bin(&self, version: u32) -> Result<&Path> {
        let bin = self.bins.get(&version);
        Ok(bin.with_context(|| format!("no Postgres {version} here"))?)
    }

    /// A copy of a base on a server of this version; the base is made first where it has not been yet.
    pub fn copy(&self, base: &str, version: u32) -> Result<Copy<'_>> {
        let server = {
            let mut servers = lock(&self.servers);
            match servers.get(&version) {
                Some(server) => *server,
                None => {
                    let server = Base::start(self.bin(version)?, &self.sql);
                    // It lives until `end`, which is called once nobody copies any more.
                    let server: &'static Mutex<Base> = Box::leak(Box::new(Mutex::new(server)));
                    servers.insert(version, server);
                    server
                }
            }
        };
        let mut server = lock(server);
        server.make(base)?;
        server.sql(
            "postgres",
            &format!("CREATE DATABASE {base} TEMPLATE {base}_base"),
        )?;
        Ok(Copy {
            base: server,
            name: base.to_owned(),
        })
    }

    /// Stops every server.
    pub fn end(&self) {
        for server in lock(&self.servers).values() {
            lock(server).server.stop();
        }
    }
}

/// What one case broke must not break the next ones.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn major(bin: &Path) -> Result<u32> {
    let output = Command::new(bin.join("postgres"))
        .arg("--version")
        .output()
        .with_context(|| bin.display().to_string())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let number = text
        .split_whitespace()
        .find_map(|word| word.split_once('.')?.0.parse().ok());
    number.with_context(|| format!("no version in {text:?}"))
}

impl Base {
    fn start(bin: &Path, sql: &Path) -> Self {
        let settings = [
            ("wal_level", "logical"),
            ("autovacuum", "off"),
            ("full_page_writes", "off"),
            ("synchronous_commit", "off"),
        ];
        let server = Server::start_of(bin, &settings, HBA, |_| {});
        end_with_this_process(server.socket_dir());
        Self {
            server,
            bin: bin.to_owned(),
            sql: sql.to_owned(),
            made: Vec::new(),
        }
    }

    fn make(&mut self, base: &str) -> Result<()> {
        if self.made.iter().any(|made| made == base) {
            return Ok(());
        }
        let file = self.sql.join(format!("{base}.sql"));
        let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let options = head(&text)
            .into_iter()
            .find_map(|(key, value)| (key == "database").then_some(value));
        self.sql(
            "postgres",
            &format!(
                "CREATE DATABASE {base}_base TEMPLATE template0 {}",
                options.unwrap_or("ENCODING 'UTF8' LOCALE 'C.UTF-8'")
            ),
        )?;
        let database = format!("{base}_base");
        let loaded = self.file(&database, &file);
        if loaded.is_err() {
            // The next case that wants it says why, too.
            self.sql("postgres", &format!("DROP DATABASE {database}"))?;
        }
        loaded?;
        self.made.push(base.to_owned());
        Ok(())
    }

    fn sql(&self, database: &str, sql: &str) -> Result<()> {
        self.psql(database, &["-c", sql])
    }

    fn file(&self, database: &str, file: &Path) -> Result<()> {
        self.psql(database, &["-f", &file.to_string_lossy()])
    }

    fn psql(&self, database: &str, what: &[&str]) -> Result<()> {
        let output = Command::new(self.bin.join("psql"))
            .args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-d"])
            .arg(self.server.conninfo(SUPERUSER, database))
            .args(what)
            .env_clear()
            .env("PGCLIENTENCODING", "UTF8")
            .env("PGOPTIONS", "-c client_min_messages=warning")
            .stdin(Stdio::null())
            .output()?;
        ensure!(
            output.status.success(),
            "psql in {database}: {}",
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
        Ok(())
    }
}

impl Copy<'_> {
    pub fn run(&self, file: &Path) -> Result<()> {
        self.base.file(&self.name, file)
    }

    /// Dumps it to a file, or a directory, by the pg_dump in `bin`.
    pub fn dump(
        &self,
        bin: &Path,
        args: &[String],
        environment: &[(String, String)],
        to: &Path,
    ) -> Result<()> {
        let output = Command::new(bin.join("pg_dump"))
            .args(args)
            .arg("--file")
            .arg(to)
            .arg("--dbname")
            .arg(self.base.server.conninfo(SUPERUSER, &self.name))
            .env_clear()
            .envs(environment.iter().cloned())
            .output()?;
        ensure!(
            output.status.success(),
            "pg_dump: {}",
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
        Ok(())
    }
}

impl Drop for Copy<'_> {
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        if let Err(error) = self.base.sql("postgres", &drop) {
            // The next copy of this name says so too, as a case that could not be made.
            eprintln!("corpus: {error:#}");
        }
    }
}
