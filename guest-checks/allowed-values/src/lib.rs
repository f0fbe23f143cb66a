//! Columns hold listed values, or what a pattern describes.
//!
//! ```toml
//! [[checks.allowed-values.columns]]
//! relation = "shop.order"
//! column = "state"
//! values = ["draft", "paid", "shipped"]
//! nulls = "refused"
//!
//! [[checks.allowed-values.columns]]
//! relation = "shop.order"
//! column = "number"
//! pattern = "[A-Z]{2}-[0-9]{6}"
//! ignore_case = true
//! where = "NOT imported"
//! at_least = 1
//! ```
//!
//! **When to use it.** For text that is an enumeration in everything but its type, codes with a form, flags that are numbers.
//! A dump in another encoding, a column of another version of the application or two columns that changed places restore
//! without a fault and are seen here.
//!
//! `values`, `pattern` or both: then either will do. A value is a string, which is compared with the column's text form, an
//! integer or a boolean. A pattern is one of Postgres' advanced regular expressions (the manual, 9.7.3) and has to match the
//! whole text; `ignore_case` is about the pattern alone. Nulls are `allowed` unless `nulls` says `refused` (`no-nulls`).
//! `where` is a condition in SQL for the rows that count; `at_least` (default 0) is how many values, nulls not counted,
//! there must be.

use vhost_check::{
    Cell, Check, CouldNotLook, Expression, Findings, Ident, QueryError, Relation, Subject, Value,
    query_one, scalar,
};

#[derive(serde::Deserialize)]
struct AllowedValues {
    columns: Vec<Column>,
}

#[derive(serde::Deserialize)]
struct Column {
    relation: Relation,
    column: Ident,
    #[serde(default)]
    values: Vec<Cell>,
    pattern: Option<String>,
    #[serde(default)]
    ignore_case: bool,
    #[serde(default)]
    nulls: Nulls,
    #[serde(default = "Expression::always", rename = "where")]
    condition: Expression,
    #[serde(default)]
    at_least: i64,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Nulls {
    #[default]
    Allowed,
    Refused,
}

impl Check for AllowedValues {
    fn run(self, findings: &mut Findings) -> Result<(), CouldNotLook> {
        for column in &self.columns {
            column.valid()?;
        }
        for column in &self.columns {
            if let Some(pattern) = &column.pattern {
                // By itself: over no rows Postgres would not look at it, and in the frame below a stray parenthesis
                // would change what it means.
                let sql = format!("SELECT '' {} $1::text", column.matches());
                scalar::<bool>(&sql, &[Value::Text(pattern.clone())])?;
            }
            findings.about(&column.relation, |findings| column.look(findings))?;
        }
        Ok(())
    }
}

impl Column {
    fn valid(&self) -> Result<(), CouldNotLook> {
        let wrong = if self.values.is_empty() && self.pattern.is_none() {
            "has neither `values` nor `pattern`; write at least one of them"
        } else if self.values.contains(&Cell::Null) {
            "has a null among its `values`; nulls are allowed unless `nulls = \"refused\"`"
        } else if self.ignore_case && self.pattern.is_none() {
            "has `ignore_case` without a `pattern`; write the values as they are"
        } else {
            return Ok(());
        };
        let column = format!("{}.{}", self.relation.plain(), self.column.as_str());
        Err(CouldNotLook::because(format!("settings: {column} {wrong}")))
    }

    fn matches(&self) -> &'static str {
        match self.ignore_case {
            true => "~*",
            false => "~",
        }
    }

    fn look(&self, findings: &mut Findings) -> Result<(), QueryError> {
        let (sql, params) = self.question();
        let (nulls, values, other): (i64, i64, i64) = query_one(&sql, &params)?;
        let subject = Subject::column(&self.relation, &self.column);
        findings.expect_none("allowed-values", subject.clone(), other);
        if self.nulls == Nulls::Refused {
            findings.expect_none("no-nulls", subject.clone(), nulls);
        }
        if self.at_least > 0 {
            findings.expect_at_least("enough-values", subject, self.at_least, values);
        }
        Ok(())
    }

    /// Counts nulls, values, and values that are not allowed.
    fn question(&self) -> (String, Vec<Value>) {
        let (column, mut params) = (&self.column, Vec::new());
        let mut allowed: Vec<String> = self
            .values
            .iter()
            .map(|value| value.condition(column, &mut params))
            .collect();
        if let Some(pattern) = &self.pattern {
            params.push(Value::Text(format!("^(?:{pattern})$")));
            allowed.push(format!(
                "{column}::text {} ${}::text",
                self.matches(),
                params.len()
            ));
        }
        let sql = format!(
            "SELECT count(*) - count({column}), count({column}), count({column}) FILTER (WHERE NOT ({})) FROM {} WHERE {}",
            allowed.join(" OR "),
            self.relation,
            self.condition
        );
        (sql, params)
    }
}

vhost_check::export!(AllowedValues);

#[cfg(test)]
mod tests {
    use super::*;

    fn column(more: &str) -> Column {
        let json = format!(r#"{{"relation": "s.t", "column": "Say \"c\""{more}}}"#);
        serde_json::from_str(&json).unwrap()
    }

    #[test]
    fn values_and_patterns_are_parameters() {
        let (sql, params) =
            column(r#", "values": ["x'", 3], "pattern": "a|b", "ignore_case": true"#).question();
        assert_eq!(
            sql,
            "SELECT count(*) - count(\"Say \"\"c\"\"\"), count(\"Say \"\"c\"\"\"), count(\"Say \"\"c\"\"\") FILTER \
             (WHERE NOT (\"Say \"\"c\"\"\"::text = $1::text OR \"Say \"\"c\"\"\" = $2::int8 OR \"Say \"\"c\"\"\"::text ~* $3::text)) \
             FROM \"s\".\"t\" WHERE (true\n)"
        );
        assert!(matches!(&params[2], Value::Text(pattern) if pattern == "^(?:a|b)$"));
    }

    #[test]
    fn settings_that_allow_nothing_are_refused() {
        for (more, word) in [
            ("", "neither"),
            (r#", "values": ["a", {"null": true}]"#, "a null"),
            (r#", "values": ["a"], "ignore_case": true"#, "`ignore_case`"),
        ] {
            let error = column(more).valid().unwrap_err().to_string();
            assert!(
                error.starts_with("settings: s.t.Say") && error.contains(word),
                "{error}"
            );
        }
    }
}
