//! What can be typed.

mod accept;
mod diff;
mod grants;
mod new;
mod record;
mod trial;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use vhost_dump::digest::Sha256;

pub use accept::Accept;
pub use diff::Diff;
pub use grants::{Approve, Check, File, Grants, GrantsCommand, List, Revoke};
pub use new::{Language, New};
pub use record::{Record, RecordLevel, Test};
pub use trial::Try;

/// Proves that a Postgres backup can be restored.
///
/// Exit status: 0 PASS, 1 FAIL, 2 usage or configuration (nothing was started), 3 INCONCLUSIVE.
#[derive(Parser)]
#[command(name = "vhost", version, max_term_width = 100)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Do one drill: dump, restore, look, remove, report.
    Run(Box<Run>),
    /// Remove what a killed drill left behind, by its journal and by exact name.
    Clean(Clean),
    /// Accept a run, so that later drills of its plan are held against its manifest.
    Accept(Accept),
    /// Show what differs between two manifests.
    ///
    /// Exit status: 0 nothing, 1 something, or not all can be compared, 2 usage.
    Diff(Diff),
    /// Try the walls around a check on this machine: hostile checks beside an honest one, in a drill of their own.
    ///
    /// Exit status: 0 every wall held, 1 one did not, 2 usage, 3 something could not be tried.
    Selftest(Selftest),
    /// Make a check to start from: its source, manifest, settings, a test and sample data.
    New(New),
    /// Put a check and its manifest together, into one component.
    Bundle(Bundle),
    /// Try checks on a copy of a dump, a run or a file of SQL, again on each change with --watch.
    ///
    /// A check that nobody approved runs with what it asks for. The grant that it would need is shown. Exit status, of the last
    /// run: 0 every check passed, 1 one failed, 2 usage or configuration, 3 one could not look.
    Try(Box<Try>),
    /// Show what a component is, imports and asks for, without running it.
    Inspect(Inspect),
    /// List the checks that a directory holds: what each asserts, asks for and may be set to, without running any.
    Checks(Checks),
    /// Show what checks ask for against what they were granted; approve, revoke or check it.
    Grants(Box<Grants>),
    /// Answer a check as recorded, without a database, and hold what it does against the recording.
    ///
    /// Exit status: 0 all the same, 1 something differs, 2 usage.
    Test(Test),
    /// Compile a component from standard input to standard output; vhost starts this as a child of its own.
    #[command(hide = true)]
    CompileComponent,
}

#[derive(Default, clap::Args)]
pub struct Run {
    /// The plan [default: ./vhost.toml, where there is one]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Components to run, or directories of them
    #[arg(long, value_name = "WASM", num_args = 1..)]
    pub checks: Vec<PathBuf>,
    /// Run no check, on purpose
    #[arg(long, conflicts_with = "checks")]
    pub no_checks: bool,
    /// What the checks may do [default: vhost.grants.toml beside the plan]
    #[arg(long, value_name = "FILE")]
    pub grants: Option<PathBuf>,
    /// Drill this dump (plain, .gz, .zst, custom, directory or tar) and ask no source
    #[arg(long, value_name = "FILE")]
    pub dump: Option<PathBuf>,
    /// What the given dump's SHA-256 must be
    #[arg(long, value_name = "HEX", requires = "dump")]
    pub dump_sha256: Option<Sha256>,
    /// How many bytes the given dump must have; of a directory, its files together
    #[arg(long, value_name = "BYTES", requires = "dump")]
    pub dump_size: Option<u64>,
    /// What the given dump must hold: the manifest.json of a drill
    #[arg(long, value_name = "FILE", requires = "dump")]
    pub dump_manifest: Option<PathBuf>,
    /// Hold the dump against this manifest, or that of this run's directory [default: the plan's last accepted run]
    #[arg(long, value_name = "MANIFEST")]
    pub reference: Option<PathBuf>,
    /// The source as a libpq connection string without a password, over the plan's
    #[arg(long, value_name = "CONNINFO", conflicts_with = "dump")]
    pub source: Option<String>,
    /// What the sandbox runs on, over the plan's
    #[arg(long)]
    pub engine: Option<Engine>,
    /// The sandbox's exact name, over the plan's
    #[arg(long, value_name = "NAME")]
    pub sandbox_name: Option<String>,
    /// The image of the docker engine, over the plan's
    #[arg(long)]
    pub image: Option<String>,
    /// The docker engine's socket, over the plan's
    #[arg(long, env = "DOCKER_HOST", value_name = "unix:///…")]
    pub docker_host: Option<String>,
    /// A container that must be left untouched, besides the plan's; repeatable
    #[arg(long, value_name = "NAME")]
    pub protected: Vec<String>,
    /// Create the roles that the dump names, or skip them, over the plan's
    #[arg(long)]
    pub roles: Option<RoleMode>,
    /// Where run directories appear, over the plan's
    #[arg(long, value_name = "DIR")]
    pub runs: Option<PathBuf>,
    #[command(flatten)]
    pub record: Record,
    /// Compile every check anew, and keep nothing of it for the next drill
    #[arg(long)]
    pub no_cache: bool,
    /// Say nothing but the verdict
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(clap::Args)]
pub struct Bundle {
    /// The check: a component, or a core module that says which world it is built against
    #[arg(value_name = "WASM")]
    pub input: PathBuf,
    /// What the check is and asks for
    #[arg(long, value_name = "FILE", default_value = "check.toml")]
    pub manifest: PathBuf,
    /// Where the component is written: <the manifest's name>.wasm
    #[arg(long, short, value_name = "WASM")]
    pub output: PathBuf,
    /// Put this manifest in the place of one that the check carries already
    #[arg(long)]
    pub replace: bool,
}

#[derive(clap::Args)]
pub struct Inspect {
    /// The component
    #[arg(value_name = "WASM")]
    pub component: PathBuf,
    /// As JSON, of the schema vhost.inspect/1
    #[arg(long)]
    pub json: bool,
}

#[derive(clap::Args)]
pub struct Checks {
    /// Components, or directories of them
    #[arg(value_name = "WASM", default_value = ".")]
    pub checks: Vec<PathBuf>,
    /// As JSON: a list of what `vhost inspect --json` gives
    #[arg(long)]
    pub json: bool,
}

#[derive(clap::Args)]
pub struct Clean {
    /// Where run directories are
    #[arg(value_name = "DIR", default_value = "runs")]
    pub runs: PathBuf,
}

#[derive(clap::Args)]
pub struct Selftest {
    /// What the sandbox runs on
    #[arg(long, default_value = "local")]
    pub engine: Engine,
    /// The image of the docker engine
    #[arg(long)]
    pub image: Option<String>,
    /// The docker engine's socket
    #[arg(long, env = "DOCKER_HOST", value_name = "unix:///…")]
    pub docker_host: Option<String>,
    /// Postgres' programs for the local engine; otherwise the newest that is found
    #[arg(long, value_name = "DIR")]
    pub bin_dir: Option<PathBuf>,
    /// Where its directory and its sandboxes are made
    #[arg(long, value_name = "DIR", default_value = "/var/tmp")]
    pub base: PathBuf,
    /// Only this wall, or this attack
    #[arg(long, value_name = "NAME")]
    pub only: Option<String>,
    /// Show each attack and what stopped it
    #[arg(long, short)]
    pub verbose: bool,
    /// Show everything as JSON
    #[arg(long)]
    pub json: bool,
    /// Show no progress
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Engine {
    Docker,
    Local,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum RoleMode {
    Create,
    Skip,
}
