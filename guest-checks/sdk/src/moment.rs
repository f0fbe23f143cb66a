//! Dates and timestamps.

mod record;
mod text;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer};

use crate::bindings::vhost::check::types::Value;
use crate::calendar::{self, MICROS_PER_DAY};
use crate::query::QueryError;
use crate::typed::{NotAValue, Typed};
use crate::value::{FromValue, unexpected};
use text::Form;

pub(crate) use text::{clock, number};

/// The three types differ in their name, their case of [`Value`] and how they are written.
macro_rules! moment {
    ($(#[$doc:meta])* $moment:ident, $case:ident, $wanted:literal, $written:literal, $form:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $moment(i64);

        impl $moment {
            /// Later than every other.
            pub const INFINITY: Self = Self(i64::MAX);
            /// Earlier than every other.
            pub const NEG_INFINITY: Self = Self(i64::MIN);

            /// From microseconds since 2000-01-01 00:00; the extremes are the infinities.
            pub const fn from_micros(micros: i64) -> Self {
                Self(micros)
            }

            /// Microseconds since 2000-01-01 00:00; the extremes are the infinities.
            pub const fn micros(self) -> i64 {
                self.0
            }

            /// It is no infinity.
            pub const fn is_finite(self) -> bool {
                self.0 != i64::MAX && self.0 != i64::MIN
            }

            /// The time from `earlier` to this; none where `earlier` is later, or one of the two is infinite.
            pub fn duration_since(self, earlier: Self) -> Option<Duration> {
                let finite = self.is_finite() && earlier.is_finite() && self >= earlier;
                finite.then(|| Duration::from_micros(self.0.abs_diff(earlier.0)))
            }
        }

        impl fmt::Display for $moment {
            /// As Postgres writes it with DateStyle ISO and TimeZone UTC.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                text::write(f, self.0, Form::$form)
            }
        }

        impl FromStr for $moment {
            type Err = NotAValue;

            fn from_str(text: &str) -> Result<Self, NotAValue> {
                let micros = text::read(text, Form::$form);
                micros.map(Self).ok_or_else(|| NotAValue::new(text, Self::WRITTEN))
            }
        }

        impl Typed for $moment {
            const NAME: &'static str = concat!("vhost_check::", stringify!($moment));
            const WRITTEN: &'static str = $written;

            fn from_bits(bits: i128) -> Option<Self> {
                i64::try_from(bits).ok().map(Self)
            }
        }

        impl<'de> Deserialize<'de> for $moment {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::read(deserializer)
            }
        }

        impl From<$moment> for Value {
            fn from(moment: $moment) -> Self {
                Value::$case(record::instant(moment.0))
            }
        }

        impl FromValue for $moment {
            fn from_value(value: Value) -> Result<Self, QueryError> {
                match &value {
                    Value::$case(instant) => record::micros(instant).map(Self),
                    _ => None,
                }
                .ok_or_else(|| unexpected($wanted, &value))
            }
        }
    };
}

moment!(
    /// A `date`.
    ///
    /// In settings it is written as Postgres shows it: `"2026-05-17"`, `"0044-03-15 BC"`, `"infinity"`.
    Date, Date, "a date", "a date such as 2026-05-17", Date
);
moment!(
    /// A `timestamp` without time zone.
    ///
    /// In settings it is written as Postgres shows it: `"2026-05-17 12:30:00.25"`; a `T` may stand for the space, and
    /// a date alone is its midnight.
    Timestamp, Timestamp, "a timestamp without time zone", "a timestamp such as 2026-05-17 12:30:00", Local
);
moment!(
    /// A `timestamp with time zone`, a point in time.
    ///
    /// In settings it is written with its offset: `"2026-05-17 12:30:00+00"`, or as RFC 3339 has it.
    TimestampTz, Timestamptz, "a timestamp with time zone", "a timestamp with its offset such as 2026-05-17 12:30:00+00", Zoned
);

impl Date {
    /// `None` for a date that does not exist. `year` is astronomical: 0 is 1 BC.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        let days = calendar::days(year.into(), month.into(), day.into())?;
        Some(Self(days.checked_mul(MICROS_PER_DAY)?))
    }
}

impl TimestampTz {
    /// When the drill began: the clock of a check stands still.
    pub fn now() -> Self {
        crate::boundary::now()
    }

    /// Its date in UTC; the infinities stay what they are.
    pub fn date(self) -> Date {
        match self.is_finite() {
            true => Date(self.0 - self.0.rem_euclid(MICROS_PER_DAY)),
            false => Date(self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_as_postgres_does_and_read_back() {
        fn same<T: Typed + fmt::Display>(texts: &[&str]) {
            for text in texts {
                let read: T = text.parse().unwrap_or_else(|error| panic!("{error}"));
                assert_eq!(read.to_string(), *text);
            }
        }
        same::<Date>(&["2026-05-17", "0044-03-15 BC", "12026-01-01", "infinity"]);
        same::<Timestamp>(&["2026-05-17 12:30:00.25", "1999-12-31 23:59:59.999999"]);
        same::<TimestampTz>(&["2026-05-17 12:30:00+00", "0001-12-31 23:00:00+00 BC"]);
    }

    #[test]
    fn an_offset_is_taken_off() {
        let moment = |text: &str| text.parse::<TimestampTz>().unwrap();
        let noon = moment("2026-05-17T12:00:00Z");
        for same in [
            "2026-05-17 14:00:00+02",
            "2026-05-17 08:30:00-0330",
            "2026-05-17 17:30+05:30",
        ] {
            assert_eq!(moment(same), noon, "{same}");
        }
        assert_eq!(noon.date().to_string(), "2026-05-17");
        let later = moment("2026-05-18 12:00:00.5Z");
        let day = Duration::from_millis(86_400_500);
        assert_eq!(later.duration_since(noon), Some(day));
        assert_eq!(noon.duration_since(later), None);
        assert_eq!(TimestampTz::INFINITY.duration_since(noon), None);
        assert!(noon < later && later < TimestampTz::INFINITY);
    }

    #[test]
    fn what_is_no_moment_says_how_to_write_one() {
        for text in [
            "17.5.2026",
            "2026-02-30",
            "2026-05-17 12:00",
            "-2026-05-17",
            "",
        ] {
            let error = text.parse::<Date>().unwrap_err().to_string();
            assert!(
                error.ends_with("is not a date such as 2026-05-17"),
                "{error}"
            );
        }
        for text in [
            "2026-05-17 24:00:00",
            "2026-05-17 12:60",
            "2026-05-17 12:00Z",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
        for text in ["2026-05-17", "2026-05-17 12:00:00", "2026-05-17 12:00+x"] {
            assert!(text.parse::<TimestampTz>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_moment_crosses_the_boundary_whole() {
        for text in [
            "2026-05-17 12:30:00.25",
            "0001-01-01 00:00:00 BC",
            "-infinity",
        ] {
            let moment: Timestamp = text.parse().unwrap();
            assert_eq!(Timestamp::from_value(moment.into()).unwrap(), moment);
        }
        let error = Date::from_value(Value::Text("2026-05-17".to_owned())).unwrap_err();
        let expected = "the database answered with text instead of a date";
        assert_eq!(error.to_string(), expected);
    }
}
