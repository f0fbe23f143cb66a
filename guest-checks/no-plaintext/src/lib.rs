//! Columns hold no secrets in plain text and no test data.
//!
//! ```toml
//! [[checks.no-plaintext.columns]]
//! relation = "shop.customer"
//! column = "notes"
//! looking_for = ["private-keys", "tokens", "connection-passwords", "card-numbers", "test-data"]
//! where = "NOT imported"
//! at_least = 1
//!
//! [[checks.no-plaintext.hashed]]
//! relation = "shop.account"
//! column = "password_hash"
//! at_least = 1
//! ```
//!
//! **When to use it.** A backup goes to more places and lives longer than the database. Name the columns that people and
//! programs write freely (notes, payloads, settings, logs) and know by a number that no key, token or card number lies in
//! them; name the column of passwords and know that it holds hashes and nothing else. Looking for test data says that the
//! dump is of production and not of the staging database beside it.
//!
//! `columns` are searched for the kinds in `looking_for`, all of them where it is not written. `hashed` are columns whose
//! every value must be a salted and slow password hash: bcrypt, argon2, scrypt, yescrypt, PBKDF2, SHA-crypt, SCRAM, salted
//! LDAP digests (`only-password-hashes`). MD5 and bare digests are counted as faults. A finding is a number of rows; what was
//! found never leaves the database. `where` is a condition in SQL for the rows that count, `at_least` (default 0) how
//! many values, nulls not counted, there must be: an empty column holds no secret.
//!
//! Text is searched as `column::text` shows it, bytea by its readable bytes, json after its escapes were read. It goes by
//! shape: a secret without one, or one that is compressed or encrypted, is not seen, and one number in ten that looks
//! like a card's passes for one. The shapes are in `src/shape.rs`.

mod shape;

use shape::{Kind, PASSWORD_HASHES, any_of};
use vhost_check::{
    Check, CouldNotLook, Expression, Findings, FromValue, Ident, QueryError, Relation, Subject,
    Value, query,
};

/// Types by their numbers, which no release of Postgres changes (`pg_type.dat`).
const BYTEA: u32 = 17;
const JSON: u32 = 114;

#[derive(serde::Deserialize)]
struct NoPlaintext {
    #[serde(default)]
    columns: Vec<Searched>,
    #[serde(default)]
    hashed: Vec<Hashed>,
}

#[derive(serde::Deserialize)]
struct Searched {
    relation: Relation,
    column: Ident,
    #[serde(default = "every_kind")]
    looking_for: Vec<Kind>,
    #[serde(default = "Expression::always", rename = "where")]
    condition: Expression,
    #[serde(default)]
    at_least: i64,
}

#[derive(serde::Deserialize)]
struct Hashed {
    relation: Relation,
    column: Ident,
    #[serde(default = "Expression::always", rename = "where")]
    condition: Expression,
    #[serde(default)]
    at_least: i64,
}

fn every_kind() -> Vec<Kind> {
    Kind::ALL.to_vec()
}

impl Check for NoPlaintext {
    fn run(self, findings: &mut Findings) -> Result<(), CouldNotLook> {
        if let Some(column) = self.columns.iter().find(|c| c.looking_for.is_empty()) {
            return Err(CouldNotLook::because(format!(
                "settings: {}.{} has an empty `looking_for`; name a kind, or leave it out to look for all",
                column.relation.plain(),
                column.column.as_str()
            )));
        }
        for column in &self.columns {
            let counted = column
                .looking_for
                .iter()
                .enumerate()
                .map(|(at, kind)| Counted {
                    rule: kind.rule(),
                    condition: kind.condition(at + 1),
                    pattern: kind.pattern(),
                });
            Look {
                relation: &column.relation,
                column: &column.column,
                condition: &column.condition,
                at_least: column.at_least,
                counted: counted.collect(),
            }
            .about(findings)?;
        }
        for column in &self.hashed {
            let other = Counted {
                rule: "only-password-hashes",
                condition: "text !~ $1::text".to_owned(),
                pattern: any_of(PASSWORD_HASHES),
            };
            Look {
                relation: &column.relation,
                column: &column.column,
                condition: &column.condition,
                at_least: column.at_least,
                counted: vec![other],
            }
            .about(findings)?;
        }
        Ok(())
    }
}

/// Something of which a column must not have any.
struct Counted {
    rule: &'static str,
    /// On the text column `text`; its parameter is `pattern`.
    condition: String,
    pattern: String,
}

/// One pass over one column.
struct Look<'s> {
    relation: &'s Relation,
    column: &'s Ident,
    condition: &'s Expression,
    at_least: i64,
    counted: Vec<Counted>,
}

impl Look<'_> {
    fn about(&self, findings: &mut Findings) -> Result<(), CouldNotLook> {
        findings.about(self.relation, |findings| self.look(findings))
    }

    fn look(&self, findings: &mut Findings) -> Result<(), QueryError> {
        let described = self.relation.describe(std::slice::from_ref(self.column))?;
        let type_oid = described.first().map_or(0, |column| column.type_oid);
        let text = as_text(self.column, type_oid);
        let params: Vec<Value> = self
            .counted
            .iter()
            .map(|counted| Value::Text(counted.pattern.clone()))
            .collect();
        let row = query(&self.question(&text), &params)?.next().transpose()?;
        let mut numbers = row.into_iter().flatten().map(i64::from_value);
        let values = numbers.next().transpose()?.unwrap_or_default();
        let subject = Subject::column(self.relation, self.column);
        for (counted, number) in self.counted.iter().zip(numbers) {
            findings.expect_none(counted.rule, subject.clone(), number?);
        }
        if self.at_least > 0 {
            findings.expect_at_least("enough-values", subject, self.at_least, values);
        }
        Ok(())
    }

    /// Counts the values, and those of each kind.
    fn question(&self, text: &str) -> String {
        let counted = self
            .counted
            .iter()
            .map(|counted| format!(", count(*) FILTER (WHERE {})", counted.condition));
        format!(
            "SELECT count(*){} FROM (SELECT {text} AS text FROM {} WHERE {} IS NOT NULL AND {}) AS searched",
            counted.collect::<String>(),
            self.relation,
            self.column,
            self.condition
        )
    }
}

/// A column as the text that is searched.
fn as_text(column: &Ident, type_oid: u32) -> String {
    match type_oid {
        // Its text form is hexadecimal, in which nothing would be found.
        BYTEA => format!("encode({column}, 'escape')"),
        // Its text form is what was written, escapes such as \u002d and \/ among it.
        JSON => format!("{column}::jsonb::text"),
        _ => format!("{column}::text"),
    }
}

vhost_check::export!(NoPlaintext);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_escapes_hide_nothing() {
        let column: Ident = "c".parse().unwrap();
        assert_eq!(as_text(&column, BYTEA), r#"encode("c", 'escape')"#);
        assert_eq!(as_text(&column, JSON), r#""c"::jsonb::text"#);
        assert_eq!(as_text(&column, 25), r#""c"::text"#);
    }

    #[test]
    fn all_kinds_are_looked_for_in_one_pass() {
        let settings: NoPlaintext =
            serde_json::from_str(r#"{"columns": [{"relation": "s.t", "column": "c"}]}"#).unwrap();
        assert_eq!(settings.columns[0].looking_for, Kind::ALL);
        let unknown = r#"{"columns": [{"relation": "s.t", "column": "c", "looking_for": ["x"]}]}"#;
        assert!(serde_json::from_str::<NoPlaintext>(unknown).is_err());
    }
}
