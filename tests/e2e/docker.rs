//! Drills on a real Docker engine and beside containers of somebody else's; what holds on either engine is tried on both.

mod beside;
mod died;
mod hostile;
mod pass;
mod refused;
mod seventeen;
