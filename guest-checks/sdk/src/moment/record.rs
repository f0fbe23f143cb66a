//! Moments as the boundary has them: a calendar's parts.

use crate::bindings::vhost::check::types::{Instant, Timestamp};
use crate::calendar::{self, MICROS_PER_DAY};

/// Of microseconds since 2000-01-01; the extremes are the infinities.
pub fn instant(micros: i64) -> Instant {
    match micros {
        i64::MAX => Instant::Infinity,
        i64::MIN => Instant::NegInfinity,
        micros => {
            let (year, month, day) = calendar::date(micros.div_euclid(MICROS_PER_DAY));
            let of_day = micros.rem_euclid(MICROS_PER_DAY);
            let second = of_day / 1_000_000;
            Instant::At(Timestamp {
                year: year as i32,
                month: month as u8,
                day: day as u8,
                hour: (second / 3_600) as u8,
                minute: (second / 60 % 60) as u8,
                second: (second % 60) as u8,
                micros: (of_day % 1_000_000) as u32,
            })
        }
    }
}

/// `None` for a date that is further away than microseconds can say.
pub fn micros(instant: &Instant) -> Option<i64> {
    match instant {
        Instant::Infinity => Some(i64::MAX),
        Instant::NegInfinity => Some(i64::MIN),
        Instant::At(at) => {
            let days = calendar::days(at.year.into(), at.month.into(), at.day.into())?;
            let minutes = i64::from(at.hour) * 60 + i64::from(at.minute);
            let seconds = minutes * 60 + i64::from(at.second);
            let of_day = seconds * 1_000_000 + i64::from(at.micros);
            days.checked_mul(MICROS_PER_DAY)?.checked_add(of_day)
        }
    }
}
