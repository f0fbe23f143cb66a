//! What can be typed of recordings.

use std::path::PathBuf;

use clap::ValueEnum;

/// What `vhost run` keeps of the checks' exchanges.
#[derive(Default, clap::Args)]
pub struct Record {
    /// Keep what each check asks and is answered in the run's directory: digests of it, or values
    #[arg(
        long,
        value_name = "LEVEL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "digests",
        conflicts_with = "no_checks"
    )]
    pub record: Option<RecordLevel>,
    /// Say that the data are made up: what --record=values needs
    #[arg(long, requires = "record")]
    pub synthetic: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RecordLevel {
    Digests,
    Values,
}

/// What can be typed after `vhost test`.
#[derive(clap::Args)]
pub struct Test {
    /// The component; with --against, a recording or a directory of them: how it was
    #[arg(value_name = "CHECK.wasm")]
    pub check: PathBuf,
    /// Recordings, or directories with recordings of the check; a run's directory is one
    #[arg(
        value_name = "RECORDING|DIR",
        required_unless_present = "against",
        conflicts_with = "against"
    )]
    pub recordings: Vec<PathBuf>,
    /// Hold recordings of two drills of one dump against each other: how it is
    #[arg(long, value_name = "RECORDING|DIR")]
    pub against: Option<PathBuf>,
    /// Compile the check anew, and keep nothing of it
    #[arg(long)]
    pub no_cache: bool,
}
