//! What every engine's sandbox must be like, driven from one test file per engine.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio_postgres::{Client, Config, NoTls};
use tokio_util::sync::CancellationToken;
use vhost::plan::name::RunId;
use vhost::sandbox::clean::{Cleaned, clean};
use vhost::sandbox::{
    Data, Ended, Engine, Exec, Holds, Journal, Limits, Login, Removed, Sandbox, SandboxError, Spec,
    Stdin, Teardown, Wall, scope,
};

/// A drill's surroundings: a base that everybody can enter, and a journal beside it.
pub struct Drill {
    pub dir: tempfile::TempDir,
    pub spec: Spec,
    pub stop: CancellationToken,
}

impl Drill {
    pub fn new() -> Drill {
        let dir = tempfile::Builder::new()
            .prefix("vhost-test-")
            .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o711))
            .tempdir_in("/var/tmp")
            .unwrap();
        let random: [u8; 3] = rand::random();
        let spec = Spec {
            name: format!("vhost-test-{}", hex::encode(rand::random::<[u8; 6]>()))
                .parse()
                .unwrap(),
            run: RunId::new(time::OffsetDateTime::now_utc(), random),
            base: dir.path().to_owned(),
            limits: Limits {
                memory: 1 << 30,
                cpus: 1.5,
                pids: 128,
            },
            settings: vec![("work_mem".to_owned(), "7MB".to_owned())],
            data: Data::Disk,
        };
        Drill {
            dir,
            spec,
            stop: CancellationToken::new(),
        }
    }

    pub fn journal_path(&self) -> PathBuf {
        self.dir.path().join("journal")
    }

    pub fn journal(&self) -> Journal {
        Journal::create(&self.journal_path(), &self.spec.run).unwrap()
    }

    pub fn home(&self) -> PathBuf {
        self.spec.base.join(self.spec.name.as_str())
    }

    async fn run<T>(
        &self,
        engine: &Engine,
        body: impl AsyncFnOnce(&Sandbox) -> T,
    ) -> (Result<T, Ended>, Teardown) {
        let scoped = scope(engine, &self.spec, &self.journal(), &self.stop, body).await;
        (scoped.body, scoped.teardown)
    }

    fn assert_nothing_left(&self, teardown: &Teardown) {
        for removal in &teardown.removals {
            assert_eq!(removal.outcome, Removed::Gone, "{removal:?}");
        }
        assert!(!self.home().exists());
    }
}

pub async fn connect(config: &Config) -> Client {
    let (client, connection) = config.connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn text(client: &Client, sql: &str) -> String {
    client.query_one(sql, &[]).await.unwrap().get(0)
}

/// What a shell inside says, run by the superuser through COPY PROGRAM as a hostile dump would.
async fn inside(client: &Client, program: &str) -> String {
    client
        .batch_execute("DROP TABLE IF EXISTS seen; CREATE TEMP TABLE seen (line text)")
        .await
        .unwrap();
    let quoted = format!("{{ {program}; }} 2>&1 || true").replace('\'', "''");
    client
        .batch_execute(&format!("COPY seen FROM PROGRAM '{quoted}'"))
        .await
        .unwrap();
    text(
        client,
        "SELECT coalesce(string_agg(line, E'\\n'), '') FROM seen",
    )
    .await
}

pub async fn answers_and_goes(engine: &Engine) -> Duration {
    let drill = Drill::new();
    let began = Instant::now();
    let (body, teardown) = drill
        .run(engine, async |sandbox| {
            let ready = began.elapsed();
            assert_eq!(sandbox.kind(), engine.kind());
            let host = connect(&sandbox.config("postgres", Login::Host)).await;
            assert_eq!(text(&host, "SELECT current_user::text").await, "postgres");
            assert_eq!(text(&host, "SHOW work_mem").await, "7MB");
            assert_eq!(text(&host, "SHOW listen_addresses").await, "");
            assert_eq!(text(&host, "SHOW data_checksums").await, "on");
            assert_eq!(text(&host, "SHOW server_encoding").await, "UTF8");
            assert!(text(&host, "SHOW server_version").await == sandbox.server_version());

            // A role gets in with its password, and not without it.
            host.batch_execute("CREATE ROLE checker LOGIN PASSWORD 'right'")
                .await
                .unwrap();
            let role = |password| Login::Role {
                name: "checker",
                password,
            };
            let checker = connect(&sandbox.config("postgres", role("right"))).await;
            assert_eq!(text(&checker, "SELECT current_user::text").await, "checker");
            let wrong = sandbox.config("postgres", role("wrong"));
            assert!(wrong.connect(NoTls).await.is_err());
            let superuser = sandbox.config(
                "postgres",
                Login::Role {
                    name: "template1",
                    password: "",
                },
            );
            assert!(superuser.connect(NoTls).await.is_err());

            // The server's errors reach the host with their SQLSTATE.
            assert!(host.batch_execute("SELECT 1/0").await.is_err());
            // The server's logger writes on its own time.
            let mut log = String::new();
            for _ in 0..50 {
                log = std::fs::read_to_string(sandbox.log_dir().join("server.csv")).unwrap();
                if log.contains("22012") {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            assert!(log.contains("22012"), "{log}");
            ready
        })
        .await;
    drill.assert_nothing_left(&teardown);
    assert!(teardown.removals.iter().any(|r| r.kind == "socket"));
    assert!(teardown.removals.iter().any(|r| r.kind == "directory"));
    body.unwrap()
}

pub async fn tools_run_inside(engine: &Engine) {
    let drill = Drill::new();
    let (body, teardown) = drill
        .run(engine, async |sandbox| {
            let version = sandbox.tool_version("psql").await.unwrap();
            assert!(version.starts_with("psql (PostgreSQL) "), "{version}");
            assert!(sandbox.tool_version("no-such-tool").await.is_err());

            // Rows are streamed through standard input, more than any buffer on the way holds.
            let psql = |stdin| Exec {
                tool: "psql".to_owned(),
                args: ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", "postgres"]
                    .map(str::to_owned)
                    .to_vec(),
                env: vec![("PGAPPNAME".to_owned(), "streamed".to_owned())],
                stdin,
            };
            let mut process = sandbox.exec(psql(Stdin::Piped)).await.unwrap();
            let mut stdin = process.stdin.take().unwrap();
            let feed = async {
                let head = b"CREATE TABLE rows (a int, b text);\nCOPY rows FROM stdin;\n";
                stdin.write_all(head).await.unwrap();
                let row = "x".repeat(1000);
                for n in 0..20_000 {
                    let line = format!("{n}\t{row}\n");
                    stdin.write_all(line.as_bytes()).await.unwrap();
                }
                stdin
                    .write_all(b"\\.\nSHOW application_name;\n")
                    .await
                    .unwrap();
                stdin.shutdown().await.unwrap();
                drop(stdin);
            };
            let (output, ()) = tokio::join!(process.output(), feed);
            let output = output.unwrap();
            assert_eq!(
                output.code,
                0,
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
            assert!(String::from_utf8_lossy(&output.stdout).contains("streamed"));
            let host = connect(&sandbox.config("postgres", Login::Host)).await;
            assert_eq!(
                text(&host, "SELECT count(*)::text FROM rows").await,
                "20000"
            );

            // Exit codes and both outputs arrive.
            let mut failing = psql(Stdin::Null);
            failing
                .args
                .extend(["-c".to_owned(), "SELECT 1/0".to_owned()]);
            let output = sandbox.exec(failing).await.unwrap().output().await.unwrap();
            assert_eq!(output.code, 1);
            assert!(String::from_utf8_lossy(&output.stderr).contains("division by zero"));

            // A tool that is killed is gone, also when it has only just been started.
            let mut sleeping = psql(Stdin::Null);
            sleeping
                .args
                .extend(["-c".to_owned(), "SELECT pg_sleep(600)".to_owned()]);
            for after in [300, 0] {
                let mut process = sandbox.exec(sleeping.clone()).await.unwrap();
                let began = Instant::now();
                tokio::time::sleep(Duration::from_millis(after)).await;
                process.kill().await.unwrap();
                assert!(began.elapsed() < Duration::from_secs(20));
                assert_ne!(process.wait().await.unwrap(), 0);
            }
            // What the host puts into the dump directory is there, to read only.
            std::fs::write(
                sandbox.dump_dir().join("plain.sql"),
                "SELECT 'from a file';",
            )
            .unwrap();
            let mut file = psql(Stdin::Null);
            file.args
                .extend(["-f".to_owned(), "/vhost/dump/plain.sql".to_owned()]);
            let output = sandbox.exec(file).await.unwrap().output().await.unwrap();
            assert!(String::from_utf8_lossy(&output.stdout).contains("from a file"));
            let said = inside(&host, "touch /vhost/dump/mine").await;
            assert!(said.contains("Read-only"), "{said}");
        })
        .await;
    body.unwrap();
    drill.assert_nothing_left(&teardown);
}

pub async fn walls_hold(engine: &Engine) {
    let drill = Drill::new();
    let secret = drill.dir.path().join("beside");
    std::fs::write(&secret, "the host's").unwrap();
    let (body, teardown) = drill
        .run(engine, async |sandbox| {
            let mut seen = sandbox.inspect().await.unwrap();
            seen.sort_by_key(|wall| wall.wall);
            let walls: Vec<Wall> = seen.iter().map(|wall| wall.wall).collect();
            assert_eq!(
                walls,
                [
                    Wall::NoNetwork,
                    Wall::NoPublishedPort,
                    Wall::NoCapabilities,
                    Wall::NoNewPrivileges,
                    Wall::ReadOnlyRoot,
                    Wall::OnlyOwnMounts,
                    Wall::OwnProcesses,
                    Wall::UnprivilegedUser,
                    Wall::ResourceLimits,
                ]
            );
            for wall in &seen {
                println!("{wall:?}");
                assert_eq!(wall.holds, Holds::Yes, "{wall:?}");
            }

            let host = connect(&sandbox.config("postgres", Login::Host)).await;
            let devices = inside(&host, "cat /proc/net/dev | tail -n +3 | cut -d: -f1").await;
            assert_eq!(devices.trim(), "lo");
            let status = inside(&host, "grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/self/status | tr -s '\\t' ' '").await;
            assert_eq!(
                status.split_whitespace().collect::<Vec<_>>(),
                ["CapEff:", "0000000000000000", "CapBnd:", "0000000000000000", "NoNewPrivs:", "1"]
            );
            for hidden in ["/etc/shadow", "/root/.bashrc", "/home/x", "/var/run/docker.sock"] {
                let said = inside(&host, &format!("cat {hidden}")).await;
                assert!(
                    said.contains("No such file") || said.contains("Permission denied"),
                    "{hidden}: {said}"
                );
            }
            let said = inside(&host, &format!("cat {}", secret.display())).await;
            assert!(said.contains("No such file"), "{said}");
            let tmp = inside(&host, "ls /tmp").await;
            assert!(!tmp.contains("bash"), "{tmp}");
            for closed in ["/x", "/etc/x", "/usr/x", "/vhost/etc/pg_hba.conf"] {
                let said = inside(&host, &format!("sh -c 'echo >{closed}'")).await;
                assert!(said.contains("Read-only") || said.contains("Permission"), "{closed}: {said}");
            }
            let environment = inside(&host, "env").await;
            assert!(!environment.contains("CARGO"), "{environment}");
            // Processes of the host cannot be seen, nor vhost's own.
            let processes = inside(&host, "cat /proc/[0-9]*/comm | sort -u").await;
            assert!(processes.contains("postgres"), "{processes}");
            assert!(!processes.contains("cargo") && !processes.contains("sandbox_"), "{processes}");

            // What runs inside can put links where the host would look; the host keeps its own door.
            inside(&host, "mv /vhost/run/.s.PGSQL.5432 /vhost/run/old; ln -s /nowhere /vhost/run/.s.PGSQL.5432").await;
            inside(&host, "mv /vhost/log/server.csv /vhost/log/old; ln -s /etc/shadow /vhost/log/server.csv").await;
            let again = connect(&sandbox.config("postgres", Login::Host)).await;
            assert_eq!(text(&again, "SELECT 'still here'::text").await, "still here");
            let log = std::fs::symlink_metadata(sandbox.log_dir().join("server.csv")).unwrap();
            assert!(log.is_file());

            // Permissions that were taken away and links do not stop the removal, nor is a link followed.
            inside(&host, &format!("mkdir -p /vhost/log/deep/er; ln -s {} /vhost/log/deep/link; chmod 0 /vhost/log/deep", drill.dir.path().display())).await;
        })
        .await;
    body.unwrap();
    drill.assert_nothing_left(&teardown);
    assert!(secret.exists());
}

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

pub async fn data_can_live_in_memory(engine: &Engine) {
    let mut drill = Drill::new();
    drill.spec.data = Data::Memory;
    let home = drill.home();
    let (body, teardown) = drill
        .run(engine, async |sandbox| {
            let host = connect(&sandbox.config("postgres", Login::Host)).await;
            let mounts = inside(&host, "grep ' /vhost/data ' /proc/mounts").await;
            assert!(mounts.contains("tmpfs"), "{mounts}");
            assert_eq!(std::fs::read_dir(home.join("data")).unwrap().count(), 0);
            for wall in sandbox.inspect().await.unwrap() {
                assert_eq!(wall.holds, Holds::Yes, "{wall:?}");
            }
        })
        .await;
    body.unwrap();
    drill.assert_nothing_left(&teardown);
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
