//! The gate `fidelity`: the restored database is the dumped one.

use super::{Gate, GateResult, finding};
use crate::event::Stage;
use crate::fidelity::{AmcheckSeen, FidelitySeen, Probe, Weight};
use crate::finding::{Finding, Shown, Status};
use crate::report::Evidence;
use crate::report::shown::{self, text};
use vhost_dump::manifest::{Change, Difference};

/// Every object of the dump is in the restored database as it was, and nothing beside it.
pub fn fidelity(evidence: &Evidence) -> GateResult {
    let gate = Gate::Fidelity;
    let Some(seen) = &evidence.fidelity else {
        return gate.not_reached(evidence, Stage::Fidelity);
    };
    let mut findings: Vec<Finding> = seen.differences.iter().map(of_difference).collect();
    if seen.more_differences > 0 {
        findings.push(finding(
            "round-trip",
            Status::Fail,
            "differences that are not named",
            Shown::Count(0),
            shown::count(seen.more_differences),
        ));
    }
    findings.extend(seen.probes.iter().filter_map(of_probe));
    // What is equal is counted: a dump has thousands of objects.
    if findings.is_empty() {
        for (thing, count) in counts(seen) {
            findings.push(finding(
                "round-trip-equal",
                Status::Pass,
                thing,
                shown::count(count),
                shown::count(count),
            ));
        }
    }
    gate.saw(findings, || passed(seen))
}

fn counts(seen: &FidelitySeen) -> [(&'static str, u64); 5] {
    [
        ("object", seen.objects),
        ("relation", seen.relations),
        ("row", seen.rows),
        ("sequence", seen.sequences),
        ("large object", seen.large_objects),
    ]
}

fn passed(seen: &FidelitySeen) -> String {
    let many =
        |count: u64, thing: &str| shown::many(usize::try_from(count).unwrap_or(usize::MAX), thing);
    let counts: Vec<String> = counts(seen)
        .into_iter()
        .map(|(thing, count)| many(count, thing))
        .collect();
    let amcheck = match seen.amcheck {
        AmcheckSeen::Off => "off by the plan".to_owned(),
        AmcheckSeen::NotAvailable => "not in the sandbox".to_owned(),
        AmcheckSeen::Looked { indexes, heaps } => {
            let indexes = match indexes {
                1 => "1 index".to_owned(),
                _ => format!("{} indexes", shown::grouped(indexes)),
            };
            format!("{indexes}, {}", many(heaps, "heap"))
        }
    };
    let zone = match seen.time_zone.as_str() {
        "UTC" => String::new(),
        zone => format!("; moments written as in {zone}"),
    };
    format!(
        "round trip equal: {}; amcheck: {amcheck}{zone}",
        counts.join(", ")
    )
}

fn of_difference(difference: &Difference) -> Finding {
    let Difference {
        kind,
        schema,
        name,
        change,
    } = difference;
    let subject = match schema.as_str() {
        "" => format!("{kind} {name}"),
        schema => format!("{kind} {schema}.{name}"),
    };
    let (rule, expected, actual) = in_words(change);
    finding(rule, Status::Fail, subject, expected, actual)
}

/// The rule, what the dump has, and what the restored database has.
fn in_words(change: &Change) -> (&'static str, Shown, Shown) {
    let there = || text("there");
    match change {
        Change::Missing => ("object-missing", there(), text("missing")),
        Change::Unexpected => ("object-unexpected", text("not in the dump"), there()),
        Change::DefinitionDiffers => (
            "definition-differs",
            text("as in the dump"),
            text("another definition"),
        ),
        Change::OwnerDiffers { expected, actual } => (
            "owner-differs",
            text(expected.as_str()),
            text(actual.as_str()),
        ),
        Change::ColumnsDiffer {
            missing,
            unexpected,
        } => (
            "columns-differ",
            text(format!("with {}", list(missing))),
            text(format!("with {}", list(unexpected))),
        ),
        Change::RowsDiffer { expected, actual } => (
            "rows-differ",
            shown::count(*expected),
            shown::count(*actual),
        ),
        Change::ContentDiffers => (
            "content-differs",
            text("the dump's contents"),
            text("others"),
        ),
        Change::ValueDiffers { expected, actual } => (
            "value-differs",
            Shown::Count(*expected),
            Shown::Count(*actual),
        ),
        Change::CalledDiffers { expected, actual } => (
            "called-differs",
            Shown::Boolean(*expected),
            Shown::Boolean(*actual),
        ),
        Change::BytesDiffer { expected, actual } => (
            "bytes-differ",
            shown::count(*expected),
            shown::count(*actual),
        ),
    }
}

fn list(names: &[String]) -> String {
    match names {
        [] => "no other column".to_owned(),
        names => names.join(", "),
    }
}

/// A remark is for the notes, and no finding.
fn of_probe(probe: &Probe) -> Option<Finding> {
    let status = match probe.weight {
        Weight::Fails => Status::Fail,
        Weight::CouldNotLook => Status::CouldNotLook,
        Weight::Remark => return None,
    };
    Some(finding(
        probe.rule.name(),
        status,
        probe.subject.as_str(),
        Shown::Nothing,
        text(probe.said.as_str()),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fidelity::Rule;
    use crate::report::gate::Standing;
    use crate::report::sample;

    fn with(change: impl FnOnce(&mut FidelitySeen)) -> GateResult {
        let mut evidence = sample::evidence();
        change(evidence.fidelity.as_mut().unwrap());
        fidelity(&evidence)
    }

    fn difference(change: Change) -> Difference {
        Difference {
            kind: "POLICY".to_owned(),
            schema: "shop".to_owned(),
            name: "orders own".to_owned(),
            change,
        }
    }

    #[test]
    fn the_line_says_what_was_compared() {
        assert_eq!(
            with(|_| {}).result,
            "round trip equal: 1,204 objects, 2 relations, 40,015 rows, 12 sequences, 0 large objects; \
             amcheck: 210 indexes, 180 heaps"
        );
        let line = with(|seen| {
            seen.time_zone = "Europe/Vienna".to_owned();
            seen.amcheck = AmcheckSeen::NotAvailable;
        });
        assert!(
            line.result
                .ends_with("amcheck: not in the sandbox; moments written as in Europe/Vienna"),
            "{}",
            line.result
        );
    }

    #[test]
    fn each_difference_fails_and_names_its_object() {
        for change in [
            Change::Missing,
            Change::Unexpected,
            Change::DefinitionDiffers,
            Change::RowsDiffer {
                expected: 40_000,
                actual: 39_996,
            },
            Change::ContentDiffers,
        ] {
            let result = with(|seen| seen.differences.push(difference(change.clone())));
            assert_eq!(result.standing, Standing::Fail);
            assert!(
                result.result.contains("POLICY shop.orders own"),
                "{}",
                result.result
            );
        }
        let rows = with(|seen| {
            seen.differences.push(difference(Change::RowsDiffer {
                expected: 40_000,
                actual: 39_996,
            }));
        });
        assert!(rows.result.contains("expected 40,000, found 39,996"));
    }

    #[test]
    fn thousands_of_differences_are_counted() {
        let result = with(|seen| seen.more_differences = 8123);
        assert_eq!(result.standing, Standing::Fail);
        assert!(result.result.contains("found 8,123"), "{}", result.result);
    }

    #[test]
    fn a_probe_weighs_what_it_says_and_a_remark_nothing() {
        for (weight, standing) in [
            (Weight::Fails, Standing::Fail),
            (Weight::CouldNotLook, Standing::CouldNotLook),
            (Weight::Remark, Standing::Pass),
        ] {
            let result = with(|seen| {
                seen.probes = vec![Probe {
                    rule: Rule::InvalidIndex,
                    weight,
                    subject: "shop.i".to_owned(),
                    said: "invalid".to_owned(),
                }];
            });
            assert_eq!(result.standing, standing, "{result:?}");
        }
    }
}
