//! Sums that do not balance.

use super::dump;
use crate::restored::within_restored;

const ROWS: &str = r#"
CREATE TABLE app.entry (journal int, "Debit" numeric, credit numeric, state text, f float8, m money, i int8);
INSERT INTO app.entry VALUES
    (1, 1234567890123456789012345678.01, NULL, 'posted', 0.1, '1.00', 9223372036854775807),
    (1, NULL, 1234567890123456789012345678.01, 'posted', 0.2, '2.00', 1),
    (2, 5, NULL, 'posted', 0, '0', 0), (2, NULL, 2.5, 'posted', 0, '0', 0), (2, NULL, 2.5, 'posted', 0, '0', 0),
    (3, 7, NULL, 'draft', 0, '0', 0);
CREATE TABLE app.odd (n numeric, f float8);
INSERT INTO app.odd VALUES ('NaN', 'NaN');
CREATE TABLE app.none (a int, b int);
CREATE TABLE app.total (journal int, total numeric);
INSERT INTO app.total VALUES (1, 1234567890123456789012345678.01), (2, 5);
CREATE TABLE closed.total (journal int);
"#;

fn balance(relation: &str, left: &str, right: &str, more: &str) -> String {
    format!("[[balances]]\nrelation = \"{relation}\"\nleft = '{left}'\nright = '{right}'\n{more}\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_that_do_not_balance_are_counted_to_the_last_digit() {
    within_restored(&dump(ROWS), async |bench| {
        let sums = |more: &str| balance("app.entry", "sum(\"Debit\")", "sum(credit)", more);
        let posted = "name = 'debits-equal-credits'\nby = ['journal']\nwhere = \"state = 'posted'\"";
        let balanced = "pass debits-equal-credits [app.entry] 0 0|pass enough-rows [app.entry] 1 5";
        assert_eq!(bench.tell("balanced-sums", &sums(posted)).await.join("|"), balanced);
        // The draft has no other side: null is not nothing.
        let all = bench.tell("balanced-sums", &sums("by = ['journal']")).await.join("|");
        assert_eq!(all, "FAIL balanced [app.entry] 0 1|pass enough-rows [app.entry] 1 6");
        // Journals that are wrong by as much in opposite directions balance together and not each.
        bench.change("UPDATE app.entry SET credit = credit + 0.01 WHERE journal = 1 AND credit > 0; UPDATE app.entry SET \"Debit\" = 5.01 WHERE journal = 2 AND \"Debit\" > 0").await;
        let each = bench.tell("balanced-sums", &sums(posted)).await.join("|");
        assert_eq!(each, "FAIL debits-equal-credits [app.entry] 0 2|pass enough-rows [app.entry] 1 5");
        let together = bench.tell("balanced-sums", &sums("where = \"state = 'posted'\"")).await.join("|");
        assert_eq!(together, "pass balanced [app.entry] 0 0|pass enough-rows [app.entry] 1 5");
        let within = bench.tell("balanced-sums", &sums(&format!("{posted}\nwithin = '0.01'"))).await.join("|");
        assert_eq!(within, balanced);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_odd_balances() {
    within_restored(&dump(ROWS), async |bench| {
        let other = "(SELECT sum(total) FROM app.total)";
        for (settings, expected) in [
            (
                balance("app.entry", "sum(f)", "0.3", "within = '0.000001'"),
                "pass balanced [app.entry] 0 0|pass enough-rows [app.entry] 1 6",
            ),
            (
                balance("app.entry", "sum(f)", "0.31", "within = '0.001'"),
                "FAIL balanced [app.entry] 0 1|pass enough-rows [app.entry] 1 6",
            ),
            (
                balance("app.entry", "sum(m)", "3.00", ""),
                "pass balanced [app.entry] 0 0|pass enough-rows [app.entry] 1 6",
            ),
            (
                balance("app.entry", "sum(i)", "9223372036854775808", ""),
                "pass balanced [app.entry] 0 0|pass enough-rows [app.entry] 1 6",
            ),
            (
                balance("app.entry", "sum(credit)", other, ""),
                "pass balanced [app.entry] 0 0|pass enough-rows [app.entry] 1 6",
            ),
            (
                balance("app.odd", "sum(n)", "sum(n)", ""),
                "FAIL balanced [app.odd] 0 1|pass enough-rows [app.odd] 1 1",
            ),
            (
                balance("app.odd", "sum(f)", "sum(f)", "within = '1'"),
                "FAIL balanced [app.odd] 0 1|pass enough-rows [app.odd] 1 1",
            ),
            (
                balance("app.none", "sum(a)", "sum(b)", ""),
                "FAIL balanced [app.none] 0 1|FAIL enough-rows [app.none] 1 0",
            ),
            (
                balance("app.none", "count(a)", "count(b)", ""),
                "pass balanced [app.none] 0 0|FAIL enough-rows [app.none] 1 0",
            ),
            (
                balance("app.none", "sum(a)", "sum(b)", "by = ['a']"),
                "pass balanced [app.none] 0 0|FAIL enough-rows [app.none] 1 0",
            ),
            (
                balance("app.absent", "sum(a)", "sum(b)", ""),
                "FAIL relation-exists [app.absent] true false",
            ),
            (
                balance("app.none", "sum(a)", "sum(b)", "by = ['c']"),
                "FAIL columns-exist [app.none] true false",
            ),
            (
                balance("app.none", "sum(a)", "sum(c)", ""),
                "FAIL expressions-resolve [app.none] true false",
            ),
            (
                balance("app.none", "sum(a)", "(SELECT 1 FROM app.gone)", ""),
                "FAIL expressions-resolve [app.none] true false",
            ),
        ] {
            let told = bench.tell("balanced-sums", &settings).await.join("|");
            assert_eq!(told, expected, "{settings}");
        }
        for (settings, word) in [
            (
                balance("app.entry", "sum(f)", "0.3", ""),
                "adds floating-point numbers",
            ),
            (
                balance("app.entry", "sum(i)", "(SELECT 1 FROM closed.total)", ""),
                "permission denied",
            ),
            (balance("app.entry", "sum(i)", "state", ""), "42803"),
            (
                balance("app.entry", "sum(i)", "0", "name = 'Sum'"),
                "kebab-case",
            ),
        ] {
            let why = bench.blind("balanced-sums", &settings).await;
            assert!(why.contains(word), "{settings}: {why}");
        }
    })
    .await;
}
