//! Takes what a machine has: time, memory, a second call.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use vhost_check::bindings::exports::vhost::check::checker::Report;

use crate::got_through;

pub fn time() -> Result<Report, String> {
    let mut n = 0u64;
    loop {
        n = black_box(n.wrapping_add(1));
    }
}

pub fn sleep() -> Result<Report, String> {
    std::thread::sleep(Duration::from_secs(3_600));
    got_through("an hour passed in a host call")
}

pub fn memory() -> Result<Report, String> {
    let mut held = Vec::new();
    while held.len() < 4_000 {
        held.push(black_box(vec![1u8; 1 << 20]));
    }
    got_through("4,000 MiB were there for the taking")
}

pub fn stack() -> Result<Report, String> {
    fn deeper(n: u64) -> u64 {
        if black_box(n) == u64::MAX {
            return n;
        }
        // What comes after the call keeps it from becoming a loop.
        black_box(deeper(black_box(n + 1))).wrapping_add(n)
    }
    got_through(format!("{} calls deep and back", deeper(0)))
}

/// Traps, and would pass if anybody called the same instance again.
pub fn second_call() -> Result<Report, String> {
    static CALLED: AtomicBool = AtomicBool::new(false);
    if CALLED.swap(true, Ordering::Relaxed) {
        return got_through("it was called again after its trap");
    }
    std::process::abort()
}

pub fn exit() -> Result<Report, String> {
    std::process::exit(0)
}
