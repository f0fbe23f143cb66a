//! A run's `SHA256SUMS`: whether its files are still those that were sealed.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use vhost_dump::digest::{HashingWriter, Sha256};

/// Its name in a run's directory; lines as `sha256sum -c` reads them.
pub const SUMS: &str = "SHA256SUMS";

/// The files of a run that its seal names, each of which was read and found unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sums(Vec<(String, Sha256)>);

#[derive(Debug, thiserror::Error)]
pub enum SumsError {
    #[error("cannot read {}: name the directory of a published run", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{}:{line}: not a SHA-256, two blanks and a file's name", path.display())]
    Line { path: PathBuf, line: usize },
    #[error("{} names no {name}: an older vhost left none, or the run recorded none", path.display())]
    NotNamed { path: PathBuf, name: &'static str },
    #[error("{} is not the file that was sealed: its SHA-256 is {found}, and {SUMS} has {sealed}", path.display())]
    Changed {
        path: PathBuf,
        sealed: Sha256,
        found: Sha256,
    },
}

impl Sums {
    /// Reads every file that the seal names and holds it against its digest.
    pub fn verify(run: &Path) -> Result<Self, SumsError> {
        let path = run.join(SUMS);
        let text = std::fs::read_to_string(&path).map_err(|source| SumsError::Read {
            path: path.clone(),
            source,
        })?;
        let mut files = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let read = line.split_once("  ").and_then(|(sha256, name)| {
                // No way leads out of the run's directory.
                let plain = name.split('/').all(|part| !matches!(part, "" | "." | ".."));
                Some((name.to_owned(), sha256.parse::<Sha256>().ok()?)).filter(|_| plain)
            });
            let (name, sealed) = read.ok_or_else(|| SumsError::Line {
                path: path.clone(),
                line: number,
            })?;
            let file = run.join(&name);
            let found = digest(&file).map_err(|source| SumsError::Read {
                path: file.clone(),
                source,
            })?;
            if found != sealed {
                return Err(SumsError::Changed {
                    path: file,
                    sealed,
                    found,
                });
            }
            files.push((name, sealed));
        }
        Ok(Self(files))
    }

    /// The digest of one file that a run must have.
    pub fn of(&self, run: &Path, name: &'static str) -> Result<Sha256, SumsError> {
        let named = self.0.iter().find(|(file, _)| file == name);
        named
            .map(|(_, sha256)| *sha256)
            .ok_or_else(|| SumsError::NotNamed {
                path: run.join(SUMS),
                name,
            })
    }
}

/// Of a file, however long.
pub fn digest(path: &Path) -> io::Result<Sha256> {
    let mut hashing = HashingWriter::new(io::sink());
    io::copy(&mut File::open(path)?, &mut hashing)?;
    Ok(hashing.finish().1.sha256)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_is_the_one_that_was_sealed() {
        let run = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(run.path().join(name), text).unwrap();
        let said = || Sums::verify(run.path()).unwrap_err().to_string();
        assert!(said().contains("name the directory of a published run"));
        let (one, other) = (Sha256::of(b"one"), Sha256::of(b"other"));
        write("report.md", "one");
        write("report.json", "other");
        write(SUMS, &format!("{one}  report.md\n{other}  report.json\n"));
        let sums = Sums::verify(run.path()).unwrap();
        assert_eq!(sums.of(run.path(), "report.json").unwrap(), other);
        let none = sums
            .of(run.path(), "manifest.json")
            .unwrap_err()
            .to_string();
        assert!(none.contains("names no manifest.json"), "{none}");

        write("report.json", "othes");
        assert!(said().contains("report.json is not the file that was sealed"));
        write(SUMS, &format!("{one}  report.md\n{one} report.md\n"));
        assert!(said().contains("SHA256SUMS:2: "));
        for outside in [
            "../report.md",
            "/report.md",
            "exchange/../../report.md",
            "exchange//x",
        ] {
            write(SUMS, &format!("{one}  {outside}\n"));
            assert!(said().contains("SHA256SUMS:1: "), "{outside}");
        }
        std::fs::create_dir(run.path().join("exchange")).unwrap();
        write("exchange/check.json", "one");
        write(SUMS, &format!("{one}  exchange/check.json\n"));
        Sums::verify(run.path()).unwrap();
        write(SUMS, &format!("{one}  gone.md\n"));
        assert!(said().contains("gone.md"));
    }
}
