//! Sizes and durations as a plan or a grants file writes them.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A number of bytes: an integer, or text such as `64MiB` or `10GB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

/// What was not a size or a duration.
#[derive(Debug, thiserror::Error)]
#[error("`{text}` is not {wanted}")]
pub struct NotAnAmount {
    text: String,
    wanted: &'static str,
}

impl std::str::FromStr for Bytes {
    type Err = NotAnAmount;

    fn from_str(text: &str) -> Result<Self, NotAnAmount> {
        let units = [
            ("KiB", 1 << 10),
            ("MiB", 1 << 20),
            ("GiB", 1 << 30),
            ("TiB", 1 << 40),
            ("kB", 1_000),
            ("KB", 1_000),
            ("MB", 1_000_000),
            ("GB", 1_000_000_000),
            ("TB", 1_000_000_000_000),
            ("B", 1),
        ];
        units
            .iter()
            .find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, *factor)))
            .or(Some((text, 1)))
            .and_then(|(number, factor): (&str, u64)| {
                number.trim().parse::<u64>().ok()?.checked_mul(factor)
            })
            .map(Bytes)
            .ok_or_else(|| NotAnAmount {
                text: text.to_owned(),
                wanted: "a size: write a whole number of bytes or, for example, \"64MiB\" or \"2GB\"",
            })
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(
            untagged,
            expecting = "a size: a whole number of bytes, or text such as \"64MiB\""
        )]
        enum Written {
            Number(u64),
            Text(String),
        }
        match Written::deserialize(deserializer)? {
            Written::Number(bytes) => Ok(Self(bytes)),
            Written::Text(text) => text.parse().map_err(serde::de::Error::custom),
        }
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.0)
    }
}

/// Reads a duration such as `500ms`, `30s`, `2m` or `1h`.
pub fn duration(text: &str) -> Result<Duration, NotAnAmount> {
    let units: [(&str, u64); 4] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];
    units
        .iter()
        .find_map(|(unit, millis)| {
            text.strip_suffix(unit)?
                .trim()
                .parse::<u64>()
                .ok()?
                .checked_mul(*millis)
        })
        .map(Duration::from_millis)
        .ok_or_else(|| NotAnAmount {
            text: text.to_owned(),
            wanted: "a duration: write, for example, \"500ms\", \"30s\" or \"2m\"",
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_strictly() {
        assert_eq!("64MiB".parse::<Bytes>().unwrap(), Bytes(64 << 20));
        assert_eq!("2 GB".parse::<Bytes>().unwrap(), Bytes(2_000_000_000));
        assert_eq!("17".parse::<Bytes>().unwrap(), Bytes(17));
        for wrong in ["", "MiB", "1.5GiB", "-1", "99999999999TiB", "1 GiBs"] {
            assert!(wrong.parse::<Bytes>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn durations_need_a_unit() {
        assert_eq!(duration("500ms").unwrap(), Duration::from_millis(500));
        assert_eq!(duration("2m").unwrap(), Duration::from_secs(120));
        for wrong in ["", "30", "s", "1.5s", "99999999999999999h"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
