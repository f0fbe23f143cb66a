//! Which pg_dump takes the dump.

mod compression;
mod image;

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use crate::sandbox::SandboxError;
use crate::sandbox::docker::Client;
pub use image::Lodging;
pub(super) use image::ROOT_CERTIFICATE;

/// Directories with a `bin` in them per version, as packagers lay them out: Debian, Red Hat, Alpine, SUSE.
const VERSIONED: &[(&str, &str)] = &[
    ("/usr/lib/postgresql", "bin"),
    ("/usr", "bin"),
    ("/usr/libexec", ""),
    ("/usr/lib", "bin"),
    ("/opt/homebrew/opt", "bin"),
    ("/usr/local/opt", "bin"),
];

/// Directories that hold one version.
const SINGLE: &[&str] = &["/usr/local/pgsql/bin", "/usr/local/bin", "/usr/bin"];

/// A pg_dump that can dump the source.
#[derive(Clone, Debug)]
pub struct PgDump {
    pub program: Program,
    pub version: Version,
    /// What the operator should know of the choice, if anything.
    pub note: Option<String>,
}

/// Where a pg_dump is, and so where it runs.
#[derive(Clone, Debug)]
pub enum Program {
    Host(PathBuf),
    Image(Client),
}

/// A Postgres version from 10 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    pub major: u32,
    pub minor: u32,
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// Why there is no pg_dump to use.
#[derive(Debug, thiserror::Error)]
pub enum PgDumpError {
    #[error(
        "no pg_dump was found, neither on PATH nor in the usual places: install the PostgreSQL {major} client, or name the file as pg_dump in the plan"
    )]
    NotFound { major: u32 },
    #[error(
        "pg_dump {version} at {} is older than the source, PostgreSQL {major}, and would refuse it: install the PostgreSQL {major} client, or name a newer pg_dump in the plan", .path.display()
    )]
    TooOld {
        path: PathBuf,
        version: Version,
        major: u32,
    },
    #[error("{} cannot be started: is it a pg_dump?", .path.display())]
    Start {
        path: PathBuf,
        #[source]
        cause: io::Error,
    },
    #[error("{} --version gave no answer within 10 s", .path.display())]
    Silent { path: PathBuf },
    #[error("{} --version does not say which pg_dump it is", .path.display())]
    NotPgDump { path: PathBuf },
    #[error("pg_dump cannot be run in the image `{image}`")]
    Image {
        image: String,
        #[source]
        cause: SandboxError,
    },
    #[error(
        "the image `{image}` has no pg_dump that says its version: use an image with PostgreSQL's client programs"
    )]
    NotInImage { image: String },
    #[error(
        "pg_dump {version} in the image `{image}` is older than the source, PostgreSQL {major}, and would refuse it: use an image of PostgreSQL {major}"
    )]
    ImageTooOld {
        image: String,
        version: Version,
        major: u32,
    },
    #[error(
        "the source wants a client certificate, whose key is not given to a container: install the PostgreSQL {major} client on this host"
    )]
    ClientKey { major: u32 },
}

impl PgDump {
    /// Takes the explicit file, or the best of `path_dirs` and the usual places.
    ///
    /// Best is the source's own major version, then the next newer one. An explicit file is taken or refused.
    pub async fn find(
        explicit: Option<&Path>,
        path_dirs: &[PathBuf],
        server_major: u32,
    ) -> Result<Self, PgDumpError> {
        if let Some(path) = explicit {
            let version = version_of(path).await?;
            return choose(vec![(path.to_owned(), version)], server_major);
        }
        let mut found = Vec::new();
        for path in candidates(path_dirs) {
            // A broken installation beside a sound one is no reason to stop.
            if let Ok(version) = version_of(&path).await {
                found.push((path, version));
            }
        }
        choose(found, server_major)
    }
}

fn choose(found: Vec<(PathBuf, Version)>, major: u32) -> Result<PgDump, PgDumpError> {
    let newest = found.iter().max_by_key(|(_, version)| *version).cloned();
    let best = found
        .into_iter()
        .filter(|(_, version)| version.major >= major)
        // Debian's /usr/bin/pg_dump is a script that may choose another version when it meets another
        // environment, so a binary of the same version comes first.
        .min_by_key(|(path, version)| {
            (
                version.major,
                is_script(path),
                std::cmp::Reverse(version.minor),
            )
        });
    match (best, newest) {
        (Some((path, version)), _) => {
            let note = (version.major > major).then(|| {
                format!(
                    "at {} dumps PostgreSQL {major}: the dump is for a server of version {} or newer",
                    path.display(),
                    version.major
                )
            });
            Ok(PgDump {
                program: Program::Host(path),
                version,
                note,
            })
        }
        (None, Some((path, version))) => Err(PgDumpError::TooOld {
            path,
            version,
            major,
        }),
        (None, None) => Err(PgDumpError::NotFound { major }),
    }
}

fn candidates(path_dirs: &[PathBuf]) -> Vec<PathBuf> {
    let mut dirs = path_dirs.to_vec();
    for (parent, bin) in VERSIONED {
        let Ok(entries) = std::fs::read_dir(parent) else {
            continue;
        };
        let mut versions: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| {
                let name = path.file_name().and_then(|n| n.to_str()).unwrap_or("");
                *parent == "/usr/lib/postgresql"
                    || name.starts_with("pgsql-")
                    || name.starts_with("postgresql")
            })
            .map(|path| path.join(bin))
            .collect();
        versions.sort();
        dirs.extend(versions);
    }
    dirs.extend(SINGLE.iter().map(PathBuf::from));
    let mut seen = Vec::new();
    for dir in dirs {
        let path = dir.join("pg_dump");
        let executable = std::fs::metadata(&path)
            .is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0);
        if executable && path.is_absolute() && !seen.contains(&path) {
            seen.push(path);
        }
    }
    seen
}

fn is_script(path: &Path) -> bool {
    use std::io::Read;
    let mut start = [0; 2];
    std::fs::File::open(path)
        .is_ok_and(|mut file| file.read_exact(&mut start).is_ok() && &start == b"#!")
}

async fn version_of(path: &Path) -> Result<Version, PgDumpError> {
    let running = Command::new(path)
        .arg("--version")
        .env_clear()
        .env("LC_ALL", "C")
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = timeout(Duration::from_secs(10), running)
        .await
        .map_err(|_| PgDumpError::Silent {
            path: path.to_owned(),
        })?
        .map_err(|cause| PgDumpError::Start {
            path: path.to_owned(),
            cause,
        })?;
    parse(&String::from_utf8_lossy(&output.stdout)).ok_or_else(|| PgDumpError::NotPgDump {
        path: path.to_owned(),
    })
}

/// Reads `pg_dump (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)`, and `18beta1` as 18.0.
fn parse(text: &str) -> Option<Version> {
    let text = text.strip_prefix("pg_dump (PostgreSQL) ")?;
    let number = text.split_whitespace().next()?;
    let end = |text: &str| {
        text.find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len())
    };
    let (major, rest) = number.split_at(end(number));
    let minor = match rest.strip_prefix('.') {
        Some(minor) => minor[..end(minor)].parse().ok()?,
        None => 0,
    };
    Some(Version {
        major: major.parse().ok()?,
        minor,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(major: u32, minor: u32) -> Version {
        Version { major, minor }
    }

    fn host(found: &PgDump) -> &Path {
        match &found.program {
            Program::Host(path) => path,
            Program::Image(_) => panic!("it was looked for on the host"),
        }
    }

    #[test]
    fn versions_are_read_as_packagers_write_them() {
        let of = |text: &str| parse(text);
        assert_eq!(
            of("pg_dump (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)\n"),
            Some(version(15, 20))
        );
        assert_eq!(of("pg_dump (PostgreSQL) 18beta1\n"), Some(version(18, 0)));
        assert_eq!(of("pg_dump (EnterpriseDB) 15.2\n"), None);
        assert_eq!(of("cp (GNU coreutils) 9.1\n"), None);
    }

    #[test]
    fn the_same_major_wins_then_the_next_newer_and_older_is_refused() {
        let found = |versions: &[(&str, u32, u32)]| {
            versions
                .iter()
                .map(|(p, a, i)| (PathBuf::from(p), version(*a, *i)))
                .collect::<Vec<_>>()
        };
        let all = [
            ("/14", 14, 9),
            ("/18", 18, 1),
            ("/17", 17, 2),
            ("/16a", 16, 1),
            ("/16b", 16, 8),
        ];
        let same = choose(found(&all), 16).unwrap();
        assert_eq!((host(&same), &same.note), (Path::new("/16b"), &None));
        let newer = choose(found(&all), 15).unwrap();
        assert_eq!(newer.version, version(16, 8));
        assert!(newer.note.unwrap().contains("dumps PostgreSQL 15"));
        let older = choose(found(&all), 19).unwrap_err();
        assert!(
            older
                .to_string()
                .contains("pg_dump 18.1 at /18 is older than the source, PostgreSQL 19")
        );
        assert!(matches!(
            choose(Vec::new(), 15),
            Err(PgDumpError::NotFound { major: 15 })
        ));
    }

    #[tokio::test]
    async fn a_binary_comes_before_a_script_of_the_same_version() {
        let dir = tempfile::tempdir().unwrap();
        let script = dir.path().join("pg_dump");
        std::fs::write(&script, "#!/bin/sh\necho 'pg_dump (PostgreSQL) 15.99'\n").unwrap();
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
        let chosen = PgDump::find(None, &[dir.path().to_owned()], 15)
            .await
            .unwrap();
        assert_ne!(host(&chosen), script);
        assert_eq!(chosen.version.major, 15);
        let explicit = PgDump::find(Some(&script), &[], 15).await.unwrap();
        assert_eq!(explicit.version, version(15, 99));
        let not_one = PgDump::find(Some(Path::new("/bin/cat")), &[], 15)
            .await
            .unwrap_err();
        assert!(matches!(not_one, PgDumpError::NotPgDump { .. }));
    }
}
