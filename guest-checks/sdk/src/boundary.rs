//! The one way out of this crate: on WebAssembly to the host, natively to the scripted world of a test.
//!
//! The host links what a component imports, and a component imports what it calls; so every function stands alone.

#[cfg(target_arch = "wasm32")]
pub use crate::bindings::vhost::check::{evidence, log, query, settings};

#[cfg(not(target_arch = "wasm32"))]
pub use crate::testing::scripted::{evidence, log, now, query, settings};

#[cfg(target_arch = "wasm32")]
pub fn now() -> crate::TimestampTz {
    use std::time::{SystemTime, UNIX_EPOCH};

    /// From 1970-01-01 to 2000-01-01.
    const UNIX_EPOCH_MICROS: i64 = 946_684_800_000_000;
    // A clock before 1970 reads as 1970, and one beyond Postgres' years as infinity.
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let micros = since.map_or(0, |since| since.as_micros());
    let micros = i64::try_from(micros).unwrap_or(i64::MAX);
    crate::TimestampTz::from_micros(micros.saturating_sub(UNIX_EPOCH_MICROS))
}
