//! What an operator has reviewed and allowed a check to touch.
//!
//! ```text
//! check.wasm ──imports──▶ Component ┐
//! vhost.grants.toml ────▶ Grants   ─┴─review─▶ Approved ─┬▶ linker   only these interfaces
//!                                   or every refusal      ├▶ role     SELECT on these columns and nothing else
//!                                   at once               └▶ limits   memory, time, rows, bytes, statements
//! ```
//!
//! Three enforcers, each a function of one [`Approved`]; no fourth place decides.

pub mod component;
pub mod expansion;
pub mod file;
pub mod harden;
pub mod limits;
mod readable;
pub mod review;
pub mod role;
pub mod scope;
pub mod used;

pub use component::{Component, Import, ImportKind};
pub use expansion::{Expansion, expand};
pub use file::{Grant, Grants, GrantsError};
pub use harden::Hardened;
pub use limits::Limits;
pub use review::{Approved, Refusal, Refused, ReportLevel, review};
pub use role::{CheckLogin, RoleError, Withheld};
pub use scope::Scope;
pub use used::Used;
