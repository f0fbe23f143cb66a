//! Relations that stopped being written to.

use super::dump;
use crate::restored::within_restored;

const ROWS: &str = r#"
CREATE TABLE app.event (kind text, at timestamptz, local timestamp, day date, zone text);
INSERT INTO app.event VALUES ('old', '2026-05-17 11:30:00+00', '2026-05-17 20:30:00', '2026-05-17', 'x');
INSERT INTO app.event VALUES ('older', '2026-05-16 11:30:00+00', '2026-05-16 20:30:00', '2026-05-16', 'x');
CREATE TABLE app.odd (at timestamptz, day date);
INSERT INTO app.odd VALUES (NULL, NULL), ('-infinity', '-infinity'), ('infinity', 'infinity'), ('2094-01-01', '2094-01-01');
CREATE TABLE app.none (at timestamptz);
"#;

fn column(relation: &str, column: &str, at_most: &str, more: &str) -> String {
    format!(
        "[[columns]]\nrelation = \"{relation}\"\ncolumn = \"{column}\"\nat_most = \"{at_most}\"\n{more}\n"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn age_is_counted_from_the_dump_and_nothing_odd_makes_a_relation_fresh() {
    within_restored(&dump(ROWS), async |bench| {
        bench.taken_at = "2026-05-17T12:00:00Z".to_owned();
        let tokyo = "zone = \"Asia/Tokyo\"";
        for (settings, expected) in [
            (column("app.event", "at", "30m", ""), "pass any-moment [app.event.at] true true|pass fresh [app.event.at] 1800 1800"),
            (column("app.event", "at", "1799s", ""), "pass any-moment [app.event.at] true true|FAIL fresh [app.event.at] 1799 1800"),
            (
                column("app.event", "at", "30m", "where = \"kind = 'older'\""),
                "pass any-moment [app.event.at] true true|FAIL fresh [app.event.at] 1800 88200",
            ),
            // Half past eight in Tokyo is half past eleven in UTC; read as UTC it lies ahead.
            (column("app.event", "local", "30m", tokyo), "pass any-moment [app.event.local] true true|pass fresh [app.event.local] 1800 1800"),
            (
                column("app.event", "local", "1d", "future = \"refused\""),
                "pass any-moment [app.event.local] true true|pass fresh [app.event.local] 86400 55800|FAIL not-ahead [app.event.local] 0 1",
            ),
            (column("app.event", "day", "12h", ""), "pass any-moment [app.event.day] true true|pass fresh [app.event.day] 43200 43200"),
            (column("app.odd", "at", "7d", ""), "FAIL any-moment [app.odd.at] true false"),
            (
                column("app.odd", "day", "7d", "future = \"refused\""),
                "FAIL any-moment [app.odd.day] true false|FAIL not-ahead [app.odd.day] 0 2",
            ),
            (column("app.none", "at", "7d", ""), "FAIL any-moment [app.none.at] true false"),
            (column("app.absent", "at", "7d", ""), "FAIL relation-exists [app.absent] true false"),
            (column("app.none", "day", "7d", ""), "FAIL columns-exist [app.none] true false"),
        ] {
            let told = bench.tell("fresh-rows", &settings).await.join("|");
            assert_eq!(told, expected, "{settings}");
        }
        for (settings, word) in [
            (column("app.event", "at", "1h", tokyo), "remove `zone`"),
            (column("app.event", "kind", "1h", ""), "is of type text"),
            (column("app.event", "day", "1h", "zone = \"Nowhere/Else\""), "22023"),
            (column("app.event", "at", "1 hour", ""), "no span of time"),
            (column("closed.absent", "at", "1h", ""), "permission denied"),
        ] {
            let why = bench.blind("fresh-rows", &settings).await;
            assert!(why.contains(word), "{settings}: {why}");
        }
    })
    .await;
}

/// Nobody knows when a given dump was taken, so it is the check's own time that counts; a clock that is a little ahead is
/// no fault.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_given_dump_is_held_against_now() {
    within_restored(&dump(ROWS), async |bench| {
        let settings = column("app.event", "at", "1h", "");
        let stale = bench.tell("fresh-rows", &settings).await;
        assert!(
            stale[1].starts_with("FAIL fresh [app.event.at] 3600 "),
            "{stale:?}"
        );
        bench
            .change("INSERT INTO app.event VALUES ('new', now() + interval '1 minute')")
            .await;
        let fresh = bench.tell("fresh-rows", &settings).await;
        assert!(
            fresh[1].starts_with("pass fresh [app.event.at] 3600 "),
            "{fresh:?}"
        );
        let strict = format!("{settings}ahead = \"0s\"\nfuture = \"refused\"\n");
        let ahead = bench.tell("fresh-rows", &strict).await;
        assert!(ahead[1].starts_with("FAIL fresh"), "{ahead:?}");
        assert_eq!(ahead[2], "FAIL not-ahead [app.event.at] 0 1");
    })
    .await;
}
