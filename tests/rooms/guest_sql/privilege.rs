//! Whatever a check's role could do beyond its grant is seen, and refuses the check.

use tokio_postgres::Client;
use vhost::grant::role::{self, RoleError};

use super::role::WORLD;
use super::server::{Server, approved};

#[tokio::test]
async fn any_privilege_too_many_refuses_the_check() {
    // Nothing is taken back in between: the differences only become more.
    let (_server, mut host, hardened) = Server::with(WORLD).await;
    for (sql, difference) in [
        (
            "GRANT SELECT ON app.boss TO PUBLIC",
            "SELECT on relation app.boss",
        ),
        (
            "GRANT INSERT ON app.base TO PUBLIC",
            "INSERT on relation app.base",
        ),
        (
            "GRANT UPDATE (note) ON app.base TO PUBLIC",
            "UPDATE on column app.base.note",
        ),
        (
            "GRANT SELECT (d) ON app.parent TO PUBLIC",
            "SELECT on column app.parent.d",
        ),
        (
            "GRANT CREATE ON SCHEMA app TO PUBLIC",
            "CREATE on schema app",
        ),
        (
            "GRANT USAGE ON SCHEMA \"Odd \"\"Name\" TO PUBLIC",
            "USAGE on schema \"Odd \"\"Name\"",
        ),
        (
            "GRANT EXECUTE ON FUNCTION lo_create(oid) TO PUBLIC",
            "EXECUTE on routine lo_create(oid)",
        ),
        (
            "CREATE FUNCTION app.later() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "EXECUTE on routine app.later()",
        ),
        ("CREATE DATABASE later", "CONNECT on database later"),
        (
            "GRANT USAGE ON LANGUAGE plpgsql TO PUBLIC",
            "USAGE on language plpgsql",
        ),
        (
            "SELECT lo_create(77); GRANT SELECT ON LARGE OBJECT 77 TO PUBLIC",
            "SELECT on large object 77",
        ),
        (
            "GRANT SET ON PARAMETER log_statement TO PUBLIC",
            "SET on parameter log_statement",
        ),
        (
            "GRANT CREATE ON TABLESPACE pg_default TO PUBLIC",
            "CREATE on tablespace pg_default",
        ),
        (
            "CREATE SEQUENCE app.s; GRANT USAGE ON app.s TO PUBLIC",
            "USAGE on sequence app.s",
        ),
    ] {
        for statement in sql.split("; ") {
            host.batch_execute(statement).await.unwrap();
        }
        let approved = approved("probe", r#"read = ["\"Odd \"\"Name\".\"T x\""]"#);
        let outcome = role::create(&mut host, &hardened, &approved).await;
        let Err(RoleError::Public { differences }) = outcome else {
            panic!("{sql} was not seen");
        };
        assert!(
            differences.iter().any(|one| one == difference),
            "{sql}: {differences:?}"
        );
        let left = host
            .query("SELECT 1 FROM pg_roles WHERE rolname ~ '^vhost_check'", &[])
            .await;
        assert!(left.unwrap().is_empty(), "{sql}");
    }
    // PUBLIC's share of what a role can read is told of that role.
    let base = approved("probe", r#"read = ["app.base"]"#);
    let Err(RoleError::Differs { differences, .. }) =
        role::create(&mut host, &hardened, &base).await
    else {
        panic!("PUBLIC's INSERT on what is granted was not seen");
    };
    let wanted = [
        "CREATE on schema app",
        "INSERT on relation app.base",
        "UPDATE on column app.base.note",
    ];
    assert_eq!(differences, wanted);
}

/// What the audit of a role says that was granted `app.base` as a whole, `app.parent(id)` and USAGE on `app`.
async fn named(host: &Client) -> Vec<String> {
    let oid = async |sql: &str| -> u32 { host.query_one(sql, &[]).await.unwrap().get(0) };
    let base = oid("SELECT 'app.base'::regclass::oid").await;
    let parent = oid("SELECT 'app.parent'::regclass::oid").await;
    let schema = oid("SELECT 'app'::regnamespace::oid").await;
    let privileges = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"];
    let rows = host
        .query(
            include_str!("../../../host/src/grant/audit/named.sql"),
            &[
                &"vhost_check_probe",
                &vec![base],
                &vec![parent],
                &vec![1_i16],
                &vec![schema],
                &&privileges[..],
            ],
        )
        .await
        .unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// Whatever names the role is seen, in whichever catalog and database it stands.
#[tokio::test]
async fn any_privilege_by_name_is_seen() {
    let (server, mut host, hardened) = Server::with(WORLD).await;
    for sql in [
        "CREATE DATABASE other",
        // A database made after the hardening is PUBLIC's to enter.
        "REVOKE ALL ON DATABASE other FROM PUBLIC",
        "CREATE SEQUENCE app.s",
        "SELECT lo_create(78)",
    ] {
        host.batch_execute(sql).await.unwrap();
    }
    let probe = approved("probe", r#"read = ["app.base", "app.parent(id)"]"#);
    role::create(&mut host, &hardened, &probe).await.unwrap();
    assert_eq!(named(&host).await, [""; 0]);
    let elsewhere = super::server::connect(&server.config("other")).await;
    elsewhere.batch_execute("CREATE TABLE t ()").await.unwrap();
    for (on, grant, revoke) in [
        (
            &host,
            "GRANT INSERT ON app.base TO r",
            "REVOKE INSERT ON app.base FROM r",
        ),
        (
            &host,
            "GRANT UPDATE (note) ON app.base TO r",
            "REVOKE UPDATE (note) ON app.base FROM r",
        ),
        (
            &host,
            "GRANT SELECT (d) ON app.parent TO r",
            "REVOKE SELECT (d) ON app.parent FROM r",
        ),
        (
            &host,
            "GRANT SELECT ON app.part TO r",
            "REVOKE SELECT ON app.part FROM r",
        ),
        (
            &host,
            "GRANT SELECT ON pg_authid TO r",
            "REVOKE SELECT ON pg_authid FROM r",
        ),
        (
            &host,
            "GRANT CREATE ON SCHEMA app TO r",
            "REVOKE CREATE ON SCHEMA app FROM r",
        ),
        (
            &host,
            "GRANT USAGE ON SCHEMA public TO r",
            "REVOKE USAGE ON SCHEMA public FROM r",
        ),
        (
            &host,
            "GRANT TEMP ON DATABASE postgres TO r",
            "REVOKE TEMP ON DATABASE postgres FROM r",
        ),
        (
            &host,
            "GRANT CONNECT ON DATABASE other TO r",
            "REVOKE CONNECT ON DATABASE other FROM r",
        ),
        (
            &host,
            "GRANT EXECUTE ON FUNCTION lo_create(oid) TO r",
            "REVOKE ALL ON FUNCTION lo_create(oid) FROM r",
        ),
        (
            &host,
            "GRANT USAGE ON SEQUENCE app.s TO r",
            "REVOKE USAGE ON SEQUENCE app.s FROM r",
        ),
        (
            &host,
            "GRANT USAGE ON LANGUAGE plpgsql TO r",
            "REVOKE USAGE ON LANGUAGE plpgsql FROM r",
        ),
        (
            &host,
            "GRANT SELECT ON LARGE OBJECT 78 TO r",
            "REVOKE SELECT ON LARGE OBJECT 78 FROM r",
        ),
        (
            &host,
            "GRANT CREATE ON TABLESPACE pg_default TO r",
            "REVOKE CREATE ON TABLESPACE pg_default FROM r",
        ),
        (
            &host,
            "GRANT SET ON PARAMETER log_statement TO r",
            "REVOKE SET ON PARAMETER log_statement FROM r",
        ),
        (
            &host,
            "GRANT pg_read_all_data TO r",
            "REVOKE pg_read_all_data FROM r",
        ),
        (&host, "ALTER ROLE r BYPASSRLS", "ALTER ROLE r NOBYPASSRLS"),
        (
            &host,
            "ALTER SEQUENCE app.s OWNER TO r",
            "ALTER SEQUENCE app.s OWNER TO postgres",
        ),
        (
            &elsewhere,
            "GRANT SELECT ON t TO r",
            "REVOKE SELECT ON t FROM r",
        ),
        (
            &elsewhere,
            "ALTER TABLE t OWNER TO r",
            "ALTER TABLE t OWNER TO postgres",
        ),
        (
            &host,
            "REVOKE SELECT ON app.base FROM r",
            "GRANT SELECT ON app.base TO r",
        ),
        (
            &host,
            "REVOKE SELECT (id) ON app.parent FROM r",
            "GRANT SELECT (id) ON app.parent TO r",
        ),
    ] {
        let role = |sql: &str| {
            let words = sql.split(' ').map(|word| match word {
                "r" => "vhost_check_probe",
                word => word,
            });
            words.collect::<Vec<_>>().join(" ")
        };
        on.batch_execute(&role(grant)).await.unwrap();
        assert_ne!(named(&host).await, [""; 0], "{grant}");
        on.batch_execute(&role(revoke)).await.unwrap();
        assert_eq!(named(&host).await, [""; 0], "{revoke}");
    }
}
