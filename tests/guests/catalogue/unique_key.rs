//! Keys that rows share.

use super::dump;
use crate::restored::within_restored;

const ROWS: &str = r#"
CREATE TABLE app.customer (id int, country text, "Tax No" text, mail text, deleted bool);
INSERT INTO app.customer VALUES
    (1, 'de', '7', 'A@x', false), (2, 'de', '8', 'b@x ', false), (3, 'de', NULL, NULL, false),
    (4, 'de', NULL, NULL, false), (5, 'de', '7', 'B@x', true), (6, 'fr', '7', 'c@x', false);
CREATE TABLE app.odd (f float8, n numeric, j json);
INSERT INTO app.odd VALUES ('NaN', 1234567890123456789012345678.1, '1'), ('NaN', 1234567890123456789012345678.2, '1'), (0, 1, '1');
CREATE TABLE app.none (id int);
"#;

fn key(relation: &str, columns: &str, more: &str) -> String {
    format!("[[keys]]\nrelation = \"{relation}\"\ncolumns = {columns}\n{more}\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shared_keys_are_counted_as_the_settings_see_them() {
    within_restored(&dump(ROWS), async |bench| {
        let tax = r#"["country", "Tax No"]"#;
        let mail = r#"["mail"]"#;
        let live = "where = \"NOT deleted -- and paid\"";
        for (settings, expected) in [
            (
                key("app.customer", tax, ""),
                "FAIL unique-key [app.customer] 0 1",
            ),
            (
                key("app.customer", tax, live),
                "pass unique-key [app.customer] 0 0",
            ),
            (
                key("app.customer", tax, &format!("nulls = \"equal\"\n{live}")),
                "FAIL unique-key [app.customer] 0 1",
            ),
            (
                key("app.customer", tax, &format!("nulls = \"refused\"\n{live}")),
                "pass unique-key [app.customer] 0 0|FAIL no-null-keys [app.customer] 0 2",
            ),
            (
                key("app.customer", mail, ""),
                "pass unique-key [app.customer.mail] 0 0",
            ),
            (
                key("app.customer", mail, "compare = \"folded\""),
                "FAIL unique-key [app.customer.mail] 0 1",
            ),
            // NaN equals NaN to Postgres, and 29 digits are not rounded.
            (
                key("app.odd", r#"["f"]"#, ""),
                "FAIL unique-key [app.odd.f] 0 1",
            ),
            (
                key("app.odd", r#"["n"]"#, ""),
                "pass unique-key [app.odd.n] 0 0",
            ),
            (
                key("app.none", r#"["id"]"#, "at_least = 1"),
                "pass unique-key [app.none.id] 0 0|FAIL enough-rows [app.none.id] 1 0",
            ),
            (
                key("app.none", r#"["Id"]"#, ""),
                "FAIL columns-exist [app.none] true false",
            ),
        ] {
            let told = bench.tell("unique-key", &settings).await.join("|");
            assert_eq!(told, expected, "{settings}");
        }
        for (settings, word) in [
            (key("app.odd", r#"["j"]"#, ""), "42883"),
            (
                key("app.odd", "[]", ""),
                "settings: the key of app.odd has no `columns`",
            ),
            (key("closed.absent", r#"["id"]"#, ""), "permission denied"),
            (key("app.none", r#"["id"]"#, "where = \"id =\""), "42601"),
        ] {
            let why = bench.blind("unique-key", &settings).await;
            assert!(why.contains(word), "{settings}: {why}");
        }
    })
    .await;
}
