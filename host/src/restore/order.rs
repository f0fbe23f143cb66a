//! When a statement of a dump may run beside rows that are still on their way.

use crate::restore::statement::significant;

/// What a statement means for the rows before and after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// It touches no table: `setval`, the calls that write large objects, settings of psql's own session.
    Free,
    /// The same, and the sessions that take rows need it too.
    Setting,
    /// A transaction of the dump's own begins.
    Begins,
    Ends,
    /// It makes or drops a whole database.
    Database,
    /// All rows before it must be there, and it must be done before any row after it.
    Barrier,
}

/// Settings that say how rows are read.
const OF_ROWS: [&str; 11] = [
    "client_encoding",
    "search_path",
    "row_security",
    "xmloption",
    "standard_conforming_strings",
    "datestyle",
    "intervalstyle",
    "timezone",
    "bytea_output",
    "lc_monetary",
    // Somebody's own, in front of rows whose triggers and keys are there already.
    "session_replication_role",
];
/// As pg_dump writes it, and not otherwise: an expression in its place could do anything.
const NO_PATH: &str = "SELECT pg_catalog.set_config('search_path', '', false);";
const FREE_CALLS: [&str; 8] = [
    "SELECT pg_catalog.setval(",
    "SELECT pg_catalog.lo_create(",
    "SELECT pg_catalog.lo_open(",
    "SELECT pg_catalog.lowrite(",
    "SELECT pg_catalog.lo_close(",
    "SELECT pg_catalog.lo_unlink(",
    "SELECT pg_catalog.lo_from_bytea(",
    "SELECT pg_catalog.lo_put(",
];

/// Reads a statement, or the start of a long one.
pub fn order(statement: &str) -> Order {
    let statement = significant(statement);
    if statement.trim_end() == NO_PATH {
        return Order::Setting;
    }
    if FREE_CALLS.iter().any(|call| statement.starts_with(call)) {
        return Order::Free;
    }
    let mut words = statement
        .split(|c: char| c.is_whitespace() || c == ';' || c == '=')
        .filter(|word| !word.is_empty());
    let first = words.next().unwrap_or("").to_ascii_uppercase();
    let second = words.next().unwrap_or("").to_ascii_lowercase();
    match (first.as_str(), second.as_str()) {
        ("SET", name) if OF_ROWS.contains(&name) => Order::Setting,
        ("SET", "session" | "local" | "role" | "constraints" | "transaction") => Order::Barrier,
        ("SET", _) => Order::Free,
        ("BEGIN", _) | ("START", "transaction") => Order::Begins,
        ("COMMIT" | "END" | "ROLLBACK" | "ABORT", _) => Order::Ends,
        ("CREATE" | "DROP", "database") => Order::Database,
        _ => Order::Barrier,
    }
}

/// Whether a statement only switches a table's triggers off or on, as `pg_dump --disable-triggers` does around each table's rows.
pub fn switches_triggers(statement: &str) -> bool {
    let statement = significant(statement).trim_end();
    statement.starts_with("ALTER TABLE ") && statement.ends_with("ABLE TRIGGER ALL;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_touches_no_table_goes_past_rows() {
        for (statement, expected) in [
            (
                "--\n-- Name: s; Type: SEQUENCE SET\n--\n\nSELECT pg_catalog.setval('public.s', 7, true);",
                Order::Free,
            ),
            ("SELECT pg_catalog.lowrite(0, '\\x00');", Order::Free),
            ("SET default_tablespace = '';", Order::Free),
            ("SET client_encoding = 'UTF8';", Order::Setting),
            (
                "SELECT pg_catalog.set_config('search_path', '', false);",
                Order::Setting,
            ),
            (
                "SELECT pg_catalog.set_config('search_path', public.f(), false);",
                Order::Barrier,
            ),
            ("SET SESSION AUTHORIZATION 'x';", Order::Barrier),
            ("BEGIN;", Order::Begins),
            ("COMMIT;", Order::Ends),
            ("CREATE DATABASE shop;", Order::Database),
            ("SELECT 1;", Order::Barrier),
            ("ALTER TABLE t DISABLE TRIGGER ALL;", Order::Barrier),
            ("INSERT INTO t VALUES (1);", Order::Barrier),
        ] {
            assert_eq!(order(statement), expected, "{statement}");
        }
    }
}
