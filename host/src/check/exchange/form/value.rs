//! Values, errors, rows and pages in a recording.

use serde_json::Value as Json;

use super::{Detail, Form, record, variant};
use crate::check::bindings::vhost::check::query::Budget;
use crate::check::bindings::vhost::check::types::{
    Blobs, Column, ColumnData, ColumnPage, Error, Instant, Interval, Limit, LimitHit, OtherValue,
    Page, SqlError, Strings, Timestamp, Value,
};

variant!(Value { Null: "null" } holding {
    Boolean: "boolean",
    Int: "int",
    Float: "float",
    Numeric: "numeric",
    Text: "text",
    Bytes: "bytes",
    Json: "json",
    Uuid: "uuid",
    Date: "date",
    Timestamp: "timestamp",
    Timestamptz: "timestamptz",
    Interval: "interval",
    Other: "other"
});
variant!(Instant { Infinity: "infinity", NegInfinity: "neg-infinity" } holding { At: "at" });
record!(Interval {
    months,
    days,
    micros
});
record!(OtherValue { type_name, text });
record!(Column {
    name,
    type_name,
    type_oid,
    nullable
});

record!(Strings { offsets, data });
record!(Blobs { offsets, data });
variant!(ColumnData {} holding {
    Booleans: "booleans",
    Ints: "ints",
    Floats: "floats",
    Strings: "strings",
    Bytes: "bytes",
    Timestamps: "timestamps"
});
record!(ColumnPage { nulls, data });
record!(Page {
    rows,
    columns,
    done
});

record!(SqlError {
    sqlstate,
    severity,
    message,
    detail,
    hint,
    position,
    constraint,
    table
});
variant!(Limit {
    Rows: "rows",
    Bytes: "bytes",
    CellBytes: "cell-bytes",
    Statements: "statements",
    StatementTime: "statement-time",
    CheckTime: "check-time",
    OpenCursors: "open-cursors",
    SqlLength: "sql-length",
    Parameters: "parameters"
} holding {});
record!(LimitHit { what, allowed });
variant!(Error {} holding {
    Sql: "sql",
    Denied: "denied",
    Limit: "limit",
    BadParameter: "bad-parameter",
    Unavailable: "unavailable"
});

record!(Budget { rows_left, bytes_left, statements_left } varies { millis_left });

/// By hand, because its small numbers have no form of their own: a list of bytes is digits, not numbers.
impl Form for Timestamp {
    fn write(&self, out: &mut String, _: Detail<'_>) {
        let Self {
            year,
            month,
            day,
            hour,
            minute,
            second,
            micros,
        } = self;
        out.push_str(&format!(
            "{{\"year\":{year},\"month\":{month},\"day\":{day},\"hour\":{hour},\"minute\":{minute},\"second\":{second},\"micros\":{micros}}}"
        ));
    }

    fn read(from: &Json) -> Option<Self> {
        let fields = from.as_object().filter(|fields| fields.len() == 7)?;
        let small = |name| u8::try_from(fields.get(name)?.as_u64()?).ok();
        Some(Self {
            year: i32::read(fields.get("year")?)?,
            month: small("month")?,
            day: small("day")?,
            hour: small("hour")?,
            minute: small("minute")?,
            second: small("second")?,
            micros: u32::read(fields.get("micros")?)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn comes_back<T: Form + std::fmt::Debug>(value: T) -> String {
        let text = value.text(Detail::Whole);
        let json: Json = serde_json::from_str(&text).unwrap();
        let read = T::read(&json).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(format!("{value:?}"), format!("{read:?}"));
        assert_eq!(read.text(Detail::Whole), text);
        text
    }

    fn moment() -> Timestamp {
        Timestamp {
            year: -43,
            month: 3,
            day: 15,
            hour: 23,
            minute: 59,
            second: 60,
            micros: 999_999,
        }
    }

    #[test]
    fn every_kind_of_value_comes_back_as_it_was() {
        let values = vec![
            Value::Null,
            Value::Boolean(true),
            Value::Int(i64::MIN),
            Value::Int(i64::MAX),
            Value::Float(0.1 + 0.2),
            Value::Float(-0.0),
            Value::Float(f64::NAN),
            Value::Float(f64::NEG_INFINITY),
            Value::Float(f64::MIN_POSITIVE),
            Value::Numeric("-1.50".to_owned()),
            Value::Text("\"\\\u{0}\u{1b}ä\u{2028}".to_owned()),
            Value::Bytes(vec![0, 255]),
            Value::Json("{\"a\": 1}".to_owned()),
            Value::Uuid("6d2f3a3e-0b5f-4a54-9f0e-2f4c2b8b2f6a".to_owned()),
            Value::Date(Instant::NegInfinity),
            Value::Timestamp(Instant::At(moment())),
            Value::Timestamptz(Instant::Infinity),
            Value::Interval(Interval {
                months: -1,
                days: 2,
                micros: i64::MAX,
            }),
            Value::Other(OtherValue {
                type_name: "point".to_owned(),
                text: "(1,2)".to_owned(),
            }),
        ];
        let text = comes_back(values);
        for part in [
            r#"["null",{"boolean":true},{"int":-9223372036854775808}"#,
            r#"{"float":"0.30000000000000004"},{"float":"-0.0"},{"float":"NaN"}"#,
            r#"{"bytes":"00ff"}"#,
        ] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn every_kind_of_column_comes_back_as_it_was() {
        let page = |data| Page {
            rows: 1,
            columns: vec![ColumnPage {
                nulls: vec![1],
                data,
            }],
            done: true,
        };
        for data in [
            ColumnData::Booleans(vec![0, 1]),
            ColumnData::Ints(vec![i64::MIN, 7]),
            ColumnData::Floats(vec![0.5, f64::INFINITY]),
            ColumnData::Strings(Strings {
                offsets: vec![0, 2],
                data: "ab".to_owned(),
            }),
            ColumnData::Bytes(Blobs {
                offsets: vec![0, 1],
                data: vec![9],
            }),
            ColumnData::Timestamps(vec![i64::MAX]),
        ] {
            comes_back(Ok::<_, Error>(page(data)));
        }
    }

    #[test]
    fn every_kind_of_error_comes_back_as_it_was() {
        let sql = SqlError {
            sqlstate: "22P02".to_owned(),
            severity: "ERROR".to_owned(),
            message: "no".to_owned(),
            detail: Some(String::new()),
            hint: None,
            position: Some(3),
            constraint: None,
            table: None,
        };
        let hit = LimitHit {
            what: Limit::CellBytes,
            allowed: u64::MAX,
        };
        for error in [
            Error::Sql(sql),
            Error::Denied("no".to_owned()),
            Error::Limit(hit),
            Error::BadParameter("no".to_owned()),
            Error::Unavailable("no".to_owned()),
        ] {
            comes_back(Err::<(), _>(error));
        }
    }

    #[test]
    fn what_is_no_such_value_is_not_read() {
        for text in [
            "1",
            "\"int\"",
            "{}",
            r#"{"int":"1"}"#,
            r#"{"int":1.5}"#,
            r#"{"int":18446744073709551615}"#,
            r#"{"int":1,"text":"a"}"#,
            r#"{"bytes":"0"}"#,
            r#"{"float":1}"#,
            r#"{"interval":{"months":1,"days":2}}"#,
            r#"{"interval":{"months":1,"days":2,"micros":3,"years":4}}"#,
            r#"{"date":{"at":{"year":1}}}"#,
        ] {
            let json: Json = serde_json::from_str(text).unwrap();
            assert!(Value::read(&json).is_none(), "{text}");
        }
    }

    #[test]
    fn the_time_that_is_left_does_not_last() {
        let budget = |millis_left| Budget {
            rows_left: 1,
            bytes_left: 2,
            statements_left: 3,
            millis_left,
        };
        let lasting = |millis| budget(millis).text(Detail::Lasting);
        assert_eq!(lasting(1), lasting(2));
        comes_back(budget(1));
    }
}
