//! A check's role: what it gets, what it does not get, and what is refused because of a difference.

use vhost::check::bindings::vhost::check::types::{Error, Value};
use vhost::grant::harden::harden;
use vhost::grant::role::{self, RoleError};

use super::server::{Server, approved};

pub const WORLD: &str = r#"
    CREATE ROLE owner NOLOGIN; CREATE ROLE viewer NOLOGIN;
    CREATE SCHEMA app; GRANT ALL ON SCHEMA app TO owner, viewer;
    CREATE TABLE app.base (id int, note text); INSERT INTO app.base VALUES (1, 'a'), (2, 'b');
    ALTER TABLE app.base OWNER TO owner; GRANT SELECT ON app.base TO PUBLIC;
    SET ROLE viewer; CREATE VIEW app.shown AS SELECT id FROM app.base; RESET ROLE;
    CREATE VIEW app.boss AS SELECT * FROM app.base;
    CREATE VIEW app.invoker WITH (security_invoker = on) AS SELECT id FROM app.base;
    CREATE TABLE app.parent (id int, d date) PARTITION BY RANGE (id);
    CREATE TABLE app.part PARTITION OF app.parent FOR VALUES FROM (0) TO (10);
    INSERT INTO app.parent VALUES (5, '2026-05-17');
    CREATE SCHEMA "Odd ""Name"; CREATE TABLE "Odd ""Name"."T x" ("Id" int, other int);
    INSERT INTO "Odd ""Name"."T x" VALUES (7, 8);
    CREATE SCHEMA kept; CREATE MATERIALIZED VIEW kept.boss AS SELECT * FROM app.base;
    CREATE MATERIALIZED VIEW kept.named AS SELECT * FROM app.base;
    CREATE FUNCTION app.bang() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'fired'; END $$;
    ALTER DATABASE postgres SET search_path = app, public;
    ALTER DATABASE postgres SET statement_timeout = '1ms';
    CREATE EVENT TRIGGER bang ON ddl_command_start EXECUTE FUNCTION app.bang();"#;

fn int(outcome: Result<Value, Error>) -> i64 {
    match outcome {
        Ok(Value::Int(value)) => value,
        other => panic!("{other:?} is no integer"),
    }
}

#[tokio::test]
async fn a_role_gets_what_is_granted_and_says_what_it_did_not_get() {
    let (server, mut host, hardened) = Server::with(WORLD).await;
    assert_eq!(hardened.reset(), ["statement_timeout"]);
    let grant = r#"read = ["app.shown", "app.boss", "app.invoker", "app.parent(id)", "app.gone", "nowhere.*",
                           "app.part(id, gone)", "kept.*", "kept.named", "\"Odd \"\"Name\".\"T x\"(\"Id\")"]"#;
    let approved = approved("row-matrix", grant);
    let login = role::create(&mut host, &hardened, &approved).await.unwrap();
    let withheld: Vec<String> = login
        .withheld()
        .iter()
        .map(|one| format!("{} of {} {:?}", one.scope, one.of, one.because))
        .collect();
    assert_eq!(
        withheld,
        [
            "app.boss of app.boss SuperuserView",
            "app.gone of app.gone Missing",
            "nowhere.* of nowhere.* Missing",
            "app.part(gone) of app.part(id, gone) Missing",
            "kept.boss of kept.* SuperuserMaterialized",
        ]
    );

    assert_eq!(
        login.withheld()[4].to_string(),
        "kept.boss of kept.*, which holds what a superuser's rights read: grant it by its own name"
    );

    let mut session = server.open(&host, &login, &approved).await;
    assert_eq!(
        int(session.scalar("SELECT count(*) FROM kept.named", &[]).await),
        2
    );
    // Without its schema: the search path is the source's own. The view's owner could read the table only as PUBLIC.
    assert_eq!(
        int(session.scalar("SELECT count(*) FROM shown", &[]).await),
        2
    );
    assert_eq!(int(session.scalar("SELECT id FROM parent", &[]).await), 5);
    assert_eq!(
        int(session
            .scalar(r#"SELECT "Id" FROM "Odd ""Name"."T x""#, &[])
            .await),
        7
    );
    for sql in [
        "SELECT d FROM parent",
        "SELECT other FROM \"Odd \"\"Name\".\"T x\"",
        "SELECT id FROM invoker",
        "SELECT 1 FROM boss",
    ] {
        assert!(
            matches!(session.scalar(sql, &[]).await, Err(Error::Denied(_))),
            "{sql}"
        );
    }
    let outcome = session.scalar("SELECT 1 FROM gone", &[]).await;
    assert!(matches!(outcome, Err(Error::Sql(error)) if error.sqlstate == "42P01"));

    let again = role::create(&mut host, &hardened, &approved).await;
    assert!(matches!(again, Err(RoleError::Exists { role }) if role == "vhost_check_row-matrix"));
}

#[tokio::test]
async fn a_password_is_in_no_log_and_a_verifier_is_no_password() {
    let (server, mut host, hardened) = Server::with(WORLD).await;
    let approved = approved("probe", "read = [\"app.base\"]");
    let login = role::create(&mut host, &hardened, &approved).await.unwrap();
    let config = login.config(&server.config("postgres"));
    let password = std::str::from_utf8(config.get_password().unwrap())
        .unwrap()
        .to_owned();
    assert_eq!(password.len(), 64);
    let log = server.log();
    assert!(log.contains("CREATE ROLE \"vhost_check_probe\"") && log.contains("SCRAM-SHA-256$"));
    assert!(!log.contains(&password));
    assert!(!format!("{config:?}").contains(&password));
}

#[tokio::test]
async fn roles_are_made_together_and_one_that_cannot_be_is_told_alone() {
    let (server, mut host, hardened) = Server::with(WORLD).await;
    host.batch_execute("CREATE ROLE \"vhost_check_taken\"")
        .await
        .unwrap();
    let checks = ["one", "taken", "two"].map(|name| approved(name, r#"read = ["app.base"]"#));
    let made = role::create_all(&mut host, &hardened, &checks.each_ref())
        .await
        .unwrap();
    for (login, check) in made.iter().zip(&checks) {
        match login {
            Ok(login) => {
                let mut session = server.open(&host, login, check).await;
                let rows = session.scalar("SELECT count(*) FROM app.base", &[]).await;
                assert_eq!(int(rows), 2);
            }
            Err(RoleError::Exists { role }) => assert_eq!(role, "vhost_check_taken"),
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(made.iter().filter(|login| login.is_err()).count(), 1);
}

#[tokio::test]
async fn only_a_superuser_can_harden() {
    let server = Server::start().await;
    let host = server.host().await;
    host.batch_execute("CREATE ROLE plain LOGIN PASSWORD 'plain'")
        .await
        .unwrap();
    let mut config = server.config("postgres");
    config.user("plain").password("plain");
    let mut plain = super::server::connect(&config).await;
    assert!(matches!(
        harden(&mut plain).await,
        Err(RoleError::NotSuperuser)
    ));
}

#[tokio::test]
async fn a_hidden_row_is_an_error_and_no_smaller_count() {
    let (server, mut host, hardened) = Server::with(
        "CREATE SCHEMA app; CREATE TABLE app.t (id int); INSERT INTO app.t VALUES (1), (2);
         ALTER TABLE app.t ENABLE ROW LEVEL SECURITY; CREATE POLICY one ON app.t USING (id = 1)",
    )
    .await;
    let approved = approved("row-matrix", r#"read = ["app.t"]"#);
    let login = role::create(&mut host, &hardened, &approved).await.unwrap();
    let mut session = server.open(&host, &login, &approved).await;
    let counted = session.scalar("SELECT count(*) FROM app.t", &[]).await;
    assert!(matches!(counted, Err(Error::Denied(_))), "{counted:?}");
}
