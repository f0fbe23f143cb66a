//! Guest SQL on a real Postgres: what a check can ask, and what it cannot.

mod fence;
mod limits;
mod paging;
mod privilege;
mod reading;
mod role;
mod server;
mod values;
