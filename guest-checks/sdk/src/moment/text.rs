//! Moments as Postgres writes them with DateStyle ISO and TimeZone UTC, and as RFC 3339 does.

use std::fmt;

use crate::calendar::{self, MICROS_PER_DAY};

/// How a moment is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Date,
    Local,
    Zoned,
}

pub fn write(f: &mut fmt::Formatter<'_>, micros: i64, form: Form) -> fmt::Result {
    match micros {
        i64::MAX => return f.write_str("infinity"),
        i64::MIN => return f.write_str("-infinity"),
        _ => {}
    }
    let (year, month, day) = calendar::date(micros.div_euclid(MICROS_PER_DAY));
    let before = year <= 0;
    let year = if before { 1 - year } else { year };
    write!(f, "{year:04}-{month:02}-{day:02}")?;
    if form != Form::Date {
        let of_day = micros.rem_euclid(MICROS_PER_DAY);
        let (second, fraction) = (of_day / 1_000_000, of_day % 1_000_000);
        let (hour, minute) = (second / 3_600, second / 60 % 60);
        write!(f, " {hour:02}:{minute:02}:{:02}", second % 60)?;
        if fraction != 0 {
            let digits = format!("{fraction:06}");
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
    }
    if form == Form::Zoned {
        f.write_str("+00")?;
    }
    f.write_str(if before { " BC" } else { "" })
}

/// Microseconds since 2000-01-01 of what [`write()`] writes and of RFC 3339.
pub fn read(text: &str, form: Form) -> Option<i64> {
    match text {
        "infinity" => return Some(i64::MAX),
        "-infinity" => return Some(i64::MIN),
        _ => {}
    }
    let (text, before) = match text.strip_suffix(" BC") {
        Some(text) => (text, true),
        None => (text, false),
    };
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.split('-').map(number);
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() || year == 0 && before {
        return None;
    }
    let year = if before { 1 - year } else { year };
    let midnight = calendar::days(year, month, day)?.checked_mul(MICROS_PER_DAY)?;
    let (time, offset) = match (form, time) {
        (Form::Date | Form::Local, None) => (0, 0),
        (Form::Local, Some(time)) => (time_of_day(time)?, 0),
        (Form::Zoned, Some(time)) => {
            let at = time.find(['Z', '+', '-'])?;
            (time_of_day(&time[..at])?, offset(&time[at..])?)
        }
        (Form::Date, Some(_)) | (Form::Zoned, None) => return None,
    };
    midnight.checked_add(time)?.checked_sub(offset)
}

/// Digits alone; no sign, no space.
pub fn number(digits: &str) -> Option<i64> {
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| plain)
}

/// Microseconds of `12:30`, `12:30:05` and `12:30:05.25`; the hour has no upper bound here.
pub fn clock(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut parts = whole.split(':');
    let (hour, minute) = (number(parts.next()?)?, number(parts.next()?)?);
    let second = parts.next().map_or(Some(0), number)?;
    if parts.next().is_some() || minute > 59 || second > 59 || fraction.len() > 6 {
        return None;
    }
    let micros = number(&format!("{fraction:0<6}"))?;
    let seconds = hour.checked_mul(3_600)?.checked_add(minute * 60 + second)?;
    seconds.checked_mul(1_000_000)?.checked_add(micros)
}

fn time_of_day(text: &str) -> Option<i64> {
    clock(text).filter(|micros| *micros < MICROS_PER_DAY)
}

/// Microseconds east of UTC of `Z`, `+02`, `-0330` and `+05:30`.
fn offset(text: &str) -> Option<i64> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("Z", "") => return Some(0),
        ("+", digits) => (1, digits.replace(':', "")),
        ("-", digits) => (-1, digits.replace(':', "")),
        _ => return None,
    };
    let (hours, minutes) = digits.split_at_checked(2)?;
    let minutes = if minutes.is_empty() { "00" } else { minutes };
    Some(sign * time_of_day(&format!("{hours}:{minutes}"))?)
}
