//! What a check costs beside the same work without one, on one restored database.
//!
//! ```text
//! checks ROUNDS
//! ```
//!
//! Lines on standard output, one of each a round:
//!
//! - `pages SECONDS SECONDS`: 1,000,000 rows of 4 columns, read by a check in pages of columns, and by tokio-postgres.
//! - `rows SECONDS SECONDS`: the same, row by row.
//! - `start SECONDS`: a check that is in the cache, from the cache to the report that it returns at once; it has no
//!   database.
//!
//! Both sides read the same statement from the same server in the same process and look at every value. The check's
//! time is that of its run, its session included; opening tokio-postgres' connection is not counted.

use std::error::Error;
use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use futures_util::TryStreamExt as _;
use tokio_postgres::types::{FromSql, Type};
use vhost::check::{Cache, Came, Compiler, Job, Machine, run};
use vhost::finding::Status;

use ground::{Ask, compiler, component, job};
use restored::{Bench, within_restored};

#[path = "../support/components.rs"]
mod components;
#[path = "../guests/ground.rs"]
mod ground;
#[path = "../support/place.rs"]
#[expect(dead_code, reason = "the servers' tests use more of it")]
mod place;
#[path = "../guests/restored.rs"]
#[expect(dead_code, reason = "the tests of guests use more of it")]
mod restored;

const ROWS: u32 = 1_000_000;
const SQL: &str = "SELECT id, label, score, seen FROM app.big";

/// Rows asked for at once; a page holds as many as fit into its bytes.
const PAGE: u32 = 16_384;
/// What the SDK asks for.
const BATCH: u32 = 512;

const DUMP: &str = "--
-- PostgreSQL database dump
--

-- Dumped from database version 15.18
-- Dumped by pg_dump version 15.18

CREATE SCHEMA app;
CREATE TABLE app.big (id int8, label text, score float8, seen timestamptz);
INSERT INTO app.big
    SELECT i, 'label ' || md5(i::text), i / 7.0, timestamptz '2020-01-01 00:00+00' + i * interval '1.5 s'
      FROM generate_series(1, 1000000) AS i;

--
-- PostgreSQL database dump complete
--
";

/// Microseconds since 2000-01-01, as a page holds a timestamp.
struct Micros(i64);

impl<'a> FromSql<'a> for Micros {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(i64::from_be_bytes(raw.try_into()?)))
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::TIMESTAMPTZ
    }
}

#[tokio::main]
async fn main() {
    let rounds: u32 = std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .expect("ROUNDS is a number");
    within_restored(DUMP, async |bench| {
        // What is read for the first time is slower.
        direct(bench).await;
        for round in 0..rounds {
            for (how, most) in [("pages", PAGE), ("rows", BATCH)] {
                // Who goes first changes.
                let (guest, plain) = if round % 2 == 0 {
                    let guest = guest(bench, how, most).await;
                    (guest, direct(bench).await)
                } else {
                    let plain = direct(bench).await;
                    (guest(bench, how, most).await, plain)
                };
                println!("{how} {guest:.4} {plain:.4}");
            }
        }
    })
    .await;
    starts(rounds * 10).await;
}

async fn direct(bench: &Bench<'_, '_>) -> f64 {
    let began = Instant::now();
    let none: [&str; 0] = [];
    let rows = bench.client.query_raw(SQL, none).await.unwrap();
    let mut rows = pin!(rows);
    let (mut count, mut sum) = (0, 0_i64);
    while let Some(row) = rows.try_next().await.unwrap() {
        let (id, label): (i64, &str) = (row.get(0), row.get(1));
        let (score, seen): (f64, Micros) = (row.get(2), row.get(3));
        sum = sum
            .wrapping_add(id)
            .wrapping_add(label.len() as i64)
            .wrapping_add(score as i64)
            .wrapping_add(seen.0);
        count += 1;
    }
    let took = began.elapsed().as_secs_f64();
    assert!(count == ROWS && sum != 0, "tokio-postgres read other rows");
    took
}

async fn guest(bench: &mut Bench<'_, '_>, how: &str, most: u32) -> f64 {
    let settings =
        format!(r#"{{"sql": "{SQL}", "how": "{how}", "max_rows": {most}, "rows": {ROWS}}}"#);
    let limits = "rows = 2000000\nbytes = \"1GiB\"\nmemory = \"256MiB\"\ntime = \"300s\"";
    let mut ask = Ask::new("rows-reader", limits, &settings);
    ask.read = &["app.big"];
    let (outcome, took) = bench.timed(ask).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    took.as_secs_f64()
}

/// A drill's way from a kept check to its report, with a compiler that could not be started.
async fn starts(rounds: u32) {
    let home = tempfile::tempdir().unwrap();
    let open = || {
        let authority = cap_std::ambient_authority();
        let (cache, state) = (home.path().join("cache"), home.path().join("state"));
        Arc::new(Cache::open(&cache, &state, authority).unwrap())
    };
    let machine = Arc::new(Machine::start().unwrap());
    let babbler = component("babbler");
    let made = compiler().ready(Some(open()), &machine, &babbler).await;
    assert_eq!(made.unwrap().came, Came::Compiled);
    let none = Compiler {
        exe: "/nonexistent/vhost".into(),
        ..compiler()
    };
    let cache = open();
    for _ in 0..rounds {
        let ask = Ask::new(
            "babbler",
            "time = \"300s\"",
            r#"{"lines": 0, "findings": 1}"#,
        );
        let job = job(&machine, ask).await;
        let began = Instant::now();
        let ready = none.ready(Some(cache.clone()), &machine, &babbler).await;
        let outcome = run(Job {
            compiled: ready.unwrap().compiled,
            ..job
        });
        let outcome = outcome.await.outcome;
        let took = began.elapsed().as_secs_f64();
        assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
        println!("start {took:.6}");
    }
}
