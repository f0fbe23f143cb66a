//! All that one drill is given; every authority it uses is in here.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use crate::check::exchange::Record;
use crate::check::{Cache, CacheError, Compiler};
use crate::drill::beside::Beside;
use crate::drill::checks::Selected;
use crate::drill::directory::Dump;
use crate::drill::engine::{EngineOrder, ImageOrder};
use crate::drill::major::Upgrade;
use crate::plan::name::RunId;
use crate::plan::{Amcheck, DumpFormat, DumpOf, EmptyDump, Overlap, Roles};
use crate::report::terms::Terms;
use crate::sandbox::Spec;
use crate::source::{Secret, Target};
use vhost_dump::digest::Sha256;
use vhost_dump::manifest::Manifest;

/// One drill, ordered.
pub struct Order {
    pub run: RunId,
    pub from: From,
    pub engine: EngineOrder,
    /// The container engine's socket, where containers are watched or used.
    pub docker_host: String,
    pub spec: Spec,
    pub roles: Roles,
    /// What else than the dump's own major version may restore it.
    pub upgrade: Upgrade,
    /// Of a parallel restore, for archives.
    pub jobs: u32,
    pub empty: EmptyDump,
    pub overlap: Overlap,
    pub amcheck: Amcheck,
    pub checks: Vec<Selected>,
    /// What of each check's exchange is kept in the run's directory.
    pub record: Record,
    pub compiler: Compiler,
    pub keep: Keep,
    /// Checks run side by side.
    pub cores: NonZeroUsize,
    pub started: SystemTime,
    /// From a cryptographic source, new for each drill.
    pub salt: [u8; 32],
    pub dump: Dump,
    pub beside: Beside,
    pub terms: Terms,
}

/// Whether compiled checks are kept from one drill to the next.
pub enum Keep {
    Nothing,
    In(Arc<Cache>),
    /// They should be, and cannot: the drill says why and compiles.
    CannotBe(CacheError),
}

/// Where the dump comes from.
pub enum From {
    Source(Box<SourceOrder>),
    Given { path: PathBuf, stated: Stated },
}

/// What somebody recorded of a given dump, and what it therefore must be.
#[derive(Clone, Default)]
pub struct Stated {
    pub sha256: Option<Sha256>,
    /// In bytes.
    pub size: Option<u64>,
    /// Held against what the dump is found to hold, whichever file it was made from.
    pub manifest: Option<Box<Manifest>>,
}

impl From {
    /// Stands where an order's source was, once it has been taken out.
    pub(super) fn nothing() -> Self {
        Self::Given {
            path: PathBuf::new(),
            stated: Stated::default(),
        }
    }
}

/// Production, and how to dump it.
pub struct SourceOrder {
    pub target: Target,
    pub secret: Option<Secret>,
    pub extra: SourceExtra,
}

pub struct SourceExtra {
    pub format: DumpFormat,
    pub of: DumpOf,
    /// The pg_dump to use; otherwise one is looked for.
    pub pg_dump: Option<PathBuf>,
    pub pg_dump_at: PgDumpAt,
    /// Directories in which programs are looked for.
    pub path_dirs: Vec<PathBuf>,
    /// Production's own container, by its exact name.
    pub container: Option<String>,
}

/// Where the pg_dump is looked for.
pub enum PgDumpAt {
    Host,
    Image(ImageOrder),
    /// In the image where the host has none that fits.
    HostElseImage(ImageOrder),
}
