//! `vhost selftest` as an operator types it, and hostile checks beside an honest one in drills of an operator's own.

mod beside;
mod suite;
