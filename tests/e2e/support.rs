//! What every test here stands on: a source, a desk to drill from, and what a drill came to.

mod desk;
pub mod dump;
mod engine;
pub mod given;
mod guest;
mod live;
mod made;
mod outcome;
mod proxy;
#[path = "../support/server.rs"]
#[expect(dead_code, reason = "the rooms' tests use more of it")]
pub mod server;
mod shop;
mod terminal;

pub use desk::{Desk, Grant, Plan};
pub(crate) use engine::on_each_engine;
pub use engine::{Container, Docker, Engine, unused_name};
pub use guest::{component, without_manifest, workspace};
pub use live::Live;
pub use made::{Made, group};
pub use outcome::{Outcome, agree};
pub use proxy::Proxy;
pub use shop::{CHECKS, Database, GRANTS, READER, SHIPPED, Shop, password};
pub use terminal::Terminal;
