//! Several cursors at once, and errors between their pages.

use vhost::check::bindings::vhost::check::types::{ColumnData, Error, Value};

use super::server::Server;

const WORLD: &str = "
    CREATE SCHEMA app;
    CREATE TABLE app.n AS SELECT g AS n FROM generate_series(1, 10000) g;
    CREATE TABLE app.wide AS SELECT g AS n, repeat('x', 500000) AS s FROM generate_series(1, 40) g;";

fn ints(rows: &[Vec<Value>]) -> Vec<i64> {
    let cells = rows.iter().map(|row| match row[0] {
        Value::Int(value) => value,
        ref other => panic!("{other:?} is no integer"),
    });
    cells.collect()
}

#[tokio::test]
async fn cursors_keep_their_place_while_others_fail() {
    let (server, mut host, hardened) = Server::with(WORLD).await;
    let mut session = server
        .session(&mut host, &hardened, "read = [\"app.*\"]")
        .await;
    let mut up = session
        .cursor("SELECT n FROM app.n ORDER BY n", &[])
        .await
        .unwrap();
    let mut down = session
        .cursor("SELECT n FROM app.n ORDER BY n DESC", &[])
        .await
        .unwrap();
    let mut bad = session
        .cursor(
            "SELECT 1 / (5 - n) FROM (SELECT n FROM app.n ORDER BY n OFFSET 0) sorted",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(ints(&session.fetch(&mut up, 2).await.unwrap()), [1, 2]);
    assert_eq!(
        ints(&session.fetch(&mut down, 2).await.unwrap()),
        [10_000, 9_999]
    );
    assert_eq!(session.fetch(&mut bad, 4).await.unwrap().len(), 4);
    for _ in 0..2 {
        let outcome = session.fetch(&mut bad, 4).await;
        assert!(matches!(outcome, Err(Error::Sql(error)) if error.sqlstate == "22012"));
    }
    assert!(session.cursor("SELEC", &[]).await.is_err());
    assert_eq!(ints(&session.fetch(&mut up, 2).await.unwrap()), [3, 4]);
    session.close_cursor(bad).await.unwrap();
    session.close_cursor(up).await.unwrap();
    assert_eq!(
        ints(&session.fetch(&mut down, 2).await.unwrap()),
        [9_998, 9_997]
    );
    assert_eq!(session.spent().rows, 12);
}

#[tokio::test]
async fn every_row_comes_once_in_pages_of_any_size() {
    let (server, mut host, hardened) = Server::with(WORLD).await;
    let mut session = server
        .session(&mut host, &hardened, "read = [\"app.*\"]")
        .await;
    for size in [1_000, 4_096, 100_000] {
        let mut cursor = session
            .cursor("SELECT n FROM app.n ORDER BY n", &[])
            .await
            .unwrap();
        let mut all = Vec::new();
        loop {
            let page = session.fetch_page(&mut cursor, size).await.unwrap();
            assert!(page.rows <= size);
            let ColumnData::Ints(values) = &page.columns[0].data else {
                panic!("n is an integer");
            };
            all.extend_from_slice(values);
            if page.done {
                break;
            }
        }
        assert!(all.iter().copied().eq(1..=10_000));
        session.close_cursor(cursor).await.unwrap();
    }
    let mut cursor = session.cursor("SELECT 1", &[]).await.unwrap();
    let outcome = session.fetch(&mut cursor, 0).await;
    assert!(matches!(outcome, Err(Error::BadParameter(_))));
}

#[tokio::test]
async fn wide_rows_come_in_smaller_pages() {
    let (server, mut host, hardened) = Server::with(WORLD).await;
    let mut session = server
        .session(&mut host, &hardened, "read = [\"app.*\"]")
        .await;
    let mut cursor = session
        .cursor("SELECT n, s FROM app.wide ORDER BY n", &[])
        .await
        .unwrap();
    let mut pages = Vec::new();
    loop {
        let rows = session.fetch(&mut cursor, 1_000).await.unwrap();
        if rows.is_empty() {
            break;
        }
        pages.push(rows.len());
    }
    assert_eq!(pages.iter().sum::<usize>(), 40);
}
