//! What stands before the first heading of a dump.

use super::normalise::{SEARCH_PATH, is_setting, is_string};
use crate::script::statement::{Tail, copy_target, starts_with, without_comments};
use crate::script::token::{Token, tokens};

/// What a dump may begin with before its first heading: settings, and with `--clean` the removal of what is there. A view
/// of a circle is made a stand-in before it is removed.
///
/// No statement passes here that does something outside of the database or calls what it likes: nothing that is compared
/// would tell.
pub fn is_preamble(statement: &str) -> bool {
    let starts = |start: &str| starts_with(statement, start);
    let outside = || {
        // A user mapping is the database's own.
        !starts("DROP USER MAPPING ")
            && [
                "SYSTEM",
                "ROLE",
                "USER",
                "GROUP",
                "TABLESPACE",
                "OWNED",
                "DATABASE",
            ]
            .iter()
            .any(|kind| starts(&format!("DROP {kind} ")) || starts(&format!("ALTER {kind} ")))
    };
    is_setting(statement)
        || statement == SEARCH_PATH
        || statement == "BEGIN;"
        // Before a template is dropped (`dumpDatabase` in pg_dump.c).
        || statement
            .strip_prefix("UPDATE pg_catalog.pg_database SET datistemplate = false WHERE datname = ")
            .and_then(|rest| rest.strip_suffix(';'))
            .is_some_and(is_string)
        // With `--create`, the database itself; which one is known when the dump connects to it.
        || starts("DROP DATABASE ")
        || !outside()
            && is_removal(statement)
        // The rows say themselves whose they are.
        || copy_target(statement).is_some_and(|target| target.tail == Tail::Nothing)
}

/// Whether this is of what `--clean` begins with, and does nothing else: nothing is called, and in an ALTER nothing is added.
pub fn is_removal(statement: &str) -> bool {
    if is_stand_in(statement) || is_unlink(statement) {
        return true;
    }
    let tokens = tokens(statement);
    let [first, rest @ ..] = &tokens[..] else {
        return false;
    };
    let without = |marks: &[char]| {
        let mut marks = marks.iter();
        marks.all(|mark| !rest.contains(&Token::Mark(*mark)))
    };
    if first.is("drop") {
        return without(&['\'']);
    }
    let removes = rest
        .iter()
        .any(|token| token.is("drop") || token.is("detach"));
    first.is("alter") && removes && without(&['\'', '(', ',', '='])
}

/// Whether this makes a view of nothing, which stands in for one that others need (`createDummyViewAsClause` in pg_dump.c).
fn is_stand_in(statement: &str) -> bool {
    let Some((view, columns)) = statement.split_once(" AS\nSELECT\n    ") else {
        return false;
    };
    let simple = |column: &str| {
        let tokens = tokens(column.trim_end_matches(';'));
        let called = tokens.windows(2).any(|two| {
            two[0] == Token::Mark('(')
                && !matches!(&two[1], Token::Bare(word) if word.parse::<u32>().is_ok())
        });
        let of_types =
            |token: &Token| !matches!(token, Token::Mark(mark) if !":.[](),".contains(*mark));
        column.starts_with("NULL::") && !called && tokens.iter().all(of_types)
    };
    starts_with(view, "CREATE OR REPLACE VIEW ")
        && !tokens(view).contains(&Token::Mark(';'))
        && columns.split(",\n    ").all(simple)
}

/// Whether this removes a large object, as pg_dump writes it with and without `--if-exists` (`DropLOIfExists` in
/// pg_backup_db.c).
fn is_unlink(statement: &str) -> bool {
    let rest = without_comments(statement).strip_prefix("SELECT pg_catalog.lo_unlink(");
    let oid = rest.and_then(|rest| {
        let plain = rest
            .strip_prefix('\'')
            .and_then(|rest| rest.strip_suffix("');"));
        let there = "oid) FROM pg_catalog.pg_largeobject_metadata WHERE oid = '";
        plain.or_else(|| rest.strip_prefix(there)?.strip_suffix("';"))
    });
    oid.is_some_and(|oid| oid.parse::<u32>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_outside_of_the_database_is_no_preamble() {
        for own in [
            "SET statement_timeout = 0;",
            "SELECT pg_catalog.set_config('search_path', '', false);",
            "SELECT pg_catalog.lo_unlink('4711');",
            "DROP USER MAPPING IF EXISTS FOR a SERVER s;",
            "SELECT pg_catalog.lo_unlink(oid) FROM pg_catalog.pg_largeobject_metadata WHERE oid = '4711';",
            "ALTER TABLE IF EXISTS ONLY a.t DROP CONSTRAINT IF EXISTS t_pkey;",
            "ALTER PUBLICATION p DROP TABLE ONLY a.t;",
            "DROP POLICY IF EXISTS p ON a.t;",
            "COPY a.t (a) FROM stdin;",
            "SET search_path = a, b;",
            "SET default_tablespace = \"Odd one\";",
            "SET SESSION AUTHORIZATION 'o''hara';",
            "SET client_encoding = 'UTF8';",
            "UPDATE pg_catalog.pg_database SET datistemplate = false WHERE datname = 'it''s';",
            "ALTER TABLE IF EXISTS a.t ALTER COLUMN id DROP DEFAULT;",
            "ALTER TABLE IF EXISTS a.\"the (parts)\" DETACH PARTITION a.\"p, '1\";",
            "DROP OPERATOR IF EXISTS a.+ (integer, double precision);",
            "DROP FUNCTION IF EXISTS a.f(a integer[], b numeric);",
            "CREATE OR REPLACE VIEW a.v AS\nSELECT\n    NULL::integer AS a,\n    NULL::numeric(8,2) AS \"b(\",\n    NULL::a.t[] COLLATE a.c AS d;",
        ] {
            assert!(is_preamble(own), "{own}");
        }
        for other in [
            "COPY (SELECT 1) TO PROGRAM 'true';",
            "COPY a.t FROM PROGRAM 'true';",
            "COPY a.t (a) FROM stdin WHERE pg_catalog.pg_reload_conf();",
            "ALTER SYSTEM SET archive_command = ' DROP ';",
            "ALTER ROLE alice SET a.b = ' DROP ';",
            "DROP ROLE alice;",
            "DROP OWNED BY alice;",
            "SELECT pg_catalog.set_config('search_path', '', false), pg_catalog.pg_reload_conf();",
            "SELECT pg_catalog.lo_unlink('4711'), pg_catalog.pg_reload_conf();",
            "BEGIN; DELETE FROM a.t;",
            "SET standard_conforming_strings = false;",
            "SET client_encoding = E'UTF8'\n'\\''; SELECT f(); --';",
            "SET a.b = f();",
            "UPDATE pg_catalog.pg_database SET datistemplate = false WHERE datname = 'a' OR f() = '';",
            "SET SESSION AUTHORIZATION E'a'\n'\\''; SELECT f(); --';",
            "ALTER FUNCTION a.f(text) SET search_path = ' DROP ';",
            "ALTER TABLE a.t ADD COLUMN x text DEFAULT a.f(), DROP COLUMN IF EXISTS y;",
            "CREATE OR REPLACE VIEW a.v AS SELECT 1 AS one;",
            "CREATE OR REPLACE VIEW a.v AS\nSELECT\n    NULL::integer AS a,\n    f() AS b;",
            "CREATE OR REPLACE VIEW a.v AS\nSELECT\n    NULL::integer + f(1) AS a;",
            "CREATE OR REPLACE VIEW a.v AS\nSELECT\n    NULL::integer AS a FROM (SELECT 1);",
        ] {
            assert!(!is_preamble(other), "{other}");
        }
    }
}
