//! Extensions and settings that are not what they should be.

use super::{dump, settings, told};
use crate::ground::Ask;
use crate::restored::within_restored;

const ROWS: &str = r#"
CREATE EXTENSION citext WITH SCHEMA app VERSION '1.5';
CREATE EXTENSION hstore WITH SCHEMA app;
CREATE ROLE reporter;
ALTER DATABASE rows SET statement_timeout = '7s';
ALTER DATABASE rows SET app.tenant = 'canary-of-a-setting';
ALTER ROLE reporter IN DATABASE rows SET work_mem = '8MB';
"#;

const SETTINGS: &str = "
[[settings]]
name = 'Statement_Timeout'
value = '7s'
[[settings]]
name = 'app.tenant'
[[settings]]
name = 'work_mem'
value = '8MB'
role = 'reporter'
[[settings]]
name = 'server_encoding'
value = 'UTF8'
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn extensions_and_settings_are_held_against_the_plan() {
    within_restored(&dump(ROWS), async |bench| {
        let right = format!("extensions = {{ citext = '1.5', hstore = '>= 1.1', dblink = 'absent' }}\nother_extensions = 'refused'\n{SETTINGS}");
        let expected = [
            "pass extension-version [citext] true true",
            "pass extension-absent [dblink] true true",
            "pass extension-version [hstore] true true",
            "pass other-extensions [] 0 0",
            "pass setting-value [Statement_Timeout] true true",
            "pass setting-present [app.tenant] true true",
            "pass setting-value [work_mem] true true",
            "pass setting-value [server_encoding] true true",
        ];
        assert_eq!(bench.tell("database-setup", &right).await, expected);

        let wrong = "extensions = { citext = '>= 1.6', hstore = 'absent', postgis = 'any' }\n\
            [[settings]]\nname = 'statement_timeout'\nvalue = '8s'\n[[settings]]\nname = 'work_mem'\nvalue = '8MB'\n[[settings]]\nname = 'TimeZone'\n";
        let expected = [
            "FAIL extension-version [citext] true false",
            "FAIL extension-absent [hstore] true false",
            "FAIL extension-installed [postgis] true false",
            "FAIL setting-value [statement_timeout] true false",
            // Set for one role, which is not for all.
            "FAIL setting-present [work_mem] true false",
            "FAIL setting-present [TimeZone] true false",
        ];
        assert_eq!(bench.tell("database-setup", wrong).await, expected);
        let others = bench.tell("database-setup", "extensions = { citext = 'any' }\nother_extensions = 'refused'").await;
        let expected = [
            "pass extension-installed [citext] true true",
            "FAIL other-extension [hstore] true false",
            "FAIL other-extensions [] 0 1",
        ];
        assert_eq!(others, expected);
        for (toml, word) in [
            ("[[settings]]\nname = 'app.tenant'\nvalue = 'x'", "is not told to checks"),
            ("extensions = { citext = 'new' }", "no version"),
        ] {
            let why = bench.blind("database-setup", toml).await;
            assert!(why.contains(word), "{toml}: {why}");
        }

        // It never asks for a row, so that its words need no grant of values.
        let text = settings(&right);
        let outcome = bench.ask(Ask::new("database-setup", "", &text)).await;
        assert_eq!(told(&outcome)[0], "pass extension-version [citext] true true");
        assert!(!format!("{outcome:?}").contains("canary"), "{outcome:?}");
        bench.standing.extensions[0].version = "1.5dev".to_owned();
        let unknown = bench.hold("database-setup", "extensions = { citext = '>= 1.4' }").await;
        assert_eq!(told(&unknown), ["BLIND extension-version [citext] Nothing Nothing"]);
    })
    .await;
}
