//! Dumps that come off, and each way in which they do not.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio_util::sync::CancellationToken;
use vhost::digest::Sha256;
use vhost::event::{Event, Events};
use vhost::source::{
    DumpAs, DumpError, Dumping, Format, Given, Growing, Origin, PgDump, Program, Source, Tap,
};

use crate::server::{Server, program};
use crate::{CANARY, keeping, open, pg_dump, shown, with_reader};

async fn start(
    source: &Source,
    path: &Path,
    tap: Tap,
    stop: &CancellationToken,
) -> (Growing, Dumping) {
    source
        .start_dump(
            &pg_dump(),
            DumpAs::Plain,
            vhost::plan::DumpOf::Contents,
            path,
            tap,
            stop.clone(),
            Events::silent(),
        )
        .await
        .unwrap()
}

/// A tap that stops at the first piece until the sender is dropped, so that pg_dump waits in the middle.
fn pausing() -> (mpsc::Sender<()>, Tap) {
    let (go, wait) = mpsc::channel::<()>();
    (
        go,
        Box::new(move |_| {
            let _ = wait.recv();
        }),
    )
}

fn children_named_pg_dump() -> Vec<u32> {
    let me = std::process::id();
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse::<u32>() else {
            continue;
        };
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        if status.starts_with("Name:\tpg_dump\n") && status.contains(&format!("\nPPid:\t{me}\n")) {
            found.push(pid);
        }
    }
    found
}

/// The pg_dump that takes the dump of this server: its environment names the socket.
fn the_pg_dump(server: &Server) -> u32 {
    let dir = server.socket_dir().to_str().unwrap().to_owned();
    for _ in 0..200 {
        for pid in children_named_pg_dump() {
            let environ = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            if String::from_utf8_lossy(&environ).contains(&dir) {
                return pid;
            }
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("no pg_dump runs");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_dump_is_written_tapped_and_followed_in_one_pass() {
    let server = Server::start(&[]);
    with_reader(&server);
    let source = open(&server.conninfo("reader", "postgres")).await.unwrap();
    server.sql(
        "postgres",
        "INSERT INTO bulk VALUES (-1, 'after the snapshot')",
    );
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("dump");
    let (kept, tap) = keeping();
    let (events, told) = mpsc::channel();
    let events = Events::new(move |event| {
        if let Event::Progress { bytes, .. } = event {
            events.send(bytes).unwrap();
        }
    });
    let (growing, dumping) = source
        .start_dump(
            &pg_dump(),
            DumpAs::Plain,
            vhost::plan::DumpOf::Contents,
            &path,
            tap,
            CancellationToken::new(),
            events,
        )
        .await
        .unwrap();
    let mut reading = growing.reader().unwrap();
    let mut text = Vec::new();
    reading.read_to_end(&mut text).await.unwrap();
    let facts = dumping.finish().await.unwrap();
    assert_eq!(text, fs::read(&path).unwrap());
    assert_eq!(text, *kept.lock().unwrap());
    assert_eq!(facts.digest.sha256, Sha256::of(&text));
    assert_eq!(reading.digest(), Some(facts.digest));
    assert_eq!(told.into_iter().last(), Some(facts.digest.bytes));
    assert_eq!(facts.format, Format::Plain);
    assert!(facts.server_version.starts_with("15."));
    assert_eq!(facts.server_version, facts.pg_dump_version);
    assert!(
        matches!(&facts.origin, Origin::Fresh { role, taken_at, .. } if role == "reader" && taken_at.ends_with('Z'))
    );
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o600);
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("\n40000\trow "));
    assert!(!text.contains("after the snapshot"));
    // A reader that comes later reads the same.
    let mut late = Vec::new();
    growing
        .reader()
        .unwrap()
        .read_to_end(&mut late)
        .await
        .unwrap();
    assert_eq!(late.len() as u64, facts.digest.bytes);
    let again = Given::inspect(&path, &mut |_| {}).unwrap();
    assert_eq!(again.facts.digest, facts.digest);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_password_is_in_no_argument_and_no_environment() {
    let server = Server::start(&[]);
    with_reader(&server);
    let source = open(&server.conninfo("reader", "postgres")).await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (go, tap) = pausing();
    let (_growing, dumping) = start(
        &source,
        &dir.path().join("dump"),
        tap,
        &CancellationToken::new(),
    )
    .await;
    let pid = the_pg_dump(&server);
    for file in ["cmdline", "environ"] {
        let text = fs::read(format!("/proc/{pid}/{file}")).unwrap();
        assert_eq!(source.secret_appears_in(&text), None, "{file}");
        assert!(!String::from_utf8_lossy(&text).contains(CANARY));
    }
    let environ = fs::read(format!("/proc/{pid}/environ")).unwrap();
    assert!(String::from_utf8_lossy(&environ).contains("PGPASSFILE=/proc/self/fd/0"));
    // It is in the anonymous file, so this test looks for the right thing.
    let passfile = fs::read(format!("/proc/{pid}/fd/0")).unwrap();
    assert_eq!(passfile, "*:*:*:*:c4n\\:ary\\\\pw \"é\n".as_bytes());
    drop(go);
    dumping.finish().await.unwrap();
}

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
            tap,
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

#[tokio::test(flavor = "multi_thread")]
async fn archives_are_taken_given_and_copied() {
    let server = Server::start(&[]);
    with_reader(&server);
    let source = open(&server.conninfo("reader", "postgres")).await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("custom");
    let (_kept, tap) = keeping();
    let (_growing, dumping) = source
        .start_dump(
            &pg_dump(),
            DumpAs::Custom,
            vhost::plan::DumpOf::Contents,
            &path,
            tap,
            CancellationToken::new(),
            Events::silent(),
        )
        .await
        .unwrap();
    let facts = dumping.finish().await.unwrap();
    assert_eq!(facts.format, Format::Custom);
    let list = Command::new(program("pg_restore"))
        .arg("-l")
        .arg(&path)
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&list.stdout).contains("TABLE DATA public bulk"));

    for (flag, name, format) in [
        ("-Fc", "custom", Format::Custom),
        ("-Ft", "tar", Format::Tar),
        ("-Fd", "directory", Format::Directory),
    ] {
        let path = dir.path().join(name);
        if format != Format::Custom {
            let dumped = Command::new(program("pg_dump"))
                .args([flag, "-d", &server.conninfo("postgres", "postgres"), "-f"])
                .arg(&path)
                .status()
                .unwrap();
            assert!(dumped.success());
        }
        let given = Given::inspect(&path, &mut |_| panic!("an archive has no text")).unwrap();
        assert_eq!(given.facts.format, format);
        assert_eq!(given.facts.server_version, facts.server_version);
        assert_eq!(given.facts.pg_dump_version, facts.pg_dump_version);
        let copy = dir.path().join(format!("{name}-copy"));
        assert_eq!(given.copy_to(&copy).unwrap(), given.facts.digest);
        let list = Command::new(program("pg_restore"))
            .arg("-l")
            .arg(&copy)
            .output()
            .unwrap();
        assert!(String::from_utf8_lossy(&list.stdout).contains("TABLE DATA public bulk"));
        assert!(given.reader().is_err());
    }
    let again = Given::inspect(&path, &mut |_| {}).unwrap();
    assert_eq!(again.facts.digest, facts.digest);

    let tar = dir.path().join("tar");
    let bytes = fs::read(&tar).unwrap();
    fs::write(&tar, &bytes[..bytes.len() - 512]).unwrap();
    let error = Given::inspect(&tar, &mut |_| {}).unwrap_err();
    assert!(error.to_string().contains("truncated"));
    let directory = dir.path().join("directory");
    std::os::unix::fs::symlink("/etc/passwd", directory.join("4000.dat")).unwrap();
    let error = Given::inspect(&directory, &mut |_| {}).unwrap_err();
    assert!(error.to_string().contains("not a plain file"));
}
