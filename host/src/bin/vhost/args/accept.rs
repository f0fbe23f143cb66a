//! What can be typed after `vhost accept`.

use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Accept {
    /// The directory of a run that passed, or of which nothing but the gate `drift` failed
    #[arg(value_name = "RUN")]
    pub run: PathBuf,
    /// Who accepts it
    #[arg(long, value_name = "WHO")]
    pub by: String,
    /// Why what it holds is as it should be
    #[arg(long, value_name = "TEXT")]
    pub why: String,
}
