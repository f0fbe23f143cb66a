//! The newest row of a relation is no older than it may be.
//!
//! ```toml
//! [[checks.fresh-rows.columns]]
//! relation = "shop.order"
//! column = "placed_at"
//! at_most = "26h"
//! ahead = "5m"
//! future = "refused"
//! zone = "Europe/Berlin"
//! where = "NOT imported"
//! ```
//!
//! **When to use it.** To see that the backup is of today's database: a job that dumps a replica which stopped following, or
//! a file that somebody forgot to replace, gives a dump that restores without a fault and is weeks old. Take a column
//! that production writes all day. The plan's `[freshness]` asserts the same of whole relations without a check; take this
//! one for a part of the rows, for values without a time zone, and where values in the future are a fault.
//!
//! The finding `fresh` has both ages in seconds. A value's age is counted from the moment the dump was taken, or, because nobody knows that of a given dump, from when
//! the check began. `at_most` and `ahead` are a whole number and `s`, `m`, `h` or `d`. The newest value is the greatest
//! that is finite and at most `ahead` (default 5m) after that moment, so that neither `infinity` nor a booking for next
//! year makes a relation fresh; `future = "refused"` fails for values further ahead (`not-ahead`), the default `allowed` does
//! not look at them. A relation without such a value, an empty one for instance, fails (`any-moment`). The column
//! is a timestamp with or without time zone, or a date (its midnight); for the two without, `zone` says whose clock
//! they are of, by default UTC. `where` is a condition in SQL for the rows that count.

mod age;

use age::Age;
use vhost_check::{
    Check, CouldNotLook, Expression, Findings, Ident, QueryError, Relation, Subject, Value,
    evidence, query_one,
};

/// Types by their numbers, which no release of Postgres changes (`pg_type.dat`).
const DATE: u32 = 1082;
const TIMESTAMP: u32 = 1114;
const TIMESTAMPTZ: u32 = 1184;

#[derive(serde::Deserialize)]
struct FreshRows {
    columns: Vec<Column>,
}

#[derive(serde::Deserialize)]
struct Column {
    relation: Relation,
    column: Ident,
    at_most: Age,
    #[serde(default = "Age::five_minutes")]
    ahead: Age,
    #[serde(default)]
    future: Future,
    zone: Option<String>,
    #[serde(default = "Expression::always", rename = "where")]
    condition: Expression,
}

/// What values further ahead mean.
#[derive(Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Future {
    #[default]
    Allowed,
    Refused,
}

impl Check for FreshRows {
    fn run(self, findings: &mut Findings) -> Result<(), CouldNotLook> {
        let taken_at = match evidence::get_dump().taken_at {
            given if given.is_empty() => Value::Null,
            taken_at => Value::Text(taken_at),
        };
        for column in &self.columns {
            let mut described = None;
            findings.about(&column.relation, |_| {
                described = column
                    .relation
                    .describe(std::slice::from_ref(&column.column))?
                    .pop();
                Ok(())
            })?;
            if let Some(described) = described {
                let moment = column.moment(&described)?;
                findings.about(&column.relation, |findings| {
                    column.look(&moment, &taken_at, findings)
                })?;
            }
        }
        Ok(())
    }
}

impl Column {
    /// The column as a timestamp with time zone; `$2` is the zone.
    fn moment(&self, described: &vhost_check::Column) -> Result<String, CouldNotLook> {
        let column = &self.column;
        match (described.type_oid, &self.zone) {
            (TIMESTAMPTZ, None) => Ok(column.to_string()),
            // It would be turned round: the time that the moment's clock shows in that zone.
            (TIMESTAMPTZ, Some(_)) => Err(CouldNotLook::because(format!(
                "settings: {}.{} has its own time zone; remove `zone`",
                self.relation.plain(),
                column.as_str()
            ))),
            (TIMESTAMP, _) => Ok(format!("({column} AT TIME ZONE $2::text)")),
            (DATE, _) => Ok(format!("({column}::timestamp AT TIME ZONE $2::text)")),
            _ => Err(CouldNotLook::because(format!(
                "settings: {}.{} is of type {}; name a column of timestamps or dates",
                self.relation.plain(),
                column.as_str(),
                described.type_name
            ))),
        }
    }

    fn look(
        &self,
        moment: &str,
        taken_at: &Value,
        findings: &mut Findings,
    ) -> Result<(), QueryError> {
        let zone = self.zone.clone().unwrap_or_else(|| "UTC".to_owned());
        let params = [
            taken_at.clone(),
            Value::Text(zone),
            Value::Int(self.ahead.seconds()),
        ];
        let (moments, age, ahead): (i64, i64, i64) = query_one(&self.question(moment), &params)?;
        let subject = Subject::column(&self.relation, &self.column);
        findings.expect("any-moment", subject.clone(), moments > 0);
        if moments > 0 {
            findings.expect_at_most("fresh", subject.clone(), self.at_most.seconds(), age);
        }
        if self.future == Future::Refused {
            findings.expect_none("not-ahead", subject, ahead);
        }
        Ok(())
    }

    /// Asks how many values can be judged, for the newest one's age in seconds, begun ones counted, and how many values
    /// are ahead.
    fn question(&self, moment: &str) -> String {
        let judged = "FILTER (WHERE isfinite(moment) AND moment <= latest)";
        format!(
            "SELECT count(*) {judged}, coalesce(ceil(extract(epoch FROM min(at) - max(moment) {judged})), 0)::int8,
                    count(*) FILTER (WHERE moment > latest)
               FROM (SELECT {moment} AS moment FROM {} WHERE {}) AS seen
              CROSS JOIN (SELECT at, at + $3::int8 * interval '1 second' AS latest
                            FROM coalesce($1::text::timestamptz, now()) AS at
                           WHERE $2::text IS NOT NULL) AS clock",
            self.relation, self.condition
        )
    }
}

vhost_check::export!(FreshRows);
