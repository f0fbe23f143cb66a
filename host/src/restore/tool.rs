//! The dump's own tools, run inside the sandbox.

use tokio::io::{AsyncRead, AsyncReadExt as _};
use vhost_dump::script::Foreign;

use crate::plan::DumpOf;
use crate::restore::database::conninfo;
use crate::restore::{Gravity, Notice, neutral};
use crate::sandbox::{Exec, Process, Sandbox, SandboxError, Stdin};

/// How much of a tool's stderr is looked at; what follows is counted as unread.
const STDERR_KEPT: usize = 1 << 20;
const PIECE: usize = 256 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    #[error("cannot run {tool} inside the sandbox")]
    Start {
        tool: &'static str,
        #[source]
        source: SandboxError,
    },
    #[error("the dump's file could not be read to its end while it was restored")]
    Read(#[source] std::io::Error),
    #[error(
        "{tool} inside the sandbox stopped reading before the dump's end (exit status {status})"
    )]
    StoppedReading { tool: &'static str, status: i32 },
    #[error("{tool} inside the sandbox has no standard input")]
    NoInput { tool: &'static str },
    #[error("cannot end {tool} inside the sandbox, whose dump could not be read on")]
    Kill {
        tool: &'static str,
        #[source]
        source: SandboxError,
    },
    #[error("cannot wait for {tool} inside the sandbox")]
    Wait {
        tool: &'static str,
        #[source]
        source: SandboxError,
    },
    #[error("a session that fills the restored database broke off")]
    Session(#[source] tokio_postgres::Error),
    #[error("vhost itself failed while it sent rows (a panic)")]
    Task(#[source] tokio::task::JoinError),
    #[error("the dump's rows end before their last line")]
    RowsBrokeOff,
    #[error("the dump holds {foreign}: the restore was stopped before it")]
    Foreign { foreign: Foreign },
    #[error("{tool} inside the sandbox ended with exit status {status} without saying why")]
    Failed { tool: &'static str, status: i32 },
}

/// Restores an archive that lies in the sandbox's dump directory under `file`.
///
/// `server_errors` is asked afterwards: pg_restore exits 1 both for errors of the server, which the server's log tells
/// better, and for failures of its own.
pub async fn pg_restore(
    sandbox: &Sandbox,
    database: &str,
    file: &str,
    jobs: u32,
) -> Result<Complaint, ToolError> {
    let tool = "pg_restore";
    let mut args = vec![
        "--no-password".to_owned(),
        "-d".to_owned(),
        conninfo(database),
    ];
    if jobs > 1 {
        args.extend(["-j".to_owned(), jobs.to_string()]);
    }
    args.push(format!("/vhost/dump/{file}"));
    let env = vec![neutral::environment(sandbox)];
    let mut process = start(sandbox, tool, args, env, Stdin::Null).await?;
    let (stdout, stderr) = drain_both(&mut process);
    let status = process
        .wait()
        .await
        .map_err(|source| ToolError::Wait { tool, source })?;
    let _ = stdout.await;
    let stderr = stderr.await.unwrap_or_default();
    Ok(Complaint {
        status,
        ignored: ignored_errors(&stderr),
    })
}

/// What of an archive is written as a script.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Whole,
    /// Without the rows, which pg_restore then passes over.
    Definitions,
}

/// Turns an archive into plain text inside the sandbox and hands it to `tap` piece by piece.
pub async fn script(
    sandbox: &Sandbox,
    file: &str,
    part: Part,
    of: DumpOf,
    mut tap: impl FnMut(&[u8]),
) -> Result<(), ToolError> {
    let tool = "pg_restore";
    let mut args = vec!["-f".to_owned(), "-".to_owned()];
    if part == Part::Definitions {
        args.push("--schema-only".to_owned());
    }
    if of == DumpOf::Database {
        args.push("--create".to_owned());
    }
    args.push(format!("/vhost/dump/{file}"));
    let mut process = start(sandbox, tool, args, Vec::new(), Stdin::Null).await?;
    let stderr = tokio::spawn(drain(take(&mut process.stderr)));
    let mut stdout = take(&mut process.stdout);
    let mut piece = vec![0; PIECE];
    loop {
        match stdout.read(&mut piece).await.map_err(ToolError::Read)? {
            0 => break,
            read => tap(&piece[..read]),
        }
    }
    let status = process
        .wait()
        .await
        .map_err(|source| ToolError::Wait { tool, source })?;
    let _ = stderr.await;
    match status {
        0 => Ok(()),
        status => Err(ToolError::Failed { tool, status }),
    }
}

/// How pg_restore ended.
pub struct Complaint {
    pub status: i32,
    /// N of its last line `errors ignored on restore: N`; none where that line is missing.
    pub ignored: Option<u64>,
}

pub async fn start(
    sandbox: &Sandbox,
    tool: &'static str,
    args: Vec<String>,
    env: Vec<(String, String)>,
    stdin: Stdin,
) -> Result<Process, ToolError> {
    sandbox
        .exec(Exec {
            tool: tool.to_owned(),
            args,
            env,
            stdin,
        })
        .await
        .map_err(|source| ToolError::Start { tool, source })
}

pub type Drained = tokio::task::JoinHandle<String>;

fn drain_both(process: &mut Process) -> (Drained, Drained) {
    (
        tokio::spawn(drain(take(&mut process.stdout))),
        tokio::spawn(drain(take(&mut process.stderr))),
    )
}

pub fn take(stream: &mut Box<dyn AsyncRead + Unpin + Send>) -> Box<dyn AsyncRead + Unpin + Send> {
    std::mem::replace(stream, Box::new(tokio::io::empty()))
}

/// Reads to the end and keeps the start and the end: a tool that cannot write its stderr would block.
pub async fn drain(mut from: impl AsyncRead + Unpin) -> String {
    let mut kept = Vec::new();
    let mut tail = Vec::new();
    let mut piece = vec![0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut piece).await {
        if kept.len() < STDERR_KEPT {
            kept.extend_from_slice(&piece[..read]);
        } else {
            tail.extend_from_slice(&piece[..read]);
            let cut = tail.len().saturating_sub(4096);
            tail.drain(..cut);
        }
    }
    kept.extend_from_slice(&tail);
    String::from_utf8_lossy(&kept).into_owned()
}

/// psql's own complaints. What the server said stands in the server's log and is left out here.
pub fn psql_complaints(stderr: &str) -> Vec<Notice> {
    let severities = [
        "ERROR:", "FATAL:", "PANIC:", "WARNING:", "NOTICE:", "INFO:", "LOG:", "DEBUG:",
        // They follow one of these when a session begins, before psql has said how much it wants to hear.
        "DETAIL:", "HINT:",
    ];
    let mut notices: Vec<Notice> = Vec::new();
    for line in stderr.lines().filter(|line| !line.trim().is_empty()) {
        let message = line
            .strip_prefix("psql:<stdin>:")
            .and_then(|rest| rest.split_once(": "))
            .map(|(_, message)| message)
            .unwrap_or(line);
        if severities.iter().any(|s| message.starts_with(s)) {
            continue;
        }
        // An old psql does not know these two; the lines that carry them do nothing else.
        let restrict = [
            "error: invalid command \\restrict",
            "error: invalid command \\unrestrict",
        ]
        .iter()
        .any(|known| message.starts_with(known));
        let (class, gravity, subject) = if restrict {
            ("unknown-restrict", Gravity::Benign, "\\restrict".to_owned())
        } else if message.starts_with("error: invalid command")
            || message.starts_with("error: backslash commands are restricted")
        {
            (
                "meta-command",
                Gravity::Serious,
                "invalid meta-command".to_owned(),
            )
        } else {
            // The text may be a data row that psql took for a command, so only the fact is kept.
            (
                "tool-complaint",
                Gravity::Serious,
                "unclassified message of psql".to_owned(),
            )
        };
        match notices.iter_mut().find(|n| n.class == class) {
            Some(notice) => notice.count += 1,
            None => notices.push(Notice {
                sqlstate: "none".into(),
                statement: "(psql)".into(),
                subject,
                class,
                gravity,
                count: 1,
            }),
        }
    }
    notices
}

fn ignored_errors(stderr: &str) -> Option<u64> {
    let (_, count) = stderr.rsplit_once("errors ignored on restore: ")?;
    count.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_lines_are_not_psqls() {
        let stderr = "psql:<stdin>:17: ERROR:  42704\npsql:<stdin>:18: error: invalid command \\restrict\npsql:<stdin>:19: error: invalid command \\N\npsql:<stdin>:20: error: invalid command \\N\n";
        let complaints = psql_complaints(stderr);
        let seen: Vec<_> = complaints
            .iter()
            .map(|c| (c.class, c.gravity, c.count))
            .collect();
        assert_eq!(
            seen,
            [
                ("unknown-restrict", Gravity::Benign, 1),
                ("meta-command", Gravity::Serious, 2)
            ]
        );
    }

    #[test]
    fn a_row_taken_for_a_command_leaves_no_text() {
        let complaints = psql_complaints("canary-cell in some line\n");
        assert_eq!(complaints[0].gravity, Gravity::Serious);
        assert!(!format!("{complaints:?}").contains("canary"));
    }

    #[test]
    fn pg_restores_own_count_is_read() {
        assert_eq!(
            ignored_errors("x\npg_restore: warning: errors ignored on restore: 12\n"),
            Some(12)
        );
        assert_eq!(
            ignored_errors("pg_restore: error: could not read from input file: end of file\n"),
            None
        );
    }
}
