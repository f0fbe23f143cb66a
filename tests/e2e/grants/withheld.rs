//! What a grant names and a check's role does not get is told.

use vhost::report::verdict::Verdict;

use crate::support::{Database, Desk, Grant, agree};

#[test]
fn a_relation_that_was_not_restored_is_told() {
    let database = Database::new();
    let mut plan = database.plan();
    plan.rest = "[checks.row-matrix]\nrelations = { \"shop.unit\" = 3 }\n".to_owned();
    let desk = Desk::with(&plan);
    desk.grants(&[Grant::counts(
        "row-matrix",
        &["shop.unit(unit_key)", "shop.gone"],
    )]);
    let outcome = desk.check(&["row-matrix"]);
    agree(&outcome, Verdict::Pass);
    let remarks = &outcome.run().report_json["evidence"]["remarks"];
    let told = "check row-matrix may not read shop.gone, which the restored database does not have";
    assert_eq!(remarks, &serde_json::json!([told]));
    assert!(outcome.stderr.contains(told), "{}", outcome.stderr);
    let md = &outcome.run().report_md;
    assert!(
        md.contains("which the restored database does not have"),
        "{md}"
    );
}
