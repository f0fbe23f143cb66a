//! The keywords of libpq, and which of them vhost takes.

use std::fmt;

use super::{ConnInfoError, Place};

/// Why vhost does not take a keyword that libpq has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Ignoring it would make the connection weaker than what was asked for.
    Unsupported,
    /// vhost itself sets it.
    Pinned,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refusal::Unsupported => {
                "is not supported by vhost, and ignoring it would weaken the connection: remove it"
            }
            Refusal::Pinned => "is set by vhost itself: remove it",
        })
    }
}

enum Use {
    Taken,
    Secret,
    Refused(Refusal),
    /// Only the values that say what vhost does anyway.
    Only(&'static [&'static str]),
}

/// Every keyword of libpq up to version 18.
const KEYWORDS: &[(&str, Use)] = &[
    ("application_name", Use::Taken),
    ("channel_binding", Use::Taken),
    ("client_encoding", Use::Only(&["UTF8"])),
    ("connect_timeout", Use::Taken),
    ("dbname", Use::Taken),
    ("fallback_application_name", Use::Taken),
    ("gssdelegation", Use::Refused(Refusal::Unsupported)),
    ("gssencmode", Use::Only(&["disable", "prefer"])),
    ("gsslib", Use::Refused(Refusal::Unsupported)),
    ("host", Use::Taken),
    ("hostaddr", Use::Taken),
    ("keepalives", Use::Refused(Refusal::Pinned)),
    ("keepalives_count", Use::Refused(Refusal::Pinned)),
    ("keepalives_idle", Use::Refused(Refusal::Pinned)),
    ("keepalives_interval", Use::Refused(Refusal::Pinned)),
    ("krbsrvname", Use::Refused(Refusal::Unsupported)),
    ("load_balance_hosts", Use::Only(&["disable"])),
    ("max_protocol_version", Use::Refused(Refusal::Unsupported)),
    ("min_protocol_version", Use::Refused(Refusal::Unsupported)),
    ("oauth_client_id", Use::Refused(Refusal::Unsupported)),
    ("oauth_client_secret", Use::Secret),
    ("oauth_issuer", Use::Refused(Refusal::Unsupported)),
    ("oauth_scope", Use::Refused(Refusal::Unsupported)),
    ("options", Use::Taken),
    ("passfile", Use::Taken),
    ("password", Use::Secret),
    ("port", Use::Taken),
    ("replication", Use::Refused(Refusal::Unsupported)),
    ("require_auth", Use::Refused(Refusal::Unsupported)),
    ("requirepeer", Use::Refused(Refusal::Unsupported)),
    ("requiressl", Use::Refused(Refusal::Unsupported)),
    ("scram_client_key", Use::Secret),
    ("scram_server_key", Use::Secret),
    ("service", Use::Taken),
    ("servicefile", Use::Refused(Refusal::Unsupported)),
    ("sslcert", Use::Taken),
    ("sslcertmode", Use::Refused(Refusal::Unsupported)),
    ("sslcompression", Use::Only(&["0"])),
    ("sslcrl", Use::Refused(Refusal::Unsupported)),
    ("sslcrldir", Use::Refused(Refusal::Unsupported)),
    ("sslkey", Use::Taken),
    ("sslkeylogfile", Use::Refused(Refusal::Unsupported)),
    (
        "ssl_max_protocol_version",
        Use::Refused(Refusal::Unsupported),
    ),
    (
        "ssl_min_protocol_version",
        Use::Refused(Refusal::Unsupported),
    ),
    ("sslmode", Use::Taken),
    ("sslnegotiation", Use::Only(&["postgres"])),
    ("sslpassword", Use::Secret),
    ("sslrootcert", Use::Taken),
    ("sslsni", Use::Only(&["1"])),
    ("target_session_attrs", Use::Taken),
    ("tcp_user_timeout", Use::Refused(Refusal::Pinned)),
    ("user", Use::Taken),
];

/// The keyword, where its value is a secret.
pub(super) fn secret(keyword: &str) -> Option<&'static str> {
    match known(keyword) {
        Some((keyword, Use::Secret)) => Some(keyword),
        Some((_, Use::Taken | Use::Refused(_) | Use::Only(_))) | None => None,
    }
}

fn known(keyword: &str) -> Option<(&'static str, &'static Use)> {
    KEYWORDS
        .iter()
        .find(|(name, _)| *name == keyword)
        .map(|(name, used)| (*name, used))
}

/// The keyword, where vhost takes it with this value.
pub(super) fn accepted(
    keyword: &str,
    value: &str,
    place: &Place,
) -> Result<&'static str, ConnInfoError> {
    let place = place.clone();
    match known(keyword) {
        Some((keyword, Use::Taken)) => Ok(keyword),
        Some((keyword, Use::Only(values))) if values.contains(&value) => Ok(keyword),
        Some((keyword, Use::Only(_))) => Err(ConnInfoError::Refused {
            place,
            keyword,
            refusal: Refusal::Unsupported,
        }),
        Some((keyword, Use::Secret)) => Err(ConnInfoError::SecretInside { place, keyword }),
        Some((keyword, Use::Refused(refusal))) => Err(ConnInfoError::Refused {
            place,
            keyword,
            refusal: *refusal,
        }),
        None => Err(ConnInfoError::UnknownKeyword {
            place,
            keyword: keyword.to_owned(),
        }),
    }
}
