//! Compiles components in a child process.
//!
//! Compiling is work that a check's author chooses. The child has an address space, a processor time and a file size
//! of its own, so neither a bomb nor the compiler's ordinary appetite touches the drill. Its output comes back over a
//! file in memory that no other process was given. What is kept of it on disk is the cache's business: see
//! [`super::cache`].

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit};
use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use wasmtime::Engine;

use crate::check::code::{Code, Filling};
use crate::check::disclose::neutral;
use crate::check::machine::{Cranelift, Machine, config};
use crate::grant::Component;

/// What is kept of the child's complaint, in bytes.
const COMPLAINT: u64 = 4 << 10;

/// Each thread of the compiler reserves address space, so their number is fixed and not the machine's.
const THREADS: u32 = 4;

/// Seconds of processor time that the child's threads have together. Interpreters of other languages take about 20.
const PROCESSOR: u64 = 120;

#[derive(Debug, Error)]
pub enum CompileError {
    #[error("cannot start the compiler {} for check {check}", exe.display())]
    Start {
        check: String,
        exe: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("cannot make the compiler's limits for check {check}")]
    Limit {
        check: String,
        #[source]
        source: rustix::io::Errno,
    },
    #[error("cannot exchange check {check} with the compiler")]
    Exchange {
        check: String,
        #[source]
        source: io::Error,
    },
    #[error("check {check} does not compile: {complaint}")]
    Refused { check: String, complaint: String },
    #[error(
        "compiling check {check} was stopped by its limits ({status}); the component asks for too much work"
    )]
    Killed { check: String, status: ExitStatus },
    #[error("compiling check {check} took longer than {} s", most.as_secs())]
    TimedOut { check: String, most: Duration },
    #[error("the compiled check {check} does not load into this engine")]
    Load {
        check: String,
        #[source]
        source: wasmtime::Error,
    },
}

/// Why the child could not compile.
#[derive(Debug, Error)]
pub enum ChildError {
    #[error("cannot read the component")]
    Read(#[source] io::Error),
    #[error("cannot set up the WebAssembly compiler")]
    Engine(#[source] wasmtime::Error),
    #[error("not a valid component")]
    Compile(#[source] wasmtime::Error),
    #[error("cannot write the compiled component")]
    Write(#[source] io::Error),
}

/// Starts one child a component.
#[derive(Clone, Debug)]
pub struct Compiler {
    /// A program that calls [`compile_main`] when given `arguments`.
    pub exe: PathBuf,
    pub arguments: Vec<OsString>,
    /// Address space of the child, in bytes.
    pub memory: u64,
    /// Wall clock of the child. What it may compute is bounded by its processor time.
    pub time: Duration,
    /// Size of the compiled code, in bytes.
    pub output: u64,
}

/// A component in machine code, ready for instances.
#[derive(Clone)]
pub struct Compiled(wasmtime::component::Component);

impl Compiled {
    pub(super) fn new(component: wasmtime::component::Component) -> Self {
        Self(component)
    }

    pub(super) fn component(&self) -> &wasmtime::component::Component {
        &self.0
    }
}

/// The child's half: a component on standard input, machine code on standard output.
pub fn compile_main(mut input: impl Read, mut output: impl Write) -> Result<(), ChildError> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes).map_err(ChildError::Read)?;
    let engine = Engine::new(&config(Cranelift::Present)).map_err(ChildError::Engine)?;
    let code = engine
        .precompile_component(&bytes)
        .map_err(ChildError::Compile)?;
    output
        .write_all(&code)
        .and_then(|()| output.flush())
        .map_err(ChildError::Write)
}

impl Compiler {
    /// The limits that suffice for the interpreters of other languages (8–37 s, about 1 GiB).
    pub fn new(exe: PathBuf, arguments: Vec<OsString>) -> Self {
        Self {
            exe,
            arguments,
            memory: 4 << 30,
            // A machine that does much else gives the child a small part of its time.
            time: Duration::from_secs(600),
            output: 512 << 20,
        }
    }

    /// Compiles the very bytes whose SHA-256 the component carries.
    pub async fn compile(
        &self,
        machine: &Machine,
        component: &Component,
    ) -> Result<Compiled, CompileError> {
        let code = self.code(component).await?;
        code.load(machine).map_err(|source| CompileError::Load {
            check: component.name.clone(),
            source,
        })
    }

    pub(super) async fn code(&self, component: &Component) -> Result<Code, CompileError> {
        let check = || component.name.clone();
        let exchange = |source| CompileError::Exchange {
            check: check(),
            source,
        };
        let filling = Filling::new().map_err(exchange)?;
        let mut child = self
            .start(filling.file())
            .map_err(|source| CompileError::Start {
                check: check(),
                exe: self.exe.clone(),
                source,
            })?;
        // The child waits for its input, so the limits are there before it sees a byte of the component.
        self.confine(&child).map_err(|source| CompileError::Limit {
            check: check(),
            source,
        })?;
        let (status, complaint) = tokio::time::timeout(self.time, feed(&mut child, component))
            .await
            .map_err(|_| CompileError::TimedOut {
                check: check(),
                most: self.time,
            })?
            .map_err(exchange)?;
        if status.code().is_none() {
            return Err(CompileError::Killed {
                check: check(),
                status,
            });
        }
        if !status.success() {
            return Err(CompileError::Refused {
                check: check(),
                complaint: neutral(complaint.trim()),
            });
        }
        filling.seal().map_err(exchange)
    }

    fn start(&self, code: &File) -> io::Result<Child> {
        Command::new(&self.exe)
            .args(&self.arguments)
            .env_clear()
            .env("RAYON_NUM_THREADS", THREADS.to_string())
            .stdin(Stdio::piped())
            .stdout(code.try_clone()?)
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
    }

    fn confine(&self, child: &Child) -> rustix::io::Result<()> {
        let pid = child.id().and_then(|pid| Pid::from_raw(pid as i32));
        let both = |most| Rlimit {
            current: Some(most),
            maximum: Some(most),
        };
        for (resource, most) in [
            (Resource::As, self.memory),
            (Resource::Cpu, PROCESSOR),
            (Resource::Fsize, self.output),
            (Resource::Core, 0),
        ] {
            // `pid` is None only after the child was waited for, which nobody has done yet; limits set on the caller
            // instead would be a wrong that nobody notices.
            let pid = pid.ok_or(rustix::io::Errno::SRCH)?;
            rustix::process::prlimit(Some(pid), resource, both(most))?;
        }
        Ok(())
    }
}

/// Hands the component over and waits for the end.
async fn feed(child: &mut Child, component: &Component) -> io::Result<(ExitStatus, String)> {
    if let Some(mut input) = child.stdin.take() {
        match input.write_all(&component.bytes).await {
            // A child that died early says why in its status.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            written => written?,
        }
    }
    let mut complaint = Vec::new();
    if let Some(output) = child.stderr.take() {
        let mut kept = output.take(COMPLAINT);
        kept.read_to_end(&mut complaint).await?;
        // The rest is read and dropped: a full pipe would stop the child.
        tokio::io::copy(&mut kept.into_inner(), &mut tokio::io::sink()).await?;
    }
    let status = child.wait().await?;
    Ok((status, String::from_utf8_lossy(&complaint).into_owned()))
}
