//! One hardened container with a server in it.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use bollard::models::{
    ContainerCreateBody, HealthConfig, HostConfig, HostConfigLogConfig, Mount, MountType,
};
use bollard::query_parameters::CreateContainerOptionsBuilder;
use tokio_util::sync::CancellationToken;

use super::{Docker, LABEL, is};
use crate::plan::name::RunId;
use crate::sandbox::home::Home;
use crate::sandbox::journal::{Journal, Record};
use crate::sandbox::user::User;
use crate::sandbox::{Data, Removal, SandboxError, Spec, server};

/// Finds the directory of Postgres' programs in any image: on the image's PATH, or where distributions put it.
pub(super) const FIND: &str = r#"
bin=
IFS=:
for d in $PATH:/usr/lib/postgresql/*/bin:/usr/pgsql-*/bin:/usr/local/pgsql/bin:/usr/local/bin:/opt/bitnami/postgresql/bin; do
    for e in $d; do
        if [ -z "$bin" ] && [ -x "$e/postgres" ] && [ -x "$e/initdb" ]; then bin=$e; fi
    done
done
unset IFS
if [ -z "$bin" ]; then echo "this image has no postgres with initdb" >&2; exit 127; fi
"#;

/// What the engine's own log would keep goes to the sandbox's directory, which is removed with it.
const TO_LOG: &str = "exec </dev/null >>/vhost/log/start.log 2>&1\n";

/// An image that is there, and the engine that has it.
#[derive(Clone, Debug)]
pub struct Image {
    docker: Docker,
    image: String,
}

/// A container that may exist, for its removal.
#[derive(Debug)]
pub(in crate::sandbox) struct Container {
    docker: Docker,
    name: String,
    run: RunId,
    id: Option<String>,
    /// Anonymous volumes that the image declares; they go with the container, and are looked for by name.
    volumes: Vec<String>,
}

impl Container {
    pub(in crate::sandbox) async fn remove(self) -> Vec<Removal> {
        let container = self
            .docker
            .remove_container(&self.name, &self.run, self.id.as_deref())
            .await;
        let mut removals = vec![container];
        for volume in &self.volumes {
            removals.push(self.docker.remove_volume(volume).await);
        }
        removals
    }
}

/// A server in a container that answers.
#[derive(Debug)]
pub(in crate::sandbox) struct Server {
    pub(super) docker: Docker,
    pub(super) spec: Spec,
    pub(super) home: Home,
    pub(super) user: User,
    pub(super) id: String,
    pub(super) volumes: Vec<String>,
}

impl Image {
    pub(super) fn new(docker: Docker, image: String) -> Image {
        Image { docker, image }
    }

    pub fn docker(&self) -> &Docker {
        &self.docker
    }

    /// Starts a container and waits until its server answers; `remains` holds whatever may exist, also on failure.
    pub(in crate::sandbox) async fn start(
        &self,
        spec: &Spec,
        home: &Home,
        user: User,
        journal: &Journal,
        stop: &CancellationToken,
        remains: &mut Option<Container>,
    ) -> Result<(Server, String), SandboxError> {
        let name = spec.name.as_str();
        let failed = |operation, source| SandboxError::Container {
            operation,
            name: name.to_owned(),
            source,
        };
        let client = &self.docker.client;
        journal.write(&Record::Container {
            engine: self.docker.host.clone(),
            name: name.to_owned(),
        })?;
        let container = remains.insert(Container {
            docker: self.docker.clone(),
            name: name.to_owned(),
            run: spec.run.clone(),
            id: None,
            volumes: Vec::new(),
        });
        let options = CreateContainerOptionsBuilder::new().name(name).build();
        let body = self.hardened(spec, home, user);
        let id = match client.create_container(Some(options), body).await {
            Ok(created) => created.id,
            Err(e) if is(&e, 409) => {
                *remains = None;
                journal.write(&Record::settled("container", name))?;
                return Err(SandboxError::NameTaken {
                    kind: "container",
                    name: name.to_owned(),
                });
            }
            Err(source) => return Err(failed("create", source)),
        };
        container.id = Some(id.clone());
        journal.write(&Record::ContainerMade {
            name: name.to_owned(),
            id: id.clone(),
        })?;
        let found = client
            .inspect_container(&id, None)
            .await
            .map_err(|e| failed("inspect", e))?;
        let mounts = found.mounts.ok_or_else(|| SandboxError::AnswerLacks {
            name: name.to_owned(),
            field: "Mounts",
        })?;
        for volume in mounts
            .into_iter()
            .filter(|mount| mount.typ.as_deref() == Some("volume"))
            .filter_map(|mount| mount.name)
        {
            journal.write(&Record::Volume {
                engine: self.docker.host.clone(),
                name: volume.clone(),
            })?;
            container.volumes.push(volume);
        }
        if stop.is_cancelled() {
            return Err(SandboxError::Interrupted);
        }
        client
            .start_container(&id, None)
            .await
            .map_err(|e| failed("start", e))?;
        let mut asked = Instant::now();
        let version = server::ready(home, name, stop, async || {
            // Asking the engine takes longer than asking the server, so it is asked less often.
            if asked.elapsed() < Duration::from_millis(200) {
                return Ok(None);
            }
            asked = Instant::now();
            let now = client
                .inspect_container(&id, None)
                .await
                .map_err(|e| failed("inspect", e))?;
            let running = now.state.and_then(|state| state.running);
            Ok((running != Some(true)).then(|| server::tail(home)))
        })
        .await?;
        let server = Server {
            docker: self.docker.clone(),
            spec: spec.clone(),
            home: home.clone(),
            user,
            id,
            volumes: container.volumes.clone(),
        };
        Ok((server, version))
    }

    fn hardened(&self, spec: &Spec, home: &Home, user: User) -> ContainerCreateBody {
        let script = [TO_LOG, FIND, "set -- \"$bin\"\n", server::START].concat();
        let memory = i64::try_from(spec.limits.memory).unwrap_or(i64::MAX);
        // The engine refuses more processors than there are.
        let there = std::thread::available_parallelism().map_or(1.0, |n| n.get() as f64);
        let cpus = spec.limits.cpus.min(there);
        ContainerCreateBody {
            image: Some(self.image.clone()),
            user: Some(format!("{}:{}", user.uid(), user.gid())),
            entrypoint: Some(
                ["/bin/sh", "-c", &script, "vhost"]
                    .map(str::to_owned)
                    .to_vec(),
            ),
            cmd: Some(Vec::new()),
            env: Some(vec!["HOME=/tmp".to_owned(), "LC_ALL=C.UTF-8".to_owned()]),
            working_dir: Some("/tmp".to_owned()),
            hostname: Some("vhost".to_owned()),
            // The image's own check would speak to another server's directory.
            healthcheck: Some(HealthConfig {
                test: Some(vec!["NONE".to_owned()]),
                ..HealthConfig::default()
            }),
            labels: Some(HashMap::from([(LABEL.to_owned(), spec.run.to_string())])),
            host_config: Some(HostConfig {
                network_mode: Some("none".to_owned()),
                readonly_rootfs: Some(true),
                cap_drop: Some(vec!["ALL".to_owned()]),
                security_opt: Some(vec!["no-new-privileges:true".to_owned()]),
                memory: Some(memory),
                // As much with swap as without: no swap.
                memory_swap: Some(memory),
                nano_cpus: Some((cpus * 1e9) as i64),
                pids_limit: Some(i64::from(spec.limits.pids)),
                shm_size: Some(memory / 4),
                ipc_mode: Some("private".to_owned()),
                init: Some(true),
                log_config: Some(HostConfigLogConfig {
                    typ: Some("none".to_owned()),
                    config: None,
                }),
                mounts: Some(mounts(spec, home)),
                tmpfs: Some(memory_mounts(spec, user)),
                ..HostConfig::default()
            }),
            ..ContainerCreateBody::default()
        }
    }
}

fn mounts(spec: &Spec, home: &Home) -> Vec<Mount> {
    let bind = |source: &Path, target: &str, read_only: bool| Mount {
        typ: Some(MountType::BIND),
        source: Some(source.display().to_string()),
        target: Some(target.to_owned()),
        read_only: Some(read_only),
        ..Mount::default()
    };
    let etc = home.etc();
    let mut mounts = vec![
        bind(&etc.join("passwd"), "/etc/passwd", true),
        bind(&etc.join("group"), "/etc/group", true),
        bind(&etc, "/vhost/etc", true),
        bind(&home.dump(), "/vhost/dump", true),
        bind(&home.run(), "/vhost/run", false),
        bind(&home.log(), "/vhost/log", false),
    ];
    if spec.data == Data::Disk {
        mounts.push(bind(&home.data(), "/vhost/data", false));
    }
    mounts
}

fn memory_mounts(spec: &Spec, user: User) -> HashMap<String, String> {
    let scratch = spec.limits.memory / 4;
    let mut mounts = HashMap::from([(
        "/tmp".to_owned(),
        format!("rw,nosuid,nodev,noexec,mode=1777,size={scratch}"),
    )]);
    if spec.data == Data::Memory {
        let (uid, gid, size) = (user.uid(), user.gid(), spec.limits.memory);
        mounts.insert(
            "/vhost/data".to_owned(),
            format!("rw,nosuid,nodev,noexec,mode=0700,uid={uid},gid={gid},size={size}"),
        );
    }
    mounts
}
