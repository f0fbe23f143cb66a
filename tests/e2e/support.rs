//! What every test here stands on: a source, a desk to drill from, and what a drill came to.

mod desk;
pub mod dump;
mod guest;
mod outcome;
#[path = "../../host/tests/support/server.rs"]
#[expect(dead_code, reason = "the host's own tests use more of it")]
pub mod server;
mod shop;

pub use desk::{Desk, Grant, Plan};
pub use guest::component;
pub use outcome::{Outcome, agree};
pub use shop::{CHECKS, Database, GRANTS, SHIPPED, Shop, password};
