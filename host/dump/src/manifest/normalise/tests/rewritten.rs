//! What is written another way and means the same.

use super::*;

/// The server puts inherited columns first when the table is restored.
#[test]
fn the_columns_of_a_table_that_inherits_have_no_order() {
    let of = |columns: &str, rest: &str| {
        let statement = format!("CREATE TABLE odd.\"other (\" (\n    {columns}\n){rest};");
        canonical(&statement).into_owned()
    };
    let child = |columns: &str| of(columns, "\nINHERITS (odd.parent)");
    let one = "z integer,\n    \"b,)\" text DEFAULT 'x'',y'::text,\n    a numeric(12,2)[] DEFAULT ARRAY[1, 2],\n    CONSTRAINT c CHECK ((z = ANY (ARRAY[1, 2])))";
    let other = "CONSTRAINT c CHECK ((z = ANY (ARRAY[1, 2]))),\n    a numeric(12,2)[] DEFAULT ARRAY[1, 2],\n    \"b,)\" text DEFAULT 'x'',y'::text,\n    z integer";
    assert_eq!(child(one), child(other));
    assert_ne!(
        child(one),
        child(&one.replace("ARRAY[1, 2])", "ARRAY[2, 1])"))
    );
    assert_ne!(child(one), child(&one.replace("z integer", "z bigint")));
    assert_ne!(child("a integer"), child("a integer,\n    a integer"));
    // Nothing moves the columns of others.
    for rest in ["", "\nPARTITION BY LIST (\"\nINHERITS (\")"] {
        assert_ne!(of(one, rest), of(other, rest));
    }
    let none = "CREATE TABLE odd.c (\n)\nINHERITS (odd.parent, odd.other);";
    assert_eq!(canonical(none), none);
    let body = "CREATE FUNCTION f() AS $$CREATE TABLE c (b int, a int\n)\nINHERITS (p);$$;";
    assert_eq!(canonical(body), body);
}

/// What pg_dump writes of one database under `PGTZ=UTC` and `PGTZ=America/Caracas`.
#[test]
fn constants_with_a_time_zone_are_the_same_in_each() {
    for [utc, caracas] in [
        [
            "CREATE TABLE t (a timestamp with time zone DEFAULT '2020-01-01 00:00:00+00'::timestamp with time zone NOT NULL);",
            "CREATE TABLE t (a timestamp with time zone DEFAULT '2019-12-31 20:00:00-04'::timestamp with time zone NOT NULL);",
        ],
        [
            "ALTER TABLE ONLY p ATTACH PARTITION p1 FOR VALUES FROM ('2020-01-01 00:00:00+00', 1) TO ('2021-01-01 00:00:00+00', 2);",
            "ALTER TABLE ONLY p ATTACH PARTITION p1 FOR VALUES FROM ('2019-12-31 20:00:00-04', 1) TO ('2020-12-31 20:00:00-04', 2);",
        ],
        [
            "ALTER TABLE ONLY l ATTACH PARTITION l1 FOR VALUES IN ('2020-01-01 00:00:00.5+00', '0044-03-15 00:00:00+00 BC');",
            "ALTER TABLE ONLY l ATTACH PARTITION l1 FOR VALUES IN ('2019-12-31 20:00:00.5-04', '0044-03-14 19:32:16-04:27:44 BC');",
        ],
        [
            "CREATE VIEW v AS SELECT 1 WHERE (r <@ '[\"2020-01-01 00:00:00+00\",)'::tstzrange) AND (a = ANY ('{\"2020-06-01 00:00:00+00\",NULL}'::timestamp with time zone[]));",
            "CREATE VIEW v AS SELECT 1 WHERE (r <@ '[\"2019-12-31 20:00:00-04\",)'::tstzrange) AND (a = ANY ('{\"2020-05-31 20:00:00-04\",NULL}'::timestamp with time zone[]));",
        ],
        [
            "CREATE TABLE t (a timestamp(3) with time zone DEFAULT '9999-12-31 23:59:59+00'::timestamp(3) with time zone);",
            "CREATE TABLE t (a timestamp(3) with time zone DEFAULT '10000-01-01 05:44:59+05:45'::timestamp(3) with time zone);",
        ],
    ] {
        assert_eq!(canonical(utc), canonical(caracas));
        let later = utc.replace("20-01-01 00:00:00", "20-01-01 00:00:01");
        if later != utc {
            assert_ne!(canonical(&later), canonical(utc), "{utc}");
        }
    }
}

#[test]
fn text_that_looks_like_a_timestamp_is_text() {
    for text in [
        "COMMENT ON TABLE t IS '2020-01-01 00:00:00+00';",
        "CREATE TABLE t (a text DEFAULT '2020-01-01 00:00:00+00'::text);",
        "CREATE TABLE t (a timestamp without time zone DEFAULT '2020-01-01 00:00:00+00'::timestamp without time zone);",
        "CREATE TABLE t (\"2020-01-01 00:00:00+00\" integer DEFAULT 'a'::timestamp with time zone);",
        "CREATE FUNCTION f() AS $$ SELECT '2020-01-01 00:00:00+00'::timestamp with time zone; $$;",
        "CREATE FUNCTION f() AS ' SELECT ''2020-01-01 00:00:00+00''::timestamp with time zone; ';",
        "CREATE VIEW v AS SELECT 'x 2020-01-01 00:00:00+00 y'::timestamp with time zone;",
        "CREATE VIEW v AS SELECT 'infinity'::timestamp with time zone, '2020-01-01 00:00:00+00'::character varying;",
    ] {
        assert_eq!(canonical(text), text);
    }
}

#[test]
fn statistics_are_passed_over_and_no_call_among_them() {
    let restored = "SELECT * FROM pg_catalog.pg_restore_relation_stats(\n\t'version', '180004'::integer,\n\t'relname', 't(',\n\t'reltuples', '1'::real\n);";
    let judged = |statement| treatment(statement, "STATISTICS DATA", Owner::Unsaid);
    assert_eq!(judged(restored), Treatment::Aside);
    for kept in [
        "SELECT pg_catalog.pg_reload_conf();",
        "SELECT * FROM pg_catalog.pg_restore_relation_stats(\n\t'relname', f()\n);",
        "SELECT * FROM pg_catalog.pg_restore_relation_stats('a'), f(\n);",
        "SELECT * FROM pg_catalog.pg_restore_relation_stats(\n\t'version', '1'::a.d::integer\n);",
        "SELECT * FROM pg_catalog.pg_restore_relation_stats(\n\t'version', '1'::\"d\"\n);",
    ] {
        assert_eq!(judged(kept), Treatment::Definition, "{kept}");
    }
}
