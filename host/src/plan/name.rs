//! Exact names, and the identity of one run.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

/// The exact name of something that a drill makes or looks at.
///
/// The alphabet is that of Docker's container names (`[a-zA-Z0-9][a-zA-Z0-9_.-]*`), so that one name serves a
/// container and a directory alike; at most 63 characters, so that it also serves as a host name label.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

/// Why a text is not an exact name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{given}` is not an exact name: write 1 to 63 of the characters a-z A-Z 0-9 _ . - and begin with a letter or digit"
)]
pub struct NotAName {
    pub given: String,
}

const LONGEST: usize = 63;

impl Name {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = NotAName;

    fn from_str(given: &str) -> Result<Self, NotAName> {
        let mut bytes = given.bytes();
        let first = bytes.next().is_some_and(|b| b.is_ascii_alphanumeric());
        let rest = bytes.all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b));
        if first && rest && given.len() <= LONGEST {
            Ok(Name(given.to_owned()))
        } else {
            Err(NotAName {
                given: given.to_owned(),
            })
        }
    }
}

impl TryFrom<String> for Name {
    type Error = NotAName;

    fn try_from(given: String) -> Result<Self, NotAName> {
        given.parse()
    }
}

impl From<Name> for String {
    fn from(name: Name) -> String {
        name.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a label is, for the message that says so.
pub const LABEL: &str = "at most 48 lower-case letters, digits and hyphens, a letter first";

/// Whether a text can name a check or an artefact: [`LABEL`].
///
/// A check's name becomes part of a role's, which has at most 63 bytes.
pub fn is_label(text: &str) -> bool {
    text.len() <= 48
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// The identity of one run: when it began (UTC, to the second) and three random bytes.
///
/// Written like `20261123T181700Z-4f9a2c`. Sorts by time, and is an exact name itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RunId(String);

/// Why a text is not a run's identity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not a run id: it looks like 20261123T181700Z-4f9a2c")]
pub struct NotARunId {
    pub given: String,
}

const STAMP: &[BorrowedFormatItem<'static>] =
    format_description!("[year][month][day]T[hour][minute][second]Z");

impl RunId {
    /// Names a run that begins at `now`; the random bytes keep two runs of one second apart.
    ///
    /// Years outside 0 to 9999 do not occur on a working clock; they are written as the nearest of the two.
    pub fn new(now: OffsetDateTime, random: [u8; 3]) -> RunId {
        let now = now.to_offset(time::UtcOffset::UTC);
        let year = now.year().clamp(0, 9999);
        RunId(format!(
            "{year:04}{:02}{:02}T{:02}{:02}{:02}Z-{}",
            u8::from(now.month()),
            now.day(),
            now.hour(),
            now.minute(),
            now.second(),
            hex::encode(random)
        ))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RunId {
    type Err = NotARunId;

    fn from_str(given: &str) -> Result<Self, NotARunId> {
        let valid = given.split_once('-').is_some_and(|(stamp, random)| {
            stamp.len() == 16
                && time::PrimitiveDateTime::parse(stamp, STAMP).is_ok()
                && random.len() == 6
                && random
                    .bytes()
                    .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        });
        if valid {
            Ok(RunId(given.to_owned()))
        } else {
            Err(NotARunId {
                given: given.to_owned(),
            })
        }
    }
}

impl TryFrom<String> for RunId {
    type Error = NotARunId;

    fn try_from(given: String) -> Result<Self, NotARunId> {
        given.parse()
    }
}

impl From<RunId> for String {
    fn from(run: RunId) -> String {
        run.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_names_are_those_docker_takes() {
        for good in ["a", "pg-restore-test-v0.4", "0_x", &"a".repeat(63)] {
            assert_eq!(good.parse::<Name>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "-a",
            ".a",
            "_a",
            "a/b",
            "a b",
            "a*",
            "ä",
            &"a".repeat(64),
        ] {
            let error = bad.parse::<Name>().unwrap_err();
            assert!(error.to_string().contains("1 to 63"), "{error}");
        }
    }

    #[test]
    fn a_run_id_survives_text_and_names_a_moment() {
        let now = time::macros::datetime!(2026-11-23 18:17:00 UTC);
        let run = RunId::new(now, [0x4f, 0x9a, 0x2c]);
        assert_eq!(run.to_string(), "20261123T181700Z-4f9a2c");
        assert_eq!(run.as_str().parse::<RunId>().unwrap(), run);
        assert!(run.as_str().parse::<Name>().is_ok());
        for bad in [
            "20261323T181700Z-4f9a2c",
            "20261123T181700Z-4F9A2C",
            "20261123T181700Z",
            "20261123T181700Z-4f9a2",
        ] {
            assert!(bad.parse::<RunId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn json_refuses_what_the_parser_refuses() {
        assert!(serde_json::from_str::<Name>("\"../x\"").is_err());
        assert_eq!(
            serde_json::to_string(&"ok".parse::<Name>().unwrap()).unwrap(),
            "\"ok\""
        );
    }
}
