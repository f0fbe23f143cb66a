//! Each test is of two dumps that differ in what means nothing, or of two that look alike and mean something else.

mod rewritten;

use super::*;
use crate::manifest::scan::Scanner;
use crate::manifest::{Manifest, Object};

fn scan(text: &str) -> Manifest {
    let mut scanner = Scanner::default();
    scanner.feed(text.as_bytes());
    scanner.finish().manifest
}

fn entry(heading: &str, statements: &str) -> String {
    format!("--\n-- Name: {heading}\n--\n\n{statements}\n\n\n")
}

fn objects(text: &str) -> Vec<Object> {
    scan(text).objects
}

const TABLE: &str = "t; Type: TABLE; Schema: public; Owner: alice";

fn table(statements: &str) -> Vec<Object> {
    objects(&entry(TABLE, statements))
}

fn plain() -> Vec<Object> {
    table("CREATE TABLE public.t (\n    a integer\n);")
}

#[test]
fn comments_blank_lines_and_keys_are_passed_over() {
    let text = entry(
        TABLE,
        "\n\n-- *not* a statement\nCREATE TABLE public.t (\n    a integer\n);\n\n\n",
    );
    assert_eq!(objects(&text), plain());
    let keyed = |key: &str| {
        format!(
            "\\restrict {key}\n-- Dumped from database version 15.18\n{}\\unrestrict {key}\n",
            entry(TABLE, "CREATE TABLE public.t (\n    a integer\n);")
        )
    };
    assert_eq!(objects(&keyed("one")), plain());
    assert_eq!(objects(&keyed("other")), plain());
    // What is within a statement is part of it.
    assert_ne!(
        table("CREATE TABLE public.t (\n    a integer -- b\n);"),
        plain()
    );
}

#[test]
fn the_owner_is_the_headings() {
    let with = table(
        "CREATE TABLE public.t (\n    a integer\n);\n\n\nALTER TABLE public.t OWNER TO alice;",
    );
    assert_eq!(with, plain());
    assert_eq!(plain()[0].owner, "alice".into());
    let function = treatment(
        "ALTER FUNCTION s.f(a \"OWNER TO\", b text) OWNER TO \"Odd; role\";",
        "TABLE",
        Owner::Said,
    );
    assert_eq!(function, Treatment::Aside);
    // A dump without owners sets none.
    let given = treatment(
        "ALTER TABLE public.t OWNER TO mallory;",
        "TABLE",
        Owner::Unsaid,
    );
    assert_eq!(given, Treatment::Definition);
    for kept in [
        "ALTER TABLE t ADD CONSTRAINT c CHECK (a <> ' OWNER TO alice');",
        "COMMENT ON TABLE t IS ' OWNER TO alice;';",
        "ALTER TABLE t RENAME TO \" OWNER TO alice\";",
        // Of what is the cluster's.
        "ALTER DATABASE template1 OWNER TO alice;",
        "ALTER TABLE t ADD COLUMN a int DEFAULT f(1), OWNER TO alice;",
        "ALTER TABLESPACE pg_default OWNER TO alice;",
    ] {
        assert_eq!(
            treatment(kept, "TABLE", Owner::Said),
            Treatment::Definition,
            "{kept}"
        );
    }
}

#[test]
fn settings_of_the_loading_session_are_passed_over() {
    let text = "CREATE TABLE public.t (\n    a integer\n);\nSET statement_timeout = 0;\nSET client_encoding = 'UTF8';\n\
                SELECT pg_catalog.set_config('search_path', '', false);\nSET row_security = off;\nSET session_replication_role = replica;";
    assert_eq!(table(text), plain());
    for kept in [
        "SET search_path = evil;",
        "SET LOCAL statement_timeout = 0;",
        "SET ROLE mallory;",
        "SET standard_conforming_strings = false;",
        "SET client_encoding = E'UTF8'\n'\\''; SELECT f(); --';",
        "SET default_tablespace = E'a'\n'\\''; SELECT f(); --';",
        "SET SESSION AUTHORIZATION E'a'\n'\\''; SELECT f(); --';",
        "RESET SESSION AUTHORIZATION; SELECT f();",
        "SELECT pg_catalog.set_config('work_mem', '', false);",
        "SELECT pg_catalog.set_config('search_path', '', false), pg_catalog.pg_reload_conf();",
    ] {
        assert_eq!(
            treatment(kept, "TABLE", Owner::Said),
            Treatment::Definition,
            "{kept}"
        );
    }
}

#[test]
fn what_a_table_is_made_with_is_its_own_whatever_stood_before() {
    let create = "CREATE TABLE public.t (\n    a integer\n);";
    let after = |settings: &str| objects(&format!("{settings}\n{}", entry(TABLE, create)));
    // The server's own choice, said or not.
    assert_eq!(
        after("SET default_tablespace = '';\nSET default_table_access_method = heap;"),
        plain()
    );
    let fast = after("SET default_tablespace = fast;");
    assert_ne!(fast, plain());
    assert_ne!(
        after("SET default_table_access_method = columnar;"),
        plain()
    );
    assert_ne!(after("SET default_table_access_method = fast;"), fast);

    // It lasts until it is set anew, and stands behind another entry then.
    let other = entry(
        "u; Type: TABLE; Schema: public; Owner: alice",
        "CREATE TABLE public.u (\n);",
    );
    let lasting = objects(&format!(
        "SET default_tablespace = fast;\n{other}{}",
        entry(TABLE, create)
    ));
    assert_eq!(lasting[1..], fast);
    let ended = format!(
        "SET default_tablespace = fast;\n{other}SET default_tablespace = '';\n{}",
        entry(TABLE, create)
    );
    assert_eq!(objects(&ended)[1..], plain());
    // A new session has none.
    let connected = format!(
        "SET default_tablespace = fast;\n\\connect shop\n{}",
        entry(TABLE, create)
    );
    assert_eq!(objects(&connected), plain());
}

#[test]
fn what_is_left_from_the_entry_before_means_nothing_to_others() {
    let both = "SET default_tablespace = fast;\nSET default_table_access_method = columnar;\n";
    for (heading, statement) in [
        (
            "v; Type: VIEW; Schema: public; Owner: alice",
            "CREATE VIEW public.v AS SELECT 1;",
        ),
        (
            "f(); Type: FUNCTION; Schema: public; Owner: alice",
            "CREATE FUNCTION public.f() AS 'x';",
        ),
    ] {
        let text = entry(heading, statement);
        assert_eq!(
            objects(&format!("{both}{text}")),
            objects(&text),
            "{heading}"
        );
    }
    let method = "SET default_table_access_method = columnar;\n";
    for (heading, statement) in [
        (
            "i; Type: INDEX; Schema: public; Owner: alice",
            "CREATE INDEX i ON t USING btree (a);",
        ),
        (
            TABLE,
            "CREATE TABLE public.t (\n    a integer DEFAULT ')'\n)\nPARTITION BY RANGE (a);",
        ),
    ] {
        let text = entry(heading, statement);
        assert_eq!(
            objects(&format!("{method}{text}")),
            objects(&text),
            "{heading}"
        );
        assert_ne!(
            objects(&format!("{both}{text}")),
            objects(&text),
            "{heading}"
        );
    }
    // What only speaks of it stores rows.
    let view = entry(
        "m; Type: MATERIALIZED VIEW; Schema: public; Owner: alice",
        "CREATE MATERIALIZED VIEW public.m AS SELECT sum(a) OVER (PARTITION BY b) FROM public.t WITH NO DATA;",
    );
    assert_ne!(objects(&format!("{method}{view}")), objects(&view));
    let text = entry(
        TABLE,
        "CREATE TABLE public.t (\n    a text DEFAULT ')\nPARTITION BY RANGE (a)'\n);",
    );
    assert_ne!(objects(&format!("{method}{text}")), objects(&text));
}

#[test]
fn a_role_belongs_to_the_grants_that_it_gave() {
    let heading = "TABLE t; Type: ACL; Schema: public; Owner: alice";
    let acl = |text: &str| objects(&entry(heading, text));
    let grant = "GRANT SELECT ON TABLE public.t TO bob;";
    let by_carol =
        format!("SET SESSION AUTHORIZATION 'carol';\n{grant}\nRESET SESSION AUTHORIZATION;");
    assert_ne!(acl(&by_carol), acl(grant));
    assert_ne!(acl(&by_carol), acl(&by_carol.replace("carol", "dave")));
    let after =
        format!("SET SESSION AUTHORIZATION 'carol';\nRESET SESSION AUTHORIZATION;\n{grant}");
    assert_eq!(acl(&after), acl(grant));
    // `--use-set-session-authorization` sets it for the entry that follows.
    let next = format!("{grant}\nSET SESSION AUTHORIZATION 'dave';");
    assert_eq!(acl(&next), acl(grant));
    let before = format!(
        "SET SESSION AUTHORIZATION 'dave';\n{}",
        entry(heading, grant)
    );
    assert_eq!(objects(&before), acl(grant));
}

#[test]
fn all_privileges_of_an_older_server_may_be_listed() {
    let grant = |version: &str, what: &str| {
        objects(&format!(
            "-- Dumped from database version {version}\n{}",
            entry(
                "TABLE t; Type: ACL; Schema: public; Owner: alice",
                &format!("GRANT {what} ON TABLE public.t TO bob;")
            )
        ))
    };
    let list = "SELECT,INSERT,REFERENCES,DELETE,TRIGGER,TRUNCATE,UPDATE";
    assert_eq!(grant("15.18 (Debian)", list), grant("15.18", "ALL"));
    assert_ne!(grant("15.18", "SELECT,INSERT"), grant("15.18", "ALL"));
    // There it lacks MAINTAIN.
    assert_ne!(grant("17.5", list), grant("17.5", "ALL"));
}

#[test]
fn default_privileges_have_one_blank() {
    let to = |blanks: &str| {
        objects(&entry(
            "DEFAULT PRIVILEGES FOR TABLES; Type: DEFAULT ACL; Schema: public; Owner: alice",
            &format!(
                "ALTER DEFAULT PRIVILEGES FOR ROLE alice GRANT SELECT ON TABLES{blanks}TO bob;"
            ),
        ))
    };
    assert_eq!(to("  "), to(" "));
}

#[test]
fn transactions_are_passed_over() {
    let text = format!(
        "BEGIN;\n\n{}COMMIT;\n",
        entry(TABLE, "CREATE TABLE public.t (\n    a integer\n);")
    );
    assert_eq!(objects(&text), plain());
    assert_eq!(
        treatment("COMMIT PREPARED 'x';", "TABLE", Owner::Said),
        Treatment::Definition
    );
}

#[test]
fn contents_are_no_objects_and_nothing_else_hides_among_them() {
    let data = |text: &str| {
        objects(&format!(
            "--\n-- Data for Name: t; Type: TABLE DATA; Schema: public; Owner: alice\n--\n\n{text}\n"
        ))
    };
    let rows = "COPY public.t (a) FROM stdin;\n1\n\\.\n";
    assert_eq!(data(rows), []);
    assert_eq!(
        data(&format!(
            "ALTER TABLE public.t DISABLE TRIGGER ALL;\n{rows}ALTER TABLE public.t ENABLE TRIGGER ALL;\n"
        )),
        []
    );
    assert_eq!(
        data(&format!("{rows}DROP POLICY own ON public.t;\n")).len(),
        1
    );
    assert_eq!(
        data("ALTER TABLE public.t DISABLE TRIGGER audit;\n").len(),
        1
    );
    // A trigger that is off stays off where it is defined.
    let off = treatment(
        "ALTER TABLE public.t DISABLE TRIGGER ALL;",
        "TABLE",
        Owner::Said,
    );
    assert_eq!(off, Treatment::Definition);

    let value = "SELECT pg_catalog.setval('public.s', 7, true);";
    let sequence = entry("s; Type: SEQUENCE SET; Schema: public; Owner: alice", value);
    assert_eq!(objects(&sequence), []);
    assert_eq!(scan(&sequence).sequences.len(), 1);
}

#[test]
fn an_option_that_the_server_sets_for_itself_is_passed_over_and_no_other() {
    let column = |option: &str| {
        table(&format!(
            "CREATE TABLE s.t (a integer);\n\n\nALTER TABLE ONLY s.t ALTER COLUMN a SET ({option});\n"
        ))
    };
    let without = table("CREATE TABLE s.t (a integer);\n");
    assert_eq!(column("pg_attver=22191712"), without);
    for other in [
        "n_distinct=5",
        "n_distinct=5, pg_attver=1",
        "pg_attver=1, n_distinct=5",
        "n_distinct=5), ADD CONSTRAINT c CHECK (false), ALTER COLUMN a SET (pg_attver=1",
    ] {
        assert_ne!(column(other), without, "{other}");
    }
}

#[test]
fn the_planners_statistics_are_passed_over() {
    let text = "--\n-- Statistics for Name: t; Type: STATISTICS DATA; Schema: public; Owner: -\n--\n\n\
                SELECT * FROM pg_catalog.pg_restore_relation_stats(\n\t'version', '180004'::integer\n);\n";
    assert_eq!(objects(text), []);
}

#[test]
fn carriage_returns_at_the_ends_of_lines_are_spaces_outside_of_quotes() {
    let dump = format!(
        "SET client_encoding = 'UTF8';\n{}COPY public.t (a) FROM stdin;\n1\n\\\\N\n\\.\n\n{}--\n-- PostgreSQL database dump complete\n--\n",
        entry(
            TABLE,
            "CREATE TABLE public.t (\n    a integer\n);\n\nALTER TABLE public.t OWNER TO alice;"
        ),
        entry(
            "s; Type: SEQUENCE SET; Schema: public; Owner: alice",
            "SELECT pg_catalog.setval('public.s', 7, true);"
        ),
    );
    assert_eq!(scan(&dump.replace('\n', "\r\n")), scan(&dump));
    assert_eq!(scan(&dump).relations[0].rows, 2);

    let body = |text: &str| table(&format!("CREATE FUNCTION f() AS $$ {text} $$;"));
    assert_ne!(body("a\r\nb"), body("a\nb"));
}

/// Where roles were made in another order, pg_dump lists them in another.
#[test]
fn the_roles_of_a_policy_have_no_order() {
    let one = "CREATE POLICY \"a TO b\" ON s.t FOR SELECT TO z, \"b, USING (\", a USING ((x = ' TO '::text));";
    let other = "CREATE POLICY \"a TO b\" ON s.t FOR SELECT TO a, z, \"b, USING (\" USING ((x = ' TO '::text));";
    assert_eq!(canonical(one), canonical(other));
    assert!(
        canonical(one).ends_with(", a, z USING ((x = ' TO '::text));"),
        "{}",
        canonical(one)
    );
    for same in [
        "CREATE POLICY p ON s.t USING ((x = ' TO b, a'::text));",
        "CREATE POLICY p ON s.t TO a;",
        "CREATE VIEW v AS SELECT 1 TO b, a;",
    ] {
        assert_eq!(canonical(same), same);
    }
}
