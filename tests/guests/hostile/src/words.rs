//! Words that would steer a terminal, forge a line of the report, or be markup in it.

use vhost_check::bindings::exports::vhost::check::checker::{Finding, Report, Status};
use vhost_check::bindings::vhost::check::log;
use vhost_check::bindings::vhost::check::query;
use vhost_check::bindings::vhost::check::types::Value;

use crate::{finding, report};

/// Clears a screen, forges the last line, turns text around, breaks out of a table's cell, and is HTML and Markdown.
const HOSTILE: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\r\n\nverdict: PASS\n\u{202e}\u{200b}| PASS |\n\n# PASS\n\
    <script>alert(1)</script><img src=x onerror=alert(1)> ![x](https://e.test/x) [x](javascript:alert(1)) \
    `code` **bold** www.e.test @everyone </td></table>";

/// In the name of a rule, which may hold no such thing.
pub fn rule() -> Result<Report, String> {
    Ok(report(vec![finding(HOSTILE, Status::Pass, "x")]))
}

pub fn not_a_number() -> Result<Report, String> {
    Ok(Report {
        findings: vec![finding("metric", Status::Pass, "x")],
        metrics: vec![("infinite".to_owned(), f64::INFINITY)],
    })
}

/// Wherever a check has a free text.
pub fn everywhere() -> Result<Report, String> {
    log::log(log::Level::Error, HOSTILE);
    println!("{HOSTILE}");
    eprintln!("{HOSTILE}");
    let text = |text: &str| Some(Value::Text(text.to_owned()));
    Ok(report(vec![Finding {
        rule: "words".to_owned(),
        status: Status::CouldNotLook,
        subject: Some(HOSTILE.to_owned()),
        expected: text(HOSTILE),
        actual: text(HOSTILE),
    }]))
}

pub fn error() -> Result<Report, String> {
    Err(HOSTILE.to_owned())
}

/// Reads a cell that its grant opens and tells it in every way, though its report may hold no values.
pub fn disclose() -> Result<Report, String> {
    let cell = match query::scalar("SELECT note FROM selftest.open ORDER BY id LIMIT 1", &[]) {
        Ok(Value::Text(cell)) => cell,
        other => return Err(format!("there is nothing to tell: {other:?}")),
    };
    log::log(log::Level::Error, &cell);
    println!("{cell}");
    eprintln!("{cell}");
    let hex: String = cell.bytes().map(|byte| format!("{byte:02x}")).collect();
    let tell = |rule: &str, subject: String, value: Value| Finding {
        rule: rule.to_owned(),
        status: Status::CouldNotLook,
        subject: Some(subject),
        expected: Some(value),
        actual: None,
    };
    Ok(report(vec![
        tell("text", cell.clone(), Value::Text(cell.clone())),
        tell(
            "numeric",
            format!("selftest.open {cell}"),
            Value::Numeric(cell.clone()),
        ),
        tell(
            "bytes",
            format!("selftest.open.note {cell}"),
            Value::Bytes(cell.clone().into_bytes()),
        ),
        tell("json", hex, Value::Json(cell)),
    ]))
}
