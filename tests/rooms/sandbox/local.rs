//! Sandboxes of the local engine, on this machine's own Postgres.

use std::path::PathBuf;
use std::time::Duration;

use vhost::sandbox::local::Local;
use vhost::sandbox::{Engine, Login, Removed, SandboxError, scope};

use super::drill::{Drill, connect};
use crate::server::bin;

fn search() -> Vec<PathBuf> {
    ["/usr/bin", "/bin", "/usr/sbin", "/sbin"]
        .map(PathBuf::from)
        .to_vec()
}

fn bubblewrap() -> Engine {
    Engine::Local(Local::find(&bin(), &search()).unwrap())
}

/// The same machine without bubblewrap: a search path that leads to everything else.
fn unshare() -> (tempfile::TempDir, Engine) {
    let dir = tempfile::tempdir().unwrap();
    for program in ["unshare", "setpriv", "sh", "pivot_root"] {
        let found = search()
            .into_iter()
            .map(|d| d.join(program))
            .find(|p| p.exists())
            .unwrap();
        std::os::unix::fs::symlink(found, dir.path().join(program)).unwrap();
    }
    let engine = Engine::Local(Local::find(&bin(), &[dir.path().to_owned()]).unwrap());
    (dir, engine)
}

mod with_bubblewrap {
    crate::sandbox::every_sandbox!(Some(((), super::bubblewrap())));
}

mod with_unshare {
    crate::sandbox::every_sandbox!(Some(super::unshare()));
}

/// A server whose drill's future is dropped instead of awaited dies at once; its directory is for the cleaning.
#[tokio::test]
async fn a_dropped_drill_leaves_no_process() {
    let drill = Drill::new();
    let journal = drill.journal();
    let engine = bubblewrap();
    let (started, mut starting) = tokio::sync::mpsc::channel(1);
    {
        let whole = scope(
            &engine,
            &drill.spec,
            &journal,
            &drill.stop,
            async |sandbox| {
                let client = connect(&sandbox.config("postgres", Login::Host)).await;
                started.send(client).await.unwrap();
                std::future::pending::<()>().await
            },
        );
        tokio::select! {
            _ = whole => panic!("the body never ends"),
            client = starting.recv() => {
                let client = client.unwrap();
                tokio::spawn(async move {
                    // Keeps a connection, which must break.
                    let _kept = client;
                    std::future::pending::<()>().await
                });
            }
        }
    }
    let config = {
        let mut config = tokio_postgres::Config::new();
        config
            .host_path(drill.home().join("door"))
            .user("postgres")
            .dbname("postgres");
        config
    };
    let mut refused = false;
    for _ in 0..100 {
        refused = config.connect(tokio_postgres::NoTls).await.is_err();
        if refused {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(refused, "the server still answers");
    drop(journal);
    let cleaned = vhost::sandbox::clean::clean(&drill.journal_path())
        .await
        .unwrap();
    assert!(matches!(
        cleaned,
        vhost::sandbox::clean::Cleaned::Done(removals) if removals.iter().all(|r| r.outcome == Removed::Gone)
    ));
}

#[test]
fn programs_that_are_missing_are_named() {
    let empty = tempfile::tempdir().unwrap();
    let missing = Local::find(empty.path(), &search());
    assert!(matches!(
        missing,
        Err(SandboxError::NoPostgres {
            program: "postgres",
            ..
        })
    ));
    let missing = Local::find(&bin(), &[empty.path().to_owned()]);
    assert!(matches!(missing, Err(SandboxError::NoLauncher)));
}

/// An immutable file stops even root: what is left is said, with the command that removes it, and the command works.
#[tokio::test]
async fn what_cannot_be_removed_is_left_behind_with_a_command() {
    let drill = Drill::new();
    let journal = drill.journal();
    let home = drill.home();
    let scoped = scope(
        &bubblewrap(),
        &drill.spec,
        &journal,
        &drill.stop,
        async |_| {
            let file = home.join("log/fixed");
            std::fs::write(&file, "x").unwrap();
            let set = std::process::Command::new("chattr")
                .arg("+i")
                .arg(&file)
                .status();
            set.is_ok_and(|status| status.success())
        },
    )
    .await;
    if !scoped.body.unwrap() {
        // Only root, and only some file systems, can make a file immutable.
        assert_ne!(
            rustix::process::geteuid().as_raw(),
            0,
            "chattr failed as root"
        );
        return;
    }
    let directory = scoped
        .teardown
        .removals
        .iter()
        .find(|r| r.kind == "directory")
        .unwrap();
    let Removed::LeftBehind { remove_with, .. } = &directory.outcome else {
        panic!("{directory:?}");
    };
    let command = remove_with.strip_prefix("sudo ").unwrap();
    assert!(
        std::process::Command::new("sh")
            .args(["-c", command])
            .status()
            .unwrap()
            .success()
    );
    assert!(!drill.home().exists());
}
