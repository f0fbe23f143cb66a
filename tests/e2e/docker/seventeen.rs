//! Postgres 17, which this machine has in an image alone (`tests/setup/image.sh`): as a source, as a sandbox, and as what 15 is
//! upgraded to.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use vhost::report::verdict::Verdict;

use crate::support::server::{SUPERUSER, bin, program};
use crate::support::{Container, Desk, Docker, Plan, READER, agree, password, unused_name};
use crate::versions::{SQL, drill_given, pg_dump, refused, server};

const IMAGE: &str = "vhost-postgres:17";
/// How long a new server may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server of 17 in a container, whose socket is in a directory of this machine.
struct Source {
    container: Container,
    sockets: PathBuf,
}

impl Source {
    fn start(docker: &Docker, desk: &Desk) -> Self {
        let sockets = desk.path("sockets");
        std::fs::create_dir(&sockets).unwrap();
        // The container's user is another one than this test's.
        std::fs::set_permissions(&sockets, Permissions::from_mode(0o777)).unwrap();
        let mount = format!("{}:/sockets", sockets.display());
        let script = "initdb --no-sync -A trust -U postgres -E UTF8 --locale C -D /tmp/data >&2 && \
            exec postgres -D /tmp/data -k /sockets -c listen_addresses=";
        let name = unused_name();
        let container = docker.run(&[
            "run",
            "--detach",
            "--name",
            &name,
            "--network",
            "none",
            "--user",
            "postgres",
            "--volume",
            &mount,
            IMAGE,
            "sh",
            "-ec",
            script,
        ]);
        let source = Self { container, sockets };
        let begun = Instant::now();
        while !source.psql("postgres", "SELECT 1") {
            assert!(
                begun.elapsed() < PATIENCE,
                "the container's server does not answer"
            );
            std::thread::sleep(Duration::from_millis(200));
        }
        let password = password().replace('\'', "''");
        for (database, sql) in [
            (
                "postgres",
                format!("CREATE ROLE {READER} LOGIN PASSWORD '{password}'").as_str(),
            ),
            ("postgres", &format!("GRANT pg_read_all_data TO {READER}")),
            ("postgres", "CREATE DATABASE app"),
            ("app", SQL),
        ] {
            assert!(source.psql(database, sql), "{sql}");
        }
        source
    }

    fn psql(&self, database: &str, sql: &str) -> bool {
        let psql = Command::new(program("psql"))
            .args(["-qX", "-v", "ON_ERROR_STOP=1", "-U", SUPERUSER, "-h"])
            .arg(&self.sockets)
            .args(["-d", database, "-c", sql])
            .output();
        psql.unwrap().status.success()
    }

    /// A dump by the container's own pg_dump.
    fn dump(&self, docker: &Docker, form: &[&str]) -> PathBuf {
        let name = format!("dump{}", form.concat());
        let to = format!("/sockets/{name}");
        let id = self.container.id.as_str();
        let exec = [
            "exec", id, "pg_dump", "-h", "/sockets", "-U", SUPERUSER, "-f", &to,
        ];
        docker.call(&[&exec[..], form, &["app"]].concat());
        self.sockets.join(name)
    }

    fn conninfo(&self) -> String {
        format!("host={} user={READER} dbname=app", self.sockets.display())
    }
}

fn sandbox(docker: &Docker, image: &str) -> String {
    format!("name = {:?}\n{}", unused_name(), docker.sandbox(image))
}

#[test]
fn a_source_and_its_dumps_pass() {
    let Some(docker) = Docker::engine() else {
        return;
    };
    let desk = Desk::with(&Plan {
        sandbox: sandbox(&docker, IMAGE),
        ..Plan::default()
    });
    let source = Source::start(&docker, &desk);
    for form in [
        &["-Fp"][..],
        &["-Fc"],
        // Compressed as no pg_dump of this machine can.
        &["-Fc", "-Zlz4"],
        &["-Fc", "-Zzstd"],
        &["-Fd", "-Zlz4"],
        &["-Fd", "-Zzstd"],
    ] {
        let outcome = drill_given(&desk, &source.dump(&docker, form));
        agree(&outcome, Verdict::Pass);
        let version = outcome.run().report_json["evidence"]["dump"]["server_version"].clone();
        assert!(version.as_str().unwrap().starts_with("17."), "{version}");
    }

    // No older server restores it.
    desk.plan(&Plan {
        sandbox: sandbox(&docker, "vhost-postgres:15"),
        ..Plan::default()
    });
    refused(
        &drill_given(&desk, &source.dump(&docker, &["-Fp"])),
        &["an older server cannot restore it", "of 17"],
    );

    // This machine has no pg_dump of 17: the image's is taken.
    desk.plan(&Plan {
        source: Some(format!(
            "conninfo = {:?}\npassword_file = \"password\"",
            source.conninfo()
        )),
        sandbox: sandbox(&docker, IMAGE),
        dump: "from = \"image\"\nformat = \"custom\"".to_owned(),
        ..Plan::default()
    });
    let outcome = desk.drill(&["--no-checks"]);
    agree(&outcome, Verdict::Pass);
    assert_eq!(outcome.gate("fresh-dump"), "PASS");
    // Byte 11 of an archive since 1.15 says how its rows are compressed (`ReadHead` in pg_backup_archiver.c); 2 is lz4.
    let dump = std::fs::read(outcome.run().directory.join("dump.dump")).unwrap();
    assert_eq!((&dump[..5], dump[11]), (&b"PGDMP"[..], 2));
}

#[test]
fn an_upgrade_from_fifteen_passes() {
    let Some(docker) = Docker::engine() else {
        return;
    };
    let desk = Desk::with(&Plan {
        sandbox: sandbox(&docker, IMAGE),
        restore: "upgrade_to = 17".to_owned(),
        ..Plan::default()
    });
    let older = server(&bin());
    for format in ["-Fp", "-Fc"] {
        let dump = pg_dump(&bin(), &older, &desk, &[format]);
        let outcome = drill_given(&desk, &dump);
        agree(&outcome, Verdict::Pass);
        let said = "an upgrade drill: a dump of Postgres 15 was restored into Postgres 17";
        assert!(outcome.run().report_md.contains(said));
    }
}
