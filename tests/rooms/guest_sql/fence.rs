//! Attacks on the fence. Each is tried where its wall is missing, and must succeed there, before it is tried inside.

use std::sync::Arc;

use tokio_postgres::SimpleQueryMessage;
use vhost::check::bindings::vhost::check::types::{Error, Value};
use vhost::check::query::{Session, SessionError, TypeCatalog};
use vhost::grant::{Limits, harden::harden};

use super::server::{Server, connect};

const WORLD: &str = "
    CREATE ROLE app_owner NOLOGIN; CREATE ROLE middle NOLOGIN;
    CREATE SCHEMA app; GRANT USAGE ON SCHEMA app TO PUBLIC;
    GRANT CREATE ON SCHEMA app TO app_owner;
    CREATE TABLE app.orders (id int PRIMARY KEY, status text, secret text);
    INSERT INTO app.orders VALUES (1, 'open', 's1'), (2, 'done', 's2'), (3, NULL, 's3');
    CREATE TABLE app.hidden (v text); INSERT INTO app.hidden VALUES ('canary');
    ALTER TABLE app.hidden OWNER TO app_owner;
    CREATE TABLE app.regranted (v text);
    GRANT SELECT ON app.regranted TO middle WITH GRANT OPTION;
    SET ROLE middle; GRANT SELECT ON app.regranted TO PUBLIC; RESET ROLE;
    CREATE TABLE app.guarded (v text); INSERT INTO app.guarded VALUES ('canary');
    ALTER TABLE app.guarded ENABLE ROW LEVEL SECURITY;
    CREATE VIEW app.super_view AS SELECT * FROM app.hidden; GRANT SELECT ON app.super_view TO PUBLIC;
    CREATE FUNCTION app.leak() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT v FROM app.hidden';
    CREATE FUNCTION app.compare(int, int) RETURNS int LANGUAGE plpgsql IMMUTABLE SECURITY DEFINER
        AS 'BEGIN RAISE ''compared by %'', current_user; END';
    REVOKE ALL ON FUNCTION app.compare FROM PUBLIC;
    CREATE OPERATOR CLASS app.compared FOR TYPE int USING btree AS OPERATOR 1 <, FUNCTION 1 app.compare(int, int);
    CREATE TYPE app.span AS RANGE (subtype = int, subtype_opclass = app.compared);
    CREATE FUNCTION app.run(text) RETURNS void LANGUAGE plpgsql AS 'BEGIN EXECUTE $1; END';
    CREATE SEQUENCE app.counter; GRANT USAGE ON SEQUENCE app.counter TO PUBLIC;
    SELECT lo_from_bytea(4242, 'canary'); GRANT SELECT ON LARGE OBJECT 4242 TO PUBLIC;
    CREATE ROLE naked LOGIN BYPASSRLS PASSWORD 'naked';
    GRANT pg_read_all_data, pg_write_server_files, pg_monitor TO naked;
    GRANT INSERT, UPDATE, DELETE ON app.orders TO naked;
    GRANT EXECUTE ON FUNCTION pg_read_file(text), pg_ls_dir(text) TO naked;";

const GRANT: &str = r#"read = ["app.orders(id, status)", "app.guarded", "app.super_view"]"#;

/// Statements that are no query. The wall is that guest text stands where only a query may.
const STATEMENTS: &[&str] = &[
    "COMMIT",
    "ROLLBACK",
    "END; SELECT 1",
    "SELECT 1; SELECT 2",
    "SELECT 1; COMMIT",
    "SAVEPOINT vhost",
    "SET ROLE NONE",
    "RESET SESSION AUTHORIZATION",
    "SET LOCAL statement_timeout = 0",
    "SHOW search_path",
    "COPY (SELECT 1) TO 'FILE'",
    "DO 'BEGIN END'",
    "INSERT INTO app.orders VALUES (9)",
    "UPDATE app.orders SET status = 'x'",
    "WITH gone AS (DELETE FROM app.orders RETURNING id) SELECT id FROM gone",
    "SELECT 1 AS a INTO TEMP stolen",
    "CREATE TEMP TABLE stolen AS SELECT 1",
    "LOCK TABLE app.orders IN ACCESS SHARE MODE",
    "LISTEN anything",
    "NOTIFY anything",
    "PREPARE later AS SELECT 1",
    "EXPLAIN SELECT 1",
    "DECLARE mine CURSOR WITH HOLD FOR SELECT 1",
    "CALL app.nothing()",
];

/// Queries. The wall is the role, which holds nothing but its grant.
const QUERIES: &[&str] = &[
    "SELECT v FROM app.hidden",
    "SELECT secret FROM app.orders",
    "SELECT o FROM app.orders o",
    "SELECT count(secret) FROM app.orders",
    "SELECT ctid FROM app.orders",
    "SELECT id FROM app.orders FOR UPDATE",
    "SELECT v FROM app.regranted UNION ALL SELECT 'empty'",
    "SELECT v FROM app.guarded",
    "SELECT v FROM app.super_view",
    "SELECT app.leak()",
    "SELECT app.run('SET LOCAL statement_timeout = 0')::text",
    "SELECT last_value FROM app.counter",
    "SELECT set_config('statement_timeout', '0', false)",
    "SELECT pg_notify('a', 'b')::text",
    "SELECT pg_advisory_lock(1)::text",
    "SELECT pg_advisory_xact_lock_shared(1)::text",
    "SELECT pg_try_advisory_lock(1)",
    "SELECT pg_terminate_backend(0)",
    "SELECT pg_cancel_backend(0)",
    "SELECT lo_create(0)",
    "SELECT lo_get(4242)",
    "SELECT pg_sleep(0)::text",
    "SELECT pg_read_file('PG_VERSION')",
    "SELECT pg_ls_dir('.')",
    "SELECT pg_logical_emit_message(false, 'a', 'b')::text",
    "SELECT query_to_xml('SELECT v FROM app.hidden', true, true, '')::text",
    "SELECT cursor_to_xml('vhost_1', 1, true, true, '')::text",
    "SELECT ts_rewrite('a'::tsquery, 'SELECT ''a''::tsquery, ''b''::tsquery')::text",
    "SELECT word FROM ts_stat('SELECT to_tsvector(''simple'', v) FROM app.hidden')",
    "SELECT pg_get_viewdef('app.super_view'::regclass)",
    "SELECT has_table_privilege('app.hidden', 'SELECT')",
    "SELECT pg_relation_size('app.hidden')",
    "SELECT pg_stat_get_numscans(0)",
    "SELECT inet_server_addr()::text",
    "SELECT most_common_vals::text FROM pg_stats UNION ALL SELECT 'x'",
    "SELECT stavalues1::text FROM pg_statistic UNION ALL SELECT 'x'",
    "SELECT rolpassword FROM pg_authid",
    "SELECT relname FROM pg_class",
    "SELECT typname FROM pg_type",
    "SELECT prosrc FROM pg_proc",
    "SELECT query FROM pg_stat_activity",
    "SELECT name FROM pg_settings",
    "SELECT table_name::text FROM information_schema.tables",
    "SELECT data FROM pg_largeobject",
];

#[tokio::test]
async fn every_attack_works_outside_and_none_inside() {
    let server = Server::start().await;
    let mut host = server.host().await;
    host.batch_execute(WORLD).await.unwrap();
    host.batch_execute("CREATE PROCEDURE app.nothing() LANGUAGE sql AS ''")
        .await
        .unwrap();
    let file = server.file("stolen").display().to_string();
    let mut naked = server.config("postgres");
    naked.user("naked").password("naked");

    // Outside: no grammar, then no hardening and a role with every right to read.
    for attack in STATEMENTS {
        let client = connect(&naked).await;
        client
            .batch_execute("BEGIN; SAVEPOINT vhost")
            .await
            .unwrap();
        let outcome: Result<Vec<SimpleQueryMessage>, _> =
            client.simple_query(&attack.replace("FILE", &file)).await;
        assert!(
            outcome.is_ok(),
            "{attack} is no attack: {:?}",
            outcome.err()
        );
    }
    for attack in QUERIES {
        let catalog = Arc::new(TypeCatalog::load(&host).await.unwrap());
        let mut session = Session::open(&naked, catalog, Limits::default())
            .await
            .unwrap();
        let mut first = session.cursor("SELECT 1", &[]).await.unwrap();
        session.fetch(&mut first, 1).await.unwrap();
        let outcome = session.scalar(attack, &[]).await;
        // A read-only transaction stops this one by itself.
        if attack.ends_with("FOR UPDATE") {
            assert!(matches!(outcome, Err(Error::Denied(_))));
            continue;
        }
        assert!(outcome.is_ok(), "{attack} is no attack: {outcome:?}");
    }

    // Inside.
    let hardened = harden(&mut host).await.unwrap();
    let mut session = server.session(&mut host, &hardened, GRANT).await;
    let mut bystander = session
        .cursor("SELECT id FROM app.orders ORDER BY id", &[])
        .await
        .unwrap();
    session.fetch(&mut bystander, 1).await.unwrap();
    for attack in STATEMENTS.iter().chain(QUERIES) {
        let outcome = session.scalar(&attack.replace("FILE", &file), &[]).await;
        assert!(
            matches!(outcome, Err(Error::Denied(_) | Error::Sql(_))),
            "{attack}: {outcome:?}"
        );
        let alive = session
            .scalar("SELECT 1 FROM app.orders WHERE id = $1", &[Value::Int(2)])
            .await;
        assert!(
            matches!(alive, Ok(Value::Int(1))),
            "after {attack}: {alive:?}"
        );
    }
    // The role could not even do it by itself: its login is no use to anybody who stole it.
    let rest = session.fetch(&mut bystander, 9).await.unwrap();
    assert!(
        matches!(rest[..], [ref a, ref b] if matches!((&a[0], &b[0]), (Value::Int(2), Value::Int(3))))
    );
    let orders = host
        .query_one("SELECT count(*) FROM app.orders", &[])
        .await
        .unwrap();
    assert_eq!(orders.get::<_, i64>(0), 3);
}

#[tokio::test]
async fn what_is_refused_says_why() {
    let (server, mut host, hardened) = Server::with(WORLD).await;
    let mut session = server.session(&mut host, &hardened, GRANT).await;
    for (sql, says) in [
        ("COMMIT", "one SELECT, VALUES, TABLE or WITH query"),
        ("SELECT v FROM app.hidden", "`read` list"),
        (
            "SELECT lo_create(0)",
            "permission denied for function lo_create",
        ),
    ] {
        let Err(Error::Denied(why)) = session.scalar(sql, &[]).await else {
            panic!("{sql} was not denied");
        };
        assert!(why.contains(says), "{why}");
    }
    // What stands first is the guest's own, a row's text for one, and the host tells of denials in its report.
    let Err(Error::Denied(why)) = session.scalar("\"canary cell\"", &[]).await else {
        panic!("a quoted name is no query");
    };
    assert!(!why.contains("canary"), "{why}");
    let Err(Error::Sql(error)) = session.scalar("SELECT 1 +\n nothing", &[]).await else {
        panic!("there is no column `nothing`");
    };
    assert_eq!(
        (error.sqlstate.as_str(), error.position),
        ("42703", Some(13))
    );
    let Err(Error::Sql(error)) = session.scalar("SELECT 1/(id-1) FROM app.orders", &[]).await
    else {
        panic!("1/0 was computed");
    };
    assert_eq!(error.sqlstate, "22012");
}

#[tokio::test]
async fn what_postgres_calls_by_itself_has_the_checks_own_rights() {
    const COMPARE: &str = "SELECT '[1,2)'::app.span::text";
    let server = Server::start().await;
    let mut host = server.host().await;
    host.batch_execute(WORLD).await.unwrap();
    let mut naked = server.config("postgres");
    naked.user("naked").password("naked");
    let outside = connect(&naked).await.simple_query(COMPARE).await;
    let says = outside.unwrap_err().as_db_error().unwrap().to_string();
    assert!(says.contains("compared by postgres"), "{says}");

    let hardened = harden(&mut host).await.unwrap();
    let mut session = server.session(&mut host, &hardened, GRANT).await;
    let Err(Error::Sql(error)) = session.scalar(COMPARE, &[]).await else {
        panic!("the bounds were not compared");
    };
    assert!(
        error.message.contains("compared by vhost_check_"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_session_is_never_a_superusers_and_never_without_a_password() {
    let server = Server::start().await;
    let host = server.host().await;
    host.batch_execute("CREATE ROLE boss SUPERUSER LOGIN PASSWORD 'boss'")
        .await
        .unwrap();
    let catalog = Arc::new(TypeCatalog::load(&host).await.unwrap());
    let mut config = server.config("postgres");
    config.user("boss").password("boss");
    let outcome = Session::open(&config, catalog.clone(), Limits::default()).await;
    assert!(matches!(outcome, Err(SessionError::Superuser)));
    // The sandbox trusts this user on its socket: nobody proved who they are.
    config.user("postgres");
    let outcome = Session::open(&config, catalog.clone(), Limits::default()).await;
    assert!(matches!(outcome, Err(SessionError::NotScram)));
    config.user("boss").password("wrong");
    let outcome = Session::open(&config, catalog, Limits::default()).await;
    assert!(matches!(outcome, Err(SessionError::Refused { sqlstate, .. }) if sqlstate == "28P01"));
}
