//! A small sample of the timestamps that a dump writes with an offset, to tell the time zone that it was taken in.
//!
//! They are parts of rows: a sample stays in memory and is in no manifest.

use std::collections::BTreeMap;

use super::moment::{CYCLE, moments};

/// Moments that are kept at most, one a month and offset.
const MOST: usize = 400;
/// The first rows of a block are all looked at, then one in so many.
const FIRST: u64 = 64;
const EVERY: u64 = 512;
/// Years from which on a sample is moved, after and before Christ: the server's first and last are 4714 BC and 294276.
const FAR: i64 = 290_000;
const LONG_AGO: i64 = 4_500;

/// Moments as written, such as `2024-06-01 12:00:00.5+02`, with their offset in seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offsets {
    /// By year and month, and offset.
    samples: BTreeMap<(String, i32), String>,
}

impl Offsets {
    /// Whether the dump shows no moment with an offset, and so nothing of its time zone.
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
        for (_, moment) in moments(text) {
            if self.samples.len() >= MOST {
                return;
            }
            // Near the ends of what the server can hold, a moment is out of its range in some zones. The rules of a zone
            // repeat with the calendar, and it has none so long ago.
            let year = match (moment.year, moment.before_christ) {
                (year @ FAR.., false) | (year @ LONG_AGO.., true) => year - CYCLE,
                (year, _) => year,
            };
            let sample = format!("{year:04}{}", moment.rest);
            let month = sample.get(..sample.len() - moment.rest.len() + "-06".len());
            let key = (month.unwrap_or_default().to_owned(), moment.offset);
            self.samples.entry(key).or_insert(sample);
        }
    }
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
    fn what_is_out_of_range_elsewhere_is_moved_to_where_it_is_not() {
        assert_eq!(
            found("294277-01-01 05:44:59.999999+05:45\t4714-11-23 19:32:16-04:27:44 BC\tinfinity"),
            [
                ("293877-01-01 05:44:59.999999+05:45".to_owned(), 20_700),
                ("4314-11-23 19:32:16-04:27:44 BC".to_owned(), -16_064),
            ]
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
