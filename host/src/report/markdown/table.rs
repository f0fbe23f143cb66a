//! The tables of `report.md`.

use std::fmt::Write as _;

use super::text;
use crate::check::reading::By;
use crate::check::{Calls, CheckOutcome, Ended, Usage};
use crate::finding::{Finding, Shown, Status};
use crate::report::gate::Gate;
use crate::report::{Report, shown};

/// Lines of a table before the rest is left to `report.json`.
const LINES: usize = 40;

/// Relations that a check read before the rest is left to `report.json`.
const NAMES: usize = 20;

/// Lines of a check's log before the rest is left to `report.json`.
const LOG_LINES: usize = 10;

/// The rule whose findings make up a row matrix: one a relation, expected and restored rows as counts.
const MATRIX_RULE: &str = "row-count";

fn head(cells: &[&str]) -> String {
    format!(
        "| {} |\n|{}\n",
        cells.join(" | "),
        "---|".repeat(cells.len())
    )
}

fn line(out: &mut String, cells: &[&str]) {
    let cells: Vec<String> = cells.iter().map(|cell| text(cell)).collect();
    out.push_str(&format!("| {} |\n", cells.join(" | ")));
}

fn cut(out: &mut String, all: usize, thing: &str) {
    if all > LINES {
        let more = shown::grouped((all - LINES) as u64);
        out.push_str(&format!("\n{more} more {thing} are in report.json.\n"));
    }
}

pub fn required(report: &Report) -> String {
    let mut out = head(&["#", "Check", "Result"]);
    for row in &report.rows {
        let result = format!("{} — {}", row.standing.word(), row.result);
        line(&mut out, &[&row.number.to_string(), &row.title, &result]);
    }
    out
}

fn outcomes(report: &Report) -> &[CheckOutcome] {
    report.evidence.checks.as_deref().unwrap_or(&[])
}

/// A check's row matrix; one relation makes none, and stays with the findings.
fn matrix(outcome: &CheckOutcome) -> Vec<&Finding> {
    let findings = outcome.findings.iter();
    let rows: Vec<&Finding> = findings
        .filter(|finding| finding.rule == MATRIX_RULE)
        .collect();
    if rows.len() < 2 { Vec::new() } else { rows }
}

/// For each check that compares rows, what it restored against what it expected.
pub fn matrices(report: &Report) -> String {
    let mut out = String::new();
    for outcome in outcomes(report) {
        let rows = matrix(outcome);
        if rows.is_empty() {
            continue;
        }
        out.push_str(&format!("Check {}:\n\n", text(&outcome.name)));
        out.push_str(&head(&["Table", "Restored", "Expected"]));
        for finding in rows.iter().take(LINES) {
            let (actual, expected) = (
                shown::value(&finding.actual),
                shown::value(&finding.expected),
            );
            line(&mut out, &[&finding.subject, &actual, &expected]);
        }
        let restored = total(rows.iter().map(|finding| &finding.actual));
        let expected = total(rows.iter().map(|finding| &finding.expected));
        if let (Some(restored), Some(expected)) = (restored, expected) {
            line(&mut out, &["TOTAL", &restored, &expected]);
        }
        cut(&mut out, rows.len(), "rows of this matrix");
        out.push('\n');
    }
    out
}

/// The sum of counts, where all of them are counts. A guest chooses them: 64 bits could overflow.
fn total<'a>(mut counts: impl Iterator<Item = &'a Shown>) -> Option<String> {
    let sum = counts.try_fold(0_i128, |sum, shown| match shown {
        Shown::Count(count) => Some(sum + i128::from(*count)),
        _ => None,
    });
    sum.map(|sum| u64::try_from(sum).map_or_else(|_| sum.to_string(), shown::grouped))
}

/// What differs between the dump and the restored database, the first of it.
pub fn differences(report: &Report) -> String {
    let findings = report.gate(Gate::Fidelity).map(|gate| &gate.findings);
    let findings = findings.into_iter().flatten();
    let wrong: Vec<&Finding> = findings
        .filter(|finding| finding.status != Status::Pass)
        .collect();
    if wrong.is_empty() {
        return String::new();
    }
    let mut out = head(&["Rule", "Object", "Dump", "Restored"]);
    for finding in wrong.iter().take(LINES) {
        let (expected, actual) = (
            shown::value(&finding.expected),
            shown::value(&finding.actual),
        );
        line(
            &mut out,
            &[&finding.rule, &finding.subject, &expected, &actual],
        );
    }
    cut(&mut out, wrong.len(), "differences");
    out
}

/// What is wrong beside the reference; what is fine is in the table of rows.
pub fn drift(report: &Report) -> String {
    let findings = report
        .evidence
        .drift
        .iter()
        .flat_map(|drift| &drift.findings);
    let wrong: Vec<&Finding> = findings
        .filter(|finding| finding.status != Status::Pass)
        .collect();
    if wrong.is_empty() {
        return String::new();
    }
    let mut out = head(&["Rule", "Object", "Expected", "Found"]);
    for finding in wrong.iter().take(LINES) {
        let (expected, actual) = (
            shown::value(&finding.expected),
            shown::value(&finding.actual),
        );
        line(
            &mut out,
            &[&finding.rule, &finding.subject, &expected, &actual],
        );
    }
    cut(&mut out, wrong.len(), "differences");
    out
}

pub fn checks(report: &Report) -> String {
    if outcomes(report).is_empty() {
        return String::new();
    }
    let mut out = head(&[
        "Check",
        "Component SHA-256",
        "Ended",
        "Statements",
        "Rows",
        "Time",
    ]);
    for outcome in outcomes(report) {
        let ended = match &outcome.ended {
            Ended::Reported => "reported".to_owned(),
            Ended::CouldNotLook(why) => format!("could not look: {why}"),
            Ended::Stopped(why) => format!("stopped: {why}"),
        };
        let usage = &outcome.usage;
        line(
            &mut out,
            &[
                &outcome.name,
                &outcome.component.to_string(),
                &ended,
                &shown::grouped(usage.statements),
                &shown::grouped(usage.rows),
                &seconds(usage.millis),
            ],
        );
    }
    out.push('\n');
    for outcome in outcomes(report) {
        let _ = writeln!(out, "- {}: {}.", text(&outcome.name), used(&outcome.usage));
    }
    out
}

/// What of its grant a check used, in one line.
fn used(usage: &Usage) -> String {
    let Calls {
        query,
        evidence,
        settings,
        log,
    } = usage.calls;
    let called = [
        ("query", query),
        ("evidence", evidence),
        ("settings", settings),
        ("log", log),
    ];
    let called: Vec<String> = called
        .into_iter()
        .filter(|(_, calls)| *calls > 0)
        .map(|(name, calls)| format!("{name} {}", shown::grouped(calls)))
        .collect();
    let called = match called.is_empty() {
        true => "called no interface".to_owned(),
        false => format!("called {}", called.join(", ")),
    };
    let Some(read) = &usage.read else {
        return format!("{called}; what it read is not known, its session was over");
    };
    let mut names: Vec<String> = read
        .iter()
        .take(NAMES)
        .map(|read| match read.by {
            By::Grant => text(&format!("{}.{}", read.schema, read.name)),
            By::Another => text(&format!("{}.{} (through another)", read.schema, read.name)),
        })
        .collect();
    if read.len() > NAMES {
        let more = shown::grouped((read.len() - NAMES) as u64);
        names.push(format!("and {more} more in report.json"));
    }
    match names.is_empty() {
        true => format!("{called}; read no relation"),
        false => format!("{called}; read {}", names.join(", ")),
    }
}

/// Each check's findings, the gravest first, without those that the matrix shows; then its log.
pub fn findings(report: &Report) -> String {
    let mut out = String::new();
    for outcome in outcomes(report) {
        let in_matrix = !matrix(outcome).is_empty();
        let shown_above = |finding: &Finding| {
            in_matrix && finding.rule == MATRIX_RULE && finding.status == Status::Pass
        };
        let findings = outcome.findings.iter();
        let mut findings: Vec<&Finding> =
            findings.filter(|finding| !shown_above(finding)).collect();
        if findings.is_empty() && outcome.log.is_empty() {
            continue;
        }
        out.push_str(&format!("Check {}:\n\n", text(&outcome.name)));
        if !findings.is_empty() {
            findings.sort_by_key(|finding| std::cmp::Reverse(finding.status));
            out.push_str(&head(&["Rule", "Subject", "Status", "Expected", "Found"]));
        }
        for finding in findings.iter().take(LINES) {
            let status = crate::report::gate::Standing::from(finding.status).word();
            let (expected, actual) = (
                shown::value(&finding.expected),
                shown::value(&finding.actual),
            );
            line(
                &mut out,
                &[&finding.rule, &finding.subject, status, &expected, &actual],
            );
        }
        cut(&mut out, findings.len(), "findings");
        out.push('\n');
        for log in outcome.log.iter().take(LOG_LINES) {
            // Writing to a string cannot fail.
            let _ = writeln!(out, "- {}: {}", log.level, text(&log.message));
        }
        if outcome.log.len() > LOG_LINES {
            let more = outcome.log.len() - LOG_LINES;
            let _ = writeln!(out, "- {more} more lines of its log are in report.json.");
        }
        out.push('\n');
    }
    out
}

pub fn timings(report: &Report) -> String {
    if report.evidence.timings.is_empty() {
        return String::new();
    }
    let mut out = head(&["Stage", "Time"]);
    for timing in &report.evidence.timings {
        line(&mut out, &[timing.stage.name(), &seconds(timing.millis)]);
    }
    out
}

fn seconds(millis: u64) -> String {
    format!("{}.{:03} s", millis / 1000, millis % 1000)
}
