//! Which engine, and which Postgres on it: the dump's own major version.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::drill::major::{MajorError, Majors};
use crate::drill::supply::leading_number;
use crate::sandbox::docker::{Docker, Image};
use crate::sandbox::local::Local;
use crate::sandbox::{Engine, Sandbox, SandboxError};

/// Major versions that are looked for on this machine, the newest first.
const MAJORS: [u32; 5] = [18, 17, 16, 15, 14];

/// The engine as ordered; it is opened once the dump's version is known.
#[derive(Clone)]
pub enum EngineOrder {
    Docker(ImageOrder),
    Local(LocalOrder),
}

/// An image, and the Docker engine that has it.
#[derive(Clone)]
pub struct ImageOrder {
    /// The engine's socket, `unix:///…`.
    pub host: String,
    pub image: String,
}

#[derive(Clone)]
pub struct LocalOrder {
    /// Postgres' binaries; otherwise those of the dump's major version are looked for.
    pub bin_dir: Option<PathBuf>,
    /// Directories in which programs are looked for.
    pub path_dirs: Vec<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    #[error(
        "no Postgres {major} was found for the sandbox: install it, or name its directory as `bin_dir` in [sandbox]"
    )]
    NoPostgres { major: u32 },
    #[error("the dump does not say which Postgres it is from: name a `bin_dir` in [sandbox]")]
    UnknownMajor,
    #[error(transparent)]
    Major(#[from] MajorError),
}

impl EngineOrder {
    /// The newest major version that this machine has, for what is of no server; none where the engine itself decides,
    /// or has none.
    pub async fn newest(&self) -> Option<u32> {
        let local = match self {
            EngineOrder::Local(local) if local.bin_dir.is_none() => local,
            EngineOrder::Local(_) | EngineOrder::Docker(_) => return None,
        };
        for major in MAJORS {
            if local.find(major).await.is_ok() {
                return Some(major);
            }
        }
        None
    }

    /// Opens the engine for a dump of this major version.
    pub async fn open(&self, major: Option<u32>) -> Result<Engine, EngineError> {
        match self {
            EngineOrder::Docker(image) => Ok(Engine::Docker(image.open().await?)),
            EngineOrder::Local(order) => {
                let bin_dir = match &order.bin_dir {
                    Some(dir) => dir.clone(),
                    None => order.find(major.ok_or(EngineError::UnknownMajor)?).await?,
                };
                Ok(Engine::Local(Local::find(&bin_dir, &order.path_dirs)?))
            }
        }
    }
}

impl ImageOrder {
    pub async fn open(&self) -> Result<Image, SandboxError> {
        Docker::connect(&self.host).await?.image(&self.image).await
    }
}

impl LocalOrder {
    /// Distributions keep each version in a directory of its own; what is elsewhere is asked for its version.
    async fn find(&self, major: u32) -> Result<PathBuf, EngineError> {
        let versioned = [
            format!("/usr/lib/postgresql/{major}/bin"),
            format!("/usr/pgsql-{major}/bin"),
            format!("/opt/homebrew/opt/postgresql@{major}/bin"),
        ];
        let usual = ["/usr/local/pgsql/bin", "/usr/local/bin", "/usr/bin"].map(PathBuf::from);
        let candidates = versioned
            .map(PathBuf::from)
            .into_iter()
            .chain(self.path_dirs.clone())
            .chain(usual);
        for dir in candidates {
            if dir.join("initdb").is_file() && version(&dir).await == Some(major) {
                return Ok(dir);
            }
        }
        Err(EngineError::NoPostgres { major })
    }
}

/// The major version of the `postgres` in a directory; none where it does not say.
async fn version(dir: &Path) -> Option<u32> {
    let output = Command::new(dir.join("postgres"))
        .arg("--version")
        .env_clear()
        .kill_on_drop(true)
        .output()
        .await
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.split_whitespace().find_map(leading_number)
}

/// Judges the sandbox's own major version; where it does not say one, nothing is known against it.
pub fn matching(sandbox: &Sandbox, majors: Majors) -> Result<Option<String>, MajorError> {
    match leading_number(sandbox.server_version()) {
        Some(sandbox) => majors.judge(sandbox),
        None => Ok(None),
    }
}
