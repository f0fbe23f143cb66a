//! The WebAssembly engine, configured for guests that nobody trusts.

use std::io;

use thiserror::Error;
use wasmtime::{Config, Engine};

use crate::check::limits::Ticker;

#[derive(Debug, Error)]
pub enum MachineError {
    #[error("cannot set up the WebAssembly engine")]
    Engine(#[source] wasmtime::Error),
    #[error("cannot start the thread that interrupts checks")]
    Ticker(#[source] io::Error),
}

/// Whether an engine can compile. The drill's own cannot: compiling is work that a check's author chooses, and it is
/// done by a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cranelift {
    Absent,
    Present,
}

/// One configuration for both sides: compiled code loads only into an engine that agrees with it.
pub fn config(cranelift: Cranelift) -> Config {
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .wasm_memory64(false)
        // Off, because most advisories of this release line are in it.
        .concurrency_support(false)
        // A guest's own stack; deep recursion ends in a trap.
        .max_wasm_stack(512 << 10)
        // A guest chooses its functions' names, so a backtrace is a way into the report.
        .wasm_backtrace_max_frames(None)
        .enable_compiler(cranelift == Cranelift::Present);
    config
}

/// An engine that runs compiled checks, and its clock. It serves all checks of a drill.
pub struct Machine {
    engine: Engine,
    _ticker: Ticker,
}

impl Machine {
    pub fn start() -> Result<Self, MachineError> {
        let engine = Engine::new(&config(Cranelift::Absent)).map_err(MachineError::Engine)?;
        let ticker = Ticker::start(&engine).map_err(MachineError::Ticker)?;
        Ok(Self {
            engine,
            _ticker: ticker,
        })
    }

    pub fn engine(&self) -> &Engine {
        &self.engine
    }
}
