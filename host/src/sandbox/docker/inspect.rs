//! Looks at a running container as the engine describes it.

use bollard::models::{HostConfig, MountPoint, NetworkSettings};

use super::container::Server;
use crate::sandbox::{Data, Holds, SandboxError, Wall, WallSeen};

impl Server {
    /// Every wall that the engine's inspect call can show.
    pub(in crate::sandbox) async fn inspect(&self) -> Result<Vec<WallSeen>, SandboxError> {
        let name = self.spec.name.as_str();
        let lacks = |field| SandboxError::AnswerLacks {
            name: name.to_owned(),
            field,
        };
        let found = self
            .docker
            .client
            .inspect_container(&self.id, None)
            .await
            .map_err(|source| SandboxError::Container {
                operation: "inspect",
                name: name.to_owned(),
                source,
            })?;
        let host = found.host_config.ok_or_else(|| lacks("HostConfig"))?;
        let network = found
            .network_settings
            .ok_or_else(|| lacks("NetworkSettings"))?;
        let mounts = found.mounts.ok_or_else(|| lacks("Mounts"))?;
        let user = found
            .config
            .and_then(|config| config.user)
            .ok_or_else(|| lacks("Config.User"))?;
        Ok(vec![
            no_network(&host, &network),
            no_port(&host, &network),
            capabilities(&host),
            privileges(&host),
            wall(
                Wall::ReadOnlyRoot,
                host.readonly_rootfs == Some(true),
                format!("HostConfig.ReadonlyRootfs = {}", show(host.readonly_rootfs)),
            ),
            self.mounts(&host, &mounts),
            processes(&host),
            wall(
                Wall::UnprivilegedUser,
                self.user.uid() != 0 && user == format!("{}:{}", self.user.uid(), self.user.gid()),
                format!("Config.User = {user}"),
            ),
            self.resources(&host),
        ])
    }

    fn mounts(&self, host: &HostConfig, mounts: &[MountPoint]) -> WallSeen {
        let own = |mount: &&MountPoint| {
            let source = mount.source.as_deref().unwrap_or("");
            match mount.typ.as_deref() {
                Some("bind") => std::path::Path::new(source).starts_with(self.home.path()),
                // Declared by the image, made for this container and removed with it.
                Some("volume") => mount
                    .name
                    .as_ref()
                    .is_some_and(|name| self.volumes.contains(name)),
                // Where tmpfs mounts are listed at all they hold nothing of the host's.
                Some("tmpfs") => true,
                _ => false,
            }
        };
        let strangers: Vec<String> = mounts
            .iter()
            .filter(|mount| !own(mount))
            .map(|mount| {
                let at = mount.destination.as_deref().unwrap_or("an unknown place");
                format!("{at} from {}", mount.source.as_deref().unwrap_or("nowhere"))
            })
            .collect();
        let written: Vec<&str> = mounts
            .iter()
            .filter(|mount| mount.rw != Some(false))
            .filter_map(|mount| mount.destination.as_deref())
            .collect();
        let devices = host.devices.as_ref().is_some_and(|list| !list.is_empty());
        let borrowed = host
            .volumes_from
            .as_ref()
            .is_some_and(|list| !list.is_empty());
        let seen = match strangers.as_slice() {
            [] => format!(
                "Mounts: {}, all of the sandbox's own directory or declared by the image; writable: {}; devices of the host: {}",
                mounts.len(),
                written.join(" "),
                if devices { "some" } else { "none" }
            ),
            some => format!("Mounts: not ours: {}", some.join(", ")),
        };
        wall(
            Wall::OnlyOwnMounts,
            strangers.is_empty() && !devices && !borrowed,
            seen,
        )
    }

    fn resources(&self, host: &HostConfig) -> WallSeen {
        let limits = &self.spec.limits;
        let memory = host
            .memory
            .and_then(|n| u64::try_from(n).ok())
            .is_some_and(|n| n > 0 && n <= limits.memory);
        let cpus = host
            .nano_cpus
            .is_some_and(|n| n > 0 && n as f64 <= limits.cpus * 1e9 + 1.0);
        let pids = host
            .pids_limit
            .is_some_and(|n| n > 0 && n <= i64::from(limits.pids));
        let data = match self.spec.data {
            Data::Disk => "on disk",
            Data::Memory => "in memory",
        };
        wall(
            Wall::ResourceLimits,
            memory && cpus && pids,
            format!(
                "HostConfig.Memory = {}, NanoCpus = {}, PidsLimit = {}; data {data}",
                show(host.memory),
                show(host.nano_cpus),
                show(host.pids_limit)
            ),
        )
    }
}

fn wall(wall: Wall, holds: bool, seen: String) -> WallSeen {
    let holds = if holds { Holds::Yes } else { Holds::No };
    WallSeen {
        wall,
        holds,
        seen: format!("inspect: {seen}"),
    }
}

fn show<T: std::fmt::Display>(value: Option<T>) -> String {
    match value {
        Some(value) => value.to_string(),
        None => "not said".to_owned(),
    }
}

fn no_network(host: &HostConfig, network: &NetworkSettings) -> WallSeen {
    let mode = show(host.network_mode.as_ref());
    let mut networks: Vec<&str> = match &network.networks {
        Some(networks) => networks.keys().map(String::as_str).collect(),
        None => Vec::new(),
    };
    networks.sort_unstable();
    let only_none = networks.iter().all(|name| *name == "none");
    wall(
        Wall::NoNetwork,
        mode == "none" && only_none,
        format!(
            "HostConfig.NetworkMode = {mode}, networks: {}",
            networks.join(" ")
        ),
    )
}

fn no_port(host: &HostConfig, network: &NetworkSettings) -> WallSeen {
    // A port that an image only exposes is listed with nothing bound to it.
    let mut bound: Vec<&str> = [&host.port_bindings, &network.ports]
        .into_iter()
        .flatten()
        .flatten()
        .filter(|(_, bindings)| bindings.as_ref().is_some_and(|list| !list.is_empty()))
        .map(|(port, _)| port.as_str())
        .collect();
    bound.sort_unstable();
    let all = host.publish_all_ports == Some(true);
    let seen = match bound.as_slice() {
        [] => "no port bindings".to_owned(),
        some => format!("ports {}", some.join(" ")),
    };
    wall(
        Wall::NoPublishedPort,
        bound.is_empty() && !all,
        format!("{seen}, PublishAllPorts = {all}"),
    )
}

fn capabilities(host: &HostConfig) -> WallSeen {
    let list = |caps: &Option<Vec<String>>| match caps {
        Some(caps) => caps.join(" "),
        None => String::new(),
    };
    let (dropped, added) = (list(&host.cap_drop), list(&host.cap_add));
    let privileged = host.privileged != Some(false);
    wall(
        Wall::NoCapabilities,
        dropped == "ALL" && added.is_empty() && !privileged,
        format!(
            "HostConfig.CapDrop = {dropped}, CapAdd = {}, Privileged = {}",
            if added.is_empty() { "none" } else { &added },
            show(host.privileged)
        ),
    )
}

fn privileges(host: &HostConfig) -> WallSeen {
    let options = match &host.security_opt {
        Some(options) => options.join(" "),
        None => String::new(),
    };
    let set = options
        .split(' ')
        .any(|option| matches!(option, "no-new-privileges" | "no-new-privileges:true"));
    let unconfined = options.contains("unconfined");
    wall(
        Wall::NoNewPrivileges,
        set && !unconfined,
        format!("HostConfig.SecurityOpt = {options}"),
    )
}

fn processes(host: &HostConfig) -> WallSeen {
    let pid = host.pid_mode.as_deref().unwrap_or("");
    let ipc = host.ipc_mode.as_deref().unwrap_or("");
    let uts = host.uts_mode.as_deref().unwrap_or("");
    wall(
        Wall::OwnProcesses,
        pid.is_empty() && ipc == "private" && uts.is_empty(),
        format!("HostConfig.PidMode = \"{pid}\", IpcMode = \"{ipc}\", UTSMode = \"{uts}\""),
    )
}
