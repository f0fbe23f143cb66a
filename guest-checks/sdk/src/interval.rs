//! Spans of time.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};

use crate::bindings::vhost::check::types::{self, Value};
use crate::calendar::MICROS_PER_DAY;
use crate::moment::{clock, number};
use crate::query::QueryError;
use crate::typed::{NotAValue, Typed};
use crate::value::{FromValue, unexpected};

/// An `interval`. Its three parts are kept apart, because a month has no fixed length.
///
/// It compares as Postgres does, with months of 30 days of 24 hours, so that `1 mon` equals `30 days`. In settings it
/// is written as Postgres shows it with IntervalStyle postgres: `"1 day"`, `"-2 mons +3 days 04:05:06.5"`.
#[derive(Clone, Copy, Debug)]
pub struct Interval {
    /// Twelve a year.
    pub months: i32,
    /// Days, as many as there are.
    pub days: i32,
    /// Microseconds, as many as there are.
    pub micros: i64,
}

impl Interval {
    /// What comparisons go by (`interval_cmp_value` in Postgres' timestamp.c).
    fn length(self) -> i128 {
        let days = i128::from(self.months) * 30 + i128::from(self.days);
        days * i128::from(MICROS_PER_DAY) + i128::from(self.micros)
    }

    /// The parts in one number, for a row to hand over.
    pub(crate) fn bits(self) -> i128 {
        let parts = i128::from(self.months) << 96;
        parts | i128::from(self.days as u32) << 64 | i128::from(self.micros as u64)
    }
}

impl PartialEq for Interval {
    fn eq(&self, other: &Self) -> bool {
        self.length() == other.length()
    }
}

impl Eq for Interval {}

impl PartialOrd for Interval {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Interval {
    fn cmp(&self, other: &Self) -> Ordering {
        self.length().cmp(&other.length())
    }
}

impl fmt::Display for Interval {
    /// As Postgres writes it with IntervalStyle postgres (`EncodeInterval` in its datetime.c).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before: Option<bool> = None;
        for (count, unit) in [
            (self.months / 12, "year"),
            (self.months % 12, "mon"),
            (self.days, "day"),
        ] {
            if count != 0 {
                let space = if before.is_some() { " " } else { "" };
                // A plus shows that the minus before it ends here.
                let plus = if before == Some(true) && count > 0 {
                    "+"
                } else {
                    ""
                };
                let plural = if count == 1 { "" } else { "s" };
                write!(f, "{space}{plus}{count} {unit}{plural}")?;
                before = Some(count < 0);
            }
        }
        if self.micros == 0 && before.is_some() {
            return Ok(());
        }
        let space = if before.is_some() { " " } else { "" };
        let sign = match (self.micros < 0, before) {
            (true, _) => "-",
            (false, Some(true)) => "+",
            (false, _) => "",
        };
        let micros = self.micros.unsigned_abs();
        let (second, fraction) = (micros / 1_000_000, micros % 1_000_000);
        let (hour, minute) = (second / 3_600, second / 60 % 60);
        write!(f, "{space}{sign}{hour:02}:{minute:02}:{:02}", second % 60)?;
        match fraction {
            0 => Ok(()),
            _ => write!(f, ".{}", format!("{fraction:06}").trim_end_matches('0')),
        }
    }
}

impl FromStr for Interval {
    type Err = NotAValue;

    fn from_str(text: &str) -> Result<Self, NotAValue> {
        read(text).ok_or_else(|| NotAValue::new(text, Self::WRITTEN))
    }
}

fn read(text: &str) -> Option<Interval> {
    let (mut months, mut days, mut micros) = (0_i64, 0_i64, 0_i64);
    let mut words = text.split_ascii_whitespace().peekable();
    words.peek()?;
    while let Some(word) = words.next() {
        let (sign, digits) = match word.split_at_checked(1)? {
            ("-", digits) => (-1, digits),
            ("+", digits) => (1, digits),
            _ => (1, word),
        };
        if digits.contains(':') {
            micros = micros.checked_add(sign * clock(digits)?)?;
            continue;
        }
        let count = number(digits)?.checked_mul(sign)?;
        let unit = words.next()?;
        match unit.strip_suffix('s').unwrap_or(unit) {
            "year" => months = months.checked_add(count.checked_mul(12)?)?,
            "mon" | "month" => months = months.checked_add(count)?,
            "week" => days = days.checked_add(count.checked_mul(7)?)?,
            "day" => days = days.checked_add(count)?,
            unit => {
                let seconds = match unit {
                    "hour" => 3_600,
                    "min" | "minute" => 60,
                    "sec" | "second" => 1,
                    _ => return None,
                };
                micros = micros.checked_add(count.checked_mul(seconds * 1_000_000)?)?;
            }
        }
    }
    Some(Interval {
        months: months.try_into().ok()?,
        days: days.try_into().ok()?,
        micros,
    })
}

impl Typed for Interval {
    const NAME: &'static str = "vhost_check::Interval";
    const WRITTEN: &'static str = "an interval such as 1 day 04:05:06";

    fn from_bits(bits: i128) -> Option<Self> {
        Some(Self {
            months: (bits >> 96) as i32,
            days: (bits >> 64) as i32,
            micros: bits as i64,
        })
    }
}

impl<'de> Deserialize<'de> for Interval {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(deserializer)
    }
}

impl From<Interval> for Value {
    fn from(interval: Interval) -> Self {
        Value::Interval(types::Interval {
            months: interval.months,
            days: interval.days,
            micros: interval.micros,
        })
    }
}

impl FromValue for Interval {
    fn from_value(value: Value) -> Result<Self, QueryError> {
        match value {
            Value::Interval(parts) => Ok(Self {
                months: parts.months,
                days: parts.days,
                micros: parts.micros,
            }),
            other => Err(unexpected("an interval", &other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text as Postgres 15 writes it.
    const WRITTEN: [(&str, Interval); 7] = [
        ("00:00:00", of(0, 0, 0)),
        ("1 year 2 mons 3 days 04:05:06.5", of(14, 3, 14_706_500_000)),
        ("-1 years", of(-12, 0, 0)),
        ("1 mon -1 days", of(1, -1, 0)),
        ("-1 mons +1 day -00:00:01", of(-1, 1, -1_000_000)),
        ("-2 days +100:00:00", of(0, -2, 360_000_000_000)),
        ("-00:00:00.000001", of(0, 0, -1)),
    ];

    const fn of(months: i32, days: i32, micros: i64) -> Interval {
        Interval {
            months,
            days,
            micros,
        }
    }

    #[test]
    fn an_interval_is_written_as_postgres_does_and_read_back() {
        for (text, interval) in WRITTEN {
            assert_eq!(interval.to_string(), text);
            let read: Interval = text.parse().unwrap();
            assert_eq!(read.bits(), interval.bits(), "{text}");
            let back = Interval::from_bits(interval.bits()).unwrap();
            assert_eq!(back.to_string(), text);
        }
        assert_eq!("36 hours".parse(), "1 day 12:00:00".parse::<Interval>());
    }

    #[test]
    fn intervals_compare_as_in_postgres() {
        let read = |text: &str| text.parse::<Interval>().unwrap();
        assert_eq!(read("1 mon"), read("30 days"));
        assert_eq!(read("1 day"), read("24:00:00"));
        assert!(read("-1 mons") < read("00:00:00"));
        assert!(read("1 year") < read("361 days"));
    }

    #[test]
    fn what_is_no_interval_says_how_to_write_one() {
        for text in [
            "",
            "1",
            "day",
            "1 fortnight",
            "1.5 days",
            "9999999999 days",
            "é",
        ] {
            let error = text.parse::<Interval>().unwrap_err().to_string();
            assert!(error.contains("such as 1 day 04:05:06"), "{error}");
        }
    }
}
