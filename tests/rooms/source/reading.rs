//! What is read of a source beside its dump.

use std::time::Duration;

use vhost::source::{DifferenceKind, Known, LocaleProvider, Secret, Source, SourceError, unmoved};

use super::{CANARY, canary, open, shown, target, with_reader};
use crate::server::{SUPERUSER, Server};

#[tokio::test]
async fn the_session_is_read_only_and_says_what_its_role_could_write() {
    let server = Server::start(&[]);
    with_reader(&server);
    let reader = open(&server.conninfo("reader", "postgres")).await.unwrap();
    let proof = reader.proof();
    assert_eq!(proof.role, "reader");
    assert!(proof.transaction_read_only);
    assert_eq!(proof.isolation, "repeatable read");
    assert_eq!(proof.tls, "none (Unix socket)");
    assert_eq!(proof.could_write, Vec::<String>::new());

    let superuser = Source::open(target(&server.conninfo(SUPERUSER, "postgres")), None)
        .await
        .unwrap();
    assert_eq!(superuser.proof().could_write, ["superuser"]);

    server.sql(
        "postgres",
        &format!(
            "CREATE ROLE writer LOGIN NOINHERIT CREATEDB PASSWORD '{CANARY}'; CREATE ROLE boss SUPERUSER; \
             CREATE ROLE grp; GRANT grp, boss, pg_write_all_data TO writer; CREATE SCHEMA s; CREATE SCHEMA own AUTHORIZATION grp; \
             CREATE TABLE s.a (x int, y int); CREATE TABLE s.b (x int); CREATE SEQUENCE s.q; CREATE TABLE own.mine (x int); \
             ALTER TABLE own.mine OWNER TO writer; GRANT INSERT ON s.a, s.b TO grp; GRANT TRUNCATE ON s.a TO PUBLIC; \
             GRANT UPDATE (y) ON s.a TO writer; GRANT USAGE ON SEQUENCE s.q TO writer; GRANT CREATE ON SCHEMA s TO writer; \
             GRANT CREATE ON DATABASE postgres TO writer; GRANT ALTER SYSTEM ON PARAMETER work_mem TO writer; \
             SELECT lo_create(4711); GRANT UPDATE ON LARGE OBJECT 4711 TO writer; \
             CREATE FUNCTION s.f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'; \
             CREATE FUNCTION s.stable() RETURNS int LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT 1'"
        ),
    );
    let writer = open(&server.conninfo("writer", "postgres")).await.unwrap();
    assert!(
        writer
            .proof()
            .could_write
            .contains(&"superuser through role boss".to_owned())
    );
    server.sql("postgres", "REVOKE boss FROM writer");
    let writer = open(&server.conninfo("writer", "postgres")).await.unwrap();
    assert_eq!(
        writer.proof().could_write,
        [
            "createdb",
            "member of pg_write_all_data",
            "owner of 1 relations (first: own.mine)",
            "owner of 1 other objects (first: schema own)",
            "INSERT on 2 relations (first: s.a)",
            "TRUNCATE on 1 relations (first: s.a)",
            "USAGE on 1 sequences (first: s.q)",
            "UPDATE on columns of 1 relations (first: s.a)",
            "CREATE on schema s",
            "CREATE on the database",
            "UPDATE on 1 large objects (first: 4711)",
            "EXECUTE on 1 volatile SECURITY DEFINER functions (first: s.f)",
            "ALTER SYSTEM on parameter work_mem",
        ]
    );
    let (secret, ended) = writer.close().await;
    ended.unwrap();
    assert_eq!(secret.unwrap().appears_in(CANARY.as_bytes()), Some("raw"));
}

#[tokio::test]
async fn facts_and_roles_are_those_of_the_snapshot() {
    let server = Server::start(&[]);
    server.sql(
        "postgres",
        "CREATE DATABASE app ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0",
    );
    for role in [
        "owner",
        "grantee",
        "in_policy",
        "defaults",
        "mapped",
        "group_of_all",
        "stranger",
    ] {
        server.sql("app", &format!("CREATE ROLE {role}"));
    }
    server.sql(
        "app",
        "CREATE TABLE t (x int); ALTER TABLE t OWNER TO owner; GRANT SELECT ON t TO grantee, pg_monitor; \
         CREATE POLICY p ON t TO in_policy; ALTER DEFAULT PRIVILEGES FOR ROLE defaults GRANT SELECT ON TABLES TO group_of_all; \
         CREATE FOREIGN DATA WRAPPER w; CREATE SERVER srv FOREIGN DATA WRAPPER w; CREATE USER MAPPING FOR mapped SERVER srv; \
         GRANT group_of_all TO owner, stranger",
    );
    let source = Source::open(target(&server.conninfo(SUPERUSER, "app")), None)
        .await
        .unwrap();
    server.sql("app", "CREATE ROLE too_late; GRANT SELECT ON t TO too_late");
    let facts = source.facts().await.unwrap();
    assert_eq!((facts.server_major, facts.database.as_str()), (15, "app"));
    assert!(facts.server_version.starts_with("15."));
    assert_eq!(
        (facts.encoding.as_str(), facts.collate.as_str()),
        ("LATIN1", "C")
    );
    assert_eq!(facts.provider, LocaleProvider::Libc);
    let roles = source.roles().await.unwrap();
    let names: Vec<_> = roles.iter().map(|r| r.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "defaults",
            "grantee",
            "group_of_all",
            "in_policy",
            "mapped",
            "owner",
            "postgres"
        ]
    );
    assert_eq!(roles[5].member_of, ["group_of_all"]);
    assert_eq!(roles.iter().filter(|r| r.superuser).count(), 1);
}

#[tokio::test]
async fn a_restart_is_seen_and_waited_for() {
    let mut server = Server::start(&[]);
    with_reader(&server);
    let source = open(&server.conninfo("reader", "postgres")).await.unwrap();
    let before = source.observe(Vec::new()).await.unwrap();
    assert!(matches!(before.system_identifier, Known::Yes(id) if id > 0));
    assert!(matches!(before.timeline, Known::Yes(1)));
    let again = source.observe(Vec::new()).await.unwrap();
    assert_eq!(unmoved(&before, &again), []);

    server.stop();
    let restarting = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(1));
        server.restart();
        server
    });
    let after = source.observe(Vec::new()).await.unwrap();
    let server = restarting.join().unwrap();
    let fields: Vec<_> = unmoved(&before, &after)
        .iter()
        .map(|d| (d.field, d.kind))
        .collect();
    assert_eq!(fields, [("server-started", DifferenceKind::Moved)]);

    server.sql(
        "postgres",
        "REVOKE EXECUTE ON FUNCTION pg_control_system FROM PUBLIC",
    );
    let blind = source.observe(Vec::new()).await.unwrap();
    let fields: Vec<_> = unmoved(&blind, &blind)
        .iter()
        .map(|d| (d.field, d.kind))
        .collect();
    assert_eq!(
        fields,
        [("system-identifier", DifferenceKind::CouldNotLook)]
    );
}

#[tokio::test]
async fn a_wrong_or_missing_password_is_named_and_not_shown() {
    let server = Server::start(&[]);
    with_reader(&server);
    let conninfo = server.conninfo("reader", "postgres");
    let wrong = Secret::from_variable("PW", format!("{CANARY}wrong")).unwrap();
    let error = Source::open(target(&conninfo), Some(wrong))
        .await
        .err()
        .unwrap();
    assert!(
        shown(&error).contains("password authentication failed for user \\\"reader\\\""),
        "{}",
        shown(&error)
    );
    assert!(!shown(&error).contains("c4n:ary"));
    let error = Source::open(target(&conninfo), None).await.err().unwrap();
    assert!(matches!(error, SourceError::PasswordMissing { .. }));
    let error = open(&server.conninfo("reader", "absent"))
        .await
        .err()
        .unwrap();
    assert!(
        shown(&error).contains("database \\\"absent\\\" does not exist"),
        "{}",
        shown(&error)
    );
}

#[tokio::test]
async fn the_first_host_that_suits_is_taken() {
    let server = Server::start(&[]);
    with_reader(&server);
    let dir = server.socket_dir().display();
    let hosts = format!(
        "host=/nowhere,{dir} port={} user=reader dbname=postgres",
        server.port
    );
    assert!(Source::open(target(&hosts), canary()).await.is_ok());
    let standby = format!("{hosts} target_session_attrs=standby");
    assert!(matches!(
        open(&standby).await,
        Err(SourceError::Unsuited { .. })
    ));
    assert!(
        open(&format!("{hosts} target_session_attrs=prefer-standby"))
            .await
            .is_ok()
    );
}
