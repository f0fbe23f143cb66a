//! A dump that carries commands sees nothing of the machine that it is restored on.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use vhost::report::verdict::Verdict;

use crate::support::{Desk, Engine, Grant, Plan, agree, given, on_each_engine, unused_name};

on_each_engine!(a_dump_with_commands);

const CANARY: &str = "canary-of-the-host";

fn a_dump_with_commands(engine: &Engine) {
    let desk = Desk::with(&Plan {
        sandbox: engine.sandbox(&unused_name()),
        rest: r#"
            [checks.row-matrix]
            relations = { "public.host" = 0, "public.ran" = 2, "public.interface" = 1 }

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
\! echo by psql >{there}/psql
\set ran `echo by psql`
INSERT INTO public.ran VALUES (:'ran');
\set seen `cat {there}/canary 2>/dev/null`
INSERT INTO public.host SELECT :'seen' WHERE :'seen' <> '';
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
    // No pg_dump writes such commands, so the dump is not what it says it is; they ran, and saw an empty machine.
    agree(&outcome, Verdict::Fail);
    assert_eq!(outcome.gate("restore-log"), "FAIL");
    assert!(outcome.gate_says("restore-log").contains("meta-command"));
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
