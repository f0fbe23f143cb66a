//! What one store holds, and the host interfaces `query`, `settings` and `log`.

use std::time::{Instant, SystemTime};

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use wasmtime::component::{Resource, ResourceTable};
use wasmtime_wasi::{
    FsPerms, HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView,
};

use crate::check::Calls;
use crate::check::bindings::vhost::check::{log, query, settings, types};
use crate::check::disclose::{Contact, neutral};
use crate::check::exchange::call::{
    Columns, Drop, Fetch, FetchPage, Log as LogCall, Number, Open, Remaining, Scalar, Settings,
};
use crate::check::exchange::form::Private;
use crate::check::exchange::{Answers, Call, Recorder, Statement};
use crate::check::limits::{HANDLES, Meter};
use crate::check::statements::{Cost, Statements};
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
    pub(super) answers: Answers,
    pub(super) recorder: Option<Recorder>,
    /// None where nobody asks what each of them was.
    pub(super) statements: Option<Statements>,
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
    pub answers: Answers,
    /// None where nothing is recorded.
    pub recorder: Option<Recorder>,
    pub statements: Option<Statements>,
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
            answers: parts.answers,
            recorder: parts.recorder,
            statements: parts.statements,
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

    /// Answers a call: the one place where calls are counted, answered and recorded.
    pub(super) async fn ask<C: Call>(&mut self, call: &C) -> wasmtime::Result<C::Answer> {
        C::count(&mut self.calls);
        if C::CONTACT == Contact::Asked {
            self.contact = Contact::Asked;
        }
        let (begun, before) = (Instant::now(), self.answers.spent());
        let answer = self.answers.to(call).await?;
        if let Some(statements) = &mut self.statements {
            let cost = Cost {
                elapsed: begun.elapsed(),
                before,
                after: self.answers.spent(),
            };
            statements.note(call.of(), C::opened(&answer), &cost, C::error(&answer));
        }
        if let Some(error) = C::error(&answer) {
            self.last_error = Some(without_rows(error));
        }
        if let Some(recorder) = &mut self.recorder {
            recorder.note(call, &answer);
        }
        Ok(answer)
    }
}

/// Says which error it was. The server's message may quote a row; its SQLSTATE cannot, nor can a denial, which names
/// objects that there are (42501), a kind of statement (25006), or nothing.
pub(super) fn without_rows(error: &types::Error) -> String {
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
        let word = match level {
            log::Level::Debug => "debug",
            log::Level::Info => "info",
            log::Level::Warn => "warn",
            log::Level::Error => "error",
        };
        let call = LogCall {
            level,
            message: Private(message),
        };
        self.ask(&call).await?;
        self.log.push(word, self.contact, call.message.0);
        Ok(())
    }
}

impl settings::Host for State {
    async fn get(&mut self) -> wasmtime::Result<String> {
        self.ask(&Settings {}).await
    }
}

impl types::Host for State {}

type Rows = Vec<Vec<types::Value>>;
type Answer<T> = wasmtime::Result<Result<T, types::Error>>;

/// A guest's handle to a cursor.
pub struct Opened(Number);

impl State {
    fn number(&self, cursor: &Resource<Opened>) -> wasmtime::Result<Number> {
        Ok(self.table.get(cursor)?.0)
    }
}

impl query::Host for State {
    async fn open(&mut self, sql: String, params: Vec<types::Value>) -> Answer<Resource<Opened>> {
        let call = Open {
            sql: Statement(sql),
            params: Private(params),
        };
        Ok(match self.ask(&call).await? {
            Ok(number) => Ok(self.table.push(Opened(number))?),
            Err(error) => Err(error),
        })
    }

    async fn scalar(&mut self, sql: String, params: Vec<types::Value>) -> Answer<types::Value> {
        self.ask(&Scalar {
            sql: Statement(sql),
            params: Private(params),
        })
        .await
    }

    async fn remaining(&mut self) -> wasmtime::Result<query::Budget> {
        self.ask(&Remaining {}).await
    }
}

impl query::HostCursor for State {
    async fn columns(&mut self, cursor: Resource<Opened>) -> wasmtime::Result<Vec<types::Column>> {
        let cursor = self.number(&cursor)?;
        self.ask(&Columns { cursor }).await
    }

    async fn fetch(&mut self, cursor: Resource<Opened>, max_rows: u32) -> Answer<Rows> {
        let cursor = self.number(&cursor)?;
        self.ask(&Fetch { cursor, max_rows }).await
    }

    async fn fetch_page(&mut self, cursor: Resource<Opened>, max_rows: u32) -> Answer<types::Page> {
        let cursor = self.number(&cursor)?;
        self.ask(&FetchPage { cursor, max_rows }).await
    }

    async fn drop(&mut self, cursor: Resource<Opened>) -> wasmtime::Result<()> {
        let Opened(cursor) = self.table.delete(cursor)?;
        // A guest cannot be told of a failure here; the session reports it on the next call.
        let _ = self.ask(&Drop { cursor }).await?;
        Ok(())
    }
}
