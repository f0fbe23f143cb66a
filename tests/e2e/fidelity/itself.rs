//! The database itself: its settings, comment, owner and grants are in a fresh dump, come back, and disturb nobody.

use serde_json::Value;
use vhost::report::verdict::Verdict;

use super::{given, wrong};
use crate::support::dump::take;
use crate::support::server::program;
use crate::support::{
    Database, Desk, Engine, GRANTS, Outcome, SHIPPED, agree, on_each_engine, unused_name,
};

on_each_engine!(all_that_it_has_comes_back, what_would_disturb_does_not);

const FORMATS: [&str; 2] = ["plain", "custom"];

/// Runs SQL in which `{it}` is the database, as an identifier.
fn set(database: &Database, sql: &str) {
    let it = format!("\"{}\"", database.name.replace('"', "\"\""));
    database.sql(&sql.replace("{it}", &it));
}

/// A drill with every shipped check.
fn check(database: &Database, engine: &Engine, dump: &str) -> (Desk, Outcome) {
    let mut plan = database.plan();
    plan.sandbox = engine.sandbox(&unused_name());
    plan.dump = dump.to_owned();
    let desk = Desk::with(&plan);
    desk.grants(&GRANTS);
    let outcome = desk.check(&SHIPPED);
    (desk, outcome)
}

/// The kinds of the manifest's objects that are about the database itself.
fn about(outcome: &Outcome) -> Vec<String> {
    let text = std::fs::read(outcome.run().directory.join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&text).unwrap();
    let objects = manifest["objects"].as_array().unwrap().iter();
    let about = objects.filter(|object| {
        let text = |key: &str| object[key].as_str().unwrap();
        text("kind").starts_with("DATABASE") || text("name").starts_with("DATABASE ")
    });
    about
        .map(|object| object["kind"].as_str().unwrap().to_owned())
        .collect()
}

fn all_that_it_has_comes_back(engine: &Engine) {
    let database = Database::new();
    // A role that nothing in the database refers to but its own settings there.
    let role = format!("auditor_{}", database.name);
    set(
        &database,
        &format!(
            "CREATE ROLE {role};
             ALTER DATABASE {{it}} SET work_mem = '8MB';
             ALTER DATABASE {{it}} SET app.tenant = 'it''s';
             ALTER ROLE {role} IN DATABASE {{it}} SET search_path = shop, public;
             ALTER DATABASE {{it}} CONNECTION LIMIT 40;
             COMMENT ON DATABASE {{it}} IS 'ours';
             ALTER DATABASE {{it}} OWNER TO shop_owner;
             REVOKE CONNECT ON DATABASE {{it}} FROM PUBLIC;
             GRANT CONNECT ON DATABASE {{it}} TO reader, clerk"
        ),
    );
    for format in FORMATS {
        let (_desk, outcome) = check(&database, engine, &format!("format = {format:?}"));
        agree(&outcome, Verdict::Pass);
        assert_eq!(wrong(&outcome), [], "{format}");
        let mut about = about(&outcome);
        about.sort();
        let expected = ["ACL", "COMMENT", "DATABASE", "DATABASE PROPERTIES"];
        assert_eq!(about, expected, "{format}");
    }
}

fn what_would_disturb_does_not(engine: &Engine) {
    let database = Database::changed(
        "CREATE SCHEMA evil;
         CREATE FUNCTION evil.count(\"any\") RETURNS bigint LANGUAGE internal IMMUTABLE AS 'int8up';
         CREATE VIEW evil.pg_class AS SELECT 1 AS nothing;
         CREATE VIEW evil.pg_index AS SELECT 1 AS nothing;
         CREATE TABLE evil.words (a text[]); INSERT INTO evil.words VALUES ('{NULL,x}')",
    );
    set(
        &database,
        "GRANT CONNECT ON DATABASE {it} TO reader;
         ALTER DATABASE {it} SET default_transaction_read_only = on;
         ALTER DATABASE {it} SET default_transaction_isolation = 'serializable';
         ALTER DATABASE {it} SET search_path = evil, shop, pg_catalog;
         ALTER DATABASE {it} SET session_replication_role = replica;
         ALTER DATABASE {it} SET row_security = off;
         ALTER DATABASE {it} SET array_nulls = off;
         ALTER DATABASE {it} SET default_tablespace = 'fast';
         ALTER DATABASE {it} SET lock_timeout = '1s';
         ALTER DATABASE {it} SET role = reader",
    );
    for format in FORMATS {
        let (_desk, outcome) = check(&database, engine, &format!("format = {format:?}"));
        agree(&outcome, Verdict::Pass);
        assert_eq!(wrong(&outcome), [], "{format}");
    }
}

/// At the source it would end the tests' own sessions too.
#[test]
fn a_time_limit_of_a_given_dump_ends_no_session() {
    let database = Database::new();
    set(
        &database,
        "ALTER DATABASE {it} SET statement_timeout = '50h';
         ALTER DATABASE {it} SET idle_in_transaction_session_timeout = '50h'",
    );
    let desk = Desk::with(&Default::default());
    let path = take(&desk, &database, "plain", &["--create"]);
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.matches("'50h'").count(), 2);
    let path = desk.write("short.sql", text.replace("'50h'", "'1ms'"));
    let outcome = given(&desk, &path);
    agree(&outcome, Verdict::Pass);
    assert_eq!(wrong(&outcome), []);
}

#[test]
fn a_setting_that_the_dump_lost_is_found() {
    let database = Database::new();
    set(&database, "ALTER DATABASE {it} SET work_mem = '8MB'");
    let lost = [("database-setting".to_owned(), "work_mem".to_owned())];

    for format in FORMATS {
        let (_desk, outcome) = check(
            &database,
            &Engine::Local,
            &format!("format = {format:?}\ncreate = false"),
        );
        agree(&outcome, Verdict::Fail);
        assert_eq!(wrong(&outcome), lost, "{format}");
        assert_eq!(about(&outcome), [""; 0], "{format}");
    }

    let desk = Desk::new();
    let script = format!(
        "#!/bin/sh\n[ \"$1\" != --version ] || exec {pg_dump} --version\n{pg_dump} \"$@\" | grep -v 'SET work_mem'\n",
        pg_dump = program("pg_dump").display()
    );
    let forgetful = desk.program("pg_dump", &script);
    let (_desk, outcome) = check(
        &database,
        &Engine::Local,
        &format!("pg_dump = {:?}", forgetful.display().to_string()),
    );
    agree(&outcome, Verdict::Fail);
    // Its heading is left, and with nothing under it.
    assert!(wrong(&outcome).contains(&lost[0]), "{:?}", wrong(&outcome));
}

#[test]
fn its_name_is_anything() {
    let database = Database::called("o'd=d \" na\\me; TABLESPACE = x");
    set(&database, "ALTER DATABASE {it} SET work_mem = '8MB'");
    for format in FORMATS {
        let (_desk, outcome) = check(&database, &Engine::Local, &format!("format = {format:?}"));
        agree(&outcome, Verdict::Pass);
        let restored = &outcome.run().report_json["evidence"]["restore"]["database"];
        assert_eq!(restored, &database.name, "{format}");
    }
}

/// The host works from it, unless a dump is named after it.
#[test]
fn its_name_is_that_of_a_template() {
    let database = Database::new();
    let desk = Desk::with(&Default::default());
    let path = take(&desk, &database, "plain", &["--create"]);
    let text = std::fs::read_to_string(&path).unwrap();
    let renamed = text.replace(&database.name, "template1");
    let outcome = given(&desk, &desk.write("template1.sql", renamed));
    agree(&outcome, Verdict::Pass);
}

#[test]
fn a_locale_that_the_sandbox_lacks_gives_way() {
    let database = Database::new();
    let desk = Desk::with(&Default::default());
    let path = take(&desk, &database, "plain", &["--create"]);
    let text = std::fs::read_to_string(&path).unwrap();
    let line = text
        .lines()
        .find(|line| line.starts_with("CREATE DATABASE "))
        .unwrap();
    let (start, _) = line.split_once(" ENCODING = ").unwrap();
    for (more, said) in [
        (
            " ENCODING = 'UTF8' LOCALE = 'xx_YY.UTF-8';",
            "restored under UTF8 and C.UTF-8",
        ),
        (" TABLESPACE = fast;", "the tablespace fast at the source"),
    ] {
        let text = text.replace(line, &format!("{start}{more}"));
        let outcome = given(&desk, &desk.write("other.sql", text));
        agree(&outcome, Verdict::Pass);
        let remarks = outcome.run().report_json["evidence"]["restore"]["remarks"].to_string();
        assert!(remarks.contains(said), "{remarks}");
    }
}
