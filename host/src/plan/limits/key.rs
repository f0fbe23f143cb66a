//! The name of one limit, and how its amount is written.

use std::fmt;

/// One of the limits, by the key that stands in a plan, a grants file and a check's manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LimitKey {
    Memory,
    Time,
    StatementTime,
    Statements,
    Rows,
    Bytes,
    CellBytes,
    LogBytes,
    Findings,
}

impl LimitKey {
    /// Every key, in the order in which files hold them.
    pub const ALL: [LimitKey; 9] = [
        LimitKey::Memory,
        LimitKey::Time,
        LimitKey::StatementTime,
        LimitKey::Statements,
        LimitKey::Rows,
        LimitKey::Bytes,
        LimitKey::CellBytes,
        LimitKey::LogBytes,
        LimitKey::Findings,
    ];

    pub fn name(self) -> &'static str {
        match self {
            LimitKey::Memory => "memory",
            LimitKey::Time => "time",
            LimitKey::StatementTime => "statement_time",
            LimitKey::Statements => "statements",
            LimitKey::Rows => "rows",
            LimitKey::Bytes => "bytes",
            LimitKey::CellBytes => "cell_bytes",
            LimitKey::LogBytes => "log_bytes",
            LimitKey::Findings => "findings",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.name() == name)
    }

    /// An amount of this limit as TOML writes it: `"64MiB"`, `"30s"`, `1000`.
    ///
    /// Bytes are in the largest unit that leaves nothing over, durations too; reading it gives the amount again.
    pub fn written(self, amount: u64) -> String {
        let units: &[(u64, &str)] = match self {
            LimitKey::Memory | LimitKey::Bytes | LimitKey::CellBytes | LimitKey::LogBytes => {
                &[(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")]
            }
            LimitKey::Time | LimitKey::StatementTime => {
                &[(3_600_000, "h"), (60_000, "m"), (1_000, "s"), (1, "ms")]
            }
            LimitKey::Statements | LimitKey::Rows | LimitKey::Findings => &[],
        };
        units
            .iter()
            .find(|(unit, _)| amount >= *unit && amount.is_multiple_of(*unit))
            .map_or_else(
                || amount.to_string(),
                |(unit, name)| format!("\"{}{name}\"", amount / unit),
            )
    }
}

impl fmt::Display for LimitKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
