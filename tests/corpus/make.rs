//! From a case to the dump that is drilled.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result, ensure};
use flate2::write::GzEncoder;
use vhost_dump::digest::Hasher;

use crate::bases::Bases;
use crate::case::{Act, Case, Place, Wrap, body};

/// A dump to drill, and what it was before it was damaged.
pub struct Made {
    pub dump: PathBuf,
    /// Of the file before the damage; a directory has none.
    pub sha256: Option<String>,
    pub size: Option<u64>,
}

/// Dumps of bases as they are, which most files are damaged copies of: each is taken once.
pub struct Taken {
    directory: PathBuf,
    dumps: Mutex<BTreeMap<String, Result<PathBuf, String>>>,
}

impl Taken {
    pub fn new(directory: PathBuf) -> Self {
        Self {
            directory,
            dumps: Mutex::default(),
        }
    }

    /// Puts a dump of the case's base, in the case's form, where the case wants it.
    fn copy(&self, case: &Case, bases: &Bases, to: &Path) -> Result<()> {
        let key = format!(
            "{:?}",
            (
                &case.base,
                case.server,
                case.dumper,
                &case.form.format,
                &case.form.compress,
                &case.pg_dump,
                &case.environment
            )
        );
        let taken = {
            // Whoever comes second waits for the first one's dump.
            let mut dumps = self.dumps.lock().unwrap_or_else(PoisonError::into_inner);
            let number = dumps.len();
            let taken = dumps.entry(key).or_insert_with(|| {
                let dump = self.directory.join(number.to_string());
                let taken = open_directory(&self.directory)
                    .and_then(|()| bases.copy(&case.base, case.server))
                    .and_then(|copy| take(case, bases, &copy, &dump));
                taken.map(|()| dump).map_err(|error| format!("{error:#}"))
            });
            taken.clone().map_err(anyhow::Error::msg)?
        };
        let output = Command::new("cp").arg("-r").arg(&taken).arg(to).output()?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.success(), "{said}");
        Ok(())
    }
}

/// Makes the dump of a case in a directory of its own.
pub fn make(case: &Case, bases: &Bases, taken: &Taken, directory: &Path) -> Result<Made> {
    let dump = directory.join("given.dump");
    if let Act::Database(sql) = &case.act {
        let copy = bases.copy(&case.base, case.server)?;
        copy.run(sql)?;
        take(case, bases, &copy, &dump)?;
    } else {
        taken.copy(case, bases, &dump)?;
    }
    if case.packed != Wrap::None {
        std::fs::write(&dump, wrapped(case.packed, std::fs::read(&dump)?)?)?;
    }
    let (mut sha256, mut size) = (None, None);
    if dump.is_file() {
        let healthy = wrapped(case.wrap, std::fs::read(&dump)?)?;
        let mut hasher = Hasher::default();
        hasher.update(&healthy);
        let digest = hasher.finish();
        sha256 = Some(digest.sha256.to_string());
        size = Some(digest.bytes);
    }
    match &case.act {
        Act::Database(_) => {}
        Act::Artefact(script) => damage(script, bases, case, &dump)?,
        Act::Fragment { text, at } => {
            let text = std::fs::read_to_string(text)?;
            let told = directory.join("told");
            let fragment = body(&text).replace("{told}", &told.to_string_lossy());
            let whole = std::fs::read(&dump)?;
            std::fs::write(&dump, inserted(&whole, &fragment, at)?)?;
        }
    }
    if case.wrap != Wrap::None {
        std::fs::write(&dump, wrapped(case.wrap, std::fs::read(&dump)?)?)?;
    }
    Ok(Made { dump, sha256, size })
}

/// Options of pg_dump that show in every definition, so that a reference has to be taken with them too.
const FORM: [&str; 3] = ["--create", "--no-owner", "--quote-all-identifiers"];

/// The options of a case that its reference has too.
pub fn of_the_form(case: &Case) -> Vec<String> {
    let options = case.pg_dump.iter().cloned();
    options
        .filter(|option| FORM.contains(&option.as_str()))
        .collect()
}

/// A plain dump of the healthy base, whole, to be a reference.
pub fn healthy(case: &Case, bases: &Bases, to: &Path) -> Result<()> {
    let copy = bases.copy(&case.base, case.server)?;
    let plain = Case {
        form: crate::case::Form {
            format: "plain".to_owned(),
            compress: None,
        },
        pg_dump: of_the_form(case),
        environment: Vec::new(),
        ..case.clone()
    };
    take(&plain, bases, &copy, to)
}

fn take(case: &Case, bases: &Bases, copy: &crate::bases::Copy<'_>, to: &Path) -> Result<()> {
    let mut args = vec![format!("--format={}", case.form.format)];
    if let Some(compress) = &case.form.compress {
        args.push(format!("--compress={compress}"));
    }
    args.extend(case.pg_dump.iter().cloned());
    copy.dump(bases.bin(case.dumper)?, &args, &case.environment, to)
}

fn wrapped(wrap: Wrap, bytes: Vec<u8>) -> Result<Vec<u8>> {
    Ok(match wrap {
        Wrap::None => bytes,
        Wrap::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(&bytes)?;
            encoder.finish()?
        }
        // With a checksum, as the program zstd writes it.
        Wrap::Zstd => {
            let mut encoder = zstd::Encoder::new(Vec::new(), 3)?;
            encoder.include_checksum(true)?;
            encoder.write_all(&bytes)?;
            encoder.finish()?
        }
    })
}

/// Runs a script with the dump as its first argument, in the directory of the dump. `BIN` is where Postgres' programs are.
fn damage(script: &Path, bases: &Bases, case: &Case, dump: &Path) -> Result<()> {
    let output = Command::new("sh")
        .arg("-eu")
        .arg(script)
        .arg(dump)
        .current_dir(dump.parent().context("a dump is in a directory")?)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("LC_ALL", "C")
        .env("BIN", bases.bin(case.server)?)
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{}: {said}", script.display());
    Ok(())
}

/// What pg_dump writes last starts so.
const TRAILER: &[u8] = b"--\n-- PostgreSQL database dump complete\n";

fn inserted(whole: &[u8], fragment: &str, at: &Place) -> Result<Vec<u8>> {
    let line = |start: &str| {
        let starts = format!("\n{start}");
        let found = memchr::memmem::find(whole, starts.as_bytes());
        found
            .map(|before| before + 1)
            .with_context(|| format!("no line of the dump starts with {start:?}"))
    };
    let at = match at {
        Place::Start => 0,
        Place::AfterTrailer => whole.len(),
        Place::End => memchr::memmem::rfind(whole, TRAILER).context("the dump has no trailer")?,
        Place::Before(start) => line(start)?,
        Place::After(start) => {
            let from = line(start)?;
            let length = memchr::memchr(b'\n', &whole[from..]).context("the line has no end")?;
            from + length + 1
        }
    };
    Ok([&whole[..at], fragment.as_bytes(), &whole[at..]].concat())
}

/// A directory that the sandbox's user can enter, and that what breaks out could write to.
pub fn open_directory(path: &Path) -> Result<()> {
    std::fs::create_dir_all(path).with_context(|| path.display().to_string())?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777))?;
    Ok(())
}
