use super::*;
use crate::manifest::Form;

#[test]
fn the_form_is_learned() {
    let form = |text: &str| same_in_pieces(text).manifest.form;
    let database = headed(
        "shop; Type: DATABASE; Schema: -; Owner: alice",
        "CREATE DATABASE shop;",
    );
    let of = |quoted: &str| {
        headed(
            "t; Type: TABLE; Schema: public; Owner: alice",
            &format!("CREATE TABLE {quoted} (\n);"),
        )
    };
    let dump = format!(
        "SET client_encoding = 'LATIN1';\n{database}{}COPY public.t  FROM stdin;\n\\.\n",
        of("public.\"Odd\"")
    );
    let expected = Form {
        encoding: "LATIN1".into(),
        create: true,
        no_comments: true,
        old_strings: false,
        rows: RowsAs::Copy,
        ..Form::default()
    };
    assert_eq!(form(&dump), expected);
    assert!(form(&of("\"public\".\"t\"")).quote_all);
    assert!(!form(&of("\"Odd\".\"order by\"")).quote_all);
    assert!(!form(&of("public.\"order\"")).quote_all);
    for (written, by_server) in [
        (
            "CREATE INDEX i ON \"public\".\"t\" USING \"btree\" (\"a\");",
            true,
        ),
        ("CREATE TABLE public.u (\n    a \"text\"\n);", true),
        (
            "CREATE FUNCTION public.f(a \"text\") RETURNS \"text\"\n    LANGUAGE sql\n    AS $$select a$$;",
            true,
        ),
        (
            "CREATE INDEX i ON public.t USING btree (\"user\", \"A\");",
            false,
        ),
        (
            "CREATE TABLE public.u (\n    a text DEFAULT '\"text\"'::text\n);",
            false,
        ),
        (
            "CREATE FUNCTION public.f(a text) RETURNS text\n    LANGUAGE sql\n    AS $$select \"a\"$$;",
            false,
        ),
    ] {
        let dump = format!(
            "{}{}",
            of("public.t"),
            headed("x; Type: X; Schema: public; Owner: alice", written)
        );
        assert_eq!(form(&dump).server_quotes_all, by_server, "{written}");
        assert!(!form(&dump).quote_all, "{written}");
    }
    let all = headed(
        "i; Type: INDEX; Schema: public; Owner: alice",
        "CREATE INDEX \"i\" ON \"public\".\"t\" USING \"btree\" (\"a\");",
    );
    assert!(!form(&format!("{}{all}", of("\"public\".\"t\""))).server_quotes_all);
    assert!(form(&of("public.t").replace("Owner: alice", "Owner: -")).no_owner);
    assert!(!form(&database).no_owner);
    assert!(form("SET row_security = on;\n").row_security);
    assert!(!form("SET row_security = off;\n").row_security);
    let columns = "INSERT INTO public.t (a) VALUES (1);\n";
    let none = "INSERT INTO public.u DEFAULT VALUES;\n";
    assert_eq!(
        form(&format!("{columns}{none}")).rows,
        RowsAs::ColumnInserts
    );
    assert_eq!(form(none).rows, RowsAs::ColumnInserts);
    let unlisted = "INSERT INTO public.v VALUES (1);\n";
    assert_eq!(
        form(&format!("{none}{unlisted}{none}")).rows,
        RowsAs::Inserts
    );
    let comment = headed(
        "TABLE t; Type: COMMENT; Schema: public; Owner: alice",
        "COMMENT ON TABLE public.t IS 'x';",
    );
    assert!(!form(&format!("{database}{comment}")).no_comments);
    for (language, body, plainly) in [
        ("sql", "'SELECT 1'", true),
        ("sql", "$$SELECT 1$$", false),
        ("plpgsql", "'begin end'", true),
        ("c STRICT", "'$libdir/f', 'f'", false),
        ("internal", "'int4in'", false),
    ] {
        let routine = headed(
            "f(); Type: FUNCTION; Schema: public; Owner: alice",
            &format!(
                "CREATE FUNCTION public.f() RETURNS int\n    LANGUAGE {language}\n    AS {body};"
            ),
        );
        assert_eq!(form(&routine).no_dollar_quoting, plainly, "{language}");
    }
}

/// pg_dump writes those of one owner together since 17, and each alone before.
#[test]
fn large_objects_are_the_same_alone_and_together() {
    let owner = |oid: u32| format!("ALTER LARGE OBJECT {oid} OWNER TO alice;\n");
    let create = |oid: u32| format!("SELECT pg_catalog.lo_create('{oid}');\n\n{}", owner(oid));
    let grant = |oid: u32, to: &str| format!("GRANT SELECT ON LARGE OBJECT {oid} TO {to};\n");
    let entry = |name: &str, kind: &str, statements: String| {
        headed(
            &format!("{name}; Type: {kind}; Schema: -; Owner: alice"),
            &statements,
        )
    };
    let alone = |oid: u32, to: &str| {
        let name = format!("LARGE OBJECT {oid}");
        entry(&oid.to_string(), "BLOB", create(oid)) + &entry(&name, "ACL", grant(oid, to))
    };
    let together = |to: &str| {
        entry("7..9", "BLOB METADATA", create(7) + &create(9))
            + &entry("LARGE OBJECTS 7..9", "ACL", grant(7, "bob") + &grant(9, to))
    };
    let objects = |text: &str| {
        let mut objects = same_in_pieces(text).manifest.objects;
        objects.sort();
        objects
    };
    let expected = objects(&(alone(7, "bob") + &alone(9, "bob")));
    assert_eq!(expected.len(), 4);
    assert_eq!(objects(&together("bob")), expected);
    assert_ne!(objects(&together("carol")), expected);
    assert_ne!(objects(&(alone(7, "bob") + &alone(8, "bob"))), expected);
}
