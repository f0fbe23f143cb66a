//! Each way in which a dump does not come off.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use tokio::io::AsyncReadExt;
use tokio_util::sync::CancellationToken;
use vhost::event::Events;
use vhost::source::{DumpAs, DumpError, PgDump, Program};

use super::{keeping, open, pausing, pg_dump, shown, start, the_pg_dump, with_reader};
use crate::server::{Server, program};

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_pg_dump_is_named_and_leaves_no_file() {
    let server = Server::start(&[]);
    with_reader(&server);
    let source = open(&server.conninfo("reader", "postgres")).await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("dump");
    let (go, tap) = pausing();
    let (growing, dumping) = start(&source, &path, tap, &CancellationToken::new()).await;
    let mut reading = growing.reader().unwrap();
    let pid = the_pg_dump(&server);
    assert!(
        Command::new("kill")
            .args(["-9", &pid.to_string()])
            .status()
            .unwrap()
            .success()
    );
    drop(go);
    let error = reading.read_to_end(&mut Vec::new()).await.unwrap_err();
    assert!(error.to_string().contains("did not complete"));
    assert!(matches!(
        dumping.finish().await,
        Err(DumpError::Killed { signal: 9 })
    ));
    assert!(!path.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_or_dropped_dump_leaves_neither_file_nor_process() {
    let server = Server::start(&[]);
    with_reader(&server);
    let source = open(&server.conninfo("reader", "postgres")).await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("dump");
    let stop = CancellationToken::new();
    let (go, tap) = pausing();
    let (_growing, dumping) = start(&source, &path, tap, &stop).await;
    let pid = the_pg_dump(&server);
    stop.cancel();
    drop(go);
    assert!(matches!(dumping.finish().await, Err(DumpError::Stopped)));
    assert!(!path.exists());
    assert!(!Path::new(&format!("/proc/{pid}")).exists());

    let (go, tap) = pausing();
    let (growing, dumping) = start(&source, &path, tap, &CancellationToken::new()).await;
    let mut reading = growing.reader().unwrap();
    drop(dumping);
    drop(go);
    assert!(reading.read_to_end(&mut Vec::new()).await.is_err());
    assert!(!path.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_named_and_leaves_no_file() {
    let server = Server::start(&[]);
    with_reader(&server);
    let source = open(&server.conninfo("reader", "postgres")).await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"])
        .arg(dir.path())
        .status();
    if !mounted.is_ok_and(|status| status.success()) {
        eprintln!("not tested: only root can mount a small file system");
        return;
    }
    let path = dir.path().join("dump");
    let (_kept, tap) = keeping();
    let (growing, dumping) = start(&source, &path, tap, &CancellationToken::new()).await;
    let mut reading = growing.reader().unwrap();
    let read = reading.read_to_end(&mut Vec::new()).await;
    let outcome = dumping.finish().await;
    let left = path.exists();
    drop(reading);
    // The reader's thread may hold its file for a moment longer.
    let unmounted = Command::new("umount")
        .arg("-l")
        .arg(dir.path())
        .status()
        .unwrap();
    assert!(unmounted.success());
    assert!(read.is_err());
    assert!(matches!(outcome, Err(DumpError::DiskFull { written, .. }) if written > 500_000));
    assert!(!left);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_is_gone_is_named() {
    let mut server = Server::start(&[]);
    with_reader(&server);
    let source = open(&server.conninfo("reader", "postgres")).await.unwrap();
    server.restart();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("dump");
    let (_kept, tap) = keeping();
    let (_growing, dumping) = start(&source, &path, tap, &CancellationToken::new()).await;
    let error = dumping.finish().await.unwrap_err();
    assert!(matches!(error, DumpError::SnapshotGone), "{error}");
    assert!(!path.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_pg_dump_refuses_is_told_without_rows() {
    let server = Server::start(&[]);
    with_reader(&server);
    server.sql(
        "postgres",
        "CREATE SCHEMA s; CREATE TABLE s.r (x int); ALTER TABLE s.r ENABLE ROW LEVEL SECURITY",
    );
    let source = open(&server.conninfo("reader", "postgres")).await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (_kept, tap) = keeping();
    let (_growing, dumping) = start(
        &source,
        &dir.path().join("a"),
        tap,
        &CancellationToken::new(),
    )
    .await;
    let error = dumping.finish().await.unwrap_err();
    assert!(matches!(error, DumpError::RowSecurity), "{error}");

    server.sql(
        "postgres",
        "DROP TABLE s.r; REVOKE pg_read_all_data FROM reader; REVOKE ALL ON SCHEMA s FROM PUBLIC",
    );
    let source = open(&server.conninfo("reader", "postgres")).await.unwrap();
    let (_kept, tap) = keeping();
    let (_growing, dumping) = start(
        &source,
        &dir.path().join("b"),
        tap,
        &CancellationToken::new(),
    )
    .await;
    let error = dumping.finish().await.unwrap_err();
    assert!(
        matches!(&error, DumpError::Failed { status: 1, message } if message.contains("permission denied for table bulk")),
        "{error}"
    );
    assert!(!shown(&error).contains("c4n:ary"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pg_dump_that_ends_well_without_its_trailer_is_truncated() {
    let server = Server::start(&[]);
    with_reader(&server);
    let source = open(&server.conninfo("reader", "postgres")).await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let script = dir.path().join("pg_dump");
    fs::write(
        &script,
        format!(
            "#!/bin/sh\n{} \"$@\" | head -c 1000000\n",
            program("pg_dump").display()
        ),
    )
    .unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let cutting = PgDump {
        program: Program::Host(script),
        ..pg_dump()
    };
    let path = dir.path().join("dump");
    let (_kept, tap) = keeping();
    let (growing, dumping) = source
        .start_dump(
            &cutting,
            DumpAs::Plain,
            vhost::plan::DumpOf::Contents,
            &path,
            Some(tap),
            CancellationToken::new(),
            Events::silent(),
        )
        .await
        .unwrap();
    let mut reading = growing.reader().unwrap();
    assert!(reading.read_to_end(&mut Vec::new()).await.is_err());
    assert!(matches!(
        dumping.finish().await,
        Err(DumpError::Truncated { bytes: 1_000_000 })
    ));
    assert!(!path.exists());
}
