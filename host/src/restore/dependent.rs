//! Tables whose rows need other tables' rows.
//!
//! Rows go in side by side, and pg_restore's jobs put them in in no order. That is all the same for a table that looks at nothing
//! but its own row. A foreign key, a trigger, a rule, or a check, a domain, a generated column or an index with a function in SQL or
//! another language that can query, may look at other tables: its rows are right only after those that the dump has before them, and
//! what they are worth must not depend on who was faster.
//!
//! What is written in C is not counted: extensions' types would make nearly every table one of these.

use std::collections::BTreeSet;

use tokio_postgres::{Client, Error, SimpleQueryMessage};

/// Which keys, triggers, rules and indexes stand before rows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// All that there are now.
    Now,
    /// Those of extensions' own tables: an archive has the others behind its rows.
    OfExtensions,
}

/// Schema and name of every such table, and of what it inherits from, through which it may get its rows.
pub async fn tables(client: &Client, keys: Keys) -> Result<BTreeSet<(String, String)>, Error> {
    let keys = match keys {
        Keys::Now => "true",
        Keys::OfExtensions => {
            "EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.pg_class'::regclass \
             AND e.objid = relations.oid AND e.deptype = 'e')"
        }
    };
    let sql = format!(
        "WITH RECURSIVE relations(oid) AS (SELECT oid FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p') AND oid >= 16384), {}, \
         upward(oid) AS (\
             SELECT oid FROM dependent \
             UNION SELECT i.inhparent FROM pg_catalog.pg_inherits i JOIN upward ON i.inhrelid = upward.oid\
         ) SELECT n.nspname, c.relname FROM upward \
         JOIN pg_catalog.pg_class c USING (oid) JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace",
        dependent(keys)
    );
    let answer = client.simple_query(&sql).await?;
    let names = answer.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some((row.get(0)?.to_owned(), row.get(1)?.to_owned())),
        _ => None,
    });
    Ok(names.collect())
}

/// `dependent(oid)` out of `relations(oid)`; `keys` says of which of them keys, triggers, rules and indexes count.
///
/// A dependency on what initdb made is not recorded (manual, `pg_depend`), and nothing that initdb made queries tables of users.
fn dependent(keys: &str) -> String {
    format!(
        "judge(relation, class, object) AS (\
             SELECT relations.oid, 'pg_catalog.pg_constraint'::regclass::oid, k.oid \
             FROM relations JOIN pg_catalog.pg_constraint k ON k.conrelid = relations.oid WHERE k.contype = 'c' \
             UNION SELECT relations.oid, 'pg_catalog.pg_attrdef'::regclass::oid, d.oid \
             FROM relations JOIN pg_catalog.pg_attribute a ON a.attrelid = relations.oid \
             JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE a.attgenerated <> '' \
             UNION SELECT relations.oid, 'pg_catalog.pg_class'::regclass::oid, i.indexrelid \
             FROM relations JOIN pg_catalog.pg_index i ON i.indrelid = relations.oid WHERE {keys} \
             UNION SELECT relations.oid, 'pg_catalog.pg_type'::regclass::oid, a.atttypid \
             FROM relations JOIN pg_catalog.pg_attribute a ON a.attrelid = relations.oid \
             WHERE a.attnum > 0 AND NOT a.attisdropped AND a.atttypid >= 16384 \
             UNION SELECT judge.relation, further.class, further.object FROM judge CROSS JOIN LATERAL (\
                 SELECT d.refclassid AS class, d.refobjid AS object FROM pg_catalog.pg_depend d \
                 WHERE d.classid = judge.class AND d.objid = judge.object AND d.refclassid IN (\
                     'pg_catalog.pg_proc'::regclass, 'pg_catalog.pg_operator'::regclass, 'pg_catalog.pg_type'::regclass, \
                     'pg_catalog.pg_opclass'::regclass, 'pg_catalog.pg_opfamily'::regclass) \
                 UNION ALL SELECT 'pg_catalog.pg_constraint'::regclass, k.oid FROM pg_catalog.pg_constraint k \
                 WHERE judge.class = 'pg_catalog.pg_type'::regclass AND k.contypid = judge.object \
                 UNION ALL SELECT 'pg_catalog.pg_type'::regclass, a.atttypid FROM pg_catalog.pg_type t \
                 JOIN pg_catalog.pg_attribute a ON a.attrelid = t.typrelid \
                 WHERE judge.class = 'pg_catalog.pg_type'::regclass AND t.oid = judge.object AND t.typtype = 'c' \
                 AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid >= 16384\
             ) further\
         ), dependent(oid) AS (\
             SELECT judge.relation FROM judge JOIN pg_catalog.pg_proc p ON p.oid = judge.object \
             JOIN pg_catalog.pg_language l ON l.oid = p.prolang \
             WHERE judge.class = 'pg_catalog.pg_proc'::regclass AND l.lanname NOT IN ('internal', 'c') \
             UNION SELECT relations.oid FROM relations JOIN pg_catalog.pg_class c ON c.oid = relations.oid \
             WHERE (c.relhastriggers OR c.relhasrules) AND {keys})"
    )
}

/// For people: which tables' rows went in one after another, and why.
pub fn remark(tables: &BTreeSet<(String, String)>) -> Option<String> {
    const NAMED: usize = 3;
    let names = tables.iter().take(NAMED);
    let names: Vec<String> = names
        .map(|(schema, name)| format!("{schema}.{name}"))
        .collect();
    let more = match tables.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!tables.is_empty()).then(|| {
        format!(
            "what checks the rows of {}{more} can read other tables: they were restored in the dump's order, as by psql and by \
             pg_restore with one job; with several jobs the restore may fail",
            names.join(", ")
        )
    })
}
