//! The dump that is attacked, and the Postgres that it is restored into.

use crate::drill::EngineOrder;
use crate::plan::EngineKind;

/// What the dump says it is from where the engine itself decides: no sandbox is older.
const OLDEST: u32 = 14;

/// Rows of `selftest.open`, which the honest check counts.
pub const OPEN_ROWS: u64 = 3;

/// Parts of the fixture's rows. None of them may reach a report, whatever a check was granted.
pub const CANARIES: [&str; 5] = [
    "canary-column-",
    "canary-closed-",
    "canary-regranted-",
    "canary-guarded-",
    "canary-object-",
];
/// Of the rows that a check may read, and a report of counts may not tell.
pub const GRANTED_CANARY: &str = "canary-note-";

/// An engine, and the major version that a dump for it names.
pub struct Engine {
    pub order: EngineOrder,
    pub kind: EngineKind,
    pub major: u32,
}

/// Finds the Postgres of this machine where none is named; what is not found is said by the drill itself.
pub async fn engine(asked: &EngineOrder) -> Engine {
    let kind = match asked {
        EngineOrder::Docker(_) => EngineKind::Docker,
        EngineOrder::Local(_) => EngineKind::Local,
    };
    Engine {
        order: asked.clone(),
        kind,
        major: asked.newest().await.unwrap_or(OLDEST),
    }
}

impl Engine {
    /// A plain dump, as pg_dump begins and ends one.
    pub fn dump(&self) -> String {
        let major = self.major;
        format!(
            "--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version {major}.0\n\
             -- Dumped by pg_dump version {major}.0\n\n{}\n\n--\n-- PostgreSQL database dump complete\n--\n\n",
            include_str!("fixture.sql")
        )
    }
}
