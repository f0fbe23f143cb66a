//! Proves that a Postgres backup can be restored.
//!
//! One *drill* reads top to bottom in [`drill`]. What a dump holds is read in [`vhost_dump`]. Each room uses only the rooms to its
//! left:
//!
//! ```text
//! plan · event · finding · reference │ sandbox │ source │ restore │ fidelity │ grant │ check │ report │ drill │ trial │ selftest │ bin/vhost
//! ```
//!
//! The library never prints, never exits and takes no ambient authority: paths, environment and clocks are
//! arguments, taken in `bin/vhost` alone.

#![deny(unsafe_code)]
#![warn(clippy::exit, clippy::print_stdout, clippy::print_stderr)]
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

pub mod check;
pub mod drill;
pub mod event;
pub mod fidelity;
pub mod finding;
pub mod grant;
pub mod plan;
pub mod reference;
pub mod report;
pub mod restore;
pub mod sandbox;
pub mod selftest;
pub mod source;
pub mod trial;
