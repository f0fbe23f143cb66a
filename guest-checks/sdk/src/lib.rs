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
//!                 findings.expect_none("relation-empty", relation, relation.count()?);
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
//!
//! | a check wants | and uses |
//! |---|---|
//! | settings | fields of its own type; [`Relation`] and [`Ident`] for names, [`Date`], [`Interval`], [`Numeric`] and the like for values |
//! | one number | [`scalar`], [`Relation::count`], [`Relation::count_where`] |
//! | rows | [`query_as`] into structs, [`query_one`] into one, [`query`] where only the settings know the columns |
//! | values in SQL | [`params!`], never text |
//! | to say what it saw | [`Findings`], about a [`Subject`] |
//! | to stop in time | [`remaining`], [`QueryError::limit`], [`Findings::within_limits`] |
//! | what the host recorded | [`evidence`] |
//! | to leave a note | [`log`](mod@log) |
//! | to be tested | [`testing`], natively and without a database |

#![allow(
    clippy::result_large_err,
    reason = "an error names what it is about; it is as large as that, and rare"
)]
#![warn(missing_docs)]

mod boundary;
mod calendar;
mod cell;
mod decode;
mod error;
pub mod evidence;
mod expression;
mod findings;
mod interval;
pub mod log;
mod moment;
mod numeric;
mod query;
mod row;
mod settings;
mod sql;
mod subject;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;
mod typed;
mod uuid;
mod value;

/// The boundary in `wit/`, for what this crate has no words for.
// What is generated has the words of the `.wit` files, which are no Rust documentation.
#[allow(missing_docs, rustdoc::all)]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "check",
        pub_export_macro: true,
        default_bindings_module: "vhost_check::bindings",
        export_macro_name: "export_component",
        additional_derives: [PartialEq],
    });
}

pub use bindings::vhost::check::types::{Column, Limit, LimitHit, OtherValue, Value};
pub use cell::Cell;
pub use decode::{Misfit, Records};
pub use error::CouldNotLook;
pub use evidence::{Objects, all_objects as objects};
pub use expression::Expression;
pub use findings::Findings;
pub use interval::Interval;
pub use moment::{Date, Timestamp, TimestampTz};
pub use numeric::Numeric;
pub use query::{Budget, QueryError, Rows, query, query_as, query_one, remaining, scalar};
pub use row::{Key, Row, Seen};
pub use sql::{Ident, NotAName, Relation};
pub use subject::Subject;
pub use typed::NotAValue;
pub use uuid::Uuid;
pub use value::FromValue;

use bindings::exports::vhost::check::checker;

/// One thing to look at, as its settings say.
///
/// A check reads its settings whole: a key that no field reads is an error, at any depth, because a misspelt one would
/// assert nothing. A setting that may be left out is an [`Option`] or has `#[serde(default)]`.
pub trait Check: serde::de::DeserializeOwned {
    /// Looks once. An `Err` is a check that could not look, which is never a pass.
    fn run(self, findings: &mut Findings) -> Result<(), CouldNotLook>;
}

/// Reads the settings and runs the check; what [`export!`] calls.
#[doc(hidden)]
pub fn run<C: Check>() -> Result<checker::Report, String> {
    collect(|findings| settings::read::<C>(&boundary::settings::get())?.run(findings))
}

/// Makes one look a report.
fn collect(
    look: impl FnOnce(&mut Findings) -> Result<(), CouldNotLook>,
) -> Result<checker::Report, String> {
    let mut findings = Findings::default();
    look(&mut findings).map_err(|error| error.to_string())?;
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
