//! Dumps that come off.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc;

use tokio::io::AsyncReadExt;
use tokio_util::sync::CancellationToken;
use vhost::event::{Event, Events};
use vhost::source::DumpAs;
use vhost_dump::digest::Sha256;
use vhost_dump::facts::{Format, Origin};
use vhost_dump::manifest::scan::Scanner;
use vhost_dump::supplied::{SuppliedDump, SuppliedError};

use super::{CANARY, keeping, open, pausing, pg_dump, start, the_pg_dump, with_reader};
use crate::server::{Server, program};

fn inspect(path: &Path) -> Result<SuppliedDump, SuppliedError> {
    Ok(SuppliedDump::inspect(path, Scanner::default())?.whole()?.0)
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
            Some(tap),
            CancellationToken::new(),
            events,
        )
        .await
        .unwrap();
    let mut reading = growing.reader().unwrap();
    let mut text = Vec::new();
    reading.read_to_end(&mut text).await.unwrap();
    let facts = dumping.finish().await.unwrap().facts;
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
    let again = inspect(&path).unwrap();
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
            Some(tap),
            CancellationToken::new(),
            Events::silent(),
        )
        .await
        .unwrap();
    let facts = dumping.finish().await.unwrap().facts;
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
        let given = inspect(&path).unwrap();
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
        assert!(given.text().is_err());
    }
    let again = inspect(&path).unwrap();
    assert_eq!(again.facts.digest, facts.digest);

    let tar = dir.path().join("tar");
    let bytes = fs::read(&tar).unwrap();
    fs::write(&tar, &bytes[..bytes.len() - 512]).unwrap();
    let error = inspect(&tar).unwrap_err();
    assert!(error.to_string().contains("truncated"));
    let directory = dir.path().join("directory");
    std::os::unix::fs::symlink("/etc/passwd", directory.join("4000.dat")).unwrap();
    let error = inspect(&directory).unwrap_err();
    assert!(error.to_string().contains("not a plain file"));
}
