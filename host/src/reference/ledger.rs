//! `accepted.jsonl`: every acceptance in a directory of runs, one a line, the latest last.
//!
//! Lines are added and never changed, so that the file tells who accepted what, in which order.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::Acceptance;

/// Its name in the directory of runs.
pub const LEDGER: &str = "accepted.jsonl";

/// The acceptances of one directory of runs.
pub struct Ledger {
    path: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    #[error("cannot open {}", path.display())]
    Open {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("cannot lock {}", path.display())]
    Lock {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("cannot read {}", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error(
        "{}:{line}: this line is no acceptance, so nothing after it can be relied on: restore the file from a copy, or take the line out",
        path.display()
    )]
    Damaged {
        path: PathBuf,
        line: usize,
        #[source]
        source: serde_json::Error,
    },
    #[error(
        "{}:{line}: this line was not written to its end: restore the file from a copy, or take the line out",
        path.display()
    )]
    CutShort { path: PathBuf, line: usize },
    #[error("cannot write an acceptance as JSON")]
    Render(#[source] serde_json::Error),
    #[error("cannot write {}", path.display())]
    Write {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

impl Ledger {
    pub fn of(runs: &Path) -> Self {
        Self {
            path: runs.join(LEDGER),
        }
    }

    /// The last acceptance of a run of this plan; `None` where there is none yet.
    pub fn last(&self, plan: &str) -> Result<Option<Acceptance>, LedgerError> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(self.open(source)),
        };
        // A line that is being added is waited for.
        file.lock_shared().map_err(|source| self.lock(source))?;
        let mut all = self.read(&file)?;
        all.retain(|acceptance| acceptance.plan == plan);
        Ok(all.pop())
    }

    /// Adds an acceptance behind all others; it is durable on return.
    ///
    /// A file with a damaged line is left as it is. Where the line cannot be written whole, nothing of it stays.
    pub fn add(&self, acceptance: &Acceptance) -> Result<(), LedgerError> {
        let mut line = serde_json::to_string(acceptance).map_err(LedgerError::Render)?;
        line.push('\n');
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true).mode(0o600);
        let file = options
            .open(&self.path)
            .map_err(|source| self.open(source))?;
        file.lock().map_err(|source| self.lock(source))?;
        self.read(&file)?;
        let write = || {
            let whole = file.metadata()?.len();
            let added = (&file)
                .write_all(line.as_bytes())
                .and_then(|()| file.sync_all());
            if added.is_err() {
                file.set_len(whole)?;
                file.sync_all()?;
            }
            added?;
            // The name of a file that was made just now is durable with its directory.
            let parent = self.path.parent().filter(|p| !p.as_os_str().is_empty());
            File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
        };
        write().map_err(|source| LedgerError::Write {
            path: self.path.clone(),
            source,
        })
    }

    fn read(&self, mut file: &File) -> Result<Vec<Acceptance>, LedgerError> {
        let mut text = String::new();
        file.read_to_string(&mut text)
            .map_err(|source| LedgerError::Read {
                path: self.path.clone(),
                source,
            })?;
        let mut all = Vec::new();
        for (line, text) in (1..).zip(text.split_inclusive('\n')) {
            let path = || self.path.clone();
            let Some(text) = text.strip_suffix('\n') else {
                return Err(LedgerError::CutShort { path: path(), line });
            };
            all.push(
                serde_json::from_str(text).map_err(|source| LedgerError::Damaged {
                    path: path(),
                    line,
                    source,
                })?,
            );
        }
        Ok(all)
    }

    fn open(&self, source: io::Error) -> LedgerError {
        LedgerError::Open {
            path: self.path.clone(),
            source,
        }
    }

    fn lock(&self, source: io::Error) -> LedgerError {
        LedgerError::Lock {
            path: self.path.clone(),
            source,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use vhost_dump::digest::Sha256;

    fn acceptance(plan: &str, run: usize) -> Acceptance {
        Acceptance {
            plan: plan.to_owned(),
            run: format!("run {run}"),
            manifest: Sha256::of(b"manifest"),
            by: "alice".to_owned(),
            why: "the release adds a\ncolumn".to_owned(),
            at: "2026-11-24T00:00:00Z".to_owned(),
        }
    }

    #[test]
    fn the_last_of_each_plan_is_told_and_nothing_before_is_lost() {
        let directory = tempfile::tempdir().unwrap();
        let ledger = Ledger::of(directory.path());
        assert_eq!(ledger.last("shop").unwrap(), None);
        for (plan, run) in [("shop", 1), ("bank", 2), ("shop", 3), ("bank", 4)] {
            ledger.add(&acceptance(plan, run)).unwrap();
        }
        assert_eq!(ledger.last("shop").unwrap(), Some(acceptance("shop", 3)));
        assert_eq!(ledger.last("bank").unwrap(), Some(acceptance("bank", 4)));
        assert_eq!(ledger.last("sho").unwrap(), None);
        let file = directory.path().join(LEDGER);
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(text.lines().count(), 4);
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_line_is_named_and_the_file_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let ledger = Ledger::of(directory.path());
        for run in 1..=3 {
            ledger.add(&acceptance("shop", run)).unwrap();
        }
        let file = directory.path().join(LEDGER);
        let good = std::fs::read_to_string(&file).unwrap();
        let second = good.lines().nth(1).unwrap();
        for (text, line) in [
            (good.replacen(second, &second[..second.len() - 9], 1), 2),
            (good.replacen(second, "", 1), 2),
            (good.replacen("\"by\"", "\"bye\"", 1), 1),
            (good[..good.len() - 1].to_owned(), 3),
            (format!("{good}\u{0}\u{0}"), 4),
            (format!("{good}{{\"plan\":"), 4),
        ] {
            std::fs::write(&file, &text).unwrap();
            let place = format!("{}:{line}: ", file.display());
            for error in [
                ledger.last("shop").unwrap_err(),
                ledger.add(&acceptance("shop", 4)).unwrap_err(),
            ] {
                assert!(error.to_string().starts_with(&place), "{error}");
            }
            assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
        }
    }

    #[test]
    fn acceptances_at_one_time_are_all_kept() {
        let directory = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for run in 0..16 {
                let runs = directory.path();
                scope.spawn(move || Ledger::of(runs).add(&acceptance("shop", run)).unwrap());
            }
        });
        let text = std::fs::read_to_string(directory.path().join(LEDGER)).unwrap();
        let mut runs: Vec<String> = text
            .lines()
            .map(|line| serde_json::from_str::<Acceptance>(line).unwrap().run)
            .collect();
        runs.sort();
        let mut expected: Vec<String> = (0..16).map(|run| acceptance("shop", run).run).collect();
        expected.sort();
        assert_eq!(runs, expected);
    }
}
