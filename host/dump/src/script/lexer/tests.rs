//! Where psql ends a statement, and what it takes for quoted.

use super::*;

fn statements(text: &str) -> usize {
    let mut lexer = Lexer::default();
    text.bytes().filter(|b| lexer.ends_at(*b)).count()
}

#[test]
fn semicolons_in_quotes_end_nothing() {
    assert_eq!(
        statements("SELECT ';', \";\", E'\\';', $$;$$, $a$;$$;$b$;$a$;"),
        1
    );
    assert_eq!(statements("-- ;\n/* ; /* ; */ ; */ SELECT 1;"), 1);
    assert_eq!(statements("/*/ ; */ SELECT 1;"), 1);
    assert_eq!(statements("-- ;\r SELECT 1; -- ;\r\n SELECT 2;"), 2);
    assert_eq!(statements("SELECT a$b; SELECT $1;"), 2);
    assert_eq!(statements("SELECT 'a\\'; SELECT 2;"), 2);
}

#[test]
fn dollars_open_quotes_where_psql_has_them_do_so() {
    // A parameter; a quote behind a number; a sign within a name.
    assert_eq!(statements("SELECT $1$; SELECT 2; -- $1$"), 2);
    assert_eq!(statements("SELECT 1$$ ' ; $$; SELECT 2; -- '"), 2);
    assert_eq!(statements("SELECT a$e'\\'; SELECT 2; -- '"), 2);
    assert_eq!(statements("SELECT $e'\\''; SELECT 2; -- '"), 2);
    assert_eq!(statements("SELECT a$$; SELECT 2; -- $$"), 2);
}

#[test]
fn where_an_escape_string_goes_on_in_another_line_psql_and_the_server_part() {
    let is_one = |strings: &str| {
        let mut lexer = Lexer::default();
        let text = format!("SELECT {strings}");
        let ends = text.bytes().map(|b| lexer.ends_at(b)).collect::<Vec<_>>();
        let one = ends.iter().filter(|end| **end).count() == 1 && lexer.is_plain();
        (one, lexer.lost().cloned())
    };
    assert_eq!(is_one("E'a''\\'; ';"), (true, None));
    for parted in [
        "E'a'\n'\\'; ';",
        "E'a' -- b\n \t'\\'; ';",
        "E'a'\r'\\'; ';",
        "E'a'\n-- '\n'\\'; ';",
        "E'a'\n'b'\n'\\'; ';",
    ] {
        let parts = (false, Some(Foreign::Continued));
        assert_eq!(is_one(parted), parts, "{parted:?}");
    }
    for other in [
        "'a''\\'; ';",
        "'a'\n'\\'; ';",
        "E'a' '\\'; ';",
        "E'a'\n- '\\'; ';",
        "E'a'\n, '\\'; ';",
        "E'a'\nb '\\'; ';",
        "E'a'\n/**/ '\\'; ';",
        "E'a';\n'\\'; ';",
    ] {
        assert_eq!(is_one(other), (false, None), "{other:?}");
    }
    // Where every string has escapes, the next one has them too.
    let old = "SET standard_conforming_strings = off;";
    assert_eq!(
        statements(&format!("{old} SELECT 'a'\n'\\''; SELECT 2;")),
        3
    );
}

#[test]
fn backslashes_escape_where_the_dump_has_set_it() {
    let old = "SET standard_conforming_strings = off;";
    assert_eq!(statements(&format!("{old} SELECT '\\''; ';")), 2);
    assert_eq!(statements("SELECT '\\'; SELECT 2;"), 2);
    let again = "SET standard_conforming_strings = on;";
    assert_eq!(
        statements(&format!("{old} {again} SELECT '\\'; SELECT 2;")),
        4
    );
    assert_eq!(
        statements("SET standard_conformity = off; SELECT '\\'; SELECT 2;"),
        3
    );
}

#[test]
fn the_second_byte_of_a_letter_escapes_nothing() {
    let count = |text: &[u8]| {
        let mut lexer = Lexer::default();
        let mut rest = text;
        let mut ends = 0;
        while !rest.is_empty() {
            let quoted = lexer.skip(rest);
            rest = &rest[quoted..];
            if let Some((byte, after)) = rest.split_first() {
                ends += usize::from(lexer.ends_at(*byte));
                rest = after;
            }
        }
        ends
    };
    let text = b"SELECT E'\x83\\'; SELECT 2;";
    let after = |set: &str| count(&[set.as_bytes(), text].concat());
    assert_eq!(after("SET client_encoding = 'SJIS';"), 3);
    assert_eq!(after("SET client_encoding = 'GBK';"), 3);
    assert_eq!(after("SET client_encoding = gbk;"), 3);
    assert_eq!(after("SET client_encoding TO 'GBK';"), 3);
    assert_eq!(
        after("SET client_encoding = 'GBK';SET client_encoding = 'UTF8';"),
        2
    );
    assert_eq!(after("SET client_encoding = 'LATIN1';"), 1);
    // A letter alone, and a backslash behind it.
    assert_eq!(
        count(b"SET client_encoding = 'SJIS';SELECT E'\xb1\\'; '; SELECT 2;"),
        3
    );
}

#[test]
fn what_is_named_begin_opens_no_body() {
    assert_eq!(
        statements(
            "CREATE FUNCTION f(begin date, \"end\" date) RETURNS int LANGUAGE sql AS ''; SELECT 1;"
        ),
        2
    );
    assert_eq!(statements("GRANT ALL ON FUNCTION begin TO x; SELECT 1;"), 2);
    assert_eq!(
        statements("CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC SELECT 1; END; SELECT 1;"),
        2
    );
}

#[test]
fn atomic_bodies_hold_semicolons() {
    let body = "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; SELECT 1;";
    assert_eq!(statements(body), 2);
    assert_eq!(statements("BEGIN; SELECT 1; END;"), 3);
}

#[test]
fn rules_in_parentheses_hold_semicolons() {
    assert_eq!(
        statements("CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2);"),
        1
    );
}
