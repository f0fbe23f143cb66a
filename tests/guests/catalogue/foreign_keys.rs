//! Keys that lead nowhere.

use super::dump;
use crate::restored::within_restored;

const ROWS: &str = r#"
CREATE TABLE app."Parent" ("Country" text, "No." int, PRIMARY KEY ("Country", "No."));
INSERT INTO app."Parent" VALUES ('de', 1), ('de', 2), ('fr', 1);
CREATE TABLE app.child (id int PRIMARY KEY, country text, no int);
INSERT INTO app.child VALUES (1, 'de', 1), (2, 'fr', 1), (3, NULL, 9), (4, 'xx', NULL), (5, NULL, NULL);
CREATE TABLE app.none (country text);
CREATE TABLE closed.parent (id int);
"#;

fn reference(child: &str, columns: &str, parent: &str, keys: &str, more: &str) -> String {
    format!(
        "[[references]]\nchild = \"{child}\"\ncolumns = {columns}\nparent = \"{parent}\"\nkeys = {keys}\n{more}\n"
    )
}

const PAIR: (&str, &str) = (r#"["country", "no"]"#, r#"["Country", "No."]"#);

fn pairs(more: &str) -> String {
    reference("app.child", PAIR.0, "app.Parent", PAIR.1, more)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orphans_are_counted_and_nulls_are_as_the_match_says() {
    within_restored(&dump(ROWS), async |bench| {
        let simple = bench.tell("foreign-keys", &pairs("at_least = 2")).await;
        let held = [
            "pass no-orphans [app.child] 0 0",
            "pass enough-rows [app.child] 2 2",
        ];
        assert_eq!(simple, held);
        let full = bench.tell("foreign-keys", &pairs("match = \"full\"")).await;
        let partial = [
            "pass no-orphans [app.child] 0 0",
            "FAIL no-partial-keys [app.child] 0 2",
        ];
        assert_eq!(full, partial);

        // Each half of this key is there, and the pair is not.
        bench
            .change("INSERT INTO app.child VALUES (6, 'fr', 2)")
            .await;
        let orphan = bench.tell("foreign-keys", &pairs("")).await;
        assert_eq!(orphan, ["FAIL no-orphans [app.child] 0 1"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_missing_fails_by_its_own_name_and_what_is_closed_is_not_looked_at() {
    within_restored(&dump(ROWS), async |bench| {
        let of = |child, columns, parent, keys, more| reference(child, columns, parent, keys, more);
        let one = r#"["country"]"#;
        for (settings, expected) in [
            (
                of(
                    "app.none",
                    one,
                    "app.Parent",
                    r#"["Country"]"#,
                    "at_least = 1",
                ),
                "pass no-orphans [app.none.country] 0 0|FAIL enough-rows [app.none.country] 1 0",
            ),
            (
                of("app.child", one, "app.absent", r#"["Country"]"#, ""),
                "FAIL relation-exists [app.absent] true false",
            ),
            (
                of("app.child", one, "app.Parent", r#"["country"]"#, ""),
                "FAIL columns-exist [app.Parent] true false",
            ),
            (
                of(
                    "app.child",
                    r#"["land"]"#,
                    "app.Parent",
                    r#"["Country"]"#,
                    "",
                ),
                "FAIL columns-exist [app.child] true false",
            ),
        ] {
            let told = bench.tell("foreign-keys", &settings).await.join("|");
            assert_eq!(told, expected, "{settings}");
        }
        let closed = of("app.child", r#"["no"]"#, "closed.parent", r#"["id"]"#, "");
        let why = bench.blind("foreign-keys", &closed).await;
        assert!(why.contains("permission denied"), "{why}");
        let uneven = of("app.child", PAIR.0, "app.Parent", r#"["No."]"#, "");
        let why = bench.blind("foreign-keys", &uneven).await;
        assert!(
            why.contains("settings: app.child has 2 `columns` for 1 `keys`"),
            "{why}"
        );
        // Text against a number: Postgres has no such comparison.
        let unlike = reference(
            "app.child",
            r#"["no", "country"]"#,
            "app.Parent",
            PAIR.1,
            "",
        );
        let why = bench.blind("foreign-keys", &unlike).await;
        assert!(why.contains("42883"), "{why}");
    })
    .await;
}
