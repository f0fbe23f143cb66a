//! Walls around a guest's own resources: memory, tables, instances, handles and time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use wasmtime::component::Component;
use wasmtime::{Engine, ResourceLimiter, Store, UpdateDeadline};

use crate::check::host::State;
use crate::check::wall::Demand;
use crate::grant::component::Weight;

/// How often a guest that computes is asked whether its time is up.
const TICK: Duration = Duration::from_millis(5);

/// What one host call may lift out of a guest, in bytes; the longest SQL text and a full report fit.
pub const HOSTCALL_BYTES: usize = 8 << 20;

/// Handles alive at one time, in the guest's tables and in the host's.
pub const HANDLES: usize = 1024;

/// Interpreters bring dozens of core instances; a component that brings more is an attack.
pub const INSTANCES: usize = 256;
pub const TABLES: usize = 128;
pub const MEMORIES: usize = 64;

/// Of memories, as components declare them: 64-bit memories and pages of other sizes are off.
const PAGE: u64 = 64 << 10;

/// All tables together; each element takes a pointer.
const TABLE_ELEMENTS: usize = 1 << 18;

/// Sums what all memories and tables of one store take.
///
/// Wasmtime's own `StoreLimits` holds each memory to the limit by itself, so 64 memories could take 64 times as much.
pub struct Meter {
    most: u64,
    memory: u64,
    peak: u64,
    elements: usize,
    refused: Refused,
}

/// Whether a wall has been run into; it tells an abort for lack of memory from any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    Nothing,
    Memory,
    Table,
}

impl Meter {
    /// `most` is the sum of all linear memories in bytes.
    pub fn new(most: u64) -> Self {
        Self {
            most,
            memory: 0,
            peak: 0,
            elements: 0,
            refused: Refused::Nothing,
        }
    }

    /// Highest sum of linear memories, in bytes.
    pub fn peak(&self) -> u64 {
        self.peak
    }

    pub fn refused(&self) -> Refused {
        self.refused
    }
}

impl ResourceLimiter for Meter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let sum = self.memory + desired.saturating_sub(current) as u64;
        if sum > self.most {
            self.refused = Refused::Memory;
            return Ok(false);
        }
        // A growth that the operating system refuses afterwards stays counted: erring on this side is safe.
        self.memory = sum;
        self.peak = self.peak.max(sum);
        Ok(true)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let sum = self.elements + desired.saturating_sub(current);
        if sum > TABLE_ELEMENTS {
            self.refused = Refused::Table;
            return Ok(false);
        }
        self.elements = sum;
        Ok(true)
    }

    fn instances(&self) -> usize {
        INSTANCES
    }

    fn tables(&self) -> usize {
        TABLES
    }

    fn memories(&self) -> usize {
        MEMORIES
    }
}

/// Refuses a component that declares more than it may take, before anything of it is there.
///
/// `memory` is the sum of all linear memories in bytes, and the most that its instances may take beside them: no
/// limiter is asked about that, and it is allocated in one go, which no epoch interrupts. What is not declared, such as the sum of what several memories
/// start with, is refused by the [`Meter`] when it is asked for.
pub fn admit(component: &Component, weight: &Weight, memory: u64) -> Result<(), Demand> {
    if weight.bytes(INSTANCES as u64) > memory {
        return Err(Demand::Memory { most: memory });
    }
    // None where it imports core modules, of which nothing is known before; nothing links those.
    let Some(needs) = component.resources_required() else {
        return Ok(());
    };
    let over = |declared: u32, most: usize| usize::try_from(declared).is_ok_and(|n| n > most);
    if over(needs.num_memories, MEMORIES) {
        return Err(Demand::Memories);
    }
    if over(needs.num_tables, TABLES) {
        return Err(Demand::Tables);
    }
    let pages = needs.max_initial_memory_size.unwrap_or(0);
    if pages.saturating_mul(PAGE) > memory {
        return Err(Demand::Memory { most: memory });
    }
    if needs.max_initial_table_size.unwrap_or(0) > TABLE_ELEMENTS as u64 {
        return Err(Demand::Elements);
    }
    Ok(())
}

/// The guest computed past its deadline.
#[derive(Debug, thiserror::Error)]
#[error("time is up")]
pub struct TimeUp;

/// Puts the walls around a store. To be called before anything is instantiated in it.
pub fn fence(store: &mut Store<State>, deadline: Instant) {
    store.limiter(|state| &mut state.meter);
    store.set_hostcall_fuel(HOSTCALL_BYTES);
    store.set_max_component_handles(HANDLES);
    store.set_epoch_deadline(1);
    // Yielding lets the connection to the database and the other checks go on, and the outer timeout fire.
    store.epoch_deadline_callback(move |_| {
        if Instant::now() >= deadline {
            return Err(TimeUp.into());
        }
        Ok(UpdateDeadline::Yield(1))
    });
}

/// Ticks an engine's epoch until it is dropped.
///
/// A thread of its own: a task could starve behind the very guests that it is there to interrupt.
pub struct Ticker {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    pub fn start(engine: &Engine) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let (engine, stopped) = (engine.weak(), stop.clone());
        let thread = std::thread::Builder::new()
            .name("epoch".to_owned())
            .spawn(move || {
                while !stopped.load(Ordering::Relaxed) {
                    std::thread::sleep(TICK);
                    let Some(engine) = engine.upgrade() else {
                        break;
                    };
                    engine.increment_epoch();
                }
            })?;
        Ok(Self {
            stop,
            thread: Some(thread),
        })
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // It only sleeps and counts, so it has nothing to report; and it ends within one tick.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memories_are_summed() {
        let mut meter = Meter::new(100);
        assert!(meter.memory_growing(0, 60, None).unwrap());
        assert!(!meter.memory_growing(0, 60, None).unwrap());
        assert!(meter.memory_growing(60, 100, None).unwrap());
        assert!(!meter.memory_growing(0, 1, None).unwrap());
        assert_eq!((meter.peak(), meter.refused()), (100, Refused::Memory));
    }

    #[test]
    fn tables_are_summed() {
        let mut meter = Meter::new(0);
        assert!(meter.table_growing(0, TABLE_ELEMENTS, None).unwrap());
        assert!(!meter.table_growing(0, 1, None).unwrap());
        assert_eq!(meter.refused(), Refused::Table);
    }
}
