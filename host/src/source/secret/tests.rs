use std::os::unix::fs::PermissionsExt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use super::*;

fn secret(text: &str) -> Secret {
    Secret::from_input(text.as_bytes()).unwrap()
}

fn file(dir: &tempfile::TempDir, text: &str, mode: u32) -> PathBuf {
    let path = dir.path().join(format!("secret-{mode:o}"));
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    path
}

#[test]
fn a_secret_file_must_be_its_owners_alone_and_loses_one_line_break() {
    let dir = tempfile::tempdir().unwrap();
    let kept = Secret::from_file(&file(&dir, "blank at the end \n", 0o600)).unwrap();
    assert_eq!(kept.for_connection(), b"blank at the end ");
    for mode in [0o640, 0o604, 0o644] {
        let error = Secret::from_file(&file(&dir, "x", mode)).err().unwrap();
        assert!(error.to_string().contains("chmod 0600"), "{error}");
    }
    let twice = Secret::from_file(&file(&dir, "pw\n\n", 0o400))
        .err()
        .unwrap();
    assert!(matches!(twice, SecretError::SeveralLines { .. }));
}

#[test]
fn nothing_and_too_much_are_no_secrets() {
    assert!(matches!(
        Secret::from_input(&b"\n"[..]),
        Err(SecretError::Empty { .. })
    ));
    let long = vec![b'x'; 2 * LONGEST];
    assert!(matches!(
        Secret::from_input(&long[..]),
        Err(SecretError::TooLong { .. })
    ));
    let most = vec![b'x'; LONGEST];
    assert!(Secret::from_input(&most[..]).is_ok());
}

#[test]
fn errors_hold_nothing_of_the_secret() {
    let error = Secret::from_variable("PGPW", "canary\0canary".into())
        .err()
        .unwrap();
    assert!(!format!("{error} {error:?}").contains("canary"));
    assert!(error.to_string().contains("PGPW"));
}

#[test]
fn every_form_of_the_secret_is_found() {
    let word = "kAnary>?~\"pw é\\ü";
    let secret = secret(word);
    let found = |text: &str| secret.appears_in(text.as_bytes());
    assert_eq!(found("nothing here, 100% of it\\n"), None);
    assert_eq!(found(&format!("x{word}x")), Some("raw"));
    assert_eq!(found(&hex::encode(word)), Some("hexadecimal"));
    assert_eq!(
        found(&hex::encode_upper(format!("..{word}.."))),
        Some("hexadecimal")
    );
    for before in ["", "a", "ab", "abc"] {
        for after in ["", "z", "zz"] {
            let text = format!("{before}{word}{after}");
            assert!(found(&STANDARD.encode(&text)).is_some(), "{before} {after}");
            assert!(found(&URL_SAFE.encode(&text)).is_some(), "{before} {after}");
        }
    }
    let all: String = word.bytes().map(|b| format!("%{b:02X}")).collect();
    assert_eq!(found(&format!("p={all}&")), Some("percent-encoded"));
    assert_eq!(found(&all.to_lowercase()), Some("percent-encoded"));
    assert_eq!(
        found("kAnary%3E?~%22pw+%C3%A9%5C%C3%BC"),
        Some("percent-encoded")
    );
    assert_eq!(
        found(&serde_json::to_string(word).unwrap()),
        Some("JSON-escaped")
    );
    assert_eq!(
        found("kAnary>?~\\u0022pw \\u00e9\\\\\\u00FC"),
        Some("JSON-escaped")
    );
    let clef = Secret::from_input("clef 𝄞".as_bytes()).unwrap();
    assert_eq!(
        clef.appears_in(b"clef \\ud834\\udd1e"),
        Some("JSON-escaped")
    );
}

/// Postgres' encode(…, 'base64') and RFC 2045 break lines after 76 characters.
#[test]
fn a_long_secret_is_found_across_the_lines_of_its_encoding() {
    let long = "correct horse battery staple ".repeat(4);
    let secret = secret(&long);
    for (encoded, form) in [
        (
            base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &long),
            "base64",
        ),
        (hex::encode(&long), "hexadecimal"),
    ] {
        let lines: Vec<_> = encoded
            .as_bytes()
            .chunks(76)
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect();
        assert_eq!(secret.appears_in(lines.join("\n").as_bytes()), Some(form));
    }
}

#[test]
fn a_short_secret_counts_as_a_whole_word() {
    let secret = secret("abc");
    assert_eq!(secret.appears_in(b"an abcess, drabc, 616263f"), None);
    assert_eq!(secret.appears_in(b"password=abc;"), Some("raw"));
    assert_eq!(secret.appears_in(b"\"YWJj\""), Some("base64"));
    assert_eq!(secret.appears_in(b"616263"), Some("hexadecimal"));
}

mod passfile {
    use super::super::super::conninfo::{Ambient, Target};
    use super::*;

    fn look_up(conninfo: &str, path: PathBuf) -> Result<Option<Secret>, SecretError> {
        let ambient = Ambient {
            service_files: Vec::new(),
            passfile: Some(path),
            home: None,
            user: Some("me".into()),
            socket_dirs: Vec::new(),
            system_roots: Vec::new,
        };
        Secret::from_passfile(&Target::locate(conninfo, None, &ambient).unwrap())
    }

    #[test]
    fn the_first_line_that_fits_decides() {
        let dir = tempfile::tempdir().unwrap();
        let text = "#db:5432:d:me:comment\n\
                    db:5432:d:me\n\
                    db:5433:d:me:other port\r\n\
                    d\\:b:*:d\\\\x:me:escaped\\:\\\\\n\
                    /run/s:*:*:*:socket\n\
                    localhost:*:*:*:default socket\n\
                    ::1:*:*:*:never, colons are escaped\n\
                    *:5432:*:me:wildcard:ignored\n";
        let path = file(&dir, text, 0o600);
        let found = |conninfo: &str| {
            let secret = look_up(conninfo, path.clone()).unwrap();
            secret.map(|s| String::from_utf8(s.for_connection().to_vec()).unwrap())
        };
        assert_eq!(found("host=db dbname=d").as_deref(), Some("wildcard"));
        assert_eq!(
            found("host=db port=5433 dbname=d").as_deref(),
            Some("other port")
        );
        assert_eq!(
            found(r"host=d:b dbname='d\\x'").as_deref(),
            Some(r"escaped:\")
        );
        assert_eq!(found("host=/run/s").as_deref(), Some("socket"));
        assert_eq!(found("host=/tmp").as_deref(), Some("default socket"));
        assert_eq!(found("host=db user=you"), None);
    }

    #[test]
    fn a_loose_passfile_is_refused_and_a_missing_one_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let loose = look_up("host=db", file(&dir, "*:*:*:*:pw\n", 0o644));
        assert!(matches!(loose, Err(SecretError::Loose { .. })));
        assert!(
            look_up("host=db", dir.path().join("absent"))
                .unwrap()
                .is_none()
        );
        assert!(matches!(
            look_up("host=db", dir.path().into()),
            Err(SecretError::NotPlain { .. })
        ));
    }
}
