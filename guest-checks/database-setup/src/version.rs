//! Which version of an extension a plan wants.

use serde::Deserialize;

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Wanted {
    Any,
    Absent,
    Version { how: How, version: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// As text: a version is whatever its author wrote.
    Equal,
    /// Number by number.
    AtLeast,
}

impl Wanted {
    /// Whether that version will do; none where nobody can say.
    pub fn admits(&self, found: &str) -> Option<bool> {
        match self {
            Self::Any => Some(true),
            Self::Absent => Some(false),
            Self::Version {
                how: How::Equal,
                version,
            } => Some(found == version),
            Self::Version {
                how: How::AtLeast,
                version,
            } => Some(numbers(found)? >= numbers(version)?),
        }
    }
}

/// `1.10.2` as its numbers, without zeros at the end, so that 1.2 and 1.2.0 are one version.
fn numbers(version: &str) -> Option<Vec<u64>> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts = version.split('.').map(|part| match digits(part) {
        true => part.parse().ok(),
        false => None,
    });
    let mut numbers: Vec<u64> = parts.collect::<Option<_>>()?;
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    Some(numbers)
}

impl TryFrom<String> for Wanted {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong =
            || format!("`{text}` is no version: write \"any\", \"absent\", \"1.6\" or \">= 1.6\"");
        match text.as_str() {
            "any" => return Ok(Self::Any),
            "absent" => return Ok(Self::Absent),
            _ => {}
        }
        let (how, version) = match text.strip_prefix(">=") {
            Some(version) => (How::AtLeast, version.trim()),
            None => (How::Equal, text.as_str()),
        };
        let plain = version.starts_with(|c: char| c.is_ascii_digit()) && !version.contains(' ');
        if !plain || (how == How::AtLeast && numbers(version).is_none()) {
            return Err(wrong());
        }
        Ok(Self::Version {
            how,
            version: version.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(text: &str) -> Wanted {
        Wanted::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn versions_are_compared_number_by_number() {
        for (wants, found, admits) in [
            (">= 1.9", "1.10", Some(true)),
            (">=1.10", "1.9", Some(false)),
            (">= 1.2", "1.2.0", Some(true)),
            (">= 1.2.0", "1.2", Some(true)),
            (">= 3.5", "3.5.0dev", None),
            ("3.5.0dev", "3.5.0dev", Some(true)),
            ("1.2", "1.2.0", Some(false)),
            ("any", "unpackaged", Some(true)),
            ("absent", "1.0", Some(false)),
        ] {
            assert_eq!(wanted(wants).admits(found), admits, "{wants} of {found}");
        }
    }

    #[test]
    fn anything_else_says_what_to_write() {
        for text in ["", ">=", ">= x", ">= 1.x", "> 1.2", "latest", "1.2 or 1.3"] {
            let error = Wanted::try_from(text.to_owned()).unwrap_err();
            assert!(error.contains("\">= 1.6\""), "{text}: {error}");
        }
    }
}
