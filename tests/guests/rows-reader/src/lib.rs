//! Reads every value of one statement, by pages of columns or row by row, and says how many rows there were.

use vhost_check::bindings::exports::vhost::check::checker::{Finding, Guest, Report, Status};
use vhost_check::bindings::vhost::check::query::{self, Cursor};
use vhost_check::bindings::vhost::check::settings;
use vhost_check::bindings::vhost::check::types::{ColumnData, Error, Instant, Value};

#[derive(serde::Deserialize)]
struct Settings {
    sql: String,
    how: How,
    /// Rows to ask for at once.
    max_rows: u32,
    /// How many rows there must be.
    rows: u64,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum How {
    Pages,
    Rows,
}

struct RowsReader;

impl Guest for RowsReader {
    fn run() -> Result<Report, String> {
        let settings: Settings =
            serde_json::from_str(&settings::get()).map_err(|error| error.to_string())?;
        let cursor = query::open(&settings.sql, &[]).map_err(|error| format!("{error:?}"))?;
        let (rows, sum) = match settings.how {
            How::Pages => pages(&cursor, settings.max_rows),
            How::Rows => rows(&cursor, settings.max_rows),
        }
        .map_err(|error| format!("{error:?}"))?;
        let status = match rows == settings.rows {
            true => Status::Pass,
            false => Status::Fail,
        };
        Ok(Report {
            findings: vec![Finding {
                rule: "rows".to_owned(),
                status,
                subject: None,
                expected: None,
                actual: Some(Value::Int(rows as i64)),
            }],
            metrics: vec![("sum".to_owned(), sum as f64)],
        })
    }
}

/// Rows, and a sum that every value goes into.
fn pages(cursor: &Cursor, most: u32) -> Result<(u64, i64), Error> {
    let (mut rows, mut sum) = (0, 0_i64);
    loop {
        let page = cursor.fetch_page(most)?;
        for column in &page.columns {
            sum = sum.wrapping_add(match &column.data {
                ColumnData::Booleans(values) => values.iter().map(|value| i64::from(*value)).sum(),
                ColumnData::Ints(values) | ColumnData::Timestamps(values) => {
                    values.iter().fold(0, |sum, value| sum.wrapping_add(*value))
                }
                ColumnData::Floats(values) => values.iter().sum::<f64>() as i64,
                ColumnData::Strings(strings) => strings.offsets.windows(2).map(length).sum(),
                ColumnData::Bytes(blobs) => blobs.offsets.windows(2).map(length).sum(),
            });
        }
        rows += u64::from(page.rows);
        if page.done {
            return Ok((rows, sum));
        }
    }
}

fn length(ends: &[u32]) -> i64 {
    i64::from(ends[1] - ends[0])
}

fn rows(cursor: &Cursor, most: u32) -> Result<(u64, i64), Error> {
    let (mut rows, mut sum) = (0, 0_i64);
    loop {
        let batch = cursor.fetch(most)?;
        if batch.is_empty() {
            return Ok((rows, sum));
        }
        for row in &batch {
            for value in row {
                sum = sum.wrapping_add(number(value));
            }
        }
        rows += batch.len() as u64;
    }
}

fn number(value: &Value) -> i64 {
    match value {
        Value::Int(value) => *value,
        Value::Float(value) => *value as i64,
        Value::Text(text) => text.len() as i64,
        Value::Timestamptz(Instant::At(at)) => i64::from(at.micros) + i64::from(at.second),
        _ => 0,
    }
}

vhost_check::bindings::export_component!(RowsReader with_types_in vhost_check::bindings);
