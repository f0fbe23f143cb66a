//! Drills of given dumps: every format, whole and damaged.

mod changed;
mod damaged;
mod flipped;
mod notices;
mod other;
mod whole;

use crate::support::{CHECKS, Desk, Outcome, Plan};

/// A plan for a given dump, with the shipped checks' settings.
fn plan() -> Plan {
    Plan {
        rest: CHECKS.to_owned(),
        ..Plan::default()
    }
}

/// Drills a given dump without a check.
fn drill(desk: &Desk, dump: &std::path::Path) -> Outcome {
    desk.drill(&["--no-checks", "--dump", dump.to_str().unwrap()])
}
