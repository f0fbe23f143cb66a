//! How much a check may use: values, defaults, ceilings, and how they are written.

mod key;

use std::ops::Range;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

pub use key::LimitKey;

use crate::plan::place::Wrong;

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// The budget of one check. No field can be zero.
///
/// | field | counts | default | ceiling |
/// |---|---|---|---|
/// | `memory` | bytes of all linear memories together | 128 MiB | 4 GiB |
/// | `time` | wall clock of the whole check | 30 s | 1 h |
/// | `statement_time` | wall clock of one call into the database | 30 s | 1 h |
/// | `statements` | statements opened | 1,000 | 1,000,000 |
/// | `rows` | rows that the database sends | 1,000,000 | 1,000,000,000 |
/// | `bytes` | bytes of row data that the database sends | 256 MiB | 64 GiB |
/// | `cell_bytes` | bytes of one value as the database sends it | 1 MiB | 256 MiB |
/// | `log_bytes` | bytes of log messages | 64 KiB | 16 MiB |
/// | `findings` | findings in the check's report | 1,000 | 100,000 |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    pub memory: u64,
    pub time: Duration,
    pub statement_time: Duration,
    pub statements: u32,
    pub rows: u64,
    pub bytes: u64,
    pub cell_bytes: u64,
    pub log_bytes: u64,
    pub findings: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 128 * MIB,
            time: Duration::from_secs(30),
            statement_time: Duration::from_secs(30),
            statements: 1_000,
            rows: 1_000_000,
            bytes: 256 * MIB,
            cell_bytes: MIB,
            log_bytes: 64 * KIB,
            findings: 1_000,
        }
    }
}

/// The most that a plan, a grant or a manifest can name.
pub const CEILINGS: Limits = Limits {
    memory: 4 * GIB,
    time: Duration::from_secs(3_600),
    statement_time: Duration::from_secs(3_600),
    statements: 1_000_000,
    rows: 1_000_000_000,
    bytes: 64 * GIB,
    cell_bytes: 256 * MIB,
    log_bytes: 16 * MIB,
    findings: 100_000,
};

impl Limits {
    /// Sets one limit; an amount that its field cannot hold becomes the most that it can.
    pub fn set(&mut self, key: LimitKey, amount: u64) {
        let count = u32::try_from(amount).unwrap_or(u32::MAX);
        match key {
            LimitKey::Memory => self.memory = amount,
            LimitKey::Time => self.time = Duration::from_millis(amount),
            LimitKey::StatementTime => self.statement_time = Duration::from_millis(amount),
            LimitKey::Statements => self.statements = count,
            LimitKey::Rows => self.rows = amount,
            LimitKey::Bytes => self.bytes = amount,
            LimitKey::CellBytes => self.cell_bytes = amount,
            LimitKey::LogBytes => self.log_bytes = amount,
            LimitKey::Findings => self.findings = count,
        }
    }

    /// The amount of one limit: bytes, milliseconds or a count.
    pub fn get(&self, key: LimitKey) -> u64 {
        // No duration that can be written has more milliseconds than 64 bits hold.
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        match key {
            LimitKey::Memory => self.memory,
            LimitKey::Time => millis(self.time),
            LimitKey::StatementTime => millis(self.statement_time),
            LimitKey::Statements => self.statements.into(),
            LimitKey::Rows => self.rows,
            LimitKey::Bytes => self.bytes,
            LimitKey::CellBytes => self.cell_bytes,
            LimitKey::LogBytes => self.log_bytes,
            LimitKey::Findings => self.findings.into(),
        }
    }
}

/// Limits as a file writes them: in a plan's `[limits]`, a grant's `[grant.limits]` or a check's manifest.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LimitsText {
    memory: Option<Spanned<Size>>,
    time: Option<Spanned<String>>,
    statement_time: Option<Spanned<String>>,
    statements: Option<Spanned<i64>>,
    rows: Option<Spanned<i64>>,
    bytes: Option<Spanned<Size>>,
    cell_bytes: Option<Spanned<Size>>,
    log_bytes: Option<Spanned<Size>>,
    findings: Option<Spanned<i64>>,
}

#[derive(Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "expected bytes as an integer or as text such as \"64MiB\""
)]
enum Size {
    Bytes(i64),
    Text(String),
}

impl LimitsText {
    /// The limits as written; what is not written is as `given`.
    pub(crate) fn read(self, given: &Limits) -> Result<Limits, Wrong> {
        let text = self;
        Ok(Limits {
            memory: size("memory", text.memory, given.memory, CEILINGS.memory)?,
            time: duration("time", text.time, given.time, CEILINGS.time)?,
            statement_time: duration(
                "statement_time",
                text.statement_time,
                given.statement_time,
                CEILINGS.statement_time,
            )?,
            statements: count(
                "statements",
                text.statements,
                given.statements,
                CEILINGS.statements,
            )?,
            rows: count("rows", text.rows, given.rows, CEILINGS.rows)?,
            bytes: size("bytes", text.bytes, given.bytes, CEILINGS.bytes)?,
            cell_bytes: size(
                "cell_bytes",
                text.cell_bytes,
                given.cell_bytes,
                CEILINGS.cell_bytes,
            )?,
            log_bytes: size(
                "log_bytes",
                text.log_bytes,
                given.log_bytes,
                CEILINGS.log_bytes,
            )?,
            findings: count("findings", text.findings, given.findings, CEILINGS.findings)?,
        })
    }
}

fn size(key: &str, text: Option<Spanned<Size>>, default: u64, ceiling: u64) -> Result<u64, Wrong> {
    let Some(text) = text else {
        return Ok(default);
    };
    let bytes = match text.get_ref() {
        Size::Bytes(bytes) => i128::from(*bytes),
        Size::Text(text_of) => bytes(text_of)
            .map_err(|remedy| (text.span(), format!("{key} = \"{text_of}\": {remedy}")))?
            .into(),
    };
    within(key, text.span(), bytes, ceiling, "bytes")
}

fn count<N: Into<u64> + TryFrom<u64>>(
    key: &str,
    text: Option<Spanned<i64>>,
    default: N,
    ceiling: N,
) -> Result<N, Wrong> {
    let Some(text) = text else {
        return Ok(default);
    };
    let most = ceiling.into();
    let count = within(key, text.span(), (*text.get_ref()).into(), most, "")?;
    // The ceiling is an `N`, and the count is not above it.
    N::try_from(count).map_err(|_| {
        (
            text.span(),
            format!("{key} is {count}: write at most {most}"),
        )
    })
}

fn duration(
    key: &str,
    text: Option<Spanned<String>>,
    default: Duration,
    ceiling: Duration,
) -> Result<Duration, Wrong> {
    let Some(text) = text else {
        return Ok(default);
    };
    let given = read_duration(text.get_ref()).map_err(|remedy| {
        (
            text.span(),
            format!("{key} = \"{}\": {remedy}", text.get_ref()),
        )
    })?;
    // Both were computed in 64 bits.
    let (millis, most) = (given.as_millis() as i128, ceiling.as_millis() as u64);
    within(key, text.span(), millis, most, "ms")?;
    Ok(given)
}

/// Wider than what TOML can write, so that a negative number is shown as it was written.
fn within(key: &str, span: Range<usize>, value: i128, most: u64, unit: &str) -> Result<u64, Wrong> {
    match u64::try_from(value) {
        Ok(fits) if (1..=most).contains(&fits) => Ok(fits),
        _ => {
            let space = if unit.is_empty() { "" } else { " " };
            let range = format!("at least 1 and at most {most}{space}{unit}");
            Err((
                span,
                format!("{key} is {value}{space}{unit}: write {range}"),
            ))
        }
    }
}

/// Reads `64MiB`, `64MB`, `64KiB`, `1GB` … or plain digits; no sign, space, fraction or other unit.
fn bytes(text: &str) -> Result<u64, &'static str> {
    const REMEDY: &str = "write bytes as an integer or as text such as \"64MiB\" or \"64MB\"";
    let (number, unit) = split(text).ok_or(REMEDY)?;
    let factor = match unit {
        "" | "B" => 1,
        "kB" | "KB" => 1_000,
        "KiB" => KIB,
        "MB" => 1_000_000,
        "MiB" => MIB,
        "GB" => 1_000_000_000,
        "GiB" => GIB,
        _ => return Err(REMEDY),
    };
    number.checked_mul(factor).ok_or(REMEDY)
}

/// Reads `500ms`, `30s`, `2m`, `1h`; the unit is never optional.
fn read_duration(text: &str) -> Result<Duration, &'static str> {
    const REMEDY: &str = "write a duration as text such as \"500ms\", \"30s\" or \"2m\"";
    let (number, unit) = split(text).ok_or(REMEDY)?;
    let factor = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(REMEDY),
    };
    let millis = number.checked_mul(factor).ok_or(REMEDY)?;
    Ok(Duration::from_millis(millis))
}

fn split(text: &str) -> Option<(u64, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_strict() {
        assert_eq!(bytes("64MiB"), Ok(64 << 20));
        assert_eq!(bytes("64MB"), Ok(64_000_000));
        assert_eq!(bytes("1024"), Ok(1024));
        for wrong in [
            "",
            "MiB",
            "-1",
            "+1",
            " 1",
            "1 MiB",
            "1.5MiB",
            "1mib",
            "1M",
            "99999999999GiB",
        ] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        let text = |key: LimitKey, amount| {
            let text = format!("{key} = {}", key.written(amount));
            let limits: LimitsText = toml::from_str(&text).unwrap();
            (text, limits.read(&CEILINGS).unwrap().get(key))
        };
        for key in LimitKey::ALL {
            assert_eq!(LimitKey::named(key.name()), Some(key));
            for amount in [1, 999, 1_000, 1_024, 60_000, CEILINGS.get(key)] {
                let (text, read) = text(key, amount);
                assert_eq!(read, amount, "{text}");
            }
        }
        assert_eq!(text(LimitKey::Memory, 64 << 20).0, "memory = \"64MiB\"");
        assert_eq!(text(LimitKey::Time, 90_000).0, "time = \"90s\"");
        assert_eq!(text(LimitKey::Rows, 90_000).0, "rows = 90000");
    }

    #[test]
    fn durations_are_strict() {
        assert_eq!(read_duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(read_duration("2m"), Ok(Duration::from_secs(120)));
        for wrong in ["", "30", "s", "-1s", "1.5s", "1 s", "1sec", "1d"] {
            assert!(read_duration(wrong).is_err(), "{wrong}");
        }
    }
}
