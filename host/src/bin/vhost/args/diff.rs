//! What can be typed after `vhost diff`.

use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Diff {
    /// A manifest.json, or the directory of a run: how it was
    #[arg(value_name = "A")]
    pub one: PathBuf,
    /// The same: how it is
    #[arg(value_name = "B")]
    pub other: PathBuf,
    /// As JSON, of the schema vhost.diff/1
    #[arg(long)]
    pub json: bool,
}
