//! Sandboxes of the docker engine, on the engine and image that the environment names.

use bollard::models::{ContainerConfig, ContainerCreateBody};
use bollard::query_parameters::{
    CommitContainerOptionsBuilder, CreateContainerOptionsBuilder, RemoveContainerOptionsBuilder,
    RemoveImageOptions,
};
use vhost::sandbox::clean::{Cleaned, clean};
use vhost::sandbox::docker::Docker;
use vhost::sandbox::{ContainerIdentity, Ended, Engine, Holds, Removed, SandboxError, scope};

use super::drill::Drill;
use super::{every_sandbox, removal};
use crate::docker::{host, image};

async fn engine() -> Option<Engine> {
    let docker = Docker::connect(&host()?).await.unwrap();
    Some(Engine::Docker(docker.image(&image()).await.unwrap()))
}

fn client(host: &str) -> bollard::Docker {
    bollard::Docker::connect_with_unix(
        host,
        60,
        &bollard::ClientVersion {
            major_version: 1,
            minor_version: 41,
        },
    )
    .unwrap()
}

every_sandbox!(engine().await.map(|engine| ((), engine)));

/// Makes a container that never starts, as a stranger would.
async fn stranger(docker: &bollard::Docker, name: &str) -> String {
    let options = CreateContainerOptionsBuilder::new().name(name).build();
    let body = ContainerCreateBody {
        image: Some(image()),
        cmd: Some(vec!["true".to_owned()]),
        ..ContainerCreateBody::default()
    };
    docker
        .create_container(Some(options), body)
        .await
        .unwrap()
        .id
}

async fn remove(docker: &bollard::Docker, id: &str) {
    let options = RemoveContainerOptionsBuilder::new()
        .force(true)
        .v(true)
        .build();
    docker.remove_container(id, Some(options)).await.unwrap();
}

#[tokio::test]
async fn a_strangers_container_is_left_alone() {
    let Some(engine) = engine().await else { return };
    let host = host().unwrap();
    let (docker, raw) = (Docker::connect(&host).await.unwrap(), client(&host));
    let drill = Drill::new();
    let name = drill.spec.name.as_str();
    let id = stranger(&raw, name).await;
    let before = docker.container_identity(name).await.unwrap();
    assert!(
        matches!(&before, ContainerIdentity::Present { id: found, status, .. } if *found == id && status == "created")
    );

    let scoped = scope(
        &engine,
        &drill.spec,
        &drill.journal(),
        &drill.stop,
        async |_| (),
    )
    .await;
    assert!(
        matches!(
            scoped.body,
            Err(Ended::CouldNotStart(SandboxError::NameTaken {
                kind: "container",
                ..
            }))
        ),
        "{:?}",
        scoped.body
    );
    assert!(
        scoped
            .teardown
            .removals
            .iter()
            .all(|r| r.kind != "container" && r.outcome == Removed::Gone)
    );
    assert_eq!(
        clean(&drill.journal_path()).await.unwrap(),
        Cleaned::Done(Vec::new())
    );
    assert_eq!(docker.container_identity(name).await.unwrap(), before);
    // The engine would take the beginning of an id for a name; an exact name it is not.
    assert!(matches!(
        docker.container_identity(&id[..12]).await.unwrap(),
        ContainerIdentity::Absent { .. }
    ));
    remove(&raw, &id).await;
}

/// Between the drill's death and the cleaning somebody else took the name: what they made is not ours to remove.
#[tokio::test]
async fn cleaning_refuses_another_container() {
    let Some(engine) = engine().await else { return };
    let host = host().unwrap();
    let raw = client(&host);
    let drill = removal::abandoned(&engine).await;
    let name = drill.spec.name.as_str();
    remove(&raw, name).await;
    let id = stranger(&raw, name).await;
    let Cleaned::Done(removals) = clean(&drill.journal_path()).await.unwrap() else {
        panic!("nobody holds the lock");
    };
    let container = removals.iter().find(|r| r.kind == "container").unwrap();
    assert!(
        matches!(&container.outcome, Removed::LeftBehind { why, .. } if why.contains("io.vhost.run")),
        "{container:?}"
    );
    assert!(!drill.home().exists());
    remove(&raw, &id).await;
}

/// An image that declares a volume gets an anonymous one, which must go with the container.
#[tokio::test]
async fn declared_volumes_do_not_stay() {
    let Some(host) = host() else { return };
    let raw = client(&host);
    let tag = format!(
        "vhost-test-volume-{}",
        hex::encode(rand::random::<[u8; 6]>())
    );
    let id = stranger(&raw, &tag).await;
    let commit = CommitContainerOptionsBuilder::new()
        .container(&id)
        .repo(&tag)
        .changes("VOLUME /var/lib/postgresql/data")
        .build();
    raw.commit_container(commit, ContainerConfig::default())
        .await
        .unwrap();
    remove(&raw, &id).await;

    let docker = Docker::connect(&host).await.unwrap();
    let engine = Engine::Docker(docker.image(&tag).await.unwrap());
    let drill = Drill::new();
    let scoped = scope(
        &engine,
        &drill.spec,
        &drill.journal(),
        &drill.stop,
        async |sandbox| {
            for wall in sandbox.inspect().await.unwrap() {
                assert_eq!(wall.holds, Holds::Yes, "{wall:?}");
            }
        },
    )
    .await;
    let volumes: Vec<_> = scoped
        .teardown
        .removals
        .iter()
        .filter(|r| r.kind == "volume")
        .collect();
    let abandoned = removal::abandoned(&engine).await;
    let cleaned = clean(&abandoned.journal_path()).await.unwrap();
    raw.remove_image(&tag, None::<RemoveImageOptions>, None)
        .await
        .unwrap();

    scoped.body.unwrap();
    assert_eq!(volumes.len(), 1, "{:?}", scoped.teardown);
    assert!(
        scoped
            .teardown
            .removals
            .iter()
            .all(|r| r.outcome == Removed::Gone)
    );
    assert!(raw.inspect_volume(&volumes[0].name).await.is_err());
    let Cleaned::Done(removals) = cleaned else {
        panic!("nobody holds the lock");
    };
    assert!(removals.iter().any(|r| r.kind == "volume"), "{removals:?}");
    assert!(
        removals.iter().all(|r| r.outcome == Removed::Gone),
        "{removals:?}"
    );
}

#[tokio::test]
async fn other_machines_are_refused() {
    for host in ["tcp://10.0.0.1:2375", "ssh://u@h", "/var/run/docker.sock"] {
        let refused = Docker::connect(host).await;
        assert!(
            matches!(refused, Err(SandboxError::HostNotLocal { .. })),
            "{host}"
        );
    }
    let gone = Docker::connect("unix:///nowhere/docker.sock").await;
    assert!(matches!(gone, Err(SandboxError::EngineUnreachable { .. })));
}

#[tokio::test]
async fn a_missing_image_is_named() {
    let Some(host) = host() else { return };
    let docker = Docker::connect(&host).await.unwrap();
    let missing = docker.image("vhost-no-such-image:0").await;
    assert!(matches!(missing, Err(SandboxError::NoImage { .. })));
}
