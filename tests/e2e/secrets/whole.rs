//! A run directory is there as a whole or not at all.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::{Database, Desk, Plan, server};

#[test]
fn a_killed_drill_publishes_nothing() {
    let desk = Desk::new();
    let (dumped, done) = (desk.path("dumped"), desk.path("done"));
    let pg_dump = desk.program(
        "pg_dump",
        &format!(
            "#!/bin/sh\n{0} \"$@\" || exit\n[ \"$1\" != --version ] || exit 0\n: >{1}\nwhile [ -e {2} ]; do sleep 0.05; done\n",
            server::program("pg_dump").display(),
            dumped.display(),
            done.display()
        ),
    );
    // The script ends when the desk is cleared, however this test ends.
    std::fs::write(&done, "").unwrap();
    desk.plan(&Plan {
        dump: format!("pg_dump = {pg_dump:?}"),
        ..Database::new().plan()
    });
    let mut child = desk
        .vhost(&["run", "--no-checks"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let give_up = Instant::now() + Duration::from_secs(60);
    while !dumped.exists()
        || std::fs::read_dir(desk.sandboxes())
            .unwrap()
            .next()
            .is_none()
    {
        assert!(child.try_wait().unwrap().is_none() && Instant::now() < give_up);
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    std::fs::remove_file(&done).unwrap();
    assert_eq!(output.status.code(), None);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "");
    assert!(desk.published().is_empty(), "{:?}", desk.published());
    let partial = desk.partial();
    assert_eq!(partial.len(), 1);
    let name = partial
        .first()
        .unwrap()
        .file_name()
        .unwrap()
        .to_str()
        .unwrap();
    assert!(name.ends_with(".partial"), "{name}");

    let cleaned = desk.vhost(&["clean", "runs"]).output().unwrap();
    assert!(cleaned.status.success(), "{cleaned:?}");
    assert!(desk.partial().is_empty());
    assert_eq!(std::fs::read_dir(desk.sandboxes()).unwrap().count(), 0);
}
