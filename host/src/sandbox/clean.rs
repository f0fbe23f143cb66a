//! Removes what a drill that was killed outright has left, and nothing else.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::docker::Docker;
use super::home;
use super::journal::{JournalError, Left, Opened, Record};
use super::{Removal, Removed, SandboxError, local};
use crate::plan::name::RunId;

/// What became of one journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cleaned {
    /// Its drill is alive and will tear down itself: nothing was touched.
    Live,
    /// Each thing that the journal names and that was not settled; none where nothing was left.
    Done(Vec<Removal>),
}

/// Removes exactly what the journal at `path` names.
///
/// A container is removed only when its label `io.vhost.run` is the journal's run and its id is the one recorded; a
/// directory only when the marker inside names the run and it is the same directory; a process only when it started
/// at the recorded moment. Whatever differs is left alone and said so.
pub async fn clean(path: &Path) -> Result<Cleaned, JournalError> {
    let left = match Left::open(path)? {
        Opened::Live => return Ok(Cleaned::Live),
        Opened::Over(left) => left,
    };
    let mut records: Vec<&Record> = left.records.iter().collect();
    records.sort_by_key(|record| order(record));
    let mut removals = Vec::new();
    for record in records {
        removals.extend(remove(record, &left).await);
    }
    for gone in removals.iter().filter(|r| r.outcome == Removed::Gone) {
        left.settle(gone.kind, &gone.name)?;
    }
    Ok(Cleaned::Done(removals))
}

/// What uses something comes before what it uses: a server before the directory that it writes to.
fn order(record: &Record) -> u8 {
    match record {
        Record::Run { .. } | Record::Settled { .. } => 0,
        Record::Process { .. } => 1,
        Record::Container { .. } | Record::ContainerMade { .. } => 2,
        Record::Volume { .. } => 3,
        Record::Directory { .. } | Record::DirectoryMade { .. } => 4,
    }
}

async fn remove(record: &Record, left: &Left) -> Vec<Removal> {
    match record {
        Record::Process { pid, started, .. } => vec![local::kill(*pid, *started).await],
        Record::Container { engine, name } => {
            let id = left.records.iter().find_map(|record| match record {
                Record::ContainerMade { name: made, id } if made == name => Some(id.as_str()),
                _ => None,
            });
            match Docker::connect(engine).await {
                Ok(docker) => vec![docker.remove_container(name, &left.run, id).await],
                Err(e) => vec![unreachable("container", name, engine, &e)],
            }
        }
        Record::Volume { engine, name } => match Docker::connect(engine).await {
            Ok(docker) => vec![docker.remove_volume(name).await],
            Err(e) => vec![unreachable("volume", name, engine, &e)],
        },
        Record::Directory { path } => {
            let made = left.records.iter().find_map(|record| match record {
                Record::DirectoryMade {
                    path: made,
                    device,
                    inode,
                } if made == path => Some((*device, *inode)),
                _ => None,
            });
            vec![directory(path, &left.run, made)]
        }
        // These only say more about a record that is handled above.
        Record::ContainerMade { .. }
        | Record::DirectoryMade { .. }
        | Record::Run { .. }
        | Record::Settled { .. } => Vec::new(),
    }
}

fn unreachable(kind: &'static str, name: &str, engine: &str, error: &SandboxError) -> Removal {
    let command = match kind {
        "volume" => "volume rm",
        _ => "rm --force --volumes",
    };
    Removal {
        kind,
        name: name.to_owned(),
        outcome: Removed::LeftBehind {
            why: error.to_string(),
            remove_with: format!("docker --host {engine} {command} {name}"),
        },
    }
}

fn directory(path: &Path, run: &RunId, made: Option<(u64, u64)>) -> Removal {
    match stranger(path, run, made) {
        Ok(None) => home::remove(path),
        Ok(Some(why)) => refused(path, why),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Removal {
            kind: "directory",
            name: path.display().to_string(),
            outcome: Removed::Gone,
        },
        Err(e) => refused(path, format!("nobody can tell whether it is ours: {e}")),
    }
}

/// Why a directory is not the one that the journal speaks of; `None` when it is.
fn stranger(path: &Path, run: &RunId, made: Option<(u64, u64)>) -> io::Result<Option<String>> {
    let meta = fs::symlink_metadata(path)?;
    if !meta.is_dir() {
        return Ok(Some("it is not a directory".to_owned()));
    }
    let now = (meta.dev(), meta.ino());
    if let Some(made) = made
        && made != now
    {
        return Ok(Some(format!(
            "it is device and inode {now:?}, the journal says {made:?}"
        )));
    }
    Ok(match home::marked_by(path)? {
        Some(mark) if mark == run.as_str() => None,
        Some(mark) => Some(format!(
            "its marker names run {mark}, the journal run {run}"
        )),
        None => Some("it has no marker of a run".to_owned()),
    })
}

fn refused(path: &Path, why: String) -> Removal {
    Removal {
        kind: "directory",
        name: path.display().to_string(),
        outcome: Removed::LeftBehind {
            why,
            remove_with: format!("sudo rm -rf -- {}", home::quote(path)),
        },
    }
}
