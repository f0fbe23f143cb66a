//! Postgres' days and microseconds since 2000-01-01 as calendar dates, and back.
//!
//! Years are astronomical: 0 is 1 BC. The proleptic Gregorian calendar, as Postgres itself uses it.

use crate::check::bindings::vhost::check::types::{Instant, Timestamp};

pub const MICROS_PER_DAY: i64 = 86_400_000_000;

/// Days from 0000-03-01 to 2000-01-01.
const EPOCH: i64 = 730_425;
const DAYS_PER_ERA: i64 = 146_097;

/// A date as Postgres sends it: days since 2000-01-01, with the extremes for the infinities.
pub fn from_days(days: i32) -> Instant {
    match days {
        i32::MAX => Instant::Infinity,
        i32::MIN => Instant::NegInfinity,
        days => Instant::At(timestamp(i64::from(days), 0)),
    }
}

/// A timestamp as Postgres sends it: microseconds since 2000-01-01 00:00, with the extremes for the infinities.
pub fn from_micros(micros: i64) -> Instant {
    match micros {
        i64::MAX => Instant::Infinity,
        i64::MIN => Instant::NegInfinity,
        micros => Instant::At(timestamp(
            micros.div_euclid(MICROS_PER_DAY),
            micros.rem_euclid(MICROS_PER_DAY),
        )),
    }
}

/// `None` if it is not a date: no 31 April, no time of day.
pub fn to_days(instant: &Instant) -> Option<i32> {
    match instant {
        Instant::Infinity => Some(i32::MAX),
        Instant::NegInfinity => Some(i32::MIN),
        Instant::At(at) if at.hour == 0 && at.minute == 0 && at.second == 0 && at.micros == 0 => {
            i32::try_from(days(at)?)
                .ok()
                .filter(|days| ![i32::MAX, i32::MIN].contains(days))
        }
        Instant::At(_) => None,
    }
}

/// `None` if it is not a point in time, or too far away for Postgres.
pub fn to_micros(instant: &Instant) -> Option<i64> {
    match instant {
        Instant::Infinity => Some(i64::MAX),
        Instant::NegInfinity => Some(i64::MIN),
        Instant::At(at) if at.hour < 24 && at.minute < 60 && at.second < 60 => {
            let seconds =
                (i64::from(at.hour) * 60 + i64::from(at.minute)) * 60 + i64::from(at.second);
            let of_day = seconds * 1_000_000 + i64::from(at.micros);
            days(at)?
                .checked_mul(MICROS_PER_DAY)?
                .checked_add(of_day)
                .filter(|micros| at.micros < 1_000_000 && ![i64::MAX, i64::MIN].contains(micros))
        }
        Instant::At(_) => None,
    }
}

/// Years start in March here, so that the leap day is a year's last (Hinnant, "chrono-compatible low-level date
/// algorithms", `civil_from_days`).
fn timestamp(days: i64, of_day: i64) -> Timestamp {
    let days = days + EPOCH;
    let era = days.div_euclid(DAYS_PER_ERA);
    let of_era = days.rem_euclid(DAYS_PER_ERA);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    let second = of_day / 1_000_000;
    Timestamp {
        year: year as i32,
        month: month as u8,
        day: day as u8,
        hour: (second / 3_600) as u8,
        minute: (second / 60 % 60) as u8,
        second: (second % 60) as u8,
        micros: (of_day % 1_000_000) as u32,
    }
}

/// Days since 2000-01-01 of a date that exists.
fn days(at: &Timestamp) -> Option<i64> {
    let (month, day) = (i64::from(at.month), i64::from(at.day));
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = i64::from(at.year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    let days = era * DAYS_PER_ERA + of_era - EPOCH;
    let back = timestamp(days, 0);
    (back.month == at.month && back.day == at.day).then_some(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(year: i32, month: u8, day: u8) -> Instant {
        Instant::At(Timestamp {
            year,
            month,
            day,
            hour: 0,
            minute: 0,
            second: 0,
            micros: 0,
        })
    }

    #[test]
    fn known_days() {
        for (days, year, month, day) in [
            (0, 2000, 1, 1),
            (59, 2000, 2, 29),
            (-1, 1999, 12, 31),
            (-730_119, 1, 1, 1),
            (-730_120, 0, 12, 31),
            (9_633, 2026, 5, 17),
        ] {
            assert_eq!(to_days(&at(year, month, day)), Some(days));
            let Instant::At(back) = from_days(days) else {
                panic!("{days} is a date");
            };
            assert_eq!((back.year, back.month, back.day), (year, month, day));
        }
    }

    #[test]
    fn dates_that_do_not_exist() {
        for (month, day) in [(2, 30), (4, 31), (13, 1), (0, 1), (1, 0)] {
            assert_eq!(to_days(&at(2001, month, day)), None);
        }
        assert_eq!(to_days(&at(2001, 2, 29)), None);
    }

    #[test]
    fn a_moment_before_the_epoch_counts_down() {
        let Instant::At(moment) = from_micros(-1) else {
            panic!("-1 is a moment");
        };
        assert_eq!(
            (moment.year, moment.hour, moment.micros),
            (1999, 23, 999_999)
        );
        assert_eq!(to_micros(&Instant::At(moment)), Some(-1));
    }
}
