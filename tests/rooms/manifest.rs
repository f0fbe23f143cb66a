//! The manifests of real dumps, of one database with as many kinds of objects as a dump can hold.
//!
//! `VHOST_TEST_PG_BINS` names the directories of other Postgres versions, separated by colons; `tests/setup/postgres-versions.sh`
//! fetches them. Without it only Postgres 15 is asked, except where `CI` is set.

use std::path::{Path, PathBuf};
use std::process::Command;

use vhost_dump::manifest::scan::Scanner;
use vhost_dump::manifest::{Access, Change, Compare, Difference, Manifest, Rows, differences};
use vhost_dump::script::Ending;

use crate::server::place::all_bins;
use crate::server::{HBA, SUPERUSER, Server, bin};

const SINK: &str = include_str!("../../tests/databases/kitchen_sink.sql");

const ALL: Compare = Compare {
    access: Access::Compared,
    rows: Rows::Compared,
};

/// A server of one version, with the database `sink`.
struct Ground {
    bin: PathBuf,
    server: Server,
    dir: tempfile::TempDir,
}

impl Ground {
    fn of(bin: &Path) -> Self {
        let server = Server::start_of(bin, &[], HBA, |_| {});
        server.sql("postgres", "CREATE DATABASE sink");
        server.sql("sink", SINK);
        Self {
            bin: bin.to_owned(),
            server,
            dir: tempfile::tempdir().unwrap(),
        }
    }

    fn each() -> impl Iterator<Item = Self> {
        all_bins().into_iter().map(|bin| Self::of(&bin))
    }

    fn run(&self, program: &str, database: Option<&str>, arguments: &[&str]) -> Vec<u8> {
        let mut command = Command::new(self.bin.join(program));
        command
            .env_clear()
            .args(arguments)
            .current_dir(self.dir.path());
        if let Some(database) = database {
            command
                .arg("--dbname")
                .arg(self.server.conninfo(SUPERUSER, database));
        }
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {arguments:?}: {said}");
        output.stdout
    }

    /// The manifest of a plain dump.
    fn manifest(&self, database: &str, options: &[&str]) -> Manifest {
        manifest(&self.run("pg_dump", Some(database), options))
    }

    /// A database that a plain dump of `sink` was restored into.
    fn restored(&self) -> &'static str {
        self.server
            .sql("postgres", "CREATE DATABASE back TEMPLATE template0");
        self.run("pg_dump", Some("sink"), &["--file=plain"]);
        self.run(
            "psql",
            Some("back"),
            &["-Xqf", "plain", "-v", "ON_ERROR_STOP=1"],
        );
        "back"
    }
}

fn manifest(dump: &[u8]) -> Manifest {
    let mut scanner = Scanner::default();
    dump.chunks(65_536).for_each(|piece| scanner.feed(piece));
    let scanned = scanner.finish();
    assert_eq!(scanned.ending, Ending::Trailer);
    let unheaded = scanned.manifest.form.unheaded;
    assert_eq!(unheaded, 0, "statements without a heading");
    scanned.manifest
}

fn assert_same(expected: &Manifest, actual: &Manifest, what: &str) {
    assert!(
        expected.objects.len() > 200,
        "{what}: {}",
        expected.objects.len()
    );
    assert_eq!(expected.form, actual.form, "{what}");
    assert_eq!(differences(expected, actual, ALL), [], "{what}");
}

#[test]
fn every_form_of_a_dump_has_one_manifest() {
    for ground in Ground::each() {
        let plain = ground.manifest("sink", &[]);
        let created = ground.manifest("sink", &["--create"]);
        assert!(created.form.create && created.objects.len() > plain.objects.len());
        for format in ["custom", "directory", "tar"] {
            let file = format!("--file={format}");
            ground.run(
                "pg_dump",
                Some("sink"),
                &[&format!("--format={format}"), &file],
            );
            let script = |options: &[&str]| {
                manifest(&ground.run(
                    "pg_restore",
                    None,
                    &[options, &["--file=-", format]].concat(),
                ))
            };
            assert_eq!(script(&[]), plain, "{format}");
            assert_eq!(script(&["--create"]), created, "{format}");
        }
    }
}

#[test]
fn a_restore_has_the_manifest_of_its_dump() {
    for ground in Ground::each() {
        let plain = ground.manifest("sink", &[]);
        let back = ground.restored();
        assert_same(&plain, &ground.manifest(back, &[]), "by psql");
        for options in [
            &["--column-inserts"][..],
            &["--column-inserts", "--rows-per-insert=7"],
            &["--quote-all-identifiers"],
            &["--no-owner"],
            &["--no-comments"],
            &["--clean", "--if-exists"],
            &["--use-set-session-authorization"],
            &["--verbose"],
        ] {
            let expected = ground.manifest("sink", options);
            assert_same(
                &expected,
                &ground.manifest(back, options),
                &options.concat(),
            );
        }
        for options in [
            &["--no-privileges"][..],
            &["--data-only", "--disable-triggers"],
            &["--section=post-data"],
            &["--table=sink.person", "--table=sink.up"],
        ] {
            let (expected, actual) = (
                ground.manifest("sink", options),
                ground.manifest(back, options),
            );
            assert_eq!(differences(&expected, &actual, ALL), [], "{options:?}");
        }

        // With the database itself, which has to go before it can come back.
        let created = ground.manifest("sink", &["--create"]);
        ground.run(
            "pg_dump",
            Some("sink"),
            &["--format=custom", "--file=archive"],
        );
        ground.server.sql("postgres", "DROP DATABASE sink");
        ground.run(
            "pg_restore",
            Some("postgres"),
            &["--create", "--exit-on-error", "archive"],
        );
        assert_same(
            &created,
            &ground.manifest("sink", &["--create"]),
            "by pg_restore",
        );
    }
}

/// What was changed in a restored database, and the one object that must be told.
const CHANGES: [(&str, &str, Change); 26] = [
    (
        "ALTER POLICY own_rows ON sink.person USING (true)",
        "POLICY person own_rows",
        Change::DefinitionDiffers,
    ),
    (
        "ALTER POLICY own_rows ON sink.person TO PUBLIC",
        "POLICY person own_rows",
        Change::DefinitionDiffers,
    ),
    (
        "ALTER TABLE sink.booking NO FORCE ROW LEVEL SECURITY",
        "TABLE booking",
        Change::DefinitionDiffers,
    ),
    (
        "ALTER TABLE sink.person DISABLE ROW LEVEL SECURITY",
        "ROW SECURITY person",
        Change::Missing,
    ),
    (
        "ALTER TABLE sink.person ENABLE TRIGGER disabled",
        "TRIGGER person disabled",
        Change::DefinitionDiffers,
    ),
    (
        "ALTER TABLE sink.person ENABLE TRIGGER replica",
        "TRIGGER person replica",
        Change::DefinitionDiffers,
    ),
    (
        "ALTER TABLE sink.person ALTER COLUMN born DROP DEFAULT",
        "TABLE person",
        Change::DefinitionDiffers,
    ),
    (
        "ALTER TABLE sink.booking VALIDATE CONSTRAINT booking_room",
        "CHECK CONSTRAINT booking booking_room",
        Change::Missing,
    ),
    (
        "ALTER TABLE sink.booking ALTER CONSTRAINT booking_self NOT DEFERRABLE",
        "FK CONSTRAINT booking booking_self",
        Change::DefinitionDiffers,
    ),
    (
        "ALTER TYPE sink.mood RENAME VALUE 'sad' TO 'bad'",
        "TYPE mood",
        Change::DefinitionDiffers,
    ),
    (
        "CREATE OR REPLACE FUNCTION sink.fired() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "FUNCTION fired()",
        Change::DefinitionDiffers,
    ),
    (
        "ALTER FUNCTION sink.misleading() SECURITY INVOKER",
        "FUNCTION misleading()",
        Change::DefinitionDiffers,
    ),
    (
        "DROP INDEX sink.person_hash",
        "INDEX person_hash",
        Change::Missing,
    ),
    (
        "CREATE TABLE sink.unexpected ()",
        "TABLE unexpected",
        Change::Unexpected,
    ),
    (
        "GRANT DELETE ON sink.person TO sink_reader",
        "ACL TABLE person",
        Change::DefinitionDiffers,
    ),
    (
        "ALTER DEFAULT PRIVILEGES FOR ROLE sink_owner IN SCHEMA sink GRANT INSERT ON TABLES TO sink_reader",
        "DEFAULT ACL DEFAULT PRIVILEGES FOR TABLES",
        Change::DefinitionDiffers,
    ),
    (
        "COMMENT ON TABLE sink.person IS 'others'",
        "COMMENT TABLE person",
        Change::DefinitionDiffers,
    ),
    (
        "ALTER PUBLICATION of_some SET (publish = 'insert')",
        "PUBLICATION of_some",
        Change::DefinitionDiffers,
    ),
    (
        "ALTER EVENT TRIGGER watching DISABLE",
        "EVENT TRIGGER watching",
        Change::DefinitionDiffers,
    ),
    (
        "ALTER SEQUENCE sink.up MAXVALUE 999",
        "SEQUENCE up",
        Change::DefinitionDiffers,
    ),
    (
        "SELECT setval('sink.up', 33)",
        "SEQUENCE SET up",
        Change::ValueDiffers {
            expected: 32,
            actual: 33,
        },
    ),
    (
        "SELECT setval('sink.untouched', 1)",
        "SEQUENCE SET untouched",
        Change::CalledDiffers {
            expected: false,
            actual: true,
        },
    ),
    (
        "UPDATE sink.by_list SET v = 3 WHERE v = 2",
        "TABLE DATA by_list_a",
        Change::ContentDiffers,
    ),
    (
        "DELETE FROM sink.every_type WHERE id = 2",
        "TABLE DATA every_type",
        Change::RowsDiffer {
            expected: 2,
            actual: 1,
        },
    ),
    (
        "SELECT lo_put(900003, 40000, 'x')",
        "BLOB 900003",
        Change::ContentDiffers,
    ),
    ("SELECT lo_unlink(900002)", "BLOB 900002", Change::Missing),
];

#[test]
fn what_changed_in_a_restore_is_named() {
    let ground = Ground::of(&bin());
    let expected = ground.manifest("sink", &[]);
    let back = ground.restored();
    for (change, named, how) in CHANGES {
        ground.server.sql(
            "postgres",
            &format!("CREATE DATABASE changed TEMPLATE {back}"),
        );
        ground.server.sql("changed", change);
        let found = differences(&expected, &ground.manifest("changed", &[]), ALL);
        let is = |d: &Difference| format!("{} {}", d.kind, d.name) == named && d.change == how;
        assert!(found.iter().any(is), "{change}: {found:?}");
        // Beside it, the table that a new constraint moved into, the rows of a new table, or what hung on an object.
        assert!(found.len() <= 3, "{change}: {found:?}");
        ground.server.sql("postgres", "DROP DATABASE changed");
    }
    let given_away = "ALTER TABLE sink.person OWNER TO sink_other";
    ground.server.sql(back, given_away);
    let found = differences(&expected, &ground.manifest(back, &[]), ALL);
    let owner = |d: &Difference| {
        d.kind == "TABLE"
            && matches!(&d.change, Change::OwnerDiffers { expected, actual } if expected == "sink_owner" && actual == "sink_other")
    };
    assert!(found.iter().any(owner), "{found:?}");
}
