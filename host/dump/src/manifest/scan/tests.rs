mod encodings;
mod forms;
mod places;

use super::*;
use crate::digest::Sha256;
use crate::manifest::{Direction, Manifest, RowDigest, RowsAs};
use crate::script::{Ending, Foreign, Refusal, Unterminated};

const DUMP: &str = "--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\n\n-- Dumped from database version 15.18\n
CREATE FUNCTION public.f() RETURNS void LANGUAGE plpgsql AS $$\nbegin\nCOPY public.t (a) FROM stdin;\n\\! id\nend $$;\n
ALTER FUNCTION public.f() OWNER TO alice;\n
COPY public.t (a, b) FROM stdin;\n1\tx\n2\t\\\\.\n\\.\n\nCOPY public.empty (a) FROM stdin;\n\\.\n\nCOPY public.nocolumns  FROM stdin;\n\n\n\\.\n
--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict abc\n\n";

fn scan(text: &str, piece: usize) -> Scanned {
    let mut scanner = Scanner::default();
    text.as_bytes().chunks(piece).for_each(|c| scanner.feed(c));
    scanner.finish()
}

#[test]
fn rows_are_counted_whatever_the_pieces() {
    let whole = scan(DUMP, DUMP.len());
    for piece in [1, 2, 3, 7, 64] {
        assert_eq!(scan(DUMP, piece), whole, "pieces of {piece}");
    }
    let rows: Vec<_> = whole
        .manifest
        .relations
        .iter()
        .map(|r| (r.name.as_str(), r.rows))
        .collect();
    assert_eq!(rows, [("t", 2), ("empty", 0), ("nocolumns", 2)]);
    assert_eq!(whole.ending, Ending::Trailer);
    assert_eq!(whole.roles.into_iter().collect::<Vec<_>>(), ["alice"]);
}

#[test]
fn a_cut_stream_is_told_from_a_whole_one() {
    let at = |needle: &str| DUMP.find(needle).unwrap();
    let cut_in = |cut: usize, begun: &str, open: Unterminated| {
        let refusal = Refusal {
            at: at(begun) as u64,
            foreign: Foreign::Unterminated(open),
        };
        assert_eq!(scan(&DUMP[..cut], 9).ending, Ending::Foreign(refusal));
    };
    cut_in(at("2\t"), "COPY public.t (a, b)", Unterminated::Rows);
    cut_in(at("ALTER") + 12, "ALTER", Unterminated::Statement);
    cut_in(at("begin") + 3, "CREATE FUNCTION", Unterminated::Dollar);
    assert_eq!(
        scan(&DUMP[..at("--\n-- PostgreSQL database dump complete")], 9).ending,
        Ending::NoTrailer
    );
    // The trailer's text inside a row is not the trailer.
    let row = "COPY t (a) FROM stdin;\n-- PostgreSQL database dump complete\n--\n\\.\n";
    assert_eq!(scan(row, 9).ending, Ending::NoTrailer);
}

#[test]
fn a_carriage_return_ends_a_comment() {
    let dump = headed(
        "a; Type: TABLE; Schema: s; Owner: b",
        "-- x\rCREATE TABLE s.a ();",
    );
    let scanned = same_in_pieces(&dump);
    assert!(!scanned.carriage_returns);
    assert_eq!(
        scanned.manifest.objects[0].definition,
        Sha256::of(b"CREATE TABLE s.a ();\0")
    );
    let converted = dump.replace('\n', "\r\n").replace("x\r", "x\r\n");
    let other = same_in_pieces(&converted);
    assert!(other.carriage_returns);
    assert_eq!(other.manifest, scanned.manifest);
}

/// Text that must read the same however it is cut.
fn same_in_pieces(text: &str) -> Scanned {
    let whole = scan(text, text.len().max(1));
    for piece in 1..text.len().min(80) {
        assert_eq!(scan(text, piece), whole, "pieces of {piece}");
    }
    whole
}

fn headed(heading: &str, statements: &str) -> String {
    format!("--\n-- Name: {heading}\n--\n\n{statements}\n\n\n")
}

/// Kind and name of each object.
fn named(manifest: &Manifest) -> Vec<(&str, &str)> {
    let objects = manifest.objects.iter();
    objects.map(|o| (&*o.kind, &*o.name)).collect()
}

#[test]
fn a_heading_counts_only_between_statements() {
    let trap = "--\n-- Name: trap; Type: TABLE; Schema: public; Owner: mallory\n--\n\n";
    let dump = [
        headed(
            "f(); Type: FUNCTION; Schema: public; Owner: alice",
            &format!("CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $_$\n{trap}SELECT 1;\n{trap}$_$;"),
        ),
        headed(
            "TABLE t; Type: COMMENT; Schema: public; Owner: alice",
            &format!("COMMENT ON TABLE t IS 'it''s\n{trap}';\nCOMMENT ON TABLE t IS E'\\'\n{trap}';"),
        ),
        headed(
            "a; Type: FUNCTION; Schema: public; Owner: alice",
            &format!("CREATE FUNCTION a() RETURNS int LANGUAGE sql\n    BEGIN ATOMIC\n SELECT 1;\n{trap}SELECT 2;\nEND;"),
        ),
        headed("\"q\"; Type: VIEW; Schema: public; Owner: alice", &format!("CREATE VIEW \"q\n{trap}\" AS SELECT 1;")),
        format!(
            "--\n-- Data for Name: t; Type: TABLE DATA; Schema: public; Owner: alice\n--\n\nCOPY public.t (a) FROM stdin;\n{trap}\\.\n"
        ),
    ]
    .concat();
    let scanned = same_in_pieces(&dump);
    let kinds: Vec<_> = named(&scanned.manifest)
        .into_iter()
        .map(|(kind, _)| kind)
        .collect();
    assert_eq!(kinds, ["FUNCTION", "COMMENT", "FUNCTION", "VIEW"]);
    assert_eq!(scanned.manifest.relations[0].rows, 4);
    assert_eq!(scanned.ending, Ending::NoTrailer);
}

#[test]
fn a_definition_is_the_text_of_its_statements() {
    let dump = headed(
        "t; Type: TABLE; Schema: public; Owner: alice",
        "CREATE TABLE t (\n    a int\n);\n\n\nALTER TABLE t OWNER TO alice;\n\nALTER TABLE ONLY t REPLICA IDENTITY FULL;",
    );
    let object = &same_in_pieces(&dump).manifest.objects[0];
    assert_eq!((&*object.schema, &*object.owner), ("public", "alice"));
    assert_eq!(
        object.definition,
        Sha256::of(b"CREATE TABLE t (\n    a int\n);\0ALTER TABLE ONLY t REPLICA IDENTITY FULL;\0")
    );
}

#[test]
fn a_long_definition_is_digested_and_not_kept() {
    let body = "SELECT 1; -- x\n".repeat(60_000);
    let statement = format!("CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$\n{body}$$;");
    let dump = headed(
        "f(); Type: FUNCTION; Schema: public; Owner: alice",
        &statement,
    );
    for piece in [977, 65_536, dump.len()] {
        let mut scanner = Scanner::default();
        dump.as_bytes().chunks(piece).for_each(|c| scanner.feed(c));
        let scanned = scanner.finish();
        let object = &scanned.manifest.objects[0];
        assert_eq!(
            object.definition,
            Sha256::of(format!("{statement}\0").as_bytes()),
            "{piece}"
        );
    }
}

/// pg_dump makes a name's line feed a space in a heading, and under `--load-via-partition-root` the heading is that of the
/// partition.
#[test]
fn rows_belong_to_the_relation_that_their_statement_names() {
    let dump = "--\n-- Data for Name: two lines; Type: TABLE DATA; Schema: public; Owner: alice\n--\n\n\
        COPY public.\"two\nlines\" (a) FROM stdin;\n1\n\\.\n\n\
        --\n-- Data for Name: two lines; Type: TABLE DATA; Schema: public; Owner: alice\n--\n\n\
        INSERT INTO public.\"two\nlines\" (a) VALUES (1);\n";
    let relations = same_in_pieces(dump).manifest.relations;
    let named: Vec<_> = relations.iter().map(|r| r.name.as_str()).collect();
    assert_eq!(named, ["two\nlines"]);
}

#[test]
fn several_lots_of_rows_are_one_relation() {
    let dump = "COPY public.t (b, a) FROM stdin;\n1\t2\n\\.\n\nCOPY public.t (a, b) FROM stdin;\n4\t3\n\\.\n\n\
                COPY public.u (a) FROM stdin;\n1\n\\.\n";
    let relations = same_in_pieces(dump).manifest.relations;
    let mut digest = RowDigest::new(&["a", "b"]);
    digest.line(b"2\t1");
    digest.line(b"4\t3");
    assert_eq!(relations.len(), 2);
    assert_eq!((relations[0].rows, relations[0].bytes), (2, 8));
    assert_eq!(relations[0].content_digest, digest.sum());
    assert_eq!(relations[0].columns, ["b", "a"]);
}

#[test]
fn inserts_are_rows() {
    let dump = "--\n-- Data for Name: t; Type: TABLE DATA; Schema: public; Owner: -\n--\n\n\
        INSERT INTO public.t VALUES (1, 'it''s; (x', NULL);\nINSERT INTO public.t VALUES (2, 'INSERT INTO u VALUES (1);', E'\\'(');\n\
        INSERT INTO public.t OVERRIDING SYSTEM VALUE VALUES\n\t(3, '\n\t(4', ''),\n\t(4, ')', '');\n\n\n\
        --\n-- Data for Name: empty; Type: TABLE DATA; Schema: public; Owner: -\n--\n\n\n\n\
        --\n-- Data for Name: none; Type: TABLE DATA; Schema: public; Owner: -\n--\n\n\
        INSERT INTO public.none DEFAULT VALUES;\nINSERT INTO public.none DEFAULT VALUES;\n";
    let manifest = same_in_pieces(dump).manifest;
    let rows: Vec<_> = manifest
        .relations
        .iter()
        .map(|r| (r.name.as_str(), r.rows))
        .collect();
    assert_eq!(rows, [("t", 4), ("empty", 0), ("none", 2)]);
    assert_eq!(manifest.objects, []);
    assert_eq!(manifest.form.rows, RowsAs::Inserts);
    assert!(manifest.form.no_owner);

    let one = same_in_pieces("INSERT INTO t (a, \"b,\") VALUES (1, 'x, y');\nINSERT INTO t (a, \"b,\") VALUES (2, '');\n").manifest;
    let other = same_in_pieces(
        "INSERT INTO t (\"b,\", a) VALUES\n\t('', 2),\n\t('x, y', 1)\nON CONFLICT DO NOTHING;\n",
    )
    .manifest;
    assert_eq!(one.form.rows, RowsAs::ColumnInserts);
    assert_eq!(
        one.relations[0].content_digest,
        other.relations[0].content_digest
    );
    assert_eq!((one.relations[0].rows, other.relations[0].rows), (2, 2));
}

#[test]
fn an_insert_of_something_else_is_a_statement() {
    let dump = headed(
        "x; Type: RULE; Schema: public; Owner: alice",
        "INSERT INTO public.t SELECT 1;",
    );
    let manifest = same_in_pieces(&dump).manifest;
    assert_eq!(named(&manifest), [("RULE", "x")]);
    assert_eq!(
        manifest.objects[0].definition,
        Sha256::of(b"INSERT INTO public.t SELECT 1;\0")
    );
    assert_eq!(manifest.relations, []);
}

#[test]
fn large_objects_are_their_contents() {
    let object = |pieces: &[&str]| {
        let writes = pieces
            .iter()
            .map(|piece| format!("SELECT pg_catalog.lowrite(0, '\\x{piece}');\n"));
        format!(
            "--\n-- Data for Name: BLOBS; Type: BLOBS; Schema: -; Owner: -\n--\n\nBEGIN;\n\n\
             SELECT pg_catalog.lo_open('4711', 131072);\n{}SELECT pg_catalog.lo_close(0);\n\nCOMMIT;\n\n\n",
            writes.collect::<String>()
        )
    };
    let metadata = headed(
        "4711; Type: BLOB; Schema: -; Owner: alice",
        "SELECT pg_catalog.lo_create('4711');\n\nALTER LARGE OBJECT 4711 OWNER TO alice;",
    );
    let whole = same_in_pieces(&format!("{metadata}{}", object(&["00ff5c27"]))).manifest;
    let pieces = same_in_pieces(&format!("{metadata}{}", object(&["00", "ff5c", "27"]))).manifest;
    assert_eq!(whole, pieces);
    assert_eq!(named(&whole), [("BLOB", "4711")]);
    assert_eq!(
        whole.large_objects[0].content,
        Sha256::of(b"\x00\xff\x5c\x27")
    );
    assert_ne!(
        same_in_pieces(&object(&["00ff5c28"]))
            .manifest
            .large_objects,
        whole.large_objects
    );
    assert_eq!(
        same_in_pieces(&object(&[])).manifest.large_objects[0].bytes,
        0
    );
}

#[test]
fn sequences_have_values_and_directions() {
    let dump = [
        headed(
            "s; Type: SEQUENCE; Schema: public; Owner: alice",
            "CREATE SEQUENCE public.s\n    INCREMENT BY -2\n    CACHE 1;",
        ),
        headed(
            "s; Type: SEQUENCE SET; Schema: public; Owner: alice",
            "SELECT pg_catalog.setval('public.s', -7, true);",
        ),
    ]
    .concat();
    let manifest = same_in_pieces(&dump).manifest;
    let sequence = &manifest.sequences[0];
    assert_eq!(
        (
            sequence.name.as_str(),
            sequence.last_value,
            sequence.is_called
        ),
        ("s", -7, true)
    );
    assert_eq!(sequence.direction, Direction::Descending);
    assert_eq!(named(&manifest), [("SEQUENCE", "s")]);
}

#[test]
fn statements_without_a_heading_are_counted() {
    let count = |text: &str| same_in_pieces(text).manifest.form.unheaded;
    let clean = "SET lock_timeout = 0;\nSELECT pg_catalog.set_config('search_path', '', false);\n\
        ALTER TABLE IF EXISTS ONLY public.t DROP CONSTRAINT IF EXISTS t_pkey;\nALTER TABLE public.t ALTER COLUMN id DROP DEFAULT;\n\
        DROP TABLE IF EXISTS public.t;\nCREATE OR REPLACE VIEW public.v AS\nSELECT\n    NULL::integer AS id;\n\\connect shop\n";
    assert_eq!(count(clean), 0);
    assert_eq!(
        count(
            "CREATE TABLE t (a int);\nINSERT INTO t VALUES (1);\nCOPY t FROM stdin;\n2\n\\.\nALTER TABLE t ADD b int;\n"
        ),
        3
    );
    assert_eq!(
        count(&headed(
            "t; Type: TABLE; Schema: public; Owner: alice",
            "CREATE TABLE t (a int);"
        )),
        0
    );
}

#[test]
fn commands_are_found_wherever_psql_runs_them() {
    let foreign = |text: &str| match same_in_pieces(text).ending {
        Ending::Foreign(refusal) => Some(refusal.foreign),
        _ => None,
    };
    let within = |name| Some(Foreign::InStatement(Some(name)));
    assert_eq!(foreign("SELECT 1 \\g |id\n;\nSELECT 2;\n"), within("\\g"));
    assert_eq!(
        foreign("SELECT 1; \\! id\n"),
        Some(Foreign::NotAtLineStart(Some("\\!")))
    );
    assert_eq!(foreign("SELECT ( \\! id\n );\n"), within("\\!"));
    for beside in [
        "COPY t FROM stdin; \\! id\n1\n\\.\nSELECT 1;\n",
        "COPY t FROM stdin; SELECT 1;\n1\n\\.\n",
    ] {
        assert_eq!(foreign(beside), Some(Foreign::BesideCopy));
    }
    assert_eq!(
        foreign(
            "SELECT '\\! id', \"\\!\", $$\\!$$, E'\\\\\\!';\nCOPY t FROM stdin;\n\\! id\n\\.\n\\restrict x\n"
        ),
        None
    );
}

#[test]
fn rows_end_at_their_mark_alone() {
    let dump = "COPY t (a) FROM stdin;\n\\\\.\n \\.\n\\. \n\\.x\n\\.\n\nCOPY u (a) FROM stdin;\r\n1\r\n\\.\r\n";
    let relations = same_in_pieces(dump).manifest.relations;
    assert_eq!((relations[0].rows, relations[1].rows), (4, 1));
    assert_eq!(relations[1].bytes, 2);
}
