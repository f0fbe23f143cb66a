//! One attempt to connect: one address, with or without TLS.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::config::SslMode as Wire;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Config, NoTls, Socket};

use super::{Encryption, Reached, Session};
use crate::source::SourceError;
use crate::source::conninfo::{ChannelBinding, Host, HostName, Target};
use crate::source::secret::Secret;
use crate::source::tls;

pub(super) async fn once(
    target: &Target,
    secret: Option<&Secret>,
    host: &Host,
    address: Option<IpAddr>,
    wire: Wire,
) -> Result<Session, SourceError> {
    let mut config = Config::new();
    match (&host.name, address) {
        (HostName::Unix(dir), _) => {
            config.host_path::<&Path>(dir);
        }
        (HostName::Tcp(name), address) => {
            config.host(name);
            if let Some(address) = address {
                config.hostaddr(address);
            }
        }
    }
    config
        .port(host.port)
        .user(&target.user)
        .dbname(&target.database)
        .application_name(&target.application_name)
        .ssl_mode(wire)
        .channel_binding(match target.channel_binding {
            ChannelBinding::Disable => tokio_postgres::config::ChannelBinding::Disable,
            ChannelBinding::Prefer => tokio_postgres::config::ChannelBinding::Prefer,
            ChannelBinding::Require => tokio_postgres::config::ChannelBinding::Require,
        })
        // The session that holds the snapshot is silent while pg_dump works, and firewalls forget silent ones.
        .keepalives_idle(Duration::from_secs(30));
    if let Some(options) = &target.options {
        config.options(options);
    }
    if let Some(secret) = secret {
        config.password(secret.for_connection());
    }
    let (encryption, connecting) = match wire {
        Wire::Require => {
            let (connector, verified) =
                tls::connector(&target.tls).map_err(|cause| SourceError::Tls { cause })?;
            (
                Encryption::Tls(verified),
                drive(config, connector, host, target, secret).await,
            )
        }
        _ => (
            Encryption::None,
            drive(config, NoTls, host, target, secret).await,
        ),
    };
    let (client, driver) = connecting?;
    Ok(Session {
        client,
        driver,
        reached: Reached {
            host: host.clone(),
            address,
            encryption,
        },
    })
}

async fn drive<T>(
    config: Config,
    tls: T,
    host: &Host,
    target: &Target,
    secret: Option<&Secret>,
) -> Result<(Client, JoinHandle<()>), SourceError>
where
    T: MakeTlsConnect<Socket>,
    T::Stream: Send + 'static,
{
    let connecting = config.connect(tls);
    let connected = match target.connect_timeout {
        None => connecting.await,
        Some(limit) => timeout(limit, connecting)
            .await
            .map_err(|_| SourceError::Timeout {
                host: host.to_string(),
                limit,
            })?,
    };
    let (client, connection) = connected.map_err(|cause| {
        // The library has no kind for this; it says so in the cause's text alone.
        let asked = std::error::Error::source(&cause).map(ToString::to_string);
        if secret.is_none() && asked.as_deref() == Some("password missing") {
            return SourceError::PasswordMissing {
                host: host.to_string(),
                user: target.user.clone(),
            };
        }
        SourceError::Connect {
            host: host.to_string(),
            cause,
        }
    })?;
    // How the session ended is seen by whoever uses the client next.
    let driver = tokio::spawn(async move { drop(connection.await) });
    Ok((client, driver))
}
