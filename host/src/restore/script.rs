//! A file of SQL that somebody wrote by hand, run by psql inside the sandbox up to its first error.
//!
//! Its text may name its own lines and rows in an error: whoever wrote it is who reads it.

mod said;

use std::path::Path;

use bytes::Bytes;
use thiserror::Error;
use tokio::io::AsyncWriteExt as _;
use vhost_dump::script::{Event, Foreign, Part, Splitter, command};

use crate::plan::Roles;
use crate::restore::database::conninfo;
use crate::restore::isolation::Isolated;
use crate::restore::psql::Lock;
use crate::restore::tool::{self, ToolError};
use crate::restore::{Creation, Ready, RestoreError, Restored, Target, neutral};
use crate::sandbox::Stdin;
use vhost_dump::digest::{Digest, Sha256};

/// Bytes of a file; whoever has more has a database, and can dump it.
const MOST_BYTES: u64 = 64 << 20;
/// The name of the database that it makes its tables in.
const DATABASE: &str = "restored";
const TOOL: &str = "psql";

/// A file of SQL, as it was read.
#[derive(Clone, Debug)]
pub struct Script {
    /// The file's name, for errors.
    name: String,
    text: Bytes,
}

/// Why a file of SQL was not run to its end.
#[derive(Debug, Error)]
pub enum ScriptError {
    #[error("cannot read {name}")]
    Read {
        name: String,
        #[source]
        source: std::io::Error,
    },
    #[error("{name} is larger than {} MiB: load it into a database, and give a dump of that", MOST_BYTES >> 20)]
    TooLarge { name: String },
    #[error("{name} is empty: write the SQL that makes tables and rows into it")]
    Empty { name: String },
    #[error("{name} is no text in UTF-8: it is neither a dump nor SQL")]
    NotText { name: String },
    #[error(
        "{name}:{line}: the psql meta-command {command} is not run here: write it as SQL, or take it out"
    )]
    MetaCommand {
        name: String,
        line: usize,
        command: String,
    },
    #[error("{name}:{line}: {said}")]
    Sql {
        name: String,
        /// From 1.
        line: usize,
        /// In one line.
        said: String,
    },
    #[error("psql stopped in {name}: {said}")]
    Psql { name: String, said: String },
    #[error(transparent)]
    Restore(#[from] RestoreError),
    #[error(transparent)]
    Tool(#[from] ToolError),
}

impl Script {
    /// Reads the file; what psql would not take for SQL is refused.
    pub fn read(path: &Path) -> Result<Self, ScriptError> {
        let name = path.file_name().unwrap_or(path.as_os_str());
        let name = name.to_string_lossy().into_owned();
        let read = |source| ScriptError::Read {
            name: name.clone(),
            source,
        };
        if std::fs::metadata(path).map_err(read)?.len() > MOST_BYTES {
            return Err(ScriptError::TooLarge { name });
        }
        let text = std::fs::read(path).map_err(read)?;
        Self::of(name, text)
    }

    /// `name` only appears in errors.
    pub fn of(name: String, text: Vec<u8>) -> Result<Self, ScriptError> {
        // Some editors begin a text with it, and psql passes over it.
        let start = match text.starts_with(b"\xef\xbb\xbf") {
            true => 3,
            false => 0,
        };
        let script = Self {
            name,
            text: Bytes::from(text).slice(start..),
        };
        let name = script.name.clone();
        match std::str::from_utf8(&script.text) {
            Ok(text) if text.trim().is_empty() => return Err(ScriptError::Empty { name }),
            Ok(text) if !text.contains('\0') => {}
            Ok(_) | Err(_) => return Err(ScriptError::NotText { name }),
        }
        match script.meta_command() {
            Some((line, command)) => Err(ScriptError::MetaCommand {
                name,
                line,
                command,
            }),
            None => Ok(script),
        }
    }

    /// Of the text that is run.
    pub fn digest(&self) -> Digest {
        Digest {
            sha256: Sha256::of(&self.text),
            bytes: self.text.len() as u64,
        }
    }

    /// The first meta-command, and its line; what has no end is left to psql to tell.
    fn meta_command(&self) -> Option<(usize, String)> {
        let mut found = None;
        let mut take = |event: Event<'_>| match event.part {
            Part::Foreign(Foreign::Unterminated(_)) => {}
            Part::Foreign(_) | Part::Command(_) => {
                found.get_or_insert(event.at as usize);
            }
            _ => {}
        };
        let mut splitter = Splitter::default();
        splitter.feed(&self.text, &mut take);
        splitter.finish(&mut take);
        let (before, from) = self.text.split_at(found?);
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let name = String::from_utf8_lossy(command::name(from));
        Some((line, name.chars().take(32).collect()))
    }
}

/// Makes a database and runs the file in it, each statement as a transaction of its own, up to the first that fails.
pub async fn run<'s>(isolated: Isolated<'s>, script: &Script) -> Result<Restored<'s>, ScriptError> {
    let target = Target {
        database: DATABASE.to_owned(),
        creation: Creation::Unknown,
        statements: Vec::new(),
        roles: Vec::new(),
        mode: Roles::Skip,
    };
    let ready = Ready::make(&isolated, &target, TOOL).await?;
    let lock = match Lock::of(&ready.version) {
        Lock::Key(key) => format!("\\restrict {key}\n"),
        Lock::Unknown => String::new(),
    };
    let args = [
        "-X",
        "-q",
        "-A",
        "-t",
        // What queries return.
        "-o",
        "/dev/null",
        // A failed statement is told with its text, from which its place follows.
        "-b",
        "-v",
        "ON_ERROR_STOP=1",
        "-d",
        &conninfo(DATABASE),
        "-f",
        "-",
    ]
    .map(str::to_owned);
    let env = vec![
        neutral::environment(isolated.sandbox()),
        ("PGCLIENTENCODING".to_owned(), "UTF8".to_owned()),
        ("PGTZ".to_owned(), "UTC".to_owned()),
    ];
    let started = tool::start(isolated.sandbox(), TOOL, args.into(), env, Stdin::Piped).await?;
    let (status, stderr) = fed(started, &lock, &script.text).await?;
    if status != 0 {
        return Err(script.failure(status, &stderr, lock.lines().count()));
    }
    let tool = format!("{TOOL} {}", ready.version);
    Ok(ready.restored(isolated, target.database, tool, script.digest(), Vec::new()))
}

/// Gives psql the text, and waits for its end: its exit status and its standard error.
async fn fed(
    mut process: crate::sandbox::Process,
    lock: &str,
    text: &[u8],
) -> Result<(i32, String), ToolError> {
    let stdout = tokio::spawn(tool::drain(tool::take(&mut process.stdout)));
    let stderr = tokio::spawn(tool::drain(tool::take(&mut process.stderr)));
    let Some(mut stdin) = process.stdin.take() else {
        return Err(ToolError::NoInput { tool: TOOL });
    };
    // A psql that stops at an error takes no more, and says itself why.
    if stdin.write_all(lock.as_bytes()).await.is_ok() && stdin.write_all(text).await.is_ok() {
        let _ = stdin.shutdown().await;
    }
    drop(stdin);
    let status = process.wait().await;
    let status = status.map_err(|source| ToolError::Wait { tool: TOOL, source })?;
    let _ = stdout.await;
    Ok((status, stderr.await.unwrap_or_default()))
}

impl Script {
    fn failure(&self, status: i32, stderr: &str, before: usize) -> ScriptError {
        let name = self.name.clone();
        match said::first(stderr, &self.text, before) {
            Some((line, said)) => ScriptError::Sql { name, line, said },
            None => ScriptError::Psql {
                name,
                said: match stderr.split_whitespace().collect::<Vec<_>>().join(" ") {
                    said if said.is_empty() => format!("exit status {status}"),
                    said => said,
                },
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Script::of("shop.sql".to_owned(), text.into())
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_meta_command_is_refused_with_its_line() {
        for (text, begin) in [
            (
                "SELECT 1;\n\\! id\n",
                "shop.sql:2: the psql meta-command \\! ",
            ),
            (
                "SELECT 1;\n\nSELECT 2 \\gexec",
                "shop.sql:3: the psql meta-command \\gexec",
            ),
            (
                "\\connect other",
                "shop.sql:1: the psql meta-command \\connect",
            ),
            (
                "COPY t (a) FROM stdin;\n\\N\n\\.\n\\i x\n",
                "shop.sql:4: the psql meta-command \\i",
            ),
        ] {
            assert!(refused(text).starts_with(begin), "{}", refused(text));
        }
        let quoted = "SELECT '\\! id', $$\n\\! id\n$$;\nCOPY t (a) FROM stdin;\n\\N\n\\.\n";
        Script::of("shop.sql".to_owned(), quoted.into()).unwrap();
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert!(refused(" \n").contains("is empty"));
        assert!(refused("a\0b").contains("no text"));
        let bytes = Script::of("x.bin".to_owned(), vec![0xff, 0xfe, 0x41]);
        assert!(matches!(bytes, Err(ScriptError::NotText { .. })));
    }
}
