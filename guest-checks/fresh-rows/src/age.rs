//! How a plan writes a span of time.

use serde::Deserialize;

/// Seconds in a day.
const DAY: i64 = 86_400;
/// A hundred thousand years: more than Postgres' calendar has, and still far from overflow.
const LONGEST: i64 = 100_000 * 366 * DAY;

/// Whole seconds, written as in the plan's own tables: `90s`, `5m`, `26h`, `7d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Age(i64);

impl Age {
    pub fn seconds(self) -> i64 {
        self.0
    }

    pub fn five_minutes() -> Self {
        Self(300)
    }
}

impl TryFrom<String> for Age {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let units = [("s", 1), ("m", 60), ("h", 3_600), ("d", DAY)];
        let seconds = units.into_iter().find_map(|(unit, seconds)| {
            let number = text.strip_suffix(unit)?;
            let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            let number: i64 = digits.then(|| number.parse().ok()).flatten()?;
            number.checked_mul(seconds).filter(|age| *age <= LONGEST)
        });
        seconds.map(Self).ok_or_else(|| {
            format!("`{text}` is no span of time: write, for example, \"30m\", \"26h\" or \"7d\"")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_in_four_units() {
        for (text, seconds) in [("0s", 0), ("5m", 300), ("26h", 93_600), ("7d", 604_800)] {
            assert_eq!(Age::try_from(text.to_owned()), Ok(Age(seconds)));
        }
    }

    #[test]
    fn anything_else_says_what_to_write() {
        for text in ["", "h", "-1h", "1.5h", "24", "1w", "99999999999999999d"] {
            let error = Age::try_from(text.to_owned()).unwrap_err();
            assert!(error.contains("\"26h\""), "{text}: {error}");
        }
    }
}
