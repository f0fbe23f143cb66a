use super::*;

fn ambient() -> Ambient {
    Ambient {
        service_files: Vec::new(),
        passfile: Some("/home/me/.pgpass".into()),
        home: None,
        user: Some("me".into()),
        socket_dirs: vec!["/nowhere/a".into(), "/nowhere/b".into()],
        system_roots: Vec::new,
    }
}

fn locate(conninfo: &str) -> Result<Target, ConnInfoError> {
    Target::locate(conninfo, None, &ambient())
}

fn tcp(name: &str, port: u16) -> Host {
    Host {
        name: HostName::Tcp(name.into()),
        address: None,
        port,
    }
}

#[test]
fn defaults_are_those_of_libpq() {
    let target = locate("").unwrap();
    assert_eq!(target.hosts.len(), 1);
    assert_eq!(target.hosts[0].name, HostName::Unix("/nowhere/a".into()));
    assert_eq!(target.hosts[0].port, 5432);
    assert_eq!(
        (target.user.as_str(), target.database.as_str()),
        ("me", "me")
    );
    assert_eq!(target.tls.mode, SslMode::Prefer);
    assert_eq!(target.application_name, "vhost");
}

#[test]
fn keywords_may_be_quoted_and_escaped() {
    let target = locate(r"host = a,b port=1,2 user='o''' ").map(|_| ());
    assert!(matches!(target, Err(ConnInfoError::Syntax { .. })));
    let target =
        locate(r"host = 'a , b' port=1,2 user = 'o\'b\\x y'  dbname=d\ e sslmode=verify-ca")
            .unwrap();
    assert_eq!(target.hosts, [tcp("a", 1), tcp("b", 2)]);
    assert_eq!(target.user, r"o'b\x y");
    assert_eq!(target.database, "d e");
    assert_eq!(target.tls.mode, SslMode::VerifyCa);
}

#[test]
fn a_uri_is_percent_decoded() {
    let target = locate(
        "postgresql://us%40er@%2Frun%2Fpg,[::1]:6432,db:7/my%2Fdb?application_name=a%20b&ssl=true&target_session_attrs=read-only",
    )
    .unwrap();
    assert_eq!(target.user, "us@er");
    assert_eq!(target.hosts[0].name, HostName::Unix("/run/pg".into()));
    assert_eq!(target.hosts[0].port, 5432);
    assert_eq!(target.hosts[1..], [tcp("::1", 6432), tcp("db", 7)]);
    assert_eq!(target.database, "my/db");
    assert_eq!(target.application_name, "a b");
    assert_eq!(target.tls.mode, SslMode::Require);
    assert_eq!(target.session_attrs, SessionAttrs::ReadOnly);
    let bare = locate("postgres:///d?host=/s&port=5").unwrap();
    assert_eq!(bare.hosts[0].name, HostName::Unix("/s".into()));
    assert_eq!((bare.hosts[0].port, bare.database.as_str()), (5, "d"));
}

#[test]
fn a_password_is_refused_wherever_it_stands_and_never_shown() {
    for text in [
        "host=db password=hunter2",
        "password=hunt er2=x",
        "host=db unknown=1 password='hunter2'",
        "postgresql://me:hunter2@db/d",
        "postgresql://me:hun@ter2@db/d",
        "postgresql://db/d?password=hunter2",
        "postgresql://db/d?%70assword=hunter2",
        "sslpassword=hunter2",
    ] {
        let error = locate(text).unwrap_err();
        assert!(
            matches!(error, ConnInfoError::SecretInside { .. }),
            "{text}: {error}"
        );
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("hun") && !shown.contains("ter2"), "{shown}");
    }
}

#[test]
fn what_is_wrong_is_named_and_values_are_not_repeated() {
    for (text, part) in [
        ("hots=db", "unknown keyword `hots`"),
        ("host=db sslcrl=x", "`sslcrl` is not supported"),
        (
            "keepalives_idle=5",
            "`keepalives_idle` is set by vhost itself",
        ),
        ("gssencmode=require", "`gssencmode` is not supported"),
        ("host=db secretvalue", "at byte 8: a keyword without `=`"),
        ("host='db", "at byte 5: this quote is not closed"),
        ("port=secretvalue", "`port` must be a number"),
        ("host=a,b,c port=1,2", "`port` names 2 entries for 3 hosts"),
        ("hostaddr=secretvalue", "`hostaddr` must be a numeric"),
        ("sslmode=secretvalue", "`sslmode` must be disable"),
        (
            "sslrootcert=system sslmode=require",
            "verify-full where sslrootcert is system",
        ),
        (
            "postgresql://me:secretvalue/x@db",
            "`port` must be a number",
        ),
        ("postgresql://db/%zz", "write a percent sign as %25"),
        (
            "connect_timeout=soon",
            "`connect_timeout` must be a whole number",
        ),
    ] {
        let error = locate(text).unwrap_err().to_string();
        assert!(error.contains(part), "{text}: {error}");
        assert!(!error.contains("secretvalue"), "{error}");
    }
    assert!(locate("gssencmode=disable sslsni=1").is_ok());
}

#[test]
fn timeouts_are_as_in_libpq() {
    let timeout = |text: &str| locate(text).unwrap().connect_timeout.map(|t| t.as_secs());
    assert_eq!(timeout(""), Some(30));
    assert_eq!(timeout("connect_timeout=0"), None);
    assert_eq!(timeout("connect_timeout=-3"), None);
    assert_eq!(timeout("connect_timeout=1"), Some(2));
    assert_eq!(timeout("connect_timeout=7"), Some(7));
}

#[test]
fn a_service_gives_what_the_connection_string_leaves_out() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("pg_service.conf");
    std::fs::write(
        &path,
        "# comment\n[other]\nhost=wrong\n\n[prod]\nhost=db1,db2\nport=6000\ndbname=p\n[prod]\nuser=never\n[bad]\nhots=x\n[leaky]\npassword=hunter2\n",
    )
    .unwrap();
    let mut ambient = ambient();
    ambient.service_files = vec![dir.path().join("absent"), path];
    let target = Target::locate("dbname=mine", Some("prod"), &ambient).unwrap();
    assert_eq!(target.hosts, [tcp("db1", 6000), tcp("db2", 6000)]);
    assert_eq!(
        (target.database.as_str(), target.user.as_str()),
        ("mine", "me")
    );
    let by_string = Target::locate("service=prod", None, &ambient).unwrap();
    assert_eq!(by_string.database, "p");
    let error = Target::locate("", Some("nowhere"), &ambient).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("service `nowhere` stands in none of")
    );
    let error = Target::locate("", Some("bad"), &ambient).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("line 12: unknown keyword `hots`"),
        "{error}"
    );
    let error = Target::locate("", Some("leaky"), &ambient).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
}
