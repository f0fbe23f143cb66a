//! What one drill is to do: `vhost.toml`, validated.
//!
//! Paths in a plan are relative to the plan's own directory. Unknown keys and wrong types are errors that name the
//! file, the line and the remedy.

pub mod bounds;
mod dump;
mod fidelity;
pub mod freshness;
pub mod identifier;
pub mod limits;
pub mod line;
pub mod name;
pub(crate) mod place;
pub mod reference;
pub mod size;
pub mod tolerance;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::plan::bounds::Bounds;
pub use crate::plan::dump::{DumpFormat, DumpFrom, DumpOf, DumpPlan};
pub use crate::plan::fidelity::{Amcheck, EmptyDump, FidelityPlan, Overlap};
use crate::plan::freshness::Freshness;
use crate::plan::limits::{CEILINGS, LimitsText};
use crate::plan::line::escaped;
use crate::plan::name::{LABEL, Name, is_label};
use crate::plan::reference::ReferencePlan;
use crate::plan::size::Bytes;

/// One drill's plan.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    pub name: Name,
    #[serde(default)]
    pub source: Option<SourcePlan>,
    #[serde(default)]
    pub dump: DumpPlan,
    #[serde(default)]
    pub restore: RestorePlan,
    #[serde(default)]
    pub fidelity: FidelityPlan,
    #[serde(default)]
    pub sandbox: SandboxPlan,
    #[serde(default)]
    pub protected: ProtectedPlan,
    /// What the dump is held against besides itself.
    #[serde(default)]
    pub reference: ReferencePlan,
    #[serde(default)]
    pub freshness: Freshness,
    #[serde(default)]
    pub report: ReportPlan,
    /// The rows of the report's table, in order.
    #[serde(default)]
    pub required: Vec<Required>,
    /// By check name; handed to the check as JSON.
    #[serde(default)]
    pub checks: BTreeMap<String, toml::Table>,
    /// What no grant of this drill goes above, and the directories behind its artefacts.
    #[serde(skip)]
    pub bounds: Bounds,
    #[serde(default)]
    limits: LimitsText,
    #[serde(default)]
    artefacts: BTreeMap<String, PathBuf>,
}

/// Where production is and how its password is come by; never the password.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourcePlan {
    /// A libpq connection string, keyword/value or URI, without a password.
    pub conninfo: Option<String>,
    /// A service of the connection service file.
    pub service: Option<String>,
    pub password_file: Option<PathBuf>,
    /// The name of the environment variable that holds the password.
    pub password_env: Option<String>,
    #[serde(default)]
    pub password_stdin: bool,
    #[serde(default)]
    pub writable_role: WritableRole,
    /// Production's own container, by its exact name.
    pub container: Option<String>,
}

/// What to do when the source's role could write outside the drill's read-only transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WritableRole {
    #[default]
    Report,
    /// The gate `fresh-dump` fails before anything is dumped.
    Refuse,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RestorePlan {
    pub roles: Roles,
    /// An upgrade drill: the newer major version that the dump is restored into.
    pub upgrade_to: Option<u32>,
}

/// What happens to the roles that a dump names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Roles {
    /// Created without login before the restore, so that owners and grants restore.
    #[default]
    Create,
    /// Not created: errors for missing roles on owners and grants are benign, and counted.
    Skip,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SandboxPlan {
    pub engine: EngineKind,
    /// The exact name; without one, a name made of the plan's name and the run's id.
    pub name: Option<Name>,
    /// `docker`: any image that holds Postgres' server binaries.
    pub image: String,
    /// `docker`: the engine's socket, `unix:///…`.
    pub docker_host: Option<String>,
    /// `local`: the directory of Postgres' binaries; otherwise one of the dump's major version is looked for.
    pub bin_dir: Option<PathBuf>,
    /// The directory under which a sandbox makes its own.
    pub base: PathBuf,
    pub memory: Bytes,
    pub cpus: f64,
    pub pids: u32,
    pub data: DataPlace,
    /// Walls that may be missing, by name.
    pub accept: Vec<Wall>,
}

impl Default for SandboxPlan {
    fn default() -> Self {
        Self {
            engine: EngineKind::Local,
            name: None,
            image: "postgres:17".to_owned(),
            docker_host: None,
            bin_dir: None,
            base: PathBuf::from("/var/tmp"),
            memory: Bytes(2 << 30),
            cpus: 2.0,
            pids: 256,
            data: DataPlace::Disk,
            accept: Vec::new(),
        }
    }
}

/// What a sandbox runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EngineKind {
    Docker,
    Local,
}

/// Where a sandbox keeps its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataPlace {
    Disk,
    Memory,
}

/// One wall around a sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wall {
    NoNetwork,
    NoPublishedPort,
    NoCapabilities,
    NoNewPrivileges,
    ReadOnlyRoot,
    OnlyOwnMounts,
    OwnProcesses,
    UnprivilegedUser,
    ResourceLimits,
    /// The restored cluster is not the source's: another system identifier.
    OwnCluster,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProtectedPlan {
    /// Containers that a drill must leave byte-identical, by their exact names.
    pub containers: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReportPlan {
    /// Where run directories appear.
    pub dir: PathBuf,
    pub title: Option<String>,
}

impl Default for ReportPlan {
    fn default() -> Self {
        Self {
            dir: PathBuf::from("runs"),
            title: None,
        }
    }
}

/// One row of the report's table and the gates and checks that carry it; the row is as good as the worst of them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Required {
    pub title: String,
    pub proves: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    #[error("cannot read the plan {}", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{}:{line}:{column}: {message}", path.display())]
    Parse {
        path: PathBuf,
        line: usize,
        column: usize,
        message: String,
    },
    #[error("{}: {message}", path.display())]
    Contradiction { path: PathBuf, message: String },
}

impl Plan {
    /// Reads and validates the plan at `path`; its relative paths come back joined to its directory.
    pub fn load(path: &Path) -> Result<Self, PlanError> {
        let text = std::fs::read_to_string(path).map_err(|source| PlanError::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&text, path)
    }

    pub fn parse(text: &str, path: &Path) -> Result<Self, PlanError> {
        let at = |at: usize, message: String| {
            let before = &text[..at.min(text.len())];
            PlanError::Parse {
                path: path.to_owned(),
                line: before.matches('\n').count() + 1,
                column: before.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1,
                message: escaped(&message),
            }
        };
        let mut plan: Self = toml::from_str(text).map_err(|error| {
            let message = match error.message() {
                m if m.contains("unknown field `password`") => {
                    "a password never stands in a plan: name a `password_file` or a `password_env`, or set `password_stdin = true`".to_owned()
                }
                m => m.split('\n').collect::<Vec<_>>().join(" "),
            };
            at(error.span().map_or(0, |span| span.start), message)
        })?;
        plan.bounds = Bounds {
            ceilings: std::mem::take(&mut plan.limits)
                .read(&CEILINGS)
                .map_err(|(span, message)| at(span.start, message))?,
            artefacts: std::mem::take(&mut plan.artefacts),
        };
        plan.anchor(path.parent().unwrap_or(Path::new("")));
        plan.validate()
            .map_err(|message| PlanError::Contradiction {
                path: path.to_owned(),
                message: escaped(&message),
            })?;
        Ok(plan)
    }

    /// A plan for `vhost run` without a file: everything at its default.
    pub fn unnamed(name: Name) -> Self {
        Self {
            name,
            source: None,
            dump: DumpPlan::default(),
            restore: RestorePlan::default(),
            fidelity: FidelityPlan::default(),
            sandbox: SandboxPlan::default(),
            protected: ProtectedPlan::default(),
            reference: ReferencePlan::default(),
            freshness: Freshness::default(),
            report: ReportPlan::default(),
            required: Vec::new(),
            checks: BTreeMap::new(),
            bounds: Bounds::default(),
            limits: LimitsText::default(),
            artefacts: BTreeMap::new(),
        }
    }

    fn anchor(&mut self, dir: &Path) {
        let join = |path: &mut PathBuf| *path = dir.join(&*path);
        if let Some(source) = &mut self.source {
            source.password_file.iter_mut().for_each(join);
        }
        self.dump.pg_dump.iter_mut().for_each(join);
        self.reference.manifest.iter_mut().for_each(join);
        self.sandbox.bin_dir.iter_mut().for_each(join);
        join(&mut self.sandbox.base);
        join(&mut self.report.dir);
        self.bounds.artefacts.values_mut().for_each(join);
    }

    fn validate(&self) -> Result<(), String> {
        if let Some(source) = &self.source {
            if source.conninfo.is_some() == source.service.is_some() {
                return Err("[source] needs either `conninfo` or `service`, and not both".into());
            }
            let ways = [
                source.password_file.is_some(),
                source.password_env.is_some(),
                source.password_stdin,
            ];
            if ways.iter().filter(|way| **way).count() > 1 {
                return Err("[source] takes one of `password_file`, `password_env` and `password_stdin`, not several".into());
            }
        }
        if self.dump.from == Some(DumpFrom::Image) && self.dump.pg_dump.is_some() {
            return Err("[dump] `pg_dump` names a file of this host, and `from = \"image\"` asks for the image's: take one out".into());
        }
        if !(self.sandbox.cpus.is_finite() && self.sandbox.cpus > 0.0) {
            return Err("[sandbox] `cpus` must be above 0".into());
        }
        if self.sandbox.memory.0 < 256 << 20 {
            return Err(
                "[sandbox] `memory` must be at least 256MiB: Postgres does not restore in less"
                    .into(),
            );
        }
        if self.sandbox.pids < 32 {
            return Err("[sandbox] `pids` must be at least 32".into());
        }
        self.reference.validate()?;
        if let Some(name) = self.bounds.artefacts.keys().find(|name| !is_label(name)) {
            return Err(format!(
                "[artefacts] `{name}` is no artefact's name: write {LABEL}"
            ));
        }
        if let Some(row) = self.required.iter().find(|row| row.proves.is_empty()) {
            return Err(format!(
                "[[required]] `{}` proves nothing: name at least one gate or check in `proves`",
                row.title
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Plan::parse(text, Path::new("/etc/drills/vhost.toml"))
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn an_error_shows_what_nobody_would_see() {
        let error = refused("name = \"shop\"\n\"so\u{202e}urce\" = 1\n");
        assert!(error.contains("so\\u{202e}urce"), "{error}");
    }

    #[test]
    fn errors_name_the_file_the_line_and_the_remedy() {
        let unknown = refused("name = \"x\"\n[sandbox]\nengin = \"local\"\n");
        assert!(
            unknown
                .starts_with("/etc/drills/vhost.toml:3:1: unknown field `engin`, expected one of"),
            "{unknown}"
        );
        let wrong = refused("name = \"x\"\n[sandbox]\nmemory = \"lots\"\n");
        assert!(wrong.starts_with("/etc/drills/vhost.toml:3:"), "{wrong}");
        assert!(wrong.contains("64MiB"), "{wrong}");
        let password = refused("name = \"x\"\n[source]\nservice = \"s\"\npassword = \"hunter2\"\n");
        assert!(password.contains("password_file"), "{password}");
        assert!(!password.contains("hunter2"), "{password}");
    }

    #[test]
    fn contradictions_are_refused() {
        assert!(refused("name = \"x\"\n[source]\n").contains("`conninfo` or `service`"));
        assert!(refused("name = \"x\"\n[source]\nservice = \"s\"\npassword_env = \"P\"\npassword_stdin = true\n").contains("not several"));
        assert!(
            refused("name = \"x\"\n[[required]]\ntitle = \"t\"\nproves = []\n")
                .contains("proves nothing")
        );
        assert!(refused("name = \"x\"\n[sandbox]\ncpus = 0.0\n").contains("cpus"));
        assert!(
            refused("name = \"x\"\n[dump]\nfrom = \"image\"\npg_dump = \"/bin/pg_dump\"\n")
                .contains("take one out")
        );
    }

    #[test]
    fn ceilings_are_the_built_in_ones_where_the_plan_is_silent() {
        let text = "name = \"x\"\n[limits]\nmemory = \"64MiB\"\n";
        let plan = Plan::parse(text, Path::new("vhost.toml")).unwrap();
        assert_eq!(plan.bounds.ceilings.memory, 64 << 20);
        assert_eq!(plan.bounds.ceilings.rows, CEILINGS.rows);
        let above = refused("name = \"x\"\n[limits]\n\nmemory = \"5GiB\"\n");
        assert!(
            above.starts_with("/etc/drills/vhost.toml:4:10: memory is 5368709120 bytes"),
            "{above}"
        );
    }

    #[test]
    fn paths_are_relative_to_the_plan() {
        let plan = Plan::parse(
            "name = \"x\"\n[source]\nservice = \"s\"\npassword_file = \"pw\"\n[artefacts]\nexports = \"out\"\n",
            Path::new("/etc/drills/vhost.toml"),
        )
        .unwrap();
        assert_eq!(
            plan.source.unwrap().password_file.unwrap(),
            Path::new("/etc/drills/pw")
        );
        assert_eq!(plan.report.dir, Path::new("/etc/drills/runs"));
        assert_eq!(
            plan.bounds.artefacts["exports"],
            Path::new("/etc/drills/out")
        );
        assert_eq!(plan.sandbox.base, Path::new("/var/tmp"));
    }
}
