//! The gate `source-unmoved`: the source is what it was.

use std::fmt::Display;

use super::container::untouched;
use super::{Gate, GateResult, equal, finding};
use crate::event::Stage;
use crate::finding::{Finding, Shown, Status};
use crate::report::shown::{self, text};
use crate::report::{Evidence, SourceSeen};
use crate::source::{Identity, Known};

/// The source is the same server, started at the same moment, before and after.
pub fn source_unmoved(evidence: &Evidence) -> GateResult {
    let gate = Gate::SourceUnmoved;
    let SourceSeen::Server(server) = &evidence.source else {
        return gate.not_applicable("a given dump: there is no source");
    };
    let Some(before) = &server.before else {
        return gate.not_reached(evidence, Stage::Observe);
    };
    let Some(after) = &server.after else {
        return gate.not_reached(evidence, Stage::ObserveAgain);
    };
    gate.saw(compare(before, after), || passed(before))
}

fn compare(before: &Identity, after: &Identity) -> Vec<Finding> {
    let mut findings = vec![
        known_equal(
            "system-identifier",
            &before.system_identifier,
            &after.system_identifier,
        ),
        known_equal("timeline", &before.timeline, &after.timeline),
        only_grows(&before.wal_lsn, &after.wal_lsn),
    ];
    let pairs = [
        (
            "server-start",
            &before.server_started,
            &after.server_started,
        ),
        (
            "server-version",
            &before.server_version,
            &after.server_version,
        ),
        ("database", &before.database, &after.database),
    ];
    findings.extend(
        pairs.map(|(rule, before, after)| {
            equal(rule, "", text(before.as_str()), text(after.as_str()))
        }),
    );
    findings.push(equal(
        "database-oid",
        "",
        Shown::Count(before.database_oid.into()),
        Shown::Count(after.database_oid.into()),
    ));
    findings.push(equal(
        "in-recovery",
        "",
        Shown::Boolean(before.in_recovery),
        Shown::Boolean(after.in_recovery),
    ));
    findings.extend(untouched(&before.container, &after.container));
    findings
}

/// Equal only where both are known: unknown never equals anything.
fn known_equal<T: Display>(rule: &str, before: &Known<T>, after: &Known<T>) -> Finding {
    match (before, after) {
        (Known::Yes(before), Known::Yes(after)) => {
            equal(rule, "", text(before.to_string()), text(after.to_string()))
        }
        (Known::No(why), _) | (_, Known::No(why)) => unknown(rule, why),
    }
}

fn only_grows(before: &Known<u64>, after: &Known<u64>) -> Finding {
    let rule = "wal-position";
    match (before, after) {
        (Known::Yes(before), Known::Yes(after)) => finding(
            rule,
            if after >= before {
                Status::Pass
            } else {
                Status::Fail
            },
            "",
            text(format!("{} or later", lsn(*before))),
            text(lsn(*after)),
        ),
        (Known::No(why), _) | (_, Known::No(why)) => unknown(rule, why),
    }
}

fn unknown(rule: &str, why: &str) -> Finding {
    let words = text(format!("unknown: {why}"));
    finding(rule, Status::CouldNotLook, "", Shown::Nothing, words)
}

/// As Postgres writes a `pg_lsn`: two hexadecimal numbers of 32 bits.
fn lsn(position: u64) -> String {
    format!("{:X}/{:X}", position >> 32, position & 0xffff_ffff)
}

fn passed(before: &Identity) -> String {
    let identifier = match &before.system_identifier {
        Known::Yes(identifier) => identifier.to_string(),
        Known::No(why) => format!("unknown ({why})"),
    };
    let mut words = format!(
        "before == after: system identifier {identifier}, server started {} (not restarted)",
        before.server_started
    );
    if !before.container.is_empty() {
        words.push_str(&format!(
            "; {} byte-identical",
            shown::many(before.container.len(), "container")
        ));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::gate::Standing;
    use crate::report::sample;
    use crate::sandbox::ContainerIdentity;

    fn after(change: impl FnOnce(&mut Identity)) -> GateResult {
        let mut evidence = sample::evidence();
        change(sample::server(&mut evidence).after.as_mut().unwrap());
        source_unmoved(&evidence)
    }

    #[test]
    fn each_fact_of_the_source_counts() {
        let changes: [fn(&mut Identity); 8] = [
            |after| after.system_identifier = Known::Yes(1),
            |after| after.server_started = "2026-05-17T13:00:00.000000Z".to_owned(),
            |after| after.timeline = Known::Yes(2),
            |after| after.in_recovery = true,
            |after| after.database_oid += 1,
            |after| after.wal_lsn = Known::Yes(0),
            |after| after.container[0] = sample::container("prod", "2026-05-17T13:00:00Z"),
            |after| {
                after.container[0] = ContainerIdentity::Absent {
                    name: "prod".to_owned(),
                }
            },
        ];
        for (at, change) in changes.into_iter().enumerate() {
            assert_eq!(after(change).standing, Standing::Fail, "change {at}");
        }
    }

    #[test]
    fn a_growing_log_position_is_no_movement() {
        let result = after(|after| after.wal_lsn = Known::Yes(u64::MAX));
        assert_eq!(result.standing, Standing::Pass);
    }

    #[test]
    fn unknown_equals_nothing_not_even_unknown() {
        let mut evidence = sample::evidence();
        let server = sample::server(&mut evidence);
        for side in [&mut server.before, &mut server.after] {
            side.as_mut().unwrap().system_identifier = Known::No("revoked".to_owned());
        }
        assert_eq!(source_unmoved(&evidence).standing, Standing::CouldNotLook);
    }

    #[test]
    fn a_source_seen_once_is_not_known_to_have_stayed() {
        let mut evidence = sample::evidence();
        sample::server(&mut evidence).after = None;
        let result = source_unmoved(&evidence);
        assert_eq!(result.standing, Standing::CouldNotLook);
        assert!(result.result.contains("observe-again"));
        evidence.source = SourceSeen::GivenDump;
        assert_eq!(source_unmoved(&evidence).standing, Standing::NotApplicable);
    }
}
