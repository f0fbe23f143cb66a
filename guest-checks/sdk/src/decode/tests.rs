//! Rows of a scripted database in Rust types.

use std::fmt::Debug;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::testing::{Answer, World, json, with};
use crate::{
    Date, Interval, Numeric, OtherValue, QueryError, Timestamp, TimestampTz, Uuid, Value, params,
    query_as, query_one,
};

/// Every row of an answer, or the first error.
fn read<T: DeserializeOwned>(answer: Answer) -> Result<Vec<T>, QueryError> {
    let mut rows = Ok(Vec::new());
    with(World::new().answer("SELECT", answer), |_| {
        rows = query_as("SELECT", &[]).and_then(Iterator::collect);
        Ok(())
    });
    rows
}

/// One cell in a column `due`.
fn cell<T: DeserializeOwned>(value: impl Into<Value>) -> Result<T, QueryError> {
    let (row,) = read::<(T,)>(Answer::rows(["due"], [[value.into()]]))?.remove(0);
    Ok(row)
}

#[track_caller]
fn misfit<T: DeserializeOwned + Debug>(value: impl Into<Value>, expected: &str) {
    let error = cell::<T>(value).unwrap_err().to_string();
    assert_eq!(error, format!("column `due`: {expected}"));
}

fn other(text: &str) -> Value {
    Value::Other(OtherValue {
        type_name: "app.mood".to_owned(),
        text: text.to_owned(),
    })
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mood {
    Calm,
    Cross,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Address {
    city: String,
    numbers: Vec<u8>,
}

#[test]
fn every_type_is_read_into_its_own() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Everything {
        truth: bool,
        small: i16,
        large: u64,
        float: f64,
        amount: Numeric,
        whole: i128,
        name: String,
        bytes: Vec<u8>,
        address: Address,
        document: serde_json::Value,
        id: Uuid,
        date: Date,
        local: Timestamp,
        moment: TimestampTz,
        span: Interval,
        mood: Mood,
        network: String,
        absent: Option<Date>,
    }
    fn parse<T: std::str::FromStr<Err: Debug>>(text: &str) -> T {
        text.parse().unwrap()
    }
    let id = Uuid::from_u128(7);
    let address = json!({"city": "Bonn", "numbers": [1, 2]});
    let row = params![
        true,
        -3,
        u32::MAX,
        0.5,
        parse::<Numeric>("12.50"),
        12_i128,
        "a",
        vec![0_u8, 255],
        &address,
        &address,
        id,
        parse::<Date>("2026-05-17"),
        parse::<Timestamp>("1999-12-31 23:59:59.5"),
        parse::<TimestampTz>("infinity"),
        parse::<Interval>("-1 mons +2 days 00:00:01"),
        other("cross"),
        other("10.0.0.0/8"),
        None::<Date>,
    ];
    let columns = [
        "truth", "small", "large", "float", "amount", "whole", "name", "bytes", "address",
        "document", "id", "date", "local", "moment", "span", "mood", "network", "absent",
    ];
    let expected = Everything {
        truth: true,
        small: -3,
        large: u32::MAX.into(),
        float: 0.5,
        amount: parse("12.5"),
        whole: 12,
        name: "a".to_owned(),
        bytes: vec![0, 255],
        address: Address {
            city: "Bonn".to_owned(),
            numbers: vec![1, 2],
        },
        document: address,
        id,
        date: Date::new(2026, 5, 17).unwrap(),
        local: parse("1999-12-31 23:59:59.5"),
        moment: TimestampTz::INFINITY,
        span: parse("-1 mons +2 days 00:00:01"),
        mood: Mood::Cross,
        network: "10.0.0.0/8".to_owned(),
        absent: None,
    };
    let rows = read::<Everything>(Answer::rows(columns, [row])).unwrap();
    assert_eq!(rows, [expected]);
}

#[test]
fn a_misfit_names_the_column_and_both_types_and_no_value() {
    let got = "the database answered with";
    misfit::<i64>("secret", &format!("{got} text instead of an integer"));
    misfit::<Date>("secret", &format!("{got} text instead of a date"));
    misfit::<Option<Uuid>>(7, &format!("{got} an integer instead of a uuid"));
    misfit::<String>(None::<i64>, &format!("{got} null instead of text"));
    misfit::<bool>(
        other("secret"),
        &format!("{got} a value of type app.mood instead of a boolean"),
    );
    misfit::<i16>(40_000, &format!("{got} an integer that does not fit i16"));
    misfit::<u32>(-1, &format!("{got} an integer that does not fit u32"));
    misfit::<i64>(12_i128, &format!("{got} a numeric instead of an integer"));
    let half: Numeric = "0.5".parse().unwrap();
    misfit::<i128>(half, &format!("{got} a numeric that is no whole number"));
    misfit::<Mood>(
        "secret",
        &format!("{got} text that is none of `calm`, `cross`"),
    );
    misfit::<Vec<i64>>(
        other("{1,2}"),
        &format!("{got} a value of type app.mood instead of bytes or json"),
    );
    misfit::<TimestampTz>(
        Timestamp::from_micros(0),
        &format!("{got} a timestamp without time zone instead of a timestamp with time zone"),
    );
    misfit::<Address>(
        json!({"city": "secret", "numbers": "secret"}),
        "json of another shape than what it is read into, at line 1 column 35",
    );
    misfit::<Address>(json!({"numbers": [1]}), "json: missing field `city`");
}

#[test]
fn a_field_without_a_column_is_an_error_even_if_it_could_be_none() {
    #[derive(Debug, Deserialize)]
    struct Invoice {
        #[expect(dead_code)]
        id: i64,
        #[expect(dead_code)]
        due: Option<Date>,
    }
    let error = read::<Invoice>(Answer::rows(["id", "deu"], [params![1, None::<Date>]]));
    assert_eq!(
        error.unwrap_err().to_string(),
        "there is no column `due`; the statement answers with `id`, `deu`"
    );
    let twice = Answer::rows(["id", "due", "id"], [params![1, None::<Date>, 2]]);
    let error = read::<Invoice>(twice).unwrap_err().to_string();
    assert_eq!(
        error,
        "two columns are called `id`; name one of them with AS"
    );
    let more = Answer::rows(["other", "due", "id"], [params!["x", None::<Date>, 2]]);
    assert_eq!(read::<Invoice>(more).unwrap().len(), 1);
}

#[test]
fn a_tuple_takes_the_columns_in_order_and_all_of_them() {
    let answer = || Answer::rows(["a", "b"], [params![1, "x"], params![2, "y"]]);
    let rows: Vec<(i64, String)> = read(answer()).unwrap();
    assert_eq!(rows, [(1, "x".to_owned()), (2, "y".to_owned())]);
    let error = read::<(i64,)>(answer()).unwrap_err().to_string();
    assert_eq!(error, "the statement answers with 2 columns and 1 are read");
    assert!(read::<i64>(answer()).is_err());
}

#[test]
fn pages_are_fetched_until_the_rows_end() {
    for many in [0, 1, 511, 512, 513, 1_500] {
        let cell = |i: i64| (i % 3 != 0).then_some(i);
        let rows = (0..many).map(|i| params![i, cell(i)]);
        let rows = read::<(i64, Option<i64>)>(Answer::rows(["i", "cell"], rows)).unwrap();
        let expected: Vec<_> = (0..many).map(|i| (i, cell(i))).collect();
        assert_eq!(rows, expected);
    }
}

#[test]
fn rows_before_an_error_are_read_and_none_behind_it() {
    let rows = (0..600).map(|i| [Value::Int(i)]);
    let answer = Answer::rows(["i"], rows).then_limit(crate::Limit::Rows, 600);
    with(World::new().answer("SELECT", answer), |_| {
        let mut rows = query_as::<(i64,)>("SELECT", &[])?;
        assert_eq!(rows.by_ref().take(600).filter(Result::is_ok).count(), 600);
        let error = rows.next().and_then(Result::err);
        assert_eq!(
            error.and_then(|error| error.limit()).map(|hit| hit.allowed),
            Some(600)
        );
        assert!(rows.next().is_none());
        Ok(())
    });
}

#[test]
fn one_row_is_neither_none_nor_two() {
    let answer = |rows: i64| Answer::rows(["i"], (0..rows).map(|i| [Value::Int(i)]));
    let one = |answer: Answer| {
        let mut one = Ok((0,));
        with(World::new().answer("SELECT", answer), |_| {
            one = query_one::<(i64,)>("SELECT", &[]);
            Ok(())
        });
        one
    };
    assert_eq!(one(answer(1)).unwrap(), (0,));
    for rows in [0, 2] {
        let error = one(answer(rows)).unwrap_err();
        let QueryError::NotOneRow { found } = error else {
            panic!("{error}");
        };
        assert_eq!(i64::from(found), rows);
    }
}
