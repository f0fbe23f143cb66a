//! A part of a whole, as a plan writes it.

use serde::Deserialize;

/// Parts of a million: percents with four decimals.
const WHOLE: u128 = 1_000_000;

/// `80%` or `99.5%`, at most `100%`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Percent(u128);

impl Percent {
    /// So much of `all`, not rounded up. `all` is at most 2^64.
    pub fn of(self, all: u128) -> u128 {
        all * self.0 / WHOLE
    }
}

impl Default for Percent {
    fn default() -> Self {
        Self(WHOLE / 100 * 80)
    }
}

impl TryFrom<String> for Percent {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parts = || -> Option<u128> {
            let percent = text.strip_suffix('%')?;
            let (whole, decimals) = percent.split_once('.').unwrap_or((percent, "0"));
            let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            if !digits(whole) || !digits(decimals) || decimals.len() > 4 {
                return None;
            }
            let parts = format!("{whole}{decimals:0<4}").parse().ok()?;
            (parts <= WHOLE).then_some(parts)
        };
        parts().map(Self).ok_or_else(|| {
            format!(
                "`{text}` is no part: write, for example, \"80%\" or \"99.5%\", at most \"100%\""
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_are_read_with_four_decimals() {
        let of = |text: &str, all| Percent::try_from(text.to_owned()).unwrap().of(all);
        assert_eq!(of("80%", 10), 8);
        assert_eq!(
            of("99.9999%", 1 << 64),
            (1 << 64) / 1_000_000 * 999_999 + 551_615
        );
        assert_eq!(of("100%", 1 << 64), 1 << 64);
        assert_eq!(of("0%", 7), 0);
        for text in ["", "80", "%", "101%", "1.00001%", "-1%", ".5%", "5.%"] {
            assert!(Percent::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
