//! Sequences that are about to run out.

use vhost::finding::Status;

use super::dump;
use crate::restored::within_restored;

const ROWS: &str = r#"
CREATE TABLE app."Odd Unit" ("Id" serial, small int2 GENERATED ALWAYS AS IDENTITY);
CREATE SEQUENCE app.wide;
CREATE TABLE app.narrow (id int DEFAULT nextval('app.wide'::regclass));
CREATE SEQUENCE app.down AS integer INCREMENT -1 MINVALUE -100 START -1;
CREATE SEQUENCE app.round MAXVALUE 10 CYCLE;
SELECT setval('app.wide', 2000000000);
SELECT setval('app.down', -50);
SELECT setval('app.round', 10);
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_left_are_held_against_what_must_be() {
    within_restored(&dump(ROWS), async |bench| {
        let by_default = bench.tell("sequence-headroom", "").await;
        let expected = [
            "pass sequence-headroom [app.Odd Unit_Id_seq] 429496730 2147483647",
            "pass sequence-headroom [app.Odd Unit_small_seq] 6554 32767",
            "pass sequence-headroom [app.down] 20 50",
            "pass sequence-headroom [app.round] 0 0",
            // A bigint that feeds an integer: of its own 2^63 values it has used nothing to speak of.
            "FAIL sequence-headroom [app.wide] 429496730 147483647",
        ];
        assert_eq!(by_default, expected);

        let toml = "used_at_most = '95%'\nleft_at_least = 10\nignore = ['app.Odd Unit_Id_seq', 'app.gone']\n[sequences]\n'app.down' = { left_at_least = 51 }\n'app.absent' = {}";
        let expected = [
            "pass sequence-headroom [app.Odd Unit_small_seq] 1639 32767",
            "FAIL sequence-headroom [app.down] 51 50",
            "pass sequence-headroom [app.round] 0 0",
            "pass sequence-headroom [app.wide] 107374183 147483647",
            "FAIL sequence-exists [app.absent] true false",
            "FAIL sequence-exists [app.gone] true false",
        ];
        assert_eq!(bench.tell("sequence-headroom", toml).await, expected);

        bench.change("SELECT setval('app.down', -100), setval('app.wide', 2147483647)").await;
        let spent = bench.tell("sequence-headroom", "used_at_most = '100%'").await;
        assert_eq!(spent[2], "pass sequence-headroom [app.down] 0 0");
        let spent = bench.tell("sequence-headroom", "used_at_most = '100%'\nleft_at_least = 1").await;
        let out = ["FAIL sequence-headroom [app.down] 1 0", "FAIL sequence-headroom [app.wide] 1 0"];
        assert!(out.iter().all(|line| spent.iter().any(|told| told == line)), "{spent:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_sequence_is_no_pass() {
    within_restored(&dump("CREATE TABLE app.t (id int);"), async |bench| {
        let none = bench.hold("sequence-headroom", "").await;
        assert_eq!(none.status, Status::CouldNotLook);
        for (toml, word) in [
            ("used_at_most = '80'", "no part"),
            (
                "ignore = ['app.s']\n[sequences]\n'app.s' = {}",
                "in `sequences` and in `ignore`",
            ),
            ("used_at_least = '80%'", "nothing reads `used_at_least`"),
        ] {
            let why = bench.blind("sequence-headroom", toml).await;
            assert!(why.contains(word), "{toml}: {why}");
        }
    })
    .await;
}
