//! Drills of Postgres versions beside the one that the other tests are made with.
//!
//! `VHOST_TEST_PG_BINS` names the directories of their programs, separated by colons; `tests/setup/postgres-versions.sh` fetches
//! them. Without it these tests say so and end, except where `CI` is set.

use std::path::{Path, PathBuf};
use std::process::Command;

use vhost::report::verdict::Verdict;

use crate::support::server::place::{all_bins, other_bins};
use crate::support::server::{HBA, SUPERUSER, Server};
use crate::support::{Desk, Grant, Outcome, Plan, READER, agree, password};

/// What dumps of several versions write differently, or what a dump's restore has to get past.
pub(crate) const SQL: &str = "
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

pub(crate) fn server(bin: &Path) -> Server {
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

pub(crate) fn pg_dump(bin: &Path, server: &Server, desk: &Desk, options: &[&str]) -> PathBuf {
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

pub(crate) fn drill_given(desk: &Desk, dump: &Path) -> Outcome {
    desk.drill(&["--no-checks", "--dump", dump.to_str().unwrap()])
}

#[test]
fn sources_of_other_versions_pass() {
    for bin in other_bins() {
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
    for bin in other_bins() {
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

/// The machine's own and the others, each with the one before it.
fn pairs() -> Vec<(PathBuf, PathBuf)> {
    let all: Vec<PathBuf> = all_bins();
    let mut pairs = Vec::new();
    for (n, older) in all.iter().enumerate() {
        pairs.extend(
            all[n + 1..]
                .iter()
                .map(|newer| (older.clone(), newer.clone())),
        );
    }
    pairs
}

/// For example 16.
fn major(bin: &Path) -> u32 {
    let output = Command::new(bin.join("postgres"))
        .arg("--version")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let number = text.split_whitespace().nth(2).unwrap();
    number.split('.').next().unwrap().parse().unwrap()
}

fn into(bin: &Path, upgrade_to: Option<u32>) -> Plan {
    Plan {
        sandbox: sandbox(bin),
        restore: upgrade_to
            .map(|to| format!("upgrade_to = {to}"))
            .unwrap_or_default(),
        ..Plan::default()
    }
}

/// Stops before anything is restored, for a reason that holds all of this.
pub(crate) fn refused(outcome: &Outcome, reasons: &[&str]) {
    agree(outcome, Verdict::Inconclusive);
    let (stage, cause) = outcome.stop().unwrap();
    assert_eq!(stage, "sandbox");
    for reason in reasons {
        assert!(cause.contains(reason), "{reason} is not in: {cause}");
    }
    assert!(outcome.run().report_json["evidence"]["restore"].is_null());
}

#[test]
fn a_newer_dump_is_refused_by_an_older_sandbox() {
    for (older, newer) in pairs() {
        let desk = Desk::with(&into(&older, None));
        let server = server(&newer);
        for options in [&["-Fp"][..], &["-Fc"]] {
            let dump = pg_dump(&newer, &server, &desk, options);
            let remedy = format!("use an image or a `bin_dir` of {}", major(&newer));
            refused(
                &drill_given(&desk, &dump),
                &["an older server cannot restore it", &remedy],
            );
        }
    }
}

#[test]
fn an_older_dump_needs_a_plan_that_says_upgrade() {
    for (older, newer) in pairs() {
        let (old, new) = (major(&older), major(&newer));
        let server = server(&older);
        let desk = Desk::with(&into(&newer, None));
        let plain = pg_dump(&older, &server, &desk, &["-Fp"]);
        let custom = pg_dump(&older, &server, &desk, &["-Fc"]);
        let say = format!("say `upgrade_to = {new}` in [restore]");
        refused(
            &drill_given(&desk, &plain),
            &[&format!("`bin_dir` of {old}"), &say],
        );

        desk.plan(&into(&newer, Some(new)));
        for dump in [&plain, &custom] {
            let outcome = drill_given(&desk, dump);
            agree(&outcome, Verdict::Pass);
            let said = format!(
                "an upgrade drill: a dump of Postgres {old} was restored into Postgres {new}"
            );
            assert!(outcome.run().report_md.contains(&said));
        }

        // To another version than the sandbox's, and to the dump's own.
        desk.plan(&into(&newer, Some(99)));
        refused(
            &drill_given(&desk, &plain),
            &["the plan says `upgrade_to = 99`"],
        );
        desk.plan(&into(&older, Some(old)));
        refused(&drill_given(&desk, &plain), &["that is no newer one"]);

        // The server is old enough, and the archive is not: no older pg_restore reads it.
        desk.plan(&into(&older, None));
        let archive = pg_dump(&newer, &server, &desk, &["-Fc"]);
        refused(
            &drill_given(&desk, &archive),
            &["whose pg_restore cannot read it", &say],
        );
    }
}

/// The newer release's own pg_dump is taken where the plan's directories have it; else the source's, and that is told.
#[test]
fn an_upgrade_of_a_source_passes() {
    for (older, newer) in pairs() {
        let server = server(&older);
        let new = major(&newer);
        for with in [&newer, &older] {
            let plan = Plan {
                source: Some(format!(
                    "conninfo = \"{}\"\npassword_file = \"password\"",
                    server.conninfo(READER, "app")
                )),
                dump: format!("pg_dump = {:?}", with.join("pg_dump").display().to_string()),
                rest: CHECKS.to_owned(),
                ..into(&newer, Some(new))
            };
            let desk = Desk::with(&plan);
            desk.grants(&GRANTS);
            let outcome = desk.check(&["row-matrix"]);
            agree(&outcome, Verdict::Pass);
            let told = outcome
                .run()
                .report_md
                .contains("the newer release's own is advised");
            assert_eq!(told, with == &older, "{}", outcome.run().report_md);
            let dumped = outcome.run().report_json["evidence"]["dump"]["pg_dump_version"].clone();
            assert!(
                dumped
                    .as_str()
                    .unwrap()
                    .starts_with(&major(with).to_string()),
                "{dumped}"
            );
        }
    }
}

#[test]
fn the_sandbox_has_data_checksums() {
    for bin in all_bins() {
        let server = server(&bin);
        let desk = Desk::with(&into(&bin, None));
        let outcome = drill_given(&desk, &pg_dump(&bin, &server, &desk, &["-Fp"]));
        agree(&outcome, Verdict::Pass);
        let run = outcome.run();
        assert_eq!(
            run.report_json["evidence"]["restore"]["data_checksums"],
            true
        );
        assert!(run.report_md.contains(", data checksums on"));
    }
}
