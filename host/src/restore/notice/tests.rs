//! A row of examples for each row of the tables.

use super::*;

fn error(sqlstate: &str, message: &str, statement: &str) -> Entry {
    Entry {
        severity: Severity::Error,
        sqlstate: sqlstate.into(),
        message: message.into(),
        statement: statement.into(),
        database: "d".into(),
        application: "psql".into(),
    }
}

fn warning(sqlstate: &str, statement: &str) -> Entry {
    Entry {
        severity: Severity::Warning,
        ..error(sqlstate, "m", statement)
    }
}

fn one(entry: Entry, roles: Roles) -> (&'static str, Gravity) {
    let notices = classify(&[entry], roles);
    assert_eq!(notices.len(), 1);
    (notices[0].class, notices[0].gravity)
}

const NO_ROLE: &str = "role \"directus\" does not exist";
const CONSTRAINT: &str =
    "ALTER TABLE ONLY public.t\n    ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES public.u(a);";

/// As pg_dump 18 writes it.
const STATISTICS: &str = "--\n-- Statistics for Name: t; Type: STATISTICS DATA; Schema: public; Owner: -\n--\n\n\
    SELECT * FROM pg_catalog.pg_restore_relation_stats(\n\t'version', '180006'::integer,\n\t'schemaname', 'public',\n\
    \t'relname', 't',\n\t'relpages', '1'::integer\n);";

/// SQLSTATE, message, statement, what becomes of the roles, and the row that decides, by its class and gravity.
type Example = (
    &'static str,
    &'static str,
    &'static str,
    Roles,
    &'static str,
    Gravity,
);

#[rustfmt::skip]
const EXAMPLES: &[Example] = &[
    ("53100", "m", "CREATE INDEX i ON public.t (a);", Roles::Create, "server-failure", Serious),
    ("57P01", "m", "GRANT SELECT ON TABLE public.t TO x;", Roles::Skip, "server-failure", Serious),
    ("08006", "m", "SET row_security = off;", Roles::Create, "server-failure", Serious),
    ("XX001", "m", "SECURITY LABEL ON TABLE public.t IS 'x';", Roles::Create, "server-failure", Serious),
    ("42883", "m", STATISTICS, Roles::Create, "planner-statistics", Benign),
    ("42883", "m", "SELECT * FROM pg_catalog.pg_restore_relation_stats(\n\t'relname', public.f()\n);", Roles::Create, "missing-object", Serious),
    ("42P01", "m", "--\n-- x\n--\n\nALTER TABLE ONLY shop.t DROP CONSTRAINT t_pkey;", Roles::Create, "nothing-to-remove", Benign),
    ("42704", "m", "--\n-- x\n--\n\nSELECT pg_catalog.lo_unlink('4711');", Roles::Create, "nothing-to-remove", Benign),
    ("3F000", "m", "DROP TABLE shop.t;", Roles::Create, "nothing-to-remove", Benign),
    ("3F000", "m", "CREATE OR REPLACE VIEW shop.v AS\nSELECT\n    NULL::integer AS a;", Roles::Create, "nothing-to-remove", Benign),
    ("42P01", "m", "ALTER TABLE shop.t DROP COLUMN a, ADD COLUMN b int;", Roles::Create, "missing-object", Serious),
    // The name is a row's.
    ("42704", NO_ROLE, "COPY shop.duty (who) FROM stdin;", Roles::Create, "copy", Serious),
    ("42704", NO_ROLE, "INSERT INTO shop.duty VALUES ('directus');", Roles::Create, "missing-object", Serious),
    ("42704", NO_ROLE, "GRANT SELECT ON TABLE public.t TO directus;", Roles::Skip, "missing-role", Benign),
    ("42704", NO_ROLE, "REVOKE ALL ON TABLE public.t FROM directus;", Roles::Skip, "missing-role", Benign),
    ("42704", NO_ROLE, "ALTER DEFAULT PRIVILEGES FOR ROLE directus GRANT SELECT ON TABLES TO x;", Roles::Skip, "missing-role", Benign),
    ("42704", NO_ROLE, "--\n-- Name: t; Type: TABLE\n--\n\nALTER TABLE public.t OWNER TO directus;", Roles::Skip, "missing-role", Benign),
    ("42704", NO_ROLE, "ALTER TABLE public.t OWNER TO directus;", Roles::Create, "missing-role", Fidelity),
    ("42704", NO_ROLE, "GRANT SELECT ON TABLE public.t TO directus;", Roles::Create, "missing-role", Fidelity),
    ("42704", NO_ROLE, "CREATE POLICY p ON public.t TO directus USING (true);", Roles::Skip, "missing-role", Serious),
    ("42704", NO_ROLE, "CREATE SCHEMA s AUTHORIZATION directus;", Roles::Skip, "missing-role", Serious),
    ("42704", NO_ROLE, "CREATE USER MAPPING FOR directus SERVER s;", Roles::Skip, "missing-role", Serious),
    ("42704", NO_ROLE, "ALTER ROLE directus IN DATABASE d SET a.b TO 'c';", Roles::Create, "missing-role", Fidelity),
    ("22023", "m", "ALTER DATABASE d SET lc_monetary TO 'xx_YY';", Roles::Create, "database-setting", Fidelity),
    ("22P02", "m", "COPY public.t (a) FROM stdin;", Roles::Create, "copy", Serious),
    ("42704", "m", "SET transaction_timeout = 0;", Roles::Create, "unknown-setting", Benign),
    ("42704", "m", "SET escape_everything = on;", Roles::Create, "unknown-setting", Serious),
    ("22023", "m", "SET row_security = maybe;", Roles::Create, "unknown-setting", Serious),
    ("22023", "m", "SET default_tablespace = fast;", Roles::Create, "missing-tablespace", Benign),
    ("22023", "m", "SET default_table_access_method = columnar;", Roles::Create, "missing-access-method", Fidelity),
    ("42P06", "m", "CREATE SCHEMA public;", Roles::Create, "already-exists", Benign),
    ("42710", "m", "CREATE EXTENSION IF NOT EXISTS plpgsql WITH SCHEMA pg_catalog;", Roles::Create, "already-exists", Benign),
    ("42501", "m", "COMMENT ON EXTENSION plpgsql IS 'x';", Roles::Create, "extension-owner", Benign),
    ("42P06", "m", "CREATE SCHEMA app;", Roles::Create, "already-exists", Serious),
    ("42P07", "m", "CREATE TABLE public.t (a int);", Roles::Create, "already-exists", Serious),
    ("42710", "m", "CREATE EXTENSION citext;", Roles::Create, "already-exists", Serious),
    ("42P04", "m", "CREATE DATABASE shop WITH TEMPLATE = template0;", Roles::Create, "already-exists", Serious),
    ("0A000", "m", "CREATE EXTENSION IF NOT EXISTS postgis WITH SCHEMA public;", Roles::Create, "missing-extension", Serious),
    ("22023", "m", "CREATE EXTENSION citext VERSION '9';", Roles::Create, "extension-version", Serious),
    ("42704", "m", "CREATE EXTENSION earthdistance;", Roles::Create, "extension", Serious),
    ("58P01", "m", "CREATE FUNCTION public.f() RETURNS int LANGUAGE c AS '$libdir/gone', 'f';", Roles::Create, "missing-library", Serious),
    ("22023", "m", "CREATE COLLATION public.c (provider = icu, locale = 'xx');", Roles::Create, "collation", Serious),
    ("42704", "collation \"xx_XX\" for encoding \"UTF8\" does not exist", "CREATE TABLE public.t (a text COLLATE \"xx_XX\");", Roles::Create, "collation", Serious),
    ("42704", "collation \"xx_XX\" for encoding \"UTF8\" does not exist", "CREATE INDEX i ON public.t (a COLLATE \"xx_XX\");", Roles::Create, "collation", Serious),
    ("42809", "m", "CREATE DATABASE shop WITH LOCALE = 'xx_XX';", Roles::Create, "locale", Serious),
    ("3D000", "m", "ALTER DATABASE shop SET work_mem TO '1MB';", Roles::Create, "missing-database", Fidelity),
    ("22023", "unrecognized parameter \"pg_attver\"", "ALTER TABLE ONLY app.person ALTER COLUMN id SET (pg_attver=22191712);", Roles::Create, "internal-option", Benign),
    ("22023", "unrecognized parameter \"n_distinct\"", "ALTER TABLE ONLY app.person ALTER COLUMN id SET (n_distinct=1);", Roles::Create, "unclassified", Serious),
    ("42501", "m", "ALTER EVENT TRIGGER e OWNER TO clerk;", Roles::Create, "must-be-owner", Fidelity),
    ("42501", "m", "CREATE VIEW public.v AS SELECT 1;", Roles::Create, "insufficient-privilege", Serious),
    ("23503", "m", CONSTRAINT, Roles::Create, "constraint-violated-by-source", Fidelity),
    ("23514", "m", "ALTER TABLE public.t ADD CONSTRAINT c CHECK (a > 0);", Roles::Create, "constraint-violated-by-source", Fidelity),
    ("23505", "m", "CREATE UNIQUE INDEX i ON public.t (a);", Roles::Create, "constraint", Serious),
    ("23505", "m", "INSERT INTO public.t VALUES (1);", Roles::Create, "constraint", Serious),
    ("42883", "m", "CREATE POLICY p ON public.t USING (gone());", Roles::Create, "policy", Serious),
    ("42P17", "m", "CREATE INDEX i ON public.t (f(a));", Roles::Create, "index", Fidelity),
    ("42P01", "m", "REFRESH MATERIALIZED VIEW public.m;", Roles::Create, "materialized-view", Fidelity),
    ("22023", "m", "SECURITY LABEL FOR x ON TABLE public.t IS 'y';", Roles::Create, "security-label", Fidelity),
    ("42704", "m", "CREATE SERVER s FOREIGN DATA WRAPPER gone;", Roles::Create, "outside-connection", Fidelity),
    ("42P01", "m", "CREATE VIEW public.v AS SELECT * FROM gone;", Roles::Create, "missing-object", Serious),
    ("42704", "m", "CREATE TABLE public.t (a public.gone);", Roles::Create, "missing-object", Serious),
    ("42601", "m", "1\tcanary;", Roles::Create, "syntax", Serious),
    ("25P02", "m", "CREATE TABLE public.t ();", Roles::Create, "aborted-transaction", Serious),
    ("22012", "m", "CREATE TABLE public.t AS SELECT 1/0;", Roles::Create, "unclassified", Serious),
];

#[rustfmt::skip]
const WARNED: &[(&str, &str, &str, Gravity)] = &[
    ("22023", "", "session-setting", Benign),
    ("55000", "CREATE PUBLICATION p FOR ALL TABLES;", "no-replication", Benign),
    ("01000", "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p WITH (connect = false);", "no-replication", Benign),
    ("25001", "BEGIN;", "own-transaction", Benign),
    ("25P01", "COMMIT;", "own-transaction", Benign),
    ("42809", "CREATE CAST (public.d AS text) WITH INOUT;", "cast-over-a-domain", Benign),
    ("22023", STATISTICS, "planner-statistics", Benign),
    ("01007", "GRANT SELECT ON TABLE public.t TO x;", "grant-without-effect", Fidelity),
    ("01000", "CREATE TABLE public.t ();", "unknown-warning", Serious),
    ("25P02", "COMMIT;", "unknown-warning", Serious),
];

#[test]
fn each_example_is_judged_by_its_row() {
    for (state, message, statement, roles, class, gravity) in EXAMPLES {
        assert_eq!(
            one(error(state, message, statement), *roles),
            (*class, *gravity),
            "{state} {statement}"
        );
    }
    for (state, statement, class, gravity) in WARNED {
        assert_eq!(
            one(warning(state, statement), Roles::Create),
            (*class, *gravity),
            "{state} {statement}"
        );
    }
}

/// A row that no example needs is a row that nobody has seen work.
#[test]
fn each_row_has_an_example() {
    let errors = EXAMPLES
        .iter()
        .map(|(state, message, statement, roles, ..)| (error(state, message, statement), *roles));
    let mut seen = vec![0; ERRORS.len()];
    for (entry, roles) in errors {
        let failure = failure(&entry, roles, false);
        seen[ERRORS.iter().position(|rule| rule.fits(&failure)).unwrap()] += 1;
    }
    let unseen: Vec<_> = std::iter::zip(ERRORS, &seen)
        .filter(|(_, seen)| **seen == 0)
        .map(|(rule, _)| (rule.class, rule.states))
        .collect();
    assert!(unseen.is_empty(), "{unseen:?}");
    for (at, rule) in WARNINGS.iter().enumerate() {
        let shown = WARNED.iter().any(|(state, statement, ..)| {
            let entry = warning(state, statement);
            let failure = failure(&entry, Roles::Create, false);
            WARNINGS.iter().position(|rule| rule.fits(&failure)) == Some(at)
        });
        assert!(shown, "{}", rule.class);
    }
}

#[test]
fn missing_roles_are_counted_by_role() {
    let grant = error(
        "42704",
        NO_ROLE,
        "GRANT SELECT ON TABLE public.t TO directus;",
    );
    let notices = classify(&vec![grant; 870], Roles::Skip);
    assert_eq!(notices.len(), 1);
    assert_eq!(
        (notices[0].count, notices[0].subject.as_str()),
        (870, "directus")
    );
}

#[test]
fn a_violated_constraint_is_serious_where_rows_were_lost() {
    let constraint = error("23503", "m", CONSTRAINT);
    for rows in [
        "COPY public.u (a) FROM stdin;",
        "INSERT INTO public.u VALUES ('x');",
    ] {
        let lost = error("22P02", "m", rows);
        let notices = classify(&[constraint.clone(), lost], Roles::Create);
        assert!(
            notices.iter().all(|n| n.gravity == Gravity::Serious),
            "{notices:?}"
        );
    }
}

#[test]
fn a_session_that_ended_is_serious_whatever_it_did() {
    for severity in [Severity::Fatal, Severity::Panic] {
        let entry = Entry {
            severity,
            ..error(
                "42704",
                NO_ROLE,
                "GRANT SELECT ON TABLE public.t TO directus;",
            )
        };
        assert_eq!(one(entry, Roles::Skip), ("server-failure", Serious));
    }
}

#[test]
fn notices_hold_no_row_data() {
    let notices = classify(
        &[
            error(
                "22P02",
                "invalid input: canary-cell",
                "COPY public.t (a) FROM stdin;",
            ),
            error(
                "42601",
                "syntax error at or near canary-cell",
                "canary-cell\t17;",
            ),
            error("23505", "m", "INSERT INTO t VALUES ('canary-cell');"),
        ],
        Roles::Create,
    );
    assert!(
        !format!("{notices:?}").contains("canary-cell"),
        "{notices:?}"
    );
}
