//! Machine code on its way from the compiler or the cache into the engine.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::FileExt as _;

use rustix::fs::{MemfdFlags, SealFlags};

use crate::check::compile::Compiled;
use crate::check::machine::Machine;

/// Read at once while code is copied.
pub(super) const PIECE: usize = 256 << 10;

/// A file in memory that is being filled. No other process has it but one that was given it.
pub(super) struct Filling(File);

/// Machine code in a file in memory that nobody can change any more.
#[derive(Debug)]
pub struct Code(File);

impl Filling {
    pub fn new() -> io::Result<Self> {
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        Ok(Self(
            rustix::fs::memfd_create("vhost-compiled-check", flags)?.into(),
        ))
    }

    pub fn file(&self) -> &File {
        &self.0
    }

    /// Sealed, so that even a process that outlives the compiler cannot change code while it is kept or runs.
    pub fn seal(self) -> io::Result<Code> {
        let seals = SealFlags::WRITE | SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL;
        rustix::fs::fcntl_add_seals(&self.0, seals)?;
        Ok(Code(self.0))
    }
}

impl Code {
    /// Hands the code on, piece by piece from its start.
    pub(super) fn pieces(&self, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        let mut piece = vec![0; PIECE];
        let mut at = 0;
        loop {
            // The offset is the compiler's too, so it is not relied on.
            match self.0.read_at(&mut piece, at)? {
                0 => return Ok(()),
                read => {
                    take(&piece[..read])?;
                    at += read as u64;
                }
            }
        }
    }

    /// Makes it ready for instances.
    ///
    /// # Errors
    ///
    /// Where it was compiled for another engine, which wasmtime tells from the code's own head.
    pub(super) fn load(&self, machine: &Machine) -> wasmtime::Result<Compiled> {
        let path = format!("/proc/self/fd/{}", self.0.as_raw_fd());
        // SAFETY: `deserialize_file` wants the output of `precompile_component`, unmodified while it is mapped. This
        // file is in memory and sealed. It was filled either by this program's own compiler, or by the cache, which
        // hands on only what this program's own compiler wrote and what was authenticated in this very file. Wasmtime
        // checks version, target and configuration itself.
        #[expect(unsafe_code, reason = "the one place where compiled code is taken in")]
        let component =
            unsafe { wasmtime::component::Component::deserialize_file(machine.engine(), path) }?;
        Ok(Compiled::new(component))
    }
}
