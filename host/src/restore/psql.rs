//! One psql inside the sandbox that stays alive from a plain dump's first statement to its last.

use tokio::io::{AsyncBufReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::sync::mpsc;

use crate::restore::Notice;
use crate::restore::database::conninfo;
use crate::restore::neutral;
use crate::restore::tool::{self, Drained, ToolError};
use crate::sandbox::{Process, Sandbox, Stdin};
use vhost_dump::script::command;

const TOOL: &str = "psql";
/// Statements are put together up to this size before they are written.
const WRITTEN: usize = 64 * 1024;

/// A psql that runs each statement as a transaction of its own, as it does with a dump that somebody restores by hand.
pub struct Psql {
    process: Process,
    stdin: Box<dyn AsyncWrite + Unpin + Send>,
    stderr: Drained,
    /// What psql echoes.
    told: mpsc::Receiver<String>,
    out: Vec<u8>,
    lock: Lock,
}

/// Whether psql runs no meta-command but with a key that the host alone has (manual, psql, `\restrict`).
pub enum Lock {
    Key(String),
    /// This psql is older than `\restrict`.
    Unknown,
}

impl Lock {
    /// Made for a psql of this version, for example `15.18`.
    pub fn of(version: &str) -> Self {
        let since = [(17, 6), (16, 10), (15, 14), (14, 19), (13, 22)];
        let mut numbers = version.split('.').map(|n| n.parse().unwrap_or(0));
        let (major, minor): (u32, u32) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        let known = major >= 18 || since.iter().any(|(m, n)| major == *m && minor >= *n);
        match known {
            true => Lock::Key(format!("{:032x}", rand::random::<u128>())),
            false => Lock::Unknown,
        }
    }
}

impl Psql {
    pub async fn start(sandbox: &Sandbox, database: &str, lock: Lock) -> Result<Self, ToolError> {
        let args = [
            "-X",
            "-q",
            "-A",
            "-t",
            // What queries return; what is echoed goes to standard output all the same.
            "-o",
            "/dev/null",
            "-v",
            "VERBOSITY=sqlstate",
            "-v",
            "SHOW_CONTEXT=never",
            "-d",
            &conninfo(database),
            "-f",
            "-",
        ]
        .map(str::to_owned);
        let env = vec![neutral::environment(sandbox)];
        let mut process = tool::start(sandbox, TOOL, args.into(), env, Stdin::Piped).await?;
        let stdout = BufReader::new(tool::take(&mut process.stdout));
        let stderr = tokio::spawn(tool::drain(tool::take(&mut process.stderr)));
        let Some(stdin) = process.stdin.take() else {
            return Err(ToolError::NoInput { tool: TOOL });
        };
        let (tell, told) = mpsc::channel(16);
        tokio::spawn(async move {
            let mut lines = stdout.lines();
            while let Ok(Some(line)) = lines.next_line().await {
                if tell.send(line).await.is_err() {
                    break;
                }
            }
        });
        let mut psql = Self {
            process,
            stdin,
            stderr,
            told,
            out: Vec::new(),
            lock,
        };
        psql.close_lock();
        Ok(psql)
    }

    pub async fn write(&mut self, sql: &[u8]) -> Result<(), ToolError> {
        self.out.extend_from_slice(sql);
        match self.out.len() > WRITTEN {
            true => self.flush().await,
            false => Ok(()),
        }
    }

    /// Waits until everything that was written has run.
    pub async fn sync(&mut self) -> Result<(), ToolError> {
        self.command("").await
    }

    pub async fn connect(&mut self, database: &str) -> Result<(), ToolError> {
        self.command(&command::connect(database)).await
    }

    /// Runs one of psql's own commands and waits for its end.
    async fn command(&mut self, command: &str) -> Result<(), ToolError> {
        let token = format!("{:032x}", rand::random::<u128>());
        self.out.push(b'\n');
        if let Lock::Key(key) = &self.lock {
            let open = format!("\\unrestrict {key}\n");
            self.out.extend_from_slice(open.as_bytes());
        }
        self.out.extend_from_slice(command.as_bytes());
        self.out
            .extend_from_slice(format!("\\echo {token}\n").as_bytes());
        self.close_lock();
        self.flush().await?;
        loop {
            match self.told.recv().await {
                Some(line) if line == token => return Ok(()),
                Some(_) => {}
                None => return Err(self.stopped_reading().await),
            }
        }
    }

    fn close_lock(&mut self) {
        if let Lock::Key(key) = &self.lock {
            let close = format!("\\restrict {key}\n");
            self.out.extend_from_slice(close.as_bytes());
        }
    }

    async fn flush(&mut self) -> Result<(), ToolError> {
        let out = std::mem::take(&mut self.out);
        match self.stdin.write_all(&out).await {
            Ok(()) => Ok(()),
            Err(_) => Err(self.stopped_reading().await),
        }
    }

    async fn stopped_reading(&mut self) -> ToolError {
        match self.process.wait().await {
            Ok(status) => ToolError::StoppedReading { tool: TOOL, status },
            Err(source) => ToolError::Wait { tool: TOOL, source },
        }
    }

    /// Ends psql at once: one that sees its input end would take the dump for whole.
    pub async fn kill(mut self) -> Result<(), ToolError> {
        self.process
            .kill()
            .await
            .map_err(|source| ToolError::Kill { tool: TOOL, source })
    }

    /// Lets psql run what was written, and returns what it complained of itself, apart from the server.
    pub async fn finish(mut self) -> Result<Vec<Notice>, ToolError> {
        if let Lock::Key(key) = &self.lock {
            let open = format!("\n\\unrestrict {key}\n");
            self.out.extend_from_slice(open.as_bytes());
        }
        self.flush().await?;
        // An input that cannot be closed would leave psql waiting; its exit status tells.
        let _ = self.stdin.shutdown().await;
        drop(self.stdin);
        let status = self
            .process
            .wait()
            .await
            .map_err(|source| ToolError::Wait { tool: TOOL, source })?;
        let stderr = self.stderr.await.unwrap_or_default();
        let complaints = tool::psql_complaints(&stderr);
        if status != 0 && complaints.is_empty() {
            return Err(ToolError::Failed { tool: TOOL, status });
        }
        Ok(complaints)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_psql_is_locked_where_it_can_be() {
        let locked = |version| matches!(Lock::of(version), Lock::Key(_));
        assert!(
            ["18.0", "18.4", "17.6", "16.10", "15.14"]
                .into_iter()
                .all(locked)
        );
        assert!(!["15.13", "16.2", "12.9"].into_iter().any(locked));
    }
}
