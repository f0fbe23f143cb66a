//! What libpq's `sslmode` demands of the server's certificate, in rustls.
//!
//! PostgreSQL manual, "SSL Support" in the chapter on libpq. As in libpq, certificate authorities that are there
//! are used in every mode, so `require` with a root certificate is `verify-ca`. One difference: a name is looked
//! for in the certificate's subject alternative names only, as RFC 6125 and rustls have it, never in its common
//! name.

mod stream;

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};

use super::conninfo::{Roots, SslMode, TlsSettings};
use stream::Connector;

/// Why no TLS connection can be tried.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error(
        "sslmode={} needs root certificates: put the authority's certificate into sslrootcert's file or ~/.postgresql/root.crt", .mode.name()
    )]
    NoRoots { mode: SslMode },
    #[error("certificate file {} cannot be read as PEM", .path.display())]
    Certificate {
        path: PathBuf,
        #[source]
        cause: pem::Error,
    },
    #[error("certificate file {} holds no certificate that can be an authority", .path.display())]
    UnusableRoots { path: PathBuf },
    #[error("client certificate {} needs its key: name it with sslkey", .path.display())]
    NoKey { path: PathBuf },
    #[error("client key {} cannot be looked at", .path.display())]
    LookAtKey {
        path: PathBuf,
        #[source]
        cause: io::Error,
    },
    #[error("client key {} is open to others (mode {mode:04o}): run `chmod 0600 {}`", .path.display(), .path.display())]
    LooseKey { path: PathBuf, mode: u32 },
    #[error("client key {} cannot be read as an unencrypted PEM key", .path.display())]
    Key {
        path: PathBuf,
        #[source]
        cause: pem::Error,
    },
    #[error("TLS cannot be set up")]
    Setup {
        #[source]
        cause: rustls::Error,
    },
    #[error("server certificates cannot be verified against {}", .path.display())]
    Verifier {
        path: PathBuf,
        #[source]
        cause: rustls::client::VerifierBuilderError,
    },
}

/// How far a server's certificate is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verified {
    Not,
    Authority,
    AuthorityAndName,
}

impl Verified {
    pub(super) fn in_words(self) -> &'static str {
        match self {
            Verified::Not => "certificate not verified",
            Verified::Authority => "certificate's authority verified",
            Verified::AuthorityAndName => "certificate's authority and name verified",
        }
    }
}

/// Prepares TLS connections as `settings` say.
pub(super) fn connector(settings: &TlsSettings) -> Result<(Connector, Verified), TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let (roots, verified) = roots(settings)?;
    let inner = match verified {
        Verified::Not => None,
        Verified::Authority | Verified::AuthorityAndName => {
            let (authorities, path) = authorities(&roots, settings)?;
            let built = WebPkiServerVerifier::builder_with_provider(
                Arc::new(authorities),
                Arc::clone(&provider),
            )
            .build();
            Some(built.map_err(|cause| TlsError::Verifier { path, cause })?)
        }
    };
    let verifier = Arc::new(Verifier {
        inner,
        roots,
        verified,
        provider: Arc::clone(&provider),
    });
    let setup = |cause| TlsError::Setup { cause };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(setup)?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let config = match client_certificate(settings)? {
        Some((chain, key)) => config.with_client_auth_cert(chain, key).map_err(setup)?,
        None => config.with_no_client_auth(),
    };
    Ok((Connector(Arc::new(config)), verified))
}

fn roots(settings: &TlsSettings) -> Result<(Vec<CertificateDer<'static>>, Verified), TlsError> {
    let wanted = match settings.mode {
        SslMode::VerifyFull => Verified::AuthorityAndName,
        SslMode::Disable
        | SslMode::Allow
        | SslMode::Prefer
        | SslMode::Require
        | SslMode::VerifyCa => Verified::Authority,
    };
    match &settings.roots {
        Roots::File(path) if path.exists() => Ok((certificates(path)?, wanted)),
        Roots::System(certificates) => Ok((certificates.clone(), wanted)),
        Roots::File(_) | Roots::Nothing => match settings.mode {
            mode @ (SslMode::VerifyCa | SslMode::VerifyFull) => Err(TlsError::NoRoots { mode }),
            SslMode::Disable | SslMode::Allow | SslMode::Prefer | SslMode::Require => {
                Ok((Vec::new(), Verified::Not))
            }
        },
    }
}

fn authorities(
    roots: &[CertificateDer<'static>],
    settings: &TlsSettings,
) -> Result<(RootCertStore, PathBuf), TlsError> {
    let path = match &settings.roots {
        Roots::File(path) => path.clone(),
        Roots::System(_) | Roots::Nothing => PathBuf::from("the machine's certificate store"),
    };
    let mut store = RootCertStore::empty();
    // A machine's store may hold old certificates that rustls does not read; one that is usable is enough.
    let (usable, _) = store.add_parsable_certificates(roots.iter().cloned());
    if usable == 0 {
        return Err(TlsError::UnusableRoots { path });
    }
    Ok((store, path))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let unreadable = |cause| TlsError::Certificate {
        path: path.to_owned(),
        cause,
    };
    CertificateDer::pem_file_iter(path)
        .map_err(unreadable)?
        .collect::<Result<_, _>>()
        .map_err(unreadable)
}

type ClientCertificate = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn client_certificate(settings: &TlsSettings) -> Result<Option<ClientCertificate>, TlsError> {
    let Some(path) = &settings.certificate else {
        return Ok(None);
    };
    let Some(key) = &settings.key else {
        return Err(TlsError::NoKey { path: path.clone() });
    };
    let metadata = std::fs::metadata(key).map_err(|cause| TlsError::LookAtKey {
        path: key.clone(),
        cause,
    })?;
    // libpq's rule: a key of root may be readable by its group, any other by its owner alone.
    let mode = metadata.mode() & 0o7777;
    let forbidden = if metadata.uid() == 0 { 0o037 } else { 0o077 };
    if mode & forbidden != 0 {
        return Err(TlsError::LooseKey {
            path: key.clone(),
            mode,
        });
    }
    let chain = certificates(path)?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(|cause| TlsError::Key {
        path: key.clone(),
        cause,
    })?;
    Ok(Some((chain, key)))
}

#[derive(Debug)]
struct Verifier {
    /// Absent where nothing is verified but that the server has its certificate's key.
    inner: Option<Arc<WebPkiServerVerifier>>,
    roots: Vec<CertificateDer<'static>>,
    verified: Verified,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(inner) = &self.inner else {
            return Ok(ServerCertVerified::assertion());
        };
        match inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            // The name is looked at last: everything else is in order.
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if self.verified == Verified::Authority => Ok(ServerCertVerified::assertion()),
            // Postgres' manual has a self-signed certificate made with `openssl req -x509`, which is an authority
            // too, and used as its own root. webpki checks the validity period before it says this.
            Err(rustls::Error::InvalidCertificate(CertificateError::Other(other)))
                if other.0.to_string() == "CaUsedAsEndEntity"
                    && self.roots.iter().any(|root| root == end_entity) =>
            {
                if self.verified == Verified::AuthorityAndName {
                    verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                }
                Ok(ServerCertVerified::assertion())
            }
            answer => answer,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
