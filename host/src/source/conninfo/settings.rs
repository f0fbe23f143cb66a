//! Keywords that were given, and what they come to with libpq's defaults.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::keywords::{self, accepted};
use super::{
    Ambient, ChannelBinding, ConnInfoError, Host, HostName, Place, Roots, SessionAttrs, SslMode,
    Target, TlsSettings,
};

#[derive(Default)]
pub(super) struct Settings(BTreeMap<&'static str, String>);

impl Settings {
    /// Takes pairs of one place; a later one wins.
    pub(super) fn take(
        &mut self,
        pairs: super::syntax::Pairs,
        place: &Place,
    ) -> Result<(), ConnInfoError> {
        // First of all, because what is left of a badly quoted secret may stand in a keyword's place.
        for (keyword, _) in &pairs {
            if let Some(keyword) = keywords::secret(keyword) {
                return Err(ConnInfoError::SecretInside {
                    place: place.clone(),
                    keyword,
                });
            }
        }
        for (keyword, value) in pairs {
            let keyword = accepted(&keyword, &value, place)?;
            self.0.insert(keyword, value);
        }
        Ok(())
    }

    /// Takes one pair unless its keyword has a value already.
    pub(super) fn take_missing(
        &mut self,
        keyword: &str,
        value: &str,
        place: &Place,
    ) -> Result<(), ConnInfoError> {
        self.default_to(accepted(keyword, value, place)?, value);
        Ok(())
    }

    pub(super) fn default_to(&mut self, keyword: &'static str, value: &str) {
        self.0.entry(keyword).or_insert_with(|| value.to_owned());
    }

    /// The value, unless it is empty, which libpq takes for absent.
    pub(super) fn text(&self, keyword: &str) -> Option<&str> {
        self.0
            .get(keyword)
            .map(String::as_str)
            .filter(|v| !v.is_empty())
    }

    fn one_of<T: Copy>(
        &self,
        keyword: &'static str,
        default: T,
        words: &[(&str, T)],
        expected: &'static str,
    ) -> Result<T, ConnInfoError> {
        match self.text(keyword) {
            None => Ok(default),
            Some(text) => words
                .iter()
                .find(|(word, _)| *word == text)
                .map(|(_, value)| *value)
                .ok_or(ConnInfoError::Value { keyword, expected }),
        }
    }

    pub(super) fn into_target(self, ambient: &Ambient) -> Result<Target, ConnInfoError> {
        let user = match self.text("user") {
            Some(user) => user.to_owned(),
            None => ambient.user.clone().ok_or(ConnInfoError::NoUser)?,
        };
        let session_attrs = self.one_of(
            "target_session_attrs",
            SessionAttrs::Any,
            &[
                ("any", SessionAttrs::Any),
                ("read-write", SessionAttrs::ReadWrite),
                ("read-only", SessionAttrs::ReadOnly),
                ("primary", SessionAttrs::Primary),
                ("standby", SessionAttrs::Standby),
                ("prefer-standby", SessionAttrs::PreferStandby),
            ],
            "any, read-write, read-only, primary, standby or prefer-standby",
        )?;
        let channel_binding = self.one_of(
            "channel_binding",
            ChannelBinding::Prefer,
            &[
                ("disable", ChannelBinding::Disable),
                ("prefer", ChannelBinding::Prefer),
                ("require", ChannelBinding::Require),
            ],
            "disable, prefer or require",
        )?;
        let application_name = self
            .text("application_name")
            .or(self.text("fallback_application_name"))
            .unwrap_or("vhost")
            .to_owned();
        Ok(Target {
            hosts: self.hosts(ambient)?,
            database: self.text("dbname").unwrap_or(&user).to_owned(),
            user,
            tls: self.tls(ambient)?,
            connect_timeout: self.connect_timeout()?,
            application_name,
            options: self.text("options").map(str::to_owned),
            session_attrs,
            channel_binding,
            passfile: self
                .text("passfile")
                .map(PathBuf::from)
                .or_else(|| ambient.passfile.clone()),
            home: ambient.home.clone(),
        })
    }

    fn connect_timeout(&self) -> Result<Option<Duration>, ConnInfoError> {
        let Some(text) = self.text("connect_timeout") else {
            return Ok(Some(Duration::from_secs(30)));
        };
        let seconds: i32 = text.trim().parse().map_err(|_| ConnInfoError::Value {
            keyword: "connect_timeout",
            expected: "a whole number of seconds; 0 waits for ever",
        })?;
        // libpq: zero and less wait for ever, and one second is taken for two.
        Ok(u64::try_from(seconds)
            .ok()
            .filter(|s| *s > 0)
            .map(|s| Duration::from_secs(s.max(2))))
    }

    fn hosts(&self, ambient: &Ambient) -> Result<Vec<Host>, ConnInfoError> {
        let list = |keyword| -> Vec<&str> {
            self.text(keyword)
                .map(|t| t.split(',').map(str::trim).collect())
                .unwrap_or_default()
        };
        let (names, addresses, ports) = (list("host"), list("hostaddr"), list("port"));
        let hosts = names.len().max(addresses.len()).max(1);
        for (keyword, found) in [("hostaddr", addresses.len()), ("host", names.len())] {
            if found != 0 && found != hosts {
                return Err(ConnInfoError::Count {
                    keyword,
                    found,
                    hosts,
                });
            }
        }
        if ports.len() > 1 && ports.len() != hosts {
            return Err(ConnInfoError::Count {
                keyword: "port",
                found: ports.len(),
                hosts,
            });
        }
        (0..hosts)
            .map(|i| {
                let port = match ports.get(i).or(ports.first()).filter(|p| !p.is_empty()) {
                    None => 5432,
                    Some(text) => {
                        text.parse()
                            .ok()
                            .filter(|p| *p != 0)
                            .ok_or(ConnInfoError::Value {
                                keyword: "port",
                                expected: "a number from 1 to 65535",
                            })?
                    }
                };
                let address = match addresses.get(i).filter(|a| !a.is_empty()) {
                    None => None,
                    Some(text) => {
                        Some(text.parse::<IpAddr>().map_err(|_| ConnInfoError::Value {
                            keyword: "hostaddr",
                            expected: "a numeric IPv4 or IPv6 address",
                        })?)
                    }
                };
                let name = match (names.get(i).filter(|n| !n.is_empty()), address) {
                    (Some(name), _) if name.starts_with('/') => HostName::Unix(PathBuf::from(name)),
                    (Some(name), _) => HostName::Tcp((*name).to_owned()),
                    (None, Some(address)) => HostName::Tcp(address.to_string()),
                    (None, None) => default_host(ambient, port),
                };
                Ok(Host {
                    name,
                    address,
                    port,
                })
            })
            .collect()
    }

    fn tls(&self, ambient: &Ambient) -> Result<TlsSettings, ConnInfoError> {
        let system = self.text("sslrootcert") == Some("system");
        let default = if system {
            SslMode::VerifyFull
        } else {
            SslMode::Prefer
        };
        let mode = self.one_of(
            "sslmode",
            default,
            &[
                ("disable", SslMode::Disable),
                ("allow", SslMode::Allow),
                ("prefer", SslMode::Prefer),
                ("require", SslMode::Require),
                ("verify-ca", SslMode::VerifyCa),
                ("verify-full", SslMode::VerifyFull),
            ],
            "disable, allow, prefer, require, verify-ca or verify-full",
        )?;
        if system && mode != SslMode::VerifyFull {
            return Err(ConnInfoError::Value {
                keyword: "sslmode",
                expected: "verify-full where sslrootcert is system: anybody can have a certificate of a public authority",
            });
        }
        let of_home = |name: &str| {
            let path = ambient.home.as_ref()?.join(".postgresql").join(name);
            path.exists().then_some(path)
        };
        let roots = match self.text("sslrootcert") {
            Some("system") => Roots::System((ambient.system_roots)()),
            Some(path) => Roots::File(PathBuf::from(path)),
            None => of_home("root.crt").map_or(Roots::Nothing, Roots::File),
        };
        let file = |keyword, name| {
            self.text(keyword)
                .map(PathBuf::from)
                .or_else(|| of_home(name))
        };
        Ok(TlsSettings {
            mode,
            roots,
            certificate: file("sslcert", "postgresql.crt"),
            key: file("sslkey", "postgresql.key"),
        })
    }
}

fn default_host(ambient: &Ambient, port: u16) -> HostName {
    let has_socket = |dir: &&PathBuf| dir.join(format!(".s.PGSQL.{port}")).exists();
    match ambient
        .socket_dirs
        .iter()
        .find(has_socket)
        .or(ambient.socket_dirs.first())
    {
        Some(dir) => HostName::Unix(dir.clone()),
        None => HostName::Tcp("localhost".to_owned()),
    }
}
