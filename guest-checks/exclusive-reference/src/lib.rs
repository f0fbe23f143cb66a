//! Each row sets exactly one of two references, and each lane the right one.
//!
//! ```toml
//! [checks.exclusive-reference]
//! relation = "schema.table"
//! lane = "role"
//! first = "change_set_id"
//! second = "verify_result_id"
//! lanes = { executor = "first", verifier = "second" }
//! rows = 2
//! expect = [{ key = { code = "DOT-991" }, reference = "7c963f27-0000-4000-8000-000000000001" }]
//! ```
//!
//! **When to use it.** Where a row belongs to one of two things and two columns say to which, as no single foreign key can. A
//! constraint holds that exactly one is set, if there is one; that it is the one which the row's lane calls for, and that
//! two rows did not change places, is what this check is for.
//!
//! `rows` and `expect` are optional. A reference is compared by its text form, whichever of the two columns holds it.

use std::collections::BTreeMap;

use vhost_check::{
    Check, CouldNotLook, Findings, Ident, Key, QueryError, Relation, Subject, Value, query,
};

#[derive(serde::Deserialize)]
struct ExclusiveReference {
    relation: Relation,
    lane: Ident,
    first: Ident,
    second: Ident,
    lanes: BTreeMap<String, Side>,
    rows: Option<i64>,
    #[serde(default)]
    expect: Vec<Expected>,
}

/// Which of the two columns a lane sets.
#[derive(Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Side {
    First,
    Second,
}

#[derive(serde::Deserialize)]
struct Expected {
    key: Key,
    reference: String,
}

impl Check for ExclusiveReference {
    fn run(self, findings: &mut Findings) -> Result<(), CouldNotLook> {
        if self.lanes.is_empty() {
            return Err(CouldNotLook::because("settings: `lanes` names no lane"));
        }
        findings.about(&self.relation, |findings| {
            self.count(findings)?;
            for expected in &self.expect {
                self.hold(expected, findings)?;
            }
            Ok(())
        })
    }
}

impl ExclusiveReference {
    fn count(&self, findings: &mut Findings) -> Result<(), QueryError> {
        let relation = &self.relation;
        if let Some(rows) = self.rows {
            findings.expect_eq("row-count", relation, rows, relation.count()?);
        }
        let (first, second) = (&self.first, &self.second);
        let both_or_neither = format!("({first} IS NULL) = ({second} IS NULL)");
        let wrong = relation.count_where(&both_or_neither, &[])?;
        findings.expect_none("exactly-one-reference", relation, wrong);

        let lane = Subject::column(relation, &self.lane);
        let (known, params) = self.in_lanes(|_| true);
        let unknown = relation.count_where(&format!("({known}) IS NOT TRUE"), &params)?;
        findings.expect_none("known-lane", lane.clone(), unknown);
        for (rule, side, wrong) in [
            ("first-lane-not-swapped", Side::First, second),
            ("second-lane-not-swapped", Side::Second, first),
        ] {
            let (lanes, params) = self.in_lanes(|lane| lane == side);
            let swapped = format!("({lanes}) AND {wrong} IS NOT NULL");
            findings.expect_none(rule, lane.clone(), relation.count_where(&swapped, &params)?);
        }
        Ok(())
    }

    /// A condition that is true for rows in those lanes, and its parameters.
    fn in_lanes(&self, which: impl Fn(Side) -> bool) -> (String, Vec<Value>) {
        let mut params = Vec::new();
        let mut condition = "false".to_owned();
        for (name, _) in self.lanes.iter().filter(|(_, side)| which(**side)) {
            params.push(name.into());
            condition += &format!(" OR {}::text = ${}::text", self.lane, params.len());
        }
        (condition, params)
    }

    fn hold(&self, expected: &Expected, findings: &mut Findings) -> Result<(), QueryError> {
        let mut params = vec![Value::from(&expected.reference)];
        let sql = format!(
            "SELECT (coalesce({}::text, {}::text) = $1::text) IS TRUE FROM {} WHERE {} LIMIT 2",
            self.first,
            self.second,
            self.relation,
            expected.key.condition(&mut params),
        );
        let mut held = Vec::new();
        for row in query(&sql, &params)? {
            held.push(row?.first() == Some(&Value::Boolean(true)));
        }
        let here = Subject::from(&self.relation).at(&expected.key);
        findings.expect_eq("one-row", here.clone(), 1, held.len());
        findings.expect("reference-held", here, held == [true]);
        Ok(())
    }
}

vhost_check::export!(ExclusiveReference);

#[cfg(test)]
mod tests {
    use vhost_check::params;
    use vhost_check::testing::{Answer, World, json, run};

    use super::ExclusiveReference;

    /// Every count is as it should be, but for the answers before it.
    fn held(world: World) -> World {
        world
            .answer("coalesce", Answer::rows(["held"], [params![true]]))
            .answer("SELECT count(*)", 0)
    }

    fn plan() -> World {
        World::new().settings(json!({
            "relation": "app.lane", "lane": "role", "first": "change", "second": "verify",
            "lanes": {"executor": "first", "verifier": "second"},
            "expect": [{"key": {"code": "DOT-991"}, "reference": "7c963f27"}],
        }))
    }

    #[test]
    fn each_rule_fails_where_its_rows_are_wrong() {
        let seen = run::<ExclusiveReference>(held(plan()));
        assert_eq!(seen.passes().findings().len(), 6);
        assert_eq!(seen.asked()[4].params, params!["7c963f27", "DOT-991"]);
        let lane = |name: &str| params![name];
        for (rule, world) in [
            (
                "exactly-one-reference",
                plan().answer(r#"("change" IS NULL) ="#, 1),
            ),
            ("known-lane", plan().answer("IS NOT TRUE", 1)),
            (
                "first-lane-not-swapped",
                plan().answer_to(r#""verify" IS NOT NULL"#, &lane("executor"), 1),
            ),
            (
                "second-lane-not-swapped",
                plan().answer_to(r#""change" IS NOT NULL"#, &lane("verifier"), 1),
            ),
            (
                "reference-held",
                plan().answer("coalesce", Answer::rows(["held"], [params![false]])),
            ),
            (
                "one-row",
                plan().answer("coalesce", Answer::no_rows(["held"])),
            ),
        ] {
            run::<ExclusiveReference>(held(world)).fails(rule);
        }
        run::<ExclusiveReference>(plan().missing("app.lane")).fails("relation-exists");
    }

    #[test]
    fn a_plan_without_lanes_asserts_nothing() {
        let plan = World::new().settings(json!({
            "relation": "app.lane", "lane": "role", "first": "a", "second": "b", "lanes": {},
        }));
        run::<ExclusiveReference>(plan).could_not_look("names no lane");
    }
}
