//! Drills of Postgres versions beside the one that the other tests are made with.
//!
//! `VHOST_TEST_PG_BINS` names the directories of their programs, separated by colons; `tests/setup/postgres-versions.sh` fetches
//! them. Without it these tests say so and end, except where `CI` is set.

use std::path::{Path, PathBuf};
use std::process::Command;

use vhost::report::verdict::Verdict;

use crate::support::server::{BIN, HBA, SUPERUSER, Server};
use crate::support::{Desk, Grant, Outcome, Plan, READER, agree, password};

/// What dumps of several versions write differently, or what a dump's restore has to get past.
const SQL: &str = "
    CREATE ROLE app_owner; CREATE ROLE app_reader;
    CREATE SCHEMA app AUTHORIZATION app_owner;
    CREATE TABLE app.person (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL,
        doubled int GENERATED ALWAYS AS (length(name) * 2) STORED);
    INSERT INTO app.person (name) SELECT 'p' || n FROM generate_series(1, 100) n;
    ALTER TABLE app.person OWNER TO app_owner;
    GRANT SELECT ON app.person TO app_reader, PUBLIC;
    CREATE TABLE app.entry (at date NOT NULL, what jsonb) PARTITION BY RANGE (at);
    CREATE TABLE app.entry_1 PARTITION OF app.entry FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
    INSERT INTO app.entry SELECT '2025-06-01'::date + n, '{}' FROM generate_series(1, 50) n;
    CREATE MATERIALIZED VIEW app.count AS SELECT count(*) FROM app.person;
    CREATE FUNCTION app.watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE LOG ''watched''; END';
    CREATE EVENT TRIGGER watch ON ddl_command_start EXECUTE FUNCTION app.watch();
    SELECT lo_from_bytea(4711, 'x');
    GRANT SELECT ON LARGE OBJECT 4711 TO reader;
    DO $$ BEGIN
        IF current_setting('server_version_num')::int >= 170000 THEN
            EXECUTE 'GRANT MAINTAIN ON app.person TO app_reader, PUBLIC';
        END IF;
        IF current_setting('server_version_num')::int >= 180000 THEN
            EXECUTE 'CREATE TABLE app.virtual (a int, b int GENERATED ALWAYS AS (a * 2) VIRTUAL)';
            EXECUTE 'ALTER TABLE app.virtual ADD CHECK (a > 0) NOT ENFORCED';
        END IF;
    END $$";

const CHECKS: &str =
    "[checks.row-matrix]\nrelations = { \"app.person\" = 100, \"app.entry\" = 50 }\n";

const GRANTS: [Grant<'static>; 1] = [Grant::counts(
    "row-matrix",
    &["app.person(id)", "app.entry(at)"],
)];

fn bins() -> Vec<PathBuf> {
    match std::env::var_os("VHOST_TEST_PG_BINS") {
        Some(bins) => std::env::split_paths(&bins).collect(),
        None if std::env::var_os("CI").is_some() => {
            panic!("VHOST_TEST_PG_BINS must name other Postgres versions where CI is set")
        }
        None => {
            eprintln!("no other Postgres: set VHOST_TEST_PG_BINS");
            Vec::new()
        }
    }
}

fn server(bin: &Path) -> Server {
    let server = Server::start_of(bin, &[], HBA, |_| {});
    let password = password().replace('\'', "''");
    let reader = format!("CREATE ROLE {READER} LOGIN PASSWORD '{password}'");
    server.sql("postgres", &reader);
    server.sql("postgres", &format!("GRANT pg_read_all_data TO {READER}"));
    server.sql("postgres", "CREATE DATABASE app");
    server.sql("app", SQL);
    server
}

fn sandbox(bin: &Path) -> String {
    format!("bin_dir = {:?}", bin.display().to_string())
}

fn pg_dump(bin: &Path, server: &Server, desk: &Desk, options: &[&str]) -> PathBuf {
    let to = desk.path(&format!("dump{}", options.concat()));
    let dumped = Command::new(bin.join("pg_dump"))
        .args(options)
        .arg("-f")
        .arg(&to)
        .args(["-d", &server.conninfo(SUPERUSER, "app")])
        .env_clear()
        .status();
    assert!(dumped.unwrap().success());
    to
}

fn drill_given(desk: &Desk, dump: &Path) -> Outcome {
    desk.drill(&["--no-checks", "--dump", dump.to_str().unwrap()])
}

#[test]
fn sources_of_other_versions_pass() {
    for bin in bins() {
        let server = server(&bin);
        for format in ["plain", "custom"] {
            let plan = Plan {
                source: Some(format!(
                    "conninfo = \"{}\"\npassword_file = \"password\"",
                    server.conninfo(READER, "app")
                )),
                dump: format!(
                    "format = \"{format}\"\npg_dump = {:?}",
                    bin.join("pg_dump").display().to_string()
                ),
                sandbox: sandbox(&bin),
                rest: CHECKS.to_owned(),
                ..Plan::default()
            };
            let desk = Desk::with(&plan);
            desk.grants(&GRANTS);
            agree(&desk.check(&["row-matrix"]), Verdict::Pass);
        }
    }
}

#[test]
fn given_dumps_of_other_versions_pass_in_every_format() {
    for bin in bins() {
        let server = server(&bin);
        let desk = Desk::with(&Plan {
            sandbox: sandbox(&bin),
            ..Plan::default()
        });
        for options in [&["-Fp"][..], &["-Fp", "-C"], &["-Fc"], &["-Ft"], &["-Fd"]] {
            let dump = pg_dump(&bin, &server, &desk, options);
            agree(&drill_given(&desk, &dump), Verdict::Pass);
        }
    }
}

#[test]
fn an_older_sandbox_is_refused_and_a_newer_one_remarked() {
    for bin in bins() {
        let desk = Desk::with(&Plan {
            sandbox: sandbox(Path::new(BIN)),
            ..Plan::default()
        });
        let newer = server(&bin);
        let outcome = drill_given(&desk, &pg_dump(&bin, &newer, &desk, &["-Fp"]));
        agree(&outcome, Verdict::Inconclusive);
        let (stage, cause) = outcome.stop().unwrap();
        assert_eq!(stage, "sandbox");
        assert!(
            cause.contains("an older server cannot restore it; use an image or a `bin_dir` of"),
            "{cause}"
        );

        // The server is old enough, and the archive is not: no older pg_restore reads it.
        let older = server(Path::new(BIN));
        let archive = pg_dump(&bin, &older, &desk, &["-Fc"]);
        let outcome = drill_given(&desk, &archive);
        agree(&outcome, Verdict::Inconclusive);
        assert_eq!(outcome.stop().unwrap().0, "sandbox");

        desk.plan(&Plan {
            sandbox: sandbox(&bin),
            ..Plan::default()
        });
        let outcome = drill_given(&desk, &pg_dump(Path::new(BIN), &older, &desk, &["-Fp"]));
        agree(&outcome, Verdict::Pass);
        assert!(
            outcome
                .run()
                .report_md
                .contains("that it restores into 15 is not proved")
        );
    }
}
