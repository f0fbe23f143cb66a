//! Attacks on the database: statements that are no query, and queries for what is not granted.

use crate::selftest::attack::{Attack, Grant, Guest, Shows, Statement};
use crate::selftest::wall::Wall;

pub const ATTACKS: &[Attack] = &[
    Attack {
        name: "sql-statements",
        wall: Wall::QueryOnly,
        guest: Guest::Sql(STATEMENTS),
        grant: Grant::reading(&["selftest.open(id, note)"], "time = \"2m\""),
        shows: Shows::Harmless,
    },
    Attack {
        name: "sql-reading",
        wall: Wall::Reading,
        guest: Guest::Sql(READING),
        grant: Grant::reading(
            &[
                "selftest.open(id, note)",
                "selftest.of_superuser",
                "selftest.passwords",
                "selftest.guarded",
                "selftest.none",
            ],
            "time = \"2m\"",
        ),
        shows: Shows::Harmless,
    },
];

const fn no_query(name: &'static str, sql: &'static str) -> Statement {
    Statement {
        name,
        sql,
        told: &[
            "a check may run one SELECT",
            "SQLSTATE 42601",
            "SQLSTATE 0A000",
        ],
        needs: None,
    }
}

/// The wall is that guest text stands where only a query may, in a message that holds one.
const STATEMENTS: &[Statement] = &[
    no_query("commit", "COMMIT"),
    no_query("rollback", "ROLLBACK"),
    no_query("end-and-go-on", "END; SELECT 1"),
    no_query("two-statements", "SELECT 1; SELECT 2"),
    no_query("query-and-commit", "SELECT 1; COMMIT"),
    no_query(
        "comment-and-commit",
        "SELECT 1 /* ; */ -- x\n; COMMIT AND CHAIN",
    ),
    no_query("savepoint", "ROLLBACK TO SAVEPOINT vhost"),
    no_query("prepare-transaction", "PREPARE TRANSACTION 'x'"),
    no_query("set-role", "SET ROLE postgres"),
    no_query("reset-role", "RESET ROLE"),
    no_query(
        "session-authorization",
        "SET SESSION AUTHORIZATION postgres",
    ),
    no_query("set-local", "SET LOCAL statement_timeout = 0"),
    no_query("read-write", "SET TRANSACTION READ WRITE"),
    no_query("insert", "INSERT INTO selftest.open VALUES (9)"),
    no_query("update", "UPDATE selftest.open SET note = 'x'"),
    no_query("delete", "DELETE FROM selftest.open"),
    no_query("truncate", "TRUNCATE selftest.open"),
    no_query("drop", "DROP TABLE selftest.open"),
    no_query("grant", "GRANT ALL ON selftest.closed TO PUBLIC"),
    no_query(
        "writing-with",
        "WITH gone AS (DELETE FROM selftest.open RETURNING id) SELECT id FROM gone",
    ),
    no_query("select-into", "SELECT 1 AS a INTO TEMP stolen"),
    no_query("temp-table", "CREATE TEMP TABLE stolen AS SELECT 1"),
    no_query(
        "lock-table",
        "LOCK TABLE selftest.open IN ACCESS SHARE MODE",
    ),
    no_query("listen", "LISTEN anything"),
    no_query("notify", "NOTIFY anything"),
    no_query("copy-to-program", "COPY (SELECT 1) TO PROGRAM 'true'"),
    no_query("copy-from-file", "COPY selftest.open FROM '/etc/passwd'"),
    no_query("do", "DO 'BEGIN END'"),
    no_query("call", "CALL selftest.run('x')"),
    no_query("prepare", "PREPARE later AS SELECT 1"),
    no_query("explain", "EXPLAIN ANALYZE SELECT 1"),
    no_query("held-cursor", "DECLARE mine CURSOR WITH HOLD FOR SELECT 1"),
    no_query(
        "create-function",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ),
    no_query("load", "LOAD 'dblink'"),
    no_query("checkpoint", "CHECKPOINT"),
    no_query("vacuum", "VACUUM"),
    no_query("alter-system", "ALTER SYSTEM SET listen_addresses = '*'"),
];

const fn denied(name: &'static str, sql: &'static str) -> Statement {
    Statement {
        name,
        sql,
        told: &["denied: permission denied"],
        needs: None,
    }
}

/// The wall is the role, which holds nothing but its grant.
const READING: &[Statement] = &[
    denied("ungranted-table", "SELECT v FROM selftest.closed"),
    denied("ungranted-column", "SELECT hidden FROM selftest.open"),
    denied("whole-row", "SELECT o::text FROM selftest.open o"),
    denied("counted-column", "SELECT count(hidden) FROM selftest.open"),
    denied(
        "column-in-a-condition",
        "SELECT id FROM selftest.open WHERE hidden LIKE 'canary%'",
    ),
    denied(
        "column-in-an-order",
        "SELECT id FROM selftest.open ORDER BY hidden",
    ),
    denied(
        "column-by-join",
        "SELECT 1 FROM selftest.open NATURAL JOIN (SELECT 'x'::text AS hidden) x",
    ),
    denied("system-column", "SELECT ctid::text FROM selftest.open"),
    denied("superusers-view", "SELECT v FROM selftest.of_superuser"),
    denied("owners-view", "SELECT v FROM selftest.of_owner"),
    denied("materialized-view", "SELECT v FROM selftest.kept"),
    denied(
        "superusers-comparison",
        "SELECT '[1,2)'::selftest.span::text",
    ),
    denied("regranted-table", "SELECT v FROM selftest.regranted"),
    Statement {
        name: "hidden-rows",
        sql: "SELECT v FROM selftest.guarded",
        told: &["denied: query would be affected by row-level security policy"],
        needs: None,
    },
    denied("security-definer", "SELECT selftest.leak()"),
    denied(
        "security-definer-string",
        "SELECT selftest.run('SELECT v FROM selftest.closed')",
    ),
    denied("operator", "SELECT 'a' OPERATOR(selftest.<!>) 'b'"),
    denied(
        "aggregate",
        "SELECT selftest.leak_all(note) FROM selftest.open",
    ),
    denied("domain", "SELECT 'canary%'::selftest.probe::text"),
    denied("cast", "SELECT (ROW('x')::selftest.wrapped)::text"),
    denied("error-message", "SELECT v::int FROM selftest.closed"),
    denied("error-of-a-column", "SELECT hidden::int FROM selftest.open"),
    Statement {
        name: "error-through-a-view",
        sql: "SELECT id FROM selftest.none WHERE v::int = 0",
        // No row of the view meets its own condition: a check that asks the rows before the view does is quoted one.
        told: &["no row"],
        needs: None,
    },
    denied(
        "statistics",
        "SELECT most_common_vals::text, histogram_bounds::text FROM pg_catalog.pg_stats",
    ),
    denied(
        "raw-statistics",
        "SELECT stavalues1::text FROM pg_catalog.pg_statistic",
    ),
    denied(
        "extended-statistics",
        "SELECT most_common_vals::text FROM pg_catalog.pg_stats_ext",
    ),
    denied("passwords", "SELECT rolpassword FROM pg_catalog.pg_authid"),
    denied("catalog", "SELECT relname FROM pg_catalog.pg_class"),
    denied("definitions", "SELECT prosrc FROM pg_catalog.pg_proc"),
    denied("defaults", "SELECT adbin::text FROM pg_catalog.pg_attrdef"),
    denied("activity", "SELECT query FROM pg_catalog.pg_stat_activity"),
    denied("settings", "SELECT setting FROM pg_catalog.pg_settings"),
    denied("databases", "SELECT datname FROM pg_catalog.pg_database"),
    denied(
        "information-schema",
        "SELECT table_name FROM information_schema.tables",
    ),
    denied(
        "large-object-rows",
        "SELECT data FROM pg_catalog.pg_largeobject",
    ),
    denied("large-object", "SELECT pg_catalog.lo_get(4242)"),
    denied("sequence", "SELECT last_value FROM selftest.counter"),
    denied(
        "tablesample",
        "SELECT v FROM selftest.closed TABLESAMPLE SYSTEM (100)",
    ),
    Statement {
        name: "file-table",
        sql: "SELECT line FROM selftest.passwords",
        told: &[
            "denied: permission denied",
            "access to non-system foreign table is restricted",
        ],
        needs: Some("file_fdw"),
    },
];
