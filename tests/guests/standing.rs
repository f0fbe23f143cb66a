//! What checks may know of the restored database's catalogue.

use crate::restored::within_restored;

const DUMP: &str = r#"--
-- PostgreSQL database dump
--

-- Dumped from database version 15.18
-- Dumped by pg_dump version 15.18

CREATE SCHEMA app;
CREATE EXTENSION citext WITH SCHEMA app;
CREATE ROLE reporter;
ALTER DATABASE rows SET statement_timeout = '7s';
ALTER DATABASE rows SET app.jwt_secret = 'canary-of-a-setting';
ALTER ROLE reporter IN DATABASE rows SET work_mem = '8MB';
CREATE TABLE app."Odd Unit" ("Id" serial, other int DEFAULT 0, small int2 GENERATED ALWAYS AS IDENTITY (START 5 INCREMENT 5 MAXVALUE 20 CYCLE));
CREATE SEQUENCE app.lonely AS integer START -3 INCREMENT -2;
CREATE SEQUENCE app.wide;
CREATE TABLE app.narrow (id int DEFAULT nextval('app.wide'::regclass));
SELECT setval('app.wide', 41);
SELECT setval('app."Odd Unit_Id_seq"', 9, false);

--
-- PostgreSQL database dump complete
--
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sequences_extensions_and_settings_are_told_and_no_applications_secret() {
    within_restored(DUMP, async |bench| {
        let found = &bench.standing;
        let told: Vec<String> = found
            .sequences
            .iter()
            .map(|one| {
                let feeds: Vec<String> = one
                    .feeds
                    .iter()
                    .map(|fed| {
                        format!(
                            "{}.{}.{} {}",
                            fed.schema, fed.relation, fed.column, fed.type_name
                        )
                    })
                    .collect();
                format!(
                    "{}.{} {} {} {} by {} in {}..{} {} {feeds:?}",
                    one.schema,
                    one.name,
                    one.type_name,
                    one.last_value,
                    one.is_called,
                    one.increment,
                    one.least,
                    one.greatest,
                    one.cycles
                )
            })
            .collect();
        let all = [
            r#"app.Odd Unit_Id_seq integer 9 false by 1 in 1..2147483647 false ["app.Odd Unit.Id integer"]"#,
            r#"app.Odd Unit_small_seq smallint 5 false by 5 in 1..20 true ["app.Odd Unit.small smallint"]"#,
            r#"app.lonely integer -3 false by -2 in -2147483648..-1 false []"#,
            r#"app.wide bigint 41 true by 1 in 1..9223372036854775807 false ["app.narrow.id integer"]"#,
        ];
        assert_eq!(told, all);

        let extensions: Vec<_> = found
            .extensions
            .iter()
            .map(|one| (one.name.as_str(), one.schema.as_str()))
            .collect();
        assert_eq!(extensions, [("citext", "app"), ("plpgsql", "pg_catalog")]);
        assert!(found.extensions.iter().all(|one| !one.version.is_empty()));

        let settings: Vec<_> = found
            .settings
            .iter()
            .filter(|one| !one.name.starts_with("lc_"))
            .map(|one| (one.role.as_str(), one.name.as_str(), one.value.as_deref()))
            .collect();
        let all = [
            ("", "app.jwt_secret", None),
            ("", "server_encoding", Some("UTF8")),
            ("", "statement_timeout", Some("7s")),
            ("reporter", "work_mem", Some("8MB")),
        ];
        assert_eq!(settings, all);
        let locale = found.settings.iter().filter(|one| one.name.starts_with("lc_"));
        assert_eq!(locale.count(), 2);
    })
    .await;
}
