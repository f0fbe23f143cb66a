//! Timestamps with an offset, as DateStyle ISO writes them: `2024-06-01 12:00:00.5+02`.

use std::ops::Range;

use time::{Date, Month, OffsetDateTime};

/// The Gregorian calendar repeats itself after so many years, and has so many days in them.
pub const CYCLE: i64 = 400;
const CYCLE_DAYS: i64 = 146_097;
/// The years of the first moment that the server can hold, before Christ, and of the last one; either is the next one in
/// some zones (manual, 8.5).
const FIRST: i64 = 4714;
const LAST: i64 = 294_277;
/// Where an offset is too large for the server, in seconds (`MAX_TZDISP_HOUR` in Postgres' timestamp.h).
const MOST_EAST: i32 = 16 * 3600;

/// A moment that some text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment<'t> {
    /// As written; of a year before Christ the one that stands before `BC`.
    pub year: i64,
    pub before_christ: bool,
    /// What stands behind the year: `-06-01 12:00:00.5+02 BC`.
    pub rest: &'t str,
    /// Seconds to the east of UTC.
    pub offset: i32,
    /// Seconds since 1970-01-01 00:00:00 UTC, without the fraction.
    pub epoch: i64,
    /// Digits behind the point; empty where there is none.
    pub fraction: &'t str,
}

/// Every moment in a text, with the bytes that it takes.
pub fn moments(text: &[u8]) -> impl Iterator<Item = (Range<usize>, Moment<'_>)> {
    let mut behind = 0;
    // Every moment has the two colons of its time, and few other texts have.
    memchr::memchr_iter(b':', text).filter_map(move |colon| {
        if colon < behind {
            return None;
        }
        // `2024-06-01 12` before the first colon; a year may have more digits.
        let mut start = colon.checked_sub("2024-06-01 12".len())?;
        while start > 0 && text[start - 1].is_ascii_digit() {
            start -= 1;
        }
        let (length, moment) = read(&text[start..])?;
        behind = start + length;
        Some((start..behind, moment))
    })
}

/// Reads a moment at the start of a text, and says how long it is.
fn read(text: &[u8]) -> Option<(usize, Moment<'_>)> {
    let mut rest = text;
    let year = digits(&mut rest);
    if !(4..=6).contains(&year.len()) {
        return None;
    }
    let year_digits = year.len();
    let mut numbers = [0; 5];
    for (number, sign) in numbers.iter_mut().zip([b'-', b'-', b' ', b':', b':']) {
        rest = rest.strip_prefix(&[sign])?;
        *number = two(&mut rest)?;
    }
    let [month, day, hour, minute, second] = numbers;
    // A row may hold any text, and the server would refuse what follows.
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut fraction = "";
    if let Some(after) = rest.strip_prefix(b".") {
        rest = after;
        fraction = digits(&mut rest);
        if !(1..=6).contains(&fraction.len()) {
            return None;
        }
    }
    let (sign, after) = match rest.split_first()? {
        (b'+', after) => (1, after),
        (b'-', after) => (-1, after),
        _ => return None,
    };
    rest = after;
    let mut seconds = 0;
    for unit in [3600, 60, 1] {
        seconds += unit * i32::from(two(&mut rest)?);
        match rest.strip_prefix(b":") {
            Some(after) => rest = after,
            None => break,
        }
    }
    let offset = sign * seconds;
    if seconds >= MOST_EAST {
        return None;
    }
    let after = rest.strip_prefix(b" BC");
    let before_christ = after.is_some();
    let length = text.len() - after.unwrap_or(rest).len();
    let year: i64 = year.parse().ok()?;
    if year < 1 || year > if before_christ { FIRST } else { LAST } {
        return None;
    }
    // There is no year 0: the one before the year 1 is the year 1 before Christ.
    let astronomical = if before_christ { 1 - year } else { year };
    let within = i32::try_from(2000 + astronomical.rem_euclid(CYCLE)).ok()?;
    let date = Date::from_calendar_date(within, Month::try_from(month).ok()?, day).ok()?;
    let unix =
        i64::from(date.to_julian_day()) - i64::from(OffsetDateTime::UNIX_EPOCH.to_julian_day());
    let days = unix + (astronomical.div_euclid(CYCLE) - 2000 / CYCLE) * CYCLE_DAYS;
    let time = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
    Some((
        length,
        Moment {
            year,
            before_christ,
            rest: std::str::from_utf8(&text[year_digits..length]).ok()?,
            offset,
            epoch: days * 86_400 + time - i64::from(offset),
            fraction,
        },
    ))
}

/// Passes over digits and gives them.
fn digits<'t>(rest: &mut &'t [u8]) -> &'t str {
    let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, after) = rest.split_at(count);
    *rest = after;
    std::str::from_utf8(digits).unwrap_or_default()
}

/// Passes over digits, of which there must be two.
fn two(rest: &mut &[u8]) -> Option<u8> {
    let digits = digits(rest);
    (digits.len() == 2).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch(text: &str) -> Option<(i64, &str)> {
        let (bytes, moment) = moments(text.as_bytes()).next()?;
        assert_eq!(bytes, 0..text.len(), "{text}");
        Some((moment.epoch, moment.fraction))
    }

    /// The numbers are those of Postgres' `extract(epoch FROM …)`.
    #[test]
    fn moments_are_the_seconds_that_postgres_counts() {
        for (text, seconds, fraction) in [
            ("1970-01-01 00:00:00+00", 0, ""),
            ("2024-02-29 23:59:59.5+00", 1_709_251_199, "5"),
            ("2024-03-01 05:44:59.5+05:45", 1_709_251_199, "5"),
            ("1900-01-01 00:00:00+00", -2_208_988_800, ""),
            ("1899-12-31 19:32:16-04:27:44", -2_208_988_800, ""),
            ("0044-03-15 00:00:00+00 BC", -63_517_824_000, ""),
            ("0044-03-14 19:32:16-04:27:44 BC", -63_517_824_000, ""),
            ("0001-01-01 00:00:00+00", -62_135_596_800, ""),
            ("0001-12-31 23:00:00-01 BC", -62_135_596_800, ""),
            (
                "294277-01-01 05:44:59.999999+05:45",
                9_224_318_015_999,
                "999999",
            ),
        ] {
            assert_eq!(epoch(text), Some((seconds, fraction)), "{text}");
        }
    }

    #[test]
    fn each_moment_is_found_once() {
        let text = "a:b:c {\"2024-01-01 00:00:00-03:30\",\"2024-06-01 12:00:00.25+02\"} 1:2";
        let found = moments(text.as_bytes()).map(|(bytes, _)| &text[bytes]);
        assert_eq!(
            found.collect::<Vec<_>>(),
            ["2024-01-01 00:00:00-03:30", "2024-06-01 12:00:00.25+02"]
        );
    }

    #[test]
    fn what_the_server_would_refuse_is_no_moment() {
        for text in [
            "0000-01-01 00:00:00+00",
            "294278-01-01 00:00:00+00",
            "999999-01-01 00:00:00+00",
            "4715-01-01 00:00:00+00 BC",
            "2023-01-01 24:00:01+00",
            "2023-01-01 00:60:00+00",
            "2023-01-01 00:00:61+00",
            "2023-01-01 00:00:00+16",
            "2023-02-29 00:00:00+00",
            "2023-13-01 00:00:00+00",
            "2023-01-00 00:00:00+00",
            "2023-01-01 00:00:00",
        ] {
            assert_eq!(epoch(text), None, "{text}");
        }
    }
}
