//! Every budget at its end.

use std::time::{Duration, Instant};

use vhost::check::bindings::vhost::check::types::{Error, Limit, Value};
use vhost::check::query::{OPEN_CURSORS, PARAMETERS, SQL_BYTES, Session};

use tokio_postgres::Client;
use vhost::grant::{Hardened, role};

use super::server::{Server, approved};

const WORLD: &str = "
    CREATE SCHEMA app;
    CREATE TABLE app.n AS SELECT g AS n FROM generate_series(1, 100) g;";

/// One server for all budgets, a check's session for each.
struct World {
    server: Server,
    host: Client,
    hardened: Hardened,
}

impl World {
    async fn new() -> Self {
        let (server, host, hardened) = Server::with(WORLD).await;
        Self {
            server,
            host,
            hardened,
        }
    }

    async fn session(&mut self, limits: &str) -> Session {
        let grant = format!("read = [\"app.*\"]\n[grant.limits]\n{limits}");
        self.server
            .session(&mut self.host, &self.hardened, &grant)
            .await
    }
}

#[tokio::test]
async fn counted_budgets() {
    let mut world = World::new().await;
    statements(&mut world).await;
    rows_to_the_last_one(&mut world).await;
    rows_in_the_middle_of_a_page(&mut world).await;
    bytes(&mut world).await;
    cursors_text_and_parameters(&mut world).await;
}

#[tokio::test]
async fn time_budgets() {
    let mut world = World::new().await;
    one_statements_time(&mut world).await;
    the_checks_time(&mut world).await;
    a_call_that_is_dropped_ends_the_session(&mut world).await;
}

fn hit<T>(outcome: Result<T, Error>, what: Limit, allowed: u64) {
    match outcome {
        Err(Error::Limit(hit)) => {
            assert_eq!(
                (format!("{:?}", hit.what), hit.allowed),
                (format!("{what:?}"), allowed)
            );
        }
        Err(error) => panic!("{error:?} instead of {what:?}"),
        Ok(_) => panic!("nothing stopped it at {what:?}"),
    }
}

async fn statements(world: &mut World) {
    let mut session = world.session("statements = 2").await;
    session.scalar("SELECT 1", &[]).await.unwrap();
    session
        .scalar("nonsense counts too", &[])
        .await
        .unwrap_err();
    assert_eq!(session.remaining().statements_left, 0);
    hit(session.scalar("SELECT 1", &[]).await, Limit::Statements, 2);
}

async fn rows_to_the_last_one(world: &mut World) {
    let mut session = world.session("rows = 100").await;
    let mut exact = session.cursor("SELECT n FROM app.n", &[]).await.unwrap();
    assert_eq!(session.fetch(&mut exact, 100).await.unwrap().len(), 100);
    assert_eq!(session.remaining().rows_left, 0);
    // The budget is spent and the result is at its end: that is no limit.
    assert!(session.fetch(&mut exact, 1).await.unwrap().is_empty());
    let mut more = session.cursor("SELECT n FROM app.n", &[]).await.unwrap();
    hit(session.fetch(&mut more, 1).await, Limit::Rows, 100);
    hit(session.fetch(&mut more, 1).await, Limit::Rows, 100);
}

async fn rows_in_the_middle_of_a_page(world: &mut World) {
    let mut session = world.session("rows = 70").await;
    let mut cursor = session.cursor("SELECT n FROM app.n", &[]).await.unwrap();
    let page = session.fetch_page(&mut cursor, 100).await.unwrap();
    assert_eq!((page.rows, page.done), (70, false));
    hit(session.fetch_page(&mut cursor, 100).await, Limit::Rows, 70);
}

async fn bytes(world: &mut World) {
    let mut session = world.session("bytes = \"100KiB\"").await;
    let sql = "SELECT repeat('x', 10000) FROM app.n";
    let mut cursor = session.cursor(sql, &[]).await.unwrap();
    assert_eq!(session.fetch(&mut cursor, 5).await.unwrap().len(), 5);
    hit(session.fetch(&mut cursor, 50).await, Limit::Bytes, 102_400);
    hit(session.scalar("SELECT 1", &[]).await, Limit::Bytes, 102_400);
}

#[tokio::test]
async fn a_huge_value_never_enters_memory() {
    let mut world = World::new().await;
    let mut session = world
        .session("cell_bytes = \"10KiB\"\nbytes = \"4GiB\"")
        .await;
    let mut bystander = session
        .cursor("SELECT n FROM app.n ORDER BY n", &[])
        .await
        .unwrap();
    session.fetch(&mut bystander, 1).await.unwrap();
    let before = peak_kib();
    for sql in [
        "SELECT repeat('x', 200000000)",
        "SELECT repeat('x', 10241)",
        "SELECT 1, repeat('x', 50000000), 2 FROM app.n WHERE n < 4",
        "SELECT n, CASE WHEN n = 70 THEN repeat('x', 100000) END FROM app.n ORDER BY n",
    ] {
        let mut cursor = session.cursor(sql, &[]).await.unwrap();
        hit(
            session.fetch(&mut cursor, 100).await,
            Limit::CellBytes,
            10_240,
        );
        hit(
            session.fetch_page(&mut cursor, 100).await,
            Limit::CellBytes,
            10_240,
        );
        session.close_cursor(cursor).await.unwrap();
    }
    // An error can quote a value as well.
    let outcome = session
        .scalar("SELECT repeat('x', 50000000)::int", &[])
        .await;
    assert!(
        matches!(outcome, Err(Error::Sql(error)) if error.sqlstate == "22P02" && error.message.len() < 70_000)
    );
    let grown = peak_kib() - before;
    assert!(grown < 30_000, "the peak grew by {grown} KiB");
    assert_eq!(session.fetch(&mut bystander, 100).await.unwrap().len(), 99);
}

/// Highest resident set of this process. Other tests run beside this one, and none of them needs much.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

async fn cursors_text_and_parameters(world: &mut World) {
    let mut session = world.session("").await;
    let mut open = Vec::new();
    for _ in 0..OPEN_CURSORS {
        open.push(session.cursor("SELECT 1", &[]).await.unwrap());
    }
    hit(
        session.cursor("SELECT 1", &[]).await,
        Limit::OpenCursors,
        OPEN_CURSORS.into(),
    );
    session.close_cursor(open.remove(0)).await.unwrap();
    session.scalar("SELECT 1", &[]).await.unwrap();
    let long = format!("SELECT '{}'", "x".repeat(SQL_BYTES));
    hit(
        session.scalar(&long, &[]).await,
        Limit::SqlLength,
        SQL_BYTES as u64,
    );
    let many = vec![Value::Null; PARAMETERS + 1];
    hit(
        session.scalar("SELECT 1", &many).await,
        Limit::Parameters,
        PARAMETERS as u64,
    );
    let outcome = session.scalar("SELECT 1\0; COMMIT", &[]).await;
    assert!(matches!(outcome, Err(Error::Sql(error)) if error.sqlstate == "42601"));
}

const FOREVER: &str = "SELECT count(*) FROM generate_series(1, 1000000000) a";

async fn one_statements_time(world: &mut World) {
    let mut session = world.session("statement_time = \"300ms\"").await;
    let start = Instant::now();
    hit(
        session.scalar(FOREVER, &[]).await,
        Limit::StatementTime,
        300,
    );
    assert!(start.elapsed() < Duration::from_secs(3));
    assert!(matches!(
        session.scalar("SELECT 1", &[]).await,
        Ok(Value::Int(1))
    ));
}

async fn the_checks_time(world: &mut World) {
    let mut session = world.session("time = \"700ms\"").await;
    let start = Instant::now();
    hit(session.scalar(FOREVER, &[]).await, Limit::CheckTime, 700);
    // The server stops it: the host's own patience would be two seconds more.
    assert!(start.elapsed() < Duration::from_secs(2));
    hit(session.scalar("SELECT 1", &[]).await, Limit::CheckTime, 700);
    assert_eq!(session.remaining().millis_left, 0);
}

async fn a_call_that_is_dropped_ends_the_session(world: &mut World) {
    let mut session = world.session("").await;
    let dropped =
        tokio::time::timeout(Duration::from_millis(200), session.scalar(FOREVER, &[])).await;
    assert!(dropped.is_err());
    let outcome = session.scalar("SELECT 1", &[]).await;
    assert!(matches!(outcome, Err(Error::Unavailable(_))));
    session.close().await.unwrap();
}

#[tokio::test]
async fn a_database_that_goes_away_is_unavailable() {
    let (server, mut host, hardened) = Server::with(WORLD).await;
    let approved = approved("probe", "");
    let login = role::create(&mut host, &hardened, &approved).await.unwrap();
    let mut session = server.open(&host, &login, &approved).await;
    host.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'vhost_check_probe'", &[])
        .await
        .unwrap();
    for _ in 0..2 {
        let outcome = session.scalar("SELECT 1", &[]).await;
        assert!(matches!(outcome, Err(Error::Unavailable(_))), "{outcome:?}");
    }
}
