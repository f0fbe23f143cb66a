//! The statements of a dump that are about the database itself, as `pg_dump --create` writes them.

use std::fmt;

use crate::script::statement::starts_with;

/// More than any database has of its own; the rest is not kept, and the round trip finds it missing.
const KEPT: usize = 1 << 20;
/// pg_dump's words for the entries of the database, and for those that are about it when they name it so.
const ITSELF: [&str; 2] = ["DATABASE", "DATABASE PROPERTIES"];
const ABOUT: [&str; 3] = ["ACL", "COMMENT", "SECURITY LABEL"];
/// What such an entry holds beside settings of the session that loads the dump.
const STATEMENTS: [&str; 8] = [
    "ALTER DATABASE ",
    "ALTER ROLE ",
    "COMMENT ON DATABASE ",
    "SECURITY LABEL ",
    "GRANT ",
    "REVOKE ",
    "SET SESSION AUTHORIZATION ",
    "RESET SESSION AUTHORIZATION",
];

/// Has no `Debug` of its own text: the value of a setting may be a secret.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Database {
    /// `CREATE DATABASE …;`
    pub create: Option<String>,
    /// What else the dump says of it, in order: owner, settings, comment, grants.
    pub statements: Vec<String>,
}

impl Database {
    /// Takes a statement that stands under the heading of an entry.
    pub fn take(&mut self, kind: &str, name: &str, statement: &str) {
        let about = ABOUT.contains(&kind) && name.starts_with("DATABASE ");
        if !about && !ITSELF.contains(&kind) {
            return;
        }
        if starts_with(statement, "CREATE DATABASE ") {
            self.create.get_or_insert_with(|| statement.to_owned());
        } else if STATEMENTS.iter().any(|one| starts_with(statement, one)) {
            let kept: usize = self.statements.iter().map(String::len).sum();
            if kept + statement.len() <= KEPT {
                self.statements.push(statement.to_owned());
            }
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database")
            .field("create", &self.create.is_some())
            .field("statements", &self.statements.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_about_the_database_itself_is_kept_and_not_shown() {
        let mut database = Database::default();
        for (kind, name, statement) in [
            ("DATABASE", "shop", "CREATE DATABASE shop;"),
            ("DATABASE", "shop", "ALTER DATABASE shop OWNER TO alice;"),
            ("DATABASE", "shop", "SET client_encoding = 'UTF8';"),
            (
                "COMMENT",
                "DATABASE shop",
                "COMMENT ON DATABASE shop IS 'hunter2';",
            ),
            (
                "DATABASE PROPERTIES",
                "shop",
                "ALTER ROLE bob IN DATABASE shop SET a.b = '1';",
            ),
            (
                "ACL",
                "DATABASE shop",
                "GRANT CONNECT ON DATABASE shop TO bob;",
            ),
            (
                "ACL",
                "TABLE database",
                "GRANT SELECT ON TABLE public.database TO bob;",
            ),
            ("TABLE", "shop", "ALTER TABLE public.shop OWNER TO alice;"),
        ] {
            database.take(kind, name, statement);
        }
        assert_eq!(database.create.as_deref(), Some("CREATE DATABASE shop;"));
        assert_eq!(database.statements.len(), 4);
        assert!(!format!("{database:?}").contains("hunter2"));
    }

    #[test]
    fn no_dump_fills_the_memory_with_it() {
        let mut database = Database::default();
        let long = format!("ALTER DATABASE shop SET a.b = '{}';", "x".repeat(KEPT / 3));
        for _ in 0..9 {
            database.take("DATABASE PROPERTIES", "shop", &long);
        }
        assert_eq!(database.statements.len(), 2);
    }
}
