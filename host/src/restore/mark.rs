//! Places in the sandbox server's log, so that what the restore caused is told from the rest.

use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio_postgres::Client;

use crate::restore::isolation::Isolated;
use crate::restore::{RestoreError, log};

/// Writes a line to the server's log, waits until it is there, and returns the log's length.
///
/// The log collector is a process of its own: without the mark, the last errors could still be on their way.
pub async fn mark(isolated: &Isolated<'_>, host: &Client) -> Result<u64, RestoreError> {
    let mark = format!("vhost mark {:032x}", rand::random::<u128>());
    host.batch_execute(&format!("DO $$ BEGIN RAISE LOG '{mark}'; END $$"))
        .await
        .map_err(RestoreError::Mark)?;
    let waited = Duration::from_secs(10);
    let deadline = tokio::time::Instant::now() + waited;
    while tokio::time::Instant::now() < deadline {
        if let Some(end) =
            find_mark(&log_path(isolated), mark.as_bytes()).map_err(RestoreError::ReadLog)?
        {
            return Ok(end);
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Err(RestoreError::LogBehind { waited })
}

fn log_path(isolated: &Isolated<'_>) -> PathBuf {
    isolated.sandbox().log_dir().join("server.csv")
}

/// Looks for the mark in the log's last piece; the offset after its line.
fn find_mark(path: &Path, mark: &[u8]) -> std::io::Result<Option<u64>> {
    let mut file = File::open(path)?;
    let start = file.metadata()?.len().saturating_sub(16 * 1024);
    file.seek(SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    // The mark's own entry ends at the next line feed: nothing in it holds one.
    Ok(memchr::memmem::rfind(&tail, mark)
        .and_then(|at| Some(start + (at + memchr::memchr(b'\n', &tail[at..])? + 1) as u64)))
}

/// The entries between two marks.
///
/// A log that has become shorter was tampered with from inside: what it no longer tells cannot be known.
pub fn entries(
    isolated: &Isolated<'_>,
    from: u64,
    to: u64,
) -> Result<Vec<log::Entry>, RestoreError> {
    let length = to.checked_sub(from).ok_or(RestoreError::LogShortened)?;
    let mut file = File::open(log_path(isolated)).map_err(RestoreError::ReadLog)?;
    file.seek(SeekFrom::Start(from))
        .map_err(RestoreError::ReadLog)?;
    Ok(log::read(BufReader::new(file.take(length)))?)
}
