//! How much of what a check saw may be read in the report.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What of a check's values reaches the report. The later one shows more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReportLevel {
    /// Counts and booleans; of text its length and a digest salted per drill.
    #[default]
    Counts,
    /// Every value as it is.
    Values,
}

impl ReportLevel {
    /// As files write it.
    pub fn name(self) -> &'static str {
        match self {
            ReportLevel::Counts => "counts",
            ReportLevel::Values => "values",
        }
    }
}

impl fmt::Display for ReportLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
