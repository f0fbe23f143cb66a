//! Names the wall that a guest ran into, in the host's words.

use wasmtime::Trap;
use wasmtime::component::ResourceTableError;
use wasmtime_wasi::I32Exit;

use crate::check::disclose::neutral;
use crate::check::limits::{HANDLES, HOSTCALL_BYTES, INSTANCES, MEMORIES, Refused, TABLES, TimeUp};
use crate::grant::Limits;

/// Wasmtime gives these walls no type of their own; a test of each fails when a new wasmtime words one differently.
const WORDED: [(&str, &str, usize); 5] = [
    (
        "resource limit exceeded: instance count",
        "number of instances",
        INSTANCES,
    ),
    (
        "resource limit exceeded: memory count",
        "number of memories",
        MEMORIES,
    ),
    (
        "resource limit exceeded: table count",
        "number of tables",
        TABLES,
    ),
    ("store handle limit exceeded", "number of handles", HANDLES),
    (
        "too much data is being copied between the host and the guest",
        "bytes of one host call",
        HOSTCALL_BYTES,
    ),
];

/// A component's own declaration is over a wall; it was not instantiated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Demand {
    #[error("{}", at_most("number of memories", MEMORIES))]
    Memories,
    #[error("{}", at_most("number of tables", TABLES))]
    Tables,
    #[error("memory of {most} bytes")]
    Memory { most: u64 },
    #[error("size of its tables")]
    Elements,
}

/// What stopped a guest, from the error that its instantiation or its call ended in.
pub fn name(error: &wasmtime::Error, refused: Refused, limits: &Limits) -> String {
    if error.downcast_ref::<TimeUp>().is_some() {
        return format!("wall time of {:?}", limits.time);
    }
    if let Some(demand) = error.downcast_ref::<Demand>() {
        return demand.to_string();
    }
    match refused {
        Refused::Memory => return format!("memory of {} bytes", limits.memory),
        Refused::Table => return "size of its tables".to_owned(),
        Refused::Nothing => {}
    }
    if let Some(exit) = error.downcast_ref::<I32Exit>() {
        return format!(
            "it exited with code {} instead of returning a report",
            exit.0
        );
    }
    if let Some(ResourceTableError::Full) = error.downcast_ref() {
        return at_most("number of handles", HANDLES);
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::UnreachableCodeReached) => "it panicked or aborted".to_owned(),
        Some(trap) => format!("trap: {trap}"),
        None => worded(&error.root_cause().to_string()),
    }
}

fn worded(cause: &str) -> String {
    let known = WORDED.iter().find(|(words, ..)| cause.contains(words));
    match known {
        Some((_, wall, most)) => at_most(wall, *most),
        // The host's own message, though it may quote a name from the component.
        None => neutral(cause),
    }
}

fn at_most(wall: &str, most: usize) -> String {
    format!("{wall}, at most {most}")
}

#[cfg(test)]
mod tests;
