//! Days since 2000-01-01, Postgres' epoch, as dates of the proleptic Gregorian calendar, and back.
//!
//! Years start in March here, so that the leap day is a year's last (Hinnant, "chrono-compatible low-level date
//! algorithms"). They are astronomical: 0 is 1 BC.

pub const MICROS_PER_DAY: i64 = 86_400_000_000;

const DAYS_PER_ERA: i64 = 146_097;
/// Days from 0000-03-01 to 2000-01-01.
const EPOCH: i64 = 730_425;

/// Year, month from 1, day from 1.
pub fn date(days: i64) -> (i64, i64, i64) {
    let days = days + EPOCH;
    let (era, of_era) = (days.div_euclid(DAYS_PER_ERA), days.rem_euclid(DAYS_PER_ERA));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = (from_march + 2) % 12 + 1;
    (era * 400 + year + i64::from(month <= 2), month, day)
}

/// `None` for a date that does not exist, or one as far away as no timestamp of Postgres.
pub fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(-300_000..=300_000).contains(&year) || !(1..=12).contains(&month) {
        return None;
    }
    let from_march = year - i64::from(month <= 2);
    let (era, of_era) = (from_march.div_euclid(400), from_march.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * DAYS_PER_ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - EPOCH;
    (date(days) == (year, month, day)).then_some(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days_there_and_back() {
        for (number, (year, month, day)) in [
            (0, (2000, 1, 1)),
            (59, (2000, 2, 29)),
            (-1, (1999, 12, 31)),
            (-730_119, (1, 1, 1)),
            (-730_120, (0, 12, 31)),
            (9_633, (2026, 5, 17)),
            // A century's last year of 365 days.
            (36_584, (2100, 3, 1)),
        ] {
            assert_eq!(days(year, month, day), Some(number));
            assert_eq!(date(number), (year, month, day));
        }
    }

    #[test]
    fn a_date_that_does_not_exist_is_none() {
        for (year, month, day) in [
            (2001, 2, 29),
            (2001, 4, 31),
            (2001, 13, 1),
            (2001, 0, 1),
            (2001, 1, 0),
            (400_000, 1, 1),
        ] {
            assert_eq!(days(year, month, day), None);
        }
    }
}
