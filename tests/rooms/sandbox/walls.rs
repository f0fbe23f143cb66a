//! What every engine's sandbox must be like while it is there.

use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio_postgres::NoTls;
use vhost::sandbox::{Data, Engine, Exec, Holds, Login, Stdin, Wall};

use super::drill::{Drill, connect, inside, text};

pub async fn it_answers_and_goes(engine: &Engine) {
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
    println!("ready after {:?}", body.unwrap());
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
            let own = std::fs::read_to_string("/proc/self/comm").unwrap();
            for hidden in ["cargo", own.trim_end()] {
                assert!(!processes.contains(hidden), "{hidden}: {processes}");
            }

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
