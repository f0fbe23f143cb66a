//! The pg_dump of a container image, on the engine and image that the environment names (see `tests/rooms/docker.rs`).

mod drill;

use std::fs;
use std::path::Path;
use std::time::Duration;

use bollard::models::ContainerCreateBody;
use bollard::query_parameters::{CreateContainerOptionsBuilder, RemoveContainerOptionsBuilder};
use vhost::sandbox::clean::{Cleaned, clean};
use vhost::sandbox::{Removed, SandboxError};
use vhost::source::{DumpError, PgDumpError};
use vhost_dump::manifest::scan::Scanner;
use vhost_dump::supplied::SuppliedDump;

use self::drill::Drill;
use super::{CANARY, keeping, open, pausing, shown, with_reader};
use crate::docker::image;
use crate::server::Server;

fn by_tcp(server: &Server) -> String {
    format!(
        "host=127.0.0.1 port={} user=reader dbname=postgres",
        server.port
    )
}

/// The one process whose environment names the password file of a container and this server's port.
fn the_pg_dump(server: &Server) -> u32 {
    for _ in 0..400 {
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            let Ok(pid) = entry.file_name().to_string_lossy().parse::<u32>() else {
                continue;
            };
            let environ = fs::read(entry.path().join("environ")).unwrap_or_default();
            let environ = String::from_utf8_lossy(&environ);
            let command = fs::read_to_string(entry.path().join("comm")).unwrap_or_default();
            if command == "pg_dump\n" && environ.contains(&format!("PGPORT={}\0", server.port)) {
                return pid;
            }
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("no pg_dump runs");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_dumps_over_the_socket_without_a_network() {
    let Some(mut drill) = Drill::new().await else {
        return;
    };
    let server = Server::start(&[]);
    with_reader(&server);
    let source = open(&server.conninfo("reader", "postgres")).await.unwrap();
    let pg_dump = drill.find(&source).await.unwrap();
    assert_eq!(pg_dump.version.major, 15);
    assert!(pg_dump.note.as_ref().unwrap().contains(&image()));
    let (kept, tap) = keeping();
    let (_growing, dumping) = drill.start(&source, &pg_dump, tap).await;
    let facts = dumping.finish().await.unwrap().facts;
    let text = fs::read_to_string(drill.dump()).unwrap();
    assert_eq!(text.as_bytes(), *kept.lock().unwrap());
    assert!(text.contains("\n40000\trow "));
    let given = SuppliedDump::inspect(&drill.dump(), Scanner::default())
        .unwrap()
        .dump;
    assert_eq!(given.facts.digest, facts.digest);

    let found = drill.inspect().await;
    let walls = found.host_config.unwrap();
    assert_eq!(walls.network_mode.as_deref(), Some("none"));
    assert_eq!(walls.readonly_rootfs, Some(true));
    assert_eq!(walls.cap_drop, Some(vec!["ALL".to_owned()]));
    assert_eq!(
        walls.security_opt,
        Some(vec!["no-new-privileges:true".to_owned()])
    );
    assert_eq!(walls.memory, walls.memory_swap);
    let mounts = found.mounts.unwrap();
    let binds: Vec<_> = mounts
        .iter()
        .filter(|m| m.typ.as_deref() == Some("bind"))
        .collect();
    assert_eq!(binds.len(), 1, "{mounts:?}");
    assert_eq!(binds[0].rw, Some(false));
    let socket = format!(".s.PGSQL.{}", server.port);
    assert_eq!(
        binds[0].source,
        Some(server.socket_dir().join(socket).display().to_string())
    );
    let config = found.config.unwrap();
    assert!(!config.user.unwrap().starts_with("0:"));
    assert_eq!(config.labels.unwrap()["io.vhost.run"], drill.run.as_str());
    drill.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_dumps_over_tcp_and_the_password_stands_nowhere() {
    let Some(mut drill) = Drill::new().await else {
        return;
    };
    let server = Server::start(&[]);
    with_reader(&server);
    let source = open(&by_tcp(&server)).await.unwrap();
    let pg_dump = drill.find(&source).await.unwrap();
    let (go, tap) = pausing();
    let (_growing, dumping) = drill.start(&source, &pg_dump, tap).await;

    let found = drill.inspect().await;
    assert_eq!(
        found.host_config.as_ref().unwrap().network_mode.as_deref(),
        Some("host")
    );
    assert!(
        found
            .mounts
            .as_ref()
            .unwrap()
            .iter()
            .all(|m| m.typ.as_deref() != Some("bind"))
    );
    let mut looked_at = vec![serde_json::to_vec(&found).unwrap()];
    for exec in found.exec_ids.clone().unwrap_or_default() {
        looked_at.push(serde_json::to_vec(&drill.raw.inspect_exec(&exec).await.unwrap()).unwrap());
    }
    assert!(
        looked_at.len() > 1,
        "pg_dump runs, so the engine knows of it"
    );
    let pid = the_pg_dump(&server);
    let init = found.state.unwrap().pid.unwrap();
    let children = fs::read_to_string(format!("/proc/{init}/task/{init}/children")).unwrap();
    let mut pids = vec![pid.to_string(), init.to_string()];
    pids.extend(children.split_whitespace().map(str::to_owned));
    for pid in pids {
        for file in ["cmdline", "environ"] {
            looked_at.push(fs::read(format!("/proc/{pid}/{file}")).unwrap());
        }
    }
    looked_at.push(fs::read(drill.dir.path().join("journal")).unwrap());
    for text in looked_at {
        assert_eq!(source.secret_appears_in(&text), None);
        assert!(!String::from_utf8_lossy(&text).contains(CANARY));
    }
    // It is in the container's memory, so this test looks for the right thing.
    let passfile = format!("/proc/{pid}/root/vhost/pass/passfile");
    assert_eq!(
        fs::read(&passfile).unwrap(),
        "*:*:*:*:c4n\\:ary\\\\pw \"é\n".as_bytes()
    );
    let mounts = fs::read_to_string(format!("/proc/{pid}/mounts")).unwrap();
    assert!(mounts.contains("tmpfs /vhost/pass tmpfs rw,"), "{mounts}");
    drop(go);
    dumping.finish().await.unwrap();
    drill.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_that_goes_takes_the_dump_with_it() {
    let Some(mut drill) = Drill::new().await else {
        return;
    };
    let server = Server::start(&[]);
    with_reader(&server);
    let source = open(&server.conninfo("reader", "postgres")).await.unwrap();
    let pg_dump = drill.find(&source).await.unwrap();
    let (go, tap) = pausing();
    let (_growing, dumping) = drill.start(&source, &pg_dump, tap).await;
    the_pg_dump(&server);
    remove(&drill.raw, &drill.name).await;
    drop(go);
    let error = dumping.finish().await.unwrap_err();
    assert!(
        matches!(error, DumpError::Image { .. } | DumpError::Killed { .. }),
        "{}",
        shown(&error)
    );
    assert!(!drill.dump().exists());
    drill.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_dump_leaves_neither_file_nor_process() {
    let Some(mut drill) = Drill::new().await else {
        return;
    };
    let server = Server::start(&[]);
    with_reader(&server);
    let source = open(&server.conninfo("reader", "postgres")).await.unwrap();
    let pg_dump = drill.find(&source).await.unwrap();
    let (go, tap) = pausing();
    let (_growing, dumping) = drill.start(&source, &pg_dump, tap).await;
    let pid = the_pg_dump(&server);
    drill.stop.cancel();
    drop(go);
    assert!(matches!(dumping.finish().await, Err(DumpError::Stopped)));
    assert!(!drill.dump().exists());
    assert!(!Path::new(&format!("/proc/{pid}")).exists());
    drill.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_password_is_named() {
    let Some(mut drill) = Drill::new().await else {
        return;
    };
    let server = Server::start(&[]);
    with_reader(&server);
    let source = open(&server.conninfo("reader", "postgres")).await.unwrap();
    let pg_dump = drill.find(&source).await.unwrap();
    server.sql("postgres", "ALTER ROLE reader PASSWORD 'another'");
    let (_kept, tap) = keeping();
    let (_growing, dumping) = drill.start(&source, &pg_dump, tap).await;
    let error = dumping.finish().await.unwrap_err();
    assert!(
        shown(&error).contains("password authentication failed"),
        "{}",
        shown(&error)
    );
    assert!(!shown(&error).contains(CANARY));
    drill.end().await;
}

/// What a drill leaves that is killed outright: a container that ends with its input, and a journal.
#[tokio::test(flavor = "multi_thread")]
async fn an_abandoned_container_ends_and_is_cleaned() {
    let Some(mut drill) = Drill::new().await else {
        return;
    };
    let server = Server::start(&[]);
    with_reader(&server);
    let source = open(&server.conninfo("reader", "postgres")).await.unwrap();
    drill.find(&source).await.unwrap();
    drop(std::mem::take(&mut drill.remains));
    let mut running = Some(true);
    for _ in 0..200 {
        running = drill.inspect().await.state.unwrap().running;
        if running == Some(false) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(running, Some(false));
    drop(drill.journal.take());
    let cleaned = clean(&drill.dir.path().join("journal")).await.unwrap();
    let Cleaned::Done(removals) = cleaned else {
        panic!("nobody holds the lock");
    };
    assert_eq!(removals.len(), 1, "{removals:?}");
    assert_eq!(removals[0].outcome, Removed::Gone);
    assert!(drill.gone().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strangers_container_is_left_alone() {
    let Some(mut drill) = Drill::new().await else {
        return;
    };
    let server = Server::start(&[]);
    with_reader(&server);
    let source = open(&server.conninfo("reader", "postgres")).await.unwrap();
    let options = CreateContainerOptionsBuilder::new()
        .name(&drill.name)
        .build();
    let body = ContainerCreateBody {
        image: Some(image()),
        cmd: Some(vec!["true".to_owned()]),
        ..ContainerCreateBody::default()
    };
    let id = drill
        .raw
        .create_container(Some(options), body)
        .await
        .unwrap()
        .id;
    let refused = drill.find(&source).await;
    assert!(
        matches!(
            &refused,
            Err(PgDumpError::Image {
                cause: SandboxError::NameTaken {
                    kind: "container",
                    ..
                },
                ..
            })
        ),
        "{refused:?}"
    );
    let journal = drill.journal.take().unwrap();
    assert!(
        std::mem::take(&mut drill.remains)
            .remove(&journal)
            .await
            .is_empty()
    );
    assert_eq!(drill.inspect().await.id.as_deref(), Some(id.as_str()));
    remove(&drill.raw, &id).await;
}

async fn remove(docker: &bollard::Docker, id: &str) {
    let options = RemoveContainerOptionsBuilder::new()
        .force(true)
        .v(true)
        .build();
    docker.remove_container(id, Some(options)).await.unwrap();
}
