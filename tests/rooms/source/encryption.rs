//! Each sslmode against servers with certificates of a private authority.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tokio_util::sync::CancellationToken;
use vhost::event::Events;
use vhost::source::{DumpAs, Source, SourceError, TlsError};

use super::{canary, keeping, open, pg_dump, shown, target, with_reader};
use crate::server::{Server, hand_over};

const HBA: &str = "local all postgres trust\nhostssl all certified 127.0.0.1/32 cert\n\
    hostssl all all 127.0.0.1/32 scram-sha-256\nhostnossl postgres reader 127.0.0.1/32 reject\n\
    hostnossl template1 reader 127.0.0.1/32 scram-sha-256\n";

fn openssl(dir: &Path, line: &str) {
    let status = Command::new("openssl")
        .args(line.split(' '))
        .current_dir(dir)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "openssl {line}");
}

/// An authority, and a certificate of its for each name: `<file>.crt` and `<file>.key`.
fn certificates(dir: &Path) {
    let new = "req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    openssl(
        dir,
        &format!("{new} -x509 -days 2 -subj /CN=authority -keyout ca.key -out ca.crt"),
    );
    openssl(
        dir,
        &format!("{new} -x509 -days 2 -subj /CN=stranger -keyout stranger.key -out stranger.crt"),
    );
    for (file, name) in [("server", "DNS:localhost"), ("client", "DNS:client")] {
        let subject = if file == "client" {
            "certified"
        } else {
            "server"
        };
        openssl(
            dir,
            &format!("{new} -subj /CN={subject} -keyout {file}.key -out {file}.csr"),
        );
        fs::write(dir.join("names"), format!("subjectAltName={name}\n")).unwrap();
        openssl(
            dir,
            &format!(
                "x509 -req -days 2 -in {file}.csr -CA ca.crt -CAkey ca.key -CAcreateserial -extfile names -out {file}.crt"
            ),
        );
    }
    fs::set_permissions(dir.join("client.key"), fs::Permissions::from_mode(0o600)).unwrap();
}

fn serve(dir: &Path, certificate: &str) -> Server {
    let server = Server::start_with(
        &[
            ("ssl", "on"),
            ("ssl_cert_file", "server.crt"),
            ("ssl_key_file", "server.key"),
            ("ssl_ca_file", "ca.crt"),
        ],
        HBA,
        |data| {
            for (from, to, mode) in [
                (format!("{certificate}.crt"), "server.crt", 0o644),
                (format!("{certificate}.key"), "server.key", 0o600),
                ("ca.crt".to_owned(), "ca.crt", 0o644),
            ] {
                fs::copy(dir.join(from), data.join(to)).unwrap();
                hand_over(&data.join(to), mode);
            }
        },
    );
    with_reader(&server);
    server.sql("postgres", "CREATE ROLE certified LOGIN");
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn each_sslmode_demands_what_libpq_says() {
    let dir = tempfile::tempdir().unwrap();
    certificates(dir.path());
    let server = serve(dir.path(), "server");
    let file = |name: &str| -> PathBuf { dir.path().join(name) };
    let base = format!("port={} user=reader", server.port);
    let (ca, stranger) = (file("ca.crt"), file("stranger.crt"));
    let tls = async |text: &str| {
        let source = open(&format!("{base} dbname=postgres {text}")).await;
        source.map(|source| source.proof().tls.clone())
    };
    // Nothing is verified where there is nothing to verify against.
    for mode in ["allow", "prefer", "require"] {
        let proof = tls(&format!("host=127.0.0.1 sslmode={mode}"))
            .await
            .unwrap();
        assert!(
            proof.starts_with("TLSv1.3, ") && proof.ends_with("certificate not verified"),
            "{mode}: {proof}"
        );
    }
    // pg_hba.conf rejects this role without TLS.
    assert!(tls("host=127.0.0.1 sslmode=disable").await.is_err());
    // With an authority at hand, require is verify-ca, and a stranger is refused.
    let ca_of = |path: &Path| format!("sslrootcert={}", path.display());
    let proof = tls(&format!("host=127.0.0.1 sslmode=require {}", ca_of(&ca)))
        .await
        .unwrap();
    assert!(proof.ends_with("certificate's authority verified"));
    for mode in ["require", "verify-ca", "verify-full"] {
        let error = tls(&format!(
            "host=localhost sslmode={mode} {}",
            ca_of(&stranger)
        ))
        .await
        .unwrap_err();
        assert!(
            shown(&error).contains("UnknownIssuer"),
            "{mode}: {}",
            shown(&error)
        );
    }
    // verify-ca ignores the name; verify-full does not.
    assert!(
        tls(&format!("host=127.0.0.1 sslmode=verify-ca {}", ca_of(&ca)))
            .await
            .is_ok()
    );
    let error = tls(&format!(
        "host=127.0.0.1 sslmode=verify-full {}",
        ca_of(&ca)
    ))
    .await
    .unwrap_err();
    assert!(
        shown(&error).contains("NotValidForName"),
        "{}",
        shown(&error)
    );
    let full = format!(
        "host=localhost hostaddr=127.0.0.1 sslmode=verify-full {}",
        ca_of(&ca)
    );
    let proof = tls(&full).await.unwrap();
    assert!(proof.ends_with("certificate's authority and name verified"));
    assert!(
        tls(&format!("{full} channel_binding=require"))
            .await
            .is_ok()
    );
    let error = tls("host=127.0.0.1 sslmode=verify-ca").await.unwrap_err();
    assert!(matches!(
        error,
        SourceError::Tls {
            cause: TlsError::NoRoots { .. }
        }
    ));

    // pg_dump goes the same way.
    let source = open(&format!(
        "{base} dbname=postgres {full} channel_binding=require"
    ))
    .await
    .unwrap();
    let (_kept, tap) = keeping();
    let (_growing, dumping) = source
        .start_dump(
            &pg_dump(),
            DumpAs::Plain,
            vhost::plan::DumpOf::Contents,
            &file("dump"),
            Some(tap),
            CancellationToken::new(),
            Events::silent(),
        )
        .await
        .unwrap();
    assert!(dumping.finish().await.unwrap().facts.digest.bytes > 1_000_000);

    // A client's certificate instead of a password.
    let certified = format!(
        "port={} user=certified dbname=postgres {full} sslcert={} sslkey={}",
        server.port,
        file("client.crt").display(),
        file("client.key").display()
    );
    let source = Source::open(target(&certified), None).await.unwrap();
    assert_eq!(source.proof().role, "certified");
    fs::set_permissions(file("client.key"), fs::Permissions::from_mode(0o644)).unwrap();
    let error = Source::open(target(&certified), None).await.err().unwrap();
    assert!(matches!(
        error,
        SourceError::Tls {
            cause: TlsError::LooseKey { .. }
        }
    ));
}

#[tokio::test]
async fn prefer_falls_back_and_require_does_not() {
    let server = Server::start(&[]);
    with_reader(&server);
    let base = format!(
        "host=127.0.0.1 port={} user=reader dbname=postgres",
        server.port
    );
    let source = open(&format!("{base} sslmode=prefer")).await.unwrap();
    assert_eq!(source.proof().tls, "none");
    let error = Source::open(target(&format!("{base} sslmode=require")), canary())
        .await
        .err()
        .unwrap();
    assert!(
        shown(&error).contains("server does not support TLS"),
        "{}",
        shown(&error)
    );
    let error = open(&format!("{base} sslmode=disable channel_binding=require"))
        .await
        .err()
        .unwrap();
    assert!(
        shown(&error).contains("channel binding"),
        "{}",
        shown(&error)
    );
}

#[tokio::test]
async fn a_self_signed_certificate_can_be_its_own_root() {
    let dir = tempfile::tempdir().unwrap();
    certificates(dir.path());
    let new = "req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    openssl(
        dir.path(),
        &format!(
            "{new} -x509 -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout self.key -out self.crt"
        ),
    );
    let server = serve(dir.path(), "self");
    let connect = async |host: &str, mode: &str, root: &str| {
        let root = dir.path().join(root);
        open(&format!("host={host} hostaddr=127.0.0.1 port={} user=reader dbname=postgres sslmode={mode} sslrootcert={}", server.port, root.display())).await.map(|_| ())
    };
    connect("localhost", "verify-full", "self.crt")
        .await
        .unwrap();
    connect("elsewhere", "verify-ca", "self.crt").await.unwrap();
    assert!(
        connect("elsewhere", "verify-full", "self.crt")
            .await
            .is_err()
    );
    assert!(
        connect("localhost", "verify-ca", "stranger.crt")
            .await
            .is_err()
    );
}
