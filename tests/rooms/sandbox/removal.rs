//! How every engine's sandbox goes, whatever ended the drill.

use std::path::Path;
use std::time::Duration;

use vhost::sandbox::clean::{Cleaned, clean};
use vhost::sandbox::{Ended, Engine, Login, Removed, SandboxError, scope};

use super::drill::{Drill, connect};

pub async fn torn_down_after_a_panic(engine: &Engine) {
    let drill = Drill::new();
    let (body, teardown) = drill
        .run(engine, async |sandbox| {
            assert_eq!(sandbox.name(), "something else");
        })
        .await;
    assert!(matches!(body, Err(Ended::Panicked(_))), "{body:?}");
    drill.assert_nothing_left(&teardown);
    assert!(teardown.removals.len() >= 3, "{teardown:?}");
}

pub async fn torn_down_when_interrupted(engine: &Engine) {
    let drill = Drill::new();
    let (body, teardown) = drill
        .run(engine, async |sandbox| {
            let host = connect(&sandbox.config("postgres", Login::Host)).await;
            let stop = drill.stop.clone();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(200)).await;
                stop.cancel();
            });
            host.batch_execute("SELECT pg_sleep(600)").await
        })
        .await;
    assert!(matches!(body, Err(Ended::Interrupted)), "{body:?}");
    drill.assert_nothing_left(&teardown);
    assert!(teardown.removals.len() >= 3, "{teardown:?}");

    // Also in the middle of the start.
    let drill = Drill::new();
    let stop = drill.stop.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        stop.cancel();
    });
    let (body, teardown) = drill
        .run(engine, async |_| panic!("it must not come to this"))
        .await;
    assert!(matches!(body, Err::<(), _>(Ended::Interrupted)), "{body:?}");
    drill.assert_nothing_left(&teardown);
    assert!(!teardown.removals.is_empty());
}

pub async fn bad_settings_are_named(engine: &Engine) {
    let mut drill = Drill::new();
    drill.spec.settings = vec![("no_such_setting".to_owned(), "it's".to_owned())];
    let (body, teardown) = drill.run(engine, async |_| ()).await;
    let Err(Ended::CouldNotStart(SandboxError::Died { said, .. })) = body else {
        panic!("{body:?}");
    };
    assert!(said.contains("no_such_setting"), "{said}");
    drill.assert_nothing_left(&teardown);
}

pub async fn a_strangers_directory_is_left_alone(engine: &Engine) {
    let drill = Drill::new();
    std::fs::create_dir(drill.home()).unwrap();
    std::fs::write(drill.home().join("theirs"), "x").unwrap();
    let (body, teardown) = drill.run(engine, async |_| ()).await;
    assert!(
        matches!(
            body,
            Err(Ended::CouldNotStart(SandboxError::NameTaken {
                kind: "directory",
                ..
            }))
        ),
        "{body:?}"
    );
    assert!(teardown.removals.is_empty());
    assert!(drill.home().join("theirs").exists());
    // Nor does a cleaning touch it.
    assert_eq!(
        clean(&drill.journal_path()).await.unwrap(),
        Cleaned::Done(Vec::new())
    );
    assert!(drill.home().join("theirs").exists());
}

/// Abandons a drill as a SIGKILL would: its future is leaked, so that nothing of it is dropped, and its lock let go.
pub async fn abandoned(engine: &Engine) -> Drill {
    let drill = Drill::new();
    let journal = drill.journal();
    let (started, mut starting) = tokio::sync::mpsc::channel::<()>(1);
    {
        let whole = scope(engine, &drill.spec, &journal, &drill.stop, async |_| {
            started.send(()).await.unwrap();
            std::future::pending::<()>().await
        });
        let mut whole = Box::pin(whole);
        tokio::select! {
            _ = &mut whole => panic!("the body never ends"),
            _ = starting.recv() => {}
        }
        // A live drill's things are left alone.
        assert_eq!(clean(&drill.journal_path()).await.unwrap(), Cleaned::Live);
        assert!(drill.home().exists());
        std::mem::forget(whole);
    }
    drop(journal);
    // A program that another test starts just now has the lock's file open until it is executed.
    for _ in 0..500 {
        let file = std::fs::File::open(drill.journal_path()).unwrap();
        if file.try_lock().is_ok() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    drill
}

pub async fn cleaned_after_abandonment(engine: &Engine) {
    let drill = abandoned(engine).await;
    let Cleaned::Done(removals) = clean(&drill.journal_path()).await.unwrap() else {
        panic!("nobody holds the lock");
    };
    assert!(removals.len() >= 2, "{removals:?}");
    for removal in &removals {
        assert_eq!(removal.outcome, Removed::Gone, "{removal:?}");
    }
    assert!(!drill.home().exists());
    // The second time there is nothing to do.
    assert_eq!(
        clean(&drill.journal_path()).await.unwrap(),
        Cleaned::Done(Vec::new())
    );
}

pub async fn cleaning_refuses_another_directory(engine: &Engine) {
    let drill = abandoned(engine).await;
    let aside = drill.dir.path().join("aside");
    std::fs::rename(drill.home(), &aside).unwrap();
    std::fs::create_dir(drill.home()).unwrap();
    std::fs::copy(aside.join(".vhost-run"), drill.home().join(".vhost-run")).unwrap();
    let removals = match clean(&drill.journal_path()).await.unwrap() {
        Cleaned::Done(removals) => removals,
        Cleaned::Live => panic!("nobody holds the lock"),
    };
    let directory = removals.iter().find(|r| r.kind == "directory").unwrap();
    assert!(
        matches!(&directory.outcome, Removed::LeftBehind { why, .. } if why.contains("inode")),
        "{directory:?}"
    );
    assert!(drill.home().exists());

    // The same directory with another run's marker is refused as well.
    std::fs::remove_dir_all(drill.home()).unwrap();
    std::fs::rename(&aside, drill.home()).unwrap();
    let marker = drill.home().join(".vhost-run");
    let mark = std::fs::read_to_string(&marker).unwrap();
    std::fs::write(&marker, "20200101T000000Z-000000\n").unwrap();
    left(&drill.journal_path(), "marker").await;
    std::fs::write(&marker, mark).unwrap();
    assert!(matches!(
        clean(&drill.journal_path()).await.unwrap(),
        Cleaned::Done(removals) if removals.iter().all(|r| r.outcome == Removed::Gone)
    ));
    assert!(!drill.home().exists());
}

async fn left(journal: &Path, because: &str) {
    let Cleaned::Done(removals) = clean(journal).await.unwrap() else {
        panic!("nobody holds the lock");
    };
    assert!(
        removals.iter().any(
            |r| matches!(&r.outcome, Removed::LeftBehind { why, .. } if why.contains(because))
        ),
        "{removals:?}"
    );
}
