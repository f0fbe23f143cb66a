//! SQL that a plan writes, where names and values alone cannot say what is meant.

use std::fmt;

use serde::{Deserialize, Deserializer, de};

/// An expression in SQL as the operator wrote it, such as `deleted_at IS NULL`. It displays in parentheses.
///
/// It is the plan's and never a row's: a check that takes one says so in its settings' schema. The fence around a
/// check's statements holds it like any other text, so it reads what the grant opens and changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression(String);

impl Expression {
    /// A condition that every row meets.
    pub fn always() -> Self {
        Self("true".to_owned())
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The new line ends a comment that the expression may end with.
        write!(f, "({}\n)", self.0)
    }
}

impl<'de> Deserialize<'de> for Expression {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.trim().is_empty() {
            return Err(de::Error::custom("an expression in SQL is empty"));
        }
        Ok(Self(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_keeps_to_its_parentheses() {
        let read: Expression = serde_json::from_str(r#""a OR b -- c""#).unwrap();
        assert_eq!(format!("{read} AND d"), "(a OR b -- c\n) AND d");
        assert!(serde_json::from_str::<Expression>(r#"" ""#).is_err());
    }
}
