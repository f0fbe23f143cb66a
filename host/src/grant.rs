//! What an operator has reviewed and allowed a check to touch.
//!
//! ```text
//! check.wasm ──imports + manifest──▶ Asked   ┐
//! vhost.grants.toml ───────────────▶ Grants ─┴─review─▶ Approved ─┬▶ linker   only these interfaces and directories
//!                                            or every refusal      ├▶ role     SELECT on these columns and nothing else
//!                                            at once               └▶ limits   memory, time, rows, bytes, statements
//! ```
//!
//! Three enforcers, each a function of one [`Approved`]; no fourth place decides.

pub mod approval;
pub mod asked;
mod audit;
pub mod bundle;
pub mod component;
pub mod difference;
pub mod expansion;
pub mod file;
pub mod harden;
pub mod level;
pub mod overview;
mod readable;
pub mod record;
mod regular;
pub mod review;
pub mod role;
pub mod scope;
pub mod section;
pub mod settings;
pub mod used;
pub mod withholding;

pub use approval::{Decision, NotApproved, Withhold, approve};
pub use asked::{Asked, AskedRead};
pub use component::{Component, Import, ImportKind};
pub use difference::{Difference, difference};
pub use expansion::{Expansion, expand};
pub use file::{Grant, Grants, GrantsError};
pub use harden::Hardened;
pub use level::ReportLevel;
pub use overview::{Overview, Related};
pub use record::{Record, RecordError};
pub use review::{Approved, Artefact, Refusal, Refused, beyond, review};
pub use role::{CheckLogin, RoleError, Withheld};
pub use scope::Scope;
pub use section::ManifestFault;
pub use settings::{NotASchema, SettingsKey, SettingsSchema};
pub use used::Used;
pub use withholding::Withholding;

pub use crate::plan::limits::Limits;
