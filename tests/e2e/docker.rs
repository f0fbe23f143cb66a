//! Drills on a real Docker engine, and beside containers of somebody else's.

mod beside;
mod died;
mod hostile;
mod pass;
mod refused;
