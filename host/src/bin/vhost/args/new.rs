//! What can be typed after `vhost new`.

use std::path::PathBuf;

use clap::ValueEnum;

#[derive(clap::Args)]
pub struct New {
    /// The check's name: at most 48 lower-case letters, digits and hyphens, a letter first
    #[arg(value_name = "NAME")]
    pub name: String,
    /// What it is written in
    #[arg(long, default_value = "rust")]
    pub lang: Language,
    /// Where its folder is made
    #[arg(long = "in", value_name = "DIR", default_value = ".")]
    pub parent: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    Rust,
    Python,
    Javascript,
    Typescript,
}
