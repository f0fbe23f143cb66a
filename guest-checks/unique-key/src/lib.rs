//! No two rows share a business key.
//!
//! ```toml
//! [[checks.unique-key.keys]]
//! relation = "shop.customer"
//! columns = ["country", "tax_number"]
//! compare = "folded"
//! nulls = "refused"
//! where = "deleted_at IS NULL"
//! at_least = 1
//! ```
//!
//! **When to use it.** For the keys by which people know a thing, where the database only knows its own number: mail
//! addresses that differ in case, an invoice number that is unique among the rows that are not cancelled, a key over two
//! partitions that no unique index can span. It also sees what a unique index would have refused and a plain one, put in
//! its place, let in.
//!
//! All but `relation` and `columns` is optional. `compare = "folded"` compares the columns' text without blanks around
//! it and in lower case (as the column's collation makes it: in the locale C for ASCII letters alone); the default is
//! `exact`, the type's own equality. `nulls`: `distinct` (the default) looks at no key with a null in it, `equal` takes
//! nulls for equal, `refused` does not let keys have any (`no-null-keys`). `where` is a condition in SQL for the rows that
//! count. `at_least` (default 0) is how many of them there must be.

use vhost_check::{
    Check, CouldNotLook, Expression, Findings, Ident, QueryError, Relation, Subject, query_one,
    scalar,
};

#[derive(serde::Deserialize)]
struct UniqueKey {
    keys: Vec<BusinessKey>,
}

#[derive(serde::Deserialize)]
struct BusinessKey {
    relation: Relation,
    columns: Vec<Ident>,
    #[serde(default)]
    compare: Compare,
    #[serde(default)]
    nulls: Nulls,
    #[serde(default = "Expression::always", rename = "where")]
    condition: Expression,
    #[serde(default)]
    at_least: i64,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Compare {
    #[default]
    Exact,
    Folded,
}

/// What a null in a key means.
#[derive(Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Nulls {
    #[default]
    Distinct,
    Equal,
    Refused,
}

impl Check for UniqueKey {
    fn run(self, findings: &mut Findings) -> Result<(), CouldNotLook> {
        for key in &self.keys {
            if key.columns.is_empty() {
                return Err(CouldNotLook::because(format!(
                    "settings: the key of {} has no `columns`; name at least one",
                    key.relation.plain()
                )));
            }
        }
        for key in &self.keys {
            findings.about(&key.relation, |findings| key.look(findings))?;
        }
        Ok(())
    }
}

impl BusinessKey {
    fn look(&self, findings: &mut Findings) -> Result<(), QueryError> {
        let subject = match &self.columns[..] {
            [column] => Subject::column(&self.relation, column),
            _ => Subject::from(&self.relation),
        };
        let too_many: i64 = scalar(&self.too_many(), &[])?;
        findings.expect_none("unique-key", subject.clone(), too_many);
        let (rows, nulls): (i64, i64) = query_one(&self.counts(), &[])?;
        if self.nulls == Nulls::Refused {
            findings.expect_none("no-null-keys", subject.clone(), nulls);
        }
        if self.at_least > 0 {
            findings.expect_at_least("enough-rows", subject, self.at_least, rows);
        }
        Ok(())
    }

    /// Counts the rows that are one too many of their key.
    fn too_many(&self) -> String {
        let columns: Vec<String> = self.columns.iter().map(|c| self.compared(c)).collect();
        let nulls = match self.nulls {
            Nulls::Equal => String::new(),
            // Where nulls are refused they are counted by themselves.
            Nulls::Distinct | Nulls::Refused => format!(" AND NOT ({})", self.with_null()),
        };
        format!(
            "SELECT coalesce(sum(n - 1), 0)::int8 FROM (SELECT count(*) AS n FROM {} WHERE {}{nulls} GROUP BY {} HAVING count(*) > 1) AS shared",
            self.relation,
            self.condition,
            columns.join(", "),
        )
    }

    /// Counts the rows that matter, and those of them with a null in their key.
    fn counts(&self) -> String {
        format!(
            "SELECT count(*), count(*) FILTER (WHERE {}) FROM {} WHERE {}",
            self.with_null(),
            self.relation,
            self.condition
        )
    }

    fn compared(&self, column: &Ident) -> String {
        match self.compare {
            Compare::Exact => column.to_string(),
            Compare::Folded => format!("lower(btrim({column}::text))"),
        }
    }

    fn with_null(&self) -> String {
        let nulls: Vec<String> = self
            .columns
            .iter()
            .map(|c| format!("{c} IS NULL"))
            .collect();
        nulls.join(" OR ")
    }
}

vhost_check::export!(UniqueKey);

#[cfg(test)]
mod tests {
    use super::*;

    fn key(more: &str) -> BusinessKey {
        let json = format!(r#"{{"relation": "s.t", "columns": ["a", "B"]{more}}}"#);
        serde_json::from_str(&json).unwrap()
    }

    #[test]
    fn what_is_no_fault_of_a_key_is_left_out() {
        assert_eq!(
            key("").too_many(),
            "SELECT coalesce(sum(n - 1), 0)::int8 FROM (SELECT count(*) AS n FROM \"s\".\"t\" WHERE (true\n) \
             AND NOT (\"a\" IS NULL OR \"B\" IS NULL) GROUP BY \"a\", \"B\" HAVING count(*) > 1) AS shared"
        );
        let equal = key(r#", "nulls": "equal", "where": "live""#).too_many();
        assert!(!equal.contains("IS NULL"), "{equal}");
        assert!(equal.contains("WHERE (live\n) GROUP BY"), "{equal}");
    }

    #[test]
    fn folded_keys_are_compared_by_their_text() {
        let folded = key(r#", "compare": "folded""#).too_many();
        assert!(
            folded.contains(r#"GROUP BY lower(btrim("a"::text)), lower(btrim("B"::text))"#),
            "{folded}"
        );
    }
}
