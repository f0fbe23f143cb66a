//! Two aggregates are equal, as debits and credits are.
//!
//! ```toml
//! [[checks.balanced-sums.balances]]
//! name = "debits-equal-credits"
//! relation = "ledger.entry"
//! left = "sum(debit)"
//! right = "sum(credit)"
//! by = ["journal_id"]
//! within = "0.00"
//! where = "state = 'posted'"
//! at_least = 1
//! ```
//!
//! **When to use it.** For the sentences that an auditor would ask about first: debits equal credits in each journal, the
//! lines of an invoice add up to its total, the stock is what came in less what went out. A row that is missing or twice,
//! a digit that changed or a column that lost decimals breaks such a sum where no constraint looks.
//!
//! `left`, `right` and `where` are SQL as the operator writes it here: aggregates over the relation's rows, and a condition
//! for the rows that count. They may hold sub-selects of other relations that the grant opens. Without `by` they are over
//! all these rows, with it over each group of them. All but `relation`, `left` and `right` is optional; `name` (default
//! `balanced`) is the finding's rule, its number the groups that do not balance.
//!
//! Integers, numerics and money are compared exactly, whatever their length. A sum of floating-point numbers depends on the
//! order of its rows, so that needs `within`, the greatest difference that is still balanced. A side that is null, as
//! a sum of no values is, balances nothing, not even another null, and neither does NaN or an infinity. Mind that `sum`
//! passes over nulls: where an amount must not be null, say so with `allowed-values`. `at_least` (default 1) is how many
//! rows there must be: an empty ledger is balanced, and lost.

use vhost_check::{
    Check, CouldNotLook, Expression, Findings, Ident, QueryError, Relation, Subject, Value, query,
    query_one,
};

/// real and double precision, whose numbers no release of Postgres changes (`pg_type.dat`).
const FLOATS: [u32; 2] = [700, 701];

#[derive(serde::Deserialize)]
struct BalancedSums {
    balances: Vec<Balance>,
}

#[derive(serde::Deserialize)]
struct Balance {
    #[serde(default = "balanced")]
    name: String,
    relation: Relation,
    left: Expression,
    right: Expression,
    #[serde(default)]
    by: Vec<Ident>,
    within: Option<String>,
    #[serde(default = "Expression::always", rename = "where")]
    condition: Expression,
    #[serde(default = "one")]
    at_least: i64,
}

fn balanced() -> String {
    "balanced".to_owned()
}

fn one() -> i64 {
    1
}

impl Check for BalancedSums {
    fn run(self, findings: &mut Findings) -> Result<(), CouldNotLook> {
        for balance in &self.balances {
            balance.valid()?;
        }
        for balance in &self.balances {
            // Asked for by itself: what is missing later on is missing to an expression.
            let mut there = false;
            findings.about(&balance.relation, |_| {
                balance.relation.describe(&balance.by)?;
                there = true;
                Ok(())
            })?;
            if there {
                balance.look(findings)?;
            }
        }
        Ok(())
    }
}

impl Balance {
    fn valid(&self) -> Result<(), CouldNotLook> {
        let kebab = self.name.split('-').all(|word| {
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
            !word.is_empty() && word.bytes().all(plain)
        });
        if !kebab || self.name.len() > 64 {
            return Err(CouldNotLook::because(format!(
                "settings: the name `{}` is not kebab-case of at most 64 characters, such as `debits-equal-credits`",
                self.name
            )));
        }
        let decimal = |text: &String| {
            let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
            let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            digits(whole) && digits(decimals)
        };
        match &self.within {
            Some(within) if !decimal(within) => Err(CouldNotLook::because(format!(
                "settings: {}: `{within}` is no difference: write, for example, within = \"0.01\"",
                self.name
            ))),
            _ => Ok(()),
        }
    }

    fn look(&self, findings: &mut Findings) -> Result<(), CouldNotLook> {
        match self.count(findings) {
            // What the plan's SQL names is not in the backup, or misspelt: it does not hold either way.
            Err(Blind::Asked(error))
                if error.is_missing_relation() || error.is_missing_column() =>
            {
                findings.expect("expressions-resolve", &self.relation, false);
                Ok(())
            }
            Err(Blind::Asked(error)) => Err(CouldNotLook::because(format!(
                "{} of {}: {error}",
                self.name,
                self.relation.plain()
            ))),
            Err(Blind::Inexact) => Err(CouldNotLook::because(format!(
                "settings: {} of {} adds floating-point numbers; write `within`, or cast them to numeric",
                self.name,
                self.relation.plain()
            ))),
            Ok(()) => Ok(()),
        }
    }

    fn count(&self, findings: &mut Findings) -> Result<(), Blind> {
        let inexact = self.types()?.iter().any(|oid| FLOATS.contains(oid));
        if inexact && self.within.is_none() {
            return Err(Blind::Inexact);
        }
        let within = self.within.clone().unwrap_or_else(|| "0".to_owned());
        let common = if inexact { "float8" } else { "numeric" };
        let (rows, unbalanced): (i64, i64) =
            query_one(&self.question(common), &[Value::Text(within)])?;
        findings.expect_none(&self.name, Subject::from(&self.relation), unbalanced);
        if self.at_least > 0 {
            findings.expect_at_least("enough-rows", &self.relation, self.at_least, rows);
        }
        Ok(())
    }

    /// The two sides' types.
    fn types(&self) -> Result<Vec<u32>, QueryError> {
        let Balance {
            left,
            right,
            relation,
            ..
        } = self;
        // Planned and never run: `false` is not looked for in any row.
        let sql = format!("SELECT {left}, {right} FROM {relation} WHERE false");
        let columns = query(&sql, &[])?.columns();
        Ok(columns.iter().map(|column| column.type_oid).collect())
    }

    /// Counts the rows, and the groups of them that do not balance; `$1` is the greatest difference that does.
    fn question(&self, common: &str) -> String {
        let Balance {
            left,
            right,
            relation,
            condition,
            ..
        } = self;
        let by: Vec<String> = self.by.iter().map(Ident::to_string).collect();
        let group = match by.is_empty() {
            true => String::new(),
            false => format!(" GROUP BY {}", by.join(", ")),
        };
        // NaN is greater than any number to Postgres, and the difference of two infinities is NaN.
        format!(
            "SELECT coalesce(sum(n), 0)::int8, count(*) FILTER (WHERE (abs(l - r) <= $1::text::{common}) IS NOT TRUE)
               FROM (SELECT count(*) AS n, {left}::{common} AS l, {right}::{common} AS r
                       FROM {relation} WHERE {condition}{group}) AS sides"
        )
    }
}

/// Why two sides could not be compared.
enum Blind {
    Asked(QueryError),
    /// Floating-point numbers, and no greatest difference.
    Inexact,
}

impl From<QueryError> for Blind {
    fn from(error: QueryError) -> Self {
        Blind::Asked(error)
    }
}

vhost_check::export!(BalancedSums);

#[cfg(test)]
mod tests {
    use super::*;

    fn balance(more: &str) -> Balance {
        let json = format!(r#"{{"relation": "s.t", "left": "sum(a)", "right": "sum(b)"{more}}}"#);
        serde_json::from_str(&json).unwrap()
    }

    #[test]
    fn groups_are_counted_and_nothing_else_leaves() {
        let sql = balance(r#", "by": ["J"], "where": "live""#).question("numeric");
        assert!(
            sql.starts_with("SELECT coalesce(sum(n), 0)::int8, count(*) FILTER"),
            "{sql}"
        );
        assert!(sql.contains("(sum(a)\n)::numeric AS l"), "{sql}");
        assert!(sql.contains("WHERE (live\n) GROUP BY \"J\")"), "{sql}");
        assert!(!balance("").question("float8").contains("GROUP BY"));
    }

    #[test]
    fn names_and_differences_are_looked_at_first() {
        for (more, word) in [
            (r#", "name": "Debits""#, "kebab-case"),
            (r#", "name": "a--b""#, "kebab-case"),
            (r#", "within": "-1""#, "within = \"0.01\""),
            (r#", "within": "1e3""#, "within = \"0.01\""),
            (r#", "within": ".5""#, "within = \"0.01\""),
        ] {
            let error = balance(more).valid().unwrap_err().to_string();
            assert!(
                error.starts_with("settings: ") && error.contains(word),
                "{error}"
            );
        }
        assert!(
            balance(r#", "name": "a-1", "within": "0.50""#)
                .valid()
                .is_ok()
        );
    }
}
