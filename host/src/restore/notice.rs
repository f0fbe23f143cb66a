//! What an error of the restore means: SQLSTATE and the failing statement, never the message alone.
//!
//! The default is the gravest: an error that no rule names is serious. What cost fidelity is not benign because it is
//! common; a policy that was lost for want of a role leaves row security on and every row hidden.

use std::collections::BTreeMap;

use crate::plan::Roles;
use crate::restore::log::{Entry, Severity};
use crate::restore::statement::{object, verb};
use crate::restore::{Gravity, Notice};

const UNDEFINED_OBJECT: &str = "42704";
const DUPLICATE_OBJECT: &str = "42710";
const DUPLICATE_SCHEMA: &str = "42P06";
const INSUFFICIENT_PRIVILEGE: &str = "42501";
const INVALID_PARAMETER: &str = "22023";
const UNDEFINED_DATABASE: &str = "3D000";
/// A column's option that Postgres 15.20 sets for itself and that no statement may set. Its own pg_dump leaves it out; that of
/// another major version which is older than that release, such as 16.14, writes it into the dump.
const INTERNAL_OPTION: &str = "unrecognized parameter \"pg_attver\"";
/// Foreign key, unique and check violations.
const CONSTRAINTS: [&str; 3] = ["23503", "23505", "23514"];
/// A dump's own `BEGIN` and `COMMIT` around its large objects, inside the one transaction that psql makes of it.
const OWN_TRANSACTION: [&str; 2] = ["25001", "25P01"];
/// Warnings that Postgres gives for a healthy dump: publications under `wal_level = minimal`, and subscriptions.
const BENIGN_WARNINGS: [&str; 2] = ["55000", "01000"];

/// Classifies every warning and error, equal ones counted together, the gravest first.
pub fn classify(entries: &[Entry], roles: Roles) -> Vec<Notice> {
    let copy_failed = entries
        .iter()
        .any(|e| is_error(e) && verb(&e.statement) == "COPY");
    let mut counted: BTreeMap<(String, String, String), Notice> = BTreeMap::new();
    for entry in entries {
        if entry.severity == Severity::Other {
            continue;
        }
        let (class, gravity) = judge(entry, roles, copy_failed);
        let role = missing_role(entry);
        let statement = verb(&entry.statement);
        // Missing roles are counted by role, as the closeout's note N-1 does; the rest by object.
        let subject = role.unwrap_or_else(|| object(&entry.statement));
        counted
            .entry((entry.sqlstate.clone(), statement.clone(), subject.clone()))
            .or_insert(Notice {
                sqlstate: entry.sqlstate.clone(),
                statement,
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

fn judge(entry: &Entry, roles: Roles, copy_failed: bool) -> (&'static str, Gravity) {
    use Gravity::{Benign, Fidelity, Serious};
    let verb = verb(&entry.statement);
    let state = entry.sqlstate.as_str();
    if entry.severity == Severity::Warning {
        return match state {
            s if BENIGN_WARNINGS.contains(&s) => ("warning", Benign),
            s if OWN_TRANSACTION.contains(&s) => ("own-transaction", Benign),
            _ => ("unknown-warning", Serious),
        };
    }
    if entry.severity != Severity::Error {
        return ("server-failure", Serious);
    }
    if missing_role(entry).is_some() {
        let only_access = matches!(
            verb.as_str(),
            "GRANT" | "REVOKE" | "ALTER DEFAULT PRIVILEGES" | "ALTER OWNER"
        );
        return match (only_access, roles) {
            (true, Roles::Skip) => ("missing-role", Benign),
            (true, Roles::Create) => ("missing-role", Fidelity),
            (false, _) => ("missing-role", Serious),
        };
    }
    if ["53", "57P", "08"]
        .iter()
        .any(|class| state.starts_with(class))
    {
        // Out of resources, shut down, cut off: never a matter of one object.
        return ("server-failure", Serious);
    }
    match (verb.as_str(), state) {
        ("COPY", _) => ("copy", Serious),
        ("SET", UNDEFINED_OBJECT) => ("unknown-setting", Benign),
        ("SET", INVALID_PARAMETER) if entry.statement.contains("default_tablespace") => {
            ("missing-tablespace", Benign)
        }
        ("ALTER TABLE", INVALID_PARAMETER) if entry.message == INTERNAL_OPTION => {
            ("internal-option", Benign)
        }
        ("CREATE SCHEMA", DUPLICATE_SCHEMA) if object(&entry.statement) == "public" => {
            ("already-exists", Benign)
        }
        ("CREATE EXTENSION", DUPLICATE_OBJECT) if object(&entry.statement) == "plpgsql" => {
            ("already-exists", Benign)
        }
        ("COMMENT", INSUFFICIENT_PRIVILEGE) if entry.statement.contains("EXTENSION plpgsql") => {
            ("extension-owner", Benign)
        }
        (_, UNDEFINED_DATABASE) => ("missing-database", Fidelity),
        ("ALTER TABLE", s) if CONSTRAINTS.contains(&s) && !copy_failed => {
            // The rows are whole, so production itself violates its constraint.
            ("constraint-violated-by-source", Fidelity)
        }
        ("CREATE INDEX", s) if !s.starts_with("23") => ("index", Fidelity),
        ("REFRESH MATERIALIZED VIEW", _) => ("materialized-view", Fidelity),
        ("SECURITY LABEL", _) => ("security-label", Fidelity),
        (
            "CREATE FOREIGN DATA WRAPPER"
            | "CREATE SERVER"
            | "CREATE PUBLICATION"
            | "ALTER PUBLICATION"
            | "CREATE SUBSCRIPTION"
            | "CREATE EVENT TRIGGER",
            _,
        ) => ("outside-connection", Fidelity),
        _ => ("unclassified", Serious),
    }
}

/// The role that an error says is missing. The sandbox's server speaks English (`lc_messages = C`).
fn missing_role(entry: &Entry) -> Option<String> {
    if entry.sqlstate != UNDEFINED_OBJECT {
        return None;
    }
    let name = entry.message.strip_prefix("role \"")?;
    Some(name.strip_suffix("\" does not exist")?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(sqlstate: &str, message: &str, statement: &str) -> Entry {
        Entry {
            severity: Severity::Error,
            sqlstate: sqlstate.into(),
            message: message.into(),
            statement: statement.into(),
            database: "d".into(),
            application: "psql".into(),
        }
    }

    fn gravity(sqlstate: &str, message: &str, statement: &str, roles: Roles) -> Gravity {
        classify(&[error(sqlstate, message, statement)], roles)[0].gravity
    }

    const NO_ROLE: &str = "role \"directus\" does not exist";

    #[test]
    fn missing_roles_are_counted_by_role_and_benign_only_where_they_were_skipped() {
        let grant = error(
            "42704",
            NO_ROLE,
            "GRANT SELECT ON TABLE public.t TO directus;",
        );
        let notices = classify(&vec![grant; 870], Roles::Skip);
        assert_eq!(notices.len(), 1);
        assert_eq!(
            (notices[0].count, notices[0].subject.as_str()),
            (870, "directus")
        );
        assert_eq!(notices[0].gravity, Gravity::Benign);
        let owner = "--\n-- Name: t; Type: TABLE\n--\n\nALTER TABLE public.t OWNER TO directus;";
        assert_eq!(
            gravity("42704", NO_ROLE, owner, Roles::Skip),
            Gravity::Benign
        );
        assert_eq!(
            gravity("42704", NO_ROLE, owner, Roles::Create),
            Gravity::Fidelity
        );
    }

    #[test]
    fn a_policy_lost_for_want_of_a_role_is_serious_even_when_roles_were_skipped() {
        let policy = "CREATE POLICY p ON public.t TO directus USING (true);";
        assert_eq!(
            gravity("42704", NO_ROLE, policy, Roles::Skip),
            Gravity::Serious
        );
        let schema = "CREATE SCHEMA s AUTHORIZATION directus;";
        assert_eq!(
            gravity("42704", NO_ROLE, schema, Roles::Skip),
            Gravity::Serious
        );
    }

    #[test]
    fn what_no_rule_names_is_serious() {
        for (state, statement) in [
            ("42P01", "CREATE VIEW v AS SELECT 1;"),
            ("42P07", "CREATE TABLE public.t (a int);"),
            ("42704", "CREATE TABLE public.t (a public.missing);"),
            ("53100", "CREATE INDEX i ON public.t (a);"),
            ("22P02", "COPY public.t (a) FROM stdin;"),
            ("42601", "1\tcanary;"),
            ("23505", "CREATE UNIQUE INDEX i ON public.t (a);"),
        ] {
            assert_eq!(
                gravity(state, "m", statement, Roles::Skip),
                Gravity::Serious,
                "{state} {statement}"
            );
        }
    }

    #[test]
    fn a_violated_constraint_is_the_sources_own_unless_rows_were_lost() {
        let constraint = error(
            "23503",
            "m",
            "ALTER TABLE ONLY public.t\n    ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES public.u(a);",
        );
        assert_eq!(
            classify(std::slice::from_ref(&constraint), Roles::Create)[0].gravity,
            Gravity::Fidelity
        );
        let copy = error("22P02", "m", "COPY public.u (a) FROM stdin;");
        let notices = classify(&[constraint, copy], Roles::Create);
        assert!(
            notices.iter().all(|n| n.gravity == Gravity::Serious),
            "{notices:?}"
        );
    }

    #[test]
    fn harmless_ones_are_benign() {
        for (state, statement) in [
            ("42704", "SET transaction_timeout = 0;"),
            ("42P06", "CREATE SCHEMA public;"),
            ("42710", "CREATE EXTENSION plpgsql;"),
        ] {
            assert_eq!(
                gravity(state, "m", statement, Roles::Create),
                Gravity::Benign,
                "{statement}"
            );
        }
        assert_eq!(
            gravity("42P06", "m", "CREATE SCHEMA app;", Roles::Create),
            Gravity::Serious
        );
    }

    #[test]
    fn an_option_that_the_server_sets_for_itself_is_no_loss_and_another_is() {
        let statement = "ALTER TABLE ONLY app.person ALTER COLUMN id SET (pg_attver=22191712);";
        let of = |message: &str| gravity("22023", message, statement, Roles::Create);
        assert_eq!(of("unrecognized parameter \"pg_attver\""), Gravity::Benign);
        assert_eq!(
            of("unrecognized parameter \"n_distinct\""),
            Gravity::Serious
        );
    }

    #[test]
    fn the_warnings_of_a_dump_with_large_objects_are_benign_and_no_other() {
        let warned = |state| {
            let warning = Entry {
                severity: Severity::Warning,
                ..error(state, "m", "")
            };
            classify(&[warning], Roles::Create)[0].gravity
        };
        assert_eq!(warned("25001"), Gravity::Benign);
        assert_eq!(warned("25P01"), Gravity::Benign);
        assert_eq!(warned("25P02"), Gravity::Serious);
        // As an error it is something else.
        assert_eq!(
            gravity("25001", "m", "VACUUM;", Roles::Create),
            Gravity::Serious
        );
    }

    #[test]
    fn notices_hold_no_row_data() {
        let notices = classify(
            &[
                error(
                    "22P02",
                    "invalid input: canary-cell",
                    "COPY public.t (a) FROM stdin;",
                ),
                error(
                    "42601",
                    "syntax error at or near canary-cell",
                    "canary-cell\t17;",
                ),
                error("23505", "m", "INSERT INTO t VALUES ('canary-cell');"),
            ],
            Roles::Create,
        );
        assert!(
            !format!("{notices:?}").contains("canary-cell"),
            "{notices:?}"
        );
    }
}
