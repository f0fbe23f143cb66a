//! Every kind of value, by row and by column, and every parameter that does not fit.

use vhost::check::bindings::vhost::check::types::{
    ColumnData, Error, Instant, Interval, OtherValue, Timestamp, Value,
};

use super::server::Server;

const WORLD: &str = "
    CREATE SCHEMA app;
    CREATE TYPE app.mood AS ENUM ('sad', 'fine');
    CREATE DOMAIN app.positive AS int CHECK (VALUE > 0);
    CREATE EXTENSION citext SCHEMA app;
    CREATE TABLE app.t (id int, mood app.mood, positive app.positive, loud app.citext);
    INSERT INTO app.t VALUES (1, 'fine', 7, 'Ab');
    CREATE TABLE app.big (n int, s text); INSERT INTO app.big SELECT g, g::text FROM generate_series(1, 10) g;";

fn text(value: &Value) -> String {
    format!("{value:?}")
}

fn same(left: &Value, right: &Value) -> bool {
    text(left) == text(right)
}

fn moment(year: i32, month: u8, day: u8, hour: u8, minute: u8, second: u8, micros: u32) -> Instant {
    Instant::At(Timestamp {
        year,
        month,
        day,
        hour,
        minute,
        second,
        micros,
    })
}

fn other(type_name: &str, text: &str) -> Value {
    Value::Other(OtherValue {
        type_name: type_name.into(),
        text: text.into(),
    })
}

fn cases() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        ("true", "boolean", Value::Boolean(true)),
        ("(-32768)::int2", "smallint", Value::Int(-32_768)),
        ("2147483647", "integer", Value::Int(2_147_483_647)),
        (
            "(-9223372036854775808)::int8",
            "bigint",
            Value::Int(i64::MIN),
        ),
        ("4294967295::oid", "oid", Value::Int(4_294_967_295)),
        (
            "'-Infinity'::float4",
            "real",
            Value::Float(f64::NEG_INFINITY),
        ),
        ("0.1::float8", "double precision", Value::Float(0.1)),
        (
            "123456789012345678901234567890.000000001",
            "numeric",
            Value::Numeric("123456789012345678901234567890.000000001".into()),
        ),
        ("'NaN'::numeric", "numeric", Value::Numeric("NaN".into())),
        ("''", "text", Value::Text(String::new())),
        (
            "'ä'::varchar(3)",
            "character varying",
            Value::Text("ä".into()),
        ),
        ("'a'::char(3)", "character", Value::Text("a  ".into())),
        ("'a'::name", "name", Value::Text("a".into())),
        (r"'\x00ff'::bytea", "bytea", Value::Bytes(vec![0, 255])),
        (
            "'{\"a\":  1}'::json",
            "json",
            Value::Json("{\"a\":  1}".into()),
        ),
        (
            "'{\"a\":  1}'::jsonb",
            "jsonb",
            Value::Json("{\"a\": 1}".into()),
        ),
        (
            "'7C963F27-0000-4000-8000-00000000000a'::uuid",
            "uuid",
            Value::Uuid("7c963f27-0000-4000-8000-00000000000a".into()),
        ),
        (
            "'2026-05-17'::date",
            "date",
            Value::Date(moment(2026, 5, 17, 0, 0, 0, 0)),
        ),
        (
            "'0044-03-15 BC'::date",
            "date",
            Value::Date(moment(-43, 3, 15, 0, 0, 0, 0)),
        ),
        ("'infinity'::date", "date", Value::Date(Instant::Infinity)),
        (
            "'1999-12-31 23:59:59.999999'::timestamp",
            "timestamp without time zone",
            Value::Timestamp(moment(1999, 12, 31, 23, 59, 59, 999_999)),
        ),
        (
            "'2026-05-17 13:47:09+07'::timestamptz",
            "timestamp with time zone",
            Value::Timestamptz(moment(2026, 5, 17, 6, 47, 9, 0)),
        ),
        (
            "'-infinity'::timestamptz",
            "timestamp with time zone",
            Value::Timestamptz(Instant::NegInfinity),
        ),
        (
            "'1 year 2 days -3 seconds'::interval",
            "interval",
            Value::Interval(Interval {
                months: 12,
                days: 2,
                micros: -3_000_000,
            }),
        ),
        (
            "'{1,NULL}'::int[]",
            "integer[]",
            other("integer[]", "{1,NULL}"),
        ),
        ("'10.0.0.1/8'::inet", "inet", other("inet", "10.0.0.1/8")),
        (
            "'[1,3)'::int4range",
            "int4range",
            other("int4range", "[1,3)"),
        ),
        ("'fine'::app.mood", "app.mood", Value::Text("fine".into())),
        (
            "'{fine}'::app.mood[]",
            "app.mood[]",
            other("app.mood[]", "{fine}"),
        ),
        ("7::app.positive", "integer", Value::Int(7)),
        ("'Ab'::app.citext", "app.citext", Value::Text("Ab".into())),
        ("ROW(1,'a')", "record", other("record", "(1,a)")),
        ("NULL::int", "integer", Value::Null),
        ("NULL::app.mood", "app.mood", Value::Null),
    ]
}

#[tokio::test]
async fn every_type_by_row_by_column_and_as_a_parameter() {
    let (server, mut host, hardened) = Server::with(WORLD).await;
    let mut session = server
        .session(&mut host, &hardened, "read = [\"app.*\"]")
        .await;
    for (sql, type_name, expected) in cases() {
        let mut cursor = session
            .cursor(&format!("SELECT {sql} AS x"), &[])
            .await
            .unwrap();
        let columns = cursor.columns();
        assert_eq!(
            (columns[0].name.as_str(), columns[0].type_name.as_str()),
            ("x", type_name)
        );
        let rows = session.fetch(&mut cursor, 10).await.unwrap();
        assert!(same(&rows[0][0], &expected), "{sql}: {:?}", rows[0][0]);
        assert!(session.fetch(&mut cursor, 10).await.unwrap().is_empty());
        session.close_cursor(cursor).await.unwrap();

        let mut cursor = session.cursor(&format!("SELECT {sql}"), &[]).await.unwrap();
        let page = session.fetch_page(&mut cursor, 10).await.unwrap();
        assert_eq!((page.rows, page.done), (1, true));
        assert_eq!(
            page.columns[0].nulls,
            [u8::from(matches!(expected, Value::Null))]
        );
        session.close_cursor(cursor).await.unwrap();

        // A record has no input; everything else that came out goes in again and is the same.
        if type_name != "record" {
            let echo = session
                .scalar(
                    &format!("SELECT $1::{type_name}"),
                    std::slice::from_ref(&expected),
                )
                .await;
            let echo = echo.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
            // `char` without a length is char(1).
            if type_name != "character" {
                assert!(same(&echo, &expected), "{sql}: {echo:?}");
            }
        }
    }
}

#[tokio::test]
async fn columns_hold_what_rows_hold() {
    let (server, mut host, hardened) = Server::with(WORLD).await;
    let mut session = server
        .session(&mut host, &hardened, "read = [\"app.*\"]")
        .await;
    let sql = "SELECT n % 2 = 0, CASE WHEN n <> 9 THEN n END, n / 2.0, n / 2::float8, s::bytea,
                      '2000-01-01'::date + n, '2000-01-01'::timestamptz + n * '1 s'::interval,
                      n * '1 day'::interval FROM app.big ORDER BY n";
    let mut cursor = session.cursor(sql, &[]).await.unwrap();
    let page = session.fetch_page(&mut cursor, 100).await.unwrap();
    assert_eq!((page.rows, page.done), (10, true));
    let data: Vec<&ColumnData> = page.columns.iter().map(|column| &column.data).collect();
    assert_eq!(page.columns[0].nulls, [0, 0]);
    assert_eq!(page.columns[1].nulls, [0, 1]);
    let ColumnData::Booleans(values) = data[0] else {
        panic!("booleans")
    };
    assert_eq!(values[..2], [0, 1]);
    let ColumnData::Ints(values) = data[1] else {
        panic!("ints")
    };
    assert_eq!(values[7..], [8, 0, 10]);
    let ColumnData::Strings(values) = data[2] else {
        panic!("strings")
    };
    assert_eq!(
        &values.data[..values.offsets[1] as usize],
        "0.50000000000000000000"
    );
    let ColumnData::Floats(values) = data[3] else {
        panic!("floats")
    };
    assert_eq!(values[0], 0.5);
    let ColumnData::Bytes(values) = data[4] else {
        panic!("bytes")
    };
    assert_eq!(
        (values.data.as_slice(), values.offsets.len()),
        (&b"12345678910"[..], 11)
    );
    let ColumnData::Timestamps(values) = data[5] else {
        panic!("dates")
    };
    assert_eq!(values[0], 86_400_000_000);
    let ColumnData::Timestamps(values) = data[6] else {
        panic!("timestamps")
    };
    assert_eq!(values[9], 10_000_000);
    let ColumnData::Strings(values) = data[7] else {
        panic!("intervals")
    };
    assert!(values.data.starts_with("1 day2 days"));

    let far = session.cursor("SELECT '5874897-12-31'::date", &[]).await;
    let outcome = session.fetch_page(&mut far.unwrap(), 1).await;
    assert!(matches!(outcome, Err(Error::Sql(error)) if error.sqlstate == "22008"));
}

#[tokio::test]
async fn an_empty_result_still_has_columns() {
    let (server, mut host, hardened) = Server::with(WORLD).await;
    let mut session = server
        .session(&mut host, &hardened, "read = [\"app.*\"]")
        .await;
    let mut cursor = session
        .cursor("SELECT * FROM app.t WHERE false", &[])
        .await
        .unwrap();
    let names: Vec<String> = cursor
        .columns()
        .into_iter()
        .map(|column| column.name)
        .collect();
    assert_eq!(names, ["id", "mood", "positive", "loud"]);
    assert!(session.fetch(&mut cursor, 1).await.unwrap().is_empty());
    let page = session.fetch_page(&mut cursor, 1).await.unwrap();
    assert_eq!((page.rows, page.columns.len(), page.done), (0, 4, true));
    assert!(matches!(
        session.scalar("SELECT 1 WHERE false", &[]).await,
        Ok(Value::Null)
    ));
    // A row without columns is a row.
    let mut bare = session.cursor("SELECT FROM app.t", &[]).await.unwrap();
    let rows = session.fetch(&mut bare, 9).await.unwrap();
    assert_eq!((rows.len(), rows[0].len()), (1, 0));
}

#[tokio::test]
async fn parameters_that_do_not_fit_are_named() {
    let (server, mut host, hardened) = Server::with(WORLD).await;
    let mut session = server
        .session(&mut host, &hardened, "read = [\"app.*\"]")
        .await;
    let day = Value::Date(moment(2026, 2, 30, 0, 0, 0, 0));
    for (sql, parameters, says) in [
        (
            "SELECT $1::int",
            vec![],
            "has 1 parameters and 0 were given",
        ),
        (
            "SELECT 1",
            vec![Value::Int(1)],
            "has 0 parameters and 1 were given",
        ),
        (
            "SELECT $1::int2",
            vec![Value::Int(40_000)],
            "$1: the value `int` is out of range for smallint",
        ),
        (
            "SELECT $1::text, $2::int",
            vec![Value::Null, Value::Text("1".into())],
            "$2: the value `text` does not fit integer",
        ),
        (
            "SELECT $1::numeric",
            vec![Value::Numeric("1,5".into())],
            "is not a decimal number for numeric",
        ),
        (
            "SELECT $1::uuid",
            vec![Value::Uuid("x".into())],
            "hexadecimal digits for uuid",
        ),
        ("SELECT $1::date", vec![day], "is no date for date"),
        ("SELECT $1::text", vec![Value::Text("a\0b".into())], "NUL"),
        (
            "SELECT $1::inet",
            vec![other("cidr", "10.0.0.0/8")],
            "does not fit inet",
        ),
    ] {
        let Err(Error::BadParameter(why)) = session.scalar(sql, &parameters).await else {
            panic!("{sql} took {parameters:?}");
        };
        assert!(why.contains(says), "{why}");
    }
    assert!(matches!(
        session.scalar("SELECT 1", &[]).await,
        Ok(Value::Int(1))
    ));
}
