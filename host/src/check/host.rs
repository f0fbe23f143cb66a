//! What one store holds, and the host interfaces `query`, `settings` and `log`.

use std::sync::Arc;
use std::time::SystemTime;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use wasmtime::component::{Resource, ResourceTable};
use wasmtime_wasi::{
    FsPerms, HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView,
};

use crate::check::Calls;
use crate::check::bindings::vhost::check::{log, query, settings, types};
use crate::check::disclose::{Contact, neutral};
use crate::check::evidence::Facts;
use crate::check::limits::{HANDLES, Meter};
use crate::check::query::{Cursor, Session};
use crate::check::stdio::Capture;
use crate::grant::Artefact;

/// The most that standard output and error are each kept to, in bytes.
const STDIO_BYTES: u64 = 16 << 10;

/// Counted for each log line beside its text, so that empty lines run out too.
const LINE_OVERHEAD: u64 = 16;

/// All that a guest's calls can reach.
pub struct State {
    pub(super) table: ResourceTable,
    wasi: WasiCtx,
    pub(super) meter: Meter,
    /// None where `query` is not granted: such a check has no connection at all.
    pub(super) session: Option<Session>,
    pub(super) facts: Arc<Facts>,
    settings: String,
    pub(super) log: Log,
    pub(super) calls: Calls,
    pub(super) stdout: Capture,
    pub(super) stderr: Capture,
    pub(super) contact: Contact,
    /// The last error that the database gave, in words that hold no row data.
    pub(super) last_error: Option<String>,
}

/// What a state is made from.
pub struct Parts<'a> {
    pub session: Option<Session>,
    pub facts: Arc<Facts>,
    pub settings: String,
    /// The directories that the guest may read, and no others.
    pub artefacts: &'a [Artefact],
    pub memory: u64,
    pub log_bytes: u64,
    /// What the guest's clocks show, all the time.
    pub started: SystemTime,
    /// What the guest's random numbers follow from.
    pub seed: [u8; 32],
}

/// A granted directory that is not there to be read.
#[derive(Debug, thiserror::Error)]
#[error("its artefacts `{name}` cannot be opened")]
pub struct NoArtefact {
    name: String,
    #[source]
    source: wasmtime::Error,
}

impl State {
    pub fn new(parts: Parts<'_>) -> Result<Self, NoArtefact> {
        // The lesser fits: it is at most 16 KiB.
        let kept = parts.log_bytes.min(STDIO_BYTES) as usize;
        let (stdout, stderr) = (Capture::new(kept), Capture::new(kept));
        let mut table = ResourceTable::new();
        table.set_max_capacity(HANDLES);
        let mut wasi = inert(&stdout, &stderr, parts.started, parts.seed);
        mount(&mut wasi, parts.artefacts)?;
        Ok(Self {
            table,
            wasi: wasi.build(),
            meter: Meter::new(parts.memory),
            session: parts.session,
            facts: parts.facts,
            settings: parts.settings,
            log: Log {
                lines: Vec::new(),
                left: parts.log_bytes,
                cut: 0,
            },
            calls: Calls::default(),
            stdout,
            stderr,
            // An artefact can hold rows as well as the database can.
            contact: match parts.artefacts {
                [] => Contact::NoneYet,
                _ => Contact::Asked,
            },
            last_error: None,
        })
    }

    /// Notes that the guest asks the database; from here on its words can carry rows.
    fn asks(&mut self) -> Result<&mut Session, types::Error> {
        self.calls.query += 1;
        self.contact = Contact::Asked;
        self.session.as_mut().ok_or_else(not_granted)
    }

    fn note<T>(&mut self, answer: Result<T, types::Error>) -> Result<T, types::Error> {
        if let Err(error) = &answer {
            self.last_error = Some(without_rows(error));
        }
        answer
    }
}

fn not_granted() -> types::Error {
    types::Error::Denied("grant `vhost:check/query@0.1.0`".to_owned())
}

/// Says which error it was. The server's message may quote a row; its SQLSTATE cannot, nor can a denial, which names
/// objects that there are (42501), a kind of statement (25006), or nothing.
fn without_rows(error: &types::Error) -> String {
    match error {
        types::Error::Sql(error) => {
            let code = error.sqlstate.chars().filter(char::is_ascii_alphanumeric);
            format!("SQLSTATE {}", code.take(5).collect::<String>())
        }
        types::Error::Denied(text) => format!("denied, {}", neutral(text)),
        types::Error::Limit(hit) => format!("limit {:?} of {}", hit.what, hit.allowed),
        types::Error::BadParameter(_) => "a parameter of the wrong type".to_owned(),
        types::Error::Unavailable(_) => "the restored database was gone".to_owned(),
    }
}

/// WASI that touches nothing: closed input, captured output, no environment, no arguments, no directories.
fn inert(
    stdout: &Capture,
    stderr: &Capture,
    started: SystemTime,
    seed: [u8; 32],
) -> WasiCtxBuilder {
    let since_1970 = started
        .duration_since(SystemTime::UNIX_EPOCH)
        // A clock before 1970 is wrong anyway; the guest then sees 1970.
        .unwrap_or_default();
    let mut seed_number = [0; 16];
    seed_number.copy_from_slice(&seed[..16]);
    let mut wasi = WasiCtx::builder();
    wasi.stdout(stdout.clone())
        .stderr(stderr.clone())
        .wall_clock(Frozen(since_1970))
        .monotonic_clock(Frozen(std::time::Duration::ZERO))
        .secure_random(StdRng::from_seed(seed))
        .insecure_random(StdRng::from_seed(seed))
        .insecure_random_seed(u128::from_le_bytes(seed_number))
        .max_random_size(64 << 10)
        .allow_tcp(false)
        .allow_udp(false)
        .allow_ip_name_lookup(false);
    wasi
}

/// Opens each granted directory to the guest as `/<name>`, to be read and not written.
///
/// Every path of the guest is resolved below the opened directory, as cap-std does it: neither `..` nor a symbolic link
/// leads out of it.
fn mount(wasi: &mut WasiCtxBuilder, artefacts: &[Artefact]) -> Result<(), NoArtefact> {
    for artefact in artefacts {
        let seen = format!("/{}", artefact.name);
        wasi.preopened_dir(&artefact.directory, seen, FsPerms::ReadOnly)
            .map_err(|source| NoArtefact {
                name: artefact.name.clone(),
                source,
            })?;
    }
    Ok(())
}

/// A clock that stands still: the same drill gives the same answer, and nothing can be timed.
struct Frozen(std::time::Duration);

impl HostWallClock for Frozen {
    fn resolution(&self) -> std::time::Duration {
        std::time::Duration::from_nanos(1)
    }

    fn now(&self) -> std::time::Duration {
        self.0
    }
}

impl HostMonotonicClock for Frozen {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        0
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

/// A check's log lines, up to the grant's bytes.
pub struct Log {
    pub(super) lines: Vec<(&'static str, Contact, String)>,
    left: u64,
    /// Lines that found no room.
    pub(super) cut: u64,
}

impl Log {
    fn push(&mut self, level: &'static str, contact: Contact, message: String) {
        match self.left.checked_sub(message.len() as u64 + LINE_OVERHEAD) {
            Some(left) => {
                self.left = left;
                self.lines.push((level, contact, message));
            }
            None => self.cut += 1,
        }
    }
}

impl log::Host for State {
    async fn log(&mut self, level: log::Level, message: String) -> wasmtime::Result<()> {
        let level = match level {
            log::Level::Debug => "debug",
            log::Level::Info => "info",
            log::Level::Warn => "warn",
            log::Level::Error => "error",
        };
        self.calls.log += 1;
        self.log.push(level, self.contact, message);
        Ok(())
    }
}

impl settings::Host for State {
    async fn get(&mut self) -> wasmtime::Result<String> {
        self.calls.settings += 1;
        Ok(self.settings.clone())
    }
}

impl types::Host for State {}

type Rows = Vec<Vec<types::Value>>;
type Answer<T> = wasmtime::Result<Result<T, types::Error>>;

impl query::Host for State {
    async fn open(&mut self, sql: String, params: Vec<types::Value>) -> Answer<Resource<Cursor>> {
        let answer = match self.asks() {
            Ok(session) => session.cursor(&sql, &params).await,
            Err(denied) => Err(denied),
        };
        match self.note(answer) {
            Ok(cursor) => Ok(Ok(self.table.push(cursor)?)),
            Err(error) => Ok(Err(error)),
        }
    }

    async fn scalar(&mut self, sql: String, params: Vec<types::Value>) -> Answer<types::Value> {
        let answer = match self.asks() {
            Ok(session) => session.scalar(&sql, &params).await,
            Err(denied) => Err(denied),
        };
        Ok(self.note(answer))
    }

    async fn remaining(&mut self) -> wasmtime::Result<query::Budget> {
        self.calls.query += 1;
        Ok(match &self.session {
            Some(session) => session.remaining(),
            None => query::Budget {
                rows_left: 0,
                bytes_left: 0,
                statements_left: 0,
                millis_left: 0,
            },
        })
    }
}

impl query::HostCursor for State {
    async fn columns(&mut self, cursor: Resource<Cursor>) -> wasmtime::Result<Vec<types::Column>> {
        self.calls.query += 1;
        Ok(self.table.get(&cursor)?.columns())
    }

    async fn fetch(&mut self, cursor: Resource<Cursor>, max_rows: u32) -> Answer<Rows> {
        self.calls.query += 1;
        let cursor = self.table.get_mut(&cursor)?;
        let answer = match &mut self.session {
            Some(session) => session.fetch(cursor, max_rows).await,
            None => Err(not_granted()),
        };
        Ok(self.note(answer))
    }

    async fn fetch_page(&mut self, cursor: Resource<Cursor>, max_rows: u32) -> Answer<types::Page> {
        self.calls.query += 1;
        let cursor = self.table.get_mut(&cursor)?;
        let answer = match &mut self.session {
            Some(session) => session.fetch_page(cursor, max_rows).await,
            None => Err(not_granted()),
        };
        Ok(self.note(answer))
    }

    async fn drop(&mut self, cursor: Resource<Cursor>) -> wasmtime::Result<()> {
        let cursor = self.table.delete(cursor)?;
        if let Some(session) = &mut self.session {
            // A guest cannot be told of a failure here; the session reports it on the next call.
            let closed = session.close_cursor(cursor).await;
            let _ = self.note(closed);
        }
        Ok(())
    }
}
