//! One hardened container with a server in it.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use bollard::models::{
    ContainerCreateBody, HealthConfig, HostConfig, HostConfigLogConfig, Mount, MountType,
};
use tokio_util::sync::CancellationToken;

use super::created::Container;
use super::{Docker, LABEL};
use crate::plan::name::RunId;
use crate::sandbox::home::Home;
use crate::sandbox::journal::Journal;
use crate::sandbox::user::User;
use crate::sandbox::{Data, Limits, SandboxError, Spec, server};

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

/// How often a sandbox's engine is asked whether it is still there.
const PULSE: Duration = Duration::from_secs(10);

/// An image that is there, and the engine that has it.
#[derive(Clone, Debug)]
pub struct Image {
    pub(super) docker: Docker,
    image: String,
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

impl Server {
    /// Asks the engine every now and then, and ends when it gives no answer.
    ///
    /// A tool's output is a stream without an end of its own: on a silent engine its reader would wait for ever, and
    /// with it the snapshot in production.
    pub(in crate::sandbox) async fn engine_lost(&self) -> SandboxError {
        loop {
            tokio::time::sleep(PULSE).await;
            if let Err(source) = self.docker.client.inspect_container(&self.id, None).await {
                return SandboxError::Container {
                    operation: "inspect",
                    name: self.spec.name.to_string(),
                    source,
                };
            }
        }
    }
}

impl Image {
    pub(super) fn new(docker: Docker, image: String) -> Image {
        Image { docker, image }
    }

    /// As the plan names it.
    pub fn name(&self) -> &str {
        &self.image
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
        let body = self.sandbox_body(spec, home, user);
        let (id, volumes) = self.create(name, &spec.run, body, journal, remains).await?;
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
            volumes,
        };
        Ok((server, version))
    }

    fn sandbox_body(&self, spec: &Spec, home: &Home, user: User) -> ContainerCreateBody {
        let script = [TO_LOG, FIND, "set -- \"$bin\"\n", server::START].concat();
        let mut walls = walls(&spec.limits);
        walls.shm_size = Some(in_bytes(spec.limits.memory) / 4);
        walls.mounts = Some(mounts(spec, home));
        walls.tmpfs = Some(memory_mounts(spec, user));
        self.body(&spec.run, user, &script, walls)
    }

    /// A container that runs `script` and nothing of the image's own start.
    pub(super) fn body(
        &self,
        run: &RunId,
        user: User,
        script: &str,
        walls: HostConfig,
    ) -> ContainerCreateBody {
        ContainerCreateBody {
            image: Some(self.image.clone()),
            user: Some(format!("{}:{}", user.uid(), user.gid())),
            entrypoint: Some(
                ["/bin/sh", "-c", script, "vhost"]
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
            labels: Some(HashMap::from([(LABEL.to_owned(), run.to_string())])),
            host_config: Some(walls),
            ..ContainerCreateBody::default()
        }
    }
}

/// What no container of a drill may do, whatever it is for.
pub(super) fn walls(limits: &Limits) -> HostConfig {
    let memory = in_bytes(limits.memory);
    // The engine refuses more processors than there are.
    let there = std::thread::available_parallelism().map_or(1.0, |n| n.get() as f64);
    let cpus = limits.cpus.min(there);
    HostConfig {
        network_mode: Some("none".to_owned()),
        readonly_rootfs: Some(true),
        cap_drop: Some(vec!["ALL".to_owned()]),
        security_opt: Some(vec!["no-new-privileges:true".to_owned()]),
        memory: Some(memory),
        // As much with swap as without: no swap.
        memory_swap: Some(memory),
        nano_cpus: Some((cpus * 1e9) as i64),
        pids_limit: Some(i64::from(limits.pids)),
        ipc_mode: Some("private".to_owned()),
        init: Some(true),
        log_config: Some(HostConfigLogConfig {
            typ: Some("none".to_owned()),
            config: None,
        }),
        ..HostConfig::default()
    }
}

fn in_bytes(memory: u64) -> i64 {
    i64::try_from(memory).unwrap_or(i64::MAX)
}

/// A directory or file of the host at a place inside.
pub(super) fn bind(source: &Path, target: &str, access: Access) -> Mount {
    Mount {
        typ: Some(MountType::BIND),
        source: Some(source.display().to_string()),
        target: Some(target.to_owned()),
        read_only: Some(access == Access::Read),
        ..Mount::default()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
}

fn mounts(spec: &Spec, home: &Home) -> Vec<Mount> {
    let etc = home.etc();
    let mut mounts = vec![
        bind(&etc.join("passwd"), "/etc/passwd", Access::Read),
        bind(&etc.join("group"), "/etc/group", Access::Read),
        bind(&etc, "/vhost/etc", Access::Read),
        bind(&home.dump(), "/vhost/dump", Access::Read),
        bind(&home.run(), "/vhost/run", Access::Write),
        bind(&home.log(), "/vhost/log", Access::Write),
    ];
    if spec.data == Data::Disk {
        mounts.push(bind(&home.data(), "/vhost/data", Access::Write));
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
