//! The scripted world, and a check in it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::*;
use crate::{
    Budget, Date, Ident, Limit, Relation, Subject, TimestampTz, Value, evidence, log, params,
    query, query_as, remaining, scalar,
};

/// Looks at a relation in each way that a check has.
#[derive(serde::Deserialize)]
struct Overdue {
    invoices: Relation,
    due: Ident,
    most: i64,
}

impl Check for Overdue {
    fn run(self, findings: &mut Findings) -> Result<(), CouldNotLook> {
        let Self {
            invoices,
            due,
            most,
        } = &self;
        findings.about(invoices, |findings| {
            let today = TimestampTz::now().date();
            let overdue = invoices.count_where(&format!("{due} < $1"), &params![today])?;
            findings.expect_at_most("few-overdue", invoices, *most, overdue);
            findings.metric("overdue", overdue as f64);
            log::warn!("{overdue} overdue on {today}");
            findings.within_limits(invoices, |findings| {
                let sql = format!("SELECT {due} AS due FROM {invoices}");
                for row in query_as::<(Option<Date>,)>(&sql, &[])? {
                    findings.expect("has-a-day", invoices, row?.0.is_some());
                }
                Ok(())
            })
        })
    }
}

fn plan() -> World {
    World::new().settings(json!({"invoices": "shop.invoice", "due": "due", "most": 1}))
}

fn days(days: &[Option<u8>]) -> Answer {
    let date = |day| Date::new(2026, 5, day);
    Answer::rows(["due"], days.iter().map(|day| params![day.and_then(date)]))
}

#[test]
fn a_check_passes_in_a_world_that_is_as_it_should_be() {
    let world = plan()
        .answer("SELECT count(*)\n FROM \"shop\".\"invoice\"", 1)
        .answer("AS due", days(&[Some(1), Some(31)]));
    let seen = run::<Overdue>(world);
    assert_eq!(seen.passes().findings().len(), 3);
    let first = &seen.asked()[0];
    assert_eq!(
        first.sql,
        r#"SELECT count(*) FROM "shop"."invoice" WHERE "due" < $1"#
    );
    assert_eq!(first.params, params![Date::new(2026, 5, 17)]);
    assert_eq!(seen.metrics(), [("overdue".to_owned(), 1.0)]);
    let line = "1 overdue on 2026-05-17".to_owned();
    assert_eq!(seen.log(), [(Level::Warn, line)]);
}

#[test]
fn a_check_fails_in_a_world_that_is_not() {
    let world = plan().answer("count(*)", 2).answer("AS due", days(&[None]));
    let seen = run::<Overdue>(world);
    assert_eq!(seen.fails("few-overdue").actual, Some(Value::Int(2)));
    let about = "shop.invoice";
    assert_eq!(
        seen.failed(),
        [("few-overdue", about), ("has-a-day", about)]
    );
    run::<Overdue>(plan().missing(about)).fails("relation-exists");
    run::<Overdue>(plan().missing_column(about, "due")).fails("columns-exist");
}

#[test]
fn a_check_that_cannot_look_says_why() {
    let denied = run::<Overdue>(plan().denied("shop.invoice"));
    denied.could_not_look("permission denied for table invoice");
    let misspelt = World::new().settings(json!({"invoices": "shop.invoice", "du": "due"}));
    run::<Overdue>(misspelt).could_not_look("missing field `due`");
    let failed = Answer::fails("22P02", "invalid input syntax");
    run::<Overdue>(plan().answer("count(*)", failed)).could_not_look("22P02");
    let part = days(&[Some(1)]).then_limit(Limit::Rows, 1);
    let limited = run::<Overdue>(plan().answer("count(*)", 0).answer("AS due", part));
    assert_eq!(limited.could_not_look("within-limits").findings().len(), 3);
}

#[test]
fn an_assertion_that_does_not_hold_ends_the_test() {
    let passing = || run::<Overdue>(plan().answer("count(*)", 0).answer("AS due", days(&[])));
    let failing = || run::<Overdue>(plan().answer("count(*)", 2).answer("AS due", days(&[])));
    fn ends<T>(assertion: impl FnOnce() -> T) -> bool {
        catch_unwind(AssertUnwindSafe(|| drop(assertion()))).is_err()
    }
    assert!(ends(|| failing().passes().findings().len()));
    assert!(ends(|| passing().fails("few-overdue").clone()));
    assert!(ends(|| failing().fails("has-a-day").clone()));
    assert!(ends(|| failing().could_not_look("").findings().len()));
    assert!(ends(|| with(World::new(), |_| Ok(()))
        .passes()
        .findings()
        .len()));
    // A statement that nobody thought of.
    assert!(ends(|| run::<Overdue>(plan())));
    // A column of two types.
    let mixed = Answer::rows(["a"], [params![1], params!["x"]]);
    let world = World::new().answer("SELECT", mixed);
    assert!(ends(|| with(world, |_| {
        query("SELECT", &[])?;
        Ok(())
    })));
    // Outside of every world.
    assert!(ends(remaining));
}

#[test]
fn a_report_that_the_host_would_refuse_is_refused() {
    for rule in ["Row count", "", "a--b", "a_b", &"a".repeat(65)] {
        let seen = with(World::new(), |findings| {
            findings.expect("good", Subject::overall(), true);
            findings.expect(rule, Subject::overall(), true);
            Ok(())
        });
        seen.could_not_look("is not kebab-case");
    }
    with(World::new(), |findings| {
        findings.metric("rate", f64::NAN);
        Ok(())
    })
    .could_not_look("not a finite number");
}

#[test]
fn the_first_answer_that_fits_is_the_answer() {
    let world = World::new()
        .answer_to("SELECT", &params!["a"], 1)
        .answer("SELECT\n  count", 2)
        .answer("SELECT", Answer::no_rows(["x"]));
    with(world, |findings| {
        let mut expect = |expected: Option<i64>, sql, params: &[Value]| {
            let actual = scalar::<Option<i64>>(sql, params)?;
            findings.expect_eq("answer", Subject::overall(), expected, actual);
            Ok::<_, CouldNotLook>(())
        };
        expect(Some(1), "SELECT $1", &params!["a"])?;
        expect(Some(2), " SELECT count(*) + $1", &params!["b"])?;
        expect(None, "SELECT x", &[])?;
        assert!(scalar::<Value>("SELECT $1, $2", &params!["a"]).is_err());
        let rows = query("SELECT count", &[])?;
        assert_eq!(rows.columns()[0].type_name, "bigint");
        assert_eq!(rows.collect::<Result<Vec<_>, _>>()?, [[Value::Int(2)]]);
        Ok(())
    })
    .passes();
}

#[test]
fn the_host_says_what_the_world_says() {
    let budget = Budget {
        rows_left: 7,
        bytes_left: 1,
        statements_left: 2,
        millis_left: 3,
    };
    let now: TimestampTz = "2026-06-01T00:00:00Z".parse().unwrap();
    let world = World::new()
        .budget(budget)
        .now(now)
        .relations([facts::table("s", "t", 3, "d")])
        .reference([])
        .sequences([facts::sequence("s", "q", 9)])
        .extensions([facts::extension("citext", "1.6")])
        .database_settings([facts::database_setting("work_mem", "4MB")]);
    with(world, |findings| {
        findings.expect_eq("rows-left", Subject::overall(), 7, remaining().rows_left);
        let hour = now.duration_since(evidence::get_dump().taken_at.parse()?);
        findings.expect("time-goes-by", Subject::overall(), hour.is_some());
        findings.expect_eq("now", Subject::overall(), now, TimestampTz::now());
        let relations = evidence::relations();
        findings.expect_eq("rows", &relations[0], 3, relations[0].rows);
        let none = evidence::reference().is_some_and(|relations| relations.is_empty());
        findings.expect("empty-reference", Subject::overall(), none);
        let sequence = &evidence::sequences()[0];
        findings.expect_eq("last-value", sequence, 9, sequence.last_value);
        let version = evidence::extensions()[0].version.clone();
        findings.expect_eq("version", "citext", "1.6".to_owned(), version);
        let setting = evidence::database_settings()[0].value.clone();
        findings.expect_eq("work-mem", "work_mem", Some("4MB".to_owned()), setting);
        Ok(())
    })
    .passes();
    let restored = with(World::new(), |findings| {
        let errors = evidence::get_restore().serious_errors;
        findings.expect_eq("no-errors", Subject::overall(), 0, errors);
        findings.expect_none("none", Subject::overall(), 0);
        let protected = evidence::protected_containers().len();
        findings.expect_eq("none-protected", Subject::overall(), 0, protected);
        Ok(())
    });
    restored.passes();
}
