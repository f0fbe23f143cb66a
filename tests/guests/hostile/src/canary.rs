//! Looks for what belongs to the host: in its own memory, environment, arguments, input and directories.

use std::io::Read as _;

use vhost_check::bindings::exports::vhost::check::checker::Report;

use crate::{got_through, refused};

/// Lies over each byte of what is looked for, so that the search does not find its own question.
#[cfg(target_family = "wasm")]
pub const MASK: u8 = 0x5a;

pub fn search(masked: &[String]) -> Result<Report, String> {
    if let Some((name, _)) = std::env::vars_os().next() {
        return got_through(format!("the environment has {name:?}"));
    }
    if let Some(argument) = std::env::args_os().next() {
        return got_through(format!("there is the argument {argument:?}"));
    }
    let mut input = Vec::new();
    // A closed input is an error or an end; only bytes would be a breach.
    let _ = std::io::stdin().read_to_end(&mut input);
    if !input.is_empty() {
        return got_through("standard input has bytes");
    }
    for path in ["/", ".", "/proc/self/environ", "/etc/passwd", "/tmp"] {
        if std::fs::metadata(path).is_ok() || std::fs::read_dir(path).is_ok() {
            return got_through(format!("{path} is there"));
        }
    }
    for (at, masked) in masked.iter().enumerate() {
        let Some(masked) = bytes(masked) else {
            return Err(format!("canary {at} is not hexadecimal"));
        };
        if found(&masked) {
            return got_through(format!("canary {at} is in memory"));
        }
    }
    refused(format!("none of {} canaries is here", masked.len()))
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let pairs = (0..hex.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok())
        .collect()
}

/// Whether it lies anywhere in this instance's memory.
#[cfg(target_family = "wasm")]
fn found(masked: &[u8]) -> bool {
    const PAGE: usize = 65_536;
    let size = core::arch::wasm32::memory_size::<0>() * PAGE;
    // From 1 on: address 0 is a null pointer, which a slice may not have.
    // SAFETY: every address of the memory can be read, and nothing writes while this looks.
    let memory =
        unsafe { std::slice::from_raw_parts(std::ptr::without_provenance::<u8>(1), size - 1) };
    memory.windows(masked.len()).any(|window| {
        window
            .iter()
            .zip(masked)
            .all(|(byte, masked)| *byte ^ MASK == *masked)
    })
}

/// Outside of WebAssembly there is no one memory to search; this crate is built there only with its whole workspace.
#[cfg(not(target_family = "wasm"))]
fn found(_: &[u8]) -> bool {
    false
}
