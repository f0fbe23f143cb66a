//! Takes the dump: pg_dump under the source's snapshot, written, hashed and looked at in one pass.

mod child;
mod command;
mod copying;
mod outcome;

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use vhost_dump::facts::{DumpFacts, Format, Origin};
use vhost_dump::manifest::Scanned;
use vhost_dump::manifest::scan::Scanner;
use vhost_dump::script::{Ending, Foreign, Refusal};
use vhost_dump::supplied::header::{self, Layout, Versions};

pub use outcome::DumpError;

use super::growing::Growing;
use super::pg_dump::{PgDump, Program};
use super::session::Source;
use crate::event::Events;
use crate::plan::DumpOf;
use child::{Child, Outputs};
use copying::{Copied, CopyError, Readers};
use outcome::Exit;

/// The formats that a fresh dump is taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DumpAs {
    Plain,
    /// Compressed by the fastest method that the pg_dump has.
    Custom,
}

impl From<DumpAs> for Format {
    fn from(format: DumpAs) -> Self {
        match format {
            DumpAs::Plain => Format::Plain,
            DumpAs::Custom => Format::Custom,
        }
    }
}

/// Sees every byte of the dump once, in order, on the thread that writes it.
pub type Tap = Box<dyn FnMut(&[u8]) + Send>;

/// A dump that was taken.
#[derive(Debug)]
pub struct Dumped {
    pub facts: DumpFacts,
    /// What a plain one holds; of an archive nothing is known here.
    pub scanned: Scanned,
}

/// A dump that is being taken. Dropping it kills pg_dump and removes the file.
pub struct Dumping {
    task: JoinHandle<Result<Dumped, DumpError>>,
}

impl Dumping {
    /// Waits for pg_dump and for the disk, and says what lies there now.
    ///
    /// On an error the file is gone.
    pub async fn finish(mut self) -> Result<Dumped, DumpError> {
        match (&mut self.task).await {
            Ok(outcome) => outcome,
            Err(_) => Err(DumpError::Interrupted),
        }
    }
}

impl Drop for Dumping {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A dump's file that is not known to be whole; it does not outlive this.
struct Unfinished {
    path: Option<PathBuf>,
    growing: Growing,
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(path) = self.path.take() {
            // What stays behind when this fails stands in the run's directory, which is removed by its own name.
            drop(std::fs::remove_file(path));
            self.growing.failed();
        }
    }
}

impl Unfinished {
    fn keep(mut self) {
        self.path = None;
    }
}

impl Source {
    /// Starts pg_dump into a new file `path`, which must not exist.
    ///
    /// `tap` has been dropped when [`Dumping::finish`] returns. A plain dump is scanned on the thread that writes it, while it is in the processor's cache. `stop` ends the dump with [`DumpError::Stopped`].
    #[expect(clippy::too_many_arguments, reason = "each is another thing")]
    pub async fn start_dump(
        &self,
        pg_dump: &PgDump,
        format: DumpAs,
        of: DumpOf,
        path: &Path,
        tap: Option<Tap>,
        stop: CancellationToken,
        events: Events,
    ) -> Result<(Growing, Dumping), DumpError> {
        let call = command::build(self, pg_dump, format, of).await;
        let (from, stdout) = std::io::pipe().map_err(|cause| DumpError::Pipe { cause })?;
        let (errors, stderr) = std::io::pipe().map_err(|cause| DumpError::Pipe { cause })?;
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(|cause| DumpError::Create { cause })?;
        let growing = Growing::new(path);
        let unfinished = Unfinished {
            path: Some(path.to_owned()),
            growing: growing.clone(),
        };
        let outputs = Outputs { stdout, stderr };
        let child = match &pg_dump.program {
            Program::Host(path) => Child::on_host(path, call, self.secret.as_ref(), outputs)?,
            Program::Image(client) => Child::in_image(client, call, outputs).await?,
        };
        let keep = file
            .try_clone()
            .map_err(|cause| DumpError::Create { cause })?;
        let (done, copied) = oneshot::channel();
        let words = copying::stderr(errors).map_err(|cause| DumpError::Pipe { cause })?;
        let scanner = match format {
            DumpAs::Plain => Some(Scanner::default()),
            DumpAs::Custom => None,
        };
        let readers = Readers { scanner, tap };
        copying::stdout(from, file, readers, growing.clone(), events, done)
            .map_err(|cause| DumpError::Pipe { cause })?;
        let running = Running {
            child,
            copied,
            words,
            stop,
            format,
            file: keep,
            unfinished,
            origin: Origin::Fresh {
                role: self.proof().role.clone(),
                snapshot: self.proof().snapshot.clone(),
                taken_at: self.taken_at.clone(),
            },
        };
        let task = tokio::spawn(running.supervise());
        Ok((growing, Dumping { task }))
    }
}

struct Running {
    child: Child,
    copied: oneshot::Receiver<Result<Copied, CopyError>>,
    words: oneshot::Receiver<Vec<u8>>,
    stop: CancellationToken,
    format: DumpAs,
    file: File,
    unfinished: Unfinished,
    origin: Origin,
}

impl Running {
    async fn supervise(mut self) -> Result<Dumped, DumpError> {
        let ended = tokio::select! {
            ended = ended(&mut self.child, &mut self.copied) => Some(ended),
            () = self.stop.cancelled() => None,
        };
        let Some((copied, exit)) = ended else {
            // Waited for, so that neither pg_dump nor the copying outlives the answer.
            self.child.kill().await;
            drop(ended_by_force(&mut self.child, self.copied).await);
            return Err(DumpError::Stopped);
        };
        let words = self.words.await.unwrap_or_default();
        let copied = copied?;
        outcome::of_exit(exit?, &words)?;
        let versions = whole(self.format, &copied)?;
        // The restore may see the end now; the disk follows while it works, and `finish` waits for the disk.
        self.unfinished.growing.whole();
        let file = self.file;
        tokio::task::spawn_blocking(move || file.sync_all())
            .await
            .map_err(|_| DumpError::Interrupted)?
            .map_err(|cause| outcome::of_write(cause, copied.digest.bytes))?;
        self.unfinished.keep();
        Ok(Dumped {
            facts: DumpFacts {
                origin: self.origin,
                format: self.format.into(),
                digest: copied.digest,
                server_version: versions.server,
                pg_dump_version: versions.pg_dump,
            },
            scanned: copied.scanned,
        })
    }
}

/// What the copying came to, and pg_dump's exit; a copying that failed ends pg_dump.
async fn ended(
    child: &mut Child,
    copied: &mut oneshot::Receiver<Result<Copied, CopyError>>,
) -> (Result<Copied, DumpError>, Result<Exit, DumpError>) {
    let copied = match copied.await {
        Ok(Ok(copied)) => Ok(copied),
        Ok(Err(CopyError::Write { cause, written })) => Err(outcome::of_write(cause, written)),
        Ok(Err(CopyError::Read { cause })) => Err(DumpError::Read { cause }),
        // The thread is gone without a word: it panicked.
        Err(_) => Err(DumpError::Interrupted),
    };
    if copied.is_err() {
        child.kill().await;
    }
    (copied, child.wait().await)
}

/// Waits for the end of a pg_dump that was killed, and of the copying of what it wrote.
async fn ended_by_force(
    child: &mut Child,
    copied: oneshot::Receiver<Result<Copied, CopyError>>,
) -> Result<Exit, DumpError> {
    drop(copied.await);
    child.wait().await
}

fn whole(format: DumpAs, copied: &Copied) -> Result<Versions, DumpError> {
    let bytes = copied.digest.bytes;
    match format {
        DumpAs::Plain => match &copied.scanned.ending {
            Ending::Trailer => header::plain_versions(&copied.head).ok_or(DumpError::NoHeader),
            Ending::NoTrailer
            | Ending::StillRestricted
            | Ending::Foreign(Refusal {
                foreign: Foreign::Unterminated(_),
                ..
            }) => Err(DumpError::Truncated { bytes }),
            ending @ (Ending::GoesOn(_) | Ending::BeginsAgain(_) | Ending::Foreign(_)) => {
                Err(DumpError::Foreign {
                    what: ending.defect(None).unwrap_or_default(),
                })
            }
        },
        DumpAs::Custom => match header::archive(&copied.head) {
            Some((Layout::Custom, versions)) => Ok(versions),
            _ => Err(DumpError::NoHeader),
        },
    }
}
