//! The report for people, in the shape of a closeout.

mod prose;
mod table;

use super::neutral::{Medium, neutral};
use super::{Report, row};

/// `report.md`, whole. Long tables are cut with a stated count; `report.json` has them whole.
pub fn render(report: &Report) -> String {
    let rows = report.rows.len();
    let mut out = format!(
        "# {}\n\nDate: {} · Verdict: **{}** ({})\n\nMethod: {}.\n\nDrill {} by vhost {}.\n\n{}{}",
        text(&report.terms.title),
        text(&report.terms.started_at),
        report.verdict.word(),
        row::tally(&report.rows),
        prose::method(report),
        text(&report.terms.run_id),
        text(&report.terms.vhost_version),
        prose::manifest(report),
        prose::recordings(report),
    );
    if let Some(stop) = &report.evidence.stop {
        out.push_str(&format!(
            "The drill stopped in stage {}: {}.\n\n",
            stop.stage.name(),
            text(&stop.cause)
        ));
    }
    section(
        &mut out,
        &format!("Required checks (1–{rows})"),
        &table::required(report),
    );
    section(&mut out, "Restored row matrix", &table::matrices(report));
    section(
        &mut out,
        "Differences between the dump and the restored database",
        &table::differences(report),
    );
    section(
        &mut out,
        "Differences from the reference",
        &table::drift(report),
    );
    section(&mut out, "Checks", &table::checks(report));
    section(&mut out, "Findings of the checks", &table::findings(report));
    section(&mut out, "Notes", &prose::notes(report));
    section(&mut out, "Net safety", &prose::net_safety(report));
    section(&mut out, "Stage timings", &table::timings(report));
    section(&mut out, "Not proved", &prose::not_proved(report));
    out
}

/// A heading and its body; nothing where there is no body.
fn section(out: &mut String, heading: &str, body: &str) {
    if !body.is_empty() {
        out.push_str(&format!("## {heading}\n\n{}\n\n", body.trim_end()));
    }
}

fn text(text: &str) -> String {
    neutral(text, Medium::Markdown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Shown, Status};
    use crate::report::{SourceSeen, Stop, sample};
    use crate::sandbox::{Holds, Wall, WallSeen};
    use vhost_dump::manifest::Change;

    fn rendered(change: impl FnOnce(&mut crate::report::Evidence)) -> String {
        let mut evidence = sample::evidence();
        change(&mut evidence);
        render(&Report::of(evidence, sample::terms()))
    }

    #[test]
    fn it_has_the_shape_of_the_closeout() {
        let report = rendered(|_| {});
        let mut from = 0;
        for part in [
            "# Closeout of the cutter trial\n",
            "Date: 2026-05-17T13:47:09Z · Verdict: **PASS** (11 of 11 rows PASS)",
            "Method: fresh read-only pg_dump → SHA-256 → restore into an isolated, ephemeral Postgres 16.14 (docker)",
            "Manifest: 4 objects, 2 relations with 40,015 rows, 1 sequence, 0 large objects; manifest.json, 12,345 B, SHA-256 ",
            "## Required checks (1–11)\n\n| # | Check | Result |\n|---|---|---|\n| 1 | ",
            " B; read back for the restore: equal |\n| 3 | ",
            "## Restored row matrix\n\nCheck row-matrix:\n\n| Table | Restored | Expected |\n",
            "| cutter_governance.decision_backlog_history | 5 | 5 |\n",
            "| TOTAL | 15 | 15 |\n",
            "\n- row-matrix: called query 4, settings 1, log 1; read cutter_governance.decision_backlog_history, \
             cutter_governance.the_rest (through another).\n",
            "## Notes\n\n- N-1, benign errors of the restore: 1,443 missing-role (directus 870, ",
            "## Net safety\n\nThe source was read by role workflow_admin",
            "## Stage timings\n",
            "## Not proved\n",
        ] {
            let at = report[from..].find(part);
            from += at.unwrap_or_else(|| panic!("{part:?} is not in its place in:\n{report}"));
        }
    }

    /// Every line of a table has as many cells as its head, whatever the texts in it.
    #[test]
    fn hostile_texts_stay_in_their_cells() {
        let hostile = "x | y\n# **z** <img src=x> `q` [a](https://e.test) \u{1b}[31m";
        let report = rendered(|evidence| {
            let outcome = &mut evidence.checks.as_mut().unwrap()[0];
            for finding in &mut outcome.findings {
                finding.subject = hostile.to_owned();
                finding.actual = Shown::Text(hostile.to_owned());
                finding.status = Status::Fail;
            }
            let difference = sample::difference(hostile, Change::Missing);
            let fidelity = evidence.fidelity.as_mut().unwrap();
            fidelity.differences.push(difference);
            evidence.restore.as_mut().unwrap().remarks = vec![hostile.to_owned()];
            evidence.remarks = vec![hostile.to_owned()];
        });
        assert!(!report.contains("<img"));
        assert!(!report.contains("\n# **z"));
        assert!(!report.contains("https://e.test"));
        assert!(!report.contains('\u{1b}'));
        let mut cells = None;
        for line in report.lines() {
            let bars = line.replace("\\|", "").matches('|').count();
            match (line.starts_with('|'), cells) {
                (false, _) => cells = None,
                (true, None) => cells = Some(bars),
                (true, Some(head)) => assert_eq!(bars, head, "{line}"),
            }
        }
    }

    #[test]
    fn a_long_table_is_cut_with_a_count() {
        let report = rendered(|evidence| {
            let fidelity = evidence.fidelity.as_mut().unwrap();
            for n in 0..500 {
                let change = Change::RowsDiffer {
                    expected: 1,
                    actual: 0,
                };
                let name = format!("t{n}");
                fidelity.differences.push(sample::difference(&name, change));
            }
        });
        let tables = &report[report.find("## Differences between").unwrap()..];
        let first = tables.lines().nth(4).unwrap();
        assert_eq!(
            first,
            "| rows-differ | TABLE DATA cutter_governance.t0 | 1 | 0 |"
        );
        assert!(
            tables.contains("460 more differences are in report.json."),
            "{tables}"
        );
    }

    #[test]
    fn a_count_that_differs_is_in_the_matrix_and_among_the_findings() {
        let report = rendered(|evidence| {
            let finding = &mut evidence.checks.as_mut().unwrap()[0].findings[0];
            finding.actual = Shown::Count(4);
            finding.status = Status::Fail;
        });
        assert!(report.contains("| cutter_governance.decision_backlog_history | 4 | 5 |\n"));
        assert!(report.contains("| TOTAL | 14 | 15 |\n"));
        let row = "| row-count | cutter_governance.decision_backlog_history | FAIL | 5 | 4 |\n";
        assert!(report.contains(row), "{report}");
        let report = rendered(|evidence| {
            evidence.checks.as_mut().unwrap()[0].findings.truncate(1);
        });
        assert!(!report.contains("Restored row matrix"));
        let row = "| row-count | cutter_governance.decision_backlog_history | PASS | 5 | 5 |\n";
        assert!(report.contains(row), "{report}");
    }

    #[test]
    fn an_accepted_wall_and_a_writable_role_are_noted() {
        let mut evidence = sample::evidence();
        sample::server(&mut evidence)
            .session
            .as_mut()
            .unwrap()
            .could_write = vec!["CREATE on database directus".to_owned()];
        evidence.walls.as_mut().unwrap().push(WallSeen {
            wall: Wall::ResourceLimits,
            holds: Holds::No,
            seen: "no cgroup".to_owned(),
        });
        let mut terms = sample::terms();
        terms.accepted_walls = vec![Wall::ResourceLimits];
        let report = render(&Report::of(evidence, terms));
        assert!(
            report.contains("- Wall resource-limits is down and accepted by the plan: no cgroup.")
        );
        assert!(report.contains("- Role workflow_admin could write outside a read-only transaction: CREATE on database directus."));
    }

    /// `UPDATE_EXPECT=1` writes the file anew.
    #[test]
    fn a_whole_report_is_as_it_was() {
        let report = render(&Report::of(sample::evidence(), sample::terms()));
        expect_test::expect_file!["../../../tests/snapshots/report.md"].assert_eq(&report);
    }

    #[test]
    fn what_was_not_seen_is_not_claimed() {
        let report = rendered(|evidence| {
            let mut nothing = sample::nothing();
            nothing.stop = Some(Stop {
                stage: crate::event::Stage::Observe,
                cause: "connection refused".to_owned(),
            });
            *evidence = nothing;
        });
        assert!(report.contains("The drill stopped in stage observe: connection refused."));
        assert!(report.contains("Method: nothing was reached."));
        for claim in ["read-only", "untouched", "gone", "## Net safety"] {
            assert!(!report.contains(claim), "{claim} in:\n{report}");
        }
        let report = rendered(|evidence| {
            evidence.source = SourceSeen::GivenDump;
            evidence.dump.as_mut().unwrap().origin = vhost_dump::facts::Origin::Given;
        });
        assert!(report.contains("Method: given dump → SHA-256 → "));
        assert!(report.contains("How the dump was taken"));
    }
}
