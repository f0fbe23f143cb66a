//! Sequences: their values, and whether the next one is taken already.

use std::collections::BTreeMap;

use tokio_postgres::Client;

use super::probe::{Probe, Rule};
use super::rows::path;
use super::session::{self, number, text};
use super::{FidelityError, Weight};
use vhost_dump::manifest::{Direction, Manifest, Sequence};

const PURPOSE: &str = "the sequences' values";
/// Sequences that one statement asks for.
const AT_ONCE: usize = 200;

/// A sequence of the restored database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub value: Sequence,
    /// `smallint`, `integer` or `bigint`.
    pub counts_in: String,
    start: i64,
    pub increment: i64,
    pub least: i64,
    pub most: i64,
    pub cycle: Cycle,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cycle {
    Yes,
    No,
}

/// Every sequence that no extension brings.
pub async fn look(client: &Client) -> Result<Vec<Found>, FidelityError> {
    let sql = "SELECT n.nspname, c.relname, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcycle, \
         pg_catalog.format_type(s.seqtypid, NULL) \
         FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' \
         AND (NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid \
         AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e') \
         OR EXISTS (SELECT FROM pg_extension e WHERE c.oid = ANY (e.extconfig))) ORDER BY 1, 2";
    let mut found = Vec::new();
    for row in session::rows(client, PURPOSE, sql).await? {
        let increment = number(&row, 3, PURPOSE)?;
        found.push(Found {
            value: Sequence {
                schema: text(&row, 0, PURPOSE)?.to_owned(),
                name: text(&row, 1, PURPOSE)?.to_owned(),
                last_value: 0,
                is_called: false,
                direction: match increment {
                    ..0 => Direction::Descending,
                    _ => Direction::Ascending,
                },
            },
            start: number(&row, 2, PURPOSE)?,
            increment,
            least: number(&row, 4, PURPOSE)?,
            most: number(&row, 5, PURPOSE)?,
            cycle: match text(&row, 6, PURPOSE)? {
                "t" => Cycle::Yes,
                _ => Cycle::No,
            },
            counts_in: text(&row, 7, PURPOSE)?.to_owned(),
        });
    }
    for some in found.chunks_mut(AT_ONCE) {
        let values: Vec<String> = some
            .iter()
            .enumerate()
            .map(|(at, one)| {
                let sequence = path(&one.value.schema, &one.value.name);
                format!("SELECT {at}, last_value, is_called FROM {sequence}")
            })
            .collect();
        let sql = values.join(" UNION ALL ");
        for row in session::rows(client, PURPOSE, &sql).await? {
            let at: usize = number(&row, 0, PURPOSE)?;
            if let Some(one) = some.get_mut(at) {
                one.value.last_value = number(&row, 1, PURPOSE)?;
                one.value.is_called = text(&row, 2, PURPOSE)? == "t";
            }
        }
    }
    Ok(found)
}

/// The values as a dump would give them: without those that the dump leaves out and that stand at their start, which
/// is where a dump without rows leaves them.
pub fn values(found: &[Found], expected: &Manifest) -> Vec<Sequence> {
    let given: BTreeMap<(&str, &str), ()> = expected
        .sequences
        .iter()
        .map(|one| ((one.schema.as_str(), one.name.as_str()), ()))
        .collect();
    let values = found.iter().filter(|one| {
        let value = &one.value;
        given.contains_key(&(value.schema.as_str(), value.name.as_str()))
            || value.is_called
            || value.last_value != one.start
    });
    values.map(|one| one.value.clone()).collect()
}

impl Found {
    /// What `nextval` would give; none where it would fail because the sequence is at its end.
    fn next(&self) -> Option<i64> {
        if !self.value.is_called {
            return Some(self.value.last_value);
        }
        let next = self.value.last_value.checked_add(self.increment);
        match next.filter(|next| (self.least..=self.most).contains(next)) {
            Some(next) => Some(next),
            None if self.cycle == Cycle::No => None,
            None if self.increment > 0 => Some(self.least),
            None => Some(self.most),
        }
    }
}

/// What a sequence feeds, as numbers of sequence, relation and column: it is owned by the column (`SERIAL`, identity), or
/// is all of its default.
pub const FEEDS: &str = "SELECT d.objid AS seq, d.refobjid AS rel, d.refobjsubid AS col FROM pg_depend d \
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') \
    AND d.refobjsubid > 0 \
    UNION SELECT d.refobjid, e.adrelid, e.adnum FROM pg_depend d JOIN pg_attrdef e ON e.oid = d.objid \
    WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass \
    AND pg_get_expr(e.adbin, e.adrelid) ~ '^\\(?nextval\\(''([^'']|'''')*''::regclass\\)\\)?(::[a-z ]+)?$'";

/// The columns of [`FEEDS`] where an equal value can collide.
///
/// Only numbers, and only where the column stands in a unique index that leaves no row out. The last column says
/// whether such an index has this column alone, so that an equal value is a collision whatever the others hold.
const FED: &str = "SELECT n.nspname, c.relname, tn.nspname, t.relname, a.attname, t.relkind, \
    bool_or(i.indnkeyatts = 1) FROM feeds f \
    JOIN pg_class c ON c.oid = f.seq AND c.relkind = 'S' JOIN pg_namespace n ON n.oid = c.relnamespace \
    JOIN pg_class t ON t.oid = f.rel AND t.relkind IN ('r', 'p') JOIN pg_namespace tn ON tn.oid = t.relnamespace \
    JOIN pg_attribute a ON a.attrelid = f.rel AND a.attnum = f.col AND NOT a.attisdropped \
    JOIN pg_type y ON y.oid = a.atttypid AND y.typcategory = 'N' \
    JOIN pg_index i ON i.indrelid = f.rel AND i.indisunique AND i.indpred IS NULL \
    AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]) \
    WHERE n.nspname !~ '^pg_' AND c.relpersistence <> 't' GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5";

/// Looks whether the next value of a sequence stands already in a column that it feeds.
pub async fn collisions(client: &Client, found: &[Found]) -> Result<Vec<Probe>, FidelityError> {
    let by_name: BTreeMap<(&str, &str), &Found> = found
        .iter()
        .map(|one| ((one.value.schema.as_str(), one.value.name.as_str()), one))
        .collect();
    let mut probes = Vec::new();
    for row in session::rows(client, PURPOSE, &format!("WITH feeds AS ({FEEDS}) {FED}")).await? {
        let at = |i| text(&row, i, PURPOSE);
        let Some(sequence) = by_name.get(&(at(0)?, at(1)?)) else {
            continue;
        };
        let Some(next) = sequence.next() else {
            continue;
        };
        let table = path(at(2)?, at(3)?);
        // A partitioned table holds its rows in others; a plain one's unique index says nothing about its children.
        let only = match at(5)? {
            "p" => "",
            _ => "ONLY ",
        };
        let column = crate::restore::roles::quoted(at(4)?);
        let sql = format!("SELECT EXISTS (SELECT FROM {only}{table} WHERE {column} = {next})");
        if session::one(client, PURPOSE, &sql).await? != "t" {
            continue;
        }
        let weight = match at(6)? {
            "t" => Weight::Fails,
            _ => Weight::Remark,
        };
        probes.push(Probe {
            rule: Rule::SequenceCollision,
            weight,
            subject: format!("{}.{}", at(0)?, at(1)?),
            said: format!(
                "its next value is in {}.{} ({}) already: setval it behind the column's last value",
                at(2)?,
                at(3)?,
                at(4)?
            ),
        });
    }
    Ok(probes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(last_value: i64, is_called: bool, increment: i64, cycle: Cycle) -> Option<i64> {
        let found = Found {
            value: Sequence {
                schema: "s".to_owned(),
                name: "q".to_owned(),
                last_value,
                is_called,
                direction: Direction::Ascending,
            },
            counts_in: "bigint".to_owned(),
            start: 1,
            increment,
            least: if increment > 0 { 1 } else { -9 },
            most: if increment > 0 { 9 } else { -1 },
            cycle,
        };
        found.next()
    }

    #[test]
    fn the_next_value_is_nextvals() {
        assert_eq!(next(5, false, 1, Cycle::No), Some(5));
        assert_eq!(next(5, true, 1, Cycle::No), Some(6));
        assert_eq!(next(9, true, 1, Cycle::No), None);
        assert_eq!(next(8, true, 5, Cycle::Yes), Some(1));
        assert_eq!(next(-3, true, -1, Cycle::No), Some(-4));
        assert_eq!(next(-9, true, -1, Cycle::No), None);
        assert_eq!(next(-9, true, -1, Cycle::Yes), Some(-1));
    }
}
