//! The built binary, from its arguments to its exit status, on real Postgres servers and with the real checks.

mod artefacts;
mod cache;
mod declare;
mod docker;
mod dumps;
mod fidelity;
mod first_check;
mod frozen;
mod grants;
mod house;
mod languages;
mod listed;
mod new;
mod readme;
mod record;
mod reference;
#[path = "../schema.rs"]
mod schema;
mod secrets;
mod selftest;
mod support;
mod teardown;
mod trial;
mod usage;
mod verdicts;
mod versions;
