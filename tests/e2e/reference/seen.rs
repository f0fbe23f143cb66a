//! What a check sees of both manifests, in a real drill.

use vhost::report::verdict::Verdict;

use crate::support::{Database, Desk, Grant, Plan, agree};

fn plan(database: &Database, reference: bool) -> Plan {
    let mut plan = database.plan();
    plan.rest = format!(
        "[checks.comparer]\nportion = 5\nreference = {reference}\n[reference.rows]\n\"*\" = \"any\"\n"
    );
    plan
}

#[test]
fn a_check_compares_the_dump_with_its_reference() {
    let database = Database::new();
    let desk = Desk::with(&plan(&database, false));
    desk.grants(&[Grant::counts("comparer", &[])]);
    let first = desk.check(&["comparer"]);
    agree(&first, Verdict::Pass);
    super::accepts(&desk, &first.run().directory);

    desk.plan(&plan(&database, true));
    agree(&desk.check(&["comparer"]), Verdict::Pass);

    database.sql("UPDATE shop.unit SET status = 'sold'");
    let content = desk.check(&["comparer"]);
    assert_eq!(content.failed("comparer"), ["contents-changed"]);
    database.sql("CREATE INDEX ON shop.ledger (note); DROP TABLE shop.alias");
    let objects = desk.check(&["comparer"]);
    let failed = objects.failed("comparer");
    assert_eq!(
        failed,
        [
            "objects-changed-or-new",
            "objects-changed-or-lost",
            "contents-changed"
        ]
    );
}
