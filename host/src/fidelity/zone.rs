//! The time zones that a given dump may have been taken in.
//!
//! pg_dump does not pin TimeZone, and a timestamp with time zone is written with the offset of the session's. A zone is
//! taken for the dump's when what it writes is equal to what the dump has: a wrong one makes nothing equal.

use tokio_postgres::Client;

use super::FidelityError;
use super::session::{self, text};
use vhost_dump::manifest::Offsets;

const PURPOSE: &str = "for time zones";
/// Zones that are tried: many have the same history since 1970, and fewer have the same before.
const MOST: usize = 64;

/// Zones in which the dump's sample would be written as it is, the likeliest first; UTC where there is no sample.
pub async fn candidates(client: &Client, offsets: &Offsets) -> Result<Vec<String>, FidelityError> {
    let utc = "UTC".to_owned();
    if offsets.is_empty() {
        return Ok(vec![utc]);
    }
    let samples: Vec<String> = offsets
        .samples()
        .map(|(moment, seconds)| format!("('{moment}'::timestamptz, {seconds})"))
        .collect();
    let sql = format!(
        "SELECT z.name FROM pg_timezone_names z WHERE z.name !~ '^(posix|right)/' AND NOT EXISTS (\
         SELECT FROM (VALUES {}) s (moment, seconds) \
         WHERE extract(epoch FROM (s.moment AT TIME ZONE z.name) - (s.moment AT TIME ZONE 'UTC')) <> s.seconds) \
         ORDER BY z.name <> 'UTC', z.name !~ '/', z.name !~ '^(Europe|America|Asia|Australia)/', z.name",
        samples.join(", ")
    );
    let mut zones = Vec::new();
    for row in session::rows(client, PURPOSE, &sql).await? {
        zones.push(text(&row, 0, PURPOSE)?.to_owned());
    }
    zones.truncate(MOST);
    // A server may be set to an offset that no place has.
    if let Some(seconds) = offsets.only() {
        zones.push(fixed(seconds));
    }
    zones.push(utc);
    let mut known = std::collections::BTreeSet::new();
    zones.retain(|zone| known.insert(zone.clone()));
    Ok(zones)
}

/// A POSIX zone of one offset, whose sign counts to the west (manual, B.5).
fn fixed(seconds: i32) -> String {
    let (sign, shown) = match seconds {
        0.. => ('-', '+'),
        _ => ('+', '-'),
    };
    let all = seconds.unsigned_abs();
    let (hours, minutes, rest) = (all / 3600, all / 60 % 60, all % 60);
    format!("<{shown}{hours:02}>{sign}{hours:02}:{minutes:02}:{rest:02}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_offset_alone_is_a_zone() {
        assert_eq!(super::fixed(7200), "<+02>-02:00:00");
        assert_eq!(super::fixed(-12_600), "<-03>+03:30:00");
    }
}
