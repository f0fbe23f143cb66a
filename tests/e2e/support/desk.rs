//! One operator's desk: a plan, grants, a password file, and the directories of runs and sandboxes.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;
use vhost::grant::{Component, Difference, Grants, difference};

use super::{Outcome, component};

/// A directory of one test, removed with it.
pub struct Desk {
    directory: TempDir,
    /// Where compiled checks are kept, and the key to them.
    kept: PathBuf,
}

/// Lines of each table of a plan. `source` is left out for drills of given dumps.
#[derive(Clone, Default)]
pub struct Plan {
    pub source: Option<String>,
    pub dump: String,
    pub restore: String,
    pub sandbox: String,
    /// Whole tables: `[checks.…]`, `[[required]]`.
    pub rest: String,
}

/// One check's grant.
pub struct Grant<'a> {
    pub check: &'a str,
    pub read: &'a [&'a str],
    /// `counts` or `values`.
    pub report: &'a str,
    /// Names of directories that the plan has.
    pub artefacts: &'a [&'a str],
    /// Lines of `[grant.limits]`.
    pub limits: &'a str,
}

impl<'a> Grant<'a> {
    pub const fn counts(check: &'a str, read: &'a [&'a str]) -> Self {
        Self {
            check,
            read,
            report: "counts",
            artefacts: &[],
            limits: "",
        }
    }
}

impl Desk {
    /// Everybody may enter it: where the tests run as root, a sandbox's own user must.
    pub fn new() -> Self {
        let directory = tempfile::Builder::new()
            .prefix("vhost-e2e-")
            .tempdir_in(super::server::scratch())
            .unwrap();
        let open = |path: &Path| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
        };
        open(directory.path());
        let desk = Self {
            directory,
            kept: kept().to_owned(),
        };
        std::fs::create_dir(desk.sandboxes()).unwrap();
        open(&desk.sandboxes());
        desk
    }

    /// Keeps compiled checks here, in `cache` and `state`, and knows of none. Other desks share theirs.
    pub fn with_cache_of_its_own(mut self) -> Self {
        self.kept = self.directory.path().to_owned();
        self
    }

    /// A desk with this plan.
    pub fn with(plan: &Plan) -> Self {
        let desk = Self::new();
        desk.plan(plan);
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The directory in which sandboxes make their own.
    pub fn sandboxes(&self) -> PathBuf {
        self.path("sandboxes")
    }

    pub fn runs(&self) -> PathBuf {
        self.path("runs")
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// A file that nobody else reads, such as a password's.
    pub fn write_private(&self, name: &str, text: &str) -> PathBuf {
        let path = self.write(name, text);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        path
    }

    /// A program for the plan's `pg_dump`.
    pub fn program(&self, name: &str, script: &str) -> PathBuf {
        let path = self.write(name, script);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// Writes `vhost.toml`, with the source's password beside it.
    pub fn plan(&self, plan: &Plan) -> PathBuf {
        self.write_private("password", &super::password());
        let mut text = "name = \"e2e\"\n".to_owned();
        if let Some(source) = &plan.source {
            text += &format!("[source]\n{source}\n");
        }
        text += &format!(
            "[dump]\n{}\n[restore]\n{}\n[sandbox]\nbase = \"sandboxes\"\n{}\n{}",
            plan.dump, plan.restore, plan.sandbox, plan.rest
        );
        self.write("vhost.toml", text)
    }

    /// Writes `vhost.grants.toml`: for each check its component's own digest and imports, and what is asked for and not
    /// granted here is withheld.
    pub fn grants(&self, grants: &[Grant<'_>]) -> PathBuf {
        let mut text = "version = 1\n".to_owned();
        for grant in grants {
            text += &stanza(grant);
        }
        self.write("vhost.grants.toml", text)
    }

    /// `vhost ARGS` from this desk, with nothing in its environment but PATH and where it keeps compiled checks.
    pub fn vhost<S: AsRef<std::ffi::OsStr>>(&self, args: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vhost"));
        command
            .args(args)
            .current_dir(self.directory.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("XDG_CACHE_HOME", self.kept.join("cache"))
            .env("XDG_STATE_HOME", self.kept.join("state"))
            .stdin(Stdio::null());
        command
    }

    /// One drill by this desk's plan, waited for. `args` come after `vhost run`.
    pub fn drill(&self, args: &[&str]) -> Outcome {
        let args = [&["run"], args].concat();
        self.wait_for(self.vhost(&args))
    }

    /// One drill with these checks.
    pub fn check(&self, checks: &[&str]) -> Outcome {
        let mut args = vec!["run".into(), "--checks".into()];
        args.extend(checks.iter().map(|check| component(check).into_os_string()));
        self.wait_for(self.vhost(&args))
    }

    /// Runs a command that does at most one drill, and reads what it published.
    pub fn wait_for(&self, mut command: Command) -> Outcome {
        let before = self.published();
        let output = command.output().unwrap();
        let mut new = self
            .published()
            .into_iter()
            .filter(|run| !before.contains(run));
        let run = new.next();
        assert_eq!(new.next(), None, "one drill published two runs");
        Outcome::of(output, run, self.left())
    }

    /// What is left where sandboxes are made.
    pub fn left(&self) -> Vec<PathBuf> {
        entries(&self.sandboxes())
    }

    /// The runs that are there as a whole.
    pub fn published(&self) -> BTreeSet<PathBuf> {
        entries(&self.runs())
            .into_iter()
            .filter(|path| !hidden(path) && path.is_dir())
            .collect()
    }

    /// The runs that began and were not published.
    pub fn partial(&self) -> BTreeSet<PathBuf> {
        entries(&self.runs())
            .into_iter()
            .filter(|path| hidden(path))
            .collect()
    }
}

/// What the desks of this process share. Compiling an interpreter takes 20 seconds, and most tests are about something else.
fn kept() -> &'static Path {
    static KEPT: OnceLock<PathBuf> = OnceLock::new();
    KEPT.get_or_init(|| {
        let directory = tempfile::tempdir_in(super::server::scratch()).unwrap();
        super::server::end_with_this_process(directory.path());
        directory.keep()
    })
}

fn stanza(grant: &Grant<'_>) -> String {
    let component = Component::read(&component(grant.check)).unwrap();
    let write = |withheld: &[String]| {
        format!(
            "[[grant]]\ncheck = {:?}\ncomponent = \"sha256:{}\"\nimports = {:?}\nreport = {:?}\nread = {:?}\nartefacts = {:?}\nwithheld = {withheld:?}\n[grant.limits]\n{}\n",
            grant.check,
            component.sha256,
            component.grantable(),
            grant.report,
            grant.read,
            grant.artefacts,
            grant.limits
        )
    };
    let first = format!("version = 1\n{}", write(&[]));
    let first = Grants::parse(Path::new("grants"), &first).unwrap();
    let asked = component.asked.as_ref().unwrap();
    let undecided = difference(component.sha256, asked, &first.grants[0]);
    let withheld: Vec<String> = undecided
        .iter()
        .map(|difference| match difference {
            Difference::ReportUndecided => "report".to_owned(),
            Difference::LimitUndecided { key, .. } => key.to_string(),
            Difference::ScopeUndecided { scope } => scope.to_string(),
            Difference::ArtefactUndecided { name } => name.clone(),
            other => panic!("{} {other}", grant.check),
        })
        .collect();
    write(&withheld)
}

fn hidden(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

/// None where there is no such directory: a refused drill makes none.
fn entries(directory: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(directory).map_or_else(
        |_| Vec::new(),
        |entries| entries.map(|entry| entry.unwrap().path()).collect(),
    )
}
