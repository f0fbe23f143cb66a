//! Files that are watched for changes, by looking at them again and again.
//!
//! A build replaces its output, or writes it piece by piece; so a file counts as changed once it has looked the same
//! twice. Looking is a system call a file, and needs nothing that a container or a network file system may lack.

use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How often they are looked at.
pub const PERIOD: Duration = Duration::from_millis(50);
/// A change that is further back happened before anybody watched.
const LONGEST: Duration = Duration::from_secs(60);

/// What tells one content of a file from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    file: (u64, u64),
    bytes: u64,
    written: (i64, i64),
    changed: (i64, i64),
}

/// Some files, and how they looked when their content was used last.
pub struct Watched {
    files: Vec<(PathBuf, Option<Stamp>)>,
}

impl Watched {
    /// Takes the files as they are now.
    pub fn new(files: Vec<PathBuf>) -> Self {
        let files = files.into_iter().map(|path| {
            let stamp = stamp(&path);
            (path, stamp)
        });
        Self {
            files: files.collect(),
        }
    }

    /// Waits until a file is another one, and all of them are there and have looked the same twice. Gives the moment of the
    /// change, as the file system has it.
    pub async fn changed(&mut self) -> SystemTime {
        let mut last: Vec<Option<Stamp>> = self.files.iter().map(|(_, stamp)| *stamp).collect();
        loop {
            tokio::time::sleep(PERIOD).await;
            let now: Vec<Option<Stamp>> = self.files.iter().map(|(path, _)| stamp(path)).collect();
            let settled = now == last
                && now.iter().zip(&self.files).all(|(now, (_, then))| {
                    // A file that was never there, such as settings that nobody wrote, is not waited for.
                    now.is_some() || then.is_none()
                });
            let is_other = now
                .iter()
                .zip(&self.files)
                .any(|(now, (_, then))| now != then);
            if settled && is_other {
                let at = self.take(&now);
                return at;
            }
            last = now;
        }
    }

    fn take(&mut self, now: &[Option<Stamp>]) -> SystemTime {
        let mut at = None;
        for ((_, then), now) in self.files.iter_mut().zip(now) {
            if then != now {
                at = at.max(now.and_then(|stamp| moment(stamp.changed)));
                *then = *now;
            }
        }
        let here = SystemTime::now();
        let recent = |at: &SystemTime| here.duration_since(*at).is_ok_and(|ago| ago < LONGEST);
        at.filter(recent).unwrap_or(here)
    }
}

/// None where there is no such file, or nobody can tell.
fn stamp(path: &Path) -> Option<Stamp> {
    let look = || -> io::Result<Stamp> {
        let meta = std::fs::metadata(path)?;
        Ok(Stamp {
            file: (meta.dev(), meta.ino()),
            bytes: meta.len(),
            written: (meta.mtime(), meta.mtime_nsec()),
            changed: (meta.ctime(), meta.ctime_nsec()),
        })
    };
    look().ok()
}

fn moment((seconds, nanos): (i64, i64)) -> Option<SystemTime> {
    let since = Duration::new(u64::try_from(seconds).ok()?, u32::try_from(nanos).ok()?);
    SystemTime::UNIX_EPOCH.checked_add(since)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn within(watched: &mut Watched, millis: u64) -> bool {
        let wait = Duration::from_millis(millis);
        tokio::time::timeout(wait, watched.changed()).await.is_ok()
    }

    #[tokio::test]
    async fn a_file_counts_as_changed_when_it_is_written_and_there() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("check.wasm");
        std::fs::write(&path, "one").unwrap();
        let never = directory.path().join("settings.toml");
        let mut watched = Watched::new(vec![path.clone(), never.clone()]);
        assert!(!within(&mut watched, 300).await, "nothing changed");
        std::fs::write(&path, "two").unwrap();
        assert!(within(&mut watched, 5_000).await);
        assert!(!within(&mut watched, 300).await, "it was taken");
        std::fs::remove_file(&path).unwrap();
        assert!(!within(&mut watched, 300).await, "it is not there");
        std::fs::write(&path, "three").unwrap();
        assert!(within(&mut watched, 5_000).await);
        std::fs::write(&never, "a = 1").unwrap();
        assert!(within(&mut watched, 5_000).await);
    }
}
