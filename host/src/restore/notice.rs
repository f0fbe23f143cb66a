//! What an error of the restore means: SQLSTATE and the failing statement, never the message alone.
//!
//! [`WARNINGS`] and [`ERRORS`] are read from the top, and the first row that fits decides. What no row names is serious. What cost
//! fidelity is not benign because it is common; a policy that was lost for want of a role leaves row security on and
//! every row hidden. SQLSTATEs are those of the manual's appendix A.

use std::collections::BTreeMap;

use crate::plan::Roles;
use crate::restore::Gravity::{self, Benign, Fidelity, Serious};
use crate::restore::Notice;
use crate::restore::log::{Entry, Severity};
use crate::restore::statement::{object, significant, verb};
use vhost_dump::manifest::normalise::{internal_option, restores_statistics};
use vhost_dump::manifest::preamble::is_removal;

/// One row: which errors it is about, and what they mean.
struct Rule {
    /// SQLSTATEs, or the starts of them; any where none is listed.
    states: &'static [&'static str],
    /// Kinds of statement, as [`verb`] tells them; any where none is listed.
    statements: &'static [&'static str],
    when: When,
    class: &'static str,
    gravity: Gravity,
}

/// What else must be so for a row to fit.
enum When {
    Always,
    /// The server says that a role does not exist.
    RoleMissing,
    /// The same, and the plan says that roles are not created.
    RoleSkipped,
    /// The server says that a collation does not exist.
    CollationMissing,
    /// The server says that it does not know the option that it sets for itself.
    InternalOption,
    /// The statement is about an object of one of these names.
    Named(&'static [&'static str]),
    /// No COPY and no INSERT failed, so that the rows are those of the source.
    RowsWhole,
    /// The statement gives the planner statistics, and does nothing else.
    Statistics,
    /// The statement is one of those that `pg_dump --clean` begins with.
    Removal,
}

const fn rule(
    states: &'static [&'static str],
    statements: &'static [&'static str],
    when: When,
    class: &'static str,
    gravity: Gravity,
) -> Rule {
    Rule {
        states,
        statements,
        when,
        class,
        gravity,
    }
}

/// Statements that say who owns and may use what, and make nothing.
const ACCESS: &[&str] = &["GRANT", "REVOKE", "ALTER DEFAULT PRIVILEGES", "ALTER OWNER"];
/// Settings at the head of a dump that change how it is restored and nothing of what is restored. An older server does
/// not know all that a newer pg_dump sets (`_doSetFixedOutputState` in Postgres' pg_backup_archiver.c).
const HEAD: &[&str] = &[
    "statement_timeout",
    "lock_timeout",
    "idle_in_transaction_session_timeout",
    "transaction_timeout",
    "check_function_bodies",
    "xmloption",
    "client_min_messages",
    "row_security",
];
const EXISTS: &[&str] = &["42P04", "42P06", "42P07", "42701", "42710", "42723"];
/// Not-null, foreign key, unique, check and exclusion violations.
const VIOLATED: &[&str] = &["23502", "23503", "23505", "23514", "23P01"];
/// No such table, function, schema, object, column, or a type or operator that is unknown.
const MISSING: &[&str] = &["42P01", "42883", "3F000", "42704", "42703"];
/// A column's option that Postgres 15.20 sets for itself and that no statement may set. Its own pg_dump leaves it out; that of
/// another major version which is older than that release, such as 16.14, writes it into the dump.
const INTERNAL_OPTION: &str = "unrecognized parameter \"pg_attver\"";
const OUTSIDE: &[&str] = &[
    "CREATE FOREIGN DATA WRAPPER",
    "CREATE SERVER",
    "CREATE PUBLICATION",
    "ALTER PUBLICATION",
    "CREATE SUBSCRIPTION",
    "CREATE EVENT TRIGGER",
];

/// Rows for warnings. Most that a healthy dump gives come from the sandbox having no replication.
#[rustfmt::skip]
const WARNINGS: &[Rule] = &[
    // `wal_level` is minimal in a cluster that is thrown away; the publication is made all the same.
    rule(&["55000"], &["CREATE PUBLICATION", "ALTER PUBLICATION"], When::Always, "no-replication", Benign),
    // pg_dump makes subscriptions with `connect = false`, and the server says what that leaves to do.
    rule(&["01000"], &["CREATE SUBSCRIPTION"], When::Always, "no-replication", Benign),
    // The source has it all the same, and there as here it is not used.
    rule(&["42809"], &["CREATE CAST"], When::Always, "cast-over-a-domain", Benign),
    // A dump's own BEGIN and COMMIT around its large objects, where somebody wrapped the dump in a transaction.
    rule(&["25001", "25P01"], &[], When::Always, "own-transaction", Benign),
    // What the database sets for its sessions and this one cannot take, such as a tablespace that is not here. No statement
    // has run yet, and the setting itself is in the database and compared.
    rule(&["22023", "42704"], &["(none)"], When::Always, "session-setting", Benign),
    // Of a range's column, pg_dump 18 leaves out an argument that the server wants with the one beside it.
    rule(&[], &[], When::Statistics, "planner-statistics", Benign),
    // A grant that was not given, or not taken back.
    rule(&["01007", "01006"], &["GRANT", "REVOKE"], When::Always, "grant-without-effect", Fidelity),
    rule(&[], &[], When::Always, "unknown-warning", Serious),
];

/// Rows for errors.
#[rustfmt::skip]
const ERRORS: &[Rule] = &[
    // Out of resources, shut down, cut off, a server's own fault: never a matter of one object.
    rule(&["53", "57P", "08", "XX", "58030"], &[], When::Always, "server-failure", Serious),

    // pg_dump 18 writes them with `--statistics` of any server; those before 18 have no function to take them. ANALYZE makes them.
    rule(&[], &[], When::Statistics, "planner-statistics", Benign),

    // A missing role costs owners and grants where it was skipped on purpose. A policy, a schema's AUTHORIZATION or a
    // user mapping is more than access: it is not there at all.
    rule(&["42704"], ACCESS, When::RoleSkipped, "missing-role", Benign),
    rule(&["42704"], ACCESS, When::RoleMissing, "missing-role", Fidelity),
    // A dump has it for what the role sets in the database.
    rule(&["42704"], &["ALTER ROLE"], When::RoleMissing, "missing-role", Fidelity),
    rule(&["42704"], &[], When::RoleMissing, "missing-role", Serious),

    // A new database has nothing that could be removed; that the rest is there, the second dump shows.
    rule(MISSING, &[], When::Removal, "nothing-to-remove", Benign),

    rule(&["22023", "42704", "42501"], &["ALTER DATABASE", "ALTER ROLE"], When::Always, "database-setting", Fidelity),

    rule(&[], &["COPY"], When::Always, "copy", Serious),

    rule(&["42704"], &["SET"], When::Named(HEAD), "unknown-setting", Benign),
    // A sandbox has one disk. Where a table lies is no part of what it holds.
    rule(&["22023", "42704"], &["SET"], When::Named(&["default_tablespace"]), "missing-tablespace", Benign),
    // The tables that follow are made with the server's own access method.
    rule(&["22023", "42704"], &["SET"], When::Named(&["default_table_access_method"]), "missing-access-method", Fidelity),
    rule(&[], &["SET"], When::Always, "unknown-setting", Serious),

    // Every new database has these two.
    rule(&["42P06"], &["CREATE SCHEMA"], When::Named(&["public"]), "already-exists", Benign),
    rule(&["42710"], &["CREATE EXTENSION"], When::Named(&["plpgsql"]), "already-exists", Benign),
    rule(&["42501"], &["COMMENT"], When::Named(&["plpgsql"]), "extension-owner", Benign),
    // Anything else was there before the dump or stands in it twice, and which of the two it is now, nobody knows.
    rule(EXISTS, &[], When::Always, "already-exists", Serious),

    rule(&["0A000", "58P01"], &["CREATE EXTENSION"], When::Always, "missing-extension", Serious),
    rule(&["22023"], &["CREATE EXTENSION", "ALTER EXTENSION"], When::Always, "extension-version", Serious),
    rule(&[], &["CREATE EXTENSION", "ALTER EXTENSION"], When::Always, "extension", Serious),
    // A function whose library (`$libdir/…`) or whose symbol in it is not in the sandbox.
    rule(&["58P01", "42883", "58P02"], &["CREATE FUNCTION", "CREATE PROCEDURE", "CREATE LANGUAGE"], When::Always, "missing-library", Serious),

    rule(&[], &["CREATE COLLATION"], When::Always, "collation", Serious),
    rule(&["42704"], &[], When::CollationMissing, "collation", Serious),
    rule(&["22023", "42809", "42704"], &["CREATE DATABASE"], When::Always, "locale", Serious),
    rule(&["3D000"], &[], When::Always, "missing-database", Fidelity),

    // The restoring role is a superuser: what it may not do is give an object to an owner who may not have it.
    rule(&["42501"], &["ALTER OWNER", "COMMENT", "GRANT", "REVOKE"], When::Always, "must-be-owner", Fidelity),
    rule(&["42501"], &[], When::Always, "insufficient-privilege", Serious),

    rule(&["22023"], &["ALTER TABLE"], When::InternalOption, "internal-option", Benign),
    // The rows are whole, so production itself violates its constraint.
    rule(VIOLATED, &["ALTER TABLE"], When::RowsWhole, "constraint-violated-by-source", Fidelity),
    rule(VIOLATED, &[], When::Always, "constraint", Serious),

    rule(&[], &["CREATE POLICY", "ALTER POLICY"], When::Always, "policy", Serious),
    rule(&[], &["CREATE INDEX"], When::Always, "index", Fidelity),
    rule(&[], &["REFRESH MATERIALIZED VIEW"], When::Always, "materialized-view", Fidelity),
    rule(&[], &["SECURITY LABEL"], When::Always, "security-label", Fidelity),
    rule(&[], OUTSIDE, When::Always, "outside-connection", Fidelity),

    rule(MISSING, &[], When::Always, "missing-object", Serious),
    // Syntax of another version, or rows that an old psql ran as SQL.
    rule(&["42601"], &[], When::Always, "syntax", Serious),
    rule(&["25P02"], &[], When::Always, "aborted-transaction", Serious),
    rule(&[], &[], When::Always, "unclassified", Serious),
];

/// What is known of a failure before any row is looked at.
struct Failure<'e> {
    state: &'e str,
    verb: String,
    object: String,
    role: Option<&'e str>,
    collation: bool,
    internal_option: bool,
    removal: bool,
    statistics: bool,
    roles: Roles,
    rows_failed: bool,
}

impl Rule {
    fn fits(&self, failure: &Failure<'_>) -> bool {
        let state =
            self.states.is_empty() || self.states.iter().any(|s| failure.state.starts_with(s));
        let statement =
            self.statements.is_empty() || self.statements.iter().any(|s| *s == failure.verb);
        let when = match self.when {
            When::Always => true,
            When::RoleMissing => failure.role.is_some(),
            When::RoleSkipped => failure.role.is_some() && failure.roles == Roles::Skip,
            When::CollationMissing => failure.collation,
            When::InternalOption => failure.internal_option,
            When::Named(names) => names.iter().any(|name| *name == failure.object),
            When::RowsWhole => !failure.rows_failed,
            When::Statistics => failure.statistics,
            When::Removal => failure.removal,
        };
        state && statement && when
    }
}

/// Classifies every warning and error, equal ones counted together, the gravest first.
pub fn classify(entries: &[Entry], roles: Roles) -> Vec<Notice> {
    let rows_failed = entries
        .iter()
        .any(|e| is_error(e) && ["COPY", "INSERT"].contains(&verb(&e.statement).as_str()));
    let mut counted: BTreeMap<(String, String, String, Gravity), Notice> = BTreeMap::new();
    for entry in entries {
        if entry.severity == Severity::Other {
            continue;
        }
        let failure = failure(entry, roles, rows_failed);
        let (class, gravity) = judge(entry.severity, &failure);
        // Missing roles are counted by role, as the closeout's note N-1 does; the rest by object.
        let subject = failure.role.map_or(failure.object, str::to_owned);
        counted
            .entry((
                entry.sqlstate.clone(),
                failure.verb.clone(),
                subject.clone(),
                gravity,
            ))
            .or_insert(Notice {
                sqlstate: entry.sqlstate.clone(),
                statement: failure.verb,
                subject,
                class,
                gravity,
                count: 0,
            })
            .count += 1;
    }
    let mut notices: Vec<_> = counted.into_values().collect();
    notices.sort_by(|a, b| b.gravity.cmp(&a.gravity).then(b.count.cmp(&a.count)));
    notices
}

fn is_error(entry: &Entry) -> bool {
    matches!(
        entry.severity,
        Severity::Error | Severity::Fatal | Severity::Panic
    )
}

fn failure(entry: &Entry, roles: Roles, rows_failed: bool) -> Failure<'_> {
    let verb = verb(&entry.statement);
    // A message may name what only a row says. The statement's own text is the dump's, but for an INSERT's.
    let role = (entry.sqlstate == "42704" && verb != "INSERT")
        .then(|| missing_role(&entry.message))
        .flatten()
        .filter(|role| entry.statement.contains(role));
    Failure {
        state: &entry.sqlstate,
        object: object(&entry.statement),
        verb,
        role,
        collation: entry.message.starts_with("collation \""),
        internal_option: entry.message == INTERNAL_OPTION && internal_option(&entry.statement),
        removal: is_removal(&entry.statement),
        statistics: restores_statistics(significant(&entry.statement).trim_end()),
        roles,
        rows_failed,
    }
}

fn judge(severity: Severity, failure: &Failure<'_>) -> (&'static str, Gravity) {
    let rules = match severity {
        Severity::Warning => WARNINGS,
        Severity::Error => ERRORS,
        // A session or the whole server that ended is no matter of one statement.
        Severity::Fatal | Severity::Panic | Severity::Other => return ("server-failure", Serious),
    };
    rules
        .iter()
        .find(|rule| rule.fits(failure))
        .map_or(("unclassified", Serious), |rule| (rule.class, rule.gravity))
}

/// The role that an error says is missing. The sandbox's server speaks English (`lc_messages = C`).
fn missing_role(message: &str) -> Option<&str> {
    message
        .strip_prefix("role \"")?
        .strip_suffix("\" does not exist")
}

#[cfg(test)]
mod tests;
