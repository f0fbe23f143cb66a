//! A small shop as production: one server for all tests that leave it alone, a database for each.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use super::server::{SUPERUSER, Server, end_with_this_process};
use super::{Grant, Plan};

/// The role that drills read with: it can read all and write nothing.
pub const READER: &str = "reader";

/// What the shop's tables hold, as the shipped checks are told.
pub const CHECKS: &str = r#"
[checks.row-matrix]
relations = { "shop.unit" = 3, "shop.lane" = 2, "shop.ledger" = 200, "shop.alias" = 0 }
total = 205

[[checks.row-exact.rows]]
relation = "shop.ledger"
key = { id = 7 }
cells = { amount = "3.50", note = "entry 7", settled = { null = true } }

[checks.row-unchanged]
relation = "shop.unit"
key = { unit_key = "TARGET" }
columns = { mode = "draft_only", status = "draft" }

[checks.exclusive-reference]
relation = "shop.lane"
lane = "lane"
first = "first_id"
second = "second_id"
lanes = { executor = "first", verifier = "second" }
rows = 2
expect = [{ key = { id = "DOT-991" }, reference = "7c963f27-5b0e-4d6a-9c41-e2a8f3b1d704" }]

[checks.relation-empty]
relations = ["shop.alias"]
"#;

/// What the shipped checks read in the shop.
pub const GRANTS: [Grant<'static>; 5] = [
    Grant::counts(
        "row-matrix",
        &[
            "shop.unit(unit_key)",
            "shop.lane(id)",
            "shop.ledger(id)",
            "shop.alias(alias_id)",
        ],
    ),
    Grant::counts("row-exact", &["shop.ledger"]),
    Grant::counts("row-unchanged", &["shop.unit"]),
    Grant::counts("exclusive-reference", &["shop.lane"]),
    Grant::counts("relation-empty", &["shop.alias(alias_id)"]),
];

/// Their names.
pub const SHIPPED: [&str; 5] = [
    "row-matrix",
    "row-exact",
    "row-unchanged",
    "exclusive-reference",
    "relation-empty",
];

const SQL: &str = "
    CREATE SCHEMA shop AUTHORIZATION shop_owner;
    SET ROLE shop_owner;
    CREATE TABLE shop.unit (unit_key text PRIMARY KEY, mode text NOT NULL, status text NOT NULL);
    INSERT INTO shop.unit VALUES ('TARGET', 'draft_only', 'draft'), ('A', 'live', 'sold'), ('B', 'live', 'open');
    CREATE TABLE shop.lane (id text PRIMARY KEY, lane text, first_id uuid, second_id uuid);
    INSERT INTO shop.lane VALUES
        ('DOT-991', 'executor', '7c963f27-5b0e-4d6a-9c41-e2a8f3b1d704', NULL),
        ('DOT-992', 'verifier', NULL, '633f2c51-9a7d-4e83-b6f0-1c52d8e94ab7');
    CREATE TABLE shop.ledger (id int PRIMARY KEY, amount numeric(8, 2) NOT NULL, note text, settled timestamptz);
    INSERT INTO shop.ledger SELECT n, n * 0.5, 'entry ' || n FROM generate_series(1, 200) n;
    CREATE TABLE shop.alias (alias_id text PRIMARY KEY);
    RESET ROLE;
    GRANT USAGE ON SCHEMA shop TO clerk;
    GRANT SELECT, INSERT ON shop.ledger TO clerk";

/// A server with the shop's roles.
pub struct Shop {
    pub server: Server,
}

/// One test's own copy of the shop.
pub struct Database {
    shop: &'static Shop,
    pub name: String,
}

/// The reader's: long, random, and with what has to be escaped in a passfile and a connection string.
pub fn password() -> String {
    static PASSWORD: OnceLock<String> = OnceLock::new();
    PASSWORD
        .get_or_init(|| {
            format!(
                "pw:{:032x}\\'{:032x}",
                rand::random::<u128>(),
                rand::random::<u128>()
            )
        })
        .clone()
}

impl Shop {
    /// A server of a test's own, for one that restarts or stops it.
    pub fn open() -> Self {
        let server = Server::start(&[]);
        server.sql(
            "postgres",
            &format!(
                "CREATE ROLE {READER} LOGIN PASSWORD '{}'; GRANT pg_read_all_data TO {READER}; \
                 CREATE ROLE shop_owner; CREATE ROLE clerk",
                password().replace('\'', "''")
            ),
        );
        server.sql("postgres", "CREATE DATABASE shop");
        server.sql("shop", SQL);
        Self { server }
    }

    /// The server that tests share.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Shop> = OnceLock::new();
        SHARED.get_or_init(|| {
            let shop = Self::open();
            end_with_this_process(shop.server.socket_dir());
            shop
        })
    }

    /// A plan's `[source]` for a database here.
    pub fn source(&self, database: &str) -> String {
        format!(
            "conninfo = {:?}\npassword_file = \"password\"",
            self.server.conninfo(READER, database)
        )
    }
}

impl Database {
    /// A copy of the shop on the shared server.
    pub fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        Self::called(&format!("shop_{}", NUMBER.fetch_add(1, Ordering::Relaxed)))
    }

    /// The same under a name of one's own.
    pub fn called(name: &str) -> Self {
        let shop = Shop::shared();
        let quoted = name.replace('"', "\"\"");
        shop.server.sql(
            "postgres",
            &format!("CREATE DATABASE \"{quoted}\" TEMPLATE shop"),
        );
        let name = name.to_owned();
        Self { shop, name }
    }

    /// A copy that was changed.
    pub fn changed(sql: &str) -> Self {
        let database = Self::new();
        database.sql(sql);
        database
    }

    pub fn sql(&self, sql: &str) -> String {
        self.shop.server.sql(&self.name, sql)
    }

    /// A plan that drills it, with the shipped checks' settings.
    pub fn plan(&self) -> Plan {
        Plan {
            source: Some(self.shop.source(&self.name)),
            rest: CHECKS.to_owned(),
            ..Plan::default()
        }
    }

    /// Of the superuser, for the tests' own pg_dump.
    pub fn conninfo(&self) -> String {
        self.shop.server.conninfo(SUPERUSER, &self.name)
    }
}
