//! What can be typed after `vhost grants`.

use std::path::PathBuf;

use clap::Subcommand;
use vhost::grant::{Scope, Withhold};

use super::Engine;

/// Without a command, it shows the checks and changes nothing.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Grants {
    #[command(subcommand)]
    pub command: Option<GrantsCommand>,
    #[command(flatten)]
    pub list: List,
}

#[derive(Subcommand)]
pub enum GrantsCommand {
    /// Write the stanzas of these checks, each after a yes: on this terminal, or by --yes.
    ///
    /// What a check asks for is granted, but for what is withheld. What was withheld before stays withheld; to start
    /// over, revoke the check first. Exit status: 0 every check approved, 1 one was not, 2 usage or configuration.
    Approve(Box<Approve>),
    /// Take the stanzas of these checks out of the grants file.
    Revoke(Revoke),
    /// Hold the components against the grants file, for CI.
    ///
    /// Exit status: 0 every component is exactly what its stanza grants, 1 with every difference on a line of its own,
    /// 2 usage or configuration.
    Check(Check),
}

#[derive(clap::Args)]
pub struct List {
    /// Components to show, or directories of them
    #[arg(long, value_name = "WASM", num_args = 1..)]
    pub checks: Vec<PathBuf>,
    #[command(flatten)]
    pub file: File,
    /// Show what each scope comes to in this dump (plain, .gz, custom, directory or tar)
    #[arg(long, value_name = "DUMP", conflicts_with = "source")]
    pub against: Option<PathBuf>,
    /// Show what each scope comes to at the source: the plan's, or this libpq connection string without a password
    #[arg(long, value_name = "CONNINFO", num_args = 0..=1)]
    pub source: Option<Option<String>>,
    /// What the sandbox runs on that reads an archive, over the plan's
    #[arg(long)]
    pub engine: Option<Engine>,
    /// The image of the docker engine, over the plan's
    #[arg(long)]
    pub image: Option<String>,
    /// The docker engine's socket, over the plan's
    #[arg(long, env = "DOCKER_HOST", value_name = "unix:///…")]
    pub docker_host: Option<String>,
    /// Where run directories are, over the plan's
    #[arg(long, value_name = "DIR")]
    pub runs: Option<PathBuf>,
    /// Print JSON, of a documented schema
    #[arg(long)]
    pub json: bool,
}

/// Which grants file.
#[derive(clap::Args)]
pub struct File {
    /// The plan [default: ./vhost.toml, where there is one]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The grants file [default: vhost.grants.toml beside the plan]
    #[arg(long, value_name = "FILE")]
    pub grants: Option<PathBuf>,
}

#[derive(clap::Args)]
pub struct Approve {
    /// Components to approve, or directories of them
    #[arg(value_name = "WASM", required = true)]
    pub checks: Vec<PathBuf>,
    #[command(flatten)]
    pub file: File,
    /// Approve this check, by its exact name, without a question; repeatable
    #[arg(long, value_name = "CHECK")]
    pub yes: Vec<String>,
    /// Who approves [default: this operating system user]
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// What the one check may read: app.orders, 'app.units(id, status)', 'audit.*'; repeatable
    #[arg(long, value_name = "SCOPE", value_parser = Scope::parse)]
    pub read: Vec<Scope>,
    /// What the one check asks for and does not get: a scope, report, an artefact's name, memory=64MiB; repeatable
    #[arg(long, value_name = "WHAT", value_parser = Withhold::parse)]
    pub withhold: Vec<Withhold>,
}

#[derive(clap::Args)]
pub struct Revoke {
    /// Checks by their exact names
    #[arg(value_name = "CHECK", required = true)]
    pub checks: Vec<String>,
    #[command(flatten)]
    pub file: File,
}

#[derive(clap::Args)]
pub struct Check {
    /// Components to hold against the grants file, or directories of them
    #[arg(long, value_name = "WASM", num_args = 1.., required = true)]
    pub checks: Vec<PathBuf>,
    #[command(flatten)]
    pub file: File,
    /// Print JSON, of a documented schema
    #[arg(long)]
    pub json: bool,
}
