//! Dumps that end before their end.

use std::process::Command;

use vhost::report::verdict::Verdict;

use crate::support::{Database, Desk, Outcome, Plan, agree, server};

/// Drills a database with a table of some megabytes through this script, which calls the real pg_dump as `$PG_DUMP`.
fn through(script: &str, dump: &str) -> (Desk, Outcome) {
    let database = Database::changed(
        "CREATE TABLE shop.bulk AS SELECT n, repeat('row ', 20) AS filler FROM generate_series(1, 40000) n",
    );
    let desk = Desk::new();
    let pg_dump = wrapper(&desk, script);
    desk.plan(&Plan {
        dump: format!("pg_dump = {pg_dump:?}\n{dump}"),
        ..database.plan()
    });
    let outcome = desk.drill(&["--no-checks"]);
    (desk, outcome)
}

/// A program that says its version as pg_dump does, and otherwise does what the script says.
fn wrapper(desk: &Desk, script: &str) -> std::path::PathBuf {
    let real = server::program("pg_dump");
    desk.program(
        "pg_dump",
        &format!(
            "#!/bin/bash\nPG_DUMP={}\n[ \"$1\" != --version ] || exec $PG_DUMP --version\n{script}\n",
            real.display()
        ),
    )
}

fn nothing_proved((desk, outcome): &(Desk, Outcome), names: &str) {
    agree(outcome, Verdict::Inconclusive);
    let (stage, cause) = outcome.stop().unwrap();
    assert_eq!(stage, "dump", "{cause}");
    assert!(cause.contains(names), "{cause}");
    assert_eq!(outcome.gate("teardown"), "PASS");
    for dump in ["dump.sql", "dump.dump"] {
        assert!(
            !outcome.run().directory.join(dump).exists(),
            "{dump} is half a dump"
        );
    }
    assert!(desk.partial().is_empty());
}

/// SIGKILL is what the out-of-memory killer sends.
const KILLED: &str = "$PG_DUMP \"$@\" | head --bytes 1000000\nkill -KILL $$";

#[test]
fn a_killed_pg_dump() {
    nothing_proved(&through(KILLED, ""), "signal");
}

#[test]
fn a_killed_pg_dump_of_an_archive() {
    nothing_proved(&through(KILLED, "format = \"custom\""), "signal");
}

#[test]
fn a_pg_dump_that_fails() {
    nothing_proved(
        &through("$PG_DUMP \"$@\" | head --bytes 1000000\nexit 3", ""),
        "3",
    );
}

/// It says that all is well, and its dump has no end.
#[test]
fn a_pg_dump_that_lies() {
    nothing_proved(&through("$PG_DUMP \"$@\" | head --bytes 1000000", ""), "");
}

#[test]
fn a_full_disk() {
    let database = Database::changed(
        "CREATE TABLE shop.bulk AS SELECT n, repeat('row ', 20) AS filler FROM generate_series(1, 40000) n",
    );
    let desk = Desk::with(&database.plan());
    std::fs::create_dir(desk.runs()).unwrap();
    let mount = |program: &str, args: &[&str]| {
        let status = Command::new(program).args(args).arg(desk.runs()).status();
        status.is_ok_and(|status| status.success())
    };
    if !mount("mount", &["-t", "tmpfs", "-o", "size=1m", "tmpfs"]) {
        eprintln!("not tested: only root can mount a small file system");
        return;
    }
    let drilled = std::panic::catch_unwind(|| {
        let outcome = desk.drill(&["--no-checks"]);
        agree(&outcome, Verdict::Inconclusive);
        let (stage, cause) = outcome.stop().unwrap();
        assert_eq!(stage, "dump", "{cause}");
        assert!(cause.contains("disk full"), "{cause}");
        assert!(!outcome.run().directory.join("dump.sql").exists());
    });
    assert!(mount("umount", &["-l"]));
    drilled.unwrap();
}
