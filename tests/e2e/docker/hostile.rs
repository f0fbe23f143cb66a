//! A dump that carries commands sees nothing of the machine that it is restored on.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use vhost::report::verdict::Verdict;

use crate::support::{
    Desk, Engine, Grant, Outcome, Plan, agree, given, on_each_engine, unused_name,
};

on_each_engine!(
    a_dump_with_programs,
    a_dump_with_commands,
    a_command_that_only_psql_sees
);

const CANARY: &str = "canary-of-the-host";

/// The server runs what COPY names, and it sees an empty machine.
fn a_dump_with_programs(engine: &Engine) {
    let desk = Desk::with(&Plan {
        sandbox: engine.sandbox(&unused_name()),
        rest: r#"
            [checks.row-matrix]
            relations = { "public.host" = 0, "public.ran" = 1, "public.interface" = 1 }

            [[checks.row-exact.rows]]
            relation = "public.interface"
            key = { name = "lo" }
            cells = { name = "lo" }
        "#
        .to_owned(),
        ..Plan::default()
    });
    // Both stand open to everybody on this machine.
    let host = tempfile::tempdir_in("/tmp").unwrap();
    fs::set_permissions(host.path(), fs::Permissions::from_mode(0o777)).unwrap();
    fs::write(host.path().join("canary"), CANARY).unwrap();
    let there = host.path().display();
    let dump = given::plain(
        &desk,
        &format!(
            r#"
CREATE TABLE public.host (line text);
CREATE TABLE public.ran (line text);
CREATE TABLE public.interface (name text);
COPY public.ran FROM PROGRAM 'echo by the server';
COPY public.host FROM PROGRAM 'cat {there}/canary 2>/dev/null || true';
COPY public.host FROM PROGRAM 'ls {there} 2>/dev/null || true';
COPY public.interface FROM PROGRAM 'tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d " "';
COPY public.ran TO PROGRAM 'cat >{there}/server 2>/dev/null || true';
"#
        ),
    );
    desk.grants(&[
        Grant::counts(
            "row-matrix",
            &["public.host", "public.ran", "public.interface"],
        ),
        Grant::counts("row-exact", &["public.interface"]),
    ]);
    let checks = ["row-matrix", "row-exact"].map(|check| {
        crate::support::component(check)
            .to_str()
            .unwrap()
            .to_owned()
    });
    let outcome = desk.drill(&[
        "--dump",
        dump.to_str().unwrap(),
        "--checks",
        &checks[0],
        &checks[1],
    ]);
    // Its rows came from programs and not from the dump, so nothing says that they are the right ones.
    assert_ne!(outcome.code, Some(0), "{outcome:#?}");
    assert!(outcome.left.is_empty());
    for check in ["row-matrix", "row-exact"] {
        assert_eq!(outcome.failed(check), [""; 0], "{outcome:#?}");
        assert_eq!(outcome.check(check)["status"], "PASS");
    }
    let names: Vec<_> = fs::read_dir(host.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["canary"]);
    assert!(!outcome.run().report_md.contains(CANARY));
}

/// Drills a plain dump with these statements, whose `THERE` is a directory that everybody on this machine can write
/// to, and sees that nothing came to be there.
fn untouched(engine: &Engine, sql: &str) -> Outcome {
    let desk = Desk::with(&Plan {
        sandbox: engine.sandbox(&unused_name()),
        ..Plan::default()
    });
    let host = tempfile::tempdir_in("/tmp").unwrap();
    fs::set_permissions(host.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let sql = sql.replace("THERE", host.path().to_str().unwrap());
    let dump = given::plain(&desk, &sql);
    let outcome = desk.drill(&["--no-checks", "--dump", dump.to_str().unwrap()]);
    agree(&outcome, Verdict::Fail);
    assert_eq!(fs::read_dir(host.path()).unwrap().count(), 0);
    outcome
}

/// No pg_dump writes such commands: nothing of the dump is given to psql, wherever in it they stand.
fn a_dump_with_commands(engine: &Engine) {
    for command in [
        "\\! touch THERE/psql",
        "SELECT 1 \\g |touch THERE/psql",
        "\\set ran `touch THERE/psql`",
        "\\o |touch THERE/psql",
        "\\copy (SELECT 1) TO PROGRAM 'touch THERE/psql'",
        "\\connect \"dbname=`touch THERE/psql`\"",
    ] {
        let outcome = untouched(
            engine,
            &format!("CREATE TABLE public.t (a int);\n{command}\n"),
        );
        assert_eq!(outcome.gate("digest"), "FAIL", "{command}");
    }
}

/// Where backslashes escape in ordinary strings, psql finds a command that standard SQL has inside a string. A setting that
/// no text shows is one that psql alone hears of; it has a key of the host's own by then, without which it runs none.
fn a_command_that_only_psql_sees(engine: &Engine) {
    let command = "SELECT '\\'' \\! touch THERE/psql --'\n;\n";
    let unseen = "DO $$ BEGIN PERFORM set_config('standard_conforming_' || 'strings', 'off', false); END $$;\n";
    let outcome = untouched(engine, &format!("{unseen}{command}"));
    assert_eq!(outcome.gate("restore-log"), "FAIL");
    assert!(
        outcome.gate_says("restore-log").contains("meta-command"),
        "{}",
        outcome.gate_says("restore-log")
    );
    let seen = "SET standard_conforming_strings = off;\n";
    let outcome = untouched(engine, &format!("{seen}{command}"));
    assert_eq!(outcome.gate("digest"), "FAIL");
}
