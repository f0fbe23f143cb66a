//! The documents of a column fit a JSON schema.
//!
//! ```toml
//! [[checks.json-shape.columns]]
//! relation = "shop.order"
//! column = "body"
//! nulls = "refused"
//! where = "version = 2"
//! at_least = 1
//!
//! [checks.json-shape.columns.schema]
//! type = "object"
//! required = ["customer", "lines"]
//! additionalProperties = false
//!
//! [checks.json-shape.columns.schema.properties]
//! customer = { type = "string", pattern = "^C[0-9]{6}$" }
//! lines = { type = "array", minItems = 1, items = { "$ref" = "#/$defs/line" } }
//!
//! [checks.json-shape.columns.schema."$defs".line]
//! type = "object"
//! required = ["quantity"]
//! properties = { quantity = { type = "integer", minimum = 1 } }
//! ```
//!
//! **When to use it.** For json, jsonb and text columns that an application reads again: a document of another version, a list
//! where an object was, a number that became text. Postgres asks of a jsonb document no more than that it is one.
//!
//! `schema` is a table, or a string that holds the schema as JSON. It is turned into SQL and the database compares, so no
//! document leaves it, numbers of any length are exact, and `pattern` is one of Postgres' regular expressions. The
//! vocabulary is JSON Schema 2020-12's: type, enum, const, minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, minLength,
//! maxLength, pattern, items, prefixItems, contains, minItems, maxItems, uniqueItems, properties, patternProperties,
//! additionalProperties, propertyNames, required, dependentRequired, minProperties, maxProperties, allOf, anyOf, oneOf, not, if,
//! then, else, `$ref` to a place in the schema itself and not within itself, `$defs`, and annotations. Any other keyword is
//! an error that names it: a schema is never half applied.
//!
//! Each keyword has a finding of its own, the number of documents that break it. Its rule is the keyword's place in the
//! schema: `lines-each-quantity-minimum` is `/properties/lines/items/properties/quantity/minimum`. What stands inside of anyOf, oneOf,
//! not and if is counted as that keyword. Nulls of SQL are `allowed` unless `nulls` says `refused` (`no-nulls`); the JSON null is a
//! document. A text column with a value that is no JSON fails (`valid-json`). `where` is a condition in SQL for the rows that
//! count, `at_least` (default 0) how many documents there must be.

mod rule;
mod schema;

use schema::Questions;
use vhost_check::{
    Check, CouldNotLook, Expression, Findings, FromValue, Ident, QueryError, Relation, Subject,
    Value, query, scalar,
};

/// json, jsonb, text, varchar and char, whose numbers no release of Postgres changes (`pg_type.dat`).
const DOCUMENTS: [u32; 5] = [114, 3802, 25, 1043, 1042];

#[derive(serde::Deserialize)]
struct JsonShape {
    columns: Vec<Column>,
}

#[derive(serde::Deserialize)]
struct Column {
    relation: Relation,
    column: Ident,
    schema: serde_json::Value,
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

impl Check for JsonShape {
    fn run(self, findings: &mut Findings) -> Result<(), CouldNotLook> {
        // Every schema before the first question, so that what is wrong with one is told in full.
        let read: Vec<(&Column, Questions)> = self
            .columns
            .iter()
            .map(|column| Ok((column, column.questions()?)))
            .collect::<Result<_, CouldNotLook>>()?;
        for (column, questions) in &read {
            for pattern in &questions.patterns {
                // By itself: over no documents Postgres would not look at it.
                scalar::<bool>("SELECT '' ~ $1::text", &[Value::Text(pattern.clone())])?;
            }
            let mut described = None;
            findings.about(&column.relation, |_| {
                described = column
                    .relation
                    .describe(std::slice::from_ref(&column.column))?
                    .pop();
                Ok(())
            })?;
            if let Some(described) = described {
                column.holds_documents(&described)?;
                findings.about(&column.relation, |findings| {
                    column.look(questions, findings)
                })?;
            }
        }
        Ok(())
    }
}

impl Column {
    fn name(&self) -> String {
        format!("{}.{}", self.relation.plain(), self.column.as_str())
    }

    fn questions(&self) -> Result<Questions, CouldNotLook> {
        let said = |why: String| {
            CouldNotLook::because(format!("settings: the schema of {}: {why}", self.name()))
        };
        let schema = match &self.schema {
            serde_json::Value::String(text) => {
                serde_json::from_str(text).map_err(|error| said(error.to_string()))?
            }
            schema => schema.clone(),
        };
        schema::questions(&schema).map_err(|refused| said(refused.to_string()))
    }

    fn holds_documents(&self, described: &vhost_check::Column) -> Result<(), CouldNotLook> {
        if DOCUMENTS.contains(&described.type_oid) {
            return Ok(());
        }
        Err(CouldNotLook::because(format!(
            "settings: {} is of type {}; name a column of json, jsonb or text",
            self.name(),
            described.type_name
        )))
    }

    fn look(&self, questions: &Questions, findings: &mut Findings) -> Result<(), QueryError> {
        let subject = Subject::column(&self.relation, &self.column);
        let seen = match self.count(questions) {
            // The one text that is read as something else is the column's: see `schema`.
            Err(error) if error.sqlstate() == Some("22P02") => {
                findings.expect("valid-json", subject, false);
                return Ok(());
            }
            seen => seen?,
        };
        let mut seen = seen.into_iter();
        let (nulls, documents) = (seen.next().unwrap_or(0), seen.next().unwrap_or(0));
        for (question, broken) in questions.asked.iter().zip(seen) {
            findings.expect_none(&question.rule, subject.clone(), broken);
        }
        if self.nulls == Nulls::Refused {
            findings.expect_none("no-nulls", subject.clone(), nulls);
        }
        if self.at_least > 0 {
            findings.expect_at_least("enough-documents", subject, self.at_least, documents);
        }
        Ok(())
    }

    /// Nulls, documents, and documents that break each keyword.
    fn count(&self, questions: &Questions) -> Result<Vec<i64>, QueryError> {
        let broken = questions.asked.iter();
        let broken = broken.map(|asked| format!(", count(*) FILTER (WHERE {})", asked.broken));
        let column = &self.column;
        // OFFSET keeps Postgres from reading the document anew for each keyword.
        let sql = format!(
            "SELECT count(*) - count(doc), count(doc){} FROM (SELECT {column}::jsonb AS doc FROM {} WHERE {} OFFSET 0) AS documents",
            broken.collect::<String>(),
            self.relation,
            self.condition
        );
        let params: Vec<Value> = questions
            .constants
            .iter()
            .map(|constant| Value::Text(constant.clone()))
            .collect();
        let row = query(&sql, &params)?.next().transpose()?;
        row.into_iter().flatten().map(i64::from_value).collect()
    }
}

vhost_check::export!(JsonShape);
