//! Where the tests find Postgres, and where they put what they throw away.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Where the programs of the servers are: what `VHOST_TEST_PG_BIN` names, or Debian's Postgres 15.
pub fn bin() -> PathBuf {
    std::env::var_os("VHOST_TEST_PG_BIN")
        .map_or_else(|| "/usr/lib/postgresql/15/bin".into(), PathBuf::from)
}

/// The same of other versions, which `VHOST_TEST_PG_BINS` names; without it there is none, except that `CI` demands some.
pub fn other_bins() -> Vec<PathBuf> {
    match std::env::var_os("VHOST_TEST_PG_BINS") {
        Some(bins) => std::env::split_paths(&bins).collect(),
        None if std::env::var_os("CI").is_some() => {
            panic!("VHOST_TEST_PG_BINS must name other Postgres versions where CI is set")
        }
        None => {
            eprintln!("no other Postgres: set VHOST_TEST_PG_BINS");
            Vec::new()
        }
    }
}

/// All of them, the first one first.
pub fn all_bins() -> Vec<PathBuf> {
    [bin()].into_iter().chain(other_bins()).collect()
}

/// A directory that everybody can enter, for servers and sandboxes of tests: in memory where there is plenty of it.
pub fn scratch() -> &'static Path {
    /// All that tests of one binary have there at one time is less than half of it.
    const PLENTY: u64 = 4 << 30;
    static SCRATCH: OnceLock<&Path> = OnceLock::new();
    SCRATCH.get_or_init(|| {
        let memory = Path::new("/dev/shm");
        let free = rustix::fs::statvfs(memory).map_or(0, |fs| fs.f_bavail * fs.f_frsize);
        if free >= PLENTY {
            memory
        } else {
            Path::new("/var/tmp")
        }
    })
}

/// Has a directory removed after this process, and a server whose `data` is in it stopped before that.
///
/// A static is never dropped, so a shell waits for the end of a pipe that this process holds.
pub fn end_with_this_process(directory: &Path) {
    let script = r#"read -r _
        pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null) && kill -QUIT "$pid"
        for _ in 1 2 3 4 5 6 7 8 9; do [ -e "$1/data/postmaster.pid" ] && sleep 0.2; done
        rm -rf -- "$1""#;
    let waiting = Command::new("sh")
        .args(["-c", script, "sh"])
        .arg(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Dropping a child neither ends nor waits for it; leaking its pipe keeps it open as long as this process lives.
    std::mem::forget(waiting);
}
