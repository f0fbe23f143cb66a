//! Takes one dump by turns as vhost does, written, hashed and scanned, and as a program would that only writes it.
//!
//! ```text
//! hashing BIN SERVICE_FILE PASSWORD_FILE DIR ROUNDS
//! ```
//!
//! `BIN` is the directory of pg_dump, the service is `closeout`, and the dumps go to `DIR`. One line a round on standard
//! output: the seconds of the one and of the other. Both run the same pg_dump, read it through a pipe, and sync the file.

use std::error::Error;
use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;
use vhost::event::Events;
use vhost::source::{Ambient, DumpAs, Dumped, PgDump, Secret, Source, Target};
use vhost_dump::script::Ending;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What both are given to work with.
struct Ground {
    pg_dump: PathBuf,
    services: PathBuf,
    password: PathBuf,
    dir: PathBuf,
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let mut next = |what: &str| {
        arguments
            .next()
            .ok_or_else(|| format!("the argument {what} is missing"))
    };
    let ground = Ground {
        pg_dump: PathBuf::from(next("BIN")?).join("pg_dump"),
        services: next("SERVICE_FILE")?.into(),
        password: next("PASSWORD_FILE")?.into(),
        dir: next("DIR")?.into(),
    };
    let rounds: u32 = next("ROUNDS")?
        .to_str()
        .and_then(|text| text.parse().ok())
        .ok_or("ROUNDS is not a number")?;
    for round in 0..rounds {
        // Who goes first changes, so that neither always finds what the other left in the caches.
        let (hashed, copied) = if round % 2 == 0 {
            let hashed = hashed(&ground).await?;
            (hashed, copied(&ground)?)
        } else {
            let copied = copied(&ground)?;
            (hashed(&ground).await?, copied)
        };
        println!("{:.3} {:.3}", hashed.as_secs_f64(), copied.as_secs_f64());
    }
    Ok(())
}

/// vhost's own way: a digest of the stream, a digest of every row, and a look at the dump's last words.
async fn hashed(ground: &Ground) -> Result<Duration> {
    let ambient = Ambient {
        service_files: vec![ground.services.clone()],
        passfile: None,
        home: None,
        user: None,
        socket_dirs: Vec::new(),
        system_roots: Vec::new,
    };
    let target = Target::locate("", Some("closeout"), &ambient)?;
    let secret = Secret::from_file(&ground.password)?;
    let source = Source::open(target, Some(secret)).await?;
    let pg_dump = PgDump::find(Some(&ground.pg_dump), &[], source.server_major()).await?;
    let path = ground.dir.join("hashed.sql");
    settle(ground)?;

    let began = Instant::now();
    let (_growing, dumping) = source
        .start_dump(
            &pg_dump,
            DumpAs::Plain,
            vhost::plan::DumpOf::Contents,
            &path,
            None,
            CancellationToken::new(),
            Events::silent(),
        )
        .await?;
    let Dumped { facts, scanned } = dumping.finish().await?;
    let took = began.elapsed();

    if fs::metadata(&path)?.len() != facts.digest.bytes || scanned.ending != Ending::Trailer {
        return Err("the dump is not whole, so its time means nothing".into());
    }
    fs::remove_file(&path)?;
    source.close().await.1?;
    Ok(took)
}

/// The same pg_dump, its output read and written in pieces of the same size, and nothing else.
fn copied(ground: &Ground) -> Result<Duration> {
    let path = ground.dir.join("copied.sql");
    let passfile = passfile(ground)?;
    settle(ground)?;

    let began = Instant::now();
    let mut child = Command::new(&ground.pg_dump)
        .args(["--format=plain", "--no-password", "--encoding=UTF8"])
        .env_clear()
        .env("LC_ALL", "C")
        .env("PGSERVICEFILE", &ground.services)
        .env("PGSERVICE", "closeout")
        .env("PGPASSFILE", &passfile)
        .env("PGTZ", "UTC")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut from = child.stdout.take().ok_or("pg_dump has no output")?;
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)?;
    let mut piece = vec![0; 64 * 1024];
    loop {
        match from.read(&mut piece)? {
            0 => break,
            read => file.write_all(&piece[..read])?,
        }
    }
    let status = child.wait()?;
    file.sync_all()?;
    let took = began.elapsed();

    if !status.success() {
        return Err(format!("pg_dump ended with {status}").into());
    }
    fs::remove_file(&path)?;
    fs::remove_file(&passfile)?;
    Ok(took)
}

/// Writes a passfile that fits any server; libpq wants it to be nobody else's to read.
fn passfile(ground: &Ground) -> Result<PathBuf> {
    let path = ground.dir.join("hashing.pgpass");
    let password = fs::read_to_string(&ground.password)?;
    let escaped = password
        .trim_end()
        .replace('\\', "\\\\")
        .replace(':', "\\:");
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)?;
    writeln!(file, "*:*:*:*:{escaped}")?;
    Ok(path)
}

/// Lets the disk finish what was left to it before.
fn settle(ground: &Ground) -> Result<()> {
    Ok(rustix::fs::syncfs(File::open(&ground.dir)?)?)
}
