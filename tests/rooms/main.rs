//! Rooms of the library, each on the real thing: Postgres servers, sandboxes, a Docker engine.

mod docker;
mod guest_sql;
mod manifest;
mod sandbox;
#[path = "../support/server.rs"]
mod server;
mod source;
