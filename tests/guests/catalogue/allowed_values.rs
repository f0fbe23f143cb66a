//! Values that nobody allowed.

use super::dump;
use crate::restored::within_restored;

const ROWS: &str = r#"
CREATE TYPE app.mood AS ENUM ('calm', 'Loud');
CREATE TABLE app.unit (id int, "State" text, code char(6), level numeric, mood app.mood, held bool);
INSERT INTO app.unit VALUES
    (1, 'draft', 'ab-1', 1.0, 'calm', true), (2, 'live', 'AB-2', 2, 'Loud', NULL), (3, NULL, NULL, NULL, NULL, false);
CREATE TABLE app.none (code text);
"#;

fn column(relation: &str, column: &str, more: &str) -> String {
    format!("[[columns]]\nrelation = \"{relation}\"\ncolumn = \"{column}\"\n{more}\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_that_are_not_allowed_are_counted() {
    within_restored(&dump(ROWS), async |bench| {
        for (settings, expected) in [
            (
                column("app.unit", "State", r#"values = ["draft", "live"]"#),
                "pass allowed-values [app.unit.State] 0 0",
            ),
            (
                column("app.unit", "State", r#"values = ["draft", "Live"]"#),
                "FAIL allowed-values [app.unit.State] 0 1",
            ),
            (
                column(
                    "app.unit",
                    "State",
                    "values = [\"draft\"]\npattern = \"l.*\"\nnulls = \"refused\"",
                ),
                "pass allowed-values [app.unit.State] 0 0|FAIL no-nulls [app.unit.State] 0 1",
            ),
            (
                column("app.unit", "code", r#"pattern = "[A-Z]{2}-[0-9]""#),
                "FAIL allowed-values [app.unit.code] 0 1",
            ),
            (
                column(
                    "app.unit",
                    "code",
                    "pattern = '[A-Z]{2}-\\d'\nignore_case = true",
                ),
                "pass allowed-values [app.unit.code] 0 0",
            ),
            // The whole text, also of the alternatives at both ends.
            (
                column("app.unit", "State", r#"pattern = "dra|live""#),
                "FAIL allowed-values [app.unit.State] 0 1",
            ),
            (
                column("app.unit", "State", r#"pattern = "draft|liv""#),
                "FAIL allowed-values [app.unit.State] 0 1",
            ),
            // A number is compared as a number, a string with what Postgres writes.
            (
                column("app.unit", "level", "values = [1, 2]"),
                "pass allowed-values [app.unit.level] 0 0",
            ),
            (
                column("app.unit", "level", r#"values = ["1", "2"]"#),
                "FAIL allowed-values [app.unit.level] 0 1",
            ),
            (
                column("app.unit", "mood", r#"values = ["calm"]"#),
                "FAIL allowed-values [app.unit.mood] 0 1",
            ),
            (
                column("app.unit", "held", "values = [true]\nwhere = \"id < 3\""),
                "pass allowed-values [app.unit.held] 0 0",
            ),
            (
                column("app.none", "code", "pattern = 'x'\nat_least = 1"),
                "pass allowed-values [app.none.code] 0 0|FAIL enough-values [app.none.code] 1 0",
            ),
            (
                column("app.absent", "code", "pattern = 'x'"),
                "FAIL relation-exists [app.absent] true false",
            ),
            (
                column("app.none", "Code", "pattern = 'x'"),
                "FAIL columns-exist [app.none] true false",
            ),
        ] {
            let told = bench.tell("allowed-values", &settings).await.join("|");
            assert_eq!(told, expected, "{settings}");
        }
        bench
            .change("INSERT INTO app.unit (\"State\") VALUES (E'draft\\n')")
            .await;
        let told = bench
            .tell(
                "allowed-values",
                &column("app.unit", "State", "pattern = 'draft|live'"),
            )
            .await;
        assert_eq!(told, ["FAIL allowed-values [app.unit.State] 0 1"]);
    })
    .await;
}

/// An empty relation must not hide a pattern that is none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_that_allow_nothing_could_not_look() {
    within_restored(&dump(ROWS), async |bench| {
        for (more, word) in [
            ("pattern = '('", "2201B"),
            ("pattern = 'a)|(b'", "2201B"),
            ("", "neither `values` nor `pattern`"),
            ("values = [{ null = true }]", "a null among"),
            ("values = [1.5]", "write any other value as a string"),
        ] {
            let why = bench
                .blind("allowed-values", &column("app.none", "code", more))
                .await;
            assert!(why.contains(word), "{more}: {why}");
        }
        let why = bench
            .blind(
                "allowed-values",
                &column("closed.t", "code", "values = ['x']"),
            )
            .await;
        assert!(why.contains("permission denied"), "{why}");
    })
    .await;
}
