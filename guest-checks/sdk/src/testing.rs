//! A scripted world to run a check in, so that its logic has ordinary unit tests: no database, no WebAssembly.
//!
//! A [`World`] says what the plan says, and what the database and the host answer. [`run`] runs the check in it, and
//! [`Seen`] says what came of it.
//!
//! ```
//! use vhost_check::testing::{self, World, json};
//! use vhost_check::{Check, CouldNotLook, Findings, Ident, Relation};
//!
//! #[derive(serde::Deserialize)]
//! struct NoGaps {
//!     relation: Relation,
//!     column: Ident,
//! }
//!
//! impl Check for NoGaps {
//!     fn run(self, findings: &mut Findings) -> Result<(), CouldNotLook> {
//!         let Self { relation, column } = &self;
//!         findings.about(relation, |findings| {
//!             let gaps = relation.count_where(&format!("{column} IS NULL"), &[])?;
//!             findings.expect_none("no-gaps", relation, gaps);
//!             Ok(())
//!         })
//!     }
//! }
//!
//! // In the check's own tests:
//! let plan = || World::new().settings(json!({"relation": "shop.orders", "column": "placed"}));
//! testing::run::<NoGaps>(plan().answer(r#""placed" IS NULL"#, 0)).passes();
//! testing::run::<NoGaps>(plan().answer(r#""placed" IS NULL"#, 3)).fails("no-gaps");
//! testing::run::<NoGaps>(plan().missing("shop.orders")).fails("relation-exists");
//! testing::run::<NoGaps>(plan().denied("shop.orders")).could_not_look("permission denied");
//! ```

mod answer;
pub mod facts;
mod page;
pub(crate) mod scripted;
mod seen;
#[cfg(test)]
mod tests;
mod world;

pub use crate::bindings::exports::vhost::check::checker::{Finding, Status};
pub use crate::bindings::vhost::check::log::Level;
pub use answer::Answer;
pub use seen::{Asked, Seen};
#[doc(no_inline)]
pub use serde_json::json;
pub use world::World;

use crate::bindings::exports::vhost::check::checker::Report;
use crate::bindings::vhost::check::types::{Error, SqlError};
use crate::{Check, CouldNotLook, Findings};

/// Runs a check in a world, as the host would: its settings are read, its findings held to the contract.
pub fn run<C: Check>(world: World) -> Seen {
    look(world, crate::run::<C>)
}

/// Runs a part of a check in a world, for example one function that takes findings.
pub fn with(world: World, part: impl FnOnce(&mut Findings) -> Result<(), CouldNotLook>) -> Seen {
    look(world, || crate::collect(part))
}

fn look(world: World, look: impl FnOnce() -> Result<Report, String>) -> Seen {
    let entered = scripted::enter(world);
    let outcome = look();
    let (asked, log) = entered.leave();
    Seen::new(outcome, asked, log)
}

pub(crate) fn sql_error(sqlstate: &str, message: &str) -> Error {
    Error::Sql(SqlError {
        sqlstate: sqlstate.to_owned(),
        severity: "ERROR".to_owned(),
        message: message.to_owned(),
        detail: None,
        hint: None,
        position: None,
        constraint: None,
        table: None,
    })
}
