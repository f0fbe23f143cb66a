//! Every key of a relation is found in the relation that it points to.
//!
//! ```toml
//! [[checks.foreign-keys.references]]
//! child = "shop.order_line"
//! columns = ["country", "order_number"]
//! parent = "shop.order"
//! keys = ["country", "number"]
//! match = "simple"
//! at_least = 1
//! ```
//!
//! **When to use it.** Where the data points somewhere and no constraint says so: keys across schemas of two services,
//! a constraint that was declared `NOT VALID` or dropped for the sake of speed, a parent that is loaded from elsewhere.
//! Also after a partial dump, which restores without an error when constraints were left out as well. A foreign key that
//! the dump does hold was validated when it was restored.
//!
//! `columns` and `keys` are compared in their order. `match` and `at_least` are optional. As in Postgres, `simple`, the
//! default, looks at no key with a null in it, and `full` takes a key with some nulls and not all for a fault
//! (`no-partial-keys`). `at_least` (default 0) is how many whole keys there must be: no key at all has no orphan either.

use vhost_check::{Check, CouldNotLook, Findings, Ident, QueryError, Relation, Subject, scalar};

#[derive(serde::Deserialize)]
struct ForeignKeys {
    references: Vec<Reference>,
}

#[derive(serde::Deserialize)]
struct Reference {
    child: Relation,
    columns: Vec<Ident>,
    parent: Relation,
    keys: Vec<Ident>,
    #[serde(default, rename = "match")]
    matching: Match,
    #[serde(default)]
    at_least: i64,
}

/// What a key with nulls in it means.
#[derive(Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Match {
    #[default]
    Simple,
    Full,
}

impl Check for ForeignKeys {
    fn run(self, findings: &mut Findings) -> Result<(), CouldNotLook> {
        for reference in &self.references {
            reference.pairs()?;
        }
        for reference in &self.references {
            // Asked for by itself, so that a parent which is not there is not taken for a child.
            let mut there = false;
            findings.about(&reference.parent, |_| {
                reference.parent.describe(&reference.keys)?;
                there = true;
                Ok(())
            })?;
            if there {
                findings.about(&reference.child, |findings| reference.look(findings))?;
            }
        }
        Ok(())
    }
}

impl Reference {
    /// The child's columns, each with the key that it is compared with.
    fn pairs(&self) -> Result<Vec<(&Ident, &Ident)>, CouldNotLook> {
        if self.columns.len() != self.keys.len() || self.columns.is_empty() {
            return Err(CouldNotLook::because(format!(
                "settings: {} has {} `columns` for {} `keys`; name as many of each, and at least one",
                self.child.plain(),
                self.columns.len(),
                self.keys.len()
            )));
        }
        Ok(self.columns.iter().zip(&self.keys).collect())
    }

    fn look(&self, findings: &mut Findings) -> Result<(), QueryError> {
        let subject = match &self.columns[..] {
            [column] => Subject::column(&self.child, column),
            _ => Subject::from(&self.child),
        };
        let child = &self.child;
        let count = |condition: &str| -> Result<i64, QueryError> {
            scalar(
                &format!("SELECT count(*) FROM {child} c WHERE {condition}"),
                &[],
            )
        };
        let (whole, orphan) = (self.whole(), self.orphan());
        findings.expect_none("no-orphans", subject.clone(), count(&orphan)?);
        if self.matching == Match::Full {
            let partial = format!("NOT ({whole}) AND NOT ({})", self.null());
            findings.expect_none("no-partial-keys", subject.clone(), count(&partial)?);
        }
        if self.at_least > 0 {
            findings.expect_at_least("enough-rows", subject, self.at_least, count(&whole)?);
        }
        Ok(())
    }

    /// A condition on a child's row: its key has no null.
    fn whole(&self) -> String {
        self.each(|column| format!("c.{column} IS NOT NULL"))
    }

    /// A condition on a child's row: its key has nothing but nulls.
    fn null(&self) -> String {
        self.each(|column| format!("c.{column} IS NULL"))
    }

    fn each(&self, condition: impl Fn(&Ident) -> String) -> String {
        let conditions: Vec<String> = self.columns.iter().map(condition).collect();
        conditions.join(" AND ")
    }

    /// A condition on a child's row: its key is whole, and nowhere in the parent.
    fn orphan(&self) -> String {
        let equal = self.columns.iter().zip(&self.keys);
        let equal: Vec<String> = equal
            .map(|(column, key)| format!("p.{key} = c.{column}"))
            .collect();
        format!(
            "{} AND NOT EXISTS (SELECT FROM {} p WHERE {})",
            self.whole(),
            self.parent,
            equal.join(" AND ")
        )
    }
}

vhost_check::export!(ForeignKeys);

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(columns: &str, keys: &str) -> Reference {
        let json = format!(
            r#"{{"child": "s.c", "columns": {columns}, "parent": "s.p", "keys": {keys}, "match": "full"}}"#
        );
        serde_json::from_str(&json).unwrap()
    }

    #[test]
    fn keys_are_compared_in_their_order() {
        let reference = reference(r#"["a", "B"]"#, r#"["x", "y\"z"]"#);
        assert_eq!(
            reference.orphan(),
            r#"c."a" IS NOT NULL AND c."B" IS NOT NULL AND NOT EXISTS (SELECT FROM "s"."p" p WHERE p."x" = c."a" AND p."y""z" = c."B")"#
        );
        assert_eq!(reference.null(), r#"c."a" IS NULL AND c."B" IS NULL"#);
    }

    #[test]
    fn a_key_needs_as_many_columns_on_both_sides() {
        for (columns, keys) in [(r#"["a"]"#, r#"["x", "y"]"#), ("[]", "[]")] {
            let error = reference(columns, keys).pairs().unwrap_err().to_string();
            assert!(error.starts_with("settings: s.c has "), "{error}");
        }
    }
}
