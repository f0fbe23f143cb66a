//! Reads every kind of type into structs, binds it as a parameter, and goes to a limit.

use vhost_check::{
    Check, CouldNotLook, Date, Findings, Interval, Numeric, QueryError, Relation, Subject,
    Timestamp, TimestampTz, Uuid, Value, log, params, query_as, query_one, remaining, scalar,
};

#[derive(serde::Deserialize)]
struct Decoder {
    relation: Relation,
    /// Rows to make and to read.
    rows: i64,
}

#[derive(Debug, PartialEq, serde::Deserialize)]
struct Row {
    truth: bool,
    small: i16,
    number: u32,
    large: i64,
    real: f32,
    double: f64,
    amount: Numeric,
    whole: i128,
    price: Numeric,
    name: String,
    padded: String,
    state: State,
    network: String,
    list: String,
    bytes: Vec<u8>,
    body: Body,
    document: Body,
    id: Uuid,
    day: Date,
    before: Date,
    local: Timestamp,
    moment: TimestampTz,
    never: TimestampTz,
    span: Interval,
    absent: Option<Date>,
}

#[derive(Debug, PartialEq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Draft,
    Live,
}

#[derive(Debug, PartialEq, serde::Deserialize)]
struct Body {
    a: Vec<i64>,
}

fn expected() -> Result<Row, CouldNotLook> {
    Ok(Row {
        truth: true,
        small: -3,
        number: 70_000,
        large: i64::MAX,
        real: 0.5,
        double: f64::INFINITY,
        amount: "12345678901234567890.50".parse()?,
        whole: i128::from(i64::MAX) + 1,
        price: "9.90".parse()?,
        name: "naïve".to_owned(),
        padded: "ab ".to_owned(),
        state: State::Live,
        network: "10.0.0.0/8".to_owned(),
        list: "{1,NULL}".to_owned(),
        bytes: vec![0, 255],
        body: Body { a: vec![1, 2] },
        document: Body { a: vec![] },
        id: "7c963f27-5b0e-4d6a-9c41-e2a8f3b1d704".parse()?,
        day: "2026-05-17".parse()?,
        before: "0044-03-15 BC".parse()?,
        local: "1999-12-31 23:59:59.5".parse()?,
        moment: "2026-05-17 14:30:00.25+02".parse()?,
        never: TimestampTz::INFINITY,
        span: "-1 mons +2 days 00:00:01.5".parse()?,
        absent: None,
    })
}

impl Check for Decoder {
    fn run(self, findings: &mut Findings) -> Result<(), CouldNotLook> {
        let relation = &self.relation;
        let expected = expected()?;
        findings.about(relation, |findings| {
            let row: Row = query_one(&format!("SELECT * FROM {relation}"), &[])?;
            let span = (row.span.months, row.span.days, row.span.micros);
            findings.expect("parts-kept", relation, span == (-1, 2, 1_500_000));
            findings.expect_eq(
                "row-read",
                relation,
                format!("{expected:?}"),
                format!("{row:?}"),
            );
            self.bind(&expected, findings)?;
            self.misfit(findings);
            Ok(())
        })?;
        let mut read = 0;
        findings.within_limits(relation, |_| {
            let sql =
                "WITH RECURSIVE n(i) AS (SELECT 1::int8 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
                       SELECT i, nullif(i % 3, 0) FROM n";
            for row in query_as::<(i64, Option<i64>)>(sql, &params![self.rows])? {
                let (i, rest) = row?;
                read += i64::from(i == read + 1 && rest == Some(i % 3).filter(|rest| *rest != 0));
            }
            Ok(())
        })?;
        // The clock of a check stands still, in these tests where Unix' begins.
        let began = "1970-01-01T00:00:00Z".parse::<TimestampTz>()?;
        findings.expect_eq(
            "clock-stands",
            Subject::overall(),
            began,
            TimestampTz::now(),
        );
        log::info!("{read} rows read, {} left", remaining().rows_left);
        findings.expect_at_most("rows-read", Subject::overall(), self.rows, read);
        findings.metric("read", read as f64);
        Ok(())
    }
}

impl Decoder {
    /// The database compares what it got with what it has.
    fn bind(&self, row: &Row, findings: &mut Findings) -> Result<(), QueryError> {
        let relation = &self.relation;
        let mut bound = |column: &str, cast: &str, value: Value| {
            let sql = format!("SELECT {column} = $1{cast} FROM {relation}");
            let equal = scalar::<bool>(&sql, &[value])?;
            findings.expect("bound", format!("{}.{column}", relation.plain()), equal);
            Ok::<_, QueryError>(())
        };
        bound("truth", "", row.truth.into())?;
        bound("small", "", row.small.into())?;
        bound("number", "", row.number.into())?;
        bound("large", "", row.large.into())?;
        bound("double", "", row.double.into())?;
        bound("amount", "", (&row.amount).into())?;
        bound("whole", "", row.whole.into())?;
        bound("name", "", (&row.name).into())?;
        bound("bytes", "", row.bytes.clone().into())?;
        bound("id", "", row.id.into())?;
        bound("day", "", row.day.into())?;
        bound("before", "", row.before.into())?;
        bound("local", "", row.local.into())?;
        bound("moment", "", row.moment.into())?;
        bound("never", "", row.never.into())?;
        bound("span", "", row.span.into())
    }

    fn misfit(&self, findings: &mut Findings) {
        let relation = &self.relation;
        let said = |what: &str| {
            let sql = format!("SELECT {what} AS due FROM {relation}");
            let row = query_one::<(i64,)>(&sql, &[]);
            row.map_or_else(|error| error.to_string(), |_| "a row".to_owned())
        };
        for (column, got) in [
            ("name", "text"),
            ("state", "a value of type app.state"),
            ("span", "an interval"),
            ("price", "a numeric"),
            ("absent", "null"),
        ] {
            let expected =
                format!("column `due`: the database answered with {got} instead of an integer");
            findings.expect_eq("misfit-named", relation, expected, said(column));
        }
    }
}

vhost_check::export!(Decoder);
