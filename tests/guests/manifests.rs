//! What a check sees of the dump's manifest and of its reference's.

use std::collections::BTreeMap;
use std::sync::Arc;

use vhost::check::{CheckOutcome, Machine, run};
use vhost::finding::{Shown, Status};

use crate::ground::{Ask, facts, job};

async fn compare(settings: &str, reference: Reference) -> CheckOutcome {
    let machine = Arc::new(Machine::start().unwrap());
    let mut job = job(&machine, Ask::new("comparer", "", settings)).await;
    if reference == Reference::Absent {
        let mut facts = facts();
        facts.reference = None;
        job.facts = Arc::new(facts);
    }
    run(job).await.outcome
}

#[derive(PartialEq)]
enum Reference {
    Present,
    Absent,
}

/// What was found by rule and subject.
fn found(outcome: &CheckOutcome) -> BTreeMap<(&str, &str), &Shown> {
    let findings = outcome.findings.iter();
    let found = findings.map(|one| ((one.rule.as_str(), one.subject.as_str()), &one.actual));
    found.collect()
}

/// Digests of one drill can be held against each other on both sides: one policy and one relation differ.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_manifests_are_read_in_portions_and_compared() {
    for portion in [7, 1_000, u32::MAX] {
        let settings = format!(r#"{{"portion": {portion}, "reference": true}}"#);
        let outcome = compare(&settings, Reference::Present).await;
        assert_eq!(outcome.status, Status::Fail, "{outcome:#?}");
        let found = found(&outcome);
        assert_eq!(*found[&("objects-changed-or-new", "")], Shown::Count(1));
        assert_eq!(*found[&("objects-changed-or-lost", "")], Shown::Count(1));
        assert_eq!(*found[&("contents-changed", "")], Shown::Count(1));
        assert_eq!(*found[&("portions-whole", "")], Shown::Count(2_502));
        let failed = outcome
            .findings
            .iter()
            .filter(|one| one.status == Status::Fail);
        assert_eq!(failed.count(), 3, "{outcome:#?}");
        assert!(outcome.usage.calls.evidence > 8);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_reference_there_is_none_to_read() {
    let settings = r#"{"portion": 100, "reference": false}"#;
    let outcome = compare(settings, Reference::Absent).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
}
