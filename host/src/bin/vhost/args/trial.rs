//! What can be typed after `vhost try`.

use std::path::PathBuf;
use std::time::Duration;

use vhost::plan::size::duration;

use super::Engine;

#[derive(clap::Args)]
pub struct Try {
    /// Components to try
    #[arg(value_name = "WASM", required = true)]
    pub checks: Vec<PathBuf>,
    /// What to try them on: a dump, the directory of a run that kept its dump, or a file of SQL
    #[arg(long, value_name = "DUMP|RUN|SQL")]
    pub on: PathBuf,
    /// The one check's settings, in TOML or JSON [default: ./settings.toml, where there is one]
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
    /// The plan, for [checks.<name>], [sandbox], [limits] and [artefacts] [default: ./vhost.toml, where there is one]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Run under this grants file, and refuse what it does not grant [default: under what each check asks for]
    #[arg(long, value_name = "FILE")]
    pub grants: Option<PathBuf>,
    /// Hold the copy against this manifest, or that of this run's directory
    #[arg(long, value_name = "MANIFEST")]
    pub reference: Option<PathBuf>,
    /// Keep the copy, and run again whenever a component, the settings, the plan or the grants change
    #[arg(long, short)]
    pub watch: bool,
    /// How long all of it may take, the copy's making too; then it is removed
    #[arg(long, value_name = "TIME", default_value = "30m", value_parser = duration)]
    pub keep_for: Duration,
    /// Show values of rows in findings and logs, whatever the check's report may show
    #[arg(long)]
    pub values: bool,
    /// Write what the one check asked and was answered into this file
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// The rows are made up: a recording may hold them (those of a file of SQL always are)
    #[arg(long, requires = "record")]
    pub synthetic: bool,
    /// What the sandbox runs on, over the plan's
    #[arg(long)]
    pub engine: Option<Engine>,
    /// The image of the docker engine, over the plan's
    #[arg(long)]
    pub image: Option<String>,
    /// The docker engine's socket, over the plan's
    #[arg(long, env = "DOCKER_HOST", value_name = "unix:///…")]
    pub docker_host: Option<String>,
    /// Postgres' programs for the local engine, over the plan's
    #[arg(long, value_name = "DIR")]
    pub bin_dir: Option<PathBuf>,
    /// Where the sandbox is made, over the plan's
    #[arg(long, value_name = "DIR")]
    pub base: Option<PathBuf>,
    /// Where its journal lies meanwhile, for `vhost clean`, over the plan's
    #[arg(long, value_name = "DIR")]
    pub runs: Option<PathBuf>,
    /// Compile every check anew, and keep nothing of it
    #[arg(long)]
    pub no_cache: bool,
    /// Each run as one line of JSON, of the schema vhost.try/1
    #[arg(long)]
    pub json: bool,
    /// Show no progress
    #[arg(long, short)]
    pub quiet: bool,
}
