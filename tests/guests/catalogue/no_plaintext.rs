//! Secrets and test data, counted and never shown.

use super::{dump, settings, told};
use crate::ground::Ask;
use crate::restored::{Bench, within_restored};

const ROWS: &str = r#"
CREATE TABLE app.note (id int, body text, blob bytea, doc json, pass text);
CREATE TABLE app.none (body text);
"#;

const KINDS: [&str; 5] = [
    "no-private-keys",
    "no-tokens",
    "no-connection-passwords",
    "no-card-numbers",
    "no-test-data",
];

/// Puts one value into a column and says which kinds are found in it.
async fn found(bench: &mut Bench<'_, '_>, column: &str, value: &str) -> Vec<&'static str> {
    let sql = format!("TRUNCATE app.note; INSERT INTO app.note ({column}) VALUES ({value})");
    bench.client.batch_execute(&sql).await.unwrap();
    let toml = format!("[[columns]]\nrelation = 'app.note'\ncolumn = '{column}'\n");
    let told = bench.tell("no-plaintext", &toml).await;
    assert_eq!(told.len(), KINDS.len(), "{told:?}");
    let line = |kind: &&str| format!("FAIL {kind} [app.note.{column}] 0 1");
    KINDS
        .into_iter()
        .filter(|kind| told.contains(&line(kind)))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_shape_is_found_and_what_only_resembles_one_is_not() {
    within_restored(&dump(ROWS), async |bench| {
        // Put together by the database, so that no scanner of this repository takes a test for a leak.
        let filler = "repeat('Ab3', 30)";
        for (value, kinds) in [
            (
                "'x -----BEGIN RSA ' || 'PRIVATE KEY-----'".to_owned(),
                &["no-private-keys"][..],
            ),
            (
                "encode(convert_to('-----BEGIN OPENSSH ' || 'PRIVATE KEY-----', 'UTF8'), 'base64')"
                    .to_owned(),
                &["no-private-keys"],
            ),
            ("'-----BEGIN CERTIFICATE-----'".to_owned(), &[]),
            (format!("'use gh' || 'p_' || {filler}"), &["no-tokens"]),
            (
                format!("'(AK' || 'IA' || upper({filler}) || ')'"),
                &["no-tokens"],
            ),
            (format!("'xox' || 'b-' || {filler}"), &["no-tokens"]),
            (format!("'sk_' || 'live_' || {filler}"), &["no-tokens"]),
            (format!("'bearer ' || {filler}"), &["no-tokens"]),
            (
                "'eyJhbGciOiJIUzI1NiJ9' || '.eyJzdWIiOiIxIn0.' || 'c2ln'".to_owned(),
                &["no-tokens"],
            ),
            (
                "'skeleton: xoxb-short, ghp_table, bearer of bad news'".to_owned(),
                &[],
            ),
            (
                "'postgres://admin:' || 'hunter2' || '@db/x'".to_owned(),
                &["no-connection-passwords"],
            ),
            (
                "'host=db password=' || 'hunter2'".to_owned(),
                &["no-connection-passwords"],
            ),
            (
                "'postgres://admin@db:5432/x password=**** https://db/a:b@c'".to_owned(),
                &[],
            ),
            // A visa number of nobody, in three dresses; with one digit changed it is only a number.
            (
                "'card 4539 5787 6362 1486 please'".to_owned(),
                &["no-card-numbers"],
            ),
            ("'4539-5787-6362-1486'".to_owned(), &["no-card-numbers"]),
            ("'4539578763621486'".to_owned(), &["no-card-numbers"]),
            ("'4539 5787 6362 1487'".to_owned(), &[]),
            ("'order 45395787636214860000123'".to_owned(), &[]),
            (
                "'4242 4242 4242 4242'".to_owned(),
                &["no-card-numbers", "no-test-data"],
            ),
            (
                "'378282246310005'".to_owned(),
                &["no-card-numbers", "no-test-data"],
            ),
            ("'Jane.Doe@Example.com'".to_owned(), &["no-test-data"]),
            ("'a@mail.test'".to_owned(), &["no-test-data"]),
            (
                "'a@example.community, a@test.de, counterexample.com'".to_owned(),
                &[],
            ),
            ("'Lorem  ipsum dolor'".to_owned(), &["no-test-data"]),
            ("' Test User 1 '".to_owned(), &["no-test-data"]),
            ("'the test went well'".to_owned(), &[]),
            ("'123-45-6789'".to_owned(), &["no-test-data"]),
            ("NULL".to_owned(), &[]),
            ("''".to_owned(), &[]),
        ] {
            assert_eq!(found(bench, "body", &value).await, kinds, "{value}");
        }
        // What the text form of a type would hide.
        let hidden = format!(
            "decode(encode(convert_to('gh' || 'p_' || {filler}, 'UTF8'), 'hex') || '00ff', 'hex')"
        );
        assert_eq!(found(bench, "blob", &hidden).await, ["no-tokens"]);
        let escaped = format!(r#"('{{"k": "gh' || '\u0070_' || {filler} || '"}}')::json"#);
        assert_eq!(found(bench, "doc", &escaped).await, ["no-tokens"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_column_of_passwords_holds_slow_and_salted_hashes_alone() {
    within_restored(&dump(ROWS), async |bench| {
        let salted = [
            "'$2b$12$' || repeat('a', 53)",
            "'$argon2id$v=19$m=65536,t=3,p=4$' || 'c29tZXNhbHQ$' || repeat('b', 43)",
            "'$6$rounds=5000$salt$' || repeat('c', 86)",
            "'$y$j9T$salt$' || repeat('d', 43)",
            "'pbkdf2_sha256$600000$salt$' || repeat('e', 43) || '='",
            "'SCRAM-SHA-256$4096:c2FsdA==$' || 'abc=:def='",
            "'scrypt:32768:8:1$salt$' || repeat('0f', 64)",
            "'{SSHA}' || repeat('f', 32)",
            "'!'",
            "NULL",
        ];
        for value in salted {
            let sql = format!("INSERT INTO app.note (pass) VALUES ({value})");
            bench.client.batch_execute(&sql).await.unwrap();
        }
        let toml = "[[hashed]]\nrelation = 'app.note'\ncolumn = 'pass'\nat_least = 9";
        let held = [
            "pass only-password-hashes [app.note.pass] 0 0",
            "pass enough-values [app.note.pass] 9 9",
        ];
        assert_eq!(bench.tell("no-plaintext", toml).await, held);
        let others = [
            "'hunter2'",
            "md5('x')",
            "'md5' || md5('x')",
            "'$1$salt$' || repeat('a', 22)",
            "encode(sha256('x'), 'hex')",
            "''",
            "'$2b$12$short'",
        ];
        for value in others {
            let sql = format!("INSERT INTO app.note (pass) VALUES ({value})");
            bench.client.batch_execute(&sql).await.unwrap();
        }
        let told = bench.tell("no-plaintext", toml).await;
        assert_eq!(told[0], "FAIL only-password-hashes [app.note.pass] 0 7");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_found_is_not_shown_and_what_is_missing_is_told() {
    within_restored(&dump(ROWS), async |bench| {
        bench.change("INSERT INTO app.note (body) VALUES ('canary@example.com'), (NULL)").await;
        let of = |relation: &str, column: &str| format!("[[columns]]\nrelation = '{relation}'\ncolumn = '{column}'\nlooking_for = ['test-data']\nat_least = 1\n");
        let text = settings(&of("app.note", "body"));
        for report in ["counts", "values"] {
            let mut ask = Ask::new("no-plaintext", "", &text);
            (ask.read, ask.report) = (&["app.note(body)"], report);
            let outcome = bench.ask(ask).await;
            let found = ["FAIL no-test-data [app.note.body] 0 1", "pass enough-values [app.note.body] 1 1"];
            assert_eq!(told(&outcome), found);
            assert!(!format!("{outcome:?}").contains("canary"), "{outcome:?}");
        }
        let empty = bench.tell("no-plaintext", &of("app.none", "body")).await;
        let found = ["pass no-test-data [app.none.body] 0 0", "FAIL enough-values [app.none.body] 1 0"];
        assert_eq!(empty, found);
        let told = bench.tell("no-plaintext", &of("app.absent", "body")).await;
        assert_eq!(told, ["FAIL relation-exists [app.absent] true false"]);
        let told = bench.tell("no-plaintext", &of("app.none", "Body")).await;
        assert_eq!(told, ["FAIL columns-exist [app.none] true false"]);
        let why = bench.blind("no-plaintext", &of("closed.none", "body")).await;
        assert!(why.contains("permission denied"), "{why}");
        let nothing = "[[columns]]\nrelation = 'app.none'\ncolumn = 'body'\nlooking_for = []";
        let why = bench.blind("no-plaintext", nothing).await;
        assert!(why.contains("empty `looking_for`"), "{why}");
    })
    .await;
}
