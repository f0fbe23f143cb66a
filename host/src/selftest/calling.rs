//! Attacks on the database through what can be called, and by how much is asked.

use crate::selftest::attack::{Attack, Grant, Guest, Shows, Statement};
use crate::selftest::wall::Wall;

pub const ATTACKS: &[Attack] = &[
    Attack {
        name: "sql-acting",
        wall: Wall::Acting,
        guest: Guest::Sql(ACTING),
        grant: Grant::reading(&["selftest.open(id, note)"], "time = \"2m\""),
        shows: Shows::Harmless,
    },
    Attack {
        name: "sql-heavy",
        wall: Wall::Budgets,
        guest: Guest::Sql(HEAVY),
        grant: Grant::reading(
            &["selftest.open(id, note)"],
            "time = \"2m\"\nstatement_time = \"2s\"",
        ),
        shows: Shows::Harmless,
    },
    Attack {
        name: "sql-large",
        wall: Wall::Budgets,
        guest: Guest::Sql(LARGE),
        grant: Grant::reading(
            &["selftest.open(id, note)"],
            "time = \"10m\"\nstatement_time = \"2m\"",
        ),
        shows: Shows::Harmless,
    },
];

const fn denied(name: &'static str, sql: &'static str) -> Statement {
    Statement {
        name,
        sql,
        told: &["denied: permission denied"],
        needs: None,
    }
}

const fn of_extension(name: &'static str, extension: &'static str, sql: &'static str) -> Statement {
    Statement {
        needs: Some(extension),
        ..denied(name, sql)
    }
}

/// The wall is that EXECUTE was taken from PUBLIC, for production's routines and for every built-in one that acts.
const ACTING: &[Statement] = &[
    denied(
        "set-config",
        "SELECT pg_catalog.set_config('statement_timeout', '0', false)",
    ),
    denied(
        "set-role-by-config",
        "SELECT pg_catalog.set_config('role', 'postgres', true)",
    ),
    denied(
        "advisory-lock",
        "SELECT pg_catalog.pg_advisory_lock(1)::text",
    ),
    denied(
        "shared-advisory-lock",
        "SELECT pg_catalog.pg_advisory_xact_lock_shared(1)::text",
    ),
    denied(
        "try-advisory-lock",
        "SELECT pg_catalog.pg_try_advisory_lock(1)",
    ),
    Statement {
        name: "row-lock",
        sql: "SELECT id FROM selftest.open FOR UPDATE",
        told: &[
            "denied: permission denied",
            "denied: cannot execute",
            "SQLSTATE 0A000",
        ],
        needs: None,
    },
    denied(
        "next-value",
        "SELECT pg_catalog.nextval('selftest.counter')",
    ),
    denied(
        "notification",
        "SELECT pg_catalog.pg_notify('a', 'b')::text",
    ),
    denied(
        "terminate",
        "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.generate_series(1, 32768) pid",
    ),
    denied(
        "cancel",
        "SELECT pg_catalog.pg_cancel_backend(pid) FROM pg_catalog.generate_series(1, 32768) pid",
    ),
    denied("reload", "SELECT pg_catalog.pg_reload_conf()"),
    denied("rotate-log", "SELECT pg_catalog.pg_rotate_logfile()"),
    denied(
        "sleep-in-the-server",
        "SELECT pg_catalog.pg_sleep(3600)::text",
    ),
    denied("read-file", "SELECT pg_catalog.pg_read_file('/etc/passwd')"),
    denied(
        "read-binary-file",
        "SELECT pg_catalog.pg_read_binary_file('PG_VERSION')",
    ),
    denied("list-directory", "SELECT pg_catalog.pg_ls_dir('.')"),
    denied(
        "stat-file",
        "SELECT pg_catalog.pg_stat_file('PG_VERSION')::text",
    ),
    denied("current-log", "SELECT pg_catalog.pg_current_logfile()"),
    denied(
        "large-object-import",
        "SELECT pg_catalog.lo_import('/etc/passwd')",
    ),
    denied(
        "large-object-export",
        "SELECT pg_catalog.lo_export(4242, '/tmp/stolen')",
    ),
    denied("large-object-create", "SELECT pg_catalog.lo_create(0)"),
    denied(
        "large-object-write",
        "SELECT pg_catalog.lo_from_bytea(0, 'x')",
    ),
    denied(
        "write-ahead-log",
        "SELECT pg_catalog.pg_logical_emit_message(false, 'a', 'b')::text",
    ),
    denied("switch-wal", "SELECT pg_catalog.pg_switch_wal()::text"),
    denied(
        "replication-slot",
        "SELECT pg_catalog.pg_create_physical_replication_slot('x')::text",
    ),
    denied("export-snapshot", "SELECT pg_catalog.pg_export_snapshot()"),
    denied(
        "transaction-id",
        "SELECT pg_catalog.pg_current_xact_id()::text",
    ),
    denied(
        "query-to-xml",
        "SELECT pg_catalog.query_to_xml('SELECT v FROM selftest.closed', true, true, '')::text",
    ),
    denied(
        "database-to-xml",
        "SELECT pg_catalog.database_to_xml(true, true, '')::text",
    ),
    denied(
        "cursor-to-xml",
        "SELECT pg_catalog.cursor_to_xml('vhost_1', 1, true, true, '')::text",
    ),
    denied(
        "text-statistics",
        "SELECT word FROM pg_catalog.ts_stat('SELECT to_tsvector(''simple'', v) FROM selftest.closed')",
    ),
    denied(
        "text-rewrite",
        "SELECT pg_catalog.ts_rewrite('a'::tsquery, 'SELECT ''a''::tsquery, ''b''::tsquery')::text",
    ),
    denied(
        "view-definition",
        "SELECT pg_catalog.pg_get_viewdef('selftest.of_owner'::regclass)",
    ),
    denied(
        "privileges",
        "SELECT pg_catalog.has_table_privilege('selftest.closed', 'SELECT')",
    ),
    denied(
        "size",
        "SELECT pg_catalog.pg_relation_size('selftest.closed')",
    ),
    denied(
        "row-estimate",
        "SELECT pg_catalog.pg_stat_get_live_tuples('selftest.closed'::regclass)",
    ),
    denied("address", "SELECT pg_catalog.inet_server_addr()::text"),
    denied(
        "configuration",
        "SELECT pg_catalog.pg_show_all_settings()::text",
    ),
    denied("hba", "SELECT pg_catalog.pg_hba_file_rules()::text"),
    of_extension(
        "dblink",
        "dblink",
        "SELECT v FROM selftest_extensions.dblink('dbname=template1', 'SELECT 1') AS t(v text)",
    ),
    of_extension(
        "dblink-connect",
        "dblink",
        "SELECT selftest_extensions.dblink_connect('dbname=template1')",
    ),
    of_extension(
        "foreign-connections",
        "postgres_fdw",
        "SELECT selftest_extensions.postgres_fdw_disconnect_all()",
    ),
    of_extension(
        "crosstab",
        "tablefunc",
        "SELECT row_name FROM selftest_extensions.crosstab2('SELECT v, v, v FROM selftest.closed')",
    ),
];

/// The wall is the statement's time, which a session's share of memory may end sooner.
const HEAVY: &[Statement] = &[
    Statement {
        name: "cross-join",
        sql: "SELECT pg_catalog.count(*) FROM pg_catalog.generate_series(1, 100000) a, pg_catalog.generate_series(1, 100000) b",
        told: &["limit Limit::StatementTime of 2000"],
        needs: None,
    },
    Statement {
        name: "endless-recursion",
        sql: "WITH RECURSIVE r(n) AS (VALUES (1) UNION ALL SELECT 1 FROM r) SELECT pg_catalog.count(*) FROM r",
        told: &["limit Limit::StatementTime of 2000", "SQLSTATE 53"],
        needs: None,
    },
    Statement {
        name: "sorting",
        sql: "SELECT g FROM pg_catalog.generate_series(1, 200000000) g ORDER BY g DESC",
        told: &["limit Limit::StatementTime of 2000", "SQLSTATE 53"],
        needs: None,
    },
];

/// The wall is the length of a value before it is read, and before that a session's share of the sandbox's memory.
const LARGE: &[Statement] = &[
    Statement {
        name: "memory-of-the-server",
        sql: "SELECT pg_catalog.length(pg_catalog.string_agg(pg_catalog.repeat('x', 10000000), '')) \
              FROM pg_catalog.generate_series(1, 107)",
        told: &[
            "SQLSTATE 53200",
            "SQLSTATE 54000",
            "limit Limit::StatementTime of 2000",
        ],
        needs: None,
    },
    Statement {
        name: "cell-of-200-mb",
        sql: "SELECT pg_catalog.repeat('x', 200000000)",
        told: &["limit Limit::CellBytes of 1048576", "SQLSTATE 53200"],
        needs: None,
    },
    Statement {
        name: "value-of-900-mb",
        sql: "SELECT pg_catalog.repeat('x', 900000000)",
        told: &["limit Limit::CellBytes of 1048576", "SQLSTATE 53200"],
        needs: None,
    },
    Statement {
        name: "cell-just-too-large",
        sql: "SELECT pg_catalog.repeat('x', 1048577)",
        told: &["limit Limit::CellBytes of 1048576"],
        needs: None,
    },
    Statement {
        name: "deep-expression",
        sql: "SELECT pg_catalog.repeat('[', 60000)::pg_catalog.json",
        told: &["SQLSTATE 54001", "SQLSTATE 22P02"],
        needs: None,
    },
];
