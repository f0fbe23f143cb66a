//! Gives the host more than it can want: texts, findings, cursors, statements.

use std::mem::ManuallyDrop;

use vhost_check::bindings::exports::vhost::check::checker::{Finding, Report, Status};
use vhost_check::bindings::vhost::check::log;
use vhost_check::bindings::vhost::check::query;
use vhost_check::bindings::vhost::check::types::{Error, Value};

use crate::{finding, got_through, refused, report, told};

/// 100 MB of one letter.
const GIANT: usize = 100_000_000;
/// As many as make 64 GiB of a text of 1 MiB that is there once.
const ALIASES: usize = 1 << 16;

fn giant() -> String {
    "x".repeat(GIANT)
}

pub fn giant_log() -> Result<Report, String> {
    log::log(log::Level::Error, &giant());
    got_through("a log line of 100 MB was taken")
}

pub fn giant_finding() -> Result<Report, String> {
    Ok(report(vec![finding("giant", Status::Pass, giant())]))
}

/// One text of 1 MiB, again and again: a list of 1 MiB that lifts to 64 GiB.
///
/// Nothing of this is ever freed, so that the same memory may have many owners.
fn aliases() -> impl Iterator<Item = String> {
    let text = ManuallyDrop::new("x".repeat(1 << 20));
    (0..ALIASES).map(move |_| {
        // SAFETY: the memory is never freed and, as nobody changes a text here, never written to: whoever would drop
        // one of these forgets it instead, or the host stops the guest first.
        unsafe { String::from_raw_parts(text.as_ptr().cast_mut(), text.len(), text.len()) }
    })
}

pub fn aliased_findings() -> Result<Report, String> {
    let findings: Vec<Finding> = aliases()
        .map(|text| finding("aliased", Status::Pass, text))
        .collect();
    Ok(report(findings))
}

pub fn aliased_parameters() -> Result<Report, String> {
    let parameters = ManuallyDrop::new(aliases().map(Value::Text).collect::<Vec<_>>());
    answered(query::scalar("SELECT 1", &parameters))
}

pub fn statement(bytes: usize) -> Result<Report, String> {
    let sql = format!("SELECT 1 -- {}", "x".repeat(bytes));
    answered(query::scalar(&sql, &[]))
}

pub fn many_parameters() -> Result<Report, String> {
    let parameters: Vec<Value> = (0..5_000).map(Value::Int).collect();
    answered(query::scalar("SELECT 1", &parameters))
}

pub fn many_findings() -> Result<Report, String> {
    let findings = (0..50_000).map(|_| finding("one-of-many", Status::Pass, "x"));
    Ok(report(findings.collect()))
}

pub fn cursors() -> Result<Report, String> {
    let mut open = Vec::new();
    while open.len() < 900 {
        match query::open("SELECT 1", &[]) {
            Ok(cursor) => open.push(cursor),
            Err(error) => return refused(format!("{} after {}", told(&error), open.len())),
        }
    }
    got_through("900 cursors were open at once")
}

pub fn statements() -> Result<Report, String> {
    for n in 0..5_000 {
        if let Err(error) = query::scalar("SELECT 1", &[]) {
            return refused(format!("{} after {n}", told(&error)));
        }
    }
    got_through("5,000 statements were answered")
}

/// More rows than the grant has.
pub fn rows() -> Result<Report, String> {
    drain("SELECT g FROM pg_catalog.generate_series(1, 2000000) g")
}

/// Few rows, and more bytes than the grant has.
pub fn bytes() -> Result<Report, String> {
    drain("SELECT pg_catalog.repeat('x', 500000) FROM pg_catalog.generate_series(1, 2000)")
}

fn drain(sql: &str) -> Result<Report, String> {
    let cursor = match query::open(sql, &[]) {
        Ok(cursor) => cursor,
        Err(error) => return refused(told(&error)),
    };
    loop {
        match cursor.fetch_page(4_096) {
            Ok(page) if page.done => return got_through("every row was sent"),
            Ok(_) => {}
            Err(error) => return refused(told(&error)),
        }
    }
}

/// Not refused but cut: what counts is what reaches the report.
pub fn log_lines() -> Result<Report, String> {
    for n in 0..100_000 {
        log::log(log::Level::Info, &format!("line {n} of 100,000"));
    }
    refused("100,000 lines were logged")
}

pub fn standard_output() -> Result<Report, String> {
    let line = "o".repeat(1_000);
    for _ in 0..20_000 {
        println!("{line}");
        eprintln!("{line}");
    }
    refused("40 MB were written to standard output and error")
}

fn answered(answer: Result<Value, Error>) -> Result<Report, String> {
    match answer {
        Ok(_) => got_through("the database answered"),
        Err(error) => refused(told(&error)),
    }
}
