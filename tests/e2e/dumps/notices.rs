//! Errors that a real server gives while a dump is restored, and what the report says they mean.

use serde_json::Value;
use vhost::report::verdict::Verdict;

use super::{drill, plan};
use crate::support::{Desk, Outcome, agree, given};

/// The notices of a plain dump with these statements: SQLSTATE, statement, class, gravity.
fn notices(outcome: &Outcome) -> Vec<[String; 4]> {
    let notices = &outcome.run().report_json["evidence"]["restore"]["notices"];
    let field = |notice: &Value, name: &str| notice[name].as_str().unwrap().to_owned();
    let notices = notices.as_array().unwrap().iter();
    notices
        .map(|n| ["sqlstate", "statement", "class", "gravity"].map(|name| field(n, name)))
        .collect()
}

/// What a statement does to a dump that is whole without it.
#[rustfmt::skip]
const PROVOKED: [(&str, [&str; 4]); 21] = [
    ("SET transaction_timeout = 0;", ["42704", "SET", "unknown-setting", "benign"]),
    ("SET escape_everything = on;", ["42704", "SET", "unknown-setting", "serious"]),
    ("SET default_tablespace = fast;", ["22023", "SET", "missing-tablespace", "benign"]),
    ("SET default_table_access_method = columnar;", ["22023", "SET", "missing-access-method", "fidelity"]),
    ("CREATE SCHEMA public;", ["42P06", "CREATE SCHEMA", "already-exists", "benign"]),
    ("CREATE EXTENSION plpgsql;", ["42710", "CREATE EXTENSION", "already-exists", "benign"]),
    ("CREATE TABLE public.t (a int);", ["42P07", "CREATE TABLE", "already-exists", "serious"]),
    ("CREATE EXTENSION no_such_extension;", ["0A000", "CREATE EXTENSION", "missing-extension", "serious"]),
    ("CREATE EXTENSION pg_trgm VERSION '99';", ["22023", "CREATE EXTENSION", "extension-version", "serious"]),
    ("CREATE FUNCTION public.f() RETURNS int LANGUAGE c AS '$libdir/gone', 'f';", ["58P01", "CREATE FUNCTION", "missing-library", "serious"]),
    ("CREATE COLLATION public.c (provider = libc, locale = 'xx_XX');", ["22023", "CREATE COLLATION", "collation", "serious"]),
    ("CREATE TABLE public.u (a text COLLATE \"xx_XX\");", ["42704", "CREATE TABLE", "collation", "serious"]),
    ("ALTER DATABASE gone SET work_mem TO '1MB';", ["3D000", "ALTER DATABASE", "missing-database", "fidelity"]),
    ("ALTER TABLE public.t ADD CONSTRAINT c CHECK (a > 1);", ["23514", "ALTER TABLE", "constraint-violated-by-source", "fidelity"]),
    ("ALTER TABLE public.t ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES public.t (a);", ["42830", "ALTER TABLE", "unclassified", "serious"]),
    ("CREATE UNIQUE INDEX i ON public.t (b);", ["23505", "CREATE UNIQUE INDEX", "constraint", "serious"]),
    ("CREATE INDEX i ON public.t (random());", ["42P17", "CREATE INDEX", "index", "fidelity"]),
    ("SECURITY LABEL ON TABLE public.t IS 'x';", ["22023", "SECURITY LABEL", "security-label", "fidelity"]),
    ("CREATE SERVER s FOREIGN DATA WRAPPER gone;", ["42704", "CREATE SERVER", "outside-connection", "fidelity"]),
    ("CREATE VIEW public.v AS SELECT * FROM public.gone;", ["42P01", "CREATE VIEW", "missing-object", "serious"]),
    ("CREATE PUBLICATION p FOR TABLE public.t;", ["55000", "CREATE PUBLICATION", "no-replication", "benign"]),
];

#[test]
fn each_means_what_the_table_says() {
    let desk = Desk::with(&plan());
    let statements: String = PROVOKED
        .iter()
        .map(|(statement, _)| format!("{statement}\n"))
        .collect();
    let dump = given::plain(
        &desk,
        &format!(
            "CREATE TABLE public.t (a int, b int);\nCOPY public.t (a, b) FROM stdin;\n1\t1\n2\t1\n\\.\n{statements}"
        ),
    );
    let outcome = drill(&desk, &dump);
    agree(&outcome, Verdict::Fail);
    let seen = notices(&outcome);
    for (statement, expected) in PROVOKED {
        assert!(
            seen.iter().any(|notice| *notice == expected),
            "{statement}\n{seen:#?}"
        );
    }
    assert_eq!(seen.len(), PROVOKED.len(), "{seen:#?}");
}

/// Rows that a session of the host sent are told like those that psql sent, and a table after them is whole.
#[test]
fn rows_that_the_server_refuses() {
    let desk = Desk::with(&plan());
    let dump = given::plain(
        &desk,
        "CREATE TABLE public.t (a int);\nCREATE TABLE public.u (a int);\n\
         COPY public.t (a) FROM stdin;\n1\ncanary-cell\n\\.\n\
         COPY public.gone (a) FROM stdin;\n1\n\\.\n\
         COPY public.u (a) FROM stdin;\n1\n2\n\\.\n\
         COPY public.u (a) FROM stdin;\n3\n\\.\n",
    );
    let outcome = drill(&desk, &dump);
    agree(&outcome, Verdict::Fail);
    let copy = |state: &str| [state, "COPY", "copy", "serious"].map(str::to_owned);
    let mut seen = notices(&outcome);
    seen.sort();
    assert_eq!(seen, [copy("22P02"), copy("42P01")]);
    assert!(!outcome.run().report_md.contains("canary-cell"));
}
