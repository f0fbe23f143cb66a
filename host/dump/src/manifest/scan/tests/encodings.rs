use super::*;

#[test]
fn line_ends_of_windows_are_noticed() {
    let dump = "--\n-- PostgreSQL database dump\n--\n\nCREATE FUNCTION f() AS $$a\r\n$$;\n\
        COPY public.t (a, b) FROM stdin;\n1\tx\\r\n\\.\n\n--\n-- PostgreSQL database dump complete\n--\n";
    assert!(!same_in_pieces(dump).carriage_returns);
    for converted in ["dump\n--\n\n", "\\r\n", "\\.\n", "complete\n"] {
        let text = dump.replace(converted, &converted.replace('\n', "\r\n"));
        assert!(same_in_pieces(&text).carriage_returns, "{converted:?}");
    }
}

#[test]
fn a_second_encoding_is_noticed() {
    let other = |text: &str| same_in_pieces(text).other_encoding;
    let set = |name: &str| format!("SET client_encoding = '{name}';\n");
    assert_eq!(
        other(&(set("UTF8") + "\\connect shop\n" + &set("UTF8"))),
        None
    );
    let changed = set("UTF8") + "SELECT 1;\n" + &set("LATIN1") + &set("UTF8");
    assert_eq!(other(&changed), Some("LATIN1".to_owned()));
}

#[test]
fn a_definition_of_one_statement_has_its_digest() {
    let refresh = "REFRESH MATERIALIZED VIEW shop.later;";
    let heading = "later; Type: MATERIALIZED VIEW DATA; Schema: shop; Owner: alice";
    let definition = |statements: &str| {
        let scanned = same_in_pieces(&headed(heading, statements));
        scanned.manifest.objects[0].definition
    };
    assert_eq!(definition(refresh), crate::manifest::definition_of(refresh));
    assert_ne!(
        definition(&format!(
            "{refresh}\n\nALTER SYSTEM SET wal_level = 'logical';"
        )),
        crate::manifest::definition_of(refresh)
    );
}

/// A dump of one table, as pg_dump writes it in an encoding.
fn of_letters(encoding: &str, table: &[u8], column: &[u8], role: &[u8], text: &[u8]) -> Vec<u8> {
    let mut dump = format!("SET client_encoding = '{encoding}';\n\n--\n-- Name: ").into_bytes();
    for piece in [
        table,
        b"; Type: TABLE; Schema: public; Owner: ",
        role,
        b"\n--\n\nCREATE TABLE public.\"",
        table,
        b"\" (\n    \"",
        column,
        b"\" text DEFAULT '",
        text,
        b"'::text\n);\n\n\nALTER TABLE public.\"",
        table,
        b"\" OWNER TO \"",
        role,
        b"\";\n\n--\n-- Data for Name: ",
        table,
        b"; Type: TABLE DATA; Schema: public; Owner: ",
        role,
        b"\n--\n\nCOPY public.\"",
        table,
        b"\" (\"",
        column,
        b"\") FROM stdin;\n",
        text,
        b"\n\\.\n\nINSERT INTO public.\"",
        table,
        b"\" (\"",
        column,
        b"\") VALUES ('",
        text,
        b"');\nSELECT pg_catalog.setval('public.\"",
        table,
        b"\"', 1, true);\n",
    ] {
        dump.extend_from_slice(piece);
    }
    dump
}

#[test]
fn names_are_letters_whatever_the_dump_is_written_in() {
    let read = |dump: &[u8]| {
        let mut scanner = Scanner::listing();
        scanner.feed(dump);
        scanner.finish()
    };
    let utf8 = |table: &str, column: &str, role: &str, text: &str| {
        let [table, column, role, text] = [table, column, role, text].map(str::as_bytes);
        read(&of_letters("UTF8", table, column, role, text))
    };
    for (dump, same) in [
        (
            of_letters("LATIN1", b"gr\xf6\xdfe", b"ma\xdf", b"m\xfcller", b"\xe4"),
            utf8("größe", "maß", "müller", "ä"),
        ),
        (
            of_letters("EUC_JP", b"\xc9\xbd", b"\xce\xf3", b"\xcc\xf2", b"\xc6\xfc"),
            utf8("表", "列", "役", "日"),
        ),
        // Second bytes that are a backslash.
        (
            of_letters("SJIS", b"\x95\x5c", b"\x97\xf1", b"\x96\xf0", b"\x94\x5c"),
            utf8("表", "列", "役", "能"),
        ),
        (
            of_letters("WIN1252", b"\x80", b"\x96", b"\x8a", b"\x93"),
            utf8("€", "–", "Š", "“"),
        ),
    ] {
        let found = read(&dump);
        let form = found.manifest.form.encoding.clone();
        assert_eq!(found.manifest.objects, same.manifest.objects, "{form}");
        assert_eq!(found.manifest.sequences, same.manifest.sequences, "{form}");
        assert_eq!(found.roles, same.roles, "{form}");
        assert_eq!(found.listing, same.listing, "{form}");
        let names = |scanned: &Scanned| {
            let relations = scanned.manifest.relations.iter();
            let named = relations.map(|one| (one.name.clone(), one.columns.clone(), one.rows));
            named.collect::<Vec<_>>()
        };
        assert_eq!(names(&found), names(&same), "{form}");
        // The rows are digested as the dump has them.
        let (one, other) = (&found.manifest.relations[0], &same.manifest.relations[0]);
        assert_ne!(one.content_digest, other.content_digest, "{form}");
    }
}

#[test]
fn bytes_of_no_known_encoding_are_told_apart() {
    for encoding in ["SQL_ASCII", "EUC_TW", "UTF8"] {
        let objects = |table: &[u8], text: &[u8]| {
            let mut scanner = Scanner::default();
            scanner.feed(&of_letters(encoding, table, b"c", b"r", text));
            let manifest = scanner.finish().manifest;
            assert_eq!(manifest.relations.len(), 1, "{encoding}");
            manifest.objects
        };
        let one = objects(b"a\xe4", b"\xe4");
        assert_eq!(objects(b"a\xe4", b"\xe4"), one, "{encoding}");
        assert_ne!(objects(b"a\xe5", b"\xe4")[0].name, one[0].name);
        assert_ne!(objects(b"a\xe4", b"\xe5")[0].definition, one[0].definition);
    }
}

#[test]
fn another_encoding_from_the_middle_on_is_no_setting_like_others() {
    let with = |more: &str| {
        let rows =
            "--\n-- Data for Name: t; Type: TABLE DATA; Schema: public; Owner: alice\n--\n\n";
        same_in_pieces(&format!(
            "SET client_encoding = 'UTF8';\n{rows}{more}COPY public.t (a) FROM stdin;\nx\n\\.\n"
        ))
    };
    // With --create, a new session is told the same again.
    let again = with("\\connect shop\nSET client_encoding = 'UTF8';\n");
    assert_eq!(again.manifest.objects, []);
    let other = with("SET client_encoding = 'LATIN1';\n");
    assert_eq!(named(&other.manifest), [("TABLE DATA", "t")]);
    let unheaded = |text: &str| same_in_pieces(text).manifest.form.unheaded;
    let utf8 = "SET client_encoding = 'UTF8';\n";
    assert_eq!(unheaded(&[utf8, utf8].concat()), 0);
    assert_eq!(
        unheaded(&[utf8, "SET client_encoding = 'LATIN1';\n"].concat()),
        1
    );
}
