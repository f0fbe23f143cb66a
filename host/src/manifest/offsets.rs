//! A small sample of the timestamps that a dump writes with an offset, to tell the time zone that it was taken in.
//!
//! They are parts of rows: a sample stays in memory and is in no manifest.

use std::collections::BTreeMap;

/// Moments that are kept at most, one a month and offset.
const MOST: usize = 400;
/// The first rows of a block are all looked at, then one in so many.
const FIRST: u64 = 64;
const EVERY: u64 = 512;

/// Moments as written, such as `2024-06-01 12:00:00.5+02`, with their offset in seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offsets {
    /// By year and month, and offset.
    samples: BTreeMap<(String, i32), String>,
}

impl Offsets {
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// Text that the server reads as a moment, made of digits and signs alone, and the offset in seconds to the east.
    pub fn samples(&self) -> impl Iterator<Item = (&str, i32)> {
        let samples = self.samples.iter();
        samples.map(|((_, seconds), moment)| (moment.as_str(), *seconds))
    }

    /// The one offset that all of them have.
    pub fn only(&self) -> Option<i32> {
        let mut seconds = self.samples.keys().map(|(_, seconds)| *seconds);
        let first = seconds.next()?;
        seconds.all(|one| one == first).then_some(first)
    }

    /// Whether the row of this number in its block is to be looked at.
    pub(super) fn wants(row: u64) -> bool {
        row < FIRST || row.is_multiple_of(EVERY)
    }

    /// Takes text in which moments may stand: a row, or a statement.
    pub(super) fn take(&mut self, text: &[u8]) {
        // Every moment has the two colons of its time, and few other texts have.
        for at in memchr::memchr_iter(b':', text) {
            // `2024-06-01 12` before the first colon; a year may have more digits.
            let Some(hour) = at.checked_sub(13) else {
                continue;
            };
            if self.samples.len() >= MOST {
                return;
            }
            let mut start = hour;
            while start > 0 && text[start - 1].is_ascii_digit() {
                start -= 1;
            }
            if let Some((moment, seconds)) = moment(&text[start..]) {
                let month = moment.split(' ').next().unwrap_or_default();
                let month = month.get(..month.len() - 3).unwrap_or_default();
                let key = (month.to_owned(), seconds);
                self.samples.entry(key).or_insert(moment);
            }
        }
    }
}

/// Reads a moment with an offset at the start of a text, as DateStyle ISO writes it.
fn moment(text: &[u8]) -> Option<(String, i32)> {
    let mut rest = text;
    let year = digits(&mut rest);
    if !(4..=6).contains(&year) {
        return None;
    }
    for (sign, count) in [(b'-', 2), (b'-', 2), (b' ', 2), (b':', 2), (b':', 2)] {
        rest = rest.strip_prefix(&[sign])?;
        if digits(&mut rest) != count {
            return None;
        }
    }
    if let Some(fraction) = rest.strip_prefix(b".") {
        rest = fraction;
        if !(1..=6).contains(&digits(&mut rest)) {
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
        let number = rest.get(..2)?;
        if digits(&mut rest) != 2 {
            return None;
        }
        seconds += unit * std::str::from_utf8(number).ok()?.parse::<i32>().ok()?;
        match rest.strip_prefix(b":") {
            Some(after) => rest = after,
            None => break,
        }
    }
    rest = rest.strip_prefix(b" BC").unwrap_or(rest);
    let moment = &text[..text.len() - rest.len()];
    Some((String::from_utf8(moment.to_vec()).ok()?, sign * seconds))
}

/// Passes over digits and says how many there were.
fn digits(rest: &mut &[u8]) -> usize {
    let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    *rest = &rest[count..];
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, i32)> {
        let mut offsets = Offsets::default();
        offsets.take(text.as_bytes());
        let samples = offsets.samples();
        samples
            .map(|(moment, seconds)| (moment.to_owned(), seconds))
            .collect()
    }

    #[test]
    fn moments_are_found_with_their_offset() {
        let row = "7\t2024-06-01 12:00:00.25+02\t{\"2024-01-01 00:00:00-03:30\"}\tx";
        assert_eq!(
            found(row),
            [
                ("2024-01-01 00:00:00-03:30".to_owned(), -12_600),
                ("2024-06-01 12:00:00.25+02".to_owned(), 7200),
            ]
        );
        assert_eq!(
            found("FOR VALUES FROM ('0099-03-01 00:53:28+00:53:28 BC') TO"),
            [("0099-03-01 00:53:28+00:53:28 BC".to_owned(), 3208)]
        );
    }

    #[test]
    fn what_has_no_offset_is_none() {
        for text in [
            "2024-06-01 12:00:00",
            "12:00:00+02",
            "a:b:c 2024-06-01",
            "24-06-01 12:00:00+02",
            "2024-06-01 12:00:00+2",
            "2024-06-01T12:00:00+02",
            ":",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn a_sample_is_bounded() {
        let mut offsets = Offsets::default();
        for year in 1000..3000 {
            offsets.take(format!("{year}-01-01 00:00:00+01").as_bytes());
        }
        assert_eq!(offsets.samples().count(), MOST);
        assert_eq!(offsets.only(), Some(3600));
        offsets.samples.clear();
        offsets.take(b"2024-01-01 00:00:00+01 2024-07-01 00:00:00+02");
        assert_eq!(offsets.only(), None);
    }
}
