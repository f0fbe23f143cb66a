//! Write a vhost check in Rust so that it reads like what it asserts.
//!
//! A check is its settings: a type that serde reads from the plan's table `[checks.<name>]`, and one function that
//! looks. What it sees are [`Findings`]; whatever keeps it from looking leaves by `?`.
//!
//! ```
//! use vhost_check::{Check, CouldNotLook, Findings, Relation};
//!
//! #[derive(serde::Deserialize)]
//! struct RelationEmpty {
//!     relations: Vec<Relation>,
//! }
//!
//! impl Check for RelationEmpty {
//!     fn run(self, findings: &mut Findings) -> Result<(), CouldNotLook> {
//!         for relation in &self.relations {
//!             findings.about(relation, |findings| {
//!                 findings.expect_eq("relation-empty", relation, 0, relation.count()?);
//!                 Ok(())
//!             })?;
//!         }
//!         Ok(())
//!     }
//! }
//!
//! vhost_check::export!(RelationEmpty);
//! # fn main() {}
//! ```

mod cell;
mod counts;
mod error;
mod expression;
mod findings;
mod manifest;
mod query;
mod row;
mod settings;
mod sql;

/// The boundary in `wit/`, for what this crate has no words for.
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "check",
        pub_export_macro: true,
        default_bindings_module: "vhost_check::bindings",
        export_macro_name: "export_component",
    });
}

pub use bindings::vhost::check::types::Value;
pub use bindings::vhost::check::{evidence, log};
pub use cell::Cell;
pub use counts::counts;
pub use error::CouldNotLook;
pub use expression::Expression;
pub use findings::{Findings, Subject};
pub use manifest::{Objects, objects};
pub use query::{FromValue, QueryError, Rows, query, scalar};
pub use row::{Key, Row, Seen};
pub use sql::{Ident, NotAName, Relation};

use bindings::exports::vhost::check::checker;

/// One thing to look at, as its settings say.
pub trait Check: serde::de::DeserializeOwned {
    /// Looks once. An `Err` is a check that could not look, which is never a pass.
    fn run(self, findings: &mut Findings) -> Result<(), CouldNotLook>;
}

/// Reads the settings and runs the check; what [`export!`] calls.
#[doc(hidden)]
pub fn run<C: Check>() -> Result<checker::Report, String> {
    let check: C = settings::read(&bindings::vhost::check::settings::get())
        .map_err(|error| error.to_string())?;
    let mut findings = Findings::default();
    check
        .run(&mut findings)
        .map_err(|error| error.to_string())?;
    Ok(findings.into_report())
}

/// Makes a [`Check`] the check that this component exports.
#[macro_export]
macro_rules! export {
    ($check:ty) => {
        struct ExportedCheck;

        impl $crate::bindings::exports::vhost::check::checker::Guest for ExportedCheck {
            fn run() -> ::std::result::Result<
                $crate::bindings::exports::vhost::check::checker::Report,
                ::std::string::String,
            > {
                $crate::run::<$check>()
            }
        }

        $crate::bindings::export_component!(ExportedCheck with_types_in $crate::bindings);
    };
}
