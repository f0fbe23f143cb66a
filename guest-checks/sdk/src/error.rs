//! Why a check could not look.

use std::fmt;

use crate::query::QueryError;
use crate::sql::NotAName;
use crate::typed::NotAValue;

/// What kept a check from looking; the drill is INCONCLUSIVE, never PASS.
///
/// Its text may quote what the database said. It reaches the report under the grant `report = "values"` alone.
#[derive(Debug)]
pub struct CouldNotLook(String);

impl CouldNotLook {
    /// With the reason as a person would say it, in one line.
    pub fn because(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for CouldNotLook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CouldNotLook {}

impl From<QueryError> for CouldNotLook {
    fn from(error: QueryError) -> Self {
        Self(error.to_string())
    }
}

impl From<NotAName> for CouldNotLook {
    fn from(error: NotAName) -> Self {
        Self(error.to_string())
    }
}

impl From<NotAValue> for CouldNotLook {
    fn from(error: NotAValue) -> Self {
        Self(error.to_string())
    }
}
