use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value as Json;

use super::call::{Drop, Fetch, Log, Open, Remaining, Scalar, Settings};
use super::form::{Form, Private};
use super::schema::violation;
use super::*;
use crate::check::Ended;
use crate::check::bindings::vhost::check::evidence::{RestoreFacts, Side};
use crate::check::bindings::vhost::check::log::Level as LogLevel;
use crate::check::bindings::vhost::check::query::Budget;
use crate::check::bindings::vhost::check::types::{Error, SqlError, Value};
use crate::check::evidence::call::{GetRestore, Objects};
use crate::check::told::Told;
use crate::finding::{Finding, Shown, Status};
use crate::grant::ReportLevel;
use crate::plan::limits::{LimitKey, Limits};
use vhost_dump::digest::Sha256;

const CANARY: &str = "canary of a row";

fn head(level: Level) -> Head {
    let limits = Limits::default();
    Head {
        check: "row-matrix".to_owned(),
        component: Sha256::of(b"component"),
        level,
        vhost: "0.1.0".to_owned(),
        interfaces: vec!["vhost:check/query@0.1.0".to_owned()],
        artefacts: Vec::new(),
        report: ReportLevel::Counts,
        limits: LimitKey::ALL
            .map(|key| (key.name().to_owned(), limits.get(key)))
            .into(),
        clock: "2026-05-17T13:47:09.123456789Z".to_owned(),
        seed: Sha256::of(b"seed"),
    }
}

fn told() -> Told {
    Told {
        status: Status::Fail,
        ended: Ended::Reported,
        findings: vec![Finding {
            rule: "row-count".to_owned(),
            status: Status::Fail,
            subject: "shop.orders".to_owned(),
            expected: Shown::Count(3),
            actual: Shown::Withheld {
                bytes: 3,
                salted_sha256: Sha256::of(b"x").to_string(),
            },
        }],
        metrics: vec![("rows".to_owned(), "0.1".to_owned())],
        log: Vec::new(),
    }
}

fn open(sql: &str) -> Open {
    Open {
        sql: Statement(sql.to_owned()),
        params: Private(vec![Value::Text(CANARY.to_owned()), Value::Int(7)]),
    }
}

fn refused() -> Error {
    Error::Sql(SqlError {
        sqlstate: "22P02".to_owned(),
        severity: "ERROR".to_owned(),
        message: format!("invalid input syntax: {CANARY}"),
        detail: None,
        hint: None,
        position: Some(1),
        constraint: None,
        table: None,
    })
}

/// A drill that is another one by `varies`, and by nothing that lasts.
fn recorded(level: Level, varies: u32) -> Recorded {
    let known = BTreeSet::from(["shop", "orders"].map(str::to_owned));
    let mut recorder = Recorder::new(level, Arc::new(known));
    let sql = format!("SELECT a FROM \"shop\".\"orders\" WHERE a <> '{CANARY}' AND b = $1");
    recorder.note(&Settings {}, &format!("{{\"cells\":\"{CANARY}\"}}"));
    recorder.note(&open(&sql), &Ok(1));
    let rows = vec![vec![Value::Text(CANARY.to_owned())], vec![Value::Null]];
    let fetch = Fetch {
        cursor: 1,
        max_rows: 512,
    };
    recorder.note(&fetch, &Ok(rows));
    recorder.note(&fetch, &Err(refused()));
    recorder.note(&Drop { cursor: 1 }, &Ok(()));
    let budget = Budget {
        rows_left: 1,
        bytes_left: 2,
        statements_left: 3,
        millis_left: varies,
    };
    recorder.note(&Remaining {}, &budget);
    let restore = RestoreFacts {
        server_version: "15.18".to_owned(),
        system_identifier: u64::MAX - u64::from(varies),
        differs_from_source: true,
        benign_errors: 0,
        serious_errors: 0,
    };
    recorder.note(&GetRestore {}, &restore);
    let objects = Objects {
        of: Side::Reference,
        after: 0,
        at_most: 10,
    };
    recorder.note(&objects, &None);
    let log = Log {
        level: LogLevel::Warn,
        message: Private(CANARY.to_owned()),
    };
    recorder.note(&log, &());
    recorder.finish(&head(level), &told()).unwrap()
}

fn parse(text: &str) -> Result<Recording, RecordingError> {
    Recording::parse(Path::new("x.json"), text.as_bytes())
}

fn replay(level: Level) -> Replay {
    Replay::new(Arc::new(parse(&recorded(level, 1).text).unwrap()))
}

#[test]
fn every_recording_is_of_the_schema() {
    let schema: Json = serde_json::from_str(include_str!("exchange.schema.json")).unwrap();
    for level in [Level::Digests, Level::Values] {
        let recorded = recorded(level, 1);
        let json: Json = serde_json::from_str(&recorded.text).unwrap();
        assert_eq!(violation(&schema, &schema, &json, "recording"), None);
        assert_eq!(json["schema"], SCHEMA);
        assert_eq!(recorded.calls, 9);
        let read = parse(&recorded.text).unwrap();
        assert_eq!((read.head, read.outcome), (head(level), told()));
        assert_eq!(read.calls.len(), 9);
    }
    let names = schema["$defs"]["call"]["oneOf"].as_array().unwrap().iter();
    let mut names: Vec<_> = names
        .map(|call| call["properties"]["call"]["const"].as_str().unwrap())
        .collect();
    let mut known = recording::names();
    names.sort_unstable();
    known.sort_unstable();
    assert_eq!(names, known, "the schema has other calls than this program");
    known.dedup();
    assert_eq!(names.len(), known.len(), "two calls have one name");
}

#[test]
fn a_recording_of_digests_holds_no_value() {
    let text = recorded(Level::Digests, 1).text;
    assert!(!text.contains("canary"), "{text}");
    // What it is for stays readable.
    for shown in [
        r#"SELECT a FROM \"shop\".\"orders\" WHERE a <> 'sha256:"#,
        r#""rows":2"#,
        r#""error":"SQLSTATE 22P02""#,
    ] {
        assert!(text.contains(shown), "{text}");
    }
    assert!(recorded(Level::Values, 1).text.contains(CANARY));
}

#[test]
fn two_drills_of_one_dump_are_the_same() {
    for level in [Level::Digests, Level::Values] {
        let (one, other) = (recorded(level, 1).text, recorded(level, 2).text);
        let (one, other) = (parse(&one).unwrap(), parse(&other).unwrap());
        assert_eq!(between(&one, &other), None);
    }
}

#[test]
fn where_two_recordings_part_is_named() {
    let text = recorded(Level::Digests, 1).text;
    let one = parse(&text).unwrap();
    let changes: [(&str, fn(&mut Recording)); 5] = [
        ("call 2", |other| {
            other.calls[1].asked["sql"] = Json::from("SELECT b");
        }),
        ("call 5", |other| {
            other.calls.remove(4);
        }),
        ("call 9", |other| {
            other.calls.pop();
        }),
        ("the answer to call 3", |other| {
            other.calls[2].answered["rows"] = Json::from(3);
        }),
        ("finding 1", |other| {
            other.outcome.findings[0].status = Status::Pass
        }),
    ];
    for (place, change) in changes {
        let mut other = one.clone();
        change(&mut other);
        for difference in [between(&one, &other), between(&other, &one)] {
            let difference = difference.unwrap();
            assert!(difference.place.starts_with(place), "{difference}");
        }
    }
}

#[test]
fn a_replay_answers_as_recorded() {
    let mut replay = replay(Level::Values);
    let answer = replay.answer(&Settings {}).unwrap();
    assert!(answer.contains(CANARY));
    let sql = format!("SELECT a FROM \"shop\".\"orders\" WHERE a <> '{CANARY}' AND b = $1");
    assert!(matches!(replay.answer(&open(&sql)), Ok(Ok(1))));
    let fetch = Fetch {
        cursor: 1,
        max_rows: 512,
    };
    let rows = replay.answer(&fetch).unwrap().unwrap();
    assert_eq!(
        format!("{rows:?}"),
        format!("{:?}", [[Value::Text(CANARY.to_owned())], [Value::Null]])
    );
    let error = replay.answer(&fetch).unwrap().unwrap_err();
    assert_eq!(format!("{error:?}"), format!("{:?}", refused()));
    assert!(replay.answer(&Drop { cursor: 1 }).unwrap().is_ok());
    let budget = replay.answer(&Remaining {}).unwrap();
    // Also what is another in each drill: the check is to see what it saw.
    assert_eq!(budget.millis_left, 1);
    // The rest is not asked for any more.
    let difference = replay.difference().unwrap().to_string();
    assert_eq!(
        difference,
        "call 7: recorded evidence/get-restore, now the end after call 6"
    );
}

#[test]
fn the_first_call_that_is_otherwise_ends_a_replay() {
    let said = |call: fn(&mut Replay) -> bool| {
        let mut replay = replay(Level::Values);
        replay.answer(&Settings {}).unwrap();
        assert!(call(&mut replay), "it was answered");
        replay.difference().unwrap().to_string()
    };
    let sql = said(|replay| replay.answer(&open("SELECT b FROM t")).is_err());
    assert!(
        sql.starts_with("call 2: recorded query/open sql `SELECT a FROM"),
        "{sql}"
    );
    assert!(
        sql.contains("now query/open sql `SELECT b FROM t` params [{\"text\":"),
        "{sql}"
    );
    let kind = said(|replay| {
        let scalar = Scalar {
            sql: Statement("SELECT 1".to_owned()),
            params: Private(Vec::new()),
        };
        replay.answer(&scalar).is_err()
    });
    assert!(
        kind.contains("now query/scalar sql `SELECT 1` params []"),
        "{kind}"
    );

    let mut recording = parse(&recorded(Level::Values, 1).text).unwrap();
    recording.calls.truncate(1);
    let mut replay = Replay::new(Arc::new(recording));
    replay.answer(&Settings {}).unwrap();
    assert!(replay.answer(&Remaining {}).is_err());
    assert_eq!(
        replay.difference().unwrap().to_string(),
        "call 2: recorded the end after call 1, now query/remaining"
    );
}

#[test]
fn long_texts_are_shown_from_where_they_part() {
    let long = "x".repeat(1_000);
    let difference = Difference::new("call 1", &format!("{long}one"), &format!("{long}other"));
    assert!(difference.recorded.ends_with("xone"), "{difference}");
    assert!(difference.now.ends_with("xother"), "{difference}");
    assert!(difference.to_string().len() < 300, "{difference}");
}

#[test]
fn what_cannot_be_replayed_says_what_to_do() {
    let refused = |recording: &Recording, component: &str| {
        recording.replayable(component).unwrap_err().to_string()
    };
    let mut values = parse(&recorded(Level::Values, 1).text).unwrap();
    assert_eq!(values.replayable("row-matrix"), Ok(()));
    let other = refused(&values, "row-exact");
    assert!(
        other.contains("of check row-matrix") && other.contains("row-exact"),
        "{other}"
    );
    values.head.artefacts = vec!["exports".to_owned()];
    assert!(refused(&values, "row-matrix").contains("`exports`"));
    let digests = parse(&recorded(Level::Digests, 1).text).unwrap();
    assert!(refused(&digests, "row-matrix").contains("--record=values --synthetic"));
}

#[test]
fn a_damaged_recording_is_one_line() {
    let whole = recorded(Level::Values, 1).text;
    let changed = |from: &str, to: &str| {
        assert!(whole.contains(from), "{from}");
        whole.replacen(from, to, 1)
    };
    for (text, says) in [
        (whole[..whole.len() / 2].to_owned(), "damaged one"),
        (String::new(), "damaged one"),
        ("[]".to_owned(), "of the schema `none`"),
        (
            changed("exchange/1", "exchange/2"),
            "of the schema `vhost.exchange/2`",
        ),
        (changed("\"seed\"", "\"sead\""), "damaged recording"),
        (changed("2026-05-17T", "2026-13-17T"), "its clock"),
        (changed("\"time\":30000", "\"time\":0"), "the limit time"),
        (changed("\"ok\":1", "\"ok\":\"1\""), "its call 2"),
        (changed("query/remaining", "query/remain"), "its call 6"),
        (
            changed("\"status\":\"FAIL\"", "\"status\":\"FALL\""),
            "damaged recording",
        ),
    ] {
        let error = parse(&text).unwrap_err().to_string();
        assert!(error.contains(says) && !error.contains('\n'), "{error}");
    }
    let digests = recorded(Level::Digests, 1)
        .text
        .replace("\"rows\":2", "\"rows\":\"2\"");
    assert!(
        parse(&digests)
            .unwrap_err()
            .to_string()
            .contains("its call 3")
    );
}

#[test]
fn an_exchange_without_end_is_not_kept() {
    let mut recorder = Recorder::new(Level::Values, Arc::default());
    let log = Log {
        level: LogLevel::Info,
        message: Private("x".repeat(1 << 20)),
    };
    for _ in 0..20 {
        recorder.note(&log, &());
    }
    let error = recorder.finish(&head(Level::Values), &told()).unwrap_err();
    assert!(error.to_string().contains("larger than 16 MiB"), "{error}");
}

#[test]
fn the_clock_stands_where_it_stood() {
    let started = head(Level::Values).started().unwrap();
    let since = started.duration_since(std::time::UNIX_EPOCH).unwrap();
    assert_eq!(since.as_nanos(), 1_779_025_629_123_456_789);
}

/// A type's text is what stands in the schema; `Form` is for a recording alone.
#[test]
fn digests_of_equal_values_are_equal() {
    let text = |value: Value| Private(vec![value]).text(form::Detail::Digests(&BTreeSet::new()));
    assert_eq!(text(Value::Int(1)), text(Value::Int(1)));
    assert_ne!(text(Value::Int(1)), text(Value::Text("1".to_owned())));
}
