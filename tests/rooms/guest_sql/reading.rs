//! What a check's statements read, as its session's locks tell it.

use vhost::check::Onlooker;
use vhost::check::bindings::vhost::check::types::Error;
use vhost::grant::role;

use super::server::{Server, approved};

const WORLD: &str = "
    CREATE SCHEMA app;
    CREATE TABLE app.orders (id int PRIMARY KEY, note text); INSERT INTO app.orders SELECT g, 'x' FROM generate_series(1, 9) g;
    CREATE TABLE app.units (id int, secret text);
    CREATE TABLE app.below (id int); INSERT INTO app.below VALUES (1);
    CREATE ROLE viewer NOLOGIN; GRANT USAGE, CREATE ON SCHEMA app TO viewer; GRANT SELECT ON app.below TO viewer;
    SET ROLE viewer; CREATE VIEW app.shown AS SELECT id FROM app.below; RESET ROLE;
    CREATE TABLE app.events (id int) PARTITION BY RANGE (id);
    CREATE TABLE app.events_0 PARTITION OF app.events FOR VALUES FROM (0) TO (10);
    CREATE TABLE app.named_only (id int);
    CREATE TABLE app.failed (id int); INSERT INTO app.failed VALUES (0);
    CREATE TABLE app.hidden (id int);
    CREATE TABLE app.unused (id int);
    CREATE SCHEMA trap; CREATE VIEW trap.pg_locks AS SELECT 1; CREATE VIEW trap.pg_class AS SELECT 1;";

const GRANT: &str = r#"read = ["app.orders", "app.units(id)", "app.shown", "app.events", "app.named_only", "app.failed", "app.unused"]"#;

#[tokio::test]
async fn what_was_read_is_known_to_the_last_statement_and_no_more() {
    let (server, mut host, hardened) = Server::with(WORLD).await;
    let approved = approved("reader", GRANT);
    let login = role::create(&mut host, &hardened, &approved).await.unwrap();
    // A search path of the dump's must not lead the onlooker to the dump's own relations.
    let path = "ALTER DATABASE postgres SET search_path = trap, pg_catalog";
    host.batch_execute(path).await.unwrap();
    let onlooker = Onlooker::new(server.host().await).await.unwrap();
    assert_eq!(onlooker.read_by(login.role()).await, None);

    let mut session = server.open(&host, &login, &approved).await;
    assert_eq!(onlooker.read_by(login.role()).await, Some(Vec::new()));
    // As a scalar, whose cursor is closed again; twice, which is told once.
    for _ in 0..2 {
        let counted = session.scalar("SELECT count(*) FROM app.orders", &[]).await;
        counted.unwrap();
    }
    // Through a cursor that stays open, a view, a parent, and a statement that is opened and never fetched from.
    let mut units = session
        .cursor("SELECT id FROM app.units", &[])
        .await
        .unwrap();
    session.fetch(&mut units, 5).await.unwrap();
    session
        .scalar("SELECT id FROM app.shown", &[])
        .await
        .unwrap();
    session
        .scalar("SELECT id FROM app.events", &[])
        .await
        .unwrap();
    let unread = session
        .cursor("SELECT id FROM app.named_only", &[])
        .await
        .unwrap();
    session.close_cursor(unread).await.unwrap();
    // Fetching fails after the statement was opened: by then it had read.
    let failed = session.scalar("SELECT 1 / id FROM app.failed", &[]).await;
    assert!(matches!(failed, Err(Error::Sql(error)) if error.sqlstate == "22012"));
    // Refused before anything was read.
    for sql in ["SELECT * FROM app.hidden", "SELECT secret FROM app.units"] {
        let refused = session.scalar(sql, &[]).await;
        assert!(matches!(refused, Err(Error::Denied(_))), "{sql}");
    }

    let read = onlooker.read_by(login.role()).await.unwrap();
    let told: Vec<String> = read
        .iter()
        .map(|read| format!("{} {}.{} {:?}", read.kind, read.schema, read.name, read.by))
        .collect();
    assert_eq!(
        told,
        [
            "table app.below Another",
            "partitioned table app.events Grant",
            "table app.events_0 Another",
            "table app.failed Grant",
            "table app.named_only Grant",
            "table app.orders Grant",
            "view app.shown Grant",
            "table app.units Grant",
        ]
    );

    session.close().await.unwrap();
    // The server ends the session in its own time.
    while onlooker.read_by(login.role()).await.is_some() {
        tokio::task::yield_now().await;
    }
}
